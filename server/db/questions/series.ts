/** One of the metrics over time. */
import type { AskedDefinitions, Metric, Series, SeriesPoint } from '../../contract/metrics.ts';
import { bucketEdges, isoLocal } from '../../metrics/localTime.ts';
import { notApplied } from '../../metrics/versions.ts';
import { isPointMetric, pointsOf } from '../figures/points.ts';
import type { SeriesQuery } from '../timeSeries.ts';
import { captureRate } from './captureRate.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { dwell } from './dwell.ts';
import { footfall } from './footfall.ts';
import { type Frame, fill, frameOf, partOf } from './frame.ts';
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

/** Intervals that are sealed come from their points, the others from rows, those next to each other together. */
async function pointsOfFrame(context: SiteContext, frame: Frame, metric: Metric): Promise<SeriesPoint[]> {
  if (!isPointMetric(metric)) return METRICS[metric](context, frame);
  const sealed = await pointsOf(context, frame, metric);
  const out = frame.points.map((point, i): SeriesPoint | undefined => {
    const figures = sealed.get(i);
    return figures && fill({ points: [point] }, figures, () => figures)[0];
  });
  for (let from = 0; from < out.length; from += 1) {
    if (out[from]) continue;
    let to = from + 1;
    while (to < out.length && !out[to]) to += 1;
    const made = await METRICS[metric](context, to - from === out.length ? frame : partOf(context, frame, from, to));
    out.splice(from, made.length, ...made);
    from = to;
  }
  return out.map((point) => point!);
}

export async function series(context: SiteContext, query: SeriesQuery): Promise<Series> {
  const edges = bucketEdges(context.timezone, query.interval, query.fromMs, query.toMs);
  const frame = await frameOf(context, query.interval, edges, zoneOf(context, query.zoneId));
  return {
    metric: query.metric,
    interval: query.interval,
    timezone: context.timezone,
    series: await pointsOfFrame(context, frame, query.metric),
    ...askedDefinitions(context, query),
  };
}
