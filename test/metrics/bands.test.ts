import { expect, test } from 'vitest';
import {
  countBand,
  meanCountBand,
  medianBandRanks,
  poissonLower,
  poissonUpper,
  shareBand,
  wilson,
} from '../../server/metrics/bands.ts';
import { seededRandom } from '../support/random.ts';

test('a fully covered count away from thresholds is itself', () => {
  expect(countBand(7, 7, 7, 1)).toEqual({ low: 7, high: 7 });
  expect(countBand(0, 0, 0, 1)).toEqual({ low: 0, high: 0 });
  expect(countBand(5, 7, 8, 1)).toEqual({ low: 5, high: 8 });
});

test('bands widen as coverage falls', () => {
  let before = countBand(100, 100, 100, 1);
  for (const coverage of [0.99, 0.9, 0.5, 0.1]) {
    const band = countBand(100, 100, 100, coverage);
    expect(band.low).toBeLessThan(before.low);
    expect(band.high).toBeGreaterThan(before.high);
    before = band;
    const share = shareBand(30, 30, 30, 100, coverage);
    expect(share.high - share.low).toBeGreaterThan(wilson(0.3, 100).high - wilson(0.3, 100).low);
  }
  // Seen with probability c and yet none: the number there is geometric, its 97.5 % quantile 4.3 and 34.
  expect(countBand(0, 0, 0, 0.5).high).toBeCloseTo(4.5, 1);
  expect(countBand(0, 0, 0, 0.1).high).toBeCloseTo(35.8, 0);
});

test('limits are those of the tables', () => {
  // Exact: 3.689, 5.572, 18.39; 0.0253, 4.795.
  expect(poissonUpper(0)).toBeCloseTo(3.689, 1);
  expect(poissonUpper(1)).toBeCloseTo(5.572, 1);
  expect(poissonUpper(10)).toBeCloseTo(18.39, 1);
  expect(poissonLower(1)).toBeCloseTo(0.0253, 1);
  expect(poissonLower(10)).toBeCloseTo(4.795, 1);
  // Wilson for 8 of 10.
  expect(wilson(0.8, 10).low).toBeCloseTo(0.4902, 3);
  expect(wilson(0.8, 10).high).toBeCloseTo(0.9433, 3);
  expect(wilson(0, 10).low).toBe(0);
  expect(wilson(1, 10).high).toBe(1);
  // Order statistics for the median of 100: 40th and 61st.
  expect(medianBandRanks(100, 1)).toEqual({ low: 40, high: 61 });
  expect(medianBandRanks(1, 1)).toEqual({ low: 1, high: 1 });
  expect(medianBandRanks(100, 0.5)).toEqual({ low: 30, high: 71 });
  expect(meanCountBand(1, 1, 1, 0, 1)).toBeUndefined();
});

test('the median of the population lies in its band 19 times in 20', () => {
  const random = seededRandom(11);
  let inside = 0;
  const runs = 2_000;
  for (let run = 0; run < runs; run += 1) {
    const n = 5 + Math.floor(random() * 60);
    const sample = Array.from({ length: n }, () => -Math.log(1 - random())).sort((a, b) => a - b);
    const ranks = medianBandRanks(n, 1);
    if (sample[ranks.low - 1]! <= Math.LN2 && sample[ranks.high - 1]! >= Math.LN2) inside += 1;
  }
  expect(inside / runs).toBeGreaterThan(0.95);
  expect(inside / runs).toBeLessThan(0.995);
});

test('a count holds what was there when gateways missed their share at random', () => {
  const random = seededRandom(12);
  let inside = 0;
  const runs = 1_000;
  for (let run = 0; run < runs; run += 1) {
    const there = 20 + Math.floor(random() * 100);
    let seen = 0;
    for (let i = 0; i < there; i += 1) if (random() < 0.8) seen += 1;
    const band = countBand(seen, seen, seen, 0.8);
    if (band.low <= there && there <= band.high) inside += 1;
  }
  expect(inside / runs).toBeGreaterThan(0.95);
});

test('value lies within its band, whatever the counts', () => {
  const random = seededRandom(13);
  for (let run = 0; run < 2_000; run += 1) {
    const surely = Math.floor(random() * 20);
    const value = surely + Math.floor(random() * 5);
    const possibly = value + Math.floor(random() * 5);
    const coverage = 0.001 + 0.999 * random();
    const band = countBand(surely, value, possibly, coverage);
    expect(band.low).toBeLessThanOrEqual(value);
    expect(band.high).toBeGreaterThanOrEqual(value);
    expect(band.low).toBeGreaterThanOrEqual(0);
    const cases = possibly + 1 + Math.floor(random() * 9);
    const share = shareBand(surely, value, possibly, cases, coverage);
    expect(share.low).toBeLessThanOrEqual(value / cases);
    expect(share.high).toBeGreaterThanOrEqual(value / cases);
    expect(share.low).toBeGreaterThanOrEqual(0);
    expect(share.high).toBeLessThanOrEqual(1);
  }
});
