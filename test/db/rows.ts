/** Rows as the engine would emit them, short to write. Times are ms. */
import type { CarrierKind, Gateway, Zone } from '../../server/contract/model.ts';
import type { SiteCommit } from '../../server/db/timeSeries.ts';
import type { EngineRows } from '../../server/engine/types.ts';
import type { Registry } from '../../server/registry/types.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

type Visit = EngineRows['visits'][number];
type Stay = EngineRows['stays'][number];

export const visit = (
  carrierId: string,
  startMs: number,
  lengthMs: number,
  more: Partial<Visit> & { kind?: CarrierKind } = {},
): Visit => ({
  carrierId,
  kind: 'tag',
  startMs,
  endMs: startMs + lengthMs,
  entranceZoneId: null,
  emittedAtMs: startMs + lengthMs + 15 * MINUTE,
  ...more,
});

export const stay = (
  carrierId: string,
  zoneId: string,
  startMs: number,
  lengthMs: number,
  more: Partial<Stay> = {},
): Stay => ({
  carrierId,
  kind: 'tag',
  zoneId,
  floorId: 'f1',
  startMs,
  endMs: startMs + lengthMs,
  visitStartMs: startMs,
  emittedAtMs: startMs + lengthMs + 20 * SECOND,
  ...more,
});

export const noRows = (): EngineRows => ({ visits: [], stays: [], heat: [], occupancy: [], coverage: [] });

/** Every minute of [fromMs, toMs) reported by a gateway. */
export function covered(gatewayId: string, fromMs: number, toMs: number): EngineRows['coverage'] {
  const rows: EngineRows['coverage'] = [];
  for (let minute = Math.ceil(fromMs / MINUTE) * MINUTE; minute < toMs; minute += MINUTE)
    rows.push({ gatewayId, minuteStartMs: minute, emittedAtMs: minute + MINUTE });
  return rows;
}

export const commitOf = (siteId: string, watermarkMs: number, rows: Partial<EngineRows>): SiteCommit => ({
  siteId,
  rewoundToMs: null,
  rows: { ...noRows(), ...rows },
  open: undefined,
  watermarkMs,
  dirtyFromMs: null,
  checkpoint: '',
  committedMs: watermarkMs,
});

export const zoneNamed = (id: string, more: Partial<Zone> = {}): Zone => ({
  id,
  floorId: 'f1',
  name: id,
  kind: 'shop',
  shape: { type: 'circle', xM: 0, yM: 0, radiusM: 5 },
  tenantId: null,
  minStaySeconds: null,
  ...more,
});

export const gatewayNamed = (id: string, more: Partial<Gateway> = {}): Gateway => ({
  id,
  floorId: 'f1',
  xM: 0,
  yM: 0,
  zM: 2.5,
  enabled: true,
  ...more,
});

export async function addSite(
  registry: Registry,
  siteId: string,
  timezone: string,
  zones: Zone[],
  gateways: Gateway[],
) {
  await registry.putSite({
    id: siteId,
    name: siteId,
    timezone,
    currency: 'EUR',
    clock: 'wall',
    uuids: [],
    countUnknowns: false,
    historyFromMs: null,
    historyUntilMs: null,
  });
  const floors = [...new Set([...zones, ...gateways].map((item) => item.floorId))];
  await registry.floors.putAll(
    siteId,
    floors.map((id, level) => ({
      id,
      name: id,
      level,
      widthM: 100,
      heightM: 60,
      outline: null,
      walls: [],
      image: null,
    })),
  );
  await registry.zones.putAll(siteId, zones);
  await registry.gateways.putAll(siteId, gateways);
}
