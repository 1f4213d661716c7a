/** One of the metrics over time. */
import type { Metric, Series, SeriesPoint } from '../../contract/metrics.ts';
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

export async function series(context: SiteContext, query: SeriesQuery): Promise<Series> {
  const frame = await frameOf(context, query, zoneOf(context, query.zoneId));
  return {
    metric: query.metric,
    interval: query.interval,
    timezone: context.timezone,
    series: await METRICS[query.metric](context, frame),
  };
}
