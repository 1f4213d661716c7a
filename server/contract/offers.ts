/** The shopper's page and the till, as REST carries them. Pure. */
import { z } from 'zod';
import { language, OUTCOMES } from './campaigns.ts';
import { id } from './model.ts';

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
  /** What the shopper answered after redeeming, 0 to 10. */
  score: z.int().nullable(),
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
