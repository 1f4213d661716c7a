/** How well a tick's readings go with a carrier being in each cell. Pure. */
import type { Board } from './board.ts';
import { LEAST_HEARD, type RadioMap } from './radioMap.ts';
import { BINS, DOUBT_STEPS, isInside, STEPS_PER_DB, type Tile } from './tile.ts';
import type { Tuning } from './tuning.ts';

/** One carrier hears of more only in a hall full of gateways; the rest would tell nothing new. */
export const MAX_HEARD = 32;
/** No reading and no expectation lie further apart. */
const HALF_DB = BINS / STEPS_PER_DB / 2;
/** A reading that no map of the floor explains. */
const UNEXPLAINED_DB = 25;
/** Tables are made for noise in steps of half a decibel, up to this. */
const MAX_NOISE_DB = 12;
const NOISE_STEPS_PER_DB = 2;

/** Log likelihood by residual; one row for each step of the map's own doubt. */
function lossTable({ nu, temper, fade, surveySdDb }: Tuning, noiseDb: number): Float64Array {
  const table = new Float64Array(DOUBT_STEPS * BINS);
  for (let step = 0; step < DOUBT_STEPS; step++) {
    const sigmaDb = Math.sqrt(noiseDb ** 2 + (surveySdDb ** 2 * step) / (DOUBT_STEPS - 1));
    for (let i = 0; i < BINS; i++) {
      const residual = (i + 0.5) / STEPS_PER_DB - HALF_DB;
      const weighed = residual < 0 ? residual * fade : residual;
      table[step * BINS + i] =
        -temper * (Math.log(sigmaDb / noiseDb) + 0.5 * (nu + 1) * Math.log1p((weighed / sigmaDb) ** 2 / nu));
    }
  }
  return table;
}

/** The readings of one carrier in one tick. */
export class Readings {
  count = 0;
  /** Heard by the carrier itself: which gateways were silent then, nobody knows. */
  byPhone = false;
  /** Gateways by their place in the model. */
  readonly gateway = new Int32Array(MAX_HEARD);
  /** Less the carrier's shadow there. */
  readonly rssiDbm = new Float64Array(MAX_HEARD);
  /** What the carrier and the gateway add to what the map expects. */
  readonly offsetDb = new Float64Array(MAX_HEARD);
  /** Of the floor that is looked at. */
  readonly tiles: (Tile | null)[] = [];

  findTiles(map: RadioMap, floor: number): void {
    for (let i = 0; i < this.count; i++) this.tiles[i] = map.tile(floor, this.gateway[i]!);
  }

  has(gateway: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.gateway[i] === gateway) return true;
    return false;
  }

  loudest(): number {
    let at = 0;
    for (let i = 1; i < this.count; i++) if (this.rssiDbm[i]! > this.rssiDbm[at]!) at = i;
    return at;
  }
}

export class Likelihood {
  private readonly map: RadioMap;
  private readonly tuning: Tuning;
  private readonly tables = new Map<number, Float64Array>();
  private loss: Float64Array;
  /** Weight of the odds of being heard. */
  private heardWeight = 1;
  // Of the readings of one call: the bin that the cells' codes are added to, and where the board begins in the tile, −1 where it reaches beyond.
  private readonly from = new Int32Array(MAX_HEARD);
  private readonly at = new Int32Array(MAX_HEARD);

  constructor(map: RadioMap, tuning: Tuning) {
    this.map = map;
    this.tuning = tuning;
    this.loss = this.tableFor(tuning.noiseDb);
  }

  private tableFor(noiseDb: number): Float64Array {
    const { noiseFloorDb, noisePerDeviation } = this.tuning;
    const scaleDb = Math.min(MAX_NOISE_DB, Math.max(noiseFloorDb, noisePerDeviation * noiseDb));
    const key = Math.round(NOISE_STEPS_PER_DB * scaleDb);
    let table = this.tables.get(key);
    if (!table) {
      table = lossTable(this.tuning, key / NOISE_STEPS_PER_DB);
      this.tables.set(key, table);
    }
    return table;
  }

  /** `heardShare`: without a survey, the rarer it is to be heard at all, the more being heard speaks for being near. */
  assume(noiseDb: number, heardShare: number): void {
    this.loss = this.tableFor(noiseDb);
    this.heardWeight = this.map.surveyed ? 1 : 1 - heardShare;
  }

  /** Where a reading's bin begins: the cell's code is added. */
  private binOf(residualDb: number): number {
    return ((residualDb + HALF_DB) * STEPS_PER_DB) | 0;
  }

  /** Readings of one tick share the body that casts its shadow: ten of them tell less than ten times as much as one. */
  private shareOf(count: number): number {
    const { share, shareCount, surveyedShareCount } = this.tuning;
    return share / (1 + count / (this.map.surveyed ? surveyedShareCount : shareCount));
  }

  /** Writes the board's `log`; returns what is the same in all its cells. */
  weigh(board: Board, floor: number, floorColumns: number, readings: Readings): number {
    const { log, column0, row0, columns, rows } = board;
    const { loss } = this;
    const share = this.shareOf(readings.count);
    // Summed in units of the share, which all readings have in common.
    const oddsWeight = this.heardWeight / share;
    const silence = readings.byPhone ? undefined : this.map.silenceOn(floor);
    log.fill(0, 0, columns * rows);
    const { count, tiles } = readings;
    const { from, at } = this;
    let unexplained = 0;
    // All tiles first: they lie apart in memory, and what is asked for together comes together.
    for (let i = 0; i < count; i++) {
      const tile = tiles[i];
      if (!tile) continue;
      from[i] = this.binOf(readings.rssiDbm[i]! - readings.offsetDb[i]! - this.tuning.biasDb - tile.topDbm);
      const isWithin = isInside(tile, column0, row0) && isInside(tile, column0 + columns - 1, row0 + rows - 1);
      at[i] = isWithin ? tile.origin + row0 * tile.stride + column0 : -1;
    }
    for (let i = 0; i < count; i++) {
      const tile = tiles[i];
      if (!tile) {
        unexplained += this.loss[this.binOf(UNEXPLAINED_DB)]!;
        if (silence) unexplained += this.tuning.heardWeight * Math.log(LEAST_HEARD);
      } else if (at[i]! < 0) addAcross(board, tile, loss, from[i]!, oddsWeight);
      else if (tile.heard) addSurveyed(log, columns, rows, tile, at[i]!, loss, from[i]!, oddsWeight);
      else addPredicted(log, columns, rows, tile, at[i]!, loss, from[i]!, oddsWeight);
    }
    for (let r = 0, i = 0; r < rows; r++) {
      if (silence) {
        const cell = (row0 + r) * floorColumns + column0;
        for (let c = 0; c < columns; c++, i++) log[i] = share * log[i]! + silence[cell + c]!;
      } else for (let c = 0; c < columns; c++, i++) log[i]! *= share;
    }
    return unexplained;
  }

  /** The same of a single cell. */
  ofCell(column: number, row: number, floor: number, cell: number, readings: Readings): number {
    const { loss } = this;
    const share = this.shareOf(readings.count);
    const silence = readings.byPhone ? undefined : this.map.silenceOn(floor);
    let sum = silence ? silence[cell]! : 0;
    for (let i = 0; i < readings.count; i++) {
      const tile = readings.tiles[i];
      if (!tile) continue;
      const inside = isInside(tile, column, row);
      const at = tile.origin + row * tile.stride + column;
      const code = inside ? tile.codes[at]! : tile.farCode;
      const odds = inside ? tile.odds[tile.heard ? tile.heard[at]! : code]! : tile.farOdds;
      const from = this.binOf(readings.rssiDbm[i]! - readings.offsetDb[i]! - this.tuning.biasDb - tile.topDbm);
      sum += share * loss[from + code]! + this.heardWeight * odds;
    }
    return sum;
  }
}

// The three loops below are where nearly all time goes: locals only, one table look-up a term.

function addPredicted(
  log: Float64Array,
  columns: number,
  rows: number,
  { codes, odds, stride }: Tile,
  origin: number,
  loss: Float64Array,
  from: number,
  oddsWeight: number,
): void {
  for (let r = 0, i = 0, at = origin; r < rows; r++, at += stride - columns)
    for (const end = i + columns; i < end; i++, at++) {
      const code = codes[at]!;
      log[i]! += loss[from + code]! + oddsWeight * odds[code]!;
    }
}

function addSurveyed(
  log: Float64Array,
  columns: number,
  rows: number,
  { codes, heard, odds, stride }: Tile,
  origin: number,
  loss: Float64Array,
  from: number,
  oddsWeight: number,
): void {
  if (!heard) return;
  for (let r = 0, i = 0, at = origin; r < rows; r++, at += stride - columns)
    for (const end = i + columns; i < end; i++, at++)
      log[i]! += loss[from + codes[at]!]! + oddsWeight * odds[heard[at]!]!;
}

/** Where the board reaches beyond the tile. */
function addAcross(
  { log, column0, row0, columns, rows }: Board,
  tile: Tile,
  loss: Float64Array,
  from: number,
  oddsWeight: number,
): void {
  const { codes, heard, odds, origin, stride } = tile;
  const far = loss[from + tile.farCode]! + oddsWeight * tile.farOdds;
  const left = Math.min(columns, Math.max(0, tile.column0 - column0));
  const right = Math.max(left, Math.min(columns, tile.column0 + tile.columns - column0));
  for (let r = 0; r < rows; r++) {
    const row = row0 + r;
    const i = r * columns;
    if (row < tile.row0 || row >= tile.row0 + tile.rows) {
      for (let c = 0; c < columns; c++) log[i + c]! += far;
      continue;
    }
    const at = origin + row * stride + column0;
    for (let c = 0; c < left; c++) log[i + c]! += far;
    for (let c = left; c < right; c++) {
      const code = codes[at + c]!;
      log[i + c]! += loss[from + code]! + oddsWeight * odds[heard ? heard[at + c]! : code]!;
    }
    for (let c = right; c < columns; c++) log[i + c]! += far;
  }
}
