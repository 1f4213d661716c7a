/**
 * Occupancy: carriers present at an instant; of an interval its mean (value) and its peak. It is kept by quarter hour, and
 * a period takes the quarter hours that begin in it, the one that it begins in included. The mean is over the quarter
 * hours in which any gateway reported: an outage is left out, not averaged in as emptiness. The quarter hour under way
 * counts up to the watermark. Staff and carts are not in it. Pure.
 */
import { countBand } from './bands.ts';
import { QUARTER_MS } from './localTime.ts';

export interface OccupancyTotals {
  carrierMs: number;
  /** Time over which the mean is taken. */
  measuredMs: number;
  peak: number;
}

export function occupancyFigures(totals: OccupancyTotals, coverage: number) {
  if (totals.measuredMs <= 0) return { value: null, low: null, high: null, peak: null };
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
