/** What share of the visitors who can be known again had been here before? */
import { checkPeriod, DAY_MS, dayEdges, localDay } from '../../metrics/localTime.ts';
import { returningFigures } from '../../metrics/returning.ts';
import { LENGTH_MS, sqlList, sqlNumber } from '../sqlText.ts';
import type { PeriodQuery, Returning } from '../timeSeries.ts';
import { minLengthMs, type SiteContext, zoneOf } from './context.ts';
import { coverageOfPeriod } from './coverage.ts';

export async function returning(context: SiteContext, query: PeriodQuery): Promise<Returning> {
  checkPeriod(query.fromMs, query.toMs);
  const zone = zoneOf(context, query.zoneId);
  const windowDays = context.definitions.returnWindowDays;
  // A day more than the window: its first day counts whole.
  const sinceMs = query.fromMs - (windowDays + 2) * DAY_MS;
  const edges = dayEdges(context.timezone, sinceMs, query.toMs).slice(0, -1);
  const days = edges.map((edge) => localDay(context.timezone, edge));
  const rowsOf = (table: string) =>
    `select carrier_id, start_ms from ${table}
     where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind in ('shopper', 'tag')
       and start_ms >= ${sqlNumber(sinceMs)} and start_ms < $4
       and ${LENGTH_MS} >= ${sqlNumber(minLengthMs(context, zone))}`;
  const source = zone ? 'stays' : 'visits';
  const row = await context.sql.get<{ identified: number; returning: number }>(
    `with present as (
       select v.carrier_id, d.day, max(v.start_ms) as last_ms
       from (${rowsOf(source)} union all ${rowsOf(`open_${source}`)}) v
         asof join (select unnest(${sqlList(edges)}) as from_ms, unnest(${sqlList(days)}) as day) d
         on v.start_ms >= d.from_ms
       group by v.carrier_id, d.day),
     sequence as (
       select carrier_id, day, last_ms, lag(day) over (partition by carrier_id order by day) as before from present)
     select count(distinct carrier_id) as identified,
       count(distinct carrier_id) filter (where day - before <= ${windowDays}) as returning
     from sequence where last_ms >= $3`,
    [context.siteId, zone?.id ?? '', query.fromMs, query.toMs],
  );
  const coverage = await coverageOfPeriod(context, query.fromMs, query.toMs, zone?.floorId);
  return {
    ...returningFigures(row?.identified ?? 0, row?.returning ?? 0, coverage, context.definitions.kAnonymity),
    windowDays,
    coverage,
  };
}
