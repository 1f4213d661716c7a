/** Sites and what stands in them: held in memory, written through, every change of the model dated. */
import { displaced } from '../calibration/placement.ts';
import { without } from '../calibration/survey.ts';
import { DEFAULT_DEFINITIONS, type Definitions } from '../contract/definitions.ts';
import type { Carrier, Floor, Gateway, Site, SiteModel, SiteModelVersion, Zone } from '../contract/model.ts';
import type { RadioSurvey } from '../contract/survey.ts';
import type { Duck, WriteSql } from '../db/duckdb.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import type { Clock } from '../ingest/types.ts';
import {
  type ItemTable,
  loadSites,
  removeItems,
  type StoredSite,
  writeCarriers,
  writeDefinitions,
  writeDwellSeconds,
  writeItems,
  writeSite,
  writeTimeline,
} from './store.ts';
import { mergeDwellSeconds, withModel, withoutOld } from './timeline.ts';
import type { Collection, DefinitionsVersion, Registry, RegistryChange } from './types.ts';

/** Longer than the log is kept by default, 48 h, because late sightings of an outage may be as old again. */
export const MODEL_KEPT_MS = 96 * 3_600_000;
/** One mall never comes near it; it bounds memory. */
export const MAX_CARRIERS = 1_000_000;
export const MAX_ITEMS = 10_000;

interface Items {
  floors: Map<string, Floor>;
  zones: Map<string, Zone>;
  gateways: Map<string, Gateway>;
}

interface SiteState extends Items {
  site: Site;
  carriers: Map<string, Carrier>;
  byBeacon: Map<string, Carrier>;
  definitions: DefinitionsVersion[];
  dwellSeconds: Map<string, Record<string, number[]>>;
  survey: RadioSurvey | undefined;
  sparseGateways: ReadonlySet<string>;
  timeline: SiteModelVersion[];
}

type ModelParts = Pick<
  SiteState,
  'site' | 'floors' | 'zones' | 'gateways' | 'definitions' | 'dwellSeconds' | 'survey' | 'sparseGateways'
>;

const beaconKey = (uuid: string, major: number, minor: number): string => `${uuid}/${major}/${minor}`;
const byId = <T extends { id: string }>(items: Iterable<T>): T[] =>
  [...items].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
const mapOf = <T extends { id: string }>(items: Iterable<T>): Map<string, T> =>
  new Map([...items].map((item) => [item.id, item]));
const LISTED = 5;
const listed = (ids: string[]): string =>
  ids.length > LISTED ? `${ids.slice(0, LISTED).join(', ')} and ${ids.length - LISTED} more` : ids.join(', ');

function modelOf(parts: ModelParts): SiteModel {
  const definitions = parts.definitions.at(-1)!;
  const gateways = byId(parts.gateways.values());
  const sparse = gateways.filter(({ id }) => parts.sparseGateways.has(id)).map(({ id }) => id);
  return {
    siteId: parts.site.id,
    timezone: parts.site.timezone,
    floors: byId(parts.floors.values()),
    zones: byId(parts.zones.values()),
    gateways,
    definitionsVersion: definitions.version,
    definitions: definitions.definitions,
    dwellSecondsByZone: mergeDwellSeconds(parts.dwellSeconds.values()),
    ...(parts.survey ? { survey: parts.survey } : {}),
    ...(sparse.length > 0 ? { sparseGateways: sparse } : {}),
  };
}

function stateOf(stored: StoredSite): SiteState {
  return {
    ...stored,
    floors: mapOf(stored.floors),
    zones: mapOf(stored.zones),
    gateways: mapOf(stored.gateways),
    carriers: mapOf(stored.carriers),
    byBeacon: new Map(stored.carriers.map((one) => [beaconKey(one.uuid, one.major, one.minor), one])),
    survey: stored.timeline.at(-1)?.model.survey,
    sparseGateways: new Set(stored.timeline.at(-1)?.model.sparseGateways),
  };
}

/** Zones and gateways stand on a floor of the site. */
function requireFloor(state: Items, items: readonly { floorId: string }[], single: boolean): void {
  items.forEach((item, i) => {
    if (!state.floors.has(item.floorId))
      throw badRequest(
        `floor ${item.floorId} does not exist; this site has ${listed([...state.floors.keys()]) || 'no floors yet'}`,
        single ? 'floorId' : `${i}.floorId`,
      );
  });
}

/** The floor may go only when nothing stands on it. */
function refuseUsedFloor(state: Items, floorId: string): void {
  const on = (items: Iterable<{ id: string; floorId: string }>) =>
    [...items].filter((item) => item.floorId === floorId).map((item) => item.id);
  const zones = on(state.zones.values());
  const gateways = on(state.gateways.values());
  const uses = [
    zones.length ? `zones ${listed(zones)}` : '',
    gateways.length ? `gateways ${listed(gateways)}` : '',
  ].filter(Boolean);
  if (uses.length) throw conflict(`floor ${floorId} still has ${uses.join(' and ')}; move or remove them first`);
}

class MemoryRegistry implements Registry {
  readonly floors: Collection<Floor>;
  readonly zones: Collection<Zone>;
  readonly gateways: Collection<Gateway>;
  readonly carriers: Collection<Carrier>;
  readonly #duck: Duck;
  readonly #clock: Clock;
  readonly #siteNowMs: (siteId: string) => number | undefined;
  readonly #states = new Map<string, SiteState>();
  readonly #listeners = new Set<(change: RegistryChange) => void>();
  /** Changes run one after another: a check and the write after it cannot be raced. */
  #tail: Promise<unknown> = Promise.resolve();

  readonly #modelKeptMs: number;

  constructor(
    duck: Duck,
    clock: Clock,
    siteNowMs: (siteId: string) => number | undefined,
    modelKeptMs: number,
    stored: StoredSite[],
  ) {
    this.#duck = duck;
    this.#clock = clock;
    this.#siteNowMs = siteNowMs;
    this.#modelKeptMs = modelKeptMs;
    for (const one of stored) this.#states.set(one.site.id, stateOf(one));
    this.floors = this.#collection('floors', () => {}, refuseUsedFloor);
    this.zones = this.#collection('zones', requireFloor, () => {});
    this.gateways = this.#collection('gateways', requireFloor, () => {});
    this.carriers = this.#carrierCollection();
  }

  sites(): Site[] {
    return [...this.#states.values()].map((state) => state.site);
  }
  site(siteId: string): Site | undefined {
    return this.#states.get(siteId)?.site;
  }

  putSite(site: Site): Promise<void> {
    return this.#serial(async () => {
      const known = this.#states.get(site.id);
      const nowMs = this.#clock();
      const state: SiteState = known ?? {
        site,
        floors: new Map(),
        zones: new Map(),
        gateways: new Map(),
        carriers: new Map(),
        byBeacon: new Map(),
        definitions: [{ version: 1, createdMs: nowMs, definitions: DEFAULT_DEFINITIONS }],
        dwellSeconds: new Map(),
        survey: undefined,
        sparseGateways: new Set(),
        timeline: [],
      };
      const timeline = await this.#duck.transaction(async (sql) => {
        await writeSite(sql, site, known ? undefined : nowMs);
        if (!known) await writeDefinitions(sql, site.id, state.definitions[0]!);
        return this.#writeModel(sql, state, { site });
      });
      state.site = site;
      state.timeline = timeline;
      this.#states.set(site.id, state);
      this.#tell({ siteId: site.id, what: 'site' });
    });
  }

  carrierByBeacon(siteId: string, uuid: string, major: number, minor: number): Carrier | undefined {
    return this.#states.get(siteId)?.byBeacon.get(beaconKey(uuid, major, minor));
  }

  definitions(siteId: string): DefinitionsVersion {
    return this.#state(siteId).definitions.at(-1)!;
  }
  definitionsVersions(siteId: string): DefinitionsVersion[] {
    return [...this.#state(siteId).definitions];
  }
  putDefinitions(siteId: string, definitions: Definitions): Promise<DefinitionsVersion> {
    return this.#serial(async () => {
      const state = this.#state(siteId);
      const version: DefinitionsVersion = {
        version: state.definitions.at(-1)!.version + 1,
        createdMs: this.#clock(),
        definitions,
      };
      const versions = [...state.definitions, version];
      state.timeline = await this.#duck.transaction(async (sql) => {
        await writeDefinitions(sql, siteId, version);
        return this.#writeModel(sql, state, { definitions: versions });
      });
      state.definitions = versions;
      this.#tell({ siteId, what: 'definitions' });
      return version;
    });
  }

  setDwellSeconds(siteId: string, source: string, byZone: Record<string, number[]>): Promise<void> {
    return this.#serial(async () => {
      const state = this.#state(siteId);
      const dwellSeconds = new Map(state.dwellSeconds);
      if (Object.keys(byZone).length) dwellSeconds.set(source, byZone);
      else dwellSeconds.delete(source);
      state.timeline = await this.#duck.transaction(async (sql) => {
        await writeDwellSeconds(sql, siteId, source, byZone);
        return this.#writeModel(sql, state, { dwellSeconds });
      });
      state.dwellSeconds = dwellSeconds;
      this.#tell({ siteId, what: 'campaigns' });
    });
  }

  setSurvey(siteId: string, survey: RadioSurvey | undefined): Promise<void> {
    return this.#serial(async () => {
      const state = this.#state(siteId);
      if (JSON.stringify(state.survey) === JSON.stringify(survey)) return;
      state.timeline = await this.#duck.transaction((sql) => this.#writeModel(sql, state, { survey }));
      state.survey = survey;
      this.#tell({ siteId, what: 'survey' });
    });
  }

  setSparseGateways(siteId: string, gatewayIds: readonly string[]): Promise<void> {
    return this.#serial(async () => {
      const state = this.#state(siteId);
      const { sparseGateways: before } = state;
      if (before.size === gatewayIds.length && gatewayIds.every((id) => before.has(id))) return;
      const sparseGateways = new Set(gatewayIds);
      state.timeline = await this.#duck.transaction((sql) => this.#writeModel(sql, state, { sparseGateways }));
      state.sparseGateways = sparseGateways;
      this.#tell({ siteId, what: 'survey' });
    });
  }

  modelTimeline(siteId: string): SiteModelVersion[] {
    return [...this.#state(siteId).timeline];
  }

  onChange(listener: (change: RegistryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #state(siteId: string): SiteState {
    const state = this.#states.get(siteId);
    if (!state) throw notFound(`site ${siteId}`);
    return state;
  }

  #serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  #tell(change: RegistryChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // The change is written; one deaf listener must not turn it into a failure.
        console.error(`a listener failed on a change of ${change.what} in ${change.siteId}:`, error);
      }
    }
  }

  async #writeModel(sql: WriteSql, state: SiteState, changed: Partial<ModelParts>): Promise<SiteModelVersion[]> {
    const parts = { ...state, ...changed };
    const { id, clock } = parts.site;
    let timeline = withModel(state.timeline, modelOf(parts), this.#siteNowMs(id));
    if (clock === 'wall') timeline = withoutOld(timeline, this.#clock() - this.#modelKeptMs);
    await writeTimeline(sql, id, state.timeline, timeline);
    return timeline;
  }

  #collection<K extends ItemTable, T extends { id: string } & (Items[K] extends Map<string, infer V> ? V : never)>(
    what: K,
    check: (state: Items, items: readonly T[], single: boolean) => void,
    refuseRemoval: (state: Items, id: string) => void,
  ): Collection<T> {
    const itemsOf = (state: SiteState) => state[what] as unknown as Map<string, T>;
    /** With what follows from it: readings of a gateway that hangs elsewhere now are no readings of it. */
    const changeTo = (state: SiteState, next: Map<string, T>): Partial<SiteState> => {
      const change = { [what]: next } as Partial<SiteState>;
      if (!change.gateways || !state.survey) return change;
      const mute = displaced(state.gateways.values(), change.gateways.values());
      return mute.length === 0 ? change : { ...change, survey: { points: without(state.survey.points, mute) } };
    };
    const put = (siteId: string, items: T[], single: boolean) =>
      this.#serial(async () => {
        const state = this.#state(siteId);
        if (items.length === 0) return;
        check(state, items, single);
        const next = new Map(itemsOf(state));
        for (const item of items) next.set(item.id, item);
        if (next.size > MAX_ITEMS) throw badRequest(`a site holds at most ${MAX_ITEMS} ${what}`);
        const written = [...mapOf(items).values()];
        const change = changeTo(state, next);
        state.timeline = await this.#duck.transaction(async (sql) => {
          await writeItems(sql, what, siteId, written);
          return this.#writeModel(sql, state, change);
        });
        Object.assign(state, change);
        this.#tell({ siteId, what });
      });
    return {
      all: (siteId) => byId(itemsOf(this.#state(siteId)).values()),
      get: (siteId, id) => {
        const state = this.#states.get(siteId);
        return state && itemsOf(state).get(id);
      },
      put: (siteId, item) => put(siteId, [item], true),
      putAll: (siteId, items) => put(siteId, items, false),
      remove: (siteId, id) =>
        this.#serial(async () => {
          const state = this.#state(siteId);
          if (!itemsOf(state).has(id)) return false;
          refuseRemoval(state, id);
          const next = new Map(itemsOf(state));
          next.delete(id);
          const change = changeTo(state, next);
          state.timeline = await this.#duck.transaction(async (sql) => {
            await removeItems(sql, what, siteId, [id]);
            return this.#writeModel(sql, state, change);
          });
          Object.assign(state, change);
          this.#tell({ siteId, what });
          return true;
        }),
    };
  }

  #carrierCollection(): Collection<Carrier> {
    const put = (siteId: string, carriers: Carrier[], single: boolean) =>
      this.#serial(async () => {
        const state = this.#state(siteId);
        const written = mapOf(carriers);
        const claimed = new Map<string, string>();
        carriers.forEach((carrier, i) => {
          const key = beaconKey(carrier.uuid, carrier.major, carrier.minor);
          const holder = state.byBeacon.get(key);
          // A holder that this same call moves to another beacon gives its old one up.
          const other =
            claimed.get(key) ?? (holder && (written.get(holder.id) ?? holder) === holder ? holder.id : undefined);
          if (other !== undefined && other !== carrier.id)
            throw conflict(
              `carrier ${other} already has beacon ${carrier.uuid} ${carrier.major}/${carrier.minor}; give each carrier a beacon of its own`,
              single ? 'minor' : `${i}.minor`,
            );
          claimed.set(key, carrier.id);
        });
        const fresh = [...written.keys()].filter((id) => !state.carriers.has(id)).length;
        if (state.carriers.size + fresh > MAX_CARRIERS)
          throw badRequest(`a site holds at most ${MAX_CARRIERS} carriers`);
        await this.#duck.transaction((sql) => writeCarriers(sql, siteId, [...written.values()]));
        for (const id of written.keys()) this.#dropBeacon(state, id);
        for (const carrier of written.values()) {
          state.carriers.set(carrier.id, carrier);
          state.byBeacon.set(beaconKey(carrier.uuid, carrier.major, carrier.minor), carrier);
        }
        this.#tell({ siteId, what: 'carriers' });
      });
    return {
      all: (siteId) => byId(this.#state(siteId).carriers.values()),
      get: (siteId, id) => this.#states.get(siteId)?.carriers.get(id),
      put: (siteId, carrier) => put(siteId, [carrier], true),
      putAll: (siteId, carriers) => put(siteId, carriers, false),
      remove: (siteId, id) =>
        this.#serial(async () => {
          const state = this.#state(siteId);
          if (!state.carriers.has(id)) return false;
          await this.#duck.transaction((sql) => removeItems(sql, 'carriers', siteId, [id]));
          this.#dropBeacon(state, id);
          state.carriers.delete(id);
          this.#tell({ siteId, what: 'carriers' });
          return true;
        }),
    };
  }

  #dropBeacon(state: SiteState, carrierId: string): void {
    const carrier = state.carriers.get(carrierId);
    if (carrier) state.byBeacon.delete(beaconKey(carrier.uuid, carrier.major, carrier.minor));
  }
}

/**
 * `siteNowMs` is the site's clock, undefined while the site has no data yet. `modelKeptMs` is to be longer than the log is
 * kept: a rebuild needs the models of its time.
 */
export async function openRegistry(
  duck: Duck,
  clock: Clock,
  siteNowMs: (siteId: string) => number | undefined,
  modelKeptMs = MODEL_KEPT_MS,
): Promise<Registry> {
  return new MemoryRegistry(duck, clock, siteNowMs, modelKeptMs, await loadSites(duck));
}
