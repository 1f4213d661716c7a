/**
 * Heat: dwell seconds per square metre, and distinct carriers, per cell and interval. Rows of presence bear a hash of
 * carrier and local day instead of the carrier, so within a local day a carrier is counted once, and over several days
 * the carriers of a cell are the sum over the local days of the day's distinct carriers. Rows are cut at quarter hours: a
 * period takes the quarter hours that begin in it, the one that it begins in included. Pure.
 */
import { QUARTER_MS } from './localTime.ts';

/** Sizes for which each day's distinct carriers are kept for good; any other whole number of metres is counted from the rows. */
export const KEPT_CELLS_M = [1, 2, 5, 10] as const;
export const MAX_CELL_M = 100;

/** 32-bit FNV-1a of carrier and local day. Two of a thousand carriers in a cell and day collide once in 10,000 such cells. */
export function carrierDayHash(carrierId: string, day: number): number {
  const text = `${carrierId}|${day}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  // FNV leaves the low bits of short texts alike; this spreads them.
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}

/** Index of the coarser cell that a 1 m cell lies in. */
export const coarseCell = (cell: number, cellM: number): number => Math.floor(cell / cellM);

export const secondsPerM2 = (dwellMs: number, cellM: number): number => dwellMs / 1000 / (cellM * cellM);

/** Start of the first quarter hour of a period. */
export const heatFromMs = (fromMs: number): number => Math.floor(fromMs / QUARTER_MS) * QUARTER_MS;

export interface HeatCell {
  x: number;
  y: number;
  dwellMs: number;
  /** Sum over local days of the day's distinct carriers. */
  carriers: number;
}

/** Cells with their figures, those withheld left out. `withheld` holds indexes of `cells`. */
export function heatFigures(
  cells: readonly HeatCell[],
  withheld: ReadonlySet<number>,
  cellM: number,
  measure: 'dwell' | 'carriers',
) {
  const shown = cells
    .filter((_, index) => !withheld.has(index))
    .map((cell) => ({
      xM: cell.x * cellM,
      yM: cell.y * cellM,
      value: measure === 'dwell' ? secondsPerM2(cell.dwellMs, cellM) : cell.carriers,
    }));
  return {
    cells: shown,
    max: shown.reduce((max, cell) => Math.max(max, cell.value), 0),
    suppressedCells: withheld.size,
  };
}

/** The definition on plain rows: what SQL must agree with. */
export function heatCells(
  rows: readonly { bucketStartMs: number; cellX: number; cellY: number; carrierId: string; dwellMs: number }[],
  fromMs: number,
  toMs: number,
  cellM: number,
  dayOf: (atMs: number) => number,
): HeatCell[] {
  const cells = new Map<string, HeatCell & { seen: Set<string> }>();
  for (const row of rows) {
    if (row.bucketStartMs < heatFromMs(fromMs) || row.bucketStartMs >= toMs) continue;
    const x = coarseCell(row.cellX, cellM);
    const y = coarseCell(row.cellY, cellM);
    const cell = cells.get(`${x} ${y}`) ?? { x, y, dwellMs: 0, carriers: 0, seen: new Set<string>() };
    cell.dwellMs += row.dwellMs;
    cell.seen.add(`${row.carrierId} ${dayOf(row.bucketStartMs)}`);
    cell.carriers = cell.seen.size;
    cells.set(`${x} ${y}`, cell);
  }
  return [...cells.values()]
    .map(({ x, y, dwellMs, carriers }) => ({ x, y, dwellMs, carriers }))
    .sort((a, b) => a.y - b.y || a.x - b.x);
}
