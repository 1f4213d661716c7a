/**
 * Dwell: how long the visits (zone visits) last that started in the interval and count as footfall. `value` is the median:
 * of an even number the mean of the middle two. `mean` is arithmetic, `p90` the shortest dwell that at least nine in ten
 * do not exceed (nearest rank, so every engine agrees). Seconds. Null without visits. Pure.
 */
import { medianBandRanks, missedUpper, poissonLimit, Z95 } from './bands.ts';
import { type Certain, MILLION, unheard } from './doubt.ts';
import { RESOLUTION_MS } from './thresholds.ts';

/** Ranks from 1 among the ascending lengths. */
export interface DwellRanks {
  median: [number, number];
  p90: number;
  low: number;
  high: number;
}

/**
 * Each case that may be wrong or missing moves the median by half a rank; nothing else does, as all that came are known but
 * for those. `certain` is left out where the visits are a sample.
 */
function censusRanks(count: number, { doubts, light }: Certain): { low: number; high: number } {
  const missing = poissonLimit(doubts.missingM / MILLION + unheard(doubts, light)) + missedUpper(count, light.lit);
  const half = (poissonLimit(doubts.falseM / MILLION) + missing) / 2;
  return {
    low: Math.max(1, Math.floor((count + 1) / 2 - half)),
    high: Math.min(count, Math.ceil(count / 2 + 0.5 + half)),
  };
}

/**
 * What a length from first to last sighting leaves unheard, at least and at most: the sum of two lags, each uniform up to
 * twice its mean. The value does not hold it, so the band lies above the value where beacons advertise seldom.
 */
export function unheardLengthMs(count: number, { doubts }: Certain): { leastMs: number; mostMs: number } {
  const lagMs = doubts.lagMs / count;
  const errorMs = Z95 * Math.sqrt(2 / 3) * Math.max(RESOLUTION_MS / 2, lagMs);
  return { leastMs: 2 * lagMs - errorMs, mostMs: 2 * lagMs + errorMs };
}

export function dwellRanks(count: number, coverage: number, certain?: Certain): DwellRanks {
  return {
    median: [Math.floor((count + 1) / 2), Math.floor(count / 2) + 1],
    // 0.9 is no binary fraction: ceil(0.9 · 10) must be 9.
    p90: Math.ceil((count * 9) / 10),
    ...(certain ? censusRanks(count, certain) : medianBandRanks(count, coverage)),
  };
}

export function dwellFigures(
  count: number,
  sumMs: number,
  ranks: DwellRanks,
  lengthAtRank: (rank: number) => number,
  certain?: Certain,
) {
  const { leastMs, mostMs } = certain ? unheardLengthMs(count, certain) : { leastMs: 0, mostMs: 0 };
  const medianMs = (lengthAtRank(ranks.median[0]) + lengthAtRank(ranks.median[1])) / 2;
  return {
    value: medianMs / 1000,
    low: Math.max(0, Math.min(medianMs, lengthAtRank(ranks.low) + leastMs)) / 1000,
    high: (lengthAtRank(ranks.high) + mostMs) / 1000,
    mean: sumMs / count / 1000,
    p90: lengthAtRank(ranks.p90) / 1000,
  };
}

/** The definition on plain lengths: what SQL must agree with. */
export function dwellOf(lengthsMs: readonly number[], coverage: number, certain?: Certain) {
  if (lengthsMs.length === 0) return { value: null, low: null, high: null, mean: null, p90: null };
  const sorted = [...lengthsMs].sort((a, b) => a - b);
  const sumMs = sorted.reduce((a, b) => a + b, 0);
  return dwellFigures(
    sorted.length,
    sumMs,
    dwellRanks(sorted.length, coverage, certain),
    (rank) => sorted[rank - 1]!,
    certain,
  );
}
