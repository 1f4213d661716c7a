/** On which floor a carrier is, and where on each that comes into question. Pure. */
import { Board } from './board.ts';
import type { FloorHypothesis, GridState } from './gridState.ts';
import { emptyWindow } from './gridWindow.ts';
import type { Lattice } from './lattice.ts';
import type { Likelihood, Readings } from './likelihood.ts';
import type { RadioMap } from './radioMap.ts';
import type { Tuning } from './tuning.ts';

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
/** The best cell of a rough look may miss so much of the likelihood of the best place. */
const ROUGH_SLACK = 3;
/** A first place is sought in steps of this, as far as this from the loudest gateway. */
const SCAN_STEP_SPACINGS = 0.35;
const SCAN_SPACINGS = 2.5;
const MIN_SCAN_M = 20;

/** How a step moves and spreads the mass, in cells. */
export interface Walk {
  dx: number;
  dy: number;
  sigma: number;
}

/** Of the carrier's floor after a tick: the posterior's middle and mean variance per axis, in cells of the floor. */
export interface Middle {
  xCells: number;
  yCells: number;
  varianceCells: number;
}

export class Floors {
  private readonly lattice: Lattice;
  private readonly map: RadioMap;
  private readonly likelihood: Likelihood;
  private readonly gatewayFloor: Int32Array;
  private readonly tuning: Tuning;
  private readonly board: Board;
  // Of the last scan.
  private column = 0;
  private row = 0;
  private most = 0;
  // Of the tick under way, in the order of the hypotheses.
  private readonly evidence: number[] = [];
  private readonly middles: Middle[] = [];
  private readonly gatewayColumn: Int32Array;
  private readonly gatewayRow: Int32Array;

  constructor(
    lattice: Lattice,
    map: RadioMap,
    likelihood: Likelihood,
    gateways: { floor: Int32Array; xM: Float64Array; yM: Float64Array },
    tuning: Tuning,
  ) {
    this.lattice = lattice;
    this.map = map;
    this.likelihood = likelihood;
    this.gatewayFloor = gateways.floor;
    this.gatewayColumn = Int32Array.from(gateways.xM, (xM) => Math.floor(xM / lattice.cellM));
    this.gatewayRow = Int32Array.from(gateways.yM, (yM) => Math.floor(yM / lattice.cellM));
    this.tuning = tuning;
    this.board = new Board(tuning.windowCells);
  }

  /** Takes the tick's readings in; undefined where no floor comes into question. */
  follow(state: GridState, tickEndMs: number, seconds: number, walk: Walk, readings: Readings): Middle | undefined {
    const { floors } = state;
    const { board, lattice } = this;
    const isNew = floors.length === 0;
    for (let k = 0; k < floors.length; k++) {
      const one = floors[k]!;
      board.spread(one.window, lattice.list[one.floor]!, walk.dx, walk.dy, walk.sigma);
      this.weigh(one, k, readings);
    }
    if (lattice.list.length === 1) {
      if (isNew) this.open(state, 0, 1, readings, -Infinity);
    } else if (isNew && this.map.surveyed)
      for (let floor = 0; floor < lattice.list.length; floor++) this.open(state, floor, 1, readings, -Infinity);
    else if (isNew || (tickEndMs / 1_000) % LOOK_EVERY_TICKS === 0) this.look(state, isNew, readings);
    if (floors.length === 0) return undefined;
    if (floors.length > 1) this.choose(state, seconds);
    else {
      state.floor = floors[0]!.floor;
      floors[0]!.chance = 1;
    }
    return this.middles[floors.findIndex((one) => one.floor === state.floor)]!;
  }

  private weigh(one: FloorHypothesis, k: number, readings: Readings): void {
    const { board, map, lattice } = this;
    readings.findTiles(map, one.floor);
    const unexplained = this.likelihood.weigh(board, one.floor, lattice.list[one.floor]!.columns, readings);
    this.evidence[k] = board.weigh(one.window, this.tuning.teleport) + unexplained;
    this.middles[k] ??= { xCells: 0, yCells: 0, varianceCells: 0 };
    const middle = this.middles[k]!;
    middle.xCells = board.xCells;
    middle.yCells = board.yCells;
    middle.varianceCells = board.varianceCells;
  }

  /** Opens windows on the floors of the loudest gateways. */
  private look(state: GridState, isNew: boolean, readings: Readings): void {
    const { floors } = state;
    let atLeast = -Infinity;
    // A newcomer that the tick's readings give no chance at once would be given up in the same tick.
    if (!isNew) {
      for (let k = 0; k < floors.length; k++) atLeast = Math.max(atLeast, this.evidence[k]!);
      atLeast -= Math.log(NEW_CHANCE / LEAST_CHANCE) / this.tuning.floorTemper + ROUGH_SLACK;
    }
    const { count, rssiDbm, gateway } = readings;
    let below = Infinity;
    for (let k = 0; k < LOUDEST; k++) {
      let at = -1;
      for (let i = 0; i < count; i++) if (rssiDbm[i]! < below && (at < 0 || rssiDbm[i]! > rssiDbm[at]!)) at = i;
      if (at < 0) return;
      below = rssiDbm[at]!;
      const floor = this.gatewayFloor[gateway[at]!]!;
      if (!floors.some((one) => one.floor === floor))
        this.open(state, floor, isNew ? 1 : NEW_CHANCE, readings, atLeast);
    }
  }

  private open(state: GridState, floor: number, chance: number, readings: Readings, atLeast: number): void {
    readings.findTiles(this.map, floor);
    this.scan(floor, readings);
    if (this.most < atLeast) return;
    this.board.open(this.lattice.list[floor]!, this.column, this.row);
    const one = { floor, chance, window: emptyWindow() };
    state.floors.push(one);
    this.weigh(one, state.floors.length - 1, readings);
  }

  /** The most likely place of a floor, roughly. */
  private scan(index: number, readings: Readings): void {
    const floor = this.lattice.list[index]!;
    const { cellM, spacingM } = this.lattice;
    const stride = Math.max(1, Math.round((SCAN_STEP_SPACINGS * spacingM) / cellM));
    const reach = Math.ceil(Math.max(MIN_SCAN_M, SCAN_SPACINGS * spacingM) / cellM);
    const loudest = readings.gateway[readings.loudest()]!;
    const middleColumn = this.gatewayColumn[loudest]!;
    const middleRow = this.gatewayRow[loudest]!;
    const lastColumn = Math.min(floor.columns - 1, middleColumn + reach);
    const lastRow = Math.min(floor.rows - 1, middleRow + reach);
    this.most = -Infinity;
    this.column = Math.min(floor.columns - 1, Math.max(0, middleColumn));
    this.row = Math.min(floor.rows - 1, Math.max(0, middleRow));
    for (let row = Math.max(0, middleRow - reach); row <= lastRow; row += stride)
      for (let column = Math.max(0, middleColumn - reach); column <= lastColumn; column += stride) {
        const cell = row * floor.columns + column;
        const sum = Math.log(floor.weight[cell]!) + this.likelihood.ofCell(column, row, index, cell, readings);
        if (sum <= this.most) continue;
        this.most = sum;
        this.column = column;
        this.row = row;
      }
  }

  private choose(state: GridState, seconds: number): void {
    const { floors } = state;
    const change = 1 - Math.exp(-CHANGE_PER_SECOND * seconds);
    let most = -Infinity;
    for (let k = 0; k < floors.length; k++) {
      const one = floors[k]!;
      one.chance =
        Math.log(one.chance * (1 - change) + change / floors.length) + this.tuning.floorTemper * this.evidence[k]!;
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
    for (let k = 0; k < floors.length; k++) {
      const one = floors[k]!;
      if (one.chance < LEAST_CHANCE && one.floor !== state.floor) continue;
      const middle = this.middles[k]!;
      this.middles[k] = this.middles[kept]!;
      this.middles[kept] = middle;
      floors[kept++] = one;
    }
    floors.length = kept;
  }
}
