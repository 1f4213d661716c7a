/**
 * Unique visitors: distinct carriers with a visit that overlaps the interval; of a zone, with a zone visit that does. Only
 * visits that are long enough to be footfall: a short visit makes nobody a visitor, in any number. A visit is half-open,
 * [start, end); one that ends in the instant it starts overlaps the interval that holds that instant. Carriers are not
 * people, and an unknown one is another carrier on another day. Pure.
 */
import { countBand } from './bands.ts';
import type { Presence } from './footfall.ts';
import { lengthOf } from './length.ts';
import { counts, RESOLUTION_MS } from './thresholds.ts';

export const overlaps = (row: Presence, fromMs: number, toMs: number): boolean =>
  row.startMs < toMs && Math.max(row.endMs, row.startMs + 1) > fromMs;

export interface UniqueCounts {
  distinct: number;
  surely: number;
  possibly: number;
}

/** The definition on plain rows: what SQL must agree with. */
export function uniqueCounts(rows: readonly Presence[], fromMs: number, toMs: number, minMs: number): UniqueCounts {
  const of = (atLeastMs: number) =>
    new Set(
      rows
        .filter((row) => counts(row.kind) && overlaps(row, fromMs, toMs) && lengthOf(row) >= atLeastMs)
        .map((row) => row.carrierId),
    ).size;
  return { distinct: of(minMs), surely: of(minMs + RESOLUTION_MS), possibly: of(minMs - RESOLUTION_MS) };
}

export const uniqueFigures = (counted: UniqueCounts, coverage: number) => ({
  value: counted.distinct,
  ...countBand(counted.surely, counted.distinct, counted.possibly, coverage),
});
