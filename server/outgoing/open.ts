/** Puts the parts of what leaves for others together: for the server's composition and for tests. */
import { randomBytes } from 'node:crypto';
import type { OfferServices } from '../campaigns/open.ts';
import { type DeliveryFigures, sharesPersons } from '../contract/outgoing.ts';
import { homeAssistantStatusTopic } from '../contract/outgoingTopics.ts';
import type { Duck } from '../db/duckdb.ts';
import type { Questions } from '../db/timeSeries.ts';
import type { Clock, MessageSource, Pipeline } from '../ingest/types.ts';
import type { Registry } from '../registry/types.ts';
import { CarrierEvents } from './carrierEvents.ts';
import { CountEvents } from './countEvents.ts';
import { Courier, type CourierCounts, NO_SECRET } from './courier.ts';
import { LiveTree } from './liveTree.ts';
import { OccupancyEvents } from './occupancyEvents.ts';
import { tellOffers } from './offerEvents.ts';
import { Outbox } from './outbox.ts';
import { allowsPrivate, Poster, type PostParts } from './post.ts';
import { tellRedemption } from './redemptionEvents.ts';
import { seesZone, wants } from './scope.ts';
import { VisitorNames } from './visitors.ts';
import { type Webhook, Webhooks } from './webhooks.ts';

export interface OutgoingOptions extends PostParts {
  /** Beside the database: the key that seals the secrets in it. Undefined: a key of this run alone. */
  keyFile?: string;
  /** Null: Home Assistant is told nothing. */
  homeAssistantPrefix: string | null;
  /** For tests: how long a receiver may take, and the dice of the back-off. */
  timeoutMs?: number;
  random?: () => number;
}

export interface OutgoingParts {
  duck: Duck;
  registry: Registry;
  questions: Pick<Questions, 'series'>;
  pipeline: Pick<Pipeline, 'onLiveEvents' | 'onSnapshot' | 'onChangelog'>;
  offers: Pick<OfferServices, 'consents' | 'pairings' | 'redemptions'>;
  source: Pick<MessageSource, 'publish' | 'connected' | 'onConnected'>;
  clock: Clock;
  onProblem: (what: string, error: Error) => void;
  options: OutgoingOptions;
}

/** Counts and offers are told by the quarter hour; a minute later is early enough. */
const LOOK_EVERY_MS = 60_000;
/** For answers that are on their way when the server stops. */
const LAST_ANSWERS_MS = 500;

export interface OutgoingTotals extends CourierCounts {
  bySite: { siteId: string; pending: number; dropped: number; failing: number }[];
}

export class Outgoing {
  readonly webhooks: Webhooks;
  readonly outbox: Outbox;
  readonly counts: CountEvents;
  readonly carriers: CarrierEvents;
  readonly tree: LiveTree;
  readonly #parts: OutgoingParts;
  readonly #courier: Courier;
  readonly #poster: Poster;
  readonly #occupancy: OccupancyEvents;
  #stops: (() => void)[] = [];
  #looking: Promise<void> | undefined;
  #dwells = new Map<string, string>();
  #dwelling: Promise<void> = Promise.resolve();

  constructor(parts: OutgoingParts) {
    const { duck, registry, pipeline, offers, clock, options, source, questions } = parts;
    const problem = (what: string) => (error: Error) => parts.onProblem(what, error);
    this.#parts = parts;
    this.webhooks = new Webhooks(duck, randomBytes, options.keyFile);
    this.outbox = new Outbox({ duck, clock, random: randomBytes, onProblem: problem('outbox') });
    this.#poster = new Poster(options);
    const names = new VisitorNames(randomBytes);
    const { webhooks, outbox } = this;
    this.carriers = new CarrierEvents({
      pipeline,
      registry,
      webhooks,
      outbox,
      consents: offers.consents,
      pairings: offers.pairings,
      names,
      clock,
      onProblem: problem('carrier events'),
    });
    this.#courier = new Courier({
      webhooks,
      outbox,
      poster: this.#poster,
      mayTell: this.carriers.mayTell,
      clock,
      random: options.random ?? Math.random,
      onProblem: problem('webhooks'),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });
    this.counts = new CountEvents({ duck, registry, questions, webhooks, outbox });
    this.#occupancy = new OccupancyEvents({ duck, registry, webhooks, outbox, onProblem: problem('thresholds') });
    this.tree = new LiveTree({
      source,
      duck,
      registry,
      homeAssistantPrefix: options.homeAssistantPrefix,
      onProblem: problem('live topics'),
    });
    offers.redemptions.onTold((sql, told) => tellRedemption({ webhooks, outbox }, sql, told));
    webhooks.onChange(async ({ webhook, what }) => {
      if (what === 'put') {
        outbox.follow(webhook);
        this.#courier.follow(webhook);
      } else {
        outbox.forget(webhook.id);
        this.#courier.forget(webhook.id);
        names.forgetWebhook(webhook.id);
      }
      this.#occupancy.changed();
      await this.#setDwells(webhook.siteId);
    });
  }

  /** Whether a webhook of this tenant, or of the mall, may go to addresses of the own network. */
  allowsPrivate = (tenantId: string | null): boolean => allowsPrivate(this.#parts.options, tenantId);

  /** Whether anybody outside is told of those who agree to it. */
  asksSharing = (siteId: string): boolean => this.webhooks.all(siteId).some(({ events }) => sharesPersons(events));

  /** After the offers, and once the broker is there. */
  async start(): Promise<void> {
    const { pipeline, registry, onProblem } = this.#parts;
    const stored = await this.webhooks.start();
    const closed = stored.filter(({ secret }) => secret === null);
    if (closed.length > 0)
      onProblem('webhooks', new Error(`${NO_SECRET} (of ${closed.map(({ id }) => id).join(', ')})`));
    await this.outbox.start(stored, (webhookId) => this.#courier.wake(webhookId));
    await this.#occupancy.start();
    for (const webhook of stored) this.#courier.follow(webhook);
    for (const siteId of this.webhooks.siteIds()) await this.#setDwells(siteId);
    this.carriers.start();
    await this.tree.start();
    const timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.#stops.push(
      () => clearInterval(timer),
      pipeline.onSnapshot((siteId, snapshot) => {
        this.tree.snapshot(siteId, snapshot);
        this.#occupancy.snapshot(siteId, snapshot);
      }),
      pipeline.onChangelog((siteId) => this.counts.changed(siteId)),
      registry.onChange(({ siteId, what }) => {
        // Those that name no zone hear of all there are.
        if (what === 'zones') void this.#setDwells(siteId);
      }),
    );
    void this.look();
  }

  /** What is due by the clock. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { registry, clock, onProblem } = this.#parts;
    for (const { id } of registry.sites()) {
      await tellOffers({ ...this.#parts, webhooks: this.webhooks, outbox: this.outbox }, id, clock()).catch(
        (error: Error) => onProblem('offers sent', error),
      );
      await this.counts.tell(id, clock()).catch((error: Error) => onProblem('counts', error));
    }
  }

  /** Of a broker's messages those that are for this; others are another's. */
  heard(topic: string, payload: Uint8Array): boolean {
    const { homeAssistantPrefix: prefix } = this.#parts.options;
    if (prefix === null || topic !== homeAssistantStatusTopic(prefix)) return false;
    if (Buffer.from(payload).toString() === 'online') this.tree.homeAssistantStarted();
    return true;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#looking;
    await this.carriers.stop();
    await this.#occupancy.stop();
    // A receiver that does not answer holds up no stop: what it was sent is sent again.
    const cut = setTimeout(() => this.#poster.close(), LAST_ANSWERS_MS);
    await this.#courier.stop();
    clearTimeout(cut);
    this.#poster.close();
    await this.tree.stop();
    await this.#dwelling;
  }

  async expire(nowMs: number): Promise<void> {
    await this.webhooks.expire(nowMs);
    await this.outbox.expire(nowMs);
  }

  async figures({ id }: Webhook, nowMs: number): Promise<DeliveryFigures> {
    const { failing, retryMs } = this.#courier.state(id);
    return {
      pending: this.outbox.pending(id),
      ...(await this.outbox.counts(id, nowMs)),
      dropped: this.outbox.dropped(id),
      failing,
      retryAt: retryMs === null ? null : new Date(retryMs).toISOString(),
    };
  }

  totals(): OutgoingTotals {
    const bySite = this.webhooks.siteIds().map((siteId) => {
      const all = this.webhooks.all(siteId);
      const sum = (of: (webhookId: string) => number): number => all.reduce((total, { id }) => total + of(id), 0);
      return {
        siteId,
        pending: sum((id) => this.outbox.pending(id)),
        dropped: sum((id) => this.outbox.dropped(id)),
        failing: all.filter(({ id }) => this.#courier.state(id).failing > 0).length,
      };
    });
    return { ...this.#courier.counts, bySite };
  }

  /** The engine tells of a dwell only where somebody asked for it. */
  #setDwells(siteId: string): Promise<void> {
    this.#dwelling = this.#dwelling
      .then(async () => {
        const { registry } = this.#parts;
        if (registry.site(siteId) === undefined) return;
        const byZone: Record<string, number[]> = {};
        const asking = this.webhooks
          .all(siteId)
          .filter((one) => wants(one, 'carrier.dwelled') && one.dwellSeconds.length > 0);
        if (asking.length > 0)
          for (const zone of registry.zones.all(siteId)) {
            const seconds = asking.filter((one) => seesZone(one, zone)).flatMap((one) => one.dwellSeconds);
            if (seconds.length > 0) byZone[zone.id] = [...new Set(seconds)].sort((a, b) => a - b);
          }
        const text = JSON.stringify(byZone);
        if ((this.#dwells.get(siteId) ?? '{}') === text) return;
        await registry.setDwellSeconds(siteId, 'webhooks', byZone);
        this.#dwells.set(siteId, text);
      })
      .catch((error: Error) => this.#parts.onProblem('dwells', error));
    return this.#dwelling;
  }
}
