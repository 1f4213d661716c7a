/** Gathers what a decision needs, the cheap and the bounded first, and asks `decide`. */
import type { Campaign } from '../contract/campaigns.ts';
import type { Clock, Pipeline } from '../ingest/types.ts';
import { localDay } from '../metrics/localTime.ts';
import type { ConsentNow, ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import {
  type AudienceCondition,
  asksVisits,
  audienceMiss,
  conditionsOf,
  daysAway,
  type VisitHistory,
} from './audience.ts';
import type { Basket, Baskets } from './baskets.ts';
import type { TriggerEvent } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';
import { type Decision, decide } from './decide.ts';
import type { Delivery } from './delivery.ts';
import { faceOf, inControl, variantOf } from './experiment.ts';
import { costMinorOf } from './face.ts';
import type { TierSource } from './loyaltyTier.ts';
import type { OfferBook } from './offerBook.ts';
import type { ProfileFacts } from './profileFacts.ts';
import type { ReasonCode, ReasonParams } from './reasons.ts';
import { startOfLocalDayMs } from './schedule.ts';
import { isPaused, type Shopper, type Shoppers } from './shoppers.ts';

export interface JudgeParts {
  pipeline: Pick<Pipeline, 'clones'>;
  delivery: Pick<Delivery, 'canReach'>;
  registry: Registry;
  campaigns: Campaigns;
  consents: ConsentStore;
  shoppers: Shoppers;
  book: OfferBook;
  baskets: Baskets;
  facts: ProfileFacts;
  tiers: TierSource;
  clock: Clock;
}

export interface Trigger {
  siteId: string;
  timezone: string;
  shopperId: string;
  event: TriggerEvent;
  visitStartMs: number;
  decidedMs: number;
}

export interface Judged {
  decision: Decision;
  consent: ConsentNow;
  /** Undefined without consent to presence. */
  shopper: Shopper | undefined;
  variant: string;
  /** What the trigger was, in words of the ledger. */
  because: { code: ReasonCode; params: ReasonParams };
  /** That fires with it, and never again. */
  basket: Basket | undefined;
}

const HOUR_MS = 3_600_000;
const NO_VISITS: VisitHistory = { visitDays: [], lastDayInZone: new Map() };

export class Judge {
  readonly #parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  /** Undefined where the event does not complete the campaign's trigger after all: no absence, no basket. */
  async judge(trigger: Trigger, campaign: Campaign): Promise<Judged | undefined> {
    const { consents, shoppers, book, delivery, clock, campaigns, registry } = this.#parts;
    const { siteId, timezone, shopperId, event } = trigger;
    const nowMs = clock();
    const consent = await consents.nowAndAt(shopperId, event.sightingAtMs, nowMs);
    const shopper = consent.presence ? await shoppers.get(shopperId) : undefined;
    const params: ReasonParams = { zone: registry.zones.get(siteId, event.zoneId)?.name ?? event.zoneId };
    let because: Judged['because'] = { code: event.type, params };
    if (event.type === 'dwelled') params.seconds = event.dwellSeconds;
    const known = shopper !== undefined && consent.profiling;

    let basket: Basket | undefined;
    if (campaign.trigger.type === 'basket') {
      basket = shopper === undefined ? undefined : this.#basketOf(trigger, campaign, nowMs);
      if (basket === undefined) return undefined;
      because = { code: 'basket', params };
    }
    const conditions = conditionsOf(campaign.audience);
    const history =
      known && (campaign.trigger.type === 'return' || asksVisits(conditions))
        ? await this.#parts.facts.history(siteId, shopperId, nowMs)
        : NO_VISITS;
    const today = localDay(timezone, nowMs);
    if (campaign.trigger.type === 'return' && known) {
      const days = daysAway(history, today);
      if (days === undefined || days < campaign.trigger.days) return undefined;
      because = { code: 'returned', params: { ...params, days } };
    }

    const variant = variantOf(shopperId, campaign);
    const face = faceOf(campaign, variant);
    const past =
      shopper === undefined
        ? undefined
        : await book.history(shopperId, campaign, siteId, {
            visitStartMs: trigger.visitStartMs,
            dayStartMs: startOfLocalDayMs(nowMs, timezone),
          });
    const decision = decide({
      nowMs,
      timezone,
      event,
      campaign: campaigns.get(siteId, campaign.id) ?? { ...campaign, status: 'ended' },
      attention: campaigns.attention(siteId),
      consent,
      shopper:
        shopper === undefined || past === undefined
          ? undefined
          : {
              ...past,
              cloned: this.#parts.pipeline.clones(siteId).some(({ carrierId }) => carrierId === event.carrierId),
              paused: isPaused(shopper, nowMs),
              phoneConnected: delivery.canReach(shopperId),
              audienceMiss: known ? await this.#miss(trigger, campaign, conditions, history, nowMs) : undefined,
              inControl: inControl(shopperId, campaign.id, campaign.controlShare),
            },
      left: await book.left(siteId, campaign, nowMs),
      face: { costMinor: costMinorOf(face.value), validUntil: face.validUntil },
    });
    return { decision, consent, shopper, variant, because, basket };
  }

  /** A visit has begun: what its audiences will ask for is read before somebody stands in a zone. */
  async warm(siteId: string, shopperId: string): Promise<void> {
    const { campaigns, consents, facts, clock } = this.#parts;
    const asked = campaigns
      .all(siteId)
      .some(
        ({ status, trigger, audience }) =>
          status === 'live' && (trigger.type === 'return' || asksVisits(conditionsOf(audience))),
      );
    if (!asked) return;
    const consent = await consents.now(shopperId, clock());
    if (consent.presence && consent.profiling) await facts.history(siteId, shopperId, clock());
  }

  #basketOf({ siteId, shopperId }: Trigger, { trigger, tenantId }: Campaign, nowMs: number): Basket | undefined {
    if (trigger.type !== 'basket' || tenantId === null) return undefined;
    const { maxAgeHours, minValueMinor } = trigger;
    return this.#parts.baskets.find(siteId, shopperId, {
      tenantId,
      sinceMs: nowMs - maxAgeHours * HOUR_MS,
      minValueMinor,
    });
  }

  async #miss(
    { siteId, shopperId, timezone }: Trigger,
    { audience }: Campaign,
    conditions: ReadonlySet<AudienceCondition>,
    history: VisitHistory,
    nowMs: number,
  ): Promise<AudienceCondition | undefined> {
    if (conditions.size === 0) return undefined;
    const { facts, tiers, registry } = this.#parts;
    return audienceMiss(audience, {
      profile:
        conditions.has('interests') || conditions.has('brands') ? await facts.profile(shopperId, nowMs) : undefined,
      tier: conditions.has('tiers') ? await tiers.tierOf(shopperId) : 'member',
      history,
      today: localDay(timezone, nowMs),
      returnWindowDays: registry.definitions(siteId).definitions.returnWindowDays,
    });
  }
}
