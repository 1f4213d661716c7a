/** The metrics: parse, check the tenant, ask, answer. */
import { z } from 'zod';
import {
  HEAT_MEASURES,
  heatmap as heatmapAnswer,
  METRICS,
  peakHours as peakHoursAnswer,
  series as seriesAnswer,
} from '../../contract/metrics.ts';
import { id } from '../../contract/model.ts';
import { AppError, notFound } from '../../errors.ts';
import { siteParams } from '../resources.ts';
import { type Route, type RouteContext, route } from '../route.ts';
import type { Services } from '../services.ts';
import { checkedPeriod, checkedPoints, interval, period } from '../times.ts';

const whole = { roles: ['owner', 'manager'], scope: 'site' } as const;
const withRetailer = { roles: ['owner', 'manager', 'retailer'], scope: 'site' } as const;
const zoned = period.extend({ zone: id.optional() });

const count = z.number().nullable();
const affinityAnswer = z.object({
  pairs: z.array(
    z.object({
      a: z.string(),
      b: z.string(),
      share: count,
      lift: count,
      visitsA: count,
      visitsBoth: count,
      suppressed: z.boolean().optional(),
    }),
  ),
  coverage: z.number(),
});
const flowsAnswer = z.object({
  flows: z.array(z.object({ from: z.string().nullable(), to: z.string().nullable(), visits: z.number() })),
  suppressed: z.int(),
  coverage: z.number(),
});
const returningAnswer = z.object({
  identified: count,
  returning: count,
  share: count,
  low: count,
  high: count,
  windowDays: z.number(),
  coverage: z.number(),
});

export function metricsRoutes({ registry, questions }: Services): Route[] {
  /** The zone asked for; a retailer must ask for one of the own tenant, and others look as if they did not exist. */
  function zoneOf({ siteId, tenantId }: Pick<RouteContext, 'siteId' | 'tenantId'>, zoneId: string | undefined) {
    if (zoneId === undefined) {
      if (tenantId === null) return {};
      throw new AppError(403, 'forbidden', 'a retailer sees the own zones only: name one of them', 'query.zone');
    }
    const found = registry.zones.get(siteId, zoneId);
    if (!found || (tenantId !== null && found.tenantId !== tenantId))
      throw new AppError(404, 'not-found', `zone ${zoneId} does not exist`, 'query.zone');
    return { zoneId };
  }

  const ofSeries = METRICS.map((metric) =>
    route({
      method: 'get',
      path: `/sites/:site/metrics/${metric}`,
      summary: `${metric.replace('-', ' ')} by interval`,
      access: withRetailer,
      params: siteParams,
      query: zoned.extend({ interval: interval.default('hour') }),
      response: seriesAnswer,
      handler(context) {
        const { siteId, query } = context;
        const { fromMs, toMs } = checkedPeriod(query);
        checkedPoints(fromMs, toMs, query.interval);
        const zone = zoneOf(context, query.zone);
        return questions.series({ siteId, metric, fromMs, toMs, interval: query.interval, ...zone });
      },
    }),
  );

  return [
    ...ofSeries,
    route({
      method: 'get',
      path: '/sites/:site/metrics/peak-hours',
      summary: 'Mean footfall by local weekday and hour',
      access: withRetailer,
      params: siteParams,
      query: zoned,
      response: peakHoursAnswer,
      handler: (context) =>
        questions.peakHours({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/heatmap',
      summary: 'Where carriers were, by cell',
      access: whole,
      params: siteParams,
      query: period.extend({
        floor: id,
        cellM: z.coerce.number().int('must be whole metres').min(1).max(50).default(1),
        measure: z.enum(HEAT_MEASURES).default('dwell'),
      }),
      response: heatmapAnswer,
      handler({ siteId, query }) {
        const { floor: floorId, cellM, measure } = query;
        if (!registry.floors.get(siteId, floorId)) throw notFound(`floor ${floorId}`);
        return questions.heatmap({ siteId, floorId, ...checkedPeriod(query), cellM, measure });
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/affinity',
      summary: 'Which zones share visitors within one visit',
      access: whole,
      params: siteParams,
      query: zoned,
      response: affinityAnswer,
      handler: (context) =>
        questions.affinity({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/flows',
      summary: 'From which zone to which visitors went next',
      access: whole,
      params: siteParams,
      query: zoned,
      response: flowsAnswer,
      handler: (context) =>
        questions.flows({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/returning',
      summary: 'Share of identified visitors who had been here on an earlier day',
      access: withRetailer,
      params: siteParams,
      query: zoned,
      response: returningAnswer,
      handler: (context) =>
        questions.returning({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
  ];
}
