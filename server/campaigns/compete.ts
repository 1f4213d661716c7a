/** Gathers what the ranking needs to know of campaigns that compete for one shopper. */
import type { Campaign } from '../contract/campaigns.ts';
import { distanceToBoundary, pointInShape } from '../floor/geometry.ts';
import type { Clock } from '../ingest/types.ts';
import type { Registry } from '../registry/types.ts';
import type { TriggerEvent } from './campaign.ts';
import type { CampaignRecords } from './campaignRecords.ts';
import { faceOf } from './experiment.ts';
import type { Judged, Trigger } from './judge.ts';
import type { OfferBook } from './offerBook.ts';
import type { ProfileFacts } from './profileFacts.ts';
import { type RankSignals, rank } from './ranking.ts';

export interface Contender {
  trigger: Trigger;
  campaign: Campaign;
  judged: Judged;
}
/** Null score: nobody else was there. */
export type Scored = Contender & { score: number | null };

export interface CompetitionParts {
  registry: Registry;
  book: OfferBook;
  records: CampaignRecords;
  facts: ProfileFacts;
  clock: Clock;
}

function distanceM(registry: Registry, siteId: string, { fix, zoneId }: TriggerEvent): number {
  const zone = registry.zones.get(siteId, zoneId);
  if (fix === undefined || zone === undefined || zone.floorId !== fix.floorId) return 0;
  return pointInShape(zone.shape, fix.xM, fix.yM) ? 0 : distanceToBoundary(zone.shape, fix.xM, fix.yM);
}

/** All of one shopper and site; the best first. */
export async function inOrder(parts: CompetitionParts, contenders: readonly Contender[]): Promise<Scored[]> {
  const [first, ...others] = contenders;
  if (first === undefined) return [];
  if (others.length === 0) return [{ ...first, score: null }];
  const { registry, book, records, facts, clock } = parts;
  const { siteId, shopperId } = first.trigger;
  const nowMs = clock();
  const profiling = contenders.every(({ judged }) => judged.consent.profiling);
  const [{ prior, standing }, profile, redeemed] = await Promise.all([
    records.of(siteId, nowMs),
    profiling ? facts.profile(shopperId, nowMs) : undefined,
    profiling ? book.lastRedemptions(siteId, shopperId) : new Map<string | null, number>(),
  ]);
  const signals = contenders.map((contender): RankSignals & { contender: Contender } => {
    const { campaign, trigger, judged } = contender;
    const { event } = trigger;
    return {
      contender,
      campaign,
      value: faceOf(campaign, judged.variant).value,
      trigger: event,
      distanceM: distanceM(registry, siteId, event),
      profile,
      lastRedemptionOfTenantMs: redeemed.get(campaign.tenantId) ?? null,
      ...standing(campaign),
    };
  });
  return rank(signals, prior, nowMs).map(({ signals: { contender }, score }) => ({ ...contender, score }));
}
