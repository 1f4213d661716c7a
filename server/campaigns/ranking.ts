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
 *   the saving is the offer's value, or the typical value of the campaigns that compete where it names none, and at most
 *   five times that: the value is what the shop says of itself, and a claim alone is to win no ranking for ever
 *   redemption rate = (redeemed + k m) ÷ (sent + k): empirical Bayes. m and k come from all campaigns of the site by the
 *   method of moments, so a new campaign starts at what the mall is used to and earns its own rate.
 * shares = what the tenant and the campaign had of the pushes of late (half of the weight is gone after six hours), of all
 *   pushes of the site. Equals therefore take turns, and nobody gets two places by having made five campaigns.
 *
 * Equal scores go by the last push, the longest ago first, then by id: the same input always gives the same order.
 */
import type { Campaign, OfferValue } from '../contract/campaigns.ts';
import { sharedBrands } from './audience.ts';
import { costMinorOf } from './face.ts';

const DAY_MS = 86_400_000;
/** Across a shop front: from there on the offer is about another place. */
const NEAR_M = 10;
/** Whoever stays longer is no more interested: they sit. */
const FULL_DWELL_SECONDS = 300;
const DWELL_GAIN = 0.5;
/** On the way out; the offer asks them to turn round. */
const LEAVING = 0.8;
const FIT_GAIN = 0.5;
const FAMILIAR_GAIN = 0.5;
const FAMILIAR_DAYS = 30;
/** Before anything was redeemed: one in ten, which is what the trade reports of coupons handed out on the spot. */
const FIRST_MEAN = 0.1;
const FIRST_STRENGTH = 20;
/** A spread of rates is seen only in campaigns with as many pushes, and in as many campaigns. */
const MIN_SENT = 20;
const MIN_CAMPAIGNS = 3;
const STRENGTH = { min: 10, max: 1_000 };
/** With the shares this leaves a place now and then to who claims less. */
const MAX_TIMES_TYPICAL = 5;
/** Where nobody names a value all are worth the same. */
const UNKNOWN_VALUE_MINOR = 100;

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

/** From all campaigns of the site; a mall without history starts at one in ten. */
export function priorOf(campaigns: readonly Redemptions[]): RatePrior {
  const sent = campaigns.reduce((sum, one) => sum + one.sent, 0);
  const redeemed = campaigns.reduce((sum, one) => sum + one.redeemed, 0);
  const mean = (redeemed + FIRST_STRENGTH * FIRST_MEAN) / (sent + FIRST_STRENGTH);
  const seen = campaigns.filter((one) => one.sent >= MIN_SENT);
  if (seen.length < MIN_CAMPAIGNS) return { mean, strength: FIRST_STRENGTH };
  const pushes = seen.reduce((sum, one) => sum + one.sent, 0);
  const pooled = seen.reduce((sum, one) => sum + one.redeemed, 0) / pushes;
  const spread = seen.reduce((sum, one) => sum + one.sent * (one.redeemed / one.sent - pooled) ** 2, 0) / pushes;
  // What is left of the spread once chance has had its part.
  const between = spread - (pooled * (1 - pooled) * seen.length) / pushes;
  const strength = between > 0 ? (mean * (1 - mean)) / between - 1 : STRENGTH.max;
  return { mean, strength: Math.min(STRENGTH.max, Math.max(STRENGTH.min, strength)) };
}

export const rateOf = ({ sent, redeemed }: Redemptions, prior: RatePrior): number =>
  (redeemed + prior.strength * prior.mean) / (sent + prior.strength);

export function relevanceOf(signals: RankSignals, nowMs: number): number {
  const { audience } = signals.campaign;
  const { profile, trigger, distanceM, lastRedemptionOfTenantMs } = signals;
  const interests = audience?.interests ?? [];
  const shared = interests.filter((one) => profile?.interests.includes(one)).length;
  const fit =
    1 +
    FIT_GAIN * (interests.length === 0 ? 0 : shared / interests.length) +
    FIT_GAIN * (sharedBrands(audience?.brands ?? [], profile?.brands ?? []) > 0 ? 1 : 0);
  const nearness = 1 / (1 + Math.max(0, distanceM) / NEAR_M);
  const shown =
    trigger.type === 'exited'
      ? LEAVING
      : trigger.type === 'dwelled'
        ? 1 + DWELL_GAIN * Math.min(1, trigger.dwellSeconds / FULL_DWELL_SECONDS)
        : 1;
  const daysAgo = lastRedemptionOfTenantMs === null ? undefined : (nowMs - lastRedemptionOfTenantMs) / DAY_MS;
  const familiarity = daysAgo === undefined ? 1 : 1 + FAMILIAR_GAIN * Math.exp(-Math.max(0, daysAgo) / FAMILIAR_DAYS);
  return fit * nearness * shown * familiarity;
}

/** The value in the middle; an offer that names none, or costs nothing, counts as that. */
function typicalValueMinor(values: readonly number[]): number {
  const known = values.filter((value) => value > 0).sort((a, b) => a - b);
  return known[Math.floor((known.length - 1) / 2)] ?? UNKNOWN_VALUE_MINOR;
}

/** The best first. */
export function rank<T extends RankSignals>(contenders: readonly T[], prior: RatePrior, nowMs: number): Ranked<T>[] {
  const typical = typicalValueMinor(contenders.map(({ value }) => costMinorOf(value)));
  return contenders
    .map((signals) => {
      const value = Math.min(costMinorOf(signals.value) || typical, MAX_TIMES_TYPICAL * typical);
      const deserved = relevanceOf(signals, nowMs) * value * rateOf(signals.redemptions, prior);
      return { signals, score: deserved / ((1 + signals.tenantShare) * (1 + signals.campaignShare)) };
    })
    .sort(
      (a, b) =>
        b.score - a.score ||
        (a.signals.lastPushMs ?? 0) - (b.signals.lastPushMs ?? 0) ||
        (a.signals.campaign.id < b.signals.campaign.id ? -1 : 1),
    );
}
