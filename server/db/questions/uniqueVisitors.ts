/** How many distinct carriers were visiting in each interval? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { uniqueFigures } from '../../metrics/uniqueVisitors.ts';
import { LENGTH_MS, sqlList, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import { type Frame, fill, NOTHING } from './frame.ts';

/** Where rows have expired the carriers are gone, and with them the answer. */
export async function uniqueVisitors(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const { edges, zone } = frame;
  const minMs = minLengthMs(context, zone);
  const rowsOf = (table: string) =>
    `select carrier_id, start_ms, greatest(end_ms, start_ms + 1) as until_ms, ${LENGTH_MS} as length_ms
     from ${table} where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and start_ms < ${sqlNumber(edges.at(-1)!)} and end_ms >= ${sqlNumber(edges[0]!)}
       and ${LENGTH_MS} >= ${sqlNumber(minMs - RESOLUTION_MS)}`;
  const source = zone ? 'stays' : 'visits';
  const distinct = (atLeastMs: number) =>
    `count(distinct v.carrier_id) filter (where v.length_ms >= ${sqlNumber(atLeastMs)})`;
  const rows = await context.sql.all<{ i: number; distinct: number; surely: number; possibly: number }>(
    `with v as (${rowsOf(source)} union all ${rowsOf(`open_${source}`)}),
     e as (select unnest(range(${edges.length - 1})) as i, unnest(${sqlList(edges.slice(0, -1))}) as from_ms,
       unnest(${sqlList(edges.slice(1))}) as to_ms)
     select e.i, ${distinct(minMs)} as "distinct", ${distinct(minMs + RESOLUTION_MS)} as surely,
       count(distinct v.carrier_id) as possibly
     from v join e on v.start_ms < e.to_ms and v.until_ms > e.from_ms group by e.i`,
    [context.siteId, zone?.id ?? ''],
  );
  const counts = new Map(rows.map((row) => [row.i, row]));
  return fill(frame, NOTHING, (i, coverage) =>
    edges[i]! < context.rowsFromMs
      ? NOTHING
      : uniqueFigures(counts.get(i) ?? { distinct: 0, surely: 0, possibly: 0 }, coverage),
  );
}
