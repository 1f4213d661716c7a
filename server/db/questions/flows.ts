/** From which place do visitors go on to which? */
import { flowFigures } from '../../metrics/flows.ts';
import { checkPeriod } from '../../metrics/localTime.ts';
import { flowsSql, sealedLinks, splitLinks } from '../figures/links.ts';
import type { Flows, PeriodQuery } from '../timeSeries.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { coverageOfPeriod } from './coverage.ts';

export async function flows(context: SiteContext, query: PeriodQuery): Promise<Flows> {
  checkPeriod(query.fromMs, query.toMs);
  const zone = zoneOf(context, query.zoneId);
  const parts = await splitLinks(context, query.fromMs, query.toMs);
  const relations = sealedLinks('zone_flows', parts);
  if (parts.rows.length > 0) relations.push(`select * from ${flowsSql(context, parts.rows, true)}`);
  const counts = await context.sql.all<{ from: string | null; to: string | null; visits: number; carriers: number }>(
    `select nullif(from_zone, '') as "from", nullif(to_zone, '') as "to", cast(sum(visits) as double) as visits,
       cast(sum("unknown") + max(known) as double) as carriers
     from (${relations.join(' union all ')}) where $2 = '' or from_zone = $2 or to_zone = $2 group by from_zone, to_zone`,
    [context.siteId, zone?.id ?? ''],
  );
  return {
    ...flowFigures(counts, context.definitions.kAnonymity),
    coverage: await coverageOfPeriod(context, query.fromMs, query.toMs, zone?.floorId),
  };
}
