/** The retained topics: occupancy of zones and sites for whoever reads, and what Home Assistant needs to show them. */
import type { LiveSnapshot } from '../contract/live.ts';
import type { Site } from '../contract/model.ts';
import type { OccupancyMessage } from '../contract/outgoing.ts';
import { AVAILABILITY_TOPIC, OFFLINE, ONLINE, siteTopic, zoneTopic } from '../contract/outgoingTopics.ts';
import type { Duck } from '../db/duckdb.ts';
import type { MessageSource } from '../ingest/types.ts';
import type { Registry } from '../registry/types.ts';
import { type DiscoveryMessage, discoveryOf } from './homeAssistant.ts';
import { type Nesting, nestingOf, SITE, shownCounts } from './shown.ts';

export interface LiveTreeParts {
  source: Pick<MessageSource, 'publish' | 'connected' | 'onConnected'>;
  duck: Duck;
  registry: Registry;
  /** Of Home Assistant's topics; null: it is told nothing. */
  homeAssistantPrefix: string | null;
  onProblem: (error: Error) => void;
}

interface SiteTopics {
  values: string[];
  discovery: DiscoveryMessage[];
}
/** At most once a second and topic, and a little less, for a second is never quite one. */
const APART_MS = 900;
/** Whoever may write to the broker may say that Home Assistant has started. */
const STARTS_APART_MS = 5_000;
/** A broker at the other end of the country answers each after some milliseconds. */
const AT_ONCE = 100;
const ANSWERS_WITHIN_MS = 2_000;

export class LiveTree {
  readonly #parts: LiveTreeParts;
  /** What the broker holds for us, by topic. */
  #out = new Map<string, string>();
  readonly #latest = new Map<string, OccupancyMessage>();
  readonly #nestings = new Map<string, Nesting[]>();
  readonly #topics = new Map<string, SiteTopics>();
  /** Topics of a run before this one, until they are published anew or cleared. */
  readonly #known = new Set<string>();
  /** When a value was last published, by topic. */
  #sentMs = new Map<string, number>();
  #again: NodeJS.Timeout | undefined;
  #started: NodeJS.Timeout | undefined;
  #startedAgain = false;
  #tail: Promise<void> = Promise.resolve();
  #busy = false;
  #stops: (() => void)[] = [];

  constructor(parts: LiveTreeParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { duck, source, registry } = this.#parts;
    for (const { topic } of await duck.all<{ topic: string }>('select topic from published_topics'))
      this.#known.add(topic);
    const again = source.onConnected?.(() => this.republish());
    if (again) this.#stops.push(again);
    this.#stops.push(
      registry.onChange(({ siteId, what }) => {
        if (what !== 'zones' && what !== 'site') return;
        this.#nestings.delete(siteId);
        this.#topics.delete(siteId);
        this.refresh();
      }),
    );
    this.republish();
    await this.#tail;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    clearTimeout(this.#again);
    clearTimeout(this.#started);
    await this.#tail;
    // Where the broker is another's it says so itself; ours ends with us, but tells those who are connected.
    if (this.#parts.source.connected !== false) await this.#send(AVAILABILITY_TOPIC, OFFLINE).catch(() => {});
  }

  /** Home Assistant says that it has started: at once, and again later however often it says so. */
  homeAssistantStarted(): void {
    this.#startedAgain = true;
    if (this.#started !== undefined) return;
    this.#startedAgain = false;
    this.republish();
    this.#started = setTimeout(() => {
      this.#started = undefined;
      if (this.#startedAgain) this.homeAssistantStarted();
    }, STARTS_APART_MS);
    this.#started.unref();
  }

  /** A broker that was restarted, or Home Assistant that was, may have forgotten everything. */
  republish(): void {
    // New ones: what is on its way just now was for the broker, or the Home Assistant, of before.
    this.#out = new Map();
    this.#sentMs = new Map();
    this.refresh();
  }

  snapshot(siteId: string, snapshot: LiveSnapshot): void {
    if (!this.#publishes(siteId)) return;
    const { registry } = this.#parts;
    const zones = registry.zones.all(siteId);
    const nestings = this.#nestings.get(siteId) ?? nestingOf(zones);
    this.#nestings.set(siteId, nestings);
    const { kAnonymity } = registry.definitions(siteId).definitions;
    const measured = this.#measuredFloors(siteId, snapshot);
    const counts = new Map([[SITE, snapshot.occupancy ?? 0]]);
    for (const { zoneId, occupancy } of snapshot.zones) counts.set(zoneId, occupancy ?? 0);
    const shown = shownCounts(counts, nestings, kAnonymity);
    const set = (topic: string, placeId: string, isMeasured: boolean): void => {
      const occupancy = isMeasured ? (shown.get(placeId) ?? null) : null;
      const suppressed = isMeasured && occupancy === null;
      const before = this.#latest.get(topic);
      if (before?.occupancy === occupancy && before.suppressed === suppressed) return;
      this.#latest.set(topic, { occupancy, atMs: snapshot.atMs, suppressed });
    };
    set(siteTopic(siteId), SITE, measured.size > 0);
    for (const zone of zones) set(zoneTopic(siteId, zone.id), zone.id, measured.has(zone.floorId));
    this.refresh();
  }

  /** Brings the broker up to date; while it is away nothing is queued for it. */
  refresh(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#tail = this.#tail.then(async () => {
      this.#busy = false;
      if (this.#parts.source.connected === false) return;
      await this.#publish(this.#wanted());
    });
    this.#tail = this.#tail.catch((error: Error) => this.#parts.onProblem(error));
  }

  #publishes(siteId: string): boolean {
    const site = this.#parts.registry.site(siteId);
    return site?.clock === 'wall' && site.publishOccupancy !== false;
  }

  /** A floor none of whose gateways is heard is not empty but unknown. */
  #measuredFloors(siteId: string, snapshot: LiveSnapshot): Set<string> {
    const online = new Set(snapshot.gateways.filter((one) => one.online).map(({ id }) => id));
    const gateways = this.#parts.registry.gateways.all(siteId);
    return new Set(gateways.filter(({ id }) => online.has(id)).map(({ floorId }) => floorId));
  }

  /** By topic; undefined: as it was, until the first snapshot. */
  #wanted(): Map<string, string | undefined> {
    const { registry } = this.#parts;
    const wanted = new Map<string, string | undefined>([[AVAILABILITY_TOPIC, ONLINE]]);
    for (const site of registry.sites()) {
      if (!this.#publishes(site.id)) continue;
      const topics = this.#topics.get(site.id) ?? this.#topicsOf(site);
      this.#topics.set(site.id, topics);
      for (const { topic, payload } of topics.discovery) wanted.set(topic, payload);
      for (const topic of topics.values) {
        const message = this.#latest.get(topic);
        wanted.set(topic, message && JSON.stringify(message));
      }
    }
    return wanted;
  }

  #topicsOf(site: Site): SiteTopics {
    const { registry, homeAssistantPrefix: prefix } = this.#parts;
    const zones = registry.zones.all(site.id);
    return {
      values: [siteTopic(site.id), ...zones.map((zone) => zoneTopic(site.id, zone.id))],
      discovery: prefix === null ? [] : [null, ...zones].map((zone) => discoveryOf(prefix, site, zone)),
    };
  }

  /** A broker that goes away meanwhile would answer once it is back, or never. */
  async #send(topic: string, payload: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the broker has not taken ${topic}`)), ANSWERS_WITHIN_MS);
    });
    const sent = this.#parts.source.publish(topic, payload, { retain: true });
    await Promise.race([sent, late]).finally(() => clearTimeout(timer));
  }

  async #publish(wanted: ReadonlyMap<string, string | undefined>): Promise<void> {
    const { duck } = this.#parts;
    const gone = [...new Set([...this.#out.keys(), ...this.#known])].filter((topic) => !wanted.has(topic));
    const nowMs = performance.now();
    const [out, sentMs] = [this.#out, this.#sentMs];
    const all = [...wanted].flatMap(([topic, payload]) =>
      payload === undefined || out.get(topic) === payload ? [] : [{ topic, payload }],
    );
    const changed = all.filter(({ topic }) => nowMs - (sentMs.get(topic) ?? -APART_MS) >= APART_MS);
    if (changed.length < all.length) {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.refresh(), APART_MS);
    }
    const fresh = changed.filter(({ topic }) => !this.#known.has(topic)).map(({ topic }) => topic);
    // Written down before: what a crash leaves behind at the broker is found and cleared.
    if (fresh.length > 0)
      await duck.run(`insert into published_topics select unnest(from_json($1, '["VARCHAR"]'))`, [
        JSON.stringify(fresh),
      ]);
    for (const { topic } of changed) this.#known.add(topic);
    const due = [...changed, ...gone.map((topic) => ({ topic, payload: '' }))];
    for (let from = 0; from < due.length; from += AT_ONCE)
      await Promise.all(
        due.slice(from, from + AT_ONCE).map(async ({ topic, payload }) => {
          await this.#send(topic, payload);
          if (payload === '') return;
          out.set(topic, payload);
          if (topic.endsWith('/occupancy')) sentMs.set(topic, nowMs);
        }),
      );
    for (const topic of gone) {
      out.delete(topic);
      this.#known.delete(topic);
      this.#latest.delete(topic);
      sentMs.delete(topic);
    }
    if (gone.length > 0)
      await duck.run(`delete from published_topics where topic in (select unnest(from_json($1, '["VARCHAR"]')))`, [
        JSON.stringify(gone),
      ]);
  }
}
