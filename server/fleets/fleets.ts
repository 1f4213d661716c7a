/** The fleets of all sites: held in memory, written through, and told to those who listen to their topics. */
import { covers, filterFault } from '../broker/filters.ts';
import { type RoutedFilter, TopicRouter } from '../broker/topicRouter.ts';
import { type Fleet, type FleetBody, MAX_FLEETS } from '../contract/fleets.ts';
import type { Duck } from '../db/duckdb.ts';
import { badRequest, conflict } from '../errors.ts';
import { ADAPTERS } from '../ingest/adapters/index.ts';
import type { Clock } from '../ingest/types.ts';
import { EXPECTATIONS } from './expectations.ts';

interface Stored {
  fleet: Fleet;
  topicsSinceMs: number;
}

export type FleetsListener = (siteId: string, fleetId: string) => void;

export const isTimed = ({ format, clock }: Fleet): boolean => clock === 'own' && EXPECTATIONS[format].timed;

export class Fleets {
  readonly #duck: Duck;
  readonly #clock: Clock;
  readonly #sites = new Map<string, Map<string, Stored>>();
  readonly #listeners = new Set<FleetsListener>();
  #router = new TopicRouter([]);
  #tail: Promise<unknown> = Promise.resolve();

  constructor(duck: Duck, clock: Clock) {
    this.#duck = duck;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    const rows = await this.#duck.all<{ site_id: string; json: string; topics_since_ms: number }>(
      'select site_id, json, topics_since_ms from fleets order by site_id, id',
    );
    for (const { site_id, json, topics_since_ms } of rows) {
      const fleet = JSON.parse(json) as Fleet;
      this.#of(site_id).set(fleet.id, { fleet, topicsSinceMs: topics_since_ms });
    }
    this.#route();
  }

  all(siteId: string): Fleet[] {
    return [...(this.#sites.get(siteId)?.values() ?? [])]
      .map(({ fleet }) => fleet)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get(siteId: string, fleetId: string): Fleet | undefined {
    return this.#sites.get(siteId)?.get(fleetId)?.fleet;
  }

  /** The fleet that a message of this topic belongs to. */
  route(topic: string): RoutedFilter | undefined {
    return this.#router.route(topic);
  }

  /** Of all sites: what a broker is asked for. */
  filters(): RoutedFilter[] {
    const filters: RoutedFilter[] = [];
    for (const [siteId, stored] of this.#sites)
      for (const { fleet, topicsSinceMs: sinceMs } of stored.values())
        if (fleet.enabled)
          for (const filter of fleet.topics)
            filters.push({ siteId, fleetId: fleet.id, filter, sinceMs, qos: isTimed(fleet) ? 1 : 0 });
    return filters;
  }

  /** `body` with what its format usually has. */
  put(siteId: string, body: FleetBody): Promise<Fleet> {
    const { title, defaultTopics } = ADAPTERS[body.format];
    return this.#serially(async () => {
      const topics = body.topics ?? [...defaultTopics];
      if (topics.length === 0)
        throw badRequest(
          `name the topics: ${title} gateways have none of their own, each installation sets them`,
          'topics',
        );
      const fleet: Fleet = { ...body, name: body.name ?? title, topics };
      this.#check(siteId, fleet);
      const known = this.#sites.get(siteId)?.get(fleet.id);
      const kept = known && topics.every((topic) => known.fleet.topics.includes(topic));
      const topicsSinceMs = kept ? known.topicsSinceMs : this.#clock();
      await this.#duck.run(
        `insert into fleets (site_id, id, json, topics_since_ms) values ($1, $2, $3, $4)
         on conflict (site_id, id) do update set json = excluded.json, topics_since_ms = excluded.topics_since_ms`,
        [siteId, fleet.id, JSON.stringify(fleet), topicsSinceMs],
      );
      this.#of(siteId).set(fleet.id, { fleet, topicsSinceMs });
      this.#changed(siteId, fleet.id);
      return fleet;
    });
  }

  remove(siteId: string, fleetId: string): Promise<boolean> {
    return this.#serially(async () => {
      if (!this.#sites.get(siteId)?.has(fleetId)) return false;
      await this.#duck.run('delete from fleets where site_id = $1 and id = $2', [siteId, fleetId]);
      this.#sites.get(siteId)?.delete(fleetId);
      this.#changed(siteId, fleetId);
      return true;
    });
  }

  onChange(listener: FleetsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #check(siteId: string, fleet: Fleet): void {
    const fleets = this.#of(siteId);
    if (!fleets.has(fleet.id) && fleets.size >= MAX_FLEETS)
      throw badRequest(`a site has at most ${MAX_FLEETS} fleets`, 'id');
    for (const [i, topic] of fleet.topics.entries()) {
      const path = `topics.${i}`;
      const fault = filterFault(topic);
      if (fault) throw badRequest(fault, path);
      if (fleet.topics.indexOf(topic) !== i) throw badRequest('stands here twice', path);
      for (const { fleet: other } of fleets.values())
        if (other.id !== fleet.id && other.topics.includes(topic))
          throw conflict(`is a topic of fleet ${other.id} already: a message belongs to one fleet`, path);
      for (const [otherSiteId, others] of this.#sites) {
        if (otherSiteId === siteId) continue;
        for (const { fleet: other } of others.values())
          if (other.topics.some((one) => covers(one, topic) || covers(topic, one)))
            throw conflict(
              'a fleet of another site of this server listens to these topics: a message belongs to one site; give each site topics of its own',
              path,
            );
      }
    }
  }

  #of(siteId: string): Map<string, Stored> {
    let stored = this.#sites.get(siteId);
    if (!stored) {
      stored = new Map();
      this.#sites.set(siteId, stored);
    }
    return stored;
  }

  #changed(siteId: string, fleetId: string): void {
    this.#route();
    for (const listener of this.#listeners) listener(siteId, fleetId);
  }

  #route(): void {
    this.#router = new TopicRouter(this.filters());
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }
}
