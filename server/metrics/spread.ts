/**
 * How far a count may be from the truth: the distribution of truth − count, made of independent doubts, and from it the
 * narrowest band of whole numbers that holds the truth at least 95 times of 100. Both are whole, so where hardly anything
 * is in doubt the band is the count itself, and holds it more often than that. Pure.
 */
import { type Band, Z95 } from './bands.ts';

const BAND_SHARE = 0.95;
/** Left out of tails: far less than a band leaves out. */
const TAIL = 1e-7;
/** From this variance on a count is normal to a hundredth, and its probabilities too small for a sum. */
const NORMAL_FROM = 200;

/** The chance of k is chances[k]. */
type Chances = readonly number[];
const NONE: Chances = [1];

/** Sums over independent doubts of their chances and of the squares of these: mean and variance of how many come true. */
export interface DoubtSums {
  sum: number;
  squares: number;
}

/** How many were there unheard: mean and variance; a variance above the mean, as it is itself estimated from few. */
export interface Unheard {
  mean: number;
  variance: number;
}

/** As few doubts of equal chance and one of a smaller chance as have the same sums stand for them: the same mean and variance. */
function anyOf({ sum, squares }: DoubtSums): Chances {
  if (sum <= TAIL || squares <= 0) return NONE;
  const count = Math.max(1, Math.ceil((sum * sum) / squares - 1e-9));
  if (count === 1) return [1 - Math.min(1, sum), Math.min(1, sum)];
  const root = Math.sqrt(Math.max(0, (count - 1) * (count * squares - sum * sum)));
  const other = Math.min(1, Math.max(0, (sum - root) / count));
  return sumOf(binomial(count - 1, Math.min(1, (sum - other) / (count - 1))), [1 - other, other]);
}

/** From the side where the sum starts large enough. */
const binomial = (count: number, chance: number): Chances =>
  chance > 0.5 ? [...rising(count, 1 - chance)].reverse() : rising(count, chance);

function rising(count: number, chance: number): Chances {
  const out = [(1 - chance) ** count];
  for (let k = 1; k <= count; k += 1) out.push((out[k - 1]! * (count - k + 1) * chance) / (k * (1 - chance)));
  return out;
}

/** Negative binomial; Poisson where the variance is the mean. */
function negativeBinomial({ mean, variance }: Unheard): Chances {
  if (mean <= TAIL) return NONE;
  const excess = variance - mean;
  const poisson = excess <= 1e-9 * mean;
  const size = poisson ? 0 : (mean * mean) / excess;
  const out = [poisson ? Math.exp(-mean) : (mean / variance) ** size];
  for (let k = 1, left = 1 - out[0]!; left > TAIL && k < 100_000; k += 1) {
    const next = poisson ? mean / k : ((size + k - 1) * excess) / (k * variance);
    out.push(out[k - 1]! * next);
    left -= out[k]!;
  }
  return out;
}

function sumOf(a: Chances, b: Chances): Chances {
  const out = Array.from({ length: a.length + b.length - 1 }, () => 0);
  for (let i = 0; i < a.length; i += 1) for (let k = 0; k < b.length; k += 1) out[i + k]! += a[i]! * b[k]!;
  return out;
}

/** Ends around 0 of the shortest stretch that holds BAND_SHARE; chances[k] is that of k − `zeroAt`. */
function narrowest(chances: Chances, zeroAt: number): Band {
  const upTo = [0];
  for (const chance of chances) upTo.push(upTo.at(-1)! + chance);
  const needed = BAND_SHARE * upTo.at(-1)!;
  let best: Band & { held: number } = { low: 0, high: chances.length - 1, held: 0 };
  let high = zeroAt;
  for (let low = 0; low <= zeroAt; low += 1) {
    while (high < chances.length - 1 && upTo[high + 1]! - upTo[low]! < needed) high += 1;
    const held = upTo[high + 1]! - upTo[low]!;
    if (held < needed) break;
    const shorter = high - low - (best.high - best.low);
    if (shorter < 0 || (shorter === 0 && held > best.held)) best = { low, high, held };
  }
  return { low: best.low - zeroAt, high: best.high - zeroAt };
}

/** Of a count of which some should not be in it (`wrong`), and some that should be are not: among the others, or unheard. */
export function doubtfulCountBand(value: number, wrong: DoubtSums, missing: DoubtSums, unheard: Unheard): Band {
  const variance = wrong.sum - wrong.squares + missing.sum - missing.squares + unheard.variance;
  if (variance > NORMAL_FROM) {
    const middle = value - wrong.sum + missing.sum + unheard.mean;
    const half = Z95 * Math.sqrt(variance);
    return {
      low: Math.min(value, Math.max(0, Math.floor(middle - half))),
      high: Math.max(value, Math.ceil(middle + half)),
    };
  }
  const less = anyOf(wrong);
  const more = sumOf(anyOf(missing), negativeBinomial(unheard));
  const { low, high } = narrowest(sumOf([...less].reverse(), more), less.length - 1);
  return { low: Math.max(0, value + low), high: value + high };
}
