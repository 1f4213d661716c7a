/**
 * Interval of a ratio of sums over independent people, Σ y ÷ Σ x (a mean where every x is 1): bootstrap-t, whose quantiles
 * lean as baskets do; of many people, where that is as good, the normal one. Pure.
 */
import { Z95 } from '../metrics/bands.ts';
import { seeded } from './random.ts';

export interface Part {
  x: number;
  y: number;
}

/** From there on the skew of baskets moves an end by less than a tenth of the interval. */
const MANY = 3_000;
const RESAMPLES = 999;
const TAIL = 0.025;
const SEED = 7_190_311;

interface Estimate {
  value: number;
  error: number;
}

function estimate(parts: readonly Part[], index: (i: number) => number): Estimate {
  const n = parts.length;
  let sumX = 0;
  let sumY = 0;
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const { x, y } = parts[index(i)]!;
    sumX += x;
    sumY += y;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const value = sumY / sumX;
  // Residuals y − R x add up to nothing.
  const squares = Math.max(0, yy - 2 * value * xy + value * value * xx);
  return { value, error: Math.sqrt((squares * n) / (n - 1)) / sumX };
}

export function ratioInterval(parts: readonly Part[]): { value: number; low: number; high: number } {
  const n = parts.length;
  const { value, error } = estimate(parts, (i) => i);
  if (n < 2 || !(error > 0)) return { value, low: value, high: value };
  if (n > MANY) return { value, low: value - Z95 * error, high: value + Z95 * error };
  const random = seeded(SEED);
  const statistics: number[] = [];
  for (let round = 0; round < RESAMPLES; round++) {
    const again = estimate(parts, () => Math.floor(random() * n));
    // All alike: as far off as can be, on the side it lies on.
    statistics.push(again.error > 0 ? (again.value - value) / again.error : (again.value - value) * Number.MAX_VALUE);
  }
  statistics.sort((a, b) => a - b);
  const rank = Math.round((RESAMPLES + 1) * TAIL);
  const widest = 20 * error;
  return {
    value,
    low: value - Math.min(widest, statistics[RESAMPLES - rank]! * error),
    high: value + Math.min(widest, -statistics[rank - 1]! * error),
  };
}
