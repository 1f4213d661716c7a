/** Counts of who is present: never an identity. Counts of zones are shown as they are, heat only where k stand behind it. Pure. */
import type { LiveGateway, LiveHeat, LiveSnapshot } from '../contract/live.ts';
import type { CarrierKind, Floor, Site, Zone } from '../contract/model.ts';
import type { PresentCarrier } from '../engine/types.ts';
import { liveHeatCells } from '../metrics/liveHeat.ts';

/** Somebody who was not heard for longer is inside, but nobody knows where. */
const HEAT_FOR_MS = 60_000;

/** Gateways have nothing to say of a quiet end. */
const ENDED_MS = 60_000;

const isPerson = (kind: CarrierKind): boolean => kind !== 'staff' && kind !== 'cart';

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
  present: readonly PresentCarrier[],
  zones: readonly Zone[],
  gateways: LiveGateway[],
  newestMs: number | null,
): LiveSnapshot {
  const byZone = new Map(zones.map((zone) => [zone.id, 0]));
  let occupancy = 0;
  for (const carrier of present) {
    if (!isPerson(carrier.kind)) continue;
    occupancy++;
    for (const zoneId of carrier.zoneIds) {
      const known = byZone.get(zoneId);
      if (known !== undefined) byZone.set(zoneId, known + 1);
    }
  }
  return {
    atMs,
    occupancy,
    zones: [...byZone].map(([zoneId, count]) => ({ zoneId, occupancy: count })),
    gateways,
    historyProgress: historyProgress(site, newestMs),
  };
}

/** Counts blurred until `k` people stand behind each. */
export function liveHeatOf(
  atMs: number,
  present: readonly PresentCarrier[],
  floors: readonly Floor[],
  k: number,
): LiveHeat {
  const byFloor = new Map(floors.map((floor): [string, [number, number][]] => [floor.id, []]));
  for (const { fix, lastHeardMs, kind } of present)
    if (fix && isPerson(kind) && lastHeardMs >= atMs - HEAT_FOR_MS) byFloor.get(fix.floorId)?.push([fix.xM, fix.yM]);
  return {
    atMs,
    floors: floors.map(({ id: floorId, widthM, heightM }) => ({
      floorId,
      ...liveHeatCells(byFloor.get(floorId)!, widthM, heightM, k),
    })),
  };
}
