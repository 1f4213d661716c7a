/** What the pipeline keeps of itself with each commit. Pure. */
import { z } from 'zod';
import type { Causes, Recomputation } from '../db/timeSeries.ts';
import type { ReceivedJson } from './received.ts';

const range = z.tuple([z.number(), z.number()]);
const backlog = z.object({
  gatewayId: z.string(),
  batches: z.number(),
  coveredMs: z.number(),
  fromMs: z.number(),
  toMs: z.number(),
  firstArrivedMs: z.number(),
  lastArrivedMs: z.number(),
});
const causes = z.object({
  backlogs: z.array(backlog),
  model: z.boolean(),
  rebuild: z.boolean(),
  finalUntilMs: z.number(),
});
const checkpoint = z.object({
  v: z.literal(1),
  /** Durable length of each hour file, by the hour's start. */
  lengths: z.record(z.string(), z.number()),
  /** Newest event time seen; null before the first. */
  newestMs: z.number().nullable(),
  /** The log before this was removed; null while it reaches back to the first sighting. */
  prunedBeforeMs: z.number().nullable(),
  /** Of what is to be computed anew, and of what was being computed. Older checkpoints have neither. */
  causes: causes.optional(),
  recomputation: z.object({ fromMs: z.number(), untilMs: z.number(), causes }).optional(),
  received: z.record(z.string(), z.record(z.string(), z.object({ base: z.number(), ranges: z.array(range) }))),
});
export interface Checkpoint {
  lengths: Map<number, number>;
  newestMs: number | null;
  prunedBeforeMs: number | null;
  causes?: Causes | undefined;
  recomputation?: Recomputation | undefined;
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
    causes: state.causes,
    recomputation: state.recomputation,
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
      causes: parsed.causes,
      recomputation: parsed.recomputation,
      received: parsed.received,
    };
  } catch {
    return undefined;
  }
}
