/**
 * Entered, exited, dwelled of those who agreed that others are told: zone and time, under a name of this visit alone, and only
 * while at least k of them are in the building. Of one or two a receiver could tell by the time alone who it is, and join
 * their visits. What happened before that is not told later.
 */

import type { Pairings } from '../campaigns/pairings.ts';
import type { EngineEvent } from '../engine/types.ts';
import type { Clock, LiveEvents, Pipeline } from '../ingest/types.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import { Crowd } from './crowd.ts';
import type { Outbox, OutgoingEvent } from './outbox.ts';
import { seesZone, wants } from './scope.ts';
import type { VisitorNames } from './visitors.ts';
import type { Webhook, Webhooks } from './webhooks.ts';

export interface CarrierEventParts {
  pipeline: Pick<Pipeline, 'onLiveEvents'>;
  registry: Pick<Registry, 'site' | 'zones' | 'definitions' | 'onChange'>;
  webhooks: Pick<Webhooks, 'all'>;
  outbox: Pick<Outbox, 'add' | 'withdraw'>;
  consents: Pick<ConsentStore, 'now' | 'nowAndAt' | 'onChange'>;
  pairings: Pick<Pairings, 'ofCarrier' | 'ofShopper' | 'onEnded'>;
  names: VisitorNames;
  clock: Clock;
  onProblem: (error: Error) => void;
}

type ZoneEvent = Extract<EngineEvent, { zoneId: string }>;
/** Whom to tell, and under which name. */
type Listening = { webhook: Webhook; visitor: string };
/** Events of those who are paired, waiting for the answer whether they agreed: more than a mall has in seconds. */
const MAX_WAITING = 10_000;

export class CarrierEvents {
  readonly #parts: CarrierEventParts;
  readonly #crowd = new Crowd();
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #stops: (() => void)[] = [];

  constructor(parts: CarrierEventParts) {
    this.#parts = parts;
    const { consents, pairings, outbox, names, onProblem } = parts;
    consents.onChange((shopperId, row) => {
      const ends = row === undefined || (row.state === 'withdrawn' && COVERING.has(row.purpose));
      if (!ends) return;
      const pairing = pairings.ofShopper(shopperId);
      if (pairing) {
        names.forget(pairing.siteId, pairing.carrierId);
        this.#crowd.left(pairing.siteId, pairing.carrierId);
      }
      outbox.withdraw(shopperId).catch(onProblem);
    });
    pairings.onEnded(({ siteId, carrierId }) => {
      names.forget(siteId, carrierId);
      this.#crowd.left(siteId, carrierId);
    });
  }

  start(): void {
    const { pipeline, registry, names } = this.#parts;
    this.#stops.push(
      pipeline.onLiveEvents((events) => this.#take(events)),
      // Without a live engine nobody tells when visits end.
      registry.onChange(({ siteId, what }) => {
        if (what !== 'site' || registry.site(siteId)?.clock === 'wall') return;
        names.forgetSite(siteId);
        this.#crowd.forgetSite(siteId);
      }),
    );
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#tail;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** For the courier: then and now, of both that this needs. */
  mayTell = async (shopperId: string, eventMs: number): Promise<boolean> => {
    const { sharing, presence } = await this.#parts.consents.nowAndAt(shopperId, eventMs, this.#parts.clock());
    return sharing && presence;
  };

  #take({ siteId, events }: LiveEvents): void {
    const { registry, webhooks, pairings, names } = this.#parts;
    const isWall = registry.site(siteId)?.clock === 'wall';
    const told =
      isWall && webhooks.all(siteId).some((webhook) => TYPES.some((type) => wants(webhook, `carrier.${type}`)));
    for (const event of events) {
      // Whoever listens: a name that outlived its visit would join it to the next one. The start is for an end that was lost.
      if (event.type === 'visitEnded' || event.type === 'visitStarted') names.forget(siteId, event.carrierId);
      // After what it did before.
      if (event.type === 'visitEnded') this.#enqueue(async () => this.#crowd.left(siteId, event.carrierId));
      if (!told || !('zoneId' in event)) continue;
      const pairing = pairings.ofCarrier(siteId, event.carrierId);
      // What the bearer before did is not this shopper's.
      if (pairing === undefined || event.sightingAtMs < pairing.fromMs) continue;
      const { shopperId } = pairing;
      if (this.#waiting >= MAX_WAITING) continue;
      // Named now: once it is known whether it may be told, the visit may be over.
      const listening = this.#listening(siteId, event);
      this.#enqueue(() => this.#tell(siteId, shopperId, event, listening));
    }
  }

  #listening(siteId: string, event: ZoneEvent): Listening[] {
    const { registry, webhooks, names } = this.#parts;
    const zone = registry.zones.get(siteId, event.zoneId);
    if (zone === undefined) return [];
    return webhooks
      .all(siteId)
      .filter((webhook) => wants(webhook, `carrier.${event.type}`) && seesZone(webhook, zone))
      .filter((webhook) => event.type !== 'dwelled' || webhook.dwellSeconds.includes(event.dwellSeconds))
      .map((webhook) => ({ webhook, visitor: names.nameOf(siteId, event.carrierId, webhook.id) }));
  }

  #enqueue(work: () => Promise<void>): void {
    this.#waiting += 1;
    this.#tail = this.#tail
      .then(work)
      .catch((error: Error) => this.#parts.onProblem(error))
      .then(() => {
        this.#waiting -= 1;
      });
  }

  async #tell(siteId: string, shopperId: string, event: ZoneEvent, listening: readonly Listening[]): Promise<void> {
    const { outbox, pairings, registry, clock } = this.#parts;
    if (!(await this.mayTell(shopperId, event.sightingAtMs))) return;
    // The tag may have been given back while the question was asked.
    if (pairings.ofCarrier(siteId, event.carrierId)?.shopperId !== shopperId) return;
    const nowMs = clock();
    this.#crowd.seen(siteId, event.carrierId, nowMs);
    if (listening.length === 0) return;
    if (this.#crowd.size(siteId, nowMs) < registry.definitions(siteId).definitions.kAnonymity) return;
    const events = listening.map(({ webhook, visitor }): OutgoingEvent => {
      const data = { visitor, zone: event.zoneId };
      return {
        webhook,
        type: `carrier.${event.type}`,
        atMs: event.sightingAtMs,
        data: event.type === 'dwelled' ? { ...data, dwellSeconds: event.dwellSeconds } : data,
        shopperId,
      };
    });
    // Not waited for: the next one's names do not depend on it.
    void outbox.add(events);
  }
}

const COVERING: ReadonlySet<string> = new Set(['sharing', 'presence']);
const TYPES = ['entered', 'exited', 'dwelled'] as const;
