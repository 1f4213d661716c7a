/** How are people heard at the doors? What server/metrics/doors.ts says, as SQL. */
import {
  addEnds,
  type DoorSums,
  type Doors,
  doorHours,
  doorsOf,
  type EndSums,
  endOf,
  noEnds,
  UNMEASURED_DOORS,
} from '../../metrics/doors.ts';
import { HOUR_MS } from '../../metrics/localTime.ts';
import { RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { inRange } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { LAG_SQL } from './doubts.ts';
import type { Frame } from './frame.ts';
import { type DoorHour, doorsSealedUntil, sumEnds } from './hourSums.ts';
import { type NewRows, newRows } from './newRows.ts';

function sumsBetween(rows: readonly DoorHour[], fromMs: number, toMs: number, coverage: number): DoorSums {
  const hours = doorHours(fromMs, toMs, coverage);
  return sumEnds(rows.filter(({ hour }) => hour * HOUR_MS >= hours.fromMs && hour * HOUR_MS < hours.toMs));
}

const sealedDoors = (context: SiteContext, fromMs: number, toMs: number): Promise<DoorHour[]> =>
  context.sql.all<DoorHour>(
    `select hour_ms // ${HOUR_MS} as hour, is_last as "isLast", ends, by_one as "byOne", near_ms2 as "nearMs2", visit_ms2 as "visitMs2"
     from door_hours where site_id = $1 and ${inRange('hour_ms', [fromMs, toMs])}`,
    [context.siteId],
  );

/** Of new rows: closed ones from the seal on, and open ones. */
function hoursOf(rows: NewRows, sealedMs: number, period: { fromMs: number; toMs: number }): DoorHour[] {
  const hours = new Map<string, DoorHour>();
  const add = (isLast: boolean, atMs: number, sums: EndSums): void => {
    const hour = Math.floor(atMs / HOUR_MS);
    const key = `${hour} ${isLast}`;
    const known = hours.get(key) ?? { hour, isLast, ...noEnds() };
    hours.set(key, known);
    addEnds(known, sums);
  };
  const within = (atMs: number, fromMs: number): boolean => atMs >= fromMs && atMs < period.toMs;
  for (const row of rows.closed) {
    if (within(row.startMs, sealedMs)) add(false, row.startMs, endOf(row, 'first'));
    if (within(row.endMs, sealedMs)) add(true, row.endMs, endOf(row, 'last'));
  }
  for (const row of rows.open) if (within(row.startMs, period.fromMs)) add(false, row.startMs, endOf(row, 'first'));
  return [...hours.values()];
}

/** Of each interval; of a zone nothing is measured. */
export async function doorsByInterval(context: SiteContext, { edges, zone, points }: Frame): Promise<Doors[]> {
  if (zone) return points.map(() => UNMEASURED_DOORS);
  const period = doorHours(edges[0]!, edges.at(-1)!, 1);
  const sealedMs = Math.max(period.fromMs, Math.min(period.toMs, doorsSealedUntil(context, period.fromMs)));
  const endsOf = (table: string, end: 'first' | 'last', fromMs: number): string =>
    `select ${end === 'last' ? 'end_ms' : 'start_ms'} // ${HOUR_MS} as hour, ${end === 'last'} as is_last, ${end}_gateways as gateways,
       ${end}_gap_ms as gap, greatest(${end}_lag_ms::double, ${RESOLUTION_MS / 2}) as near, ${LAG_SQL} as lag
     from ${table} where site_id = $1 and kind not in ('staff', 'cart') and ${end}_gateways > 0
       and ${inRange(end === 'last' ? 'end_ms' : 'start_ms', [fromMs, period.toMs])}`;
  const few = await newRows(context, undefined);
  if (
    few &&
    (sealedMs >= few.fromMs || sealedMs >= period.toMs) &&
    few.open.every(({ startMs }) => startMs >= few.fromMs || startMs < period.fromMs)
  ) {
    const sealed = await sealedDoors(context, period.fromMs, sealedMs);
    const late = hoursOf(few, sealedMs, period);
    return points.map(({ coverage }, i) =>
      doorsOf(sumsBetween([...sealed, ...late], edges[i]!, edges[i + 1]!, coverage)),
    );
  }
  const rows = await context.sql.all<DoorHour>(
    `select hour, is_last as "isLast", count(*) as ends, count(*) filter (where gateways = 1) as "byOne",
       cast(sum(gap * near) as bigint) as "nearMs2", cast(sum(gap * lag) as bigint) as "visitMs2"
     from (${endsOf('visits', 'first', sealedMs)} union all ${endsOf('visits', 'last', sealedMs)}
       union all ${endsOf('open_visits', 'first', period.fromMs)})
     group by hour, is_last
     union all
     select hour_ms // ${HOUR_MS}, is_last, ends, by_one, near_ms2, visit_ms2 from door_hours
     where site_id = $1 and ${inRange('hour_ms', [period.fromMs, sealedMs])}`,
    [context.siteId],
  );
  return points.map(({ coverage }, i) => doorsOf(sumsBetween(rows, edges[i]!, edges[i + 1]!, coverage)));
}
