/** Does a campaign mean this shopper? From what they said of themselves, their tier and their earlier visits. Pure. */
import type { Audience, Campaign, Tier } from '../contract/campaigns.ts';

export const AUDIENCE_CONDITIONS = [
  'interests',
  'brands',
  'tiers',
  'who',
  'frequency',
  'recency',
  'visited',
  'notVisited',
] as const;
export type AudienceCondition = (typeof AUDIENCE_CONDITIONS)[number];

/** Visits of the carriers that were the shopper's, while they agreed to be recognised. Days count from 1970-01-01, locally. */
export interface VisitHistory {
  /** Of each visit, the newest first. */
  visitDays: readonly number[];
  /** The last zone visit that has ended, by zone. */
  lastDayInZone: ReadonlyMap<string, number>;
}

export interface AudienceFacts {
  profile: { interests: readonly string[]; brands: readonly string[] } | undefined;
  tier: Tier;
  history: VisitHistory;
  today: number;
  /** Definition of returning. */
  returnWindowDays: number;
}

/** The conditions that are named: what must be known to answer. */
export function conditionsOf(audience: Audience | null): Set<AudienceCondition> {
  if (audience === null) return new Set();
  const named: Record<AudienceCondition, boolean> = {
    interests: audience.interests.length > 0,
    brands: audience.brands.length > 0,
    tiers: audience.tiers.length > 0,
    who: audience.who !== 'all',
    frequency: audience.frequency !== null,
    recency: audience.recency !== null,
    visited: audience.visited !== null,
    notVisited: audience.notVisited !== null,
  };
  return new Set(AUDIENCE_CONDITIONS.filter((condition) => named[condition]));
}

/** Conditions that ask for the shopper's visits. */
export const asksVisits = (conditions: ReadonlySet<AudienceCondition>): boolean =>
  (['who', 'frequency', 'recency', 'visited', 'notVisited'] as const).some((one) => conditions.has(one));

/** An audience, an earlier visit and a basket are all told from what is known of a person. */
export const needsProfiling = ({ audience, trigger }: Pick<Campaign, 'audience' | 'trigger'>): boolean =>
  trigger.type === 'return' || trigger.type === 'basket' || conditionsOf(audience).size > 0;

/** Days since the last visit on an earlier day; undefined: there was none. */
export function daysAway(history: VisitHistory, today: number): number | undefined {
  const last = history.visitDays.find((day) => day < today);
  return last === undefined ? undefined : today - last;
}

const folded = (brand: string): string => brand.trim().toLocaleLowerCase();

/** Brands as people type them: case does not matter. */
export const sharedBrands = (a: readonly string[], b: readonly string[]): number => {
  const known = new Set(b.map(folded));
  return a.filter((brand) => known.has(folded(brand))).length;
};

/** The first condition that leaves the shopper out; undefined: the campaign means them. */
export function audienceMiss(audience: Audience | null, facts: AudienceFacts): AudienceCondition | undefined {
  if (audience === null) return undefined;
  const { profile, tier, history, today } = facts;
  const { interests, brands, tiers, who, frequency, recency, visited, notVisited } = audience;
  const visitsWithin = (days: number): number =>
    history.visitDays.filter((day) => day < today && day >= today - days).length;
  const wasIn = ({ zoneIds, withinDays }: NonNullable<Audience['visited']>): boolean =>
    zoneIds.some((zoneId) => (history.lastDayInZone.get(zoneId) ?? Number.NEGATIVE_INFINITY) >= today - withinDays);
  if (interests.length > 0 && !interests.some((one) => profile?.interests.includes(one))) return 'interests';
  if (brands.length > 0 && sharedBrands(brands, profile?.brands ?? []) === 0) return 'brands';
  if (tiers.length > 0 && !tiers.includes(tier)) return 'tiers';
  if (who !== 'all' && visitsWithin(facts.returnWindowDays) > 0 !== (who === 'returning')) return 'who';
  if (frequency !== null) {
    const visits = visitsWithin(frequency.withinDays);
    if (visits < frequency.minVisits || visits > (frequency.maxVisits ?? Number.POSITIVE_INFINITY)) return 'frequency';
  }
  if (recency !== null) {
    const away = daysAway(history, today);
    if (away === undefined || away < recency.minDays || away > (recency.maxDays ?? Number.POSITIVE_INFINITY))
      return 'recency';
  }
  if (visited !== null && !wasIn(visited)) return 'visited';
  if (notVisited !== null && wasIn(notVisited)) return 'notVisited';
  return undefined;
}
