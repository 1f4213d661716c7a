/** From the live engine's events to a phone: the edge round `decide`. */

import type { Campaign } from '../contract/campaigns.ts';
import type { OfferPush } from '../contract/live.ts';
import type { Clock, LiveEvents, Pipeline } from '../ingest/types.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import { needsProfiling } from './audience.ts';
import type { Baskets } from './baskets.ts';
import { completes } from './campaign.ts';
import type { CampaignRecords } from './campaignRecords.ts';
import type { Campaigns } from './campaigns.ts';
import { type Contender, inOrder } from './compete.ts';
import { DEADLINE_MS, holdAtSend } from './decide.ts';
import { type DecisionLog, decisionId } from './decisionLog.ts';
import type { Delivery } from './delivery.ts';
import { Judge, type Judged, type Trigger } from './judge.ts';
import type { TierSource } from './loyaltyTier.ts';
import type { Offer, OfferBook } from './offerBook.ts';
import type { Pairings } from './pairings.ts';
import type { ProfileFacts } from './profileFacts.ts';
import { type ReasonCode, type ReasonParams, reasonWords } from './reasons.ts';
import { isPaused, type Shoppers } from './shoppers.ts';

export interface OffersParts {
  pipeline: Pick<Pipeline, 'onLiveEvents' | 'clones'>;
  delivery: Pick<Delivery, 'canReach' | 'handOver'>;
  registry: Registry;
  campaigns: Campaigns;
  consents: ConsentStore;
  shoppers: Shoppers;
  pairings: Pairings;
  book: OfferBook;
  baskets: Baskets;
  facts: ProfileFacts;
  records: CampaignRecords;
  tiers: TierSource;
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
  /** Where they are, and since when. */
  zones: Map<string, number>;
}

type Fired = Pick<Contender, 'trigger' | 'campaign'>;
type Verdict = { outcome: 'sent' | 'held' | 'control'; code: ReasonCode; params: ReasonParams };
/** What is kept of a decision beside its reason. */
interface Note {
  offerId?: string;
  latencyMs?: number;
  score?: number | null;
  outrankedBy?: string;
}

export class Offers {
  readonly #parts: OffersParts;
  readonly #judge: Judge;
  readonly #presence = new Map<string, Presence>();
  readonly #queues = new Map<string, { tail: Promise<void>; waiting: number }>();
  #unsubscribe: (() => void) | undefined;

  constructor(parts: OffersParts) {
    this.#parts = parts;
    this.#judge = new Judge(parts);
  }

  async start(): Promise<void> {
    await this.#parts.book.start();
    await this.#parts.log.start(this.#parts.clock());
    await this.#parts.pairings.start();
    await this.#parts.campaigns.start();
    await this.#parts.baskets.start(this.#parts.clock());
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
    // What fires in one tick competes: a shopper gets the best of it, not the first.
    const byShopper = new Map<string, Fired[]>();
    for (const event of events) {
      const pairing = this.#parts.pairings.ofCarrier(siteId, event.carrierId);
      if (pairing === undefined) continue;
      // What the bearer before did is not this shopper's.
      if ('sightingAtMs' in event && event.sightingAtMs < pairing.fromMs) continue;
      const { shopperId } = pairing;
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
        this.#enqueue(shopperId, () => this.#judge.warm(siteId, shopperId));
        continue;
      }
      const { zones } = presence;
      const sinceMs = zones.get(event.zoneId);
      if (event.type === 'exited') {
        zones.delete(event.zoneId);
        if (sinceMs !== undefined)
          this.#parts.facts.noteStay(siteId, shopperId, event.zoneId, sinceMs, event.sightingAtMs);
      } else if (sinceMs === undefined) zones.set(event.zoneId, event.sightingAtMs);
      const trigger: Trigger = {
        siteId,
        timezone: site.timezone,
        shopperId,
        event,
        visitStartMs: presence.visitStartMs ?? nowMs - LONGEST_VISIT_MS,
        decidedMs: nowMs,
      };
      const fired = this.#parts.campaigns
        .liveInZone(siteId, event.zoneId)
        .filter((campaign) => completes(campaign.trigger, event))
        .map((campaign) => ({ trigger, campaign }));
      if (fired.length > 0) byShopper.set(shopperId, [...(byShopper.get(shopperId) ?? []), ...fired]);
    }
    for (const [shopperId, fired] of byShopper) this.#enqueue(shopperId, () => this.#compete(fired));
  }

  #presenceOf(key: string): Presence {
    const presence = this.#presence.get(key) ?? { visitStartMs: undefined, zones: new Map<string, number>() };
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

  /** One after another in the order of the ranking; whoever finds the budget spent by a better one lost to it. */
  async #compete(fired: readonly Fired[]): Promise<void> {
    const judged = await Promise.all(fired.map((one) => this.#contender(one)));
    const all = judged.filter((one) => one !== undefined);
    // What is held back anyway is written while the others compete, so that nobody waits for it.
    const holds = Promise.all(
      all.map((one) => (one.judged.decision.outcome === 'held' ? this.#record(one, one.judged.decision) : undefined)),
    );
    holds.catch(() => {});
    let winner: Campaign | undefined;
    const seen = new Set<string>();
    const contenders = all.filter((one) => one.judged.decision.outcome !== 'held');
    for (const { score, ...contender } of await inOrder(this.#parts, contenders)) {
      const { trigger, campaign } = contender;
      // Another's push, and the same campaign by another zone, change what may still be sent.
      const isStale = winner !== undefined || seen.has(campaign.id);
      seen.add(campaign.id);
      const again = isStale ? await this.#judge.judge(trigger, campaign) : contender.judged;
      if (again === undefined) continue;
      const now = { ...contender, judged: again };
      const { decision } = again;
      if (decision.outcome === 'fire') {
        if (await this.#send(now, score)) winner = campaign;
      } else if (winner !== undefined && winner.id !== campaign.id && decision.code === 'attention-budget')
        // That a basket won would say whose: see Crowd.
        await this.#record(now, held('outranked'), {
          score,
          ...(winner.trigger.type === 'basket' ? {} : { outrankedBy: winner.id }),
        });
      else {
        if (decision.outcome === 'control') await this.#spend(again);
        await this.#record(now, decision, { score });
      }
    }
    await holds;
  }

  async #contender({ trigger, campaign }: Fired): Promise<Contender | undefined> {
    const { siteId, event } = trigger;
    if (await this.#parts.log.has({ siteId, campaignId: campaign.id, event })) return undefined;
    const judged = await this.#judge.judge(trigger, campaign);
    return judged && { trigger, campaign, judged };
  }

  /** True where it went out, or may have. */
  async #send(contender: Contender, score: number | null): Promise<boolean> {
    const { book, delivery, records, clock } = this.#parts;
    const { trigger, campaign, judged } = contender;
    const { siteId, timezone, shopperId, event, decidedMs } = trigger;
    const { code, params } = judged.because;
    const { language } = judged.shopper!;
    // A server that is behind catches up by not beginning what would end too late.
    if (clock() - decidedMs >= DEADLINE_MS) {
      await this.#record(contender, held('deadline', { seconds: DEADLINE_MS / 1_000 }), { score });
      return false;
    }
    const offer = await book.reserve({
      siteId,
      campaign,
      variant: judged.variant,
      language,
      timezone,
      shopperId,
      zoneId: event.zoneId,
      zoneName: String(params.zone),
      reason: reasonWords(code, params, language),
      decisionId: decisionId({ siteId, campaignId: campaign.id, event }),
      nowMs: clock(),
    });
    if (typeof offer === 'string') {
      const hold = offer === 'gone' ? held('no-consent', { purpose: 'presence' }) : held(offer);
      await this.#record(contender, hold, { score });
      return false;
    }
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
      const hold = handed.outcome === 'held' ? held(handed.hold.code, handed.hold.params) : held('phone-closed');
      await this.#record(contender, hold, { score });
      return false;
    }
    await this.#spend(judged);
    records.note(siteId, campaign, answeredMs);
    if (handed.outcome === 'failed') {
      await book.unconfirmed(offer.id);
      await this.#record(contender, held('not-acknowledged'), { offerId: offer.id, score });
      return true;
    }
    await book.handedOver(offer.id, handed.outcome === 'received' ? 'delivered' : 'pushed', answeredMs);
    const latencyMs = Math.max(0, answeredMs - event.sightingAtMs);
    await this.#record(contender, { outcome: 'sent', code, params }, { offerId: offer.id, latencyMs, score });
    return true;
  }

  /** A basket fires once, for control too: else those held back would be asked about it again and again. */
  async #spend({ basket }: Judged): Promise<void> {
    if (basket === undefined) return;
    const { siteId, tenantId, basketId } = basket;
    await this.#parts.baskets.close(siteId, tenantId, basketId, 'fired', this.#parts.clock());
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
      needsProfiling: needsProfiling(campaign),
      erased: shopper === undefined,
      paused: shopper !== undefined && isPaused(shopper, nowMs),
      campaignLive: campaigns.get(siteId, campaign.id)?.status === 'live',
      inZone:
        event.type === 'exited' || this.#presence.get(`${siteId}/${event.carrierId}`)?.zones.has(event.zoneId) === true,
    });
  }

  async #record(
    { trigger: { siteId, shopperId, event }, campaign, judged }: Contender,
    verdict: Verdict,
    note: Note = {},
  ): Promise<void> {
    const unknowable = verdict.code === 'no-consent' && verdict.params.purpose === 'presence';
    await this.#parts.log.record({
      siteId,
      tenantId: campaign.tenantId,
      campaignId: campaign.id,
      shopperId: unknowable ? null : shopperId,
      event,
      trigger: judged.because.code,
      decidedMs: this.#parts.clock(),
      ...verdict,
      offerId: note.offerId ?? null,
      latencyMs: note.latencyMs ?? null,
      variant: unknowable ? null : judged.variant,
      score: note.score ?? null,
      outrankedBy: note.outrankedBy ?? null,
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
