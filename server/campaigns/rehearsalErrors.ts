/**
 * From where do those come whose fix lies in a zone? People stand at x with the density of the heat map, their fix is off
 * by a round Gaussian of the local σ. A cell therefore sends the share `caught` of its presence into the zone:
 *
 *     caught(x) = ∫ zone(y) N(y − x; σ) dy        false share = Σ outside h(x) caught(x) ÷ Σ h(x) caught(x)
 *
 * Cells are those of heat, 1 m; a person is anywhere in the cell, exactly reckoned with. Walls are left out. Pure.
 */
import type { Shape } from '../contract/model.ts';
import { boundsOf, pointInShape } from '../floor/geometry.ts';

/** Beyond it less than a thousandth of the errors. */
const REACH_SIGMAS = 3.8;
/** A fix worse than this is hardly one, and its kernel would cover the mall. */
const MAX_SIGMA_M = 20;
/** No radio is better. */
const MIN_SIGMA_M = 0.05;
/** The edge of a larger zone is a small part of it. */
const LARGE_M2 = 4_000;
/** A person within a cell's share of the outline: to 1/16 of a square metre. */
const SUBSAMPLES = 4;

/** Radius that holds nine of ten errors of a round Gaussian, in standard deviations of one axis: sqrt(−2 ln 0.1). */
export const P90_PER_SIGMA = Math.sqrt(-2 * Math.log(0.1));

export interface CatchmentCell {
  cellX: number;
  cellY: number;
  /** Share of the cell that lies in the zone. */
  inside: number;
  /** Share of the presence in the cell whose fix lies in the zone. */
  caught: number;
}

/** Share of a 1 m cell that lies in a shape. */
export function insideShare(shape: Shape, cellX: number, cellY: number): number {
  let hits = 0;
  for (let j = 0; j < SUBSAMPLES; j++)
    for (let i = 0; i < SUBSAMPLES; i++)
      if (pointInShape(shape, cellX + (i + 0.5) / SUBSAMPLES, cellY + (j + 0.5) / SUBSAMPLES)) hits += 1;
  return hits / SUBSAMPLES ** 2;
}

/** The cells that a shape touches, each with the share that lies in it. */
export function cellsOfShape(shape: Shape): { cellX: number; cellY: number; inside: number }[] {
  const { minXM, minYM, maxXM, maxYM } = boundsOf(shape);
  const cells = [];
  for (let cellY = Math.floor(minYM); cellY < maxYM; cellY++)
    for (let cellX = Math.floor(minXM); cellX < maxXM; cellX++) {
      const inside = insideShare(shape, cellX, cellY);
      if (inside > 0) cells.push({ cellX, cellY, inside });
    }
  return cells;
}

/** Abramowitz and Stegun 7.1.26: to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - poly * Math.exp(-x * x));
}

/** The chance that whoever is anywhere in the cell [0, 1] is measured in [a, b], both in metres. */
function chances(sigmaM: number): (a: number, b: number) => number {
  // The second integral of the Gaussian, since the place in the cell is uniform.
  const second = (x: number): number => {
    const z = x / sigmaM;
    return x * 0.5 * (1 + erf(z / Math.SQRT2)) + (sigmaM * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  };
  return (a, b) => Math.max(0, second(b) - second(b - 1) - second(a) + second(a - 1));
}

/** Cells that send fixes into the zone, those of the zone included. */
export function catchmentOf(shape: Shape, sigmaM: number): CatchmentCell[] {
  const sigma = Math.min(MAX_SIGMA_M, Math.max(MIN_SIGMA_M, sigmaM));
  const reach = Math.ceil(REACH_SIGMAS * sigma) + 1;
  const { minXM, minYM, maxXM, maxYM } = boundsOf(shape);
  const fromX = Math.floor(minXM) - reach;
  const fromY = Math.floor(minYM) - reach;
  const columns = Math.ceil(maxXM) + reach - fromX;
  const rows = Math.ceil(maxYM) + reach - fromY;
  // The zone's edge counts to a quarter of a metre, or it would reach into the busy cell beside it.
  const fine = (maxXM - minXM) * (maxYM - minYM) > LARGE_M2 ? 1 : SUBSAMPLES;
  const chance = chances(sigma);
  // By how many fine steps a strip begins after the cell does.
  const kernel = Float64Array.from({ length: fine * (2 * reach + 2) }, (_, i) => {
    const startsM = i / fine - reach;
    return chance(startsM, startsM + 1 / fine);
  });
  const kernelAt = (strip: number, cell: number): number => kernel[strip - cell * fine + reach * fine] ?? 0;
  const inside = new Float64Array(columns * rows);
  const caught = new Float64Array(columns * rows);
  const across = new Float64Array(columns);
  for (let stripY = reach * fine; stripY < (rows - reach) * fine; stripY++) {
    across.fill(0);
    const y = fromY + (stripY + 0.5) / fine;
    let any = false;
    for (let stripX = reach * fine; stripX < (columns - reach) * fine; stripX++) {
      if (!pointInShape(shape, fromX + (stripX + 0.5) / fine, y)) continue;
      any = true;
      const cellX = Math.floor(stripX / fine);
      inside[Math.floor(stripY / fine) * columns + cellX]! += 1 / fine ** 2;
      for (let x = Math.max(0, cellX - reach); x <= Math.min(columns - 1, cellX + reach); x++)
        across[x]! += kernelAt(stripX, x);
    }
    if (!any) continue;
    const cellY = Math.floor(stripY / fine);
    for (let row = Math.max(0, cellY - reach); row <= Math.min(rows - 1, cellY + reach); row++) {
      const share = kernelAt(stripY, row);
      if (share > 0) for (let x = 0; x < columns; x++) caught[row * columns + x]! += share * across[x]!;
    }
  }
  const cells: CatchmentCell[] = [];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      // Less than a thousandth: however busy the cell, nothing that shows.
      if (caught[at]! < 1e-3 && inside[at] === 0) continue;
      const share = Math.min(1, inside[at]!);
      cells.push({ cellX: fromX + x, cellY: fromY + y, inside: share, caught: Math.min(1, caught[at]!) });
    }
  return cells;
}

/** Presence of one carrier in one quarter hour in a cell; any weight does where carriers do not matter. */
export interface PresenceCell {
  carrier: string;
  cellX: number;
  cellY: number;
  dwellMs: number;
}

export interface Misplaced {
  /** Null: nobody was there. */
  falseShare: number | null;
  /** Share of all fires whose true place was in a cell of that name; undefined names count for null. */
  spill: Map<string | null, number>;
}

/**
 * The definition on plain rows: what SQL must agree with. A fire takes `fireMs` in the zone as measured: less presence
 * makes as much less of a fire, more no second one.
 */
export function misplaced(
  presence: readonly PresenceCell[],
  catchment: readonly CatchmentCell[],
  fireMs: number,
  placeOf: (cellX: number, cellY: number) => string | null,
): Misplaced {
  const byCell = new Map(catchment.map((cell) => [`${cell.cellX} ${cell.cellY}`, cell]));
  const measuredMs = new Map<string, number>();
  for (const { carrier, cellX, cellY, dwellMs } of presence) {
    const cell = byCell.get(`${cellX} ${cellY}`);
    if (cell) measuredMs.set(carrier, (measuredMs.get(carrier) ?? 0) + dwellMs * cell.caught);
  }
  let fires = 0;
  for (const ms of measuredMs.values()) fires += Math.min(1, ms / fireMs);
  const spill = new Map<string | null, number>();
  let outside = 0;
  for (const { carrier, cellX, cellY, dwellMs } of presence) {
    const cell = byCell.get(`${cellX} ${cellY}`);
    if (!cell || cell.inside === 1) continue;
    const ms = measuredMs.get(carrier)!;
    if (ms <= 0) continue;
    const share = (Math.min(1, ms / fireMs) * dwellMs * cell.caught * (1 - cell.inside)) / ms / fires;
    outside += share;
    const place = placeOf(cellX, cellY);
    spill.set(place, (spill.get(place) ?? 0) + share);
  }
  return { falseShare: fires > 0 ? outside : null, spill };
}
