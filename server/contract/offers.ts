/** Campaigns, the shopper's page and the till, as REST carries them. Pure. */
import { z } from 'zod';
import { id, name } from './model.ts';

export const LANGUAGES = ['en', 'cs', 'pl', 'sk'] as const;
export const language = z.enum(LANGUAGES);
export type Language = z.infer<typeof language>;

const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a local time such as 09:30');

export const trigger = z.discriminatedUnion('type', [
  z.object({ type: z.literal('enter') }),
  z.object({ type: z.literal('dwell'), seconds: z.int().min(5).max(3_600) }),
  z.object({ type: z.literal('exit') }),
]);
export type Trigger = z.infer<typeof trigger>;

export const offerFace = z.object({
  title: z.string().trim().min(1).max(80),
  text: z.string().trim().min(1).max(400),
  terms: z.string().trim().max(1_000).nullable().default(null),
  validMinutes: z
    .int()
    .min(1)
    .max(60 * 24 * 90),
});

export const schedule = z.object({
  /** 1 is Monday, 7 is Sunday; the day on which the hours begin. */
  weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
  from: localTime,
  /** At or before `from`: on the next day. */
  to: localTime,
});
export type Schedule = z.infer<typeof schedule>;

export const CAMPAIGN_STATUSES = ['draft', 'live', 'paused', 'ended'] as const;

export const campaignInput = z.object({
  id,
  name,
  /** Null: the mall's own. */
  tenantId: id.nullable().default(null),
  /** Coupon zones; any of them triggers. */
  zoneIds: z.array(id).min(1).max(50),
  trigger,
  offer: offerFace,
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
  /** Share of shoppers who are held back at random, so that the effect can be measured. */
  controlShare: z.number().min(0).max(0.5).default(0.1),
});
export type CampaignInput = z.infer<typeof campaignInput>;

export const campaign = campaignInput.extend({ status: z.enum(CAMPAIGN_STATUSES) });
export type Campaign = z.infer<typeof campaign>;

/** The mall's one attention budget for each shopper, over all tenants. */
export const attention = z.object({
  pushesPerVisit: z.int().min(0).max(20).default(1),
  pushesPerTenantPerDay: z.int().min(0).max(20).default(1),
  /** Local times; null: none. 22:00 is when malls of the region close, 08:00 before they open. */
  quietHours: z.object({ from: localTime, to: localTime }).nullable().default({ from: '22:00', to: '08:00' }),
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
  latencyMs: z.number().nullable(),
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

// The shopper's page

export const PURPOSES = ['presence', 'push', 'profiling'] as const;
export const purpose = z.enum(PURPOSES);
export type Purpose = z.infer<typeof purpose>;

export const consentText = z.object({
  purpose,
  version: z.int(),
  title: z.string(),
  text: z.string(),
  textHash: z.string(),
});
export type ConsentText = z.infer<typeof consentText>;

export const publicSite = z.object({
  id: z.string(),
  name: z.string(),
  demo: z.boolean(),
  languages: z.array(language),
  consents: z.array(consentText),
});
export type PublicSite = z.infer<typeof publicSite>;
export const publicSites = z.object({ sites: z.array(z.object({ id: z.string(), name: z.string() })) });
export type PublicSites = z.infer<typeof publicSites>;

export const consentGiven = z.object({
  purpose,
  version: z.int(),
  /** Of the very words that were shown. */
  textHash: z.string().max(100),
  language,
});
export type ConsentGiven = z.infer<typeof consentGiven>;

export const shopperStart = z.object({ site: id, consents: z.array(consentGiven).max(PURPOSES.length), language });

export const consentView = z.object({
  purpose,
  state: z.enum(['none', 'granted', 'withdrawn', 'expired']),
  version: z.int().nullable(),
  at: z.string().nullable(),
  expiresAt: z.string().nullable(),
});
export type ConsentView = z.infer<typeof consentView>;

export const shopperMe = z.object({
  site: z.object({ id: z.string(), name: z.string(), timezone: z.string() }),
  language,
  demo: z.boolean(),
  consents: z.array(consentView),
  pairing: z.object({ label: z.string().nullable(), since: z.string() }).nullable(),
  /** `until: null` lasts until it is ended by hand. */
  paused: z.object({ until: z.string().nullable() }).nullable(),
});
export type ShopperMe = z.infer<typeof shopperMe>;

export const walletOffer = z.object({
  id: z.string(),
  campaignId: z.string(),
  title: z.string(),
  text: z.string(),
  terms: z.string().nullable(),
  zoneName: z.string(),
  reason: z.string(),
  /** `active` can be redeemed. */
  state: z.enum(['active', 'redeemed', 'expired']),
  issuedAt: z.string(),
  expiresAt: z.string(),
  openedAt: z.string().nullable(),
  redeemedAt: z.string().nullable(),
  /** For the QR code and for typing; null once it can no longer be redeemed. */
  code: z.string().nullable(),
  shortCode: z.string().nullable(),
});
export type WalletOffer = z.infer<typeof walletOffer>;
export const wallet = z.object({ offers: z.array(walletOffer) });

export const ledger = z.object({
  decisions: z.array(
    z.object({
      at: z.string(),
      campaign: z.string(),
      zoneName: z.string(),
      outcome: z.enum(OUTCOMES),
      code: z.string(),
      reason: z.string(),
    }),
  ),
  /** One's own stays, as long as presence was agreed to and the carrier was paired. */
  seen: z.array(z.object({ zoneName: z.string(), from: z.string(), to: z.string() })),
});
export type Ledger = z.infer<typeof ledger>;

export const erasure = z.object({ receipt: z.string(), erasedAt: z.string(), removed: z.record(z.string(), z.int()) });
export type Erasure = z.infer<typeof erasure>;

// The till

export const redemptionInput = z.object({
  /** What the QR code holds, or the short code as typed: case, spaces and dashes do not matter. */
  code: z.string().trim().min(1).max(64),
  /** The basket, in the site's currency. */
  amount: z.number().min(0).max(10_000_000).optional(),
  /** Which till of the shop, where it has several. */
  till: z.string().trim().min(1).max(40).optional(),
});
export const redemption = z.object({
  result: z.enum(['redeemed', 'already-redeemed', 'expired', 'unknown']),
  message: z.string(),
  title: z.string().nullable(),
  text: z.string().nullable(),
  terms: z.string().nullable(),
  redeemedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
});
export type Redemption = z.infer<typeof redemption>;

export const carrierTag = z.object({ carrierId: z.string(), code: z.string(), url: z.string(), svg: z.string() });
export type CarrierTag = z.infer<typeof carrierTag>;
