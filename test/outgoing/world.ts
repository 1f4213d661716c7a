/** A mall with shoppers and webhooks: real database, registry, consents and receivers; the live engine is played. */
import type { LiveHeat, LiveSnapshot } from '../../server/contract/live.ts';
import { type WebhookInput, webhookInput } from '../../server/contract/outgoing.ts';
import { Duck } from '../../server/db/duckdb.ts';
import type { Questions } from '../../server/db/timeSeries.ts';
import type { EngineEvent } from '../../server/engine/types.ts';
import type { LiveEvents, MessageSource } from '../../server/ingest/types.ts';
import { Outgoing, type OutgoingOptions } from '../../server/outgoing/open.ts';
import type { WithSecret } from '../../server/outgoing/webhooks.ts';
import { openWorld, SITE, type World } from '../campaigns/world.ts';

/** Its `nowMs` runs with the machine's clock from the time at which the mall stands. */
export class PlayedPipeline {
  readonly #live = new Set<(events: LiveEvents) => void>();
  readonly #snapshots = new Set<(siteId: string, snapshot: LiveSnapshot, heat: LiveHeat) => void>();
  readonly #changes = new Set<(siteId: string) => void>();
  onLiveEvents = (listener: (events: LiveEvents) => void) => this.#add(this.#live, listener);
  onSnapshot = (listener: (siteId: string, snapshot: LiveSnapshot, heat: LiveHeat) => void) =>
    this.#add(this.#snapshots, listener);
  onChangelog = (listener: (siteId: string) => void) => this.#add(this.#changes, listener);
  #add<T>(listeners: Set<T>, listener: T): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }
  emit(events: EngineEvent[], nowMs: number): void {
    for (const listener of this.#live) listener({ siteId: SITE, events, nowMs });
  }
  snapshot(snapshot: LiveSnapshot): void {
    for (const listener of this.#snapshots) listener(SITE, snapshot, { atMs: snapshot.atMs, floors: [] });
  }
  changelog(): void {
    for (const listener of this.#changes) listener(SITE);
  }
}

export class KeptTopics implements Pick<MessageSource, 'publish' | 'connected'> {
  readonly topics = new Map<string, string>();
  connected = true;
  publish = async (topic: string, payload: string): Promise<void> => {
    if (payload === '') this.topics.delete(topic);
    else this.topics.set(topic, payload);
  };
}

export interface OutWorld {
  world: World;
  pipeline: PlayedPipeline;
  outgoing: Outgoing;
  source: KeptTopics;
  errors: string[];
  /** Added to the machine's clock. */
  time: { aheadMs: number; nowMs: () => number };
  webhook(input: Partial<WebhookInput> & { url: string }, tenantId?: string | null): Promise<WithSecret>;
  /** What the live engine tells now. */
  event(type: 'entered' | 'exited' | 'dwelled', carrierId: string, zoneId: string, dwellSeconds?: number): void;
  visit(type: 'visitStarted' | 'visitEnded', carrierId: string): void;
  close(): Promise<void>;
}

export interface OutWorldOptions extends Partial<OutgoingOptions> {
  questions?: Pick<Questions, 'series'>;
  /** @default in memory */
  duck?: Duck;
}

export async function openOutWorld(options: OutWorldOptions = {}): Promise<OutWorld> {
  const { questions, duck, ...more } = options;
  const time = { aheadMs: 0, nowMs: () => Date.now() + time.aheadMs };
  const world = await openWorld({ duck: duck ?? (await Duck.open(':memory:')) });
  // The mall's time is the machine's: connections and back-off run by it.
  Object.defineProperty(world.clock, 'nowMs', { get: time.nowMs });
  const pipeline = new PlayedPipeline();
  const source = new KeptTopics();
  const errors: string[] = [];
  const outgoing = new Outgoing({
    duck: world.duck,
    registry: world.registry,
    questions: questions ?? { series: () => Promise.reject(new Error('no questions here')) },
    pipeline,
    offers: world.services,
    source,
    clock: time.nowMs,
    onProblem: (what, error) => errors.push(`${what}: ${error.message}`),
    options: {
      allowPrivateAddresses: true,
      allowPrivateAddressesToTenants: true,
      homeAssistantPrefix: 'homeassistant',
      random: () => 0,
      timeoutMs: 2_000,
      ...more,
    },
  });
  await outgoing.start();
  return {
    world,
    pipeline,
    outgoing,
    source,
    errors,
    time,
    webhook: (input, tenantId = null) =>
      outgoing.webhooks.create(
        SITE,
        tenantId,
        webhookInput.parse({ events: ['redemption.made'], ...input }),
        time.nowMs(),
      ),
    event(type, carrierId, zoneId, dwellSeconds = 0) {
      const atMs = time.nowMs();
      const common = { carrierId, kind: 'tag' as const, zoneId, atMs, sightingAtMs: atMs, fix: undefined };
      pipeline.emit([type === 'dwelled' ? { type, ...common, dwellSeconds } : { type, ...common }], atMs);
    },
    visit(type, carrierId) {
      const atMs = time.nowMs();
      pipeline.emit([{ type, carrierId, kind: 'tag', atMs }], atMs);
    },
    async close() {
      await outgoing.stop();
      await world.close();
    },
  };
}

export const withdrawal = (purpose: 'sharing' | 'presence', atMs: number) => ({
  purpose,
  state: 'withdrawn' as const,
  version: 2,
  atMs,
  textHash: 'x',
  language: 'en',
});

export const redemptionOf = (n: number, more: { tenantId?: string | null; campaignId?: string } = {}) => ({
  siteId: SITE,
  tenantId: more.tenantId === undefined ? 'cafe' : more.tenantId,
  campaignId: more.campaignId ?? 'coffee',
  id: `rd-${n}`,
  offerId: `of-${n}`,
  redeemedMs: 1_778_068_800_000 + n,
  till: null,
  amountMinor: null,
});

export const tellRedemptions = async ({ world }: OutWorld, ...numbers: number[]): Promise<void> => {
  const { redemptions } = world.services;
  await world.duck.transaction(async (sql) => {
    for (const n of numbers) await redemptions.told(sql, redemptionOf(n));
  });
};

export { SITE };
