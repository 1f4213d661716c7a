/** Visits, or stays in a zone, that started in each interval, by their length against the threshold. */
import type { Zone } from '../../contract/model.ts';
import { type LengthCounts, NO_COUNTS } from '../../metrics/footfall.ts';
import { bounceMs } from '../../metrics/thresholds.ts';
import type { Range } from '../coverageRows.ts';
import { edgesRelation, inRange } from '../sqlText.ts';
import { lengthCountsSql, minLengthSql } from '../visitRows.ts';
import { type SiteContext, splitPeriod } from './context.ts';
import { quarterEdges } from './coverage.ts';

const SUMS = ['counted', 'surely', 'possibly', 'below', 'bounced', 'dwell_ms'] as const;
export type CountsRow = Record<(typeof SUMS)[number], number>;

/** A relation (bucket_ms, counted, surely, …) by quarter hour. Parameters: $1 the site, $2 the zone or ''. */
export function lengthCountsRelation(
  context: SiteContext,
  fromMs: number,
  toMs: number,
  zone: Zone | undefined,
): string {
  const { rollup, rows } = splitPeriod(context.trustedMs, fromMs, toMs);
  const source = zone ? 'stays' : 'visits';
  // A range each: under an `or` of ranges no row group would be left out.
  const from = (table: string, range: Range) =>
    lengthCountsSql({
      table,
      zone: "''",
      where: `${zone ? 'zone_id = $2' : "$2 = ''"} and ${inRange('start_ms', range)}`,
      minLength: minLengthSql(context, source, zone),
      bounceMs: bounceMs(context.definitions),
    });
  const columns = `bucket_ms, ${SUMS.join(', ')}`;
  const parts = [...rows.map((range) => from(source, range)), from(`open_${source}`, [fromMs, toMs])].map(
    (part) => `select ${columns} from (${part})`,
  );
  if (rollup)
    parts.push(
      `select ${columns} from visit_quarters
       where site_id = $1 and zone_id = $2 and ${inRange('bucket_ms', rollup)}`,
    );
  return `(${parts.join(' union all ')})`;
}

export const sumsOf = (q: string): string => SUMS.map((name) => `sum(${q}.${name}) as ${name}`).join(', ');

export const countsOf = (row: CountsRow): LengthCounts => ({
  counted: row.counted,
  surely: row.surely,
  possibly: row.possibly,
  below: row.below,
  bounced: row.bounced,
  dwellMs: row.dwell_ms,
});

export async function lengthCountsByInterval(
  context: SiteContext,
  edges: readonly number[],
  zone: Zone | undefined,
): Promise<LengthCounts[]> {
  const relation = lengthCountsRelation(context, edges[0]!, edges.at(-1)!, zone);
  const rows = await context.sql.all<CountsRow & { i: number }>(
    `select e.i, ${sumsOf('q')}
     from ${relation} q asof join ${edgesRelation(quarterEdges(edges))} e on q.bucket_ms >= e.from_ms group by e.i`,
    [context.siteId, zone?.id ?? ''],
  );
  const out = Array.from({ length: edges.length - 1 }, () => NO_COUNTS);
  for (const row of rows) out[row.i] = countsOf(row);
  return out;
}
