/**
 * How long a presence lasted: what was observed, and at either end the mean time that goes by unheard there (the carrier's
 * own lag, see engine/hearing.ts). What was observed alone is too short by an advertising interval and more. Pure.
 */
import type { Certainty } from '../engine/types.ts';

export const lengthOf = (row: Certainty & { startMs: number; endMs: number }): number =>
  row.endMs - row.startMs + 2 * (row.lagMs ?? 0);
