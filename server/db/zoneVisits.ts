/** Zone visits within the visits that started in a period: what affinity and flows are made of. */
import type { SiteContext } from './questions/context.ts';
import { minLengthMs } from './questions/context.ts';
import { sqlNumber } from './sqlText.ts';
import { thresholdsRelation } from './visitRows.ts';

/**
 * Common table expressions `visit(carrier_id, start_ms, is_open)` and `zone_visit(carrier_id, visit_start_ms, zone_id,
 * start_ms, end_ms, is_open)`. Parameters: $1 the site, $2 and $3 the period.
 */
export function zoneVisitTables(context: SiteContext): string {
  const visits = (table: string, open: boolean) =>
    `select carrier_id, start_ms, ${open} as is_open from ${table}
     where site_id = $1 and start_ms >= $2 and start_ms < $3 and kind not in ('staff', 'cart')
       and end_ms - start_ms >= ${sqlNumber(minLengthMs(context, undefined))}`;
  const thresholds = thresholdsRelation(context.registry, context.siteId, 'stays');
  // A stay starts no earlier than its visit.
  const stays = (table: string) =>
    `select r.carrier_id, r.visit_start_ms, r.zone_id, r.start_ms, r.end_ms from ${table} r ${thresholds}
     where r.site_id = $1 and r.start_ms >= $2 and r.visit_start_ms >= $2 and r.visit_start_ms < $3
       and r.kind not in ('staff', 'cart') and r.end_ms - r.start_ms >= t.min_ms`;
  return `visit as (${visits('visits', false)} union all ${visits('open_visits', true)}),
    zone_visit as (
      select s.carrier_id, s.visit_start_ms, s.zone_id, s.start_ms, s.end_ms, v.is_open
      from (${stays('stays')} union all ${stays('open_stays')}) s
        join visit v on v.carrier_id = s.carrier_id and v.start_ms = s.visit_start_ms)`;
}
