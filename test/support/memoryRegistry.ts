/** A registry in memory alone, for tests of what reads it. */
import { DEFAULT_DEFINITIONS, type Definitions } from '../../server/contract/definitions.ts';
import type { Site, SiteModel, SiteModelVersion } from '../../server/contract/model.ts';
import type { RadioSurvey } from '../../server/contract/survey.ts';
import type { Collection, DefinitionsVersion, Registry, RegistryChange } from '../../server/registry/types.ts';

export interface MemoryRegistryOptions {
  /** The site's clock: when a change takes effect. Default: always 0, so that the latest model holds for all of history. */
  nowMs?: (siteId: string) => number;
}

export function memoryRegistry(options: MemoryRegistryOptions = {}): Registry {
  const nowMs = options.nowMs ?? (() => 0);
  const sites = new Map<string, Site>();
  const versions = new Map<string, DefinitionsVersion[]>();
  const timelines = new Map<string, SiteModelVersion[]>();
  const dwell = new Map<string, Map<string, Record<string, number[]>>>();
  const surveys = new Map<string, RadioSurvey>();
  const sparse = new Map<string, readonly string[]>();
  const listeners = new Set<(change: RegistryChange) => void>();

  const definitionsVersions = (siteId: string): DefinitionsVersion[] => {
    const known = versions.get(siteId);
    if (known) return known;
    const first = [{ version: 1, createdMs: 0, definitions: DEFAULT_DEFINITIONS }];
    versions.set(siteId, first);
    return first;
  };

  function dwellSecondsByZone(siteId: string): Record<string, number[]> {
    const out: Record<string, number[]> = {};
    for (const byZone of dwell.get(siteId)?.values() ?? [])
      for (const [zoneId, seconds] of Object.entries(byZone))
        out[zoneId] = [...new Set([...(out[zoneId] ?? []), ...seconds])].sort((a, b) => a - b);
    return out;
  }

  function changed(siteId: string, what: RegistryChange['what']): void {
    const site = sites.get(siteId);
    if (site && what !== 'carriers' && what !== 'campaigns') {
      const current = definitionsVersions(siteId).at(-1)!;
      const sparseHere = (sparse.get(siteId) ?? []).filter((id) => gateways.get(siteId, id));
      const model: SiteModel = {
        siteId,
        timezone: site.timezone,
        floors: floors.all(siteId),
        zones: zones.all(siteId),
        gateways: gateways.all(siteId),
        definitionsVersion: current.version,
        definitions: current.definitions,
        dwellSecondsByZone: dwellSecondsByZone(siteId),
        ...(surveys.has(siteId) ? { survey: surveys.get(siteId) } : {}),
        ...(sparseHere.length > 0 ? { sparseGateways: sparseHere } : {}),
      };
      const timeline = timelines.get(siteId) ?? [];
      const effectiveFromMs = timeline.length === 0 ? 0 : nowMs(siteId);
      if (timeline.at(-1)?.effectiveFromMs === effectiveFromMs) timeline.pop();
      timeline.push({ effectiveFromMs, model });
      timelines.set(siteId, timeline);
    }
    for (const listener of listeners) listener({ siteId, what });
  }

  function collection<T extends { id: string }>(what: RegistryChange['what']): Collection<T> {
    const bySite = new Map<string, Map<string, T>>();
    const of = (siteId: string): Map<string, T> => {
      const known = bySite.get(siteId) ?? new Map<string, T>();
      bySite.set(siteId, known);
      return known;
    };
    return {
      all: (siteId) => [...of(siteId).values()],
      get: (siteId, id) => of(siteId).get(id),
      async put(siteId, item) {
        of(siteId).set(item.id, item);
        changed(siteId, what);
      },
      async putAll(siteId, items) {
        for (const item of items) of(siteId).set(item.id, item);
        changed(siteId, what);
      },
      async remove(siteId, id) {
        const removed = of(siteId).delete(id);
        if (removed) changed(siteId, what);
        return removed;
      },
    };
  }

  const floors: Registry['floors'] = collection('floors');
  const zones: Registry['zones'] = collection('zones');
  const gateways: Registry['gateways'] = collection('gateways');
  const carriers: Registry['carriers'] = collection('carriers');

  return {
    sites: () => [...sites.values()],
    site: (siteId) => sites.get(siteId),
    async putSite(site) {
      sites.set(site.id, site);
      changed(site.id, 'site');
    },
    floors,
    zones,
    gateways,
    carriers,
    carrierByBeacon: (siteId, uuid, major, minor) =>
      carriers.all(siteId).find((c) => c.uuid === uuid && c.major === major && c.minor === minor),
    definitions: (siteId) => definitionsVersions(siteId).at(-1)!,
    definitionsVersions,
    async putDefinitions(siteId: string, definitions: Definitions) {
      const all = definitionsVersions(siteId);
      const next = { version: all.length + 1, createdMs: nowMs(siteId), definitions };
      versions.set(siteId, [...all, next]);
      changed(siteId, 'definitions');
      return next;
    },
    async setDwellSeconds(siteId, source, byZone) {
      const known = dwell.get(siteId) ?? new Map<string, Record<string, number[]>>();
      known.set(source, byZone);
      dwell.set(siteId, known);
      changed(siteId, 'campaigns');
      changed(siteId, 'zones');
    },
    async setSurvey(siteId, survey) {
      if (survey) surveys.set(siteId, survey);
      else surveys.delete(siteId);
      changed(siteId, 'survey');
    },
    async setSparseGateways(siteId, gatewayIds) {
      const before = sparse.get(siteId) ?? [];
      if ([...before].sort().join() === [...gatewayIds].sort().join()) return;
      sparse.set(siteId, gatewayIds);
      changed(siteId, 'survey');
    },
    modelTimeline: (siteId) => timelines.get(siteId) ?? [],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
