/** What a campaign would have done in the last weeks, as REST carries it. Pure. */
import { z } from 'zod';

/** Figures of a day are means; low and high hold a single day. */
const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

export const REHEARSAL_WARNINGS = [
  /** A zone is smaller than the local p90 error: many fires would be of people who are elsewhere. */
  'zone-smaller-than-error',
  'spill',
  'many-false-fires',
  /** Nothing was measured yet, or the zone stood in no day that counts. */
  'no-history',
  'little-history',
  'no-triggers',
  /** Fewer than k carriers in all: no figure is told. */
  'too-few',
  'budget-takes-most',
  /** The audience asks for what nothing is known of; the figures leave that part out. */
  'audience-unknown',
  /** Which baskets were left open is not known of the past: the figures are of entries, which baskets can only lower. */
  'baskets-unknown',
  /** The zone did not stand in the past: the figures come from where people were, and are less sure. */
  'zone-is-new',
  /** No figure of the position error there. */
  'error-unknown',
] as const;
export type RehearsalWarning = (typeof REHEARSAL_WARNINGS)[number];

/**
 * Where figures come from: `stays`: the zone stood then, and what fired is known; `heat`: it did not, and is estimated from
 * where people were, checked against zones that did; `none`: it stood in no day that counts.
 */
export const REHEARSAL_BASES = ['stays', 'heat', 'none'] as const;
export type RehearsalBasis = (typeof REHEARSAL_BASES)[number];
/** A walk in this zone, one on its floor, or what the gateways' places let expect. */
export const ERROR_SOURCES = ['zone-certificate', 'floor-certificate', 'expected'] as const;
export type ErrorSource = (typeof ERROR_SOURCES)[number];

export const rehearsal = z.object({
  campaignId: z.string(),
  rehearsedAt: z.string(),
  /** The history that was replayed: at most the last 28 days, whole local days. */
  from: z.string(),
  to: z.string(),
  /** Local days with enough coverage to count, on which the schedule is open. */
  days: z.int(),
  /** Local days of the history left out. */
  leftOut: z.object({
    /** Coverage below the definitions' least. */
    lowCoverage: z.int(),
    /** The schedule is closed. */
    closed: z.int(),
  }),
  basis: z.enum(REHEARSAL_BASES),
  /**
   * Of `heat`: how far the estimate is off in zones where the answer is known, as a factor (1.4: a third less to 40 % more,
   * two times of three), and in how many zones that was tried. Null where no zone could be tried.
   */
  checked: z.object({ factor: z.number(), zones: z.int() }).nullable(),
  /**
   * Fires a day after schedule, cooldown and audience, before the attention budget, as if every carrier that counts were a
   * shopper who agreed. The band holds a single day 19 times of 20.
   */
  triggersPerDay: estimate.nullable(),
  /** Carriers over the whole history, unknown ones counted anew each day; null below k. */
  distinctShoppers: z.int().nullable(),
  /** Of that, what shoppers who have paired and agreed to presence and offers would get now. Null below k of them. */
  reachable: z.object({ shoppers: z.int(), triggersPerDay: z.number() }).nullable(),
  /** Of the fires, the share of carriers whose true place was outside the zone, given the position error there. */
  falseFireShare: estimate.nullable(),
  /** Where those really were, largest share of all fires first; null: in no zone, or in one that the asker does not see. */
  spill: z.array(z.object({ zoneId: z.string().nullable(), share: z.number() })),
  /** What the mall's limits would hold back a day, by reason code, that of the budget with its limit: `attention-budget/visit`. */
  heldPerDay: z.record(z.string(), z.number()),
  /** Shoppers chosen at random to get none, a day. */
  controlPerDay: z.number().nullable(),
  offersPerDay: estimate.nullable(),
  zones: z.array(
    z.object({
      zoneId: z.string(),
      basis: z.enum(REHEARSAL_BASES),
      /** Null where the whole figure is not told. */
      triggersPerDay: z.number().nullable(),
      falseFireShare: z.number().nullable(),
      /** Radius of the circle of the zone's area. */
      radiusM: z.number(),
      /** Position error that nine of ten fixes keep below here; null where nothing is known of it. */
      localP90M: z.number().nullable(),
      errorFrom: z.enum(ERROR_SOURCES).nullable(),
    }),
  ),
  warnings: z.array(
    z.object({
      code: z.enum(REHEARSAL_WARNINGS),
      zoneId: z.string().nullable(),
      /** What the words are made of, for words in another language. */
      params: z.record(z.string(), z.union([z.string(), z.number()])),
      /** In English. */
      words: z.string(),
    }),
  ),
});
export type Rehearsal = z.infer<typeof rehearsal>;

export const rehearsalView = rehearsal.extend({
  /** Nothing that was rehearsed has been changed since. */
  isCurrent: z.boolean(),
});
export type RehearsalView = z.infer<typeof rehearsalView>;
