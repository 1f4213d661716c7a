/** Which places share visitors? */
import { affinityFigures } from '../../metrics/affinity.ts';
import { checkPeriod } from '../../metrics/localTime.ts';
import { placesOf } from '../../metrics/places.ts';
import { sqlStrings } from '../sqlText.ts';
import type { Affinity, PeriodQuery } from '../timeSeries.ts';
import { zoneVisitTables } from '../zoneVisits.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { coverageOfPeriod } from './coverage.ts';

interface Row {
  what: string;
  a: string;
  b: string;
  visits: number;
  carriers: number;
}

export async function affinity(context: SiteContext, query: PeriodQuery): Promise<Affinity> {
  checkPeriod(query.fromMs, query.toMs);
  const zone = zoneOf(context, query.zoneId);
  const places = sqlStrings(placesOf(context.registry.zones.all(context.siteId)).map(({ id }) => id));
  const rows = await context.sql.all<Row>(
    `with ${zoneVisitTables(context)},
     zone as (select zone_id, cast(row_number() over () as smallint) as zone_no from (
       select distinct zone_id from zone_visit where zone_id in ${places})),
     came as materialized (
       select distinct z.visit_no, z.carrier_no, n.zone_no from zone_visit z join zone n on n.zone_id = z.zone_id),
     pair as (
       select x.zone_no as a, y.zone_no as b, count(*) as visits, count(distinct x.carrier_no) as carriers
       from came x join came y on x.visit_no = y.visit_no and x.zone_no <> y.zone_no
       where $4 = '' or x.zone_no = (select zone_no from zone where zone_id = $4) group by a, b)
     select 'all' as what, '' as a, '' as b, count(*) as visits, 0 as carriers from visit
     union all
     select 'zone', n.zone_id, '', count(*), count(distinct c.carrier_no)
     from came c join zone n on n.zone_no = c.zone_no group by n.zone_id
     union all
     select 'pair', a.zone_id, b.zone_id, visits, carriers
     from pair join zone a on a.zone_no = pair.a join zone b on b.zone_no = pair.b`,
    [context.siteId, query.fromMs, query.toMs, zone?.id ?? ''],
  );
  const of = (what: string) => rows.filter((row) => row.what === what);
  return {
    pairs: affinityFigures(
      of('zone').map(({ a, visits, carriers }) => ({ zoneId: a, visits, carriers })),
      of('pair'),
      of('all')[0]?.visits ?? 0,
      context.definitions.kAnonymity,
    ),
    coverage: await coverageOfPeriod(context, query.fromMs, query.toMs, zone?.floorId),
  };
}
