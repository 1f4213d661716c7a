/** The part of the gateways' health that outlives a restart. */
import type { Duck } from '../db/duckdb.ts';
import type { GatewayHealth, PersistedGateway } from './gatewayHealth.ts';

interface StateRow {
  gateway_id: string;
  clock_offset_ms: number | null;
  last_seen_ms: number | null;
  version: string | null;
  dropped_batches: number | null;
  json: string | null;
}

type More = Pick<PersistedGateway, 'lostBatches' | 'lastCarrierMs' | 'droppedAtMs'>;

export async function loadGatewayStates(duck: Duck, siteId: string): Promise<Map<string, PersistedGateway>> {
  const rows = await duck.all<StateRow>(
    'select gateway_id, clock_offset_ms, last_seen_ms, version, dropped_batches, json from gateway_state where site_id = $1',
    [siteId],
  );
  return new Map(
    rows.map((row) => [
      row.gateway_id,
      {
        clockOffsetMs: row.clock_offset_ms,
        lastSeenMs: row.last_seen_ms,
        version: row.version,
        droppedBatches: row.dropped_batches,
        ...(row.json === null ? {} : (JSON.parse(row.json) as More)),
      },
    ]),
  );
}

export async function saveGatewayStates(duck: Duck, siteId: string, health: GatewayHealth): Promise<void> {
  const changed = [...health.changed()];
  if (changed.length === 0) return;
  for (const [, record] of changed) record.changed = false;
  const rows = changed.map(([gatewayId, { clock, lastSeenMs, version, droppedBatches, ...record }]) => ({
    gateway_id: gatewayId,
    clock_offset_ms: clock.measuredMs ?? null,
    last_seen_ms: lastSeenMs,
    version,
    dropped_batches: droppedBatches,
    json: JSON.stringify({
      lostBatches: record.lostBatches,
      lastCarrierMs: record.lastCarrierMs,
      droppedAtMs: record.droppedAtMs,
    } satisfies More),
  }));
  // One statement for all: one for each gateway held the writer for a second.
  await duck.run(
    `insert into gateway_state (site_id, gateway_id, clock_offset_ms, last_seen_ms, version, dropped_batches, json)
     select $1, gateway_id, clock_offset_ms, last_seen_ms, version, dropped_batches, json
     from (select unnest(from_json($2, '[{"gateway_id":"VARCHAR","clock_offset_ms":"DOUBLE","last_seen_ms":"DOUBLE",
       "version":"VARCHAR","dropped_batches":"DOUBLE","json":"VARCHAR"}]'), recursive := true))
     on conflict (site_id, gateway_id) do update set clock_offset_ms = excluded.clock_offset_ms,
       last_seen_ms = excluded.last_seen_ms, version = excluded.version, dropped_batches = excluded.dropped_batches,
       json = excluded.json`,
    [siteId, JSON.stringify(rows)],
  );
}
