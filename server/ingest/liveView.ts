/** Counts of who is present: never an identity. Counts of zones are shown as they are, heat only where k stand behind it. Pure. */
import type { LiveGateway, LiveHeat, LiveSnapshot } from '../contract/live.ts';
import type { Floor, Site, Zone } from '../contract/model.ts';
import { liveHeatCells } from '../metrics/liveHeat.ts';
import type { Crowd } from './crowd.ts';

/** Gateways have nothing to say of a quiet end. */
const ENDED_MS = 60_000;

export function historyProgress(site: Site, newestMs: number | null): number | null {
  const { historyFromMs, historyUntilMs } = site;
  if (site.clock !== 'data' || historyFromMs === null || historyUntilMs === null || historyUntilMs <= historyFromMs)
    return null;
  const newest = newestMs ?? historyFromMs;
  // The last second of it may hold nothing.
  if (newest >= historyUntilMs - ENDED_MS) return null;
  return Math.max(0, (newest - historyFromMs) / (historyUntilMs - historyFromMs));
}

export function liveSnapshotOf(
  site: Site,
  atMs: number,
  crowd: Crowd,
  zones: readonly Zone[],
  gateways: LiveGateway[],
  newestMs: number | null,
): LiveSnapshot {
  return {
    atMs,
    occupancy: crowd.occupancy,
    zones: zones.map(({ id }) => ({ zoneId: id, occupancy: crowd.zones.get(id) ?? 0 })),
    gateways,
    historyProgress: historyProgress(site, newestMs),
  };
}

const pairsOf = (places: readonly number[]): [number, number][] =>
  Array.from({ length: places.length / 2 }, (_, i) => [places[2 * i]!, places[2 * i + 1]!]);

/** Counts blurred until `k` people stand behind each. */
export function liveHeatOf(atMs: number, crowd: Crowd, floors: readonly Floor[], k: number): LiveHeat {
  return {
    atMs,
    floors: floors.map(({ id: floorId, widthM, heightM }) => ({
      floorId,
      ...liveHeatCells(pairsOf(crowd.places.get(floorId) ?? []), widthM, heightM, k),
    })),
  };
}
