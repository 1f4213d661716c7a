import { expect, test } from 'vitest';
import { doubtfulCountBand } from '../../server/metrics/spread.ts';
import { seededRandom } from '../support/random.ts';

const NOBODY = { mean: 0, variance: 0 };
const sums = (chances: readonly number[]) => ({
  sum: chances.reduce((a, b) => a + b, 0),
  squares: chances.reduce((a, b) => a + b * b, 0),
});

test('without doubt the band is the count', () => {
  expect(doubtfulCountBand(7, sums([]), sums([]), NOBODY)).toEqual({ low: 7, high: 7 });
  expect(doubtfulCountBand(0, sums([]), sums([]), NOBODY)).toEqual({ low: 0, high: 0 });
  expect(doubtfulCountBand(7, sums([0.02]), sums([0.02]), NOBODY)).toEqual({ low: 7, high: 7 });
});

test('a doubt is room for one, on its side', () => {
  expect(doubtfulCountBand(7, sums([0.3]), sums([]), NOBODY)).toEqual({ low: 6, high: 7 });
  expect(doubtfulCountBand(7, sums([]), sums([0.3]), NOBODY)).toEqual({ low: 7, high: 8 });
  expect(doubtfulCountBand(7, sums([0.3]), sums([0.3]), NOBODY)).toEqual({ low: 6, high: 8 });
  // The value stays in its band, however wrong.
  expect(doubtfulCountBand(7, sums([1, 1]), sums([]), NOBODY)).toEqual({ low: 5, high: 7 });
});

test('independent doubts may cancel out: the band is narrower than their sum', () => {
  const many = sums(Array.from({ length: 20 }, () => 0.5));
  const { low, high } = doubtfulCountBand(100, many, many, NOBODY);
  // Sum of 40 coins: deviation 3.2.
  expect(high - low).toBe(12);
  expect(low).toBe(94);
});

test('few and many doubts give bands that meet', () => {
  const width = (count: number) => {
    const half = sums(Array.from({ length: count }, () => 0.5));
    const { low, high } = doubtfulCountBand(10_000, half, half, NOBODY);
    return (high - low) / Math.sqrt(count / 2);
  };
  for (const count of [100, 390, 410, 4_000]) expect(width(count)).toBeCloseTo(2 * 1.96, 0);
});

test('the truth lies in the band at least 19 times in 20, and hardly more where much is in doubt', () => {
  for (const [doubted, mean, variance] of [
    [3, 0, 0],
    [40, 0, 0],
    [10, 3, 5],
    [200, 10, 40],
  ] as const) {
    const random = seededRandom(doubted);
    let inside = 0;
    const runs = 2_000;
    for (let run = 0; run < runs; run += 1) {
      const wrong = Array.from({ length: doubted }, () => 0.8 * random());
      const missing = Array.from({ length: doubted }, () => 0.8 * random());
      const came = (chances: readonly number[]) => chances.filter((chance) => random() < chance).length;
      // A negative binomial number as a Poisson number of a gamma distributed mean, that as a sum of exponentials.
      let unheard = 0;
      if (mean > 0) {
        const size = Math.round((mean * mean) / (variance - mean));
        let rate = 0;
        for (let i = 0; i < size; i += 1) rate -= (Math.log(1 - random()) * mean) / size;
        for (let left = Math.exp(-rate), p = random(); p > left; p *= random()) unheard += 1;
      }
      const truth = 500 - came(wrong) + came(missing) + unheard;
      const band = doubtfulCountBand(500, sums(wrong), sums(missing), { mean, variance });
      if (band.low <= truth && truth <= band.high) inside += 1;
    }
    expect(inside / runs, `${doubted} doubts`).toBeGreaterThan(0.94);
    expect(inside / runs, `${doubted} doubts`).toBeLessThan(doubted > 5 ? 0.98 : 1);
  }
});
