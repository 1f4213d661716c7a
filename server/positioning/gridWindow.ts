/** One carrier's probability over a window of cells that moves with it. Pure; all work happens in the carrier's own array and in scratch. */
import type { FloorLattice } from './lattice.ts';

/** Structured-cloneable. Columns and rows of the box are relative to the window. */
export interface GridWindow {
  column0: number;
  row0: number;
  /** Cells per side; clipped to the floor. */
  columns: number;
  rows: number;
  p: Float32Array;
  /** All mass lies in it: [from, to] inclusive. */
  boxC0: number;
  boxC1: number;
  boxR0: number;
  boxR1: number;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export function openWindow(floor: FloorLattice, cells: number, column: number, row: number): GridWindow {
  const columns = Math.min(cells, floor.columns);
  const rows = Math.min(cells, floor.rows);
  const column0 = clamp(Math.round(column - columns / 2), 0, floor.columns - columns);
  const row0 = clamp(Math.round(row - rows / 2), 0, floor.rows - rows);
  const p = new Float32Array(columns * rows);
  let sum = 0;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const weight = floor.weight[(row0 + r) * floor.columns + column0 + c]!;
      p[r * columns + c] = weight;
      sum += weight;
    }
  for (let i = 0; i < p.length; i++) p[i]! /= sum;
  return { column0, row0, columns, rows, p, boxC0: 0, boxC1: columns - 1, boxR0: 0, boxR1: rows - 1 };
}

/** Moves the window so that the given cell of the floor comes near its middle; mass that falls out is gone. */
export function recentre(window: GridWindow, floor: FloorLattice, column: number, row: number): void {
  const { columns, rows, p } = window;
  const column0 = clamp(Math.round(column - columns / 2), 0, floor.columns - columns);
  const row0 = clamp(Math.round(row - rows / 2), 0, floor.rows - rows);
  const dc = column0 - window.column0;
  const dr = row0 - window.row0;
  if (dc === 0 && dr === 0) return;
  // In the direction that reads cells before they are overwritten.
  const forward = dr > 0 || (dr === 0 && dc > 0);
  for (let k = 0; k < rows; k++) {
    const r = forward ? k : rows - 1 - k;
    const from = r + dr;
    for (let m = 0; m < columns; m++) {
      const c = forward ? m : columns - 1 - m;
      const source = c + dc;
      p[r * columns + c] =
        from >= 0 && from < rows && source >= 0 && source < columns ? p[from * columns + source]! : 0;
    }
  }
  window.column0 = column0;
  window.row0 = row0;
  window.boxC0 = clamp(window.boxC0 - dc, 0, columns - 1);
  window.boxC1 = clamp(window.boxC1 - dc, 0, columns - 1);
  window.boxR0 = clamp(window.boxR0 - dr, 0, rows - 1);
  window.boxR1 = clamp(window.boxR1 - dr, 0, rows - 1);
}

const MAX_REACH = 24;
interface Kernel {
  /** Weight of a move by `k` cells at `k + MAX_REACH`. */
  taps: Float64Array;
  /** Furthest moves down and up. */
  low: number;
  high: number;
}
const across: Kernel = { taps: new Float64Array(2 * MAX_REACH + 1), low: 0, high: 0 };
const along: Kernel = { taps: new Float64Array(2 * MAX_REACH + 1), low: 0, high: 0 };
let plane = new Float32Array(64 * 64);

/** Below this the values of a Gaussian at the cells' middles no longer stand for its masses. */
const NARROW_CELLS = 0.6;
const REACH_SIGMAS = 2.2;

/** A discrete Gaussian of this mean and standard deviation, in cells. */
function setKernel(kernel: Kernel, mean: number, sigma: number): void {
  const { taps } = kernel;
  const middle = clamp(Math.round(mean), 1 - MAX_REACH, MAX_REACH - 1);
  const off = mean - middle;
  if (sigma < NARROW_CELLS) {
    // Three weights with the right mean and variance.
    const spread = Math.min(1, sigma * sigma + off * off);
    taps[MAX_REACH + middle - 1] = Math.max(0, (spread - off) / 2);
    taps[MAX_REACH + middle] = 1 - spread;
    taps[MAX_REACH + middle + 1] = Math.max(0, (spread + off) / 2);
    kernel.low = middle - 1;
    kernel.high = middle + 1;
    return;
  }
  const reach = Math.ceil(REACH_SIGMAS * sigma);
  kernel.low = Math.max(-MAX_REACH, middle - reach);
  kernel.high = Math.min(MAX_REACH, middle + reach);
  let sum = 0;
  for (let k = kernel.low; k <= kernel.high; k++) {
    const weight = Math.exp((-0.5 * (k - mean) ** 2) / (sigma * sigma));
    taps[MAX_REACH + k] = weight;
    sum += weight;
  }
  for (let k = kernel.low; k <= kernel.high; k++) taps[MAX_REACH + k]! /= sum;
}

/** Moves the mass by the given cells and spreads it, into cells where people walk. */
export function diffuse(window: GridWindow, floor: FloorLattice, dx: number, dy: number, sigma: number): void {
  const { columns, rows, p, boxR0, boxR1, boxC0, boxC1 } = window;
  setKernel(across, dx, sigma);
  setKernel(along, dy, sigma);
  const c0 = clamp(boxC0 + across.low, 0, columns - 1);
  const c1 = clamp(boxC1 + across.high, 0, columns - 1);
  const r0 = clamp(boxR0 + along.low, 0, rows - 1);
  const r1 = clamp(boxR1 + along.high, 0, rows - 1);
  if (plane.length < columns * rows) plane = new Float32Array(columns * rows);
  // Along rows, into the plane.
  for (let r = boxR0; r <= boxR1; r++) {
    const base = r * columns;
    plane.fill(0, base + c0, base + c1 + 1);
    for (let k = across.low; k <= across.high; k++) {
      const tap = across.taps[MAX_REACH + k]!;
      const from = Math.max(c0, boxC0 + k);
      const to = Math.min(c1, boxC1 + k);
      for (let i = base + from; i <= base + to; i++) plane[i]! += tap * p[i - k]!;
    }
  }
  // Along columns, back, weighted by where people walk.
  for (let r = boxR0; r <= boxR1; r++) p.fill(0, r * columns + boxC0, r * columns + boxC1 + 1);
  for (let r = r0; r <= r1; r++) {
    const base = r * columns;
    const low = Math.max(along.low, r - boxR1);
    const high = Math.min(along.high, r - boxR0);
    for (let k = low; k <= high; k++) {
      const tap = along.taps[MAX_REACH + k]!;
      const shift = k * columns;
      for (let i = base + c0; i <= base + c1; i++) p[i]! += tap * plane[i - shift]!;
    }
    const cell = (window.row0 + r) * floor.columns + window.column0 - base;
    for (let i = base + c0; i <= base + c1; i++) p[i]! *= floor.weight[cell + i]!;
  }
  window.boxC0 = c0;
  window.boxC1 = c1;
  window.boxR0 = r0;
  window.boxR1 = r1;
}

/** Takes rows and columns with next to no mass off the box; assumes that the mass sums to one. */
export function shrink(window: GridWindow, least: number): void {
  const { columns, p } = window;
  const rowMass = (r: number): number => {
    let sum = 0;
    for (let c = window.boxC0; c <= window.boxC1; c++) sum += p[r * columns + c]!;
    return sum;
  };
  const columnMass = (c: number): number => {
    let sum = 0;
    for (let r = window.boxR0; r <= window.boxR1; r++) sum += p[r * columns + c]!;
    return sum;
  };
  while (window.boxR0 < window.boxR1 && rowMass(window.boxR0) < least) {
    p.fill(0, window.boxR0 * columns + window.boxC0, window.boxR0 * columns + window.boxC1 + 1);
    window.boxR0 += 1;
  }
  while (window.boxR1 > window.boxR0 && rowMass(window.boxR1) < least) {
    p.fill(0, window.boxR1 * columns + window.boxC0, window.boxR1 * columns + window.boxC1 + 1);
    window.boxR1 -= 1;
  }
  while (window.boxC0 < window.boxC1 && columnMass(window.boxC0) < least) {
    for (let r = window.boxR0; r <= window.boxR1; r++) p[r * columns + window.boxC0] = 0;
    window.boxC0 += 1;
  }
  while (window.boxC1 > window.boxC0 && columnMass(window.boxC1) < least) {
    for (let r = window.boxR0; r <= window.boxR1; r++) p[r * columns + window.boxC1] = 0;
    window.boxC1 -= 1;
  }
}
