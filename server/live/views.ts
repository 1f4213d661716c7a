/** What each audience sees of a live snapshot. Pure. */
import type { LiveHeat, LiveSnapshot } from '../contract/live.ts';
import type { Point, Zone } from '../contract/model.ts';
import { pointInShape } from '../floor/geometry.ts';

/** An installer looks after gateways; how many people are where is not theirs. */
export const installerSnapshot = (snapshot: LiveSnapshot): LiveSnapshot => ({
  ...snapshot,
  occupancy: null,
  zones: [],
});

/** A retailer sees their own zones, not the mall's total, and no other tenant's. */
export function tenantSnapshot(snapshot: LiveSnapshot, zones: readonly Zone[], tenantId: string): LiveSnapshot {
  const own = new Set(zones.filter((zone) => zone.tenantId === tenantId).map((zone) => zone.id));
  return {
    atMs: snapshot.atMs,
    occupancy: null,
    zones: snapshot.zones.filter((zone) => own.has(zone.zoneId)),
    gateways: [],
    historyProgress: snapshot.historyProgress,
  };
}

/** Cells whose middle lies in a zone of the tenant and in none of another tenant. */
export function tenantHeat(heat: LiveHeat, zones: readonly Zone[], tenantId: string): LiveHeat {
  return {
    atMs: heat.atMs,
    floors: heat.floors.flatMap((floor) => {
      const here = zones.filter((zone) => zone.floorId === floor.floorId && zone.tenantId !== null);
      const own = here.filter((zone) => zone.tenantId === tenantId);
      if (own.length === 0) return [];
      const others = here.filter((zone) => zone.tenantId !== tenantId);
      const inAny = (some: readonly Zone[], at: Point) => some.some((zone) => pointInShape(zone.shape, ...at));
      const cells = floor.cells.filter(([xM, yM]) => {
        const middle: Point = [xM + floor.cellM / 2, yM + floor.cellM / 2];
        return inAny(own, middle) && !inAny(others, middle);
      });
      return [{ ...floor, cells }];
    }),
  };
}
