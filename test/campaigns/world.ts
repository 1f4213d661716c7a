/** A mall with a zone, a carrier and a phone: real database and registry; the live engine and the phone are played. */

import { type OfferServices, openOffers } from '../../server/campaigns/open.ts';
import { type Campaign, campaign } from '../../server/contract/campaigns.ts';
import type { OfferPush } from '../../server/contract/live.ts';
import { carrier, site, zone } from '../../server/contract/model.ts';
import type { Purpose } from '../../server/contract/offers.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { ClonedCarrier } from '../../server/engine/clones.ts';
import type { EngineEvent } from '../../server/engine/types.ts';
import type { LiveEvents } from '../../server/ingest/types.ts';
import { consentTexts } from '../../server/privacy/consentTexts.ts';
import type { PushOptions } from '../../server/push/open.ts';
import { openRegistry } from '../../server/registry/registry.ts';
import type { Registry } from '../../server/registry/types.ts';

/** A Wednesday, 14:00 in Prague. */
export const NOW = Date.parse('2026-05-06T12:00:00Z');
export const SITE = 'mall';
export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';

export const campaignOf = (given: Partial<Campaign> = {}): Campaign =>
  campaign.parse({
    id: 'coffee',
    name: 'Coffee',
    tenantId: 'cafe',
    zoneIds: ['front'],
    trigger: { type: 'enter' },
    offer: { title: 'Second coffee free', text: 'Today only.', validMinutes: 30 },
    cooldownMinutes: 60,
    controlShare: 0,
    status: 'live',
    ...given,
  });

export async function fillSite(registry: Registry): Promise<void> {
  await registry.putSite(site.parse({ id: SITE, name: 'Galerie', timezone: 'Europe/Prague', uuids: [UUID] }));
  await registry.floors.put(SITE, {
    id: 'ground',
    name: 'Ground',
    level: 0,
    widthM: 50,
    heightM: 40,
    outline: null,
    walls: [],
    image: null,
  });
  const circle = { type: 'circle' as const, xM: 10, yM: 10, radiusM: 4 };
  await registry.zones.putAll(
    SITE,
    [
      { id: 'front', tenantId: 'cafe' },
      { id: 'shoes', tenantId: 'shoes' },
    ].map(({ id, tenantId }) =>
      zone.parse({ id, floorId: 'ground', name: `Zone ${id}`, kind: 'coupon', shape: circle, tenantId }),
    ),
  );
  await registry.carriers.putAll(
    SITE,
    [1, 2, 3].map((minor) =>
      carrier.parse({ id: `c-${minor}`, kind: 'tag', uuid: UUID, major: 1, minor, label: `demo guest ${minor}` }),
    ),
  );
}

export class StubPipeline {
  #listener: ((events: LiveEvents) => void) | undefined;
  nowMs = NOW;
  onLiveEvents(listener: (events: LiveEvents) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }
  cloned: ClonedCarrier[] = [];
  async present() {
    return [];
  }
  clones() {
    return this.cloned;
  }
  emit(events: EngineEvent[], siteId = SITE): void {
    this.#listener?.({ siteId, events, nowMs: this.nowMs });
  }
}

export class StubHub {
  readonly connected = new Set<string>();
  readonly pushed: { shopperId: string; offer: OfferPush }[] = [];
  readonly changed: string[] = [];
  acknowledges = true;
  async pushOffer(shopperId: string, offer: OfferPush): Promise<boolean> {
    this.pushed.push({ shopperId, offer });
    return this.acknowledges;
  }
  isConnected(shopperId: string): boolean {
    return this.connected.has(shopperId);
  }
  notifyChanged(shopperId: string): void {
    this.changed.push(shopperId);
  }
}

export interface World {
  duck: Duck;
  registry: Registry;
  pipeline: StubPipeline;
  hub: StubHub;
  services: OfferServices;
  errors: unknown[];
  clock: { nowMs: number };
  /** Consents, connected, paired with the carrier. */
  shopper(carrierId: string, purposes?: Purpose[]): Promise<string>;
  decisions(campaignId?: string): Promise<{ outcome: string; code: string }[]>;
  close(): Promise<void>;
}

/** Control and variants are drawn from the id: the same ids at every run give the same draws. By database. */
const shoppersMade = new WeakMap<Duck, number>();

export async function openWorld(
  options: { erasureJournalFile?: string; duck?: Duck; push?: PushOptions } = {},
): Promise<World> {
  const duck = options.duck ?? (await Duck.open(':memory:'));
  await migrate(duck, NOW);
  const clock = { nowMs: NOW };
  const registry = await openRegistry(
    duck,
    () => clock.nowMs,
    () => clock.nowMs,
  );
  if (registry.site(SITE) === undefined) await fillSite(registry);
  const pipeline = new StubPipeline();
  const hub = new StubHub();
  const errors: unknown[] = [];
  const services = openOffers({
    duck,
    reading: openTimeSeries(duck, registry),
    registry,
    pipeline,
    hub,
    clock: () => clock.nowMs,
    onError: (error) => errors.push(error),
    erasureJournalFile: options.erasureJournalFile,
    ...(options.push === undefined ? {} : { push: options.push }),
  });
  services.shoppers.create = async (siteId, language, createdMs) => {
    const made = (shoppersMade.get(duck) ?? 0) + 1;
    shoppersMade.set(duck, made);
    const id = `s-${made.toString().padStart(6, '0')}`;
    await duck.run('insert into shoppers (id, site_id, language, created_ms) values ($1, $2, $3, $4)', [
      id,
      siteId,
      language,
      createdMs,
    ]);
    return { id, siteId, language, createdMs, pausedUntilMs: null };
  };
  await services.start();
  return {
    duck,
    registry,
    pipeline,
    hub,
    services,
    errors,
    clock,
    async shopper(carrierId, purposes = ['presence', 'push']) {
      // An hour ago: what comes now came after the consent.
      const sinceMs = clock.nowMs - 3_600_000;
      const { id } = await services.shoppers.create(SITE, 'en', clock.nowMs);
      for (const { purpose, version, textHash } of consentTexts('en').filter((one) => purposes.includes(one.purpose)))
        await services.consents.append(id, {
          purpose,
          version,
          textHash,
          language: 'en',
          state: 'granted',
          atMs: sinceMs,
        });
      await services.pairings.pair(SITE, carrierId, id, sinceMs, { takeover: false });
      hub.connected.add(id);
      return id;
    },
    decisions: async (campaignId = 'coffee') =>
      (await services.log.ofCampaign(SITE, campaignId, 100)).map(({ outcome, code }) => ({ outcome, code })),
    async close() {
      await services.stop();
      await duck.close();
    },
  };
}

export const entered = (given: { carrierId?: string; zoneId?: string; atMs?: number; sightingAtMs?: number } = {}) => {
  const atMs = given.atMs ?? NOW;
  return {
    type: 'entered' as const,
    carrierId: given.carrierId ?? 'c-1',
    kind: 'tag' as const,
    zoneId: given.zoneId ?? 'front',
    atMs,
    sightingAtMs: given.sightingAtMs ?? atMs - 800,
    fix: undefined,
  };
};
export const exited = (given: Parameters<typeof entered>[0] = {}) => ({ ...entered(given), type: 'exited' as const });
export const dwelled = (dwellSeconds: number, given: Parameters<typeof entered>[0] = {}) => ({
  ...entered(given),
  type: 'dwelled' as const,
  dwellSeconds,
});
