import { expect, test } from 'vitest';
import { bounceFigures } from '../../server/metrics/bounceRate.ts';
import { dwellOf, dwellRanks } from '../../server/metrics/dwell.ts';
import { lengthCounts } from '../../server/metrics/footfall.ts';

const seconds = (...values: number[]) =>
  values.map((value) => ({ lengthMs: value * 1000, beforeMs: 1_000, afterMs: 1_000, chance: 1 }));

test('median of odd and even numbers, nearest-rank p90', () => {
  expect(dwellOf(seconds(5), 1)).toEqual({ value: 5, low: 5, high: 5, mean: 5, p90: 5 });
  expect(dwellOf(seconds(3, 1), 1)).toMatchObject({ value: 2, mean: 2, p90: 3 });
  expect(dwellOf(seconds(9, 1, 2), 1)).toMatchObject({ value: 2, mean: 4, p90: 9 });
  expect(dwellRanks(10, 1).p90).toBe(9);
  expect(dwellRanks(11, 1).p90).toBe(10);
  expect(dwellRanks(100, 1)).toEqual({ median: [50, 51], p90: 90, low: 40, high: 61 });
  expect(dwellOf([], 1).value).toBeNull();
});

test('bounce rate is of the visits that count', () => {
  const rows = [59, 60, 119, 120].map((length, i) => ({
    carrierId: `c-${i}`,
    kind: 'tag' as const,
    startMs: 0,
    endMs: length * 1000,
  }));
  const counted = lengthCounts(rows, 0, 1, 60_000, 120_000);
  expect(counted).toEqual({ counted: 3, surely: 2, possibly: 4, below: 1, bounced: 2, dwellMs: 299_000 });
  expect(bounceFigures(counted, 1).value).toBe(2 / 3);
  expect(bounceFigures({ ...counted, counted: 0 }, 1).value).toBeNull();
});
