/** Where one carrier's window after another is spread and weighed: arrays that stay in the cache. Pure. */
import { type GridWindow, makeRoom } from './gridWindow.ts';
import { convolve, MAX_REACH, newKernel, setKernel } from './kernel.ts';
import type { FloorLattice } from './lattice.ts';

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value)) | 0;

/** Mass that may be lost at each side: of what was spread, before it costs a look at every gateway, and of what is kept. */
const SPREAD_LOSS = 2e-3;
const KEPT_LOSS = 2e-3;

const EXP_STEPS = 64;
const EXP_RANGE = 16;
/** exp(−i ÷ EXP_STEPS); beyond it nothing. */
const expTable = Float64Array.from({ length: EXP_STEPS * EXP_RANGE + 1 }, (_, i) => Math.exp(-i / EXP_STEPS));

/** Scratch on which one window after another is worked at. A rectangle of cells of a floor, row by row without gaps. */
export class Board {
  column0 = 0;
  row0 = 0;
  columns = 0;
  rows = 0;
  /** Of the cells; sums to about one. */
  mass: Float64Array;
  log: Float64Array;
  /** Of the last `keep`: the middle, in cells of the floor, and the mean variance per axis. */
  xCells = 0;
  yCells = 0;
  varianceCells = 0;

  // Of the last `trim`: from, and up to but without.
  private top = 0;
  private bottom = 0;
  private left = 0;
  private right = 0;
  private readonly maxCells: number;
  private readonly across = newKernel();
  private readonly along = newKernel();
  private readonly source: Float64Array;
  private readonly plane: Float64Array;
  private readonly spreadMass: Float64Array;
  private readonly rowMass: Float64Array;
  private readonly columnMass: Float64Array;

  /** `maxCells` per side of a window. */
  constructor(maxCells: number) {
    const side = maxCells + 2 * MAX_REACH + 1;
    this.maxCells = maxCells;
    this.mass = new Float64Array(maxCells * maxCells);
    this.log = new Float64Array(maxCells * maxCells);
    this.spreadMass = new Float64Array(maxCells * maxCells);
    this.source = new Float64Array(side);
    this.plane = new Float64Array(side * maxCells);
    this.rowMass = new Float64Array(maxCells);
    this.columnMass = new Float64Array(maxCells);
  }

  /** Anywhere around a cell of the floor, as people walk. */
  open(floor: FloorLattice, column: number, row: number): void {
    this.columns = Math.min(this.maxCells, floor.columns);
    this.rows = Math.min(this.maxCells, floor.rows);
    this.column0 = clamp(Math.round(column - this.columns / 2), 0, floor.columns - this.columns);
    this.row0 = clamp(Math.round(row - this.rows / 2), 0, floor.rows - this.rows);
    const { columns, rows, mass } = this;
    let sum = 0;
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const weight = floor.weight[(this.row0 + r) * floor.columns + this.column0 + c]!;
        mass[r * columns + c] = weight;
        sum += weight;
      }
    const scale = 1 / sum;
    for (let i = 0; i < rows * columns; i++) mass[i]! *= scale;
  }

  /** A window's mass, moved by the given cells and spread into cells where people walk. */
  spread(window: GridWindow, floor: FloorLattice, dx: number, dy: number, sigma: number): void {
    const { across, along, source, plane, spreadMass, rowMass, columnMass, maxCells } = this;
    const { p } = window;
    setKernel(across, dx, sigma);
    setKernel(along, dy, sigma);
    let column0 = clamp(window.column0 + across.low, 0, floor.columns - 1);
    let column1 = clamp(window.column0 + window.columns + across.high, column0 + 1, floor.columns);
    if (column1 - column0 > maxCells) {
      column0 = clamp(Math.round((column0 + column1 - maxCells) / 2), 0, floor.columns - maxCells);
      column1 = column0 + maxCells;
    }
    let row0 = clamp(window.row0 + along.low, 0, floor.rows - 1);
    let row1 = clamp(window.row0 + window.rows + along.high, row0 + 1, floor.rows);
    if (row1 - row0 > maxCells) {
      row0 = clamp(Math.round((row0 + row1 - maxCells) / 2), 0, floor.rows - maxCells);
      row1 = row0 + maxCells;
    }
    const columns = column1 - column0;
    const rows = row1 - row0;
    // What flows into the cells comes from these, of which those outside the window are empty.
    const sourceColumn0 = column0 - across.high;
    const sourceColumns = columns + across.high - across.low;
    const sourceRow0 = row0 - along.high;
    const sourceRows = rows + along.high - along.low;
    const from = Math.max(0, window.column0 - sourceColumn0);
    const to = Math.min(sourceColumns, window.column0 + window.columns - sourceColumn0);
    source.fill(0, 0, sourceColumns);
    for (let r = 0; r < sourceRows; r++) {
      const windowRow = sourceRow0 + r - window.row0;
      if (windowRow < 0 || windowRow >= window.rows) {
        plane.fill(0, r * columns, (r + 1) * columns);
        continue;
      }
      const shift = windowRow * window.columns + sourceColumn0 - window.column0;
      for (let c = from; c < to; c++) source[c] = p[shift + c]!;
      convolve(plane, r * columns, source, 0, 1, columns, across);
    }
    columnMass.fill(0, 0, columns);
    let sum = 0;
    for (let r = 0; r < rows; r++) {
      const at = r * columns;
      convolve(spreadMass, at, plane, at, columns, columns, along);
      if (!floor.even) {
        const cell = (row0 + r) * floor.columns + column0;
        for (let c = 0; c < columns; c++) spreadMass[at + c]! *= floor.weight[cell + c]!;
      }
      let inRow = 0;
      for (let c = 0; c < columns; c++) {
        const m = spreadMass[at + c]!;
        inRow += m;
        columnMass[c]! += m;
      }
      rowMass[r] = inRow;
      sum += inRow;
    }
    this.trim(columns, rows, sum * SPREAD_LOSS);
    const { top, bottom, left, right, mass } = this;
    this.column0 = column0 + left;
    this.row0 = row0 + top;
    this.columns = right - left;
    this.rows = bottom - top;
    let i = 0;
    for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) mass[i++] = spreadMass[r * columns + c]!;
  }

  /** Sides with less mass than this are left away. */
  private trim(columns: number, rows: number, leastMass: number): void {
    const { rowMass, columnMass } = this;
    let top = 0;
    let bottom = rows;
    let left = 0;
    let right = columns;
    while (top + 1 < bottom && rowMass[top]! < leastMass) top += 1;
    while (bottom - 1 > top && rowMass[bottom - 1]! < leastMass) bottom -= 1;
    while (left + 1 < right && columnMass[left]! < leastMass) left += 1;
    while (right - 1 > left && columnMass[right - 1]! < leastMass) right -= 1;
    this.top = top;
    this.bottom = bottom;
    this.left = left;
    this.right = right;
  }

  /** Weighs the mass by `log` and puts it into the window. `teleport` is spread evenly before. Returns the logarithm of the mean weight. */
  weigh(window: GridWindow, teleport: number): number {
    const { mass, log, rowMass, columnMass, columns, rows } = this;
    const cells = columns * rows;
    let most = -Infinity;
    for (let i = 0; i < cells; i++) if (log[i]! > most && mass[i]! > 0) most = log[i]!;
    const everywhere = teleport / cells;
    columnMass.fill(0, 0, columns);
    let sum = 0;
    for (let r = 0, i = 0; r < rows; r++) {
      let inRow = 0;
      for (let c = 0; c < columns; c++, i++) {
        const below = ((most - log[i]!) * EXP_STEPS) | 0;
        // A cell without mass may be likelier than all that have some.
        const value = below < 0 ? 0 : below < expTable.length ? (mass[i]! + everywhere) * expTable[below]! : 0;
        mass[i] = value;
        inRow += value;
        columnMass[c]! += value;
      }
      rowMass[r] = inRow;
      sum += inRow;
    }
    if (sum > 0) {
      this.keep(window, sum);
      return Math.log(sum) + most;
    }
    mass.fill(1, 0, cells);
    rowMass.fill(columns, 0, rows);
    columnMass.fill(rows, 0, columns);
    this.keep(window, cells);
    return most;
  }

  private keep(window: GridWindow, sum: number): void {
    const { mass } = this;
    const wide = this.columns;
    this.trim(this.columns, this.rows, sum * KEPT_LOSS);
    const { top, bottom, left, right } = this;
    this.measure();
    window.column0 = this.column0 + left;
    window.row0 = this.row0 + top;
    window.columns = right - left;
    window.rows = bottom - top;
    const p = makeRoom(window, window.columns * window.rows);
    const scale = 1 / sum;
    let i = 0;
    for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) p[i++] = mass[r * wide + c]! * scale;
  }

  /** Middle and mean variance per axis of what is kept. */
  private measure(): void {
    const { rowMass, columnMass, top, bottom, left, right } = this;
    let sum = 0;
    let sx = 0;
    let sxx = 0;
    for (let c = left; c < right; c++) {
      const m = columnMass[c]!;
      sum += m;
      sx += m * c;
      sxx += m * c * c;
    }
    const x = sx / sum;
    const varianceX = sxx / sum - x * x;
    sum = 0;
    let sy = 0;
    let syy = 0;
    for (let r = top; r < bottom; r++) {
      const m = rowMass[r]!;
      sum += m;
      sy += m * r;
      syy += m * r * r;
    }
    const y = sy / sum;
    this.xCells = this.column0 + x;
    this.yCells = this.row0 + y;
    this.varianceCells = Math.max(0, varianceX + syy / sum - y * y) / 2;
  }
}
