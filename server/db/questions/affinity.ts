/** Which places share visitors? */
import { affinityFigures } from '../../metrics/affinity.ts';
import { checkPeriod } from '../../metrics/localTime.ts';
import { pairsSql, sealedLinks, splitLinks } from '../figures/links.ts';
import type { Affinity, PeriodQuery } from '../timeSeries.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { coverageOfPeriod } from './coverage.ts';

interface Row {
  a: string;
  b: string;
  visits: number;
  carriers: number;
}

export async function affinity(context: SiteContext, query: PeriodQuery): Promise<Affinity> {
  checkPeriod(query.fromMs, query.toMs);
  const zone = zoneOf(context, query.zoneId);
  const parts = await splitLinks(context, query.fromMs, query.toMs);
  const relations = sealedLinks('zone_pairs', parts);
  if (parts.rows.length > 0) relations.push(`select * from ${pairsSql(context, parts.rows, true)}`);
  const rows = await context.sql.all<Row>(
    `select a, b, cast(sum(visits) as double) as visits, cast(sum("unknown") + max(known) as double) as carriers
     from (${relations.join(' union all ')}) where b = '' or $2 = '' or a = $2 or b = $2 group by a, b`,
    [context.siteId, zone?.id ?? ''],
  );
  const pairs = rows.flatMap(({ a, b, ...counts }) =>
    b === ''
      ? []
      : [
          { a, b, ...counts },
          { a: b, b: a, ...counts },
        ],
  );
  return {
    pairs: affinityFigures(
      rows.flatMap(({ a, b, visits, carriers }) => (a !== '' && b === '' ? [{ zoneId: a, visits, carriers }] : [])),
      zone ? pairs.filter(({ a }) => a === zone.id) : pairs,
      rows.find(({ a }) => a === '')?.visits ?? 0,
      context.definitions.kAnonymity,
    ),
    coverage: await coverageOfPeriod(context, query.fromMs, query.toMs, zone?.floorId),
  };
}
