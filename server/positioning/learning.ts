/** What a tick teaches: of the carrier's power and its shadows, of the gateways and of the site's radio. Pure. */
import { ACCURACY_PER_SIGMA } from '../floor/gaussian.ts';
import type { GridState } from './gridState.ts';
import type { Lattice } from './lattice.ts';
import { MAX_HEARD, type Readings } from './likelihood.ts';
import type { SiteRadio } from './siteRadio.ts';
import { rssiAt } from './tile.ts';
import type { Tuning } from './tuning.ts';

/** Phones and tags differ by some ten decibels from the usual. */
export const MAX_POWER_DB = 25;
/** Gateways whose lasting shadow one carrier remembers, and what is forgotten as soon as the gateway hears it no longer. */
const MAX_SHADOWS = 24;
const FORGOTTEN_DB = 0.1;
/** One residual teaches no more than that. */
const MAX_RESIDUAL_DB = 10;
const MAX_DEVIATION_DB = 15;
/** With fewer readings there is no telling what is the carrier's and what the gateway's. */
const LEAST_READINGS = 3;
const MAX_POWER_TICKS = 1_000;
/** Carriers heard for longer teach the site's usual power. */
const POWER_KNOWN_TICKS = 10;

const clip = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));

export class Learning {
  private readonly lattice: Lattice;
  private readonly radio: SiteRadio;
  private readonly gatewayFloor: Int32Array;
  private readonly surveyed: boolean;
  private readonly tuning: Tuning;
  private readonly residuals = new Float64Array(MAX_HEARD);
  private readonly sorted = new Float64Array(MAX_HEARD);

  constructor(lattice: Lattice, radio: SiteRadio, gatewayFloor: Int32Array, surveyed: boolean, tuning: Tuning) {
    this.lattice = lattice;
    this.radio = radio;
    this.gatewayFloor = gatewayFloor;
    this.surveyed = surveyed;
    this.tuning = tuning;
  }

  /** Tiles of the carrier's floor must have been found. */
  learn(state: GridState, readings: Readings): void {
    if (!state.fix) return;
    const ofSite = !readings.byPhone;
    if (ofSite) this.learnHearing(state, readings);
    if (readings.count < LEAST_READINGS) return;
    this.findResiduals(state, readings);
    const median = this.medianOf(readings.count);
    let deviation = 0;
    for (let i = 0; i < readings.count; i++)
      deviation += Math.min(MAX_DEVIATION_DB, Math.abs(this.residuals[i]! - median));
    if (ofSite) this.radio.learnNoise(deviation / readings.count);
    this.learnShadows(state, readings, median);
    this.learnPower(state, median, ofSite);
    if (this.surveyed || !ofSite) return;
    for (let i = 0; i < readings.count; i++) this.radio.learnGateway(readings.gateway[i]!, this.residuals[i]! - median);
  }

  private learnHearing({ floor: index, fix }: GridState, readings: Readings): void {
    const { cellM } = this.lattice;
    const floor = this.lattice.list[index]!;
    const column = Math.min(floor.columns - 1, Math.floor(fix!.xM / cellM));
    const row = Math.min(floor.rows - 1, Math.floor(fix!.yM / cellM));
    const around = floor.around[row * floor.columns + column]!;
    if (around === 0) return;
    let near = 0;
    for (let i = 0; i < readings.count; i++) if (this.gatewayFloor[readings.gateway[i]!] === index) near += 1;
    this.radio.learnHearing(Math.min(1, near / around));
  }

  private findResiduals({ fix }: GridState, readings: Readings): void {
    const { cellM } = this.lattice;
    const reach = fix!.accuracyM / ACCURACY_PER_SIGMA / cellM;
    const x = fix!.xM / cellM - 0.5;
    const y = fix!.yM / cellM - 0.5;
    const column = Math.round(x);
    const row = Math.round(y);
    const left = Math.round(x - reach);
    const right = Math.round(x + reach);
    const top = Math.round(y - reach);
    const bottom = Math.round(y + reach);
    for (let i = 0; i < readings.count; i++) {
      const tile = readings.tiles[i];
      if (!tile) {
        this.residuals[i] = 0;
        continue;
      }
      // The middle and one standard deviation to each side: the mean of a curved field.
      const expectedDbm =
        (rssiAt(tile, column, row) +
          rssiAt(tile, left, row) +
          rssiAt(tile, right, row) +
          rssiAt(tile, column, top) +
          rssiAt(tile, column, bottom)) /
        5;
      this.residuals[i] = readings.rssiDbm[i]! - readings.offsetDb[i]! - expectedDbm;
    }
  }

  private medianOf(count: number): number {
    const { residuals, sorted } = this;
    for (let i = 0; i < count; i++) {
      const value = residuals[i]!;
      let at = i;
      while (at > 0 && sorted[at - 1]! > value) {
        sorted[at] = sorted[at - 1]!;
        at -= 1;
      }
      sorted[at] = value;
    }
    return (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  }

  /** Bodies and bags hide a carrier from some gateways for seconds to minutes: what they hear too little of, it is expected to. */
  private learnShadows({ shadowDb, shadowIndex }: GridState, readings: Readings, medianDb: number): void {
    const { shadowRate, shadowKeep } = this.tuning;
    let kept = 0;
    for (let k = 0; k < shadowDb.length; k++) {
      const left = shadowKeep * shadowDb[k]!;
      if (Math.abs(left) < FORGOTTEN_DB && !readings.has(shadowIndex[k]!)) continue;
      shadowIndex[kept] = shadowIndex[k]!;
      shadowDb[kept] = left;
      kept += 1;
    }
    // Setting a length costs as much as all the rest, even where it stays.
    if (kept < shadowIndex.length) {
      shadowIndex.length = kept;
      shadowDb.length = kept;
    }
    for (let i = 0; i < readings.count; i++) {
      const index = readings.gateway[i]!;
      const more = shadowRate * clip(this.residuals[i]! - medianDb, MAX_RESIDUAL_DB);
      let at = shadowIndex.indexOf(index);
      if (at < 0 && shadowIndex.length < MAX_SHADOWS) at = shadowIndex.length;
      else if (at < 0) {
        at = 0;
        for (let k = 1; k < shadowDb.length; k++) if (Math.abs(shadowDb[k]!) < Math.abs(shadowDb[at]!)) at = k;
        shadowDb[at] = 0;
      }
      shadowIndex[at] = index;
      shadowDb[at] = (shadowDb[at] ?? 0) + more;
    }
  }

  private learnPower(state: GridState, medianDb: number, ofSite: boolean): void {
    if (state.calibrated) return;
    state.powerTicks = Math.min(MAX_POWER_TICKS, state.powerTicks + 1);
    // A phone starts far off, and may tell of one second in ten: it learns from its first word.
    const first = ofSite ? 0.5 / (state.powerTicks + 4) : 1 / (state.powerTicks + 1);
    const rate = Math.max(this.tuning.carrierRate, first);
    state.powerDb = clip(state.powerDb + rate * clip(medianDb, MAX_RESIDUAL_DB), MAX_POWER_DB);
    if (ofSite && state.powerTicks > POWER_KNOWN_TICKS) this.radio.learnPower(state.powerDb);
  }
}
