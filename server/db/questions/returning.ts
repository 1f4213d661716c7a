/** What share of the visitors who can be known again had been here before? */
import { checkPeriod, DAY_MS, stretches } from '../../metrics/localTime.ts';
import { returningFigures } from '../../metrics/returning.ts';
import { LENGTH_MS, sqlNumber } from '../sqlText.ts';
import type { PeriodQuery, Returning } from '../timeSeries.ts';
import { minLengthMs, type SiteContext, zoneOf } from './context.ts';
import { coverageOfPeriod } from './coverage.ts';

/** Local day of `start_ms`: the few changes of the clocks by name, for a join by time would sort all rows. */
function dayExpression(timezone: string, fromMs: number, toMs: number): string {
  const offset = stretches(timezone, fromMs, toMs).reduceRight(
    (later, part) =>
      later === ''
        ? sqlNumber(part.offsetMs)
        : `case when start_ms < ${sqlNumber(part.toMs)} then ${sqlNumber(part.offsetMs)} else ${later} end`,
    '',
  );
  return `cast((start_ms + ${offset}) // ${DAY_MS} as integer)`;
}

export async function returning(context: SiteContext, query: PeriodQuery): Promise<Returning> {
  checkPeriod(query.fromMs, query.toMs);
  const zone = zoneOf(context, query.zoneId);
  const windowDays = context.definitions.returnWindowDays;
  // A day more than the window: its first day counts whole.
  const sinceMs = query.fromMs - (windowDays + 2) * DAY_MS;
  const day = dayExpression(context.timezone, sinceMs, query.toMs);
  const rowsOf = (table: string) =>
    `select carrier_id, ${day} as day, start_ms >= $3 as within from ${table}
     where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind in ('shopper', 'tag')
       and start_ms >= ${sqlNumber(sinceMs)} and start_ms < $4
       and ${LENGTH_MS} >= ${sqlNumber(minLengthMs(context, zone))}`;
  const source = zone ? 'stays' : 'visits';
  // The first of a carrier's visits on a day is next to its day before; on the period's first day one of the period is first.
  const row = await context.sql.get<{ identified: number; returning: number }>(
    `with visit as (
       select carrier_id, within, day - lag(day) over (partition by carrier_id order by day, within desc) as days_since
       from (${rowsOf(source)} union all ${rowsOf(`open_${source}`)})),
     carrier as (
       select bool_or(within and days_since between 1 and ${windowDays}) as returned
       from visit group by carrier_id having bool_or(within))
     select count(*) as identified, count(*) filter (where returned) as returning from carrier`,
    [context.siteId, zone?.id ?? '', query.fromMs, query.toMs],
  );
  const coverage = await coverageOfPeriod(context, query.fromMs, query.toMs, zone?.floorId);
  return {
    ...returningFigures(row?.identified ?? 0, row?.returning ?? 0, coverage, context.definitions.kAnonymity),
    windowDays,
    coverage,
  };
}
