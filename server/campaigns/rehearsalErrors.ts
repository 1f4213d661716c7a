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

/** Chance that whoever is anywhere in a cell is measured in the one `k` further, k = 0 … reach. */
function steps(sigmaM: number, reach: number): Float64Array {
  // The second integral of the Gaussian: cells on both sides are uniform, so its second difference is the chance.
  const second = (x: number): number => {
    const z = x / sigmaM;
    return x * 0.5 * (1 + erf(z / Math.SQRT2)) + (sigmaM * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  };
  return Float64Array.from({ length: reach + 1 }, (_, k) => Math.max(0, second(k + 1) - 2 * second(k) + second(k - 1)));
}

/** Cells that send fixes into the zone, those of the zone included. */
export function catchmentOf(shape: Shape, sigmaM: number): CatchmentCell[] {
  const sigma = Math.min(MAX_SIGMA_M, Math.max(1e-3, sigmaM));
  const reach = Math.ceil(REACH_SIGMAS * sigma);
  const kernel = steps(sigma, reach);
  const { minXM, minYM, maxXM, maxYM } = boundsOf(shape);
  const fromX = Math.floor(minXM) - reach;
  const fromY = Math.floor(minYM) - reach;
  const columns = Math.ceil(maxXM) + reach - fromX;
  const rows = Math.ceil(maxYM) + reach - fromY;
  const inside = new Float64Array(columns * rows);
  for (const cell of cellsOfShape(shape)) inside[(cell.cellY - fromY) * columns + cell.cellX - fromX] = cell.inside;
  const across = new Float64Array(columns * rows);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const mass = inside[y * columns + x]!;
      if (mass === 0) continue;
      for (let k = Math.max(0, x - reach); k <= Math.min(columns - 1, x + reach); k++)
        across[y * columns + k]! += mass * kernel[Math.abs(k - x)]!;
    }
  const caught = new Float64Array(columns * rows);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const mass = across[y * columns + x]!;
      if (mass === 0) continue;
      for (let k = Math.max(0, y - reach); k <= Math.min(rows - 1, y + reach); k++)
        caught[k * columns + x]! += mass * kernel[Math.abs(k - y)]!;
    }
  const cells: CatchmentCell[] = [];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      // Less than a thousandth: however busy the cell, nothing that shows.
      if (caught[at]! < 1e-3 && inside[at] === 0) continue;
      cells.push({ cellX: fromX + x, cellY: fromY + y, inside: inside[at]!, caught: Math.min(1, caught[at]!) });
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
