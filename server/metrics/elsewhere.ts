/**
 * How far the positions can be trusted to say who was in a zone: how much of each stay's mass lay elsewhere, how much of the
 * others' may have lain here, and how many that passed through were too quick to be seen doing it. In millionths, whole, so
 * that every engine agrees to the last digit. Pure.
 */
import { type DoubtfulRow, lagOf, MILLION, millionths } from './doubt.ts';
import { lengthOf } from './length.ts';
import { counts } from './thresholds.ts';

export interface Elsewhere {
  /** Of the zone's stays, long enough and not: the sum of the probabilities that it was elsewhere. */
  ownCountedM: number;
  ownBelowM: number;
  /** The same of the floor's other zones, this zone's even part of it. */
  othersCountedM: number;
  othersBelowM: number;
  /** Passers-by that those seen stand for, themselves left out; and the variance of that. */
  passedM: number;
  passedVarianceM: number;
}
export const NOT_ELSEWHERE: Elsewhere = {
  ownCountedM: 0,
  ownBelowM: 0,
  othersCountedM: 0,
  othersBelowM: 0,
  passedM: 0,
  passedVarianceM: 0,
};

/** One that is hardly ever seen stands for no more than seven: beyond, a sum of few is all noise. */
export const LEAST_SEEN = 0.15;

/**
 * Chance that a passer-by is seen: its entry must be confirmed by sightings that lie within its stay, so that much of the
 * stay, and the silence between two sightings, do not count.
 */
export const seenPassing = (lengthMs: number, lagMs: number, enterConfirmMs: number): number =>
  Math.max(LEAST_SEEN, 1 - (enterConfirmMs + 2 * lagMs) / (lengthMs + 2 * lagMs));

/** The definition on plain rows, stays of all zones of the floor: what SQL must agree with. `others`: zones beside this one. */
export function elsewhereOf(
  rows: readonly (DoubtfulRow & { zoneId: string })[],
  zoneId: string,
  others: number,
  fromMs: number,
  toMs: number,
  minMs: number,
  enterConfirmMs: number,
): Elsewhere {
  const out = { ...NOT_ELSEWHERE };
  for (const row of rows) {
    if (!counts(row.kind) || row.startMs < fromMs || row.startMs >= toMs) continue;
    const elsewhere = (1_000 - (row.massPermille ?? 0)) / 1_000;
    const long = lengthOf(row) >= minMs;
    if (row.zoneId !== zoneId) {
      out[long ? 'othersCountedM' : 'othersBelowM'] += millionths(elsewhere);
      continue;
    }
    out[long ? 'ownCountedM' : 'ownBelowM'] += millionths(elsewhere);
    if (long) continue;
    const seen = seenPassing(lengthOf(row), lagOf(row), enterConfirmMs);
    out.passedM += millionths((1 - seen) / seen);
    out.passedVarianceM += millionths((1 - seen) / (seen * seen));
  }
  return withEvenPart(out, others);
}

/** Of sums over all other zones of the floor. */
export const withEvenPart = (sums: Elsewhere, others: number): Elsewhere => ({
  ...sums,
  othersCountedM: Math.round(sums.othersCountedM / Math.max(1, others)),
  othersBelowM: Math.round(sums.othersBelowM / Math.max(1, others)),
});

/** Half a one more than were seen, with even odds: none seen does not prove that none passed. */
const HALF_ONE = { mean: 0.5, variance: 1 };

/**
 * Walls shadow everybody alike, so all that is said to be elsewhere is in doubt together. Which zone it was in is not told:
 * this much of an even part, as a deviation. Found as what holds 95 % of simulated shops (dev days of bench:counts), alike for
 * two positioners whose masses differ by a half; it is a share of the doubt that positions themselves tell, and goes with it.
 */
const PART_DEVIATION = 0.6;

/** Stays that were long enough and such that were not, as may have been there: their means and relative variances. */
export function trueStays(counted: number, below: number, elsewhere: Elsewhere) {
  const square = (own: number, others: number): number =>
    (own / MILLION) ** 2 + ((PART_DEVIATION * others) / MILLION) ** 2;
  const long = counted + HALF_ONE.mean;
  const short = below + elsewhere.passedM / MILLION + HALF_ONE.mean;
  return {
    long,
    short,
    longVariance: square(elsewhere.ownCountedM, elsewhere.othersCountedM) / long ** 2,
    shortVariance:
      (square(elsewhere.ownBelowM, elsewhere.othersBelowM) + elsewhere.passedVarianceM / MILLION + HALF_ONE.variance) /
      short ** 2,
  };
}
