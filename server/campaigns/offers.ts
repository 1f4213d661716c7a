/** From the live engine's events to a phone: the edge round `decide`. */

import type { Campaign } from '../contract/campaigns.ts';
import type { OfferPush } from '../contract/live.ts';
import type { Clock, LiveEvents, Pipeline } from '../ingest/types.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import { completes, type TriggerEvent } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';
import { DEADLINE_MS, type Decision, decide, holdAtSend } from './decide.ts';
import type { DecisionLog } from './decisionLog.ts';
import type { Delivery } from './delivery.ts';
import { inControl, variantOf } from './experiment.ts';
import type { Offer, OfferBook } from './offerBook.ts';
import type { Pairings } from './pairings.ts';
import { type ReasonCode, type ReasonParams, reasonWords } from './reasons.ts';
import { startOfLocalDayMs } from './schedule.ts';
import { isPaused, type Shopper, type Shoppers } from './shoppers.ts';

export interface OffersParts {
  pipeline: Pick<Pipeline, 'onLiveEvents' | 'clones'>;
  delivery: Pick<Delivery, 'canReach' | 'handOver'>;
  registry: Registry;
  campaigns: Campaigns;
  consents: ConsentStore;
  shoppers: Shoppers;
  pairings: Pairings;
  book: OfferBook;
  log: DecisionLog;
  clock: Clock;
  onError: (error: unknown) => void;
}

/** Where a visit's start was not seen (the server or the pairing is younger): few visits to a mall last longer. */
const LONGEST_VISIT_MS = 4 * 3_600_000;
/** Visits under way of paired carriers; beyond it the stalest is forgotten. */
const MAX_VISITS = 100_000;
/** Unhandled triggers of one shopper; more would all miss their deadline. */
const MAX_WAITING = 20;

interface Presence {
  visitStartMs: number | undefined;
  zoneIds: Set<string>;
}

interface Trigger {
  siteId: string;
  timezone: string;
  shopperId: string;
  event: TriggerEvent;
  visitStartMs: number;
  decidedMs: number;
}

export class Offers {
  readonly #parts: OffersParts;
  readonly #presence = new Map<string, Presence>();
  readonly #queues = new Map<string, { tail: Promise<void>; waiting: number }>();
  #unsubscribe: (() => void) | undefined;

  constructor(parts: OffersParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    await this.#parts.book.start();
    await this.#parts.pairings.start();
    await this.#parts.campaigns.start();
    this.#unsubscribe = this.#parts.pipeline.onLiveEvents((events) => this.#take(events));
  }

  /** Takes no more events and waits for those under way. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    await this.settle();
  }

  async settle(): Promise<void> {
    while (this.#queues.size > 0) await Promise.all([...this.#queues.values()].map((queue) => queue.tail));
  }

  #take({ siteId, events, nowMs }: LiveEvents): void {
    const site = this.#parts.registry.site(siteId);
    // A site that lives in its data has nobody in it now.
    if (site === undefined || site.clock !== 'wall') return;
    for (const event of events) {
      const pairing = this.#parts.pairings.ofCarrier(siteId, event.carrierId);
      if (pairing === undefined) continue;
      // What the bearer before did is not this shopper's.
      if ('sightingAtMs' in event && event.sightingAtMs < pairing.fromMs) continue;
      const key = `${siteId}/${event.carrierId}`;
      if (event.type === 'visitEnded') {
        this.#presence.delete(key);
        continue;
      }
      // Asked for when an offer is decided.
      if (event.type === 'cloned') continue;
      const presence = this.#presenceOf(key);
      if (!('zoneId' in event)) {
        presence.visitStartMs = event.atMs;
        continue;
      }
      if (event.type === 'exited') presence.zoneIds.delete(event.zoneId);
      else presence.zoneIds.add(event.zoneId);
      const fired = this.#parts.campaigns
        .liveInZone(siteId, event.zoneId)
        .filter((campaign) => completes(campaign.trigger, event));
      if (fired.length === 0) continue;
      const trigger: Trigger = {
        siteId,
        timezone: site.timezone,
        shopperId: pairing.shopperId,
        event,
        visitStartMs: presence.visitStartMs ?? nowMs - LONGEST_VISIT_MS,
        decidedMs: nowMs,
      };
      this.#enqueue(pairing.shopperId, async () => {
        for (const campaign of fired) await this.#handle(trigger, campaign);
      });
    }
  }

  #presenceOf(key: string): Presence {
    const presence = this.#presence.get(key) ?? { visitStartMs: undefined, zoneIds: new Set<string>() };
    this.#presence.delete(key);
    this.#presence.set(key, presence);
    if (this.#presence.size > MAX_VISITS) this.#presence.delete(this.#presence.keys().next().value!);
    return presence;
  }

  /** One after another for each shopper: two campaigns cannot both take the last place in the budget. */
  #enqueue(shopperId: string, work: () => Promise<void>): void {
    const queue = this.#queues.get(shopperId) ?? { tail: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= MAX_WAITING) return;
    this.#queues.set(shopperId, queue);
    queue.waiting++;
    queue.tail = queue.tail
      .then(work)
      .catch(this.#parts.onError)
      .then(() => {
        queue.waiting--;
        if (queue.waiting === 0) this.#queues.delete(shopperId);
      });
  }

  async #handle(trigger: Trigger, campaign: Campaign): Promise<void> {
    if (await this.#parts.log.has({ siteId: trigger.siteId, campaignId: campaign.id, event: trigger.event })) return;
    const { decision, shopper } = await this.#decide(trigger, campaign);
    if (decision.outcome !== 'fire' || shopper === undefined)
      return this.#record(trigger, campaign, decision as Exclude<Decision, { outcome: 'fire' }>, null, null);
    await this.#send(trigger, campaign, shopper);
  }

  async #decide(trigger: Trigger, campaign: Campaign): Promise<{ decision: Decision; shopper: Shopper | undefined }> {
    const { consents, shoppers, book, delivery, clock, campaigns } = this.#parts;
    const { siteId, timezone, shopperId, event, visitStartMs } = trigger;
    const nowMs = clock();
    const consent = await consents.nowAndAt(shopperId, event.sightingAtMs, nowMs);
    const shopper = consent.presence ? await shoppers.get(shopperId) : undefined;
    const history =
      shopper === undefined
        ? undefined
        : await book.history(shopperId, campaign, siteId, {
            visitStartMs,
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
        shopper === undefined || history === undefined
          ? undefined
          : {
              ...history,
              cloned: this.#parts.pipeline.clones(siteId).some(({ carrierId }) => carrierId === event.carrierId),
              paused: isPaused(shopper, nowMs),
              phoneConnected: delivery.canReach(shopperId),
              inControl: inControl(shopperId, campaign.id, campaign.controlShare),
            },
      stockLeft: (await book.left(siteId, campaign, nowMs)).stock,
    });
    return { decision, shopper };
  }

  async #send(trigger: Trigger, campaign: Campaign, shopper: Shopper): Promise<void> {
    const { registry, book, delivery, clock } = this.#parts;
    const { siteId, shopperId, event, decidedMs } = trigger;
    const zoneName = registry.zones.get(siteId, event.zoneId)?.name ?? event.zoneId;
    const code: ReasonCode = event.type;
    const params: ReasonParams = {
      zone: zoneName,
      ...(event.type === 'dwelled' ? { seconds: event.dwellSeconds } : {}),
    };
    const offer = await book.reserve({
      siteId,
      campaign,
      variant: variantOf(shopperId, campaign),
      language: shopper.language,
      timezone: trigger.timezone,
      shopperId,
      zoneId: event.zoneId,
      zoneName,
      reason: reasonWords(code, params, shopper.language),
      nowMs: clock(),
    });
    if (offer === 'stock-out' || offer === 'budget-spent')
      return this.#record(trigger, campaign, held('stock-out'), null, null);
    if (offer === 'gone')
      return this.#record(trigger, campaign, held('no-consent', { purpose: 'presence' }), null, null);
    const handed = await delivery.handOver({
      siteId,
      shopperId,
      offer: pushOf(offer),
      sightingAtMs: event.sightingAtMs,
      deadlineMs: decidedMs + DEADLINE_MS,
      holdNow: () => this.#holdAtSend(trigger, campaign),
    });
    const answeredMs = clock();
    if (handed.outcome === 'held' || handed.outcome === 'no-route') {
      await book.kill(offer.id);
      const hold = handed.outcome === 'held' ? handed.hold : { code: 'phone-closed' as const, params: {} };
      return this.#record(trigger, campaign, { outcome: 'held', ...hold }, null, null);
    }
    if (handed.outcome === 'failed') {
      await book.unconfirmed(offer.id);
      return this.#record(trigger, campaign, held('not-acknowledged'), offer.id, null);
    }
    await book.handedOver(offer.id, handed.outcome === 'received' ? 'delivered' : 'pushed', answeredMs);
    await this.#record(
      trigger,
      campaign,
      { outcome: 'sent', code, params },
      offer.id,
      Math.max(0, answeredMs - event.sightingAtMs),
    );
  }

  /** Consent is asked last, so that nothing lies between the answer and the push. */
  async #holdAtSend({ siteId, shopperId, event, decidedMs }: Trigger, campaign: Campaign) {
    const { consents, shoppers, campaigns, clock } = this.#parts;
    const shopper = await shoppers.get(shopperId);
    const consent = await consents.now(shopperId, clock());
    const nowMs = clock();
    return holdAtSend({
      nowMs,
      decidedMs,
      consent,
      erased: shopper === undefined,
      paused: shopper !== undefined && isPaused(shopper, nowMs),
      campaignLive: campaigns.get(siteId, campaign.id)?.status === 'live',
      inZone:
        event.type === 'exited' ||
        this.#presence.get(`${siteId}/${event.carrierId}`)?.zoneIds.has(event.zoneId) === true,
    });
  }

  async #record(
    { siteId, shopperId, event }: Trigger,
    campaign: Campaign,
    decision: { outcome: 'sent' | 'held' | 'control'; code: ReasonCode; params: ReasonParams },
    offerId: string | null,
    latencyMs: number | null,
  ): Promise<void> {
    const unknowable = decision.code === 'no-consent' && decision.params.purpose === 'presence';
    await this.#parts.log.record({
      siteId,
      tenantId: campaign.tenantId,
      campaignId: campaign.id,
      shopperId: unknowable ? null : shopperId,
      event,
      decidedMs: this.#parts.clock(),
      ...decision,
      offerId,
      latencyMs,
      variant: unknowable ? null : variantOf(shopperId, campaign),
      score: null,
      outrankedBy: null,
    });
  }
}

const held = (code: ReasonCode, params: ReasonParams = {}) => ({ outcome: 'held', code, params }) as const;

const pushOf = (offer: Offer): OfferPush => ({
  offerId: offer.id,
  campaignId: offer.campaignId,
  title: offer.title,
  text: offer.text,
  zoneName: offer.zoneName,
  issuedAtMs: offer.issuedMs,
  expiresAtMs: offer.expiresMs,
  code: offer.code!,
  shortCode: offer.shortCode!,
  terms: offer.terms,
  reason: offer.reason,
});
