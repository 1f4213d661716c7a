/**
 * Footfall: visits (of a zone: zone visits) that started in the interval and lasted at least `minVisitSeconds` (the zone's
 * `minStaySeconds`). Staff and carts never count. One that is still open counts once it has lasted long enough. Pure.
 */
import type { CarrierKind } from '../contract/model.ts';
import type { Certainty } from '../engine/types.ts';
import { countBand } from './bands.ts';
import { type Certain, missingOf, unheard, wrongOf } from './doubt.ts';
import { lengthOf } from './length.ts';
import { doubtfulCountBand } from './spread.ts';
import { counts, RESOLUTION_MS } from './thresholds.ts';

/** A visit, or a stay in the zone in question. */
export interface Presence extends Certainty {
  carrierId: string;
  kind: CarrierKind;
  startMs: number;
  endMs: number;
}

/** Counts of the rows that started in an interval, by their length against the threshold. */
export interface LengthCounts {
  counted: number;
  /** Long enough even if a tick shorter than measured. */
  surely: number;
  /** Long enough if a tick longer. */
  possibly: number;
  below: number;
  /** Of the counted, those shorter than `bounceSeconds`. */
  bounced: number;
  dwellMs: number;
}
export const NO_COUNTS: LengthCounts = { counted: 0, surely: 0, possibly: 0, below: 0, bounced: 0, dwellMs: 0 };

export const startedIn = (row: Presence, fromMs: number, toMs: number): boolean =>
  counts(row.kind) && row.startMs >= fromMs && row.startMs < toMs;

/** The definition on plain rows: what SQL must agree with. */
export function lengthCounts(
  rows: readonly Presence[],
  fromMs: number,
  toMs: number,
  minMs: number,
  bounceMs: number,
): LengthCounts {
  const out = { ...NO_COUNTS };
  for (const row of rows) {
    if (!startedIn(row, fromMs, toMs)) continue;
    const lengthMs = lengthOf(row);
    if (lengthMs >= minMs + RESOLUTION_MS) out.surely += 1;
    if (lengthMs >= minMs - RESOLUTION_MS) out.possibly += 1;
    if (lengthMs < minMs) out.below += 1;
    else {
      out.counted += 1;
      out.dwellMs += lengthMs;
      if (lengthMs < bounceMs) out.bounced += 1;
    }
  }
  return out;
}

/** `certain` is left out where only rollups are kept. */
export function footfallFigures(counted: LengthCounts, coverage: number, certain?: Certain) {
  const value = counted.counted;
  if (certain) {
    const { doubts, light } = certain;
    return { value, ...doubtfulCountBand(value, wrongOf(doubts), missingOf(doubts), unheard(doubts, light)) };
  }
  return {
    value,
    ...countBand(counted.surely, counted.counted, counted.possibly, coverage),
  };
}
