/** Counts of who is present: never an identity. Live counts are shown as they are, without suppression of small ones. Pure. */
import type { LiveGateway, LiveHeat, LiveSnapshot } from '../contract/live.ts';
import type { Floor, Site, Zone } from '../contract/model.ts';
import type { PresentCarrier } from '../engine/types.ts';

const CELL_M = 2;
/** Somebody who was not heard for longer is inside, but nobody knows where. */
const HEAT_FOR_MS = 60_000;

const isPerson = (carrier: PresentCarrier): boolean => carrier.kind !== 'staff' && carrier.kind !== 'cart';

export function historyProgress(site: Site, newestMs: number | null): number | null {
  const { historyFromMs, historyUntilMs } = site;
  if (site.clock !== 'data' || historyFromMs === null || historyUntilMs === null || historyUntilMs <= historyFromMs)
    return null;
  return Math.min(1, Math.max(0, ((newestMs ?? historyFromMs) - historyFromMs) / (historyUntilMs - historyFromMs)));
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
    if (!isPerson(carrier)) continue;
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

/** Cells by their lower left corner in metres. */
export function liveHeatOf(atMs: number, present: readonly PresentCarrier[], floors: readonly Floor[]): LiveHeat {
  const byFloor = new Map(floors.map((floor) => [floor.id, new Map<string, [number, number, number]>()]));
  for (const carrier of present) {
    const { fix } = carrier;
    if (!fix || !isPerson(carrier) || carrier.lastHeardMs < atMs - HEAT_FOR_MS) continue;
    const cells = byFloor.get(fix.floorId);
    if (!cells) continue;
    const xM = Math.floor(fix.xM / CELL_M) * CELL_M;
    const yM = Math.floor(fix.yM / CELL_M) * CELL_M;
    const cell = cells.get(`${xM} ${yM}`);
    if (cell) cell[2]++;
    else cells.set(`${xM} ${yM}`, [xM, yM, 1]);
  }
  return {
    atMs,
    floors: [...byFloor].map(([floorId, cells]) => ({ floorId, cellM: CELL_M, cells: [...cells.values()] })),
  };
}
