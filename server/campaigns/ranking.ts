/**
 * Which of several campaigns comes first for one shopper, where the attention budget has no room for all. Pure.
 *
 *     score = relevance × expected value ÷ ((1 + share of the tenant) × (1 + share of the campaign))
 *
 * relevance = profile fit × nearness × interest shown × familiarity
 *   profile fit      1 + ½ (share of the campaign's interests that the shopper named)
 *                      + ½ (1 where a favourite brand of the shopper is among the campaign's); 1 without consent to profiling
 *   nearness         1 ÷ (1 + d ÷ 10 m), d the distance from the fix to the campaign's zone; 1 inside
 *   interest shown   1 on entering, up to 1.5 after five minutes of dwell, 0.8 on leaving
 *   familiarity      1 + ½ e^(−days since the last redemption of this tenant ÷ 30); 1 where there was none or no consent
 * expected value = what the offer saves the shopper × how likely it is redeemed
 *   the saving is the offer's value, or the typical value of the campaigns that compete where it names none
 *   redemption rate = (redeemed + k m) ÷ (sent + k): empirical Bayes. m and k come from all campaigns of the site by the
 *   method of moments, so a new campaign starts at what the mall is used to and earns its own rate.
 * shares = what the tenant and the campaign had of the pushes of late (half of the weight is gone after six hours), of all
 *   pushes of the site. Equals therefore take turns, and nobody gets two places by having made five campaigns.
 *
 * Equal scores go by the last push, the longest ago first, then by id: the same input always gives the same order.
 */
import type { Campaign, OfferValue } from '../contract/campaigns.ts';

/** What a campaign has done so far. */
export interface Redemptions {
  sent: number;
  redeemed: number;
}

/** Of the site's campaigns: a beta distribution of redemption rates. */
export interface RatePrior {
  mean: number;
  /** As many pushes as the mean is worth. */
  strength: number;
}

export interface RankSignals {
  campaign: Pick<Campaign, 'id' | 'tenantId' | 'audience'>;
  value: OfferValue | null;
  trigger: { type: 'entered' | 'exited' } | { type: 'dwelled'; dwellSeconds: number };
  /** From the fix to the zone; 0 inside, and where no fix is known. */
  distanceM: number;
  /** Undefined without consent to profiling, and where nothing was said. */
  profile: { interests: readonly string[]; brands: readonly string[] } | undefined;
  /** Null: never, or no consent to profiling. */
  lastRedemptionOfTenantMs: number | null;
  redemptions: Redemptions;
  tenantShare: number;
  campaignShare: number;
  /** Null: never. */
  lastPushMs: number | null;
}

export interface Ranked<T extends RankSignals> {
  signals: T;
  score: number;
}
