/** The intervals of a series with their coverage and state: what every metric's values are set into. */
import type { SeriesPoint } from '../../contract/metrics.ts';
import type { Zone } from '../../contract/model.ts';
import { coverageShare } from '../../metrics/coverage.ts';
import { bucketEdges, isoLocal } from '../../metrics/localTime.ts';
import { intervalState, settledBeforeMs } from '../../metrics/state.ts';
import { edgesRelation, inRange, sqlNumber } from '../sqlText.ts';
import type { SeriesQuery } from '../timeSeries.ts';
import type { SiteContext } from './context.ts';
import { coverageByInterval } from './coverage.ts';

export interface Frame {
  edges: number[];
  zone: Zone | undefined;
  points: Pick<SeriesPoint, 'start' | 'coverage' | 'state'>[];
}

/** Intervals in which a visit (stay in the zone) began that is still open, or reaches up to where data is still missing. */
async function unsettledByInterval(context: SiteContext, edges: readonly number[], zone: Zone | undefined) {
  const table = zone ? 'stays' : 'visits';
  const where = `site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
    and ${inRange('start_ms', [edges[0]!, edges.at(-1)!])}`;
  const settledMs = context.progress && settledBeforeMs(context.progress, context.definitions.visitGapMinutes);
  const closed =
    settledMs === undefined || !Number.isFinite(settledMs)
      ? ''
      : `union all select start_ms from ${table} where ${where} and end_ms >= ${sqlNumber(Math.floor(settledMs))}`;
  const rows = await context.sql.all<{ i: number }>(
    `select distinct e.i from (select start_ms from open_${table} where ${where} ${closed}) r
       asof join ${edgesRelation(edges)} e on r.start_ms >= e.from_ms`,
    [context.siteId, zone?.id ?? ''],
  );
  return new Set(rows.map((row) => row.i));
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

export async function frameOf(context: SiteContext, query: SeriesQuery, zone: Zone | undefined): Promise<Frame> {
  const edges = bucketEdges(context.timezone, query.interval, query.fromMs, query.toMs);
  const coverage = await coverageByInterval(context, edges, zone?.floorId);
  const states = await statesByInterval(context, edges, zone);
  const points = coverage.map((counts, i) => ({
    start: isoLocal(context.timezone, edges[i]!),
    coverage: coverageShare(counts.reported, counts.expected),
    state: states[i]!,
  }));
  return { edges, zone, points };
}

type Figures = Omit<SeriesPoint, 'start' | 'coverage' | 'state'>;
export const NOTHING = { value: null, low: null, high: null };

/** Sets a metric's figures into the frame; where nobody reported there are none, whatever the rows say. */
export const fill = (
  frame: Frame,
  nothing: Figures,
  figures: (i: number, coverage: number) => Figures,
): SeriesPoint[] =>
  frame.points.map((point, i) => {
    const { value, low, high, ...more } = point.coverage > 0 ? figures(i, point.coverage) : nothing;
    return { start: point.start, value, low, high, coverage: point.coverage, state: point.state, ...more };
  });
