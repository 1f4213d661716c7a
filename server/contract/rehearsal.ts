/** What a campaign would have done in the last weeks, as REST carries it. Pure. */
import { z } from 'zod';

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

export const REHEARSAL_WARNINGS = [
  /** A zone is smaller than the local p90 error: many fires would be of people who are elsewhere. */
  'zone-smaller-than-error',
  'spill',
  'many-false-fires',
  'no-history',
  'little-history',
  'no-triggers',
  'budget-takes-most',
  'audience-unknown',
] as const;

export const rehearsal = z.object({
  campaignId: z.string(),
  rehearsedAt: z.string(),
  /** The history that was replayed: at most the last 28 days. */
  from: z.string(),
  to: z.string(),
  /** Local days with enough coverage to count. */
  days: z.int(),
  /** Fires a day after schedule, cooldown and audience, before the attention budget. */
  triggersPerDay: estimate.nullable(),
  /** Over the whole history; null below k. */
  distinctShoppers: z.int().nullable(),
  /** Of the fires, the share of carriers whose true place was outside the zone, given the position error there. */
  falseFireShare: estimate.nullable(),
  /** Neighbouring zones in which those really were, largest share of all fires first. */
  spill: z.array(z.object({ zoneId: z.string(), share: z.number() })),
  /** What the mall's attention budget and quiet hours would hold back, by reason code, a day. */
  heldPerDay: z.record(z.string(), z.number()),
  offersPerDay: estimate.nullable(),
  zones: z.array(
    z.object({
      zoneId: z.string(),
      triggersPerDay: z.number(),
      /** Radius of the circle of the zone's area. */
      radiusM: z.number(),
      /** Position error that nine of ten fixes keep below here; null where nothing is known of it. */
      localP90M: z.number().nullable(),
    }),
  ),
  warnings: z.array(z.object({ code: z.enum(REHEARSAL_WARNINGS), zoneId: z.string().nullable(), words: z.string() })),
});
export type Rehearsal = z.infer<typeof rehearsal>;
