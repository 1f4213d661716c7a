/** Entered, exited, dwelled of those who agreed that others are told: zone and time, under a name of this visit alone. */

import type { Pairings } from '../campaigns/pairings.ts';
import type { EngineEvent } from '../engine/types.ts';
import type { Clock, LiveEvents, Pipeline } from '../ingest/types.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Registry } from '../registry/types.ts';
import type { Outbox, OutgoingEvent } from './outbox.ts';
import { seesZone, wants } from './scope.ts';
import type { VisitorNames } from './visitors.ts';
import type { Webhooks } from './webhooks.ts';

export interface CarrierEventParts {
  pipeline: Pick<Pipeline, 'onLiveEvents'>;
  registry: Pick<Registry, 'site' | 'zones'>;
  webhooks: Pick<Webhooks, 'all'>;
  outbox: Pick<Outbox, 'add' | 'withdraw'>;
  consents: Pick<ConsentStore, 'now' | 'nowAndAt' | 'onChange'>;
  pairings: Pick<Pairings, 'ofCarrier' | 'ofShopper' | 'onEnded'>;
  names: VisitorNames;
  clock: Clock;
  onProblem: (error: Error) => void;
}

type ZoneEvent = Extract<EngineEvent, { zoneId: string }>;
/** Events of those who are paired, waiting for the answer whether they agreed: more than a mall has in seconds. */
const MAX_WAITING = 10_000;

export class CarrierEvents {
  readonly #parts: CarrierEventParts;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #unsubscribe: (() => void) | undefined;

  constructor(parts: CarrierEventParts) {
    this.#parts = parts;
    const { consents, pairings, outbox, names, onProblem } = parts;
    consents.onChange((shopperId, row) => {
      const ends = row === undefined || (row.state === 'withdrawn' && COVERING.has(row.purpose));
      if (!ends) return;
      const pairing = pairings.ofShopper(shopperId);
      if (pairing) names.forget(pairing.siteId, pairing.carrierId);
      outbox.withdraw(shopperId).catch(onProblem);
    });
    pairings.onEnded(({ siteId, carrierId }) => names.forget(siteId, carrierId));
  }

  start(): void {
    this.#unsubscribe = this.#parts.pipeline.onLiveEvents((events) => this.#take(events));
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    await this.#tail;
  }

  /** For the courier: then and now, of both that this needs. */
  mayTell = async (shopperId: string, eventMs: number): Promise<boolean> => {
    const { sharing, presence } = await this.#parts.consents.nowAndAt(shopperId, eventMs, this.#parts.clock());
    return sharing && presence;
  };

  #take({ siteId, events }: LiveEvents): void {
    const { registry, webhooks, pairings, names } = this.#parts;
    if (registry.site(siteId)?.clock !== 'wall') return;
    const told = webhooks.all(siteId).some((webhook) => TYPES.some((type) => wants(webhook, `carrier.${type}`)));
    if (!told) return;
    for (const event of events) {
      if (event.type === 'visitEnded') this.#enqueue(async () => names.forget(siteId, event.carrierId));
      if (!('zoneId' in event)) continue;
      const pairing = pairings.ofCarrier(siteId, event.carrierId);
      // What the bearer before did is not this shopper's.
      if (pairing === undefined || event.sightingAtMs < pairing.fromMs) continue;
      const { shopperId } = pairing;
      this.#enqueue(() => this.#tell(siteId, shopperId, event));
    }
  }

  #enqueue(work: () => Promise<void>): void {
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting += 1;
    this.#tail = this.#tail
      .then(work)
      .catch((error: Error) => this.#parts.onProblem(error))
      .then(() => {
        this.#waiting -= 1;
      });
  }

  async #tell(siteId: string, shopperId: string, event: ZoneEvent): Promise<void> {
    const { registry, webhooks, outbox, pairings, names } = this.#parts;
    if (!(await this.mayTell(shopperId, event.sightingAtMs))) return;
    // The tag may have been given back while the question was asked.
    if (pairings.ofCarrier(siteId, event.carrierId)?.shopperId !== shopperId) return;
    const zone = registry.zones.get(siteId, event.zoneId);
    if (zone === undefined) return;
    const type = `carrier.${event.type}` as const;
    const events = webhooks
      .all(siteId)
      .filter((webhook) => wants(webhook, type) && seesZone(webhook, zone))
      .filter((webhook) => event.type !== 'dwelled' || webhook.dwellSeconds.includes(event.dwellSeconds))
      .map((webhook): OutgoingEvent => {
        const visitor = names.nameOf(siteId, event.carrierId, webhook.id);
        const data = { visitor, zone: zone.id };
        return {
          webhook,
          type,
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
