/** Campaigns, the mall's attention budget, and what is told of decisions, as REST carries them. Pure. */
import { z } from 'zod';
import { id, name } from './model.ts';

export const LANGUAGES = ['en', 'cs', 'pl', 'sk'] as const;
export const language = z.enum(LANGUAGES);
export type Language = z.infer<typeof language>;

const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a local time such as 09:30');
/** A day of the site's calendar. */
export const localDate = z.iso.date('must be a day such as 2026-12-24');

const MAX_DAYS = 365;
const days = z.int().min(1).max(MAX_DAYS);

export const trigger = z.discriminatedUnion('type', [
  z.object({ type: z.literal('enter') }),
  z.object({ type: z.literal('dwell'), seconds: z.int().min(5).max(3_600) }),
  z.object({ type: z.literal('exit') }),
  /** Enters a coupon zone after an absence of at least `days` local days from the mall; a first visit is no return. */
  z.object({ type: z.literal('return'), days }),
  /** Enters a coupon zone with a basket left in the web shop within `maxAgeHours`; a basket fires once. */
  z.object({
    type: z.literal('basket'),
    maxAgeHours: z
      .int()
      .min(1)
      .max(24 * 30)
      .default(72),
    minValueMinor: z.int().min(0).default(0),
  }),
]);
export type Trigger = z.infer<typeof trigger>;

const title = z.string().trim().min(1).max(80);
const text = z.string().trim().min(1).max(400);
const terms = z.string().trim().max(1_000).nullable();

/** What the shopper saves: for ranking, the budget and the ledger. Minor units of the site's currency (hellers, groszy, cents). */
export const offerValue = z.discriminatedUnion('type', [
  z.object({ type: z.literal('amount'), amountMinor: z.int().min(1).max(100_000_000) }),
  z.object({
    type: z.literal('percent'),
    percent: z.number().min(0.1).max(100),
    /** What a basket is expected to come to, and at most taken off: the budget counts on it. */
    maxAmountMinor: z.int().min(1).max(100_000_000),
  }),
  z.object({ type: z.literal('gift'), costMinor: z.int().min(0).max(100_000_000) }),
]);
export type OfferValue = z.infer<typeof offerValue>;

export const offerFace = z.object({
  /** In the site's main language, and for every language that has no translation. */
  title,
  text,
  terms: terms.default(null),
  translations: z.partialRecord(language, z.object({ title, text, terms: terms.default(null) })).default({}),
  /** An image that was uploaded for this site. */
  imageId: id.nullable().default(null),
  value: offerValue.nullable().default(null),
  validMinutes: z
    .int()
    .min(1)
    .max(60 * 24 * 90),
  /** Last local day on which it can be redeemed, however long it would be valid; null: no such day. */
  validUntil: localDate.nullable().default(null),
});
export type OfferFace = z.infer<typeof offerFace>;

/** Variant `a` is the campaign's own offer. */
export const VARIANT_A = 'a';
export const variant = z.object({
  id: z.string().regex(/^[b-e]$/, 'must be b, c, d or e: a is the campaign’s own offer'),
  offer: offerFace,
});
export type Variant = z.infer<typeof variant>;

export const schedule = z.object({
  /** 1 is Monday, 7 is Sunday; the day on which the hours begin. */
  weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
  from: localTime,
  /** At or before `from`: on the next day. */
  to: localTime,
  /** First and last local day, both included. */
  startsOn: localDate.nullable().default(null),
  endsOn: localDate.nullable().default(null),
  /** Days with hours of their own, whatever their weekday; `hours: null`: closed. */
  exceptions: z
    .array(z.object({ date: localDate, hours: z.object({ from: localTime, to: localTime }).nullable() }))
    .max(200)
    .default([]),
});
export type Schedule = z.infer<typeof schedule>;

/** What a shopper says of themselves in the quiz; a fixed list, so that the words exist in every language. */
export const INTERESTS = [
  'fashion',
  'shoes',
  'sport',
  'beauty',
  'electronics',
  'home',
  'books',
  'kids',
  'food',
  'coffee',
  'health',
  'entertainment',
] as const;
export const interest = z.enum(INTERESTS);
export type Interest = z.infer<typeof interest>;

export const TIERS = ['member', 'silver', 'gold'] as const;
export const tier = z.enum(TIERS);
export type Tier = z.infer<typeof tier>;

export const brand = z.string().trim().min(1).max(60);
const visitedWithin = z.object({ zoneIds: z.array(id).min(1).max(50), withinDays: days });

/** All that is named must hold; an empty list and null name nothing. Anything named asks for the consent to profiling. */
export const audience = z.object({
  /** Any of them. */
  interests: z.array(interest).max(INTERESTS.length).default([]),
  /** Any of them, as the shopper's favourites. */
  brands: z.array(brand).max(50).default([]),
  tiers: z.array(tier).max(TIERS.length).default([]),
  /** First visit to the mall within the return window, or an earlier one (definition of returning). */
  who: z.enum(['all', 'new', 'returning']).default('all'),
  /** Visits to the mall within the last `withinDays`, today's not counted. */
  frequency: z
    .object({ minVisits: z.int().min(0).max(1_000), maxVisits: z.int().min(0).max(1_000).nullable(), withinDays: days })
    .nullable()
    .default(null),
  /** Days since the last earlier visit. */
  recency: z
    .object({ minDays: z.int().min(0).max(MAX_DAYS), maxDays: z.int().min(0).max(MAX_DAYS).nullable() })
    .nullable()
    .default(null),
  visited: visitedWithin.nullable().default(null),
  notVisited: visitedWithin.nullable().default(null),
});
export type Audience = z.infer<typeof audience>;

export const CAMPAIGN_STATUSES = ['draft', 'rehearsed', 'approved', 'live', 'paused', 'ended'] as const;

export const campaignInput = z.object({
  id,
  name,
  /** Null: the mall's own. */
  tenantId: id.nullable().default(null),
  /** Coupon zones; any of them triggers. */
  zoneIds: z.array(id).min(1).max(50),
  trigger,
  offer: offerFace,
  /** Further faces of the offer, shown in equal shares; who gets which never changes. */
  variants: z
    .array(variant)
    .max(4)
    .refine((all) => new Set(all.map((one) => one.id)).size === all.length, 'each variant must have an id of its own')
    .default([]),
  /** Null: every consenting shopper. */
  audience: audience.nullable().default(null),
  /** Per shopper, from one offer of this campaign to the next. */
  cooldownMinutes: z
    .int()
    .min(0)
    .max(60 * 24 * 365)
    .default(24 * 60),
  /** Null: at any time, but for the mall's quiet hours. */
  schedule: schedule.nullable().default(null),
  /** Offers that may be out or redeemed; one that expires unredeemed comes back. Null: no limit. */
  stock: z.int().min(0).max(10_000_000).nullable().default(null),
  /** What offers that are out or redeemed may cost at most, by their value. Null: no limit. */
  budgetMinor: z.int().min(0).max(100_000_000_000).nullable().default(null),
  /** Share of shoppers who are held back at random, so that the effect can be measured. */
  controlShare: z.number().min(0).max(0.5).default(0.1),
});
export type CampaignInput = z.infer<typeof campaignInput>;

export const campaign = campaignInput.extend({
  status: z.enum(CAMPAIGN_STATUSES),
  /** Why the landlord sent it back to draft; null where they did not. */
  rejection: z.object({ reason: z.string(), at: z.string() }).nullable().default(null),
});
export type Campaign = z.infer<typeof campaign>;

/** The mall's one attention budget for each shopper, over all tenants. */
export const attention = z.object({
  pushesPerVisit: z.int().min(0).max(20).default(1),
  pushesPerDay: z.int().min(0).max(50).default(2),
  pushesPerTenantPerDay: z.int().min(0).max(20).default(1),
  /** From one push to the next, of any tenant. */
  minSpacingMinutes: z
    .int()
    .min(0)
    .max(24 * 60)
    .default(0),
  /** Local times; null: none. 22:00 is when malls of the region close, 08:00 before they open. */
  quietHours: z.object({ from: localTime, to: localTime }).nullable().default({ from: '22:00', to: '08:00' }),
  /** A retailer's campaign goes live only after the mall has approved it. */
  approvalRequired: z.boolean().default(false),
});
export type Attention = z.infer<typeof attention>;
export const DEFAULT_ATTENTION: Attention = attention.parse({});

export const OUTCOMES = ['sent', 'held', 'control'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const decisionView = z.object({
  at: z.string(),
  zoneId: z.string(),
  trigger: z.string(),
  outcome: z.enum(OUTCOMES),
  code: z.string(),
  reason: z.string(),
  variant: z.string().nullable(),
  latencyMs: z.number().nullable(),
  /** Where campaigns competed for one shopper: see server/campaigns/ranking.ts. */
  score: z.number().nullable(),
  /** Name of the campaign that won instead; null for another tenant's, but to the mall. */
  outrankedBy: z.string().nullable(),
});
export type DecisionView = z.infer<typeof decisionView>;

export const funnel = z.object({
  /** Sent and control: what the campaign would have done to everyone. */
  wouldFire: z.int(),
  control: z.int(),
  sent: z.int(),
  opened: z.int(),
  redeemed: z.int(),
  /** Held back, by reason code. */
  held: z.record(z.string(), z.int()),
  /** From the sighting that completed the trigger to the phone's acknowledgement. */
  latencyMs: z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() }),
});
export type Funnel = z.infer<typeof funnel>;

/** What was held back and why; names nobody. */
export const heldLog = z.object({
  from: z.string(),
  to: z.string(),
  /** The most frequent first. `detail`: the audience's condition, the budget's limit, the consent's purpose. */
  byReason: z.array(z.object({ code: z.string(), detail: z.string().nullable(), reason: z.string(), count: z.int() })),
  /** Local days, the earliest first; those without decisions are left out. */
  byDay: z.array(
    z.object({
      date: z.string(),
      sent: z.int(),
      control: z.int(),
      held: z.record(z.string(), z.int()),
    }),
  ),
  /** Held by the ranking: which campaigns won, and how often; null name as in `decisionView`. */
  outrankedBy: z.array(z.object({ campaign: z.string().nullable(), count: z.int() })),
  samples: z.array(decisionView),
});
export type HeldLog = z.infer<typeof heldLog>;

/** `seen`: the campaign as it was looked at; what was changed in substance since is not approved unseen. */
export const approvalInput = z.object({ seen: campaignInput.optional() }).default({});
export const rejectionInput = z.object({ reason: z.string().trim().min(1).max(1_000) });

/** A picture that offers may show, at `/api/v1/images/{id}`. */
export const campaignImage = z.object({
  id: z.string(),
  /** Null: the mall's own, for everybody's campaigns. */
  tenantId: z.string().nullable(),
  url: z.string(),
  contentType: z.string(),
  widthPx: z.int(),
  heightPx: z.int(),
  bytes: z.int(),
  uploadedAt: z.string(),
});
export type CampaignImageView = z.infer<typeof campaignImage>;
