/** The metrics: parse, check the tenant, ask, answer. */
import { z } from 'zod';
import {
  HEAT_MEASURES,
  heatmap as heatmapAnswer,
  METRICS,
  type Metric,
  peakHours as peakHoursAnswer,
  series as seriesAnswer,
} from '../../contract/metrics.ts';
import { id } from '../../contract/model.ts';
import { notFound } from '../../errors.ts';
import { askedZone, versionedPeriod, versionOf, zonedPeriod } from '../metricQuery.ts';
import { siteParams } from '../resources.ts';
import { type Route, type RouteContext, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';
import { checkedPeriod, checkedPoints, interval } from '../times.ts';

const whole = { roles: ['owner', 'manager'], scope: 'site' } as const;
const withRetailer = { roles: ['owner', 'manager', 'retailer'], scope: 'site' } as const;

const count = z.number().nullable();
const affinityAnswer = named(
  'Affinity',
  z.object({
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
  }),
);
const flowsAnswer = named(
  'Flows',
  z.object({
    flows: z.array(z.object({ from: z.string().nullable(), to: z.string().nullable(), visits: z.number() })),
    suppressed: z.int(),
    coverage: z.number(),
  }),
);
const returningAnswer = named(
  'Returning',
  z.object({
    identified: count,
    returning: count,
    share: count,
    low: count,
    high: count,
    windowDays: z.number(),
    coverage: z.number(),
  }),
);

const SERIES_SUMMARIES: Record<Metric, string> = {
  footfall: 'Footfall: visits (of a zone: zone visits) that started in each interval',
  occupancy: 'Occupancy: carriers present, the mean of each interval, with its peak',
  dwell: 'Dwell: how long visits that started in each interval lasted, the median in seconds, with mean and p90',
  'unique-visitors': 'Unique visitors: distinct carriers with a visit that overlaps the interval',
  'capture-rate': 'Capture rate of a zone: zone visits of all who came or passed by, a share',
};

export function metricsRoutes({ registry, questions }: Services): Route[] {
  const zoneOf = (context: Pick<RouteContext, 'siteId' | 'tenantId'>, zoneId: string | undefined) =>
    askedZone(registry, context, zoneId);

  const ofSeries = METRICS.map((metric) =>
    route({
      method: 'get',
      path: `/sites/:site/metrics/${metric}`,
      summary: SERIES_SUMMARIES[metric],
      access: withRetailer,
      params: siteParams,
      query: zonedPeriod.extend({ interval: interval.default('hour') }),
      response: seriesAnswer,
      handler(context) {
        const { siteId, query } = context;
        const { fromMs, toMs } = checkedPeriod(query);
        checkedPoints(fromMs, toMs, query.interval);
        const zone = zoneOf(context, query.zone);
        return questions.series({
          siteId,
          metric,
          fromMs,
          toMs,
          interval: query.interval,
          ...zone,
          ...versionOf(query),
        });
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
      query: zonedPeriod,
      response: peakHoursAnswer,
      handler: (context) =>
        questions.peakHours({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...versionOf(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/heatmap',
      summary: 'Heat: where carriers were on a floor, by cell; dwell seconds per square metre, or distinct carriers',
      access: whole,
      params: siteParams,
      query: versionedPeriod.extend({
        floor: id,
        cellM: z.coerce.number().int('must be whole metres').min(1).max(50).default(1),
        measure: z.enum(HEAT_MEASURES).default('dwell'),
      }),
      response: heatmapAnswer,
      handler({ siteId, query }) {
        const { floor: floorId, cellM, measure } = query;
        if (!registry.floors.get(siteId, floorId)) throw notFound(`floor ${floorId}`);
        return questions.heatmap({ siteId, floorId, ...checkedPeriod(query), ...versionOf(query), cellM, measure });
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/affinity',
      summary: 'Which zones share visitors within one visit',
      access: whole,
      params: siteParams,
      query: zonedPeriod,
      response: affinityAnswer,
      handler: (context) =>
        questions.affinity({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...versionOf(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/flows',
      summary: 'From which zone to which visitors went next',
      access: whole,
      params: siteParams,
      query: zonedPeriod,
      response: flowsAnswer,
      handler: (context) =>
        questions.flows({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...versionOf(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
    route({
      method: 'get',
      path: '/sites/:site/metrics/returning',
      summary: 'Share of identified visitors who had been here on an earlier day',
      access: withRetailer,
      params: siteParams,
      query: zonedPeriod,
      response: returningAnswer,
      handler: (context) =>
        questions.returning({
          siteId: context.siteId,
          ...checkedPeriod(context.query),
          ...versionOf(context.query),
          ...zoneOf(context, context.query.zone),
        }),
    }),
  ];
}
