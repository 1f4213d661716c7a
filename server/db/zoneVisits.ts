/** Zone visits within the visits that started in a period: what affinity and flows are made of. */
import type { SiteContext } from './questions/context.ts';
import { LENGTH_MS } from './sqlText.ts';
import { minLengthSql } from './visitRows.ts';

/**
 * Common table expressions `visit(visit_no, carrier_no, …)` and `zone_visit(visit_no, carrier_no, zone_id, start_ms,
 * end_ms, is_open)`: numbers, because a year of them is joined and grouped by visit. Parameters: $1 the site, $2 and $3
 * the period.
 */
export function zoneVisitTables(context: SiteContext): string {
  const visits = (table: string, open: boolean) =>
    `select carrier_id, start_ms, ${open} as is_open from ${table}
     where site_id = $1 and start_ms >= $2 and start_ms < $3 and kind not in ('staff', 'cart')
       and ${LENGTH_MS} >= ${minLengthSql(context, 'visits')}`;
  // A stay starts no earlier than its visit.
  const stays = (table: string) =>
    `select carrier_id, visit_start_ms, zone_id, start_ms, end_ms from ${table}
     where site_id = $1 and start_ms >= $2 and visit_start_ms >= $2 and visit_start_ms < $3
       and kind not in ('staff', 'cart')
       and ${LENGTH_MS} >= ${minLengthSql(context, 'stays')}`;
  return `visit as materialized (
      select carrier_id, start_ms, is_open, cast(row_number() over () as integer) as visit_no,
        cast(dense_rank() over (order by carrier_id) as integer) as carrier_no
      from (${visits('visits', false)} union all ${visits('open_visits', true)})),
    zone_visit as materialized (
      select v.visit_no, v.carrier_no, v.is_open, s.zone_id, s.start_ms, s.end_ms
      from (${stays('stays')} union all ${stays('open_stays')}) s
        join visit v on v.carrier_id = s.carrier_id and v.start_ms = s.visit_start_ms)`;
}
