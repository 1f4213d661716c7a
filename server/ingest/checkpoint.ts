/** What the pipeline keeps of itself with each commit. Pure. */
import { z } from 'zod';
import type { ReceivedJson } from './received.ts';

const range = z.tuple([z.number(), z.number()]);
const checkpoint = z.object({
  v: z.literal(1),
  /** Durable length of each hour file, by the hour's start. */
  lengths: z.record(z.string(), z.number()),
  /** Newest event time seen; null before the first. */
  newestMs: z.number().nullable(),
  /** The log before this was removed; null while it reaches back to the first sighting. */
  prunedBeforeMs: z.number().nullable(),
  received: z.record(z.string(), z.record(z.string(), z.object({ base: z.number(), ranges: z.array(range) }))),
});
export interface Checkpoint {
  lengths: Map<number, number>;
  newestMs: number | null;
  prunedBeforeMs: number | null;
  received: ReceivedJson;
}

export const EMPTY_CHECKPOINT: Checkpoint = { lengths: new Map(), newestMs: null, prunedBeforeMs: null, received: {} };

export const formatCheckpoint = (
  state: Omit<Checkpoint, 'received'> & { received: { toJSON(): ReceivedJson } },
): string =>
  JSON.stringify({
    v: 1,
    lengths: Object.fromEntries(state.lengths),
    newestMs: state.newestMs,
    prunedBeforeMs: state.prunedBeforeMs,
    received: state.received,
  });

/** Undefined where it is rotten: the whole log is read then. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const parsed = checkpoint.parse(JSON.parse(text));
    return {
      lengths: new Map(Object.entries(parsed.lengths).map(([hour, length]) => [Number(hour), length])),
      newestMs: parsed.newestMs,
      prunedBeforeMs: parsed.prunedBeforeMs,
      received: parsed.received,
    };
  } catch {
    return undefined;
  }
}
