/**
 * Interval of the difference of two means by the studentised permutation distribution (Janssen 1997; Chung and Romano 2013).
 * Where the campaign does nothing, any split of the shoppers was as likely as the one drawn, so the interval misses 0 in 5
 * of 100 campaigns however few shoppers there are and however wildly they spend; where it does something, dividing by each
 * side's own error makes it hold for many. A normal approximation fails here: control is a tenth, and what few buy makes
 * the mean of few. Pure.
 */

/** (B + 1) · 0.025 is whole, so the quantiles are order statistics. */
const PERMUTATIONS = 1_999;
const TAIL = 0.025;

export interface Difference {
  value: number;
  standardError: number;
}

export interface Interval {
  low: number;
  high: number;
}

function difference(
  nT: number,
  sumT: number,
  squaresT: number,
  nC: number,
  sumC: number,
  squaresC: number,
): Difference {
  const meanT = sumT / nT;
  const meanC = sumC / nC;
  const varianceT = Math.max(0, squaresT - sumT * meanT) / (nT - 1);
  const varianceC = Math.max(0, squaresC - sumC * meanC) / (nC - 1);
  return { value: meanT - meanC, standardError: Math.sqrt(varianceT / nT + varianceC / nC) };
}

const sums = (values: Float64Array) => {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return { sum, squares };
};

/** Welch's. */
export function differenceOfMeans(treated: Float64Array, control: Float64Array): Difference {
  const t = sums(treated);
  const c = sums(control);
  return difference(treated.length, t.sum, t.squares, control.length, c.sum, c.squares);
}

export function permutationInterval(treated: Float64Array, control: Float64Array, random: () => number): Interval {
  const { value, standardError } = differenceOfMeans(treated, control);
  const n = treated.length + control.length;
  // Drawing the smaller side is drawing both.
  const few = Math.min(treated.length, control.length);
  const sign = control.length <= treated.length ? 1 : -1;
  // About the common mean, so that no digits are lost in the squares.
  const pooled = new Float64Array(n);
  pooled.set(treated);
  pooled.set(control, treated.length);
  const mean = sums(pooled).sum / n;
  for (let i = 0; i < n; i++) pooled[i]! -= mean;
  const all = sums(pooled);
  const statistics = new Float64Array(PERMUTATIONS);
  for (let round = 0; round < PERMUTATIONS; round++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < few; i++) {
      const j = i + Math.floor(random() * (n - i));
      const drawn = pooled[j]!;
      pooled[j] = pooled[i]!;
      pooled[i] = drawn;
      sum += drawn;
      squares += drawn * drawn;
    }
    const drawn = difference(n - few, all.sum - sum, all.squares - squares, few, sum, squares);
    statistics[round] = drawn.standardError > 0 ? (sign * drawn.value) / drawn.standardError : 0;
  }
  statistics.sort();
  const rank = Math.round((PERMUTATIONS + 1) * TAIL);
  return {
    low: value - statistics[PERMUTATIONS - rank]! * standardError,
    high: value - statistics[rank - 1]! * standardError,
  };
}
