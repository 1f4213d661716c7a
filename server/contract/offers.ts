/** The shopper's page and the till, as REST carries them. Pure. */
import { z } from 'zod';
import { language, OUTCOMES } from './campaigns.ts';
import { id } from './model.ts';
import { amountMinor, orderId } from './orders.ts';

// The shopper's page

export const PURPOSES = ['presence', 'push', 'profiling', 'sharing'] as const;
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
  site: z.object({ id: z.string(), name: z.string(), timezone: z.string(), currency: z.string() }),
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
  /** Of the picture, where the offer has one. */
  imageUrl: z.string().nullable(),
  zoneName: z.string(),
  /** Whose offer it is; null for the mall's own, and for a tenant without a shop on the plan. */
  shopName: z.string().nullable(),
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

/** What the QR code holds, or the short code as typed: case, spaces and dashes do not matter. */
const offerCode = z.string().trim().min(1).max(400);
const tillName = z.string().trim().min(1).max(40);
/** What the caller names its try: the same again is the same redemption, also where the first answer was lost. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,80}$/, 'must be 1 to 80 printable characters');
const basket = {
  /** What was paid in the end, in the site's currency; `amountMinor` is the same in its minor units, and only one of them is given. */
  amount: z.number().min(0).max(10_000_000).optional(),
  amountMinor: amountMinor.optional(),
  /** The receipt's number: an import of the same order later is the same order. */
  orderId: orderId.optional(),
};
const oneAmount = (input: { amount?: number | undefined; amountMinor?: number | undefined }): boolean =>
  input.amount === undefined || input.amountMinor === undefined;
const ONE_AMOUNT = { message: 'must not be given beside amount', path: ['amountMinor'] };

export const redemptionInput = z
  .object({
    code: offerCode,
    ...basket,
    /** Which till of the shop, where it has several. */
    till: tillName.optional(),
    /** Or as the header Idempotency-Key. */
    idempotencyKey: idempotencyKey.optional(),
  })
  .refine(oneAmount, ONE_AMOUNT);
export const redemption = z.object({
  result: z.enum(['redeemed', 'already-redeemed', 'expired', 'unknown']),
  message: z.string(),
  /** For taking it back; null where nothing was redeemed now. */
  id: z.string().nullable(),
  /** Ties an order of an import to whoever redeemed. */
  offerId: z.string().nullable(),
  title: z.string().nullable(),
  text: z.string().nullable(),
  terms: z.string().nullable(),
  redeemedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  /** Until then it can be taken back; null where it cannot. */
  voidableUntil: z.string().nullable(),
  amountMinor: z.int().nullable(),
  currency: z.string().nullable(),
});
export type Redemption = z.infer<typeof redemption>;

export const codeCheckInput = z.object({ code: offerCode });
export const codeCheck = z.object({
  result: z.enum(['valid', 'already-redeemed', 'expired', 'unknown']),
  message: z.string(),
  offerId: z.string().nullable(),
  campaignId: z.string().nullable(),
  title: z.string().nullable(),
  text: z.string().nullable(),
  terms: z.string().nullable(),
  redeemedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
});
export type CodeCheck = z.infer<typeof codeCheck>;

export const redemptionRow = z.object({
  id: z.string(),
  siteId: z.string(),
  tenantId: z.string().nullable(),
  offerId: z.string(),
  campaignId: z.string(),
  title: z.string(),
  at: z.string(),
  till: z.string().nullable(),
  amountMinor: z.int().nullable(),
  currency: z.string(),
  orderId: z.string().nullable(),
  /** When it was settled, where it was accepted without a network. */
  settledAt: z.string().nullable(),
  voidableUntil: z.string().nullable(),
});
export type RedemptionRow = z.infer<typeof redemptionRow>;

/** What was taken back, by whom and why. */
export const voidRow = z.object({
  id: z.string(),
  tenantId: z.string().nullable(),
  offerId: z.string(),
  campaignId: z.string(),
  title: z.string(),
  redeemedAt: z.string(),
  voidedAt: z.string(),
  by: z.object({ kind: z.string(), id: z.string() }),
  till: z.string().nullable(),
  amountMinor: z.int().nullable(),
  currency: z.string(),
  reason: z.string().nullable(),
});
export type VoidRow = z.infer<typeof voidRow>;

export const voidInput = z.object({ reason: z.string().trim().min(1).max(200).optional() });
export const voided = z.object({
  id: z.string(),
  offerId: z.string(),
  voidedAt: z.string(),
  /** False: the offer has expired meanwhile, or its holder was erased. */
  usable: z.boolean(),
});
export type Voided = z.infer<typeof voided>;

export const MAX_SETTLED_AT_ONCE = 100;
export const settleInput = z.object({
  /** The till's clock as it sends this: what its times are corrected by. */
  clock: z.iso.datetime({ offset: true }),
  till: tillName.optional(),
  items: z
    .array(
      z
        .object({
          key: idempotencyKey,
          code: offerCode,
          /** By the till's clock. */
          acceptedAt: z.iso.datetime({ offset: true }),
          ...basket,
        })
        .refine(oneAmount, ONE_AMOUNT),
    )
    .min(1)
    .max(MAX_SETTLED_AT_ONCE),
});
export type SettleInput = z.input<typeof settleInput>;
/**
 * `settled` counts. `double-use`: another till's counts. `expired`: it had ended when it was accepted. `withdrawn`: the
 * offer was taken back before. `revoked`: signed with a key that is not trusted any more. `unknown`: no code of this shop.
 */
export const SETTLE_RESULTS = ['settled', 'double-use', 'expired', 'withdrawn', 'revoked', 'unknown'] as const;
export type SettleResult = (typeof SETTLE_RESULTS)[number];
export const settlement = z.object({
  key: z.string(),
  result: z.enum(SETTLE_RESULTS),
  message: z.string(),
  title: z.string().nullable(),
  offerId: z.string().nullable(),
  /** The one that counts, where it is another. */
  other: z.object({ at: z.string(), till: z.string().nullable() }).nullable(),
});
export type Settlement = z.infer<typeof settlement>;
export const settlements = z.object({
  results: z.array(settlement),
  /** How much the till's clock is behind the server's. */
  clockOffsetMs: z.int(),
});
export type Settlements = z.infer<typeof settlements>;

export const redemptionConflict = z.object({
  result: z.enum(SETTLE_RESULTS),
  message: z.string(),
  tenantId: z.string().nullable(),
  campaignId: z.string().nullable(),
  offerId: z.string(),
  title: z.string().nullable(),
  acceptedAt: z.string(),
  settledAt: z.string(),
  till: z.string().nullable(),
  by: z.object({ kind: z.string(), id: z.string() }),
  amountMinor: z.int().nullable(),
  currency: z.string(),
  clockOffsetMs: z.int(),
  other: z.object({ at: z.string(), till: z.string().nullable() }).nullable(),
});
export type RedemptionConflict = z.infer<typeof redemptionConflict>;

export const offerKeyView = z.object({
  id: z.string(),
  publicKey: z.string(),
  createdAt: z.string(),
  retiredAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});
export type OfferKeyView = z.infer<typeof offerKeyView>;

export const carrierTag = z.object({ carrierId: z.string(), code: z.string(), url: z.string(), svg: z.string() });
export type CarrierTag = z.infer<typeof carrierTag>;
