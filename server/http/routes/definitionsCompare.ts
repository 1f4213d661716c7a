/** One metric under two versions of the definitions, side by side; history stays as it is. */
import { z } from 'zod';
import { askedDefinitions, INTERVALS, METRICS, seriesPoint } from '../../contract/metrics.ts';
import { id } from '../../contract/model.ts';
import { badRequest } from '../../errors.ts';
import { differences } from '../../metrics/versions.ts';
import { askedZone, definitionsVersion } from '../metricQuery.ts';
import { siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';
import { checkedPeriod, checkedPoints, interval, iso, period } from '../times.ts';

const side = askedDefinitions.extend({ created: z.string() });
const answer = named(
  'ComparedDefinitions',
  z.object({
    metric: z.enum(METRICS),
    interval: z.enum(INTERVALS),
    timezone: z.string(),
    a: side,
    b: side,
    /** Thresholds in which they differ. */
    changed: z.array(z.object({ name: z.string(), a: z.number(), b: z.number() })),
    series: z.array(z.object({ start: z.string(), a: seriesPoint, b: seriesPoint })),
  }),
);

export function definitionsCompareRoutes({ registry, questions }: Services): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/definitions/compare',
      summary: 'A metric over time under two versions of the definitions',
      access: { roles: ['owner', 'manager', 'retailer'], scope: 'site' },
      params: siteParams,
      query: period.extend({
        a: definitionsVersion,
        b: definitionsVersion,
        metric: z.enum(METRICS),
        interval: interval.default('day'),
        zone: id.optional(),
      }),
      response: answer,
      async handler(context) {
        const { siteId, query } = context;
        const { fromMs, toMs } = checkedPeriod(query);
        checkedPoints(fromMs, toMs, query.interval);
        const zone = askedZone(registry, context, query.zone);
        const versions = registry.definitionsVersions(siteId);
        const known = (name: 'a' | 'b') => {
          const found = versions.find((one) => one.version === query[name]);
          if (!found)
            throw badRequest(`must be a version from 1 to ${registry.definitions(siteId).version}`, `query.${name}`);
          return found;
        };
        const versionA = known('a');
        const versionB = known('b');
        const under = async ({ version, createdMs }: typeof versionA) => {
          const { metric, interval } = query;
          const series = await questions.series({
            siteId,
            metric,
            fromMs,
            toMs,
            interval,
            ...zone,
            definitionsVersion: version,
          });
          const about = series.definitions ?? { version, notApplied: [], rowsFrom: null };
          return { ...series, about: { ...about, created: iso(createdMs) } };
        };
        const a = await under(versionA);
        const b = await under(versionB);
        return {
          metric: query.metric,
          interval: query.interval,
          timezone: a.timezone,
          a: a.about,
          b: b.about,
          changed: differences(versionA.definitions, versionB.definitions),
          series: a.series.map((point, i) => ({ start: point.start, a: point, b: b.series[i]! })),
        };
      },
    }),
  ];
}
