/**
 * Dwell: how long the visits (zone visits) last that started in the interval and count as footfall. `value` is the median:
 * of an even number the mean of the middle two. `mean` is arithmetic, `p90` the shortest dwell that at least nine in ten
 * do not exceed (nearest rank, so every engine agrees). Seconds. Null without visits. Pure.
 */
import { medianBandRanks } from './bands.ts';

/** Ranks from 1 among the ascending lengths. */
export interface DwellRanks {
  median: [number, number];
  p90: number;
  low: number;
  high: number;
}

export function dwellRanks(count: number, coverage: number): DwellRanks {
  return {
    median: [Math.floor((count + 1) / 2), Math.floor(count / 2) + 1],
    // 0.9 is no binary fraction: ceil(0.9 · 10) must be 9.
    p90: Math.ceil((count * 9) / 10),
    ...medianBandRanks(count, coverage),
  };
}

export function dwellFigures(count: number, sumMs: number, ranks: DwellRanks, lengthAtRank: (rank: number) => number) {
  return {
    value: (lengthAtRank(ranks.median[0]) + lengthAtRank(ranks.median[1])) / 2 / 1000,
    low: lengthAtRank(ranks.low) / 1000,
    high: lengthAtRank(ranks.high) / 1000,
    mean: sumMs / count / 1000,
    p90: lengthAtRank(ranks.p90) / 1000,
  };
}

/** The definition on plain lengths: what SQL must agree with. */
export function dwellOf(lengthsMs: readonly number[], coverage: number) {
  if (lengthsMs.length === 0) return { value: null, low: null, high: null, mean: null, p90: null };
  const sorted = [...lengthsMs].sort((a, b) => a - b);
  const sumMs = sorted.reduce((a, b) => a + b, 0);
  return dwellFigures(sorted.length, sumMs, dwellRanks(sorted.length, coverage), (rank) => sorted[rank - 1]!);
}
