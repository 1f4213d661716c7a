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

  constructor(gatewayIds: readonly string[], stored: SiteRadioState | undefined, tuning: Tuning) {
    this.tuning = tuning;
    this.ids = [...gatewayIds];
    this.offsetDb = new Float64Array(gatewayIds.length);
    this.count = new Float64Array(gatewayIds.length);
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
    const { gatewayPriorCount, gatewayMaxCount } = this.tuning;
    const count = Math.min(gatewayMaxCount, this.count[index]! + 1);
    this.count[index] = count;
    const clipped = Math.min(MAX_RESIDUAL_DB, Math.max(-MAX_RESIDUAL_DB, residualDb));
    const learned = this.offsetDb[index]! + clipped / (count + gatewayPriorCount);
    this.offsetDb[index] = Math.min(MAX_OFFSET_DB, Math.max(-MAX_OFFSET_DB, learned));
  }

  learnPower(powerDb: number): void {
    this.powerCount = Math.min(MAX_POWER_COUNT, this.powerCount + 1);
    this.powerDb += (powerDb - this.powerDb) / (this.powerCount + 20);
  }

  learnNoise(deviationDb: number): void {
    this.noiseCount = Math.min(MAX_TICK_COUNT, this.noiseCount + 1);
    this.noiseDb += (deviationDb - this.noiseDb) / (this.noiseCount + TICK_PRIOR_COUNT);
  }

  learnHearing(share: number): void {
    this.heardCount = Math.min(MAX_TICK_COUNT, this.heardCount + 1);
    this.heardShare += (share - this.heardShare) / (this.heardCount + TICK_PRIOR_COUNT);
  }

  state(): SiteRadioState {
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
