/** What one gateway is expected to hear from the cells around it, in steps: small enough that many tiles stay in the cache. Pure. */

export const STEPS_PER_DB = 8;
/** Codes of one step of doubt: twice what a reading and its expectation lie apart at most, a power of two. */
export const BINS = 4_096;
/** Steps of a map's own variance, from none to all that the survey's field may have. */
export const DOUBT_STEPS = 6;
/** Steps of the odds of being heard. */
export const ODDS_STEPS = 256;

/** A rectangle of cells of a floor. Tiles of gateways that hang alike within their cells share their codes. */
export interface Tile {
  column0: number;
  row0: number;
  columns: number;
  rows: number;
  /** The cell (column, row) of the floor stands at `origin + row × stride + column`. */
  origin: number;
  stride: number;
  /** Steps below `topDbm`; plus BINS for each step of how little the survey tells of the cell. */
  codes: Uint16Array;
  topDbm: number;
  /** Odds of being heard in a second against not, as an index in `odds`; without it the code itself is the index. */
  heard: Uint8Array | undefined;
  /** Weighted log chance of not being heard in a second, where a survey tells; row by row of the rectangle. */
  missed?: Float32Array;
  /** Logarithms. */
  odds: Float64Array;
  /** Of a cell outside the rectangle. */
  farCode: number;
  farOdds: number;
}

export const codeOf = (topDbm: number, rssiDbm: number): number =>
  Math.min(BINS - 1, Math.max(0, Math.round((topDbm - rssiDbm) * STEPS_PER_DB)));

export const isInside = ({ column0, row0, columns, rows }: Tile, column: number, row: number): boolean =>
  column >= column0 && row >= row0 && column < column0 + columns && row < row0 + rows;

/** Expected RSSI before offsets. */
export function rssiAt(tile: Tile, column: number, row: number): number {
  const code = isInside(tile, column, row)
    ? tile.codes[tile.origin + row * tile.stride + column]! & (BINS - 1)
    : tile.farCode;
  return tile.topDbm - code / STEPS_PER_DB;
}

/** Gateways are moved by at most a sixteenth of a cell, so that their fields repeat. */
const PLACES_PER_CELL = 8;
const HEIGHTS_PER_M = 10;
/** Above the power at 1 m: what the steepest exponent gives at the least distance. */
const HEADROOM_DB = 12;

/** Path loss around a gateway, made once for all that hang alike. */
export class PathLossFields {
  private readonly cellM: number;
  private readonly reachM: number;
  private readonly lossDb: (dxM: number, dyM: number, dzM: number) => number;
  private readonly fields = new Map<string, Uint16Array>();

  /** `lossDb`: against 1 m, negative where louder. */
  constructor(cellM: number, reachM: number, lossDb: (dxM: number, dyM: number, dzM: number) => number) {
    this.cellM = cellM;
    this.reachM = reachM;
    this.lossDb = lossDb;
  }

  /** Of a gateway so far above the carriers, with this power at 1 m, on a floor of so many cells. */
  tile(
    xM: number,
    yM: number,
    aboveM: number,
    powerDbm: number,
    floor: { columns: number; rows: number },
  ): Omit<Tile, 'odds' | 'farOdds'> | undefined {
    const reach = Math.ceil(this.reachM / this.cellM);
    const x = Math.round((xM / this.cellM) * PLACES_PER_CELL);
    const y = Math.round((yM / this.cellM) * PLACES_PER_CELL);
    const left = (Math.floor(x / PLACES_PER_CELL) - reach) | 0;
    const top = (Math.floor(y / PLACES_PER_CELL) - reach) | 0;
    const side = 2 * reach + 1;
    const column0 = Math.max(0, left);
    const row0 = Math.max(0, top);
    const columns = Math.min(floor.columns, left + side) - column0;
    const rows = Math.min(floor.rows, top + side) - row0;
    if (columns <= 0 || rows <= 0) return undefined;
    const height = Math.round(Math.abs(aboveM) * HEIGHTS_PER_M);
    const codes = this.field(x - PLACES_PER_CELL * (left + reach), y - PLACES_PER_CELL * (top + reach), height, side);
    return {
      column0,
      row0,
      columns,
      rows,
      origin: (-top * side - left) | 0,
      stride: side,
      codes,
      topDbm: powerDbm + HEADROOM_DB,
      heard: undefined,
      farCode: codeOf(HEADROOM_DB, -this.lossDb(this.reachM, 0, 0)),
    };
  }

  private field(xPlace: number, yPlace: number, height: number, side: number): Uint16Array {
    const key = `${xPlace} ${yPlace} ${height}`;
    let field = this.fields.get(key);
    if (field) return field;
    field = new Uint16Array(side * side);
    const middle = (side - 1) / 2;
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const dxM = (column - middle + 0.5 - xPlace / PLACES_PER_CELL) * this.cellM;
        const dyM = (row - middle + 0.5 - yPlace / PLACES_PER_CELL) * this.cellM;
        field[row * side + column] = codeOf(HEADROOM_DB, -this.lossDb(dxM, dyM, height / HEIGHTS_PER_M));
      }
    this.fields.set(key, field);
    return field;
  }
}
