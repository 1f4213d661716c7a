/** The gateways' quarter hours in the database: a week of them. */
import { HISTORY_DAYS } from '../contract/gatewayHealth.ts';
import type { Duck } from '../db/duckdb.ts';
import type { Quarter } from './gatewayQuarters.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Of the same hour: fewer are no usual. */
const ENOUGH_DAYS = 3;

interface Row {
  gateway_id: string;
  start_ms: number;
  minutes: number;
  statuses: number;
  adverts: number;
  weakest_count: number;
  weakest: number;
  heard_share: number | null;
  hearing_db: number | null;
  outbox_batches: number | null;
  temperature_c: number | null;
}

const quarterOf = (row: Row): Quarter => ({
  startMs: row.start_ms,
  minutes: row.minutes,
  statuses: row.statuses,
  adverts: row.adverts,
  weakestCount: row.weakest_count,
  weakest: row.weakest,
  heardShare: row.heard_share,
  hearingDb: row.hearing_db,
  outboxBatches: row.outbox_batches,
  temperatureC: row.temperature_c,
});

export async function saveQuarters(duck: Duck, siteId: string, quarters: readonly [string, Quarter][]): Promise<void> {
  if (quarters.length === 0) return;
  const rows = quarters.map(
    ([gatewayId, quarter]): Row => ({
      gateway_id: gatewayId,
      start_ms: quarter.startMs,
      minutes: quarter.minutes,
      statuses: quarter.statuses,
      adverts: quarter.adverts,
      weakest_count: quarter.weakestCount,
      weakest: quarter.weakest,
      heard_share: quarter.heardShare,
      hearing_db: quarter.hearingDb,
      outbox_batches: quarter.outboxBatches,
      temperature_c: quarter.temperatureC,
    }),
  );
  // What came late for a quarter hour that is no longer in memory adds its minutes.
  await duck.run(
    `insert into gateway_quarters
     select $1, gateway_id, start_ms, minutes, statuses, adverts, weakest_count, weakest, heard_share, hearing_db,
       outbox_batches, temperature_c
     from (select unnest(from_json($2, '[{"gateway_id":"VARCHAR","start_ms":"BIGINT","minutes":"INTEGER",
       "statuses":"INTEGER","adverts":"DOUBLE","weakest_count":"INTEGER","weakest":"DOUBLE","heard_share":"DOUBLE",
       "hearing_db":"DOUBLE","outbox_batches":"DOUBLE","temperature_c":"DOUBLE"}]'), recursive := true))
     on conflict (site_id, gateway_id, start_ms) do update set
       minutes = gateway_quarters.minutes | excluded.minutes,
       statuses = greatest(gateway_quarters.statuses, excluded.statuses),
       adverts = case when excluded.statuses >= gateway_quarters.statuses then excluded.adverts else gateway_quarters.adverts end,
       weakest = case when excluded.weakest_count >= gateway_quarters.weakest_count then excluded.weakest else gateway_quarters.weakest end,
       weakest_count = greatest(gateway_quarters.weakest_count, excluded.weakest_count),
       heard_share = coalesce(excluded.heard_share, gateway_quarters.heard_share),
       hearing_db = coalesce(excluded.hearing_db, gateway_quarters.hearing_db),
       outbox_batches = coalesce(excluded.outbox_batches, gateway_quarters.outbox_batches),
       temperature_c = coalesce(excluded.temperature_c, gateway_quarters.temperature_c)`,
    [siteId, JSON.stringify(rows)],
  );
}

export async function loadQuarters(duck: Duck, siteId: string, sinceMs: number): Promise<[string, Quarter][]> {
  const rows = await duck.all<Row>('select * from gateway_quarters where site_id = $1 and start_ms >= $2', [
    siteId,
    sinceMs,
  ]);
  return rows.map((row) => [row.gateway_id, quarterOf(row)]);
}

export async function quartersOf(duck: Duck, siteId: string, gatewayId: string, sinceMs: number): Promise<Quarter[]> {
  const rows = await duck.all<Row>(
    'select * from gateway_quarters where site_id = $1 and gateway_id = $2 and start_ms >= $3 order by start_ms',
    [siteId, gatewayId, sinceMs],
  );
  return rows.map(quarterOf);
}

export interface UsualAir {
  advertsPerSecond: number | null;
  weakestDbm: number | null;
}

/** At this hour of the days before, of each gateway. */
export async function usualAir(duck: Duck, siteId: string, nowMs: number): Promise<Map<string, UsualAir>> {
  const rows = await duck.all<{ gateway_id: string; adverts: number | null; weakest: number | null }>(
    `select gateway_id,
       case when count(distinct start_ms // ${DAY_MS}) filter (statuses > 0) >= ${ENOUGH_DAYS}
         then median(adverts / statuses) filter (statuses > 0) end as adverts,
       case when count(distinct start_ms // ${DAY_MS}) filter (weakest_count > 0) >= ${ENOUGH_DAYS}
         then median(weakest / weakest_count) filter (weakest_count > 0) end as weakest
     from gateway_quarters
     where site_id = $1 and start_ms < $2 - ${DAY_MS / 2} and start_ms >= $2 - ${HISTORY_DAYS * DAY_MS}
       and least(($2 - start_ms) % ${DAY_MS}, ${DAY_MS} - ($2 - start_ms) % ${DAY_MS}) <= ${HOUR_MS}
     group by gateway_id`,
    [siteId, Math.floor(nowMs)],
  );
  return new Map(
    rows.map(({ gateway_id, adverts, weakest }) => [gateway_id, { advertsPerSecond: adverts, weakestDbm: weakest }]),
  );
}

/** Those of gateways that are no more go with their week. */
export async function expireQuarters(duck: Duck, siteId: string, nowMs: number): Promise<void> {
  await duck.run('delete from gateway_quarters where site_id = $1 and start_ms < $2', [
    siteId,
    Math.floor(nowMs - HISTORY_DAYS * DAY_MS),
  ]);
}
