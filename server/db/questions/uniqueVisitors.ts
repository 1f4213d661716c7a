/** How many distinct carriers were visiting in each interval? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { NOBODY, type UniqueCounts, uniqueCounts, uniqueFigures } from '../../metrics/uniqueVisitors.ts';
import { LENGTH_MS, sqlList, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import { darkOf, darkSql } from './dark.ts';
import { excessSql, LAG_SQL, lightByInterval, millionthsSql } from './doubts.ts';
import { type Frame, fill, LATEST_MS, NOTHING } from './frame.ts';
import { restOf } from './newRows.ts';

/** Where rows have expired the carriers are gone, and with them the answer. */
export async function uniqueVisitors(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const { edges, zone } = frame;
  const few = await restOf(context, zone, edges[0]!, []);
  if (few) {
    const rows = [...few.closed, ...few.open];
    const windows = await darkOf(context, frame);
    const light = await lightByInterval(context, frame);
    return fill(frame, NOTHING, (i) =>
      uniqueFigures(uniqueCounts(rows, edges[i]!, edges[i + 1]!, minLengthMs(context, zone), windows), light[i]!),
    );
  }
  const minMs = sqlNumber(minLengthMs(context, zone));
  const rowsOf = (table: string) =>
    `select carrier_id, start_ms, end_ms, greatest(end_ms, start_ms + 1) as until_ms, ${LENGTH_MS} as length_ms, ${LAG_SQL} as lag, gateways
     from ${table} where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and start_ms < ${sqlNumber(edges.at(-1)! + LATEST_MS)} and end_ms >= ${sqlNumber(Math.max(0, edges[0]! - LATEST_MS))}`;
  const source = zone ? 'stays' : 'visits';
  const dark = darkSql(await darkOf(context, frame));
  const rows = await context.sql.all<{ i: number } & UniqueCounts>(
    `with ${dark.relation}v as (select r.*, ${dark.reachBefore} as reach_before, ${dark.reachAfter} as reach_after
       from (${rowsOf(source)} union all ${rowsOf(`open_${source}`)}) r ${dark.joins}),
     e as (select unnest(range(${edges.length - 1})) as i, unnest(${sqlList(edges.slice(0, -1))}) as from_ms,
       unnest(${sqlList(edges.slice(1))}) as to_ms),
     p as (
       select e.i, v.carrier_id, v.gateways, start_ms < to_ms and until_ms > from_ms and length_ms >= ${minMs} as counts,
         case when start_ms >= to_ms then 1 - (start_ms - to_ms) / reach_before
           when until_ms <= from_ms then 1 - (from_ms - until_ms) / reach_after else 1.0 end as within,
         ${excessSql(`(${minMs} - length_ms)`, 'reach_before', 'reach_after')} as long_enough
       from v join e on v.start_ms - v.reach_before < e.to_ms and v.until_ms + v.reach_after > e.from_ms),
     c as (select i, carrier_id, bool_or(counts) as counts, max(within * long_enough) as chance, max(gateways) as gateways
       from p where within > 0 group by i, carrier_id)
     select i, count(*) filter (where counts) as "distinct",
       coalesce(sum(${millionthsSql('1 - chance')}) filter (where counts), 0) as "falseM",
       coalesce(sum(${millionthsSql('(1 - chance) * (1 - chance)')}) filter (where counts), 0) as "falseSquareM",
       coalesce(sum(${millionthsSql('chance')}) filter (where not counts), 0) as "missingM",
       coalesce(sum(${millionthsSql('chance * chance')}) filter (where not counts), 0) as "missingSquareM",
       count(*) filter (where counts and gateways <= 1) as "seenByOne",
       count(*) filter (where counts and gateways = 2) as "seenByTwo",
       count(*) filter (where counts and gateways > 2) as "seenByMore"
     from c group by i`,
    [context.siteId, zone?.id ?? ''],
  );
  const counts = new Map(rows.map((row) => [row.i, row]));
  const light = await lightByInterval(context, frame);
  return fill(frame, NOTHING, (i) =>
    edges[i]! < context.rowsFromMs ? NOTHING : uniqueFigures(counts.get(i) ?? NOBODY, light[i]!),
  );
}
