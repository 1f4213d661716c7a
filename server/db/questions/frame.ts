/** The intervals of a series with their coverage and state: what every metric's values are set into. */
import type { Interval, SeriesPoint } from '../../contract/metrics.ts';
import type { Zone } from '../../contract/model.ts';
import { coverageShare } from '../../metrics/coverage.ts';
import { LONGEST_DARK_MS } from '../../metrics/dark.ts';
import { isoLocal, nextEdgeMs } from '../../metrics/localTime.ts';
import { intervalState, settledBeforeMs } from '../../metrics/state.ts';
import { edgesRelation, inRange, sqlNumber } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { coverageOfFrame } from './coverage.ts';
import { type LightSums, sealedUntil } from './hourSums.ts';
import { openRows } from './open.ts';

/** A start is put off by darkness, or by two lags, and a lag is half of exitAfterSeconds at most, of which 600 are the most. */
export const LATEST_MS = LONGEST_DARK_MS;

export interface Frame {
  interval: Interval;
  edges: number[];
  /** What starts after the last interval and before this may belong into it. */
  nextMs: number;
  zone: Zone | undefined;
  points: Pick<SeriesPoint, 'start' | 'coverage' | 'state'>[];
  /** Whole hours before it are read from sums. */
  sealedMs: number;
  light: { untilMs: number; sums: LightSums[] };
}

/** Intervals in which a visit (stay in the zone) began that is still open, or reaches up to where data is still missing. */
async function unsettledByInterval(context: SiteContext, edges: readonly number[], zone: Zone | undefined) {
  const unsettled = new Set<number>();
  for (const { startMs } of await openRows(context, zone)) {
    const i = intervalOf(edges, startMs);
    if (i !== undefined) unsettled.add(i);
  }
  const table = zone ? 'stays' : 'visits';
  const where = `site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
    and ${inRange('start_ms', [edges[0]!, edges.at(-1)!])}`;
  const settledMs = context.progress && settledBeforeMs(context.progress, context.definitions.visitGapMinutes);
  if (settledMs === undefined || !Number.isFinite(settledMs)) return unsettled;
  const rows = await context.sql.all<{ i: number }>(
    `select distinct e.i from (
       select start_ms from ${table} where ${where} and end_ms >= ${sqlNumber(Math.floor(settledMs))}) r
       asof join ${edgesRelation(edges)} e on r.start_ms >= e.from_ms`,
    [context.siteId, zone?.id ?? ''],
  );
  for (const { i } of rows) unsettled.add(i);
  return unsettled;
}

/** The interval that holds an instant. */
function intervalOf(edges: readonly number[], atMs: number): number | undefined {
  if (atMs < edges[0]! || atMs >= edges.at(-1)!) return undefined;
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= atMs) low = middle;
    else high = middle;
  }
  return low;
}

export async function statesByInterval(
  context: SiteContext,
  edges: readonly number[],
  zone: Zone | undefined,
): Promise<SeriesPoint['state'][]> {
  const unsettled = await unsettledByInterval(context, edges, zone);
  return edges
    .slice(1)
    .map((toMs, i) => intervalState(toMs, context.definitions.visitGapMinutes, context.progress, unsettled.has(i)));
}

export async function frameOf(
  context: SiteContext,
  interval: Interval,
  edges: number[],
  zone: Zone | undefined,
): Promise<Frame> {
  const toMs = edges.at(-1)!;
  const sealedMs = sealedUntil(context, { interval, edges, zone });
  const coverage = await coverageOfFrame(context, { interval, edges }, zone?.floorId, sealedMs);
  const states = await statesByInterval(context, edges, zone);
  const points = coverage.counts.map((counts, i) => ({
    start: isoLocal(context.timezone, edges[i]!),
    coverage: coverageShare(counts.reported, counts.expected),
    state: states[i]!,
  }));
  return {
    interval,
    edges,
    nextMs: Math.min(nextEdgeMs(context.timezone, interval, toMs), toMs + LATEST_MS),
    zone,
    points,
    sealedMs,
    light: coverage.light,
  };
}

/** Some of its intervals, alone. */
export function partOf(context: SiteContext, frame: Frame, from: number, to: number): Frame {
  const edges = frame.edges.slice(from, to + 1);
  return {
    ...frame,
    edges,
    nextMs: to === frame.points.length ? frame.nextMs : Math.min(frame.edges[to + 1]!, frame.edges[to]! + LATEST_MS),
    points: frame.points.slice(from, to),
    sealedMs: sealedUntil(context, { ...frame, edges }),
    light: { ...frame.light, sums: frame.light.sums.slice(from, to) },
  };
}

type Figures = Omit<SeriesPoint, 'start' | 'coverage' | 'state'>;
export const NOTHING = { value: null, low: null, high: null };

/** Sets a metric's figures into the frame; where nobody reported there are none, whatever the rows say. */
export const fill = (
  frame: Pick<Frame, 'points'>,
  nothing: Figures,
  figures: (i: number, coverage: number) => Figures,
): SeriesPoint[] =>
  frame.points.map((point, i) => {
    const { value, low, high, ...more } = point.coverage > 0 ? figures(i, point.coverage) : nothing;
    return { start: point.start, value, low, high, coverage: point.coverage, state: point.state, ...more };
  });
