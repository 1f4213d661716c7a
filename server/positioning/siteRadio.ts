/** What the day's own traffic teaches of the radio: the carriers' usual power and each gateway's offset. Pure. */
import type { Tuning } from './tuning.ts';

/** Structured-cloneable; by gateway id, so that it outlives changes of the model. */
export interface SiteRadioState {
  powerDb: number;
  powerCount: number;
  gatewayIds: string[];
  offsetDb: number[];
  count: number[];
  noiseDb: number;
  noiseCount: number;
  heardShare: number;
  heardCount: number;
}

const MAX_RESIDUAL_DB = 12;
const MAX_OFFSET_DB = 20;
/** Ticks that the site's noise and hearing remember. */
const MAX_TICK_COUNT = 5_000;
const TICK_PRIOR_COUNT = 30;
/** Before anything was heard: most gateways around hear a carrier in most seconds. */
const USUAL_HEARD_SHARE = 0.85;
/** Carriers whose power the site's mean remembers. */
const MAX_POWER_COUNT = 2_000;

const POWER_PRIOR_COUNT = 20;
/** Fine enough for decibels and shares; millions of them still add up without rounding. */
const PARTS = 1_048_576;
const whole = (value: number): number => Math.round(value * PARTS);

export class SiteRadio {
  private readonly tuning: Tuning;
  private readonly indexes = new Map<string, number>();
  private readonly ids: string[];
  readonly offsetDb: Float64Array;
  private readonly count: Float64Array;
  private powerCount: number;
  /** Of carriers against the map's power at 1 m. */
  powerDb: number;

  /** Typical size of a reading's deviation from what was expected. */
  noiseDb: number;
  private noiseCount: number;
  /** Of the gateways around a carrier, the share that hears it in a second. */
  heardShare: number;
  private heardCount: number;

  // Of the tick under way: sums in parts of a whole, and of how many.
  private isPending = false;
  private readonly gatewayAdded: Float64Array;
  private readonly gatewayTimes: Float64Array;
  private powerAdded = 0;
  private powerTimes = 0;
  private noiseAdded = 0;
  private noiseTimes = 0;
  private heardAdded = 0;
  private heardTimes = 0;

  constructor(gatewayIds: readonly string[], stored: SiteRadioState | undefined, tuning: Tuning) {
    this.tuning = tuning;
    this.ids = [...gatewayIds];
    this.offsetDb = new Float64Array(gatewayIds.length);
    this.count = new Float64Array(gatewayIds.length);
    this.gatewayAdded = new Float64Array(gatewayIds.length);
    this.gatewayTimes = new Float64Array(gatewayIds.length);
    this.powerDb = stored?.powerDb ?? 0;
    this.powerCount = stored?.powerCount ?? 0;
    this.noiseDb = stored?.noiseDb ?? tuning.noiseDb;
    this.noiseCount = stored?.noiseCount ?? 0;
    this.heardShare = stored?.heardShare ?? USUAL_HEARD_SHARE;
    this.heardCount = stored?.heardCount ?? 0;
    gatewayIds.forEach((id, i) => {
      this.indexes.set(id, i);
      const at = stored?.gatewayIds.indexOf(id) ?? -1;
      if (!stored || at < 0) return;
      this.offsetDb[i] = stored.offsetDb[at]!;
      this.count[i] = stored.count[at]!;
    });
  }

  indexOf(gatewayId: string): number {
    return this.indexes.get(gatewayId) ?? -1;
  }

  /** A reading lay this far above what was expected of this gateway. */
  learnGateway(index: number, residualDb: number): void {
    this.gatewayAdded[index]! += whole(Math.min(MAX_RESIDUAL_DB, Math.max(-MAX_RESIDUAL_DB, residualDb)));
    this.gatewayTimes[index]! += 1;
    this.isPending = true;
  }

  learnPower(powerDb: number): void {
    this.powerAdded += whole(powerDb);
    this.powerTimes += 1;
    this.isPending = true;
  }

  learnNoise(deviationDb: number): void {
    this.noiseAdded += whole(deviationDb);
    this.noiseTimes += 1;
    this.isPending = true;
  }

  learnHearing(share: number): void {
    this.heardAdded += whole(share);
    this.heardTimes += 1;
    this.isPending = true;
  }

  /**
   * What a tick taught takes effect when the tick is over, in whole numbers that add up to the same in any order: carriers'
   * random ids, by which they are stepped, must not show in anybody's place.
   */
  endTick(): void {
    if (!this.isPending) return;
    this.isPending = false;
    const { gatewayPriorCount, gatewayMaxCount } = this.tuning;
    for (let i = 0; i < this.ids.length; i++) {
      const times = this.gatewayTimes[i]!;
      if (times === 0) continue;
      const count = Math.min(gatewayMaxCount, this.count[i]! + times);
      this.count[i] = count;
      const learned = this.offsetDb[i]! + this.gatewayAdded[i]! / PARTS / (count + gatewayPriorCount);
      this.offsetDb[i] = Math.min(MAX_OFFSET_DB, Math.max(-MAX_OFFSET_DB, learned));
      this.gatewayTimes[i] = 0;
      this.gatewayAdded[i] = 0;
    }
    const drawn = (mean: number, added: number, times: number, count: number, prior: number): number =>
      mean + (added / PARTS - times * mean) / (count + Math.max(prior, times));
    if (this.powerTimes > 0) {
      this.powerCount = Math.min(MAX_POWER_COUNT, this.powerCount + this.powerTimes);
      this.powerDb = drawn(this.powerDb, this.powerAdded, this.powerTimes, this.powerCount, POWER_PRIOR_COUNT);
    }
    if (this.noiseTimes > 0) {
      this.noiseCount = Math.min(MAX_TICK_COUNT, this.noiseCount + this.noiseTimes);
      this.noiseDb = drawn(this.noiseDb, this.noiseAdded, this.noiseTimes, this.noiseCount, TICK_PRIOR_COUNT);
    }
    if (this.heardTimes > 0) {
      this.heardCount = Math.min(MAX_TICK_COUNT, this.heardCount + this.heardTimes);
      this.heardShare = drawn(this.heardShare, this.heardAdded, this.heardTimes, this.heardCount, TICK_PRIOR_COUNT);
    }
    this.powerTimes = this.powerAdded = this.noiseTimes = this.noiseAdded = this.heardTimes = this.heardAdded = 0;
  }

  state(): SiteRadioState {
    this.endTick();
    return {
      powerDb: this.powerDb,
      powerCount: this.powerCount,
      gatewayIds: [...this.ids],
      offsetDb: [...this.offsetDb],
      count: [...this.count],
      noiseDb: this.noiseDb,
      noiseCount: this.noiseCount,
      heardShare: this.heardShare,
      heardCount: this.heardCount,
    };
  }
}
