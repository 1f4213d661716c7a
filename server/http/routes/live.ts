/** What is now, for pages that open and for clients without a socket. */
import { type LiveSnapshot, liveSnapshot } from '../../contract/live.ts';
import { installerSnapshot, tenantSnapshot } from '../../live/views.ts';
import { siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import type { Services } from '../services.ts';

export function liveRoutes({ registry, pipeline }: Services): Route[] {
  /** Before the first snapshot nothing is measured, which differs from nobody being there. */
  const nothingYet = (siteId: string): LiveSnapshot => ({
    atMs: pipeline.nowMs(siteId),
    occupancy: null,
    zones: registry.zones.all(siteId).map((zone) => ({ zoneId: zone.id, occupancy: null })),
    gateways: registry.gateways.all(siteId).map((gateway) => ({
      id: gateway.id,
      online: false,
      lastSeenMs: null,
      advertsPerSecond: null,
      clockOffsetMs: null,
      outboxBatches: null,
      droppedBatches: null,
      version: null,
      finding: 'never heard',
    })),
    historyProgress: null,
  });

  return [
    route({
      method: 'get',
      path: '/sites/:site/live',
      summary: 'Occupancy by zone and the state of gateways, now; each role gets its part',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params: siteParams,
      response: liveSnapshot,
      handler({ siteId, role, tenantId }) {
        const snapshot = pipeline.snapshot(siteId) ?? nothingYet(siteId);
        if (tenantId !== null) return tenantSnapshot(snapshot, registry.zones.all(siteId), tenantId);
        return role === 'installer' ? installerSnapshot(snapshot) : snapshot;
      },
    }),
  ];
}
