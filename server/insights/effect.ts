/**
 * What a campaign adds for a shopper: mean of the treated less mean of control, CUPED-adjusted, with the interval of the
 * studentised permutation distribution, times the treated shoppers; and whether there is surely an effect, by betting, so
 * that looking every day does no harm. Below the numbers at which intervals were seen to hold (bench:proof) nothing is told but how many it takes.
 *
 * More shoppers: the standard error falls with the root of their number n, so with effect d and error e now
 * - a sure effect needs n (b + 0.84)² e² / d², b the boundary of an always valid test and 0.84 for a power of 80 %;
 * - a surely small one needs n (h / w)², h half of the interval now, w a tenth of what control does.
 * The smaller of both, less n. Pure.
 */
import type { Effect, Finding } from '../contract/proof.ts';
import { ALPHA, boundary, pairedSize } from './alwaysValid.ts';
import { highestWealth } from './betting.ts';
import { adjust, type Unit } from './cuped.ts';
import { differenceOfMeans, permutationInterval } from './permutation.ts';
import { seeded } from './random.ts';

/** Of shoppers on either side, and of those who did anything at all that the smaller side is due by its size. */
const MIN_SHOPPERS = 10;
/** Asked of both sides together: of the smaller side alone it would pick campaigns by the luck of their control. */
const MIN_DUE = 10;
/** An effect below a tenth of what happens anyway is small: no offer is kept or dropped for it. */
const SMALL = 0.1;
const POWER_Z = 0.8416;
/** More is no answer: it does not come within the life of a campaign. */
const MAX_MORE = 500_000;
const SEED = 20_260_401;

export interface EffectQuestion {
  /** In the order of their first would-fire. */
  units: readonly Unit[];
  /** The chance with which each was held back. */
  controlShare: number;
  /** Treated shoppers that the sum is told for: those who are not heard any more too. */
  treatedShoppers: number;
  k: number;
}

type Why = Extract<Finding, { state: 'not-enough' }>['why'];

/** Rounded up to two digits: it is an estimate. */
export function aboutMore(more: number): number | null {
  if (!Number.isFinite(more) || more > MAX_MORE) return null;
  const whole = Math.max(1, Math.ceil(more));
  const step = 10 ** Math.max(0, Math.floor(Math.log10(whole)) - 1);
  return Math.ceil(whole / step) * step;
}

const notEnough = (why: Why, moreShoppers: number | null): Finding => ({
  state: 'not-enough',
  effect: null,
  perShopper: null,
  controlMean: null,
  shoppers: null,
  moreShoppers,
  why,
});

export const noData: Finding = notEnough('no-data', null);
export const noControl: Finding = notEnough('no-control', null);

export function findEffect({ units, controlShare, treatedShoppers, k }: EffectQuestion): Finding {
  const n = units.length;
  const control = units.reduce((sum, unit) => sum + (unit.treated ? 0 : 1), 0);
  const smaller = Math.min(control, n - control);
  const leastShoppers = Math.max(k, MIN_SHOPPERS);
  if (smaller < leastShoppers)
    // One more on both sides of the ratio: of none nothing would follow.
    return notEnough('too-few', aboutMore(((n + 1) * leastShoppers) / (smaller + 1) - n));
  const active = units.reduce((sum, unit) => sum + (unit.during > 0 ? 1 : 0), 0);
  const due = (active * smaller) / n;
  if (due < MIN_DUE) return notEnough('too-few', active === 0 ? null : aboutMore((n * MIN_DUE) / due - n));

  const sides = adjust(units);
  const { value, standardError } = differenceOfMeans(sides.treated, sides.control);
  const { low, high } = permutationInterval(sides.treated, sides.control, seeded(SEED));
  const perShopper: Effect = { value, low: Math.min(low, value), high: Math.max(high, value) };
  const effect: Effect = {
    value: value * treatedShoppers,
    low: perShopper.low * treatedShoppers,
    high: perShopper.high * treatedShoppers,
  };
  const controlMean = units.reduce((sum, unit) => sum + (unit.treated ? 0 : unit.during), 0) / control;
  const shoppers = { treated: n - control, control };
  const significant = (perShopper.low > 0 || perShopper.high < 0) && highestWealth(units, controlShare) >= 1 / ALPHA;
  const half = (perShopper.high - perShopper.low) / 2;
  if (significant || half <= SMALL * controlMean)
    return { state: 'measured', effect, significant, perShopper, controlMean, shoppers };
  const limit = boundary(pairedSize(n - control, control));
  const forEffect = (n * (limit + POWER_Z) ** 2 * standardError ** 2) / value ** 2;
  const forSmall = n * (half / (SMALL * controlMean)) ** 2;
  return {
    state: 'not-enough',
    effect,
    perShopper,
    controlMean,
    shoppers,
    moreShoppers: aboutMore(Math.min(forEffect, forSmall) - n),
    why: 'undecided',
  };
}
