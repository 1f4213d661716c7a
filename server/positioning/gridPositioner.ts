/**
 * A Bayes filter over cells: where people can walk, weighed every second by what each gateway heard against what it is
 * expected to hear from there. The radio model learns from the traffic; a survey, where there is one, corrects it. Pure.
 */
import type { Gateway, SiteModel } from '../contract/model.ts';
import type { Fix } from '../engine/types.ts';
import { ACCURACY_PER_SIGMA } from '../floor/gaussian.ts';
import { indexZones, type ZoneMass } from '../floor/zoneIndex.ts';
import { diffuse, type GridWindow, openWindow, recentre, shrink } from './gridWindow.ts';
import { type FloorLattice, latticeOf } from './lattice.ts';
import { DOUBT_STEPS, LEAST_HEARD, RadioMap, type Tile } from './radioMap.ts';
import { SiteRadio, type SiteRadioState } from './siteRadio.ts';
import { TUNING, type Tuning } from './tuning.ts';
import type { HeardView, Position, Positioner, PositionerOptions } from './types.ts';

const FORGET_AFTER_MS = 30_000;
const MAX_DIFFUSION_MS = 20_000;
/** The tempered posterior is a little wider than the errors. */
const POSTERIOR_SHARE = 0.88;
const MIN_ACCURACY_M = 0.5;
const MAX_ACCURACY_M = 60;
/** Mass that the box may lose at each side of it. */
const BOX_LOSS = 1e-3;
const LOSS_STEPS_PER_DB = 4;
/** No reading and no expectation lie further apart. */
const LOSS_HALF_DB = 200;
const LOSS_BINS = 2 * LOSS_HALF_DB * LOSS_STEPS_PER_DB;
const EXP_STEPS = 64;
const EXP_RANGE = 16;
const MAX_HEARD = 32;
/** What radios report. */
const MIN_RSSI_DBM = -120;
const MAX_RSSI_DBM = 0;
/** Chance per second of changing floor: a visit of half an hour has a few escalators. */
const CHANGE_PER_SECOND = 0.002;
/** A floor below this is given up; a rival above that is believed. */
const LEAST_CHANCE = 1e-3;
const SWITCH_AT = 0.8;
const NEW_CHANCE = 0.02;
/** The floors of the loudest gateways are looked at. */
const LOUDEST = 3;
/** And on a floor once left, or never entered, no more often than this. */
const LOOK_EVERY_TICKS = 4;
/** A reading that no map of the floor explains. */
const UNEXPLAINED_DB = 25;
/** Metres a second: a brisk walk. */
const MAX_PACE = 1.5;
/** Nobody runs through a mall for long; a first place may be far off and is corrected at once. */
const MAX_SPEED = 2.5;
const SPEED_SLACK_M = 0.5;
const FREE_TICKS = 12;
/** Gateways whose lasting shadow one carrier remembers. */
const MAX_SHADOWS = 24;
/** Phones and tags differ by some ten decibels from the usual. */
const MAX_POWER_DB = 25;
/** A first place is sought in steps of this, as far as this from the loudest gateway. */
const SCAN_STEP_SPACINGS = 0.35;
const SCAN_SPACINGS = 2.5;
const MIN_SCAN_M = 20;

export interface FloorHypothesis {
  /** Index in the model. */
  floor: number;
  chance: number;
  window: GridWindow;
}

/** Structured-cloneable; a few kilobytes. */
export interface GridState {
  signature: string;
  /** Tells shadows of another list of gateways apart. */
  gateways: string;
  /** Index of the floor, −1 before the first fix. */
  floor: number;
  floors: FloorHypothesis[];
  tickEndMs: number;
  fix: Fix | undefined;
  zoneMass: ZoneMass[];
  /** Where the zones see it. */
  settledXM: number;
  settledYM: number;
  settledFloorId: string;
  settledTicks: number;
  walks: number;
  fixes: number;
  wanderM2: number;
  /** Pace, metres a second. */
  vxM: number;
  vyM: number;
  powerDb: number;
  powerTicks: number;
  calibrated: boolean;
  shadowIndex: number[];
  shadowDb: number[];
}

const expTable = Float32Array.from({ length: EXP_STEPS * EXP_RANGE + 1 }, (_, i) => Math.exp(-i / EXP_STEPS));

/** Log likelihood by residual; one row for each step of the map's own doubt. */
function lossTable({ nu, temper, fade, surveySdDb }: Tuning, noiseDb: number): Float32Array {
  const table = new Float32Array(DOUBT_STEPS * LOSS_BINS);
  for (let step = 0; step < DOUBT_STEPS; step++) {
    const sigmaDb = Math.sqrt(noiseDb ** 2 + (surveySdDb ** 2 * step) / (DOUBT_STEPS - 1));
    for (let i = 0; i < LOSS_BINS; i++) {
      const residual = (i + 0.5) / LOSS_STEPS_PER_DB - LOSS_HALF_DB;
      const weighed = residual < 0 ? residual * fade : residual;
      table[step * LOSS_BINS + i] =
        -temper * (Math.log(sigmaDb / noiseDb) + 0.5 * (nu + 1) * Math.log1p((weighed / sigmaDb) ** 2 / nu));
    }
  }
  return table;
}

/** FNV-1a over a list of ids. */
function signatureOf(ids: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const id of ids)
    for (let i = 0; i <= id.length; i++) hash = Math.imul(hash ^ (i < id.length ? id.charCodeAt(i) : 0x1f), 0x01000193);
  return `${ids.length}:${(hash >>> 0).toString(36)}`;
}

class GridPositioner {
  private readonly tuning: Tuning;
  private readonly lattice;
  private readonly map: RadioMap;
  private readonly radio: SiteRadio;
  private readonly zones;
  private readonly gateways: ReadonlyMap<string, Gateway>;
  private readonly gatewaySignature: string;
  private readonly gatewayFloor: Int32Array;
  private readonly gatewayXM: Float64Array;
  private readonly gatewayYM: Float64Array;
  private loss: Float32Array;
  private readonly losses = new Map<number, Float32Array>();
  private hearWeight = 1;
  private meanX = 0;
  private meanY = 0;
  private variance = 0;
  private log = new Float32Array(64 * 64);
  // Of the tick under way.
  private count = 0;
  private readonly heardIndex = new Int32Array(MAX_HEARD);
  private readonly heardDbm = new Float64Array(MAX_HEARD);
  private readonly tiles: (Tile | null)[] = [];
  private readonly residuals = new Float64Array(MAX_HEARD);

  constructor(model: SiteModel, siteState: SiteRadioState | undefined, options: PositionerOptions, tuning: Tuning) {
    this.tuning = tuning;
    this.lattice = latticeOf(model, tuning);
    this.map = new RadioMap(model, this.lattice, options.survey ?? model.survey, tuning);
    this.map.favourSurveyed();
    this.radio = new SiteRadio(
      model.gateways.map((gateway) => gateway.id),
      siteState,
      tuning,
    );
    this.zones = indexZones(model.zones);
    const floorIds = model.floors.map((floor) => floor.id);
    this.gateways = new Map(model.gateways.map((gateway) => [gateway.id, gateway]));
    this.gatewaySignature = signatureOf(model.gateways.map((gateway) => gateway.id));
    this.gatewayXM = Float64Array.from(model.gateways, (gateway) => gateway.xM);
    this.gatewayYM = Float64Array.from(model.gateways, (gateway) => gateway.yM);
    this.gatewayFloor = Int32Array.from(model.gateways, (gateway) => floorIds.indexOf(gateway.floorId));
    this.loss = this.lossFor(this.radio.noiseDb);
  }

  /** The nearest of a few tables. */
  private lossFor(noiseDb: number): Float32Array {
    const { noiseFloorDb, noisePerDeviation } = this.tuning;
    const key = Math.round(2 * Math.min(12, Math.max(noiseFloorDb, noisePerDeviation * noiseDb))) / 2;
    let table = this.losses.get(key);
    if (!table) {
      table = lossTable(this.tuning, key);
      this.losses.set(key, table);
    }
    return table;
  }

  siteState(): SiteRadioState {
    return this.radio.state();
  }

  step(
    before: GridState | undefined,
    tickEndMs: number,
    heard: readonly HeardView[],
  ): { state: GridState; position: Position } {
    const state = before ?? this.fresh();
    if (heard.length > 0) this.hear(state, tickEndMs, heard);
    return { state, position: { fix: state.fix, zoneMass: state.zoneMass } };
  }

  private fresh(): GridState {
    return {
      signature: this.lattice.signature,
      gateways: this.gatewaySignature,
      floor: -1,
      floors: [],
      tickEndMs: 0,
      fix: undefined,
      zoneMass: [],
      settledXM: 0,
      settledYM: 0,
      settledFloorId: '',
      settledTicks: 0,
      walks: 0,
      fixes: 0,
      wanderM2: 0,
      vxM: 0,
      vyM: 0,
      powerDb: this.radio.powerDb,
      powerTicks: 0,
      calibrated: false,
      shadowIndex: [],
      shadowDb: [],
    };
  }

  private hear(state: GridState, tickEndMs: number, heard: readonly HeardView[]): void {
    if (state.gateways !== this.gatewaySignature) {
      state.gateways = this.gatewaySignature;
      state.shadowIndex.length = 0;
      state.shadowDb.length = 0;
    }
    this.collect(state, heard);
    if (this.count === 0) {
      this.fixAtLoudest(state, tickEndMs, heard);
      return;
    }
    this.loss = this.lossFor(this.radio.noiseDb);
    this.hearWeight = this.map.surveyed ? 1 : 1 - this.radio.heardShare;
    const silentMs = Math.max(0, tickEndMs - state.tickEndMs);
    if (state.signature !== this.lattice.signature || silentMs > FORGET_AFTER_MS) {
      state.signature = this.lattice.signature;
      state.floors = [];
      state.floor = -1;
    }
    const { floors } = state;
    const seconds = Math.min(MAX_DIFFUSION_MS, silentMs) / 1_000;
    const pace = Math.min(MAX_PACE, Math.hypot(state.vxM, state.vyM));
    const { walkM, walkPerPace } = this.tuning;
    const sigmaCells = ((walkM + walkPerPace * pace) * Math.sqrt(seconds)) / this.lattice.cellM;
    const drift = (this.tuning.drift * seconds) / this.lattice.cellM;
    for (const { floor, window } of floors)
      diffuse(window, this.lattice.list[floor]!, drift * state.vxM, drift * state.vyM, sigmaCells);
    this.look(state, tickEndMs);
    if (floors.length === 0) return;
    this.weighFloors(state, seconds);
    const best = floors.find(({ floor }) => floor === state.floor)!;
    const old = state.fix;
    this.fix(state, best.window, this.lattice.list[best.floor]!, tickEndMs);
    this.follow(state, old, seconds);
    state.tickEndMs = tickEndMs;
    this.findTiles(best.floor);
    this.learn(state);
  }

  private collect(state: GridState, heard: readonly HeardView[]): void {
    this.count = 0;
    for (const { gatewayId, rssiMeanDbm, powerDbm } of heard) {
      if (powerDbm !== undefined && !state.calibrated) {
        state.calibrated = true;
        state.powerDb = Math.min(MAX_POWER_DB, Math.max(-MAX_POWER_DB, powerDbm - this.map.powerDbm));
      }
      const index = this.radio.indexOf(gatewayId);
      if (index < 0 || this.gatewayFloor[index]! < 0 || this.count >= MAX_HEARD) continue;
      this.heardIndex[this.count] = index;
      const at = state.shadowIndex.indexOf(index);
      const shadow = at < 0 ? 0 : state.shadowDb[at]!;
      this.heardDbm[this.count] = Math.min(MAX_RSSI_DBM, Math.max(MIN_RSSI_DBM, rssiMeanDbm)) - shadow;
      this.count += 1;
    }
  }

  /** Gateways on a floor that has no plan: at the loudest of them is all that can be said. */
  private fixAtLoudest(state: GridState, tickEndMs: number, heard: readonly HeardView[]): void {
    let loudest: Gateway | undefined;
    let loudestDbm = -Infinity;
    for (const { gatewayId, rssiMeanDbm } of heard) {
      const gateway = this.gateways.get(gatewayId);
      if (!gateway || rssiMeanDbm <= loudestDbm) continue;
      loudest = gateway;
      loudestDbm = rssiMeanDbm;
    }
    if (!loudest) return;
    const { floorId, xM, yM } = loudest;
    const accuracyM = this.lattice.spacingM;
    state.floors = [];
    state.floor = -1;
    state.fix = { floorId, xM, yM, accuracyM, atMs: tickEndMs };
    state.zoneMass = this.zones.get(floorId)?.masses(xM, yM, accuracyM) ?? [];
    state.tickEndMs = tickEndMs;
  }

  private findTiles(floor: number): void {
    for (let i = 0; i < this.count; i++) this.tiles[i] = this.map.tile(floor, this.heardIndex[i]!);
  }

  /** Opens windows on the floors of the loudest gateways. */
  private look(state: GridState, tickEndMs: number): void {
    const { floors } = state;
    const first = floors.length === 0;
    if (this.lattice.list.length === 1) {
      if (first) this.openOn(state, 0, 1);
      return;
    }
    if (!first && (tickEndMs / 1_000) % LOOK_EVERY_TICKS !== 0) return;
    if (first && this.map.surveyed) {
      for (let floor = 0; floor < this.lattice.list.length; floor++) this.openOn(state, floor, 1);
      return;
    }
    let below = Infinity;
    for (let k = 0; k < Math.min(LOUDEST, this.count); k++) {
      let loudest = -Infinity;
      let at = 0;
      for (let i = 0; i < this.count; i++)
        if (this.heardDbm[i]! > loudest && this.heardDbm[i]! < below) {
          loudest = this.heardDbm[i]!;
          at = i;
        }
      if (loudest === -Infinity) return;
      below = loudest;
      const floor = this.gatewayFloor[this.heardIndex[at]!]!;
      if (!floors.some((one) => one.floor === floor)) this.openOn(state, floor, first ? 1 : NEW_CHANCE);
    }
  }

  private openOn(state: GridState, floor: number, chance: number): void {
    this.findTiles(floor);
    state.floors.push({ floor, chance, window: this.open(state, floor) });
  }

  private weighFloors(state: GridState, seconds: number): void {
    const { floors } = state;
    const change = 1 - Math.exp(-CHANGE_PER_SECOND * seconds);
    let most = -Infinity;
    for (const one of floors) {
      this.findTiles(one.floor);
      const evidence = this.tuning.floorTemper * this.weigh(one.window, state, one.floor);
      one.chance = Math.log(one.chance * (1 - change) + change / floors.length) + evidence;
      most = Math.max(most, one.chance);
    }
    let sum = 0;
    for (const one of floors) {
      one.chance = Math.exp(one.chance - most);
      sum += one.chance;
    }
    let best = floors[0]!;
    for (const one of floors) {
      one.chance /= sum;
      if (one.chance > best.chance) best = one;
    }
    if (best.chance >= SWITCH_AT || !floors.some((one) => one.floor === state.floor)) state.floor = best.floor;
    let kept = 0;
    for (const one of floors) if (one.chance >= LEAST_CHANCE || one.floor === state.floor) floors[kept++] = one;
    floors.length = kept;
  }

  private lossAt(residualDb: number): number {
    const i = ((residualDb + LOSS_HALF_DB) * LOSS_STEPS_PER_DB) | 0;
    return this.loss[i < 0 ? 0 : i >= LOSS_BINS ? LOSS_BINS - 1 : i]!;
  }

  /** A window around the most likely place of the floor. */
  private open(state: GridState, index: number): GridWindow {
    const floor = this.lattice.list[index]!;
    const silence = this.map.silenceOn(index);
    const { cellM, spacingM } = this.lattice;
    const stride = Math.max(1, Math.round((SCAN_STEP_SPACINGS * spacingM) / cellM));
    let loudest = 0;
    for (let i = 1; i < this.count; i++) if (this.heardDbm[i]! > this.heardDbm[loudest]!) loudest = i;
    const gateway = this.heardIndex[loudest]!;
    const reach = Math.ceil(Math.max(MIN_SCAN_M, SCAN_SPACINGS * spacingM) / cellM);
    const middleColumn = Math.floor(this.gatewayXM[gateway]! / cellM);
    const middleRow = Math.floor(this.gatewayYM[gateway]! / cellM);
    const lastColumn = Math.min(floor.columns - 1, middleColumn + reach);
    const lastRow = Math.min(floor.rows - 1, middleRow + reach);
    let best = -Infinity;
    let bestColumn = Math.min(floor.columns - 1, Math.max(0, middleColumn));
    let bestRow = Math.min(floor.rows - 1, Math.max(0, middleRow));
    for (let row = Math.max(0, middleRow - reach); row <= lastRow; row += stride)
      for (let column = Math.max(0, middleColumn - reach); column <= lastColumn; column += stride) {
        const cell = row * floor.columns + column;
        let sum = Math.log(floor.weight[cell]!) + (silence ? silence[cell]! : 0);
        for (let i = 0; i < this.count; i++) {
          const tile = this.tiles[i];
          if (!tile) continue;
          const c = column - tile.column0;
          const r = row - tile.row0;
          const inside = c >= 0 && r >= 0 && c < tile.columns && r < tile.rows;
          const expected = inside ? tile.rssiDbm[r * tile.columns + c]! : tile.farRssiDbm;
          sum += this.lossAt(this.heardDbm[i]! - expected - state.powerDb - this.radio.offsetDb[this.heardIndex[i]!]!);
          if (tile.heard) sum += this.hearWeight * (inside ? tile.heard[r * tile.columns + c]! : tile.farHeard);
        }
        if (sum > best) {
          best = sum;
          bestColumn = column;
          bestRow = row;
        }
      }
    return openWindow(floor, this.tuning.windowCells, bestColumn, bestRow);
  }

  /** Returns the log likelihood of the tick. */
  private weigh(window: GridWindow, state: GridState, index: number): number {
    const floor = this.lattice.list[index]!;
    let unexplained = 0;
    const { columns, p, boxC0, boxC1, boxR0, boxR1 } = window;
    const { loss, hearWeight } = this;
    const temper =
      this.tuning.share /
      (1 + this.count / (this.map.surveyed ? this.tuning.surveyedShareCount : this.tuning.shareCount));
    if (this.log.length < p.length) this.log = new Float32Array(p.length);
    const { log } = this;
    const silence = this.map.silenceOn(index);
    for (let r = boxR0; r <= boxR1; r++) {
      const base = r * columns;
      if (silence) {
        const cell = (window.row0 + r) * floor.columns + window.column0;
        for (let c = boxC0; c <= boxC1; c++) log[base + c] = silence[cell + c]!;
      } else log.fill(0, base + boxC0, base + boxC1 + 1);
    }
    for (let i = 0; i < this.count; i++) {
      const tile = this.tiles[i];
      if (!tile) {
        unexplained += this.lossAt(UNEXPLAINED_DB) + (silence ? this.tuning.heardWeight * Math.log(LEAST_HEARD) : 0);
        continue;
      }
      const { rssiDbm, doubt, heard } = tile;
      const offsetDb = state.powerDb + this.radio.offsetDb[this.heardIndex[i]!]!;
      const from = (this.heardDbm[i]! - offsetDb - this.tuning.biasDb + LOSS_HALF_DB) * LOSS_STEPS_PER_DB;
      const far = this.lossAt(this.heardDbm[i]! - offsetDb - tile.farRssiDbm) + hearWeight * tile.farHeard;
      const shift = window.column0 - tile.column0;
      for (let r = boxR0; r <= boxR1; r++) {
        const base = r * columns;
        const tileRow = window.row0 + r - tile.row0;
        if (tileRow < 0 || tileRow >= tile.rows) {
          for (let c = boxC0; c <= boxC1; c++) log[base + c]! += far;
          continue;
        }
        const row = tileRow * tile.columns + shift;
        const low = Math.max(boxC0, -shift);
        const high = Math.min(boxC1, tile.columns - 1 - shift);
        for (let c = boxC0; c < low && c <= boxC1; c++) log[base + c]! += far;
        for (let c = Math.max(high + 1, boxC0); c <= boxC1; c++) log[base + c]! += far;
        if (heard && doubt)
          for (let c = low; c <= high; c++)
            log[base + c]! +=
              temper * loss[doubt[row + c]! * LOSS_BINS + ((from - rssiDbm[row + c]! * LOSS_STEPS_PER_DB) | 0)]! +
              hearWeight * heard[row + c]!;
        else if (heard)
          for (let c = low; c <= high; c++)
            log[base + c]! +=
              temper * loss[(from - rssiDbm[row + c]! * LOSS_STEPS_PER_DB) | 0]! + hearWeight * heard[row + c]!;
        else
          for (let c = low; c <= high; c++)
            log[base + c]! += temper * loss[(from - rssiDbm[row + c]! * LOSS_STEPS_PER_DB) | 0]!;
      }
    }
    let most = -Infinity;
    for (let r = boxR0; r <= boxR1; r++)
      for (let i = r * columns + boxC0; i <= r * columns + boxC1; i++) if (p[i]! > 0 && log[i]! > most) most = log[i]!;
    let sum = 0;
    const floorMass = this.tuning.teleport / ((boxC1 - boxC0 + 1) * (boxR1 - boxR0 + 1));
    for (let r = boxR0; r <= boxR1; r++)
      for (let i = r * columns + boxC0; i <= r * columns + boxC1; i++) {
        const below = ((most - log[i]!) * EXP_STEPS) | 0;
        const value = below < 0 ? p[i]! : below < expTable.length ? (p[i]! + floorMass) * expTable[below]! : 0;
        p[i] = value;
        sum += value;
      }
    if (!(sum > 0)) {
      const cells = (boxC1 - boxC0 + 1) * (boxR1 - boxR0 + 1);
      for (let r = boxR0; r <= boxR1; r++) p.fill(1 / cells, r * columns + boxC0, r * columns + boxC1 + 1);
      return most + unexplained;
    }
    const scale = 1 / sum;
    for (let r = boxR0; r <= boxR1; r++)
      for (let i = r * columns + boxC0; i <= r * columns + boxC1; i++) p[i]! *= scale;
    shrink(window, BOX_LOSS);
    return Math.log(sum) + most + unexplained;
  }

  /** Middle and mean variance per axis of a window's mass, in cells of the window. */
  private measure(window: GridWindow): void {
    const { columns, p, boxC0, boxC1, boxR0, boxR1 } = window;
    let sum = 0;
    let sx = 0;
    let sy = 0;
    let squares = 0;
    for (let r = boxR0; r <= boxR1; r++) {
      let mass = 0;
      const base = r * columns;
      for (let c = boxC0; c <= boxC1; c++) {
        const m = p[base + c]!;
        mass += m;
        sx += m * c;
        squares += m * c * c;
      }
      sum += mass;
      sy += mass * r;
      squares += mass * r * r;
    }
    this.meanX = sx / sum;
    this.meanY = sy / sum;
    this.variance = Math.max(0, squares / sum - this.meanX * this.meanX - this.meanY * this.meanY) / 2;
  }

  private fix(state: GridState, window: GridWindow, floor: FloorLattice, tickEndMs: number): void {
    this.measure(window);
    const x = this.meanX;
    const y = this.meanY;
    const { columns } = window;
    const { cellM } = this.lattice;
    const varianceCells = this.variance + 1 / 12;
    const sparse = this.map.surveyed ? this.tuning.surveyedSparseInflation : this.tuning.sparseInflation;
    const inflation = POSTERIOR_SHARE * (1 + sparse * (1 - this.radio.heardShare));
    const lasting = this.map.surveyed ? this.tuning.surveyedLastingSpacings : this.tuning.lastingSpacings;
    const lastingM = lasting * this.lattice.spacingM;
    const varianceM2 = inflation ** 2 * varianceCells * cellM * cellM + (lastingM * lastingM * 9) / (this.count + 1);
    const accuracyM = Math.min(MAX_ACCURACY_M, Math.max(MIN_ACCURACY_M, Math.sqrt(varianceM2) * ACCURACY_PER_SIGMA));
    let xM = (window.column0 + x + 0.5) * cellM;
    let yM = (window.row0 + y + 0.5) * cellM;
    const old = state.fix;
    if (old?.floorId === floor.floorId && state.fixes > FREE_TICKS) {
      const stepM = Math.hypot(xM - old.xM, yM - old.yM);
      const longestM = MAX_SPEED * ((tickEndMs - old.atMs) / 1_000) + SPEED_SLACK_M;
      if (stepM > longestM) {
        xM = old.xM + (longestM / stepM) * (xM - old.xM);
        yM = old.yM + (longestM / stepM) * (yM - old.yM);
      }
    }
    state.fixes = old?.floorId === floor.floorId ? state.fixes + 1 : 0;
    state.fix = { floorId: floor.floorId, xM, yM, accuracyM, atMs: tickEndMs };
    this.settle(state, state.fix);
    state.zoneMass =
      this.zones
        .get(floor.floorId)
        ?.masses(state.settledXM, state.settledYM, accuracyM * (1 - this.tuning.sharpen * state.walks)) ?? [];
    const fromMiddle = Math.max(Math.abs(x - columns / 2) / columns, Math.abs(y - window.rows / 2) / window.rows);
    if (fromMiddle > 0.2) recentre(window, floor, window.column0 + x, window.row0 + y);
  }

  private settle(state: GridState, { floorId, xM, yM, accuracyM }: Fix): void {
    const { slackShare, stillPace, walkingPace, settleMost } = this.tuning;
    const dx = xM - state.settledXM;
    const dy = yM - state.settledYM;
    const away = Math.hypot(dx, dy);
    const pace = Math.hypot(state.vxM, state.vyM) / accuracyM;
    const walks = Math.min(1, Math.max(0, (pace - stillPace) / (walkingPace - stillPace)));
    const wander = Math.sqrt(state.wanderM2);
    const slack = (1 - walks) * Math.max(slackShare * accuracyM, this.tuning.wanderShare * wander);
    state.wanderM2 +=
      (Math.min(away * away, 4 * slackShare * slackShare * accuracyM * accuracyM) - state.wanderM2) / (60 + 4);
    let share = 1;
    if (state.settledFloorId === floorId && away <= slack) {
      state.settledTicks = Math.min(state.settledTicks + 1, settleMost);
      share = 1 / (state.settledTicks + this.tuning.settleFrom);
    } else state.settledTicks = 0;
    state.settledXM += share * dx;
    state.settledYM += share * dy;
    state.settledFloorId = floorId;
    state.walks = walks;
  }

  /** The fix's own pace, smoothed. */
  private follow(state: GridState, old: Fix | undefined, seconds: number): void {
    const { fix } = state;
    if (!old || !fix || old.floorId !== fix.floorId || seconds === 0) {
      state.vxM = 0;
      state.vyM = 0;
      return;
    }
    const gain = 1 - (1 - this.tuning.paceGain) ** seconds;
    state.vxM += gain * ((fix.xM - old.xM) / seconds - state.vxM);
    state.vyM += gain * ((fix.yM - old.yM) / seconds - state.vyM);
  }

  /** Bodies and bags hide a carrier from some gateways for seconds to minutes: what they hear too little of, it is expected to. */
  private learnShadows(state: GridState, medianDb: number): void {
    const { shadowRate, shadowKeep } = this.tuning;
    const { shadowDb, shadowIndex } = state;
    for (let k = 0; k < shadowDb.length; k++) shadowDb[k]! *= shadowKeep;
    for (let i = 0; i < this.count; i++) {
      const index = this.heardIndex[i]!;
      const more = shadowRate * Math.min(10, Math.max(-10, this.residuals[i]! - medianDb));
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

  private learn(state: GridState): void {
    const fix = state.fix;
    if (!fix) return;
    const { cellM } = this.lattice;
    const floor = this.lattice.list[state.floor]!;
    const around =
      floor.around[
        Math.min(floor.rows - 1, Math.floor(fix.yM / cellM)) * floor.columns +
          Math.min(floor.columns - 1, Math.floor(fix.xM / cellM))
      ]!;
    if (around > 0) {
      let near = 0;
      for (let i = 0; i < this.count; i++) if (this.gatewayFloor[this.heardIndex[i]!] === state.floor) near += 1;
      this.radio.learnHearing(Math.min(1, near / around));
    }
    if (this.count < 3) return;
    const reach = fix.accuracyM / ACCURACY_PER_SIGMA / cellM;
    const x = fix.xM / cellM - 0.5;
    const y = fix.yM / cellM - 0.5;
    for (let i = 0; i < this.count; i++) {
      const tile = this.tiles[i];
      if (!tile) {
        this.residuals[i] = 0;
        continue;
      }
      let sum = 0;
      for (let k = 0; k < 5; k++) {
        // The middle and one standard deviation to each side: the mean of a curved field.
        const column = Math.round(x + (k === 1 ? reach : k === 2 ? -reach : 0)) - tile.column0;
        const row = Math.round(y + (k === 3 ? reach : k === 4 ? -reach : 0)) - tile.row0;
        const inside = column >= 0 && row >= 0 && column < tile.columns && row < tile.rows;
        sum += (k === 0 ? 0.2 : 0.2) * (inside ? tile.rssiDbm[row * tile.columns + column]! : tile.farRssiDbm);
      }
      this.residuals[i] = this.heardDbm[i]! - sum - state.powerDb - this.radio.offsetDb[this.heardIndex[i]!]!;
    }
    const sorted = this.residuals.slice(0, this.count).sort();
    const median = (sorted[(this.count - 1) >> 1]! + sorted[this.count >> 1]!) / 2;
    let deviation = 0;
    for (let i = 0; i < this.count; i++) deviation += Math.min(15, Math.abs(this.residuals[i]! - median));
    this.radio.learnNoise(deviation / this.count);
    this.learnShadows(state, median);
    if (!state.calibrated) {
      state.powerTicks = Math.min(1_000, state.powerTicks + 1);
      state.powerDb +=
        Math.max(this.tuning.carrierRate, 0.5 / (state.powerTicks + 4)) * Math.min(10, Math.max(-10, median));
      state.powerDb = Math.min(MAX_POWER_DB, Math.max(-MAX_POWER_DB, state.powerDb));
      if (state.powerTicks > 10) this.radio.learnPower(state.powerDb);
    }
    if (this.tuning.gatewayPriorCount > 0 && !this.map.surveyed)
      for (let i = 0; i < this.count; i++) this.radio.learnGateway(this.heardIndex[i]!, this.residuals[i]! - median);
  }
}

export function createGridPositioner(
  model: SiteModel,
  siteState: unknown,
  options: PositionerOptions = {},
  tuning: Tuning = TUNING,
): Positioner {
  const positioner = new GridPositioner(model, (siteState ?? undefined) as SiteRadioState | undefined, options, tuning);
  return {
    step: (state, tickEndMs, heard) => positioner.step(state as GridState | undefined, tickEndMs, heard),
    siteState: () => positioner.siteState(),
  };
}
