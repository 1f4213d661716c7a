/** From which place do visitors go on to which? */
import { flowFigures } from '../../metrics/flows.ts';
import { checkPeriod } from '../../metrics/localTime.ts';
import { placesOf } from '../../metrics/places.ts';
import { sqlStrings } from '../sqlText.ts';
import type { Flows, PeriodQuery } from '../timeSeries.ts';
import { zoneVisitTables } from '../zoneVisits.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { coverageOfPeriod } from './coverage.ts';

export async function flows(context: SiteContext, query: PeriodQuery): Promise<Flows> {
  checkPeriod(query.fromMs, query.toMs);
  const zone = zoneOf(context, query.zoneId);
  const places = sqlStrings(placesOf(context.registry.zones.all(context.siteId)).map(({ id }) => id));
  const counts = await context.sql.all<{ from: string | null; to: string | null; visits: number; carriers: number }>(
    `with ${zoneVisitTables(context)},
     step as materialized (
       select carrier_no, is_open, zone_id, lag(zone_id) over w as before, lead(zone_id) over w as after
       from zone_visit where zone_id in ${places}
       window w as (partition by visit_no order by start_ms, end_ms, zone_id)),
     flow as (
       select carrier_no, before as "from", zone_id as "to" from step where before is null or before <> zone_id
       union all select carrier_no, zone_id, null from step where after is null and not is_open)
     select "from", "to", count(*) as visits, count(distinct carrier_no) as carriers
     from flow where $4 = '' or "from" = $4 or "to" = $4 group by "from", "to"`,
    [context.siteId, query.fromMs, query.toMs, zone?.id ?? ''],
  );
  return {
    ...flowFigures(counts, context.definitions.kAnonymity),
    coverage: await coverageOfPeriod(context, query.fromMs, query.toMs, zone?.floorId),
  };
}
