/**
 * Dwell: how long the visits (zone visits) last that started in the interval and count as footfall. `value` is the median:
 * of an even number the mean of the middle two. `mean` is arithmetic, `p90` the shortest dwell that at least nine in ten
 * do not exceed (nearest rank, so every engine agrees). Seconds. Null without visits. Pure.
 */
import { medianBandRanks } from './bands.ts';
import type { DoorLag, Doors } from './doors.ts';
import { type Certain, type Doubtful, MILLION, unheard } from './doubt.ts';
import { medianBand } from './medianBand.ts';

/** Ranks from 1 among the ascending lengths. */
export interface DwellRanks {
  median: [number, number];
  p90: number;
  low: number;
  high: number;
}

/**
 * Between these ranks lies the true median, whatever is wrong or missing; those next to darkness may be longer than they look
 * and so come later. `certain` is left out where the visits are a sample.
 */
function censusRanks(count: number, { doubts, light }: Certain): { low: number; high: number } {
  const missing = unheard(doubts, light);
  const mean = doubts.missingM / MILLION + missing.mean + doubts.falseM / MILLION;
  // Nearly certain: three deviations.
  const half = (mean + 3 * Math.sqrt(mean + missing.variance)) / 2 + 1;
  return {
    low: Math.max(1, Math.floor((count + 1) / 2 - half)),
    high: Math.min(count, Math.ceil(count / 2 + 0.5 + half) + doubts.darkened),
  };
}

export function dwellRanks(count: number, coverage: number, certain?: Certain): DwellRanks {
  return {
    median: [Math.floor((count + 1) / 2), Math.floor(count / 2) + 1],
    // 0.9 is no binary fraction: ceil(0.9 · 10) must be 9.
    p90: Math.ceil((count * 9) / 10),
    ...(certain ? censusRanks(count, certain) : medianBandRanks(count, coverage)),
  };
}

/** Lengths between which the true median may lie; those that may be among them decide on the band. */
export interface DwellWindow {
  leastMs: number;
  mostMs: number;
}

/** At most, and nearly so. */
const timesAtMost = ({ times, spread }: DoorLag): number => Math.max(1, times * (1 + 2 * spread));

export function dwellWindow(
  ranks: DwellRanks,
  lengthAtRank: (rank: number) => number,
  { doubts }: Certain,
  { first, last }: Doors,
): DwellWindow {
  // A length is heard up to four lags too short; of lags at the doors more than the reach of each tells.
  const more = Math.ceil(2 * (timesAtMost(first) + timesAtMost(last) - 2) * doubts.longestLagMs);
  return {
    leastMs: lengthAtRank(ranks.low) - more,
    mostMs: lengthAtRank(ranks.high) + 4 * doubts.longestLagMs + more,
  };
}

export const mayBeIn = ({ lengthMs, beforeMs, afterMs }: Doubtful, { leastMs, mostMs }: DwellWindow): boolean =>
  lengthMs <= mostMs && lengthMs + beforeMs + afterMs >= leastMs;

/** What may lie in the window, ordered by length, reach before and after, and chance; and how many surely lie below it. */
export interface NearMedian {
  certain: Certain;
  doors: Doors;
  below: number;
  near: readonly Doubtful[];
}

export function dwellFigures(
  count: number,
  sumMs: number,
  ranks: DwellRanks,
  lengthAtRank: (rank: number) => number,
  nearMedian?: NearMedian,
) {
  const medianMs = (lengthAtRank(ranks.median[0]) + lengthAtRank(ranks.median[1])) / 2;
  const band = nearMedian
    ? medianBand(count, medianMs, nearMedian)
    : { low: lengthAtRank(ranks.low), high: lengthAtRank(ranks.high) };
  return {
    value: medianMs / 1000,
    low: Math.min(medianMs, band.low) / 1000,
    high: Math.max(medianMs, band.high) / 1000,
    mean: sumMs / count / 1000,
    p90: lengthAtRank(ranks.p90) / 1000,
  };
}

export const byLength = (a: Doubtful, b: Doubtful): number =>
  a.lengthMs - b.lengthMs || a.beforeMs - b.beforeMs || a.afterMs - b.afterMs || a.chance - b.chance;

/** The definition on plain rows: what SQL must agree with. */
export function dwellOf(rows: readonly Doubtful[], coverage: number, sure?: Certain & { doors: Doors }) {
  if (rows.length === 0) return { value: null, low: null, high: null, mean: null, p90: null };
  const sorted = [...rows].sort(byLength);
  const sumMs = sorted.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
  const ranks = dwellRanks(sorted.length, coverage, sure);
  const lengthAtRank = (rank: number): number => sorted[rank - 1]!.lengthMs;
  if (!sure) return dwellFigures(sorted.length, sumMs, ranks, lengthAtRank);
  const window = dwellWindow(ranks, lengthAtRank, sure, sure.doors);
  const near = sorted.filter((row) => mayBeIn(row, window));
  const below = sorted.filter((row) => row.lengthMs + row.beforeMs + row.afterMs < window.leastMs).length;
  return dwellFigures(sorted.length, sumMs, ranks, lengthAtRank, { certain: sure, doors: sure.doors, below, near });
}
