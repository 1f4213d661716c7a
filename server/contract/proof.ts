/** What a campaign did, against those held back, and how a shop fares, as REST carries it. Pure. */
import { z } from 'zod';

/** `low` and `high` bound the truth in 95 of 100 such campaigns. */
export const effect = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
});
export type Effect = z.infer<typeof effect>;

/**
 * Why it cannot be said yet. no-control: nobody is held back, so there is nothing to compare with, ever; too-few: one side
 * has fewer shoppers (or fewer who came or bought) than may be told or compared; undecided: the interval is told, but
 * neither is there surely an effect nor surely none worth naming; no-data: no shop or no sale that could be counted.
 */
export const NOT_ENOUGH = ['no-control', 'too-few', 'undecided', 'no-data'] as const;

/** Either a figure with its interval, or how many more shoppers it takes to say. */
export const finding = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('measured'),
    effect,
    /** By a test that may be looked at as often as one likes. False: whatever effect there is, it is small. */
    significant: z.boolean(),
    /** What it comes to for one shopper who was treated, and what control did without. */
    perShopper: effect,
    controlMean: z.number(),
    /** Shoppers that the interval rests on. */
    shoppers: z.object({ treated: z.int(), control: z.int() }),
  }),
  z.object({
    state: z.literal('not-enough'),
    effect: effect.nullable(),
    perShopper: effect.nullable(),
    controlMean: z.number().nullable(),
    shoppers: z.object({ treated: z.int(), control: z.int() }).nullable(),
    /** Both sides together; null where no number would help, or none is known. */
    moreShoppers: z.int().nullable(),
    why: z.enum(NOT_ENOUGH),
  }),
]);
export type Finding = z.infer<typeof finding>;

export const AB_DECISIONS = ['better', 'worse', 'undecided'] as const;
export const abResult = z.object({
  /** Of the sequential test: it may be looked at as often as one likes. */
  method: z.string(),
  /** Shoppers whose window is over, each in the variant of their first offer; redeemed within the window. */
  variants: z.array(
    z.object({ id: z.string(), shoppers: z.int().nullable(), redeemed: z.int().nullable(), rate: effect.nullable() }),
  ),
  /** Pairs against variant a. */
  comparisons: z.array(
    z.object({
      variant: z.string(),
      /** Redemption rate minus that of variant a, interval valid at every look. */
      difference: effect.nullable(),
      decision: z.enum(AB_DECISIONS),
    }),
  ),
});
export type AbResult = z.infer<typeof abResult>;

/** sample-ratio: sides are not as large as the draw should have made them; dropout: one side stopped being heard more often. */
export const PROOF_WARNINGS = ['sample-ratio', 'dropout'] as const;

export const proof = z.object({
  campaignId: z.string(),
  /** First and last time at which a shopper who is counted came in; null: nobody yet. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Offers, not shoppers. */
  funnel: z.object({ wouldFire: z.int(), control: z.int(), sent: z.int(), opened: z.int(), redeemed: z.int() }),
  /** From the hand-over to the till. Null below k. */
  timeToRedeemMinutes: z.object({ median: z.number().nullable(), p90: z.number().nullable() }),
  /** From a shopper's first would-fire on, what they did is counted for as long. */
  windowDays: z.int(),
  /** Shoppers, not triggers: each counts once, from their first; those whose window is over. Null below k. */
  shoppers: z.object({ treated: z.int().nullable(), control: z.int().nullable() }),
  /** Their window is not over yet. */
  waiting: z.int(),
  currency: z.string(),
  /** Over all treated shoppers whose window is over. */
  incrementalVisits: finding,
  incrementalSalesMinor: finding,
  method: z.string(),
  warnings: z.array(z.enum(PROOF_WARNINGS)),
  ab: abResult.nullable(),
});
export type Proof = z.infer<typeof proof>;

const figure = z.object({
  /** Null where fewer than k stand behind it, or nothing was counted. */
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** What it was counted from; null below k. */
  n: z.int().nullable(),
});
export type ShopFigure = z.infer<typeof figure>;

/** people: all orders over the estimated people who visited; identified: of the shoppers known by their app, those who bought. */
export const CONVERSION_BASES = ['people', 'identified'] as const;

export const SHOP_FIGURES = [
  'conversionRate',
  'purchaseFrequency',
  'averageOrderValueMinor',
  'repeatPurchaseRate',
  'guestShare',
  'lifetimeValueMinor',
  'nps',
] as const;
export type ShopFigureName = (typeof SHOP_FIGURES)[number];

export const shopFigures = z.object({
  zoneId: z.string().nullable(),
  tenantId: z.string().nullable(),
  from: z.string(),
  to: z.string(),
  currency: z.string(),
  conversionRate: figure.extend({ basis: z.enum(CONVERSION_BASES).nullable() }),
  purchaseFrequency: figure,
  averageOrderValueMinor: figure,
  repeatPurchaseRate: figure,
  guestShare: figure,
  lifetimeValueMinor: figure,
  nps: figure,
});
export type ShopFigures = z.infer<typeof shopFigures>;

/** How each figure is counted, in words. */
export const insightDefinitions = z.object({
  definitions: z.array(z.object({ name: z.string(), definition: z.string(), interval: z.string() })),
});
export type InsightDefinitions = z.infer<typeof insightDefinitions>;
