/**
 * Bands: low ≤ value ≤ high, meant to hold the truth 95 times in 100. The value is what was observed, never scaled up. While
 * the rows themselves are kept, bands follow from the doubts of each (doubt.ts, dark.ts, spread.ts); what is here serves
 * where only rollups are left, and where a share or a mean is estimated from few cases:
 * - lengths near a threshold: each is known to a tick, so the count lies between those that reach the threshold by more
 *   than a tick and those that miss it by no more than one;
 * - missing coverage: what is seen with probability c (the share of gateway-minutes) leaves unseen, for n that were seen,
 *   a negative binomial number, of which the upper limit is taken; and an outage can cut one visit in two, so up to the
 *   share 1 − c of what was seen may be repeats. It errs on the wide side, as several gateways may hear one carrier;
 * - few cases, where a share or a median is estimated from them: Wilson's interval and order statistics, with the number
 *   of cases reduced to n · c.
 * Pure.
 */

/** Two-sided 95 % of the normal distribution. */
export const Z95 = 1.959964;

export interface Band {
  low: number;
  high: number;
}

/** Byar's approximation of the exact upper limit of a Poisson count; 0 gives 3.7. */
export function poissonUpper(count: number): number {
  const n = count + 1;
  return n * (1 - 1 / (9 * n) + Z95 / (3 * Math.sqrt(n))) ** 3;
}

/** Byar's lower limit; 0 gives 0. */
export function poissonLower(count: number): number {
  if (count <= 0) return 0;
  return Math.max(0, count * (1 - 1 / (9 * count) - Z95 / (3 * Math.sqrt(count))) ** 3);
}

/**
 * Upper limit of how many were missed where `seen` were seen with probability `coverage`: mean, plus 1.96 standard
 * deviations, plus the Cornish–Fisher term for the skew of small numbers.
 */
export function missedUpper(seen: number, coverage: number): number {
  if (coverage >= 1) return 0;
  const scale = (seen + 1) * (1 - coverage);
  const skew = (((Z95 * Z95 - 1) / 6) * (2 - coverage) * Math.min(1, scale)) / coverage;
  return (scale + Z95 * Math.sqrt(scale)) / coverage + skew;
}

/** Of a count, or a mean number present: `surely` and `possibly` are the counts with each length a tick shorter or longer. */
export function countBand(surely: number, value: number, possibly: number, coverage: number): Band {
  return {
    low: Math.min(value, surely * coverage),
    high: Math.max(value, possibly) + missedUpper(possibly, coverage),
  };
}

/** Of a mean of `hours` hourly counts that add up to `total`. */
export function meanCountBand(
  surely: number,
  total: number,
  possibly: number,
  hours: number,
  coverage: number,
): Band | undefined {
  if (hours <= 0) return undefined;
  return {
    low: Math.min(total, poissonLower(surely) * coverage) / hours,
    high: (Math.max(total, poissonUpper(possibly)) + missedUpper(possibly, coverage)) / hours,
  };
}

/** Wilson's interval of a share of `cases`, which count by the coverage. */
export function wilson(share: number, cases: number): Band {
  if (cases <= 0) return { low: 0, high: 1 };
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * cases)) / (1 + z2 / cases);
  const half = (Z95 / (1 + z2 / cases)) * Math.sqrt((share * (1 - share)) / cases + z2 / (4 * cases * cases));
  return { low: Math.max(0, Math.min(share, centre - half)), high: Math.min(1, Math.max(share, centre + half)) };
}

/** Of hits ÷ cases; `surely` and `possibly` as in countBand. */
export function shareBand(surely: number, hits: number, possibly: number, cases: number, coverage: number): Band {
  const effective = cases * coverage;
  return {
    low: Math.min(hits / cases, wilson(Math.min(surely, cases) / cases, effective).low),
    high: Math.max(hits / cases, wilson(Math.min(possibly, cases) / cases, effective).high),
  };
}

/** Ranks (from 1) of the order statistics between which the median of what `count` cases stand for lies. */
export function medianBandRanks(count: number, coverage: number): { low: number; high: number } {
  const half = (Z95 * Math.sqrt(count)) / (2 * Math.max(coverage, Number.EPSILON));
  return {
    low: Math.max(1, Math.floor(count / 2 - half)),
    high: Math.min(count, Math.ceil(count / 2 + 1 + half)),
  };
}
