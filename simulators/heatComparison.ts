/** How a heatmap compares with surveyed walks: both as seconds per cell of one floor. Pure. */

import type { Floor, Point } from '../server/contract/model.ts';

export type Cells = Map<string, number>;
export interface TimedPoint {
  atMs: number;
  floorId: string;
  xM: number;
  yM: number;
}

export const cellKey = (xM: number, yM: number, cellM: number): string =>
  `${Math.floor(xM / cellM)},${Math.floor(yM / cellM)}`;

const STEP_MS = 500;

/** Seconds that one walk spent in each cell of each floor: straight lines between waypoints, at even pace. */
export function timeByCell(walk: readonly TimedPoint[], cellM: number, into: Map<string, Cells>): void {
  const sorted = [...walk].sort((a, b) => a.atMs - b.atMs);
  for (let i = 0; i + 1 < sorted.length; i++) {
    const a = sorted[i]!;
    const b = sorted[i + 1]!;
    if (a.floorId !== b.floorId) continue;
    const cells = into.get(a.floorId) ?? new Map<string, number>();
    into.set(a.floorId, cells);
    const steps = Math.max(1, Math.ceil((b.atMs - a.atMs) / STEP_MS));
    const seconds = (b.atMs - a.atMs) / 1_000 / steps;
    for (let s = 0; s < steps; s++) {
      const part = (s + 0.5) / steps;
      const key = cellKey(a.xM + part * (b.xM - a.xM), a.yM + part * (b.yM - a.yM), cellM);
      cells.set(key, (cells.get(key) ?? 0) + seconds);
    }
  }
}

const total = (cells: Cells): number => [...cells.values()].reduce((sum, value) => sum + value, 0);
const place = (key: string): [number, number] => key.split(',').map(Number) as [number, number];

/** Share of `heat` in cells whose middle lies within `withinM` of the middle of a cell of `truth`. */
export function shareNear(heat: Cells, truth: Cells, cellM: number, withinM: number): number | null {
  const all = total(heat);
  if (all === 0 || truth.size === 0) return null;
  const reach = Math.floor(withinM / cellM);
  let near = 0;
  for (const [key, value] of heat) {
    const [c, r] = place(key);
    let found = false;
    for (let dc = -reach; dc <= reach && !found; dc++)
      for (let dr = -reach; dr <= reach && !found; dr++)
        found = Math.hypot(dc, dr) * cellM <= withinM && truth.has(`${c + dc},${r + dr}`);
    if (found) near += value;
  }
  return near / all;
}

/** Pearson's correlation over all cells in which either has anything. */
export function correlation(a: Cells, b: Cells): number | null {
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  if (keys.length < 3) return null;
  const xs = keys.map((key) => a.get(key) ?? 0);
  const ys = keys.map((key) => b.get(key) ?? 0);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(xs);
  const my = mean(ys);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  xs.forEach((x, i) => {
    xy += (x - mx) * (ys[i]! - my);
    xx += (x - mx) ** 2;
    yy += (ys[i]! - my) ** 2;
  });
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

/** Jensen-Shannon divergence in bits: 0 for the same distribution, 1 for two that share no cell. */
export function jensenShannon(a: Cells, b: Cells): number | null {
  const sumA = total(a);
  const sumB = total(b);
  if (sumA === 0 || sumB === 0) return null;
  let divergence = 0;
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const p = (a.get(key) ?? 0) / sumA;
    const q = (b.get(key) ?? 0) / sumB;
    const m = (p + q) / 2;
    if (p > 0) divergence += (p / 2) * Math.log2(p / m);
    if (q > 0) divergence += (q / 2) * Math.log2(q / m);
  }
  return divergence;
}

/** The same seconds in coarser cells, so that an error of some metres does not count as a miss. */
export function coarser(cells: Cells, factor: number): Cells {
  const out: Cells = new Map();
  for (const [key, value] of cells) {
    const [c, r] = place(key);
    const coarse = `${Math.floor(c / factor)},${Math.floor(r / factor)}`;
    out.set(coarse, (out.get(coarse) ?? 0) + value);
  }
  return out;
}

/** Evenly spread heat over a floor: what a score must beat to mean anything. */
export function evenHeat(
  { widthM, heightM, outline }: Pick<Floor, 'widthM' | 'heightM' | 'outline'>,
  cellM: number,
): Cells {
  const cells: Cells = new Map();
  for (let c = 0; c * cellM < widthM; c++)
    for (let r = 0; r * cellM < heightM; r++) {
      const inside =
        !outline || outline.type === 'circle' || inRing(outline.rings[0]!, (c + 0.5) * cellM, (r + 0.5) * cellM);
      if (inside) cells.set(`${c},${r}`, 1);
    }
  return cells;
}

function inRing(ring: readonly Point[], xM: number, yM: number): boolean {
  let inside = false;
  ring.forEach(([x1, y1], i) => {
    const [x0, y0] = ring[(i + ring.length - 1) % ring.length]!;
    if (y0 > yM !== y1 > yM && xM < x0 + ((yM - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
  });
  return inside;
}

export interface FloorComparison {
  floorId: string;
  truthSeconds: number;
  heatSeconds: number;
  suppressedCells: number;
  within5M: number | null;
  /** What evenly spread heat would score. */
  evenWithin5M: number | null;
  within10M: number | null;
  correlation: number | null;
  correlationCoarse: number | null;
  jensenShannonBits: number | null;
  jensenShannonBitsCoarse: number | null;
}

export function compareFloor(
  floorId: string,
  truth: Cells,
  heat: Cells,
  cellM: number,
  suppressedCells: number,
  even: Cells = new Map(),
): FloorComparison {
  const coarseTruth = coarser(truth, 2);
  const coarseHeat = coarser(heat, 2);
  return {
    floorId,
    truthSeconds: Math.round(total(truth)),
    heatSeconds: Math.round(total(heat)),
    suppressedCells,
    within5M: shareNear(heat, truth, cellM, 5),
    evenWithin5M: shareNear(even, truth, cellM, 5),
    within10M: shareNear(heat, truth, cellM, 10),
    correlation: correlation(truth, heat),
    correlationCoarse: correlation(coarseTruth, coarseHeat),
    jensenShannonBits: jensenShannon(truth, heat),
    jensenShannonBitsCoarse: jensenShannon(coarseTruth, coarseHeat),
  };
}

/** Half the sum of differences of the floors' shares of time: 0 where heat lies on the right floors, 1 where on none. */
export function floorConfusion(floors: readonly FloorComparison[]): number | null {
  const truthAll = floors.reduce((sum, floor) => sum + floor.truthSeconds, 0);
  const heatAll = floors.reduce((sum, floor) => sum + floor.heatSeconds, 0);
  if (truthAll === 0 || heatAll === 0) return null;
  return floors.reduce((sum, f) => sum + Math.abs(f.truthSeconds / truthAll - f.heatSeconds / heatAll), 0) / 2;
}
