/** Which zones share visitors? */
import { affinityFigures } from '../../metrics/affinity.ts';
import { checkPeriod } from '../../metrics/localTime.ts';
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
  const rows = await context.sql.all<Row>(
    `with ${zoneVisitTables(context)},
     came as materialized (select distinct carrier_id, visit_start_ms, zone_id from zone_visit)
     select 'all' as what, '' as a, '' as b, count(*) as visits, 0 as carriers from visit
     union all
     select 'zone', zone_id, '', count(*), count(distinct carrier_id) from came group by zone_id
     union all
     select 'pair', x.zone_id, y.zone_id, count(*), count(distinct x.carrier_id)
     from came x join came y on x.carrier_id = y.carrier_id and x.visit_start_ms = y.visit_start_ms
       and x.zone_id <> y.zone_id
     where $4 = '' or x.zone_id = $4 group by x.zone_id, y.zone_id`,
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
