/**
 * From the days of the past to a day to come. With n days of mean m and variance s², the next one lies with 95 % within
 *
 *     m ± t(n − 1) √(v (1 + 1/n) + (m d)²)      v = max(s², m + 1/n), d the doubt of the method as a share
 *
 * the prediction interval of a normal variable. Counts of people vary at least as a Poisson number does, so a history that
 * happens to be even promises no more than that. Weekdays are not told apart: what they differ is in s². Pure.
 */

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** Two-sided 95 % of Student's t by degrees of freedom from 1. */
const T95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
];
export const t95 = (degrees: number): number => T95[Math.min(T95.length, Math.max(1, degrees)) - 1]!;

/** `doubt`: standard deviation of the logarithm of what the method is off by; 0 where what fired is known. */
export function dayEstimate(counts: readonly number[], doubt = 0): Estimate | null {
  const n = counts.length;
  if (n === 0) return null;
  const mean = counts.reduce((a, b) => a + b, 0) / n;
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
  // One day says nothing of how days differ: as much as half of it. One that saw nobody may see somebody.
  const variance = Math.max(n > 1 ? squares / (n - 1) : (mean / 2) ** 2, mean + 1 / n);
  const spread = variance * (1 + 1 / n);
  // With a single day there is no degree of freedom; that of five is what its half was taken for.
  const t = n > 1 ? t95(n - 1) : t95(5);
  return {
    value: mean,
    low: Math.max(0, mean - t * Math.sqrt(spread + (mean * (1 - Math.exp(-doubt))) ** 2)),
    high: mean + t * Math.sqrt(spread + (mean * (Math.exp(doubt) - 1)) ** 2),
  };
}
