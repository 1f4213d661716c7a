/**
 * Occupancy: carriers present at an instant; of an interval its mean (value) and its peak. It is kept by quarter hour, and
 * a period takes the quarter hours that begin in it, the one that it begins in included. The mean is over the quarter
 * hours in which any gateway reported: an outage is left out, not averaged in as emptiness. The quarter hour under way
 * counts up to the watermark. Staff and carts are not in it. Pure.
 */
import { countBand, Z95 } from './bands.ts';
import { type DarkWindow, darkWithinMs, presentInDark } from './dark.ts';
import { type DoorLag, type Doors, endVariance } from './doors.ts';
import { type Certain, type DoubtfulRow, excessChance, lagOf, MILLION, millionths, unheard } from './doubt.ts';
import { QUARTER_MS } from './localTime.ts';
import { counts, RESOLUTION_MS } from './thresholds.ts';

/** Fewer than this many unheard are none, 39 times of 40. */
const NEGLIGIBLE = 0.4;

export interface OccupancyTotals {
  carrierMs: number;
  /** Time over which the mean is taken. */
  measuredMs: number;
  peak: number;
}

/** What the starts and ends of presences in an interval add to it unheard. */
export interface EdgeSums {
  /** Of all presences that start, and of all that end in it. */
  edges: number;
  firstLagMs: number;
  firstLagSquareMs2: number;
  lastLagMs: number;
  lastLagSquareMs2: number;
  /** Silences that may have been no absence: their lengths but for darkness, by the probability of that, in millionths of a millisecond. */
  silentM: number;
}
export const NO_EDGES: EdgeSums = {
  edges: 0,
  firstLagMs: 0,
  firstLagSquareMs2: 0,
  lastLagMs: 0,
  lastLagSquareMs2: 0,
  silentM: 0,
};

/** The definition on plain rows, by interval: what SQL must agree with. `open` have not ended yet. */
export function edgeSumsBy(
  closed: readonly DoubtfulRow[],
  open: readonly DoubtfulRow[],
  edges: readonly number[],
  gapMs: number | undefined,
  windows: readonly DarkWindow[] = [],
): EdgeSums[] {
  const out = edges.slice(1).map(() => ({ ...NO_EDGES }));
  const ends = new Map<string, number>();
  const sumsAt = (atMs: number): EdgeSums | undefined => out[edges.findLastIndex((edge) => atMs >= edge)];
  const add = (end: 'first' | 'last', atMs: number, lagMs: number): void => {
    const sums = sumsAt(atMs);
    if (!sums) return;
    sums.edges += 1;
    sums[`${end}LagMs`] += lagMs;
    sums[`${end}LagSquareMs2`] += lagMs * lagMs;
  };
  const all = [...closed.map((row) => ({ row, ends: true })), ...open.map((row) => ({ row, ends: false }))];
  all.sort((a, b) => a.row.startMs - b.row.startMs || a.row.endMs - b.row.endMs);
  for (const { row, ends: ended } of all) {
    if (!counts(row.kind)) continue;
    const lag = lagOf(row);
    add('first', row.startMs, lag);
    if (ended) add('last', row.endMs, lag);
    const beforeMs = ends.get(row.carrierId);
    ends.set(row.carrierId, Math.max(beforeMs ?? row.endMs, row.endMs));
    const sums = sumsAt(row.startMs);
    if (gapMs === undefined || beforeMs === undefined || !sums) continue;
    const silentMs = row.startMs - beforeMs;
    const litMs = silentMs - darkWithinMs(beforeMs, row.startMs, windows);
    sums.silentM += millionths(excessChance(litMs - gapMs, 2 * lag, 2 * lag)) * litMs;
  }
  return out;
}

export const edgeSums = (
  closed: readonly DoubtfulRow[],
  open: readonly DoubtfulRow[],
  fromMs: number,
  toMs: number,
  gapMs: number | undefined,
  windows: readonly DarkWindow[] = [],
): EdgeSums => edgeSumsBy(closed, open, [fromMs, toMs], gapMs, windows)[0]!;

/** Each for itself, and all of them together by as much as the door is known badly. */
const endSumVariance = (door: DoorLag, lagMs: number, lagSquareMs2: number): number =>
  door.times ** 2 * (endVariance(door) * lagSquareMs2 + (door.spread * lagMs) ** 2);

/**
 * With `sure` the mean is unbiased: presences are told in whole ticks from the first to the last sighting, half a tick too
 * long at either end on the mean, and too short by the carrier's lag. The band takes the lags at the
 * doors instead, and holds what went on in the dark as well.
 */
export function occupancyFigures(
  totals: OccupancyTotals,
  coverage: number,
  sure?: Certain & { sums: EdgeSums; doors: Doors },
) {
  if (totals.measuredMs <= 0) return { value: null, low: null, high: null, peak: null };
  if (sure) {
    const { sums, doubts, light, doors } = sure;
    const heardMs = totals.carrierMs - (sums.edges * RESOLUTION_MS) / 2;
    const value = (heardMs + sums.firstLagMs + sums.lastLagMs) / totals.measuredMs;
    const presentMs = heardMs + doors.first.times * sums.firstLagMs + doors.last.times * sums.lastLagMs;
    // A moment within a tick is uniform: a twelfth.
    const variance =
      endSumVariance(doors.first, sums.firstLagMs, sums.firstLagSquareMs2) +
      endSumVariance(doors.last, sums.lastLagMs, sums.lastLagSquareMs2) +
      (sums.edges * RESOLUTION_MS ** 2) / 12;
    const { dark } = light;
    const inDark = dark
      ? presentInDark(dark.windows, dark.fromMs, dark.toMs)
      : { presentMs: 0, variance: 0, unmeasuredMs: 0 };
    const overMs = totals.measuredMs + inDark.unmeasuredMs;
    const middleMs = presentMs + inDark.presentMs;
    const halfMs = Z95 * Math.sqrt(variance + inDark.variance);
    const most = (middleMs + halfMs + sums.silentM / MILLION) / overMs;
    const seen = doubts.seenByOne + doubts.seenByTwo + doubts.seenByMore;
    const missing = unheard(doubts, { lit: light.lit, gateways: light.gateways });
    const missed = missing.mean + Z95 * Math.sqrt(missing.variance);
    // Each that was missed was there as long as one that was not.
    const unseen = missed < NEGLIGIBLE ? 0 : (most * missed) / (seen + 1) + (seen === 0 ? missed : 0);
    return {
      value,
      low: Math.max(0, Math.min(value, (middleMs - halfMs) / overMs)),
      high: Math.max(value, most + unseen),
      peak: totals.peak,
    };
  }
  const value = totals.carrierMs / totals.measuredMs;
  return { value, ...countBand(value, value, value, coverage), peak: totals.peak };
}

/** The definition on plain rows: what SQL must agree with. `measured` are the quarter hours in which any gateway reported. */
export function occupancyTotals(
  rows: readonly { bucketStartMs: number; carrierMs: number; peak: number }[],
  measured: ReadonlySet<number>,
  fromMs: number,
  toMs: number,
  watermarkMs: number,
): OccupancyTotals {
  const totals = { carrierMs: 0, measuredMs: 0, peak: 0 };
  const firstMs = Math.floor(fromMs / QUARTER_MS) * QUARTER_MS;
  for (const bucketMs of measured) {
    if (bucketMs < firstMs || bucketMs >= toMs) continue;
    totals.measuredMs += Math.max(0, Math.min(bucketMs + QUARTER_MS, watermarkMs) - bucketMs);
    for (const row of rows) {
      if (row.bucketStartMs !== bucketMs) continue;
      totals.carrierMs += row.carrierMs;
      totals.peak = Math.max(totals.peak, row.peak);
    }
  }
  return totals;
}
