/** Reference counts, door counters and estimated people. Pure. */
import { z } from 'zod';
import { INTERVALS } from './metrics.ts';
import { id, name } from './model.ts';

export const MAX_PEOPLE = 1_000_000;
/** Longer counts say nothing of an hour of the week any more. */
export const MAX_COUNT_MS = 24 * 3_600_000;

/** A door counter; only those that are entered here are heard. */
export const counter = z.object({ id, name: name.nullable().default(null), zoneId: id });
export type Counter = z.infer<typeof counter>;

const timeMs = z.int().min(0).max(8.64e15);
/** `promenade/1/{site}/{counter}/count`. The same counter and `fromMs` again replaces what was sent before. */
export const countMessage = z
  .object({
    v: z.literal(1),
    entranceZoneId: id,
    fromMs: timeMs,
    toMs: timeMs,
    in: z.int().min(0).max(MAX_PEOPLE),
    out: z.int().min(0).max(MAX_PEOPLE).optional(),
  })
  .refine(({ fromMs, toMs }) => toMs > fromMs && toMs - fromMs <= MAX_COUNT_MS, {
    path: ['toMs'],
    message: 'must lie after fromMs, by at most 24 hours',
  });
export type CountMessage = z.infer<typeof countMessage>;

const figures = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
const ratio = z.object({ peoplePerCarrier: z.number(), low: z.number(), high: z.number(), counts: z.int() });
export const people = z.object({
  interval: z.enum(INTERVALS),
  timezone: z.string(),
  /** Null: the whole site. */
  zone: z.string().nullable(),
  series: z.array(
    z.object({
      start: z.string(),
      coverage: z.number(),
      state: z.enum(['provisional', 'final']),
      /** Carriers that came in: what was seen. */
      observed: figures,
      /** People who came in: what reference counts make of it. Null without any. */
      people: figures,
    }),
  ),
  /** What the estimate rests on; null where no count could be used. */
  ratio: ratio
    .extend({
      /** Counts are used from then on: who carries a beacon changes over the months. */
      from: z.string(),
      entrances: z.array(ratio.extend({ zoneId: z.string() })),
    })
    .nullable(),
  /** Counts of the time that say nothing: too little coverage, or not settled yet. */
  unusedCounts: z.int(),
});
export type People = z.infer<typeof people>;
