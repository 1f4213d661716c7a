/**
 * From where do those come who set off a zone? People stand at x with the density of the heat map, their fix is off by a
 * round Gaussian of the local σ, and the zone tracker takes them in where enough of the fix's mass lies in the zone: of a
 * zone smaller than the error that is wider than the zone itself. A cell therefore sends the share `caught` of its presence
 * into the zone:
 *
 *     caught(x) = ∫ takesIn(y) N(y − x; σ) dy
 *
 * Who is measured inside for M seconds in a day sets it off with min(1, M / T). T is such that as many do as really did
 * (by stays, or as estimated), since what the tracker asks for in time and stubbornness is not in the heat:
 *
 *     false share = Σ people min(1, M / T) · (M from outside / M) ÷ Σ people min(1, M / T)
 *
 * Cells are those of heat, 1 m; a person is anywhere in the cell, exactly reckoned with. Walls are left out. Pure.
 */
import type { Shape } from '../contract/model.ts';
import { boundsOf, pointInShape } from '../floor/geometry.ts';
import { ENTER_SHARE, MIN_ENTER_MASS } from '../visits/zoneTracker.ts';

/** Beyond it less than a thousandth of the errors. */
const REACH_SIGMAS = 3.8;
/** A fix worse than this is hardly one, and its kernel would cover the mall. */
const MAX_SIGMA_M = 20;
/** No radio is better. */
const MIN_SIGMA_M = 0.05;
/** Less, however busy the cell, is nothing that shows. */
const LEAST_CAUGHT = 1e-3;
/** Fixes are now better, now worse than the local error: what they are taken to be, each as often. */
const FIX_SIGMAS = [0.7, 1, 1.4];
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

interface MassGrid {
  fromX: number;
  fromY: number;
  columns: number;
  rows: number;
  /** Share of each cell that lies in the shape. */
  inside: Float64Array;
  /** Mean mass in the shape of a Gaussian anywhere in the cell. */
  mass: Float64Array;
}

const clampSigma = (sigmaM: number): number => Math.min(MAX_SIGMA_M, Math.max(MIN_SIGMA_M, sigmaM));
const reachOf = (sigma: number): number => Math.ceil(REACH_SIGMAS * sigma) + 1;

function massGrid(shape: Shape, sigmaM: number): MassGrid {
  const sigma = clampSigma(sigmaM);
  const reach = reachOf(sigma);
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
  const mass = new Float64Array(columns * rows);
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
      if (share > 0) for (let x = 0; x < columns; x++) mass[row * columns + x]! += share * across[x]!;
    }
  }
  return { fromX, fromY, columns, rows, inside, mass };
}

/** Cells that send fixes into the shape itself, those of the shape included. */
export function catchmentOf(shape: Shape, sigmaM: number): CatchmentCell[] {
  const { fromX, fromY, columns, rows, inside, mass } = massGrid(shape, sigmaM);
  const cells: CatchmentCell[] = [];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      if (mass[at]! < LEAST_CAUGHT && inside[at] === 0) continue;
      const share = Math.min(1, inside[at]!);
      cells.push({ cellX: fromX + x, cellY: fromY + y, inside: share, caught: Math.min(1, mass[at]!) });
    }
  return cells;
}

export interface TakingCell {
  cellX: number;
  cellY: number;
  /** Share of the fixes in this cell whose carrier the tracker takes into the zone. */
  taken: number;
}

/** As the zone tracker asks for it: a share of what a fix in the middle of the zone would have. */
const neededMass = (mass: Float64Array): number =>
  Math.max(MIN_ENTER_MASS, ENTER_SHARE * mass.reduce((most, one) => Math.max(most, one), 0));

/** Where a fix has to lie for its carrier to be taken into the zone. */
export function takingCells(shape: Shape, sigmaM: number): TakingCell[] {
  const taken = new Map<string, TakingCell>();
  for (const times of FIX_SIGMAS) {
    const { fromX, fromY, columns, mass } = massGrid(shape, sigmaM * times);
    const needed = neededMass(mass);
    mass.forEach((one, at) => {
      if (one < needed) return;
      const cellX = fromX + (at % columns);
      const cellY = fromY + Math.floor(at / columns);
      const cell = taken.get(`${cellX} ${cellY}`) ?? { cellX, cellY, taken: 0 };
      cell.taken += 1 / FIX_SIGMAS.length;
      taken.set(`${cellX} ${cellY}`, cell);
    });
  }
  return [...taken.values()];
}

/** Cells that set off the zone, with the share of their presence that does. */
export function firingCatchment(shape: Shape, sigmaM: number): CatchmentCell[] {
  const sigma = clampSigma(sigmaM);
  const reach = reachOf(sigma);
  const chance = chances(sigma);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, k) => chance(k, k + 1));
  const taking = takingCells(shape, sigmaM);
  const found = new Map<string, CatchmentCell>();
  const at = (cellX: number, cellY: number): CatchmentCell => {
    const key = `${cellX} ${cellY}`;
    let cell = found.get(key);
    if (!cell) {
      cell = { cellX, cellY, inside: 0, caught: 0 };
      found.set(key, cell);
    }
    return cell;
  };
  const rows = new Map<number, Map<number, number>>();
  for (const { cellX, cellY, taken } of taking) {
    const row = rows.get(cellY) ?? new Map<number, number>();
    rows.set(cellY, row);
    for (let x = cellX - reach; x <= cellX + reach; x++)
      row.set(x, (row.get(x) ?? 0) + taken * kernel[Math.abs(x - cellX)]!);
  }
  for (const [cellY, row] of rows)
    for (let y = cellY - reach; y <= cellY + reach; y++) {
      const share = kernel[Math.abs(y - cellY)]!;
      for (const [x, mass] of row) if (share * mass > LEAST_CAUGHT / 100) at(x, y).caught += share * mass;
    }
  for (const { cellX, cellY, inside } of cellsOfShape(shape)) at(cellX, cellY).inside = inside;
  return [...found.values()]
    .filter(({ caught, inside }) => caught >= LEAST_CAUGHT || inside > 0)
    .map((cell) => ({ ...cell, caught: Math.min(1, cell.caught) }));
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

/** T of the head: with it Σ min(1, M / T) is so many; 0 where everybody sets it off. */
export function neededForFires(measured: readonly number[], fires: number): number {
  const sorted = Float64Array.from(measured.filter((one) => one > 0)).sort();
  if (fires >= sorted.length) return 0;
  // T lies between two of the sorted M: the sum of those below ÷ T + the number of those above = fires.
  let below = 0;
  for (let i = 0; i < sorted.length; i++) {
    below += sorted[i]!;
    const above = sorted.length - i - 1;
    if (above >= fires) continue;
    const needed = below / (fires - above);
    if (needed <= (sorted[i + 1] ?? Infinity)) return needed;
  }
  return Infinity;
}

/** The definition on plain rows: what SQL must agree with. `fires`: how many carriers set it off. */
export function misplaced(
  presence: readonly PresenceCell[],
  catchment: readonly CatchmentCell[],
  fires: number,
  placeOf: (cellX: number, cellY: number) => string | null,
): Misplaced {
  const byCell = new Map(catchment.map((cell) => [`${cell.cellX} ${cell.cellY}`, cell]));
  const measured = new Map<string, number>();
  for (const { carrier, cellX, cellY, dwellMs } of presence) {
    const cell = byCell.get(`${cellX} ${cellY}`);
    if (cell) measured.set(carrier, (measured.get(carrier) ?? 0) + dwellMs * cell.caught);
  }
  const needed = neededForFires([...measured.values()], fires);
  const weightOf = (ms: number): number => (ms >= needed ? 1 : ms / needed);
  let all = 0;
  for (const ms of measured.values()) if (ms > 0) all += weightOf(ms);
  const spill = new Map<string | null, number>();
  let outside = 0;
  for (const { carrier, cellX, cellY, dwellMs } of presence) {
    const cell = byCell.get(`${cellX} ${cellY}`);
    const ms = measured.get(carrier) ?? 0;
    if (!cell || cell.inside === 1 || ms <= 0) continue;
    const share = (weightOf(ms) * dwellMs * cell.caught * (1 - cell.inside)) / ms / all;
    outside += share;
    const place = placeOf(cellX, cellY);
    spill.set(place, (spill.get(place) ?? 0) + share);
  }
  return { falseShare: all > 0 ? outside : null, spill };
}

/** By a fix alone, with no word on where people are wont to be: the mean mass outside, of the fixes that set the zone off. */
export function outsideByFix(shape: Shape, sigmaM: number): number | null {
  let sum = 0;
  let cells = 0;
  for (const times of FIX_SIGMAS) {
    const { mass } = massGrid(shape, sigmaM * times);
    const needed = neededMass(mass);
    for (const one of mass)
      if (one >= needed) {
        sum += 1 - Math.min(1, one);
        cells += 1;
      }
  }
  return cells > 0 ? sum / cells : null;
}

export interface FalseShare {
  value: number;
  low: number;
  high: number;
}

/**
 * Over 38 zones of five simulated mall-days the truth was off by less than this in its odds, but for three:
 * walls and habits keep people nearer to where they belong than a fix alone can know, haste and a late fix further away.
 */
const ODDS_TIMES = 6;
const byOdds = (share: number, times: number): number => (share * times) / (share * times + 1 - share);

/** Two ways to look at it: by where people are wont to be, and by what the fixes say of themselves. */
export function between(byHeat: FalseShare, byFixes: number | null): FalseShare {
  if (byFixes === null) return byHeat;
  return {
    value: (byHeat.value + byFixes) / 2,
    low: Math.min(byHeat.low, byOdds(byFixes, 1 / ODDS_TIMES)),
    high: Math.max(byHeat.high, byOdds(byFixes, ODDS_TIMES)),
  };
}
