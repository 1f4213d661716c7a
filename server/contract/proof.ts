/** What a campaign did, against those held back, and how a shop fares, as REST carries it. Pure. */
import { z } from 'zod';

/** `low` and `high` bound the truth in 95 of 100 such campaigns. */
export const effect = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
});
export type Effect = z.infer<typeof effect>;

/** Either a figure with its interval, or how many more shoppers it takes to say. */
export const finding = z.discriminatedUnion('state', [
  z.object({ state: z.literal('measured'), effect, significant: z.boolean() }),
  z.object({ state: z.literal('not-enough'), effect: effect.nullable(), moreShoppers: z.int().nullable() }),
]);
export type Finding = z.infer<typeof finding>;

export const abResult = z.object({
  /** Of the sequential test: it may be looked at as often as one likes. */
  method: z.string(),
  variants: z.array(z.object({ id: z.string(), shoppers: z.int(), redeemed: z.int(), rate: effect.nullable() })),
  /** Pairs against variant a. */
  comparisons: z.array(
    z.object({
      variant: z.string(),
      /** Redemption rate minus that of variant a, interval valid at every look. */
      difference: effect.nullable(),
      decision: z.enum(['better', 'worse', 'undecided']),
    }),
  ),
});

export const proof = z.object({
  campaignId: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  funnel: z.object({ wouldFire: z.int(), control: z.int(), sent: z.int(), opened: z.int(), redeemed: z.int() }),
  timeToRedeemMinutes: z.object({ median: z.number().nullable(), p90: z.number().nullable() }),
  /** Shoppers, not triggers: each counts once, from their first. */
  shoppers: z.object({ treated: z.int(), control: z.int() }),
  /** Over all treated shoppers. */
  incrementalVisits: finding,
  incrementalSalesMinor: finding,
  ab: abResult.nullable(),
});
export type Proof = z.infer<typeof proof>;

const figure = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** What it was counted from; below k nothing is told. */
  n: z.int().nullable(),
});
export type ShopFigure = z.infer<typeof figure>;

export const shopFigures = z.object({
  zoneId: z.string().nullable(),
  tenantId: z.string().nullable(),
  from: z.string(),
  to: z.string(),
  currency: z.string(),
  conversionRate: figure,
  purchaseFrequency: figure,
  averageOrderValueMinor: figure,
  repeatPurchaseRate: figure,
  guestShare: figure,
  lifetimeValueMinor: figure,
  nps: figure,
});
export type ShopFigures = z.infer<typeof shopFigures>;
