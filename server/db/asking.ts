/** The questions, over any SQL that has the tables: each in one snapshot. */
import { DAY_MS } from '../metrics/localTime.ts';
import type { Registry } from '../registry/types.ts';
import type { ReadSql } from './duckdb.ts';
import { affinity } from './questions/affinity.ts';
import { changelog } from './questions/changelog.ts';
import { type SiteContext, siteContext } from './questions/context.ts';
import { flows } from './questions/flows.ts';
import { heatmap } from './questions/heatmap.ts';
import { peakHours } from './questions/peakHours.ts';
import { people } from './questions/people.ts';
import { returning } from './questions/returning.ts';
import { series } from './questions/series.ts';
import { Remembered } from './remembered.ts';
import { LENGTH_MS } from './sqlText.ts';
import { seriesTable, type TableName } from './tables.ts';
import type { CarrierQuery, CarrierRow, LastCommit, Questions } from './timeSeries.ts';

export type Snapshot = <T>(work: (sql: ReadSql, version?: number) => Promise<T>) => Promise<T>;

/** A question reads one committed state throughout: rows, what is open and rollups belong together. */
export function questionsOver(snapshot: Snapshot, registry: Registry): Questions {
  const remembered = new Remembered();
  const asking =
    <Query extends { siteId: string; definitionsVersion?: number }, Answer>(
      question: (context: SiteContext, query: Query) => Promise<Answer>,
    ) =>
    (query: Query): Promise<Answer> =>
      snapshot(async (sql, version) => {
        const shared = remembered.over(sql, version);
        const context = await siteContext(shared, registry, query.siteId, query.definitionsVersion);
        return question({ ...context, fresh: sql, askedFirst: remembered.askedFirst }, query);
      });
  return {
    series: asking(series),
    peakHours: asking(peakHours),
    heatmap: asking(heatmap),
    affinity: asking(affinity),
    flows: asking(flows),
    returning: asking(returning),
    people: asking(people),
    changelog: asking(changelog),
  };
}

/** As the pipeline's start needs it. */
export async function lastCommitOf(sql: ReadSql, siteId: string): Promise<LastCommit | undefined> {
  const row = await sql.get<{ watermark_ms: number; dirty_from_ms: number | null; checkpoint: string }>(
    'select watermark_ms, dirty_from_ms, checkpoint from site_state where site_id = $1',
    [siteId],
  );
  if (!row) return undefined;
  const awaited = await sql.all<{ gateway_id: string; from_ms: number }>(
    'select gateway_id, from_ms from gateways_awaited where site_id = $1 order by from_ms, gateway_id',
    [siteId],
  );
  return {
    watermarkMs: row.watermark_ms,
    dirtyFromMs: row.dirty_from_ms,
    checkpoint: row.checkpoint,
    awaited: awaited.map(({ gateway_id: gatewayId, from_ms: fromMs }) => ({ gatewayId, fromMs })),
  };
}

/** Of one table, by what it holds. */
export async function boundsIn(
  sql: ReadSql,
  name: TableName,
  siteId: string,
  where = 'true',
): Promise<{ fromMs: number; toMs: number } | null> {
  const { time } = seriesTable(name);
  const column = time?.column ?? '0';
  const row = await sql.get<{ n: number; first: number | null; last: number | null }>(
    `select count(*) as n, min(${column}) as first, max(${column}) as last from ${name} where site_id = $1 and ${where}`,
    [siteId],
  );
  if (!row || row.n === 0 || row.first === null || row.last === null) return null;
  const unitMs = time?.unit === 'days' ? DAY_MS : 1;
  return { fromMs: row.first * unitMs, toMs: (row.last + 1) * unitMs };
}

/** `sources` are visits or stays and their open ones, or the open ones alone. */
export const carrierRowsIn = (
  sql: ReadSql,
  { table, siteId, carrierId, fromMs, toMs, leastMs = 0, limit }: CarrierQuery,
  sources: readonly ('closed' | 'open')[],
): Promise<CarrierRow[]> => {
  const zone = table === 'stays' ? 'zone_id' : "''";
  const rowsOf = (source: 'closed' | 'open') =>
    `select ${zone} as zone_id, start_ms, end_ms, ${source === 'open'} as is_open
     from ${source === 'open' ? `open_${table}` : table}
     where site_id = $1 and carrier_id = $2 and end_ms >= $3 and start_ms <= $4 and ${LENGTH_MS} >= $5`;
  return sql.all<CarrierRow>(
    `select zone_id as "zoneId", start_ms as "startMs", end_ms as "endMs", is_open as "isOpen"
     from (${sources.map(rowsOf).join(' union all ')}) order by start_ms desc, zone_id, is_open limit ${Math.trunc(limit)}`,
    [siteId, carrierId, fromMs, toMs, leastMs],
  );
};
