/** How are people heard at the doors? What server/metrics/doors.ts says, as SQL. */
import {
  addEnds,
  type DoorSums,
  type Doors,
  doorHours,
  doorsOf,
  type EndSums,
  noEnds,
  UNMEASURED_DOORS,
} from '../../metrics/doors.ts';
import { HOUR_MS } from '../../metrics/localTime.ts';
import { RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { inRange } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { LAG_SQL } from './doubts.ts';
import type { Frame } from './frame.ts';

interface HourSums extends EndSums {
  hour: number;
  isLast: boolean;
}

function sumsBetween(rows: readonly HourSums[], fromMs: number, toMs: number, coverage: number): DoorSums {
  const sums = { first: noEnds(), last: noEnds() };
  const hours = doorHours(fromMs, toMs, coverage);
  for (const row of rows)
    if (row.hour * HOUR_MS >= hours.fromMs && row.hour * HOUR_MS < hours.toMs)
      addEnds(row.isLast ? sums.last : sums.first, row);
  return sums;
}

/** Of each interval; of a zone nothing is measured. */
export async function doorsByInterval(context: SiteContext, { edges, zone, points }: Frame): Promise<Doors[]> {
  if (zone) return points.map(() => UNMEASURED_DOORS);
  const period = doorHours(edges[0]!, edges.at(-1)!, 1);
  const endOf = (table: string, end: 'first' | 'last'): string =>
    `select ${end === 'last' ? 'end_ms' : 'start_ms'} // ${HOUR_MS} as hour, ${end === 'last'} as is_last, ${end}_gateways as gateways,
       ${end}_gap_ms as gap, greatest(${end}_lag_ms::double, ${RESOLUTION_MS / 2}) as near, ${LAG_SQL} as lag
     from ${table} where site_id = $1 and kind not in ('staff', 'cart') and ${end}_gateways > 0
       and ${inRange(end === 'last' ? 'end_ms' : 'start_ms', [period.fromMs, period.toMs])}`;
  const rows = await context.sql.all<HourSums>(
    `select hour, is_last as "isLast", count(*) as ends, count(*) filter (where gateways = 1) as "byOne",
       cast(sum(gap * near) as bigint) as "nearMs2", cast(sum(gap * lag) as bigint) as "visitMs2"
     from (${endOf('visits', 'first')} union all ${endOf('visits', 'last')} union all ${endOf('open_visits', 'first')})
     group by hour, is_last order by hour`,
    [context.siteId],
  );
  return points.map(({ coverage }, i) => doorsOf(sumsBetween(rows, edges[i]!, edges[i + 1]!, coverage)));
}
