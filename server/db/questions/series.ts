/** One of the metrics over time. */
import type { AskedDefinitions, Metric, Series, SeriesPoint } from '../../contract/metrics.ts';
import { bucketEdges, isoLocal } from '../../metrics/localTime.ts';
import { notApplied } from '../../metrics/versions.ts';
import type { SeriesQuery } from '../timeSeries.ts';
import { captureRate } from './captureRate.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { dwell } from './dwell.ts';
import { footfall } from './footfall.ts';
import { type Frame, frameOf } from './frame.ts';
import { occupancy } from './occupancy.ts';
import { uniqueVisitors } from './uniqueVisitors.ts';

const METRICS: Record<Metric, (context: SiteContext, frame: Frame) => Promise<SeriesPoint[]>> = {
  footfall,
  occupancy,
  dwell,
  'unique-visitors': uniqueVisitors,
  'capture-rate': captureRate,
};

export function askedDefinitions(
  context: SiteContext,
  query: { fromMs: number; toMs: number; definitionsVersion?: number },
): { definitions?: AskedDefinitions } {
  const version = query.definitionsVersion;
  if (version === undefined) return {};
  const { registry, siteId, timezone, definitions, rowsFromMs } = context;
  return {
    definitions: {
      version,
      notApplied: notApplied(definitions, registry.modelTimeline(siteId), query.fromMs, query.toMs),
      rowsFrom: rowsFromMs > query.fromMs ? isoLocal(timezone, rowsFromMs) : null,
    },
  };
}

export async function series(context: SiteContext, query: SeriesQuery): Promise<Series> {
  const edges = bucketEdges(context.timezone, query.interval, query.fromMs, query.toMs);
  const frame = await frameOf(context, query.interval, edges, zoneOf(context, query.zoneId));
  return {
    metric: query.metric,
    interval: query.interval,
    timezone: context.timezone,
    series: await METRICS[query.metric](context, frame),
    ...askedDefinitions(context, query),
  };
}
