/** How many were present, on the mean and at the peak? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { QUARTER_MS } from '../../metrics/localTime.ts';
import { type EdgeSums, edgeSumsBy, NO_EDGES, occupancyFigures } from '../../metrics/occupancy.ts';
import { gapMsOf } from '../figures/seals.ts';
import { edgesRelation, inRange, sqlNumber } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { coverageRelation, quarterEdges } from './coverage.ts';
import { darkOf, darkSql } from './dark.ts';
import { doorsByInterval } from './doors.ts';
import {
  BEFORE_SQL,
  doubtsByInterval,
  excessSql,
  isKnown,
  LAG_SQL,
  millionthsSql,
  openStarts,
  repeatedWithinMs,
} from './doubts.ts';
import { type Frame, fill, NOTHING } from './frame.ts';
import { sealedSums } from './hourSums.ts';
import { measuredQuarters } from './minutes.ts';
import { restOf } from './newRows.ts';

const sumOf = (what: string, where: string): string =>
  `coalesce(cast(sum(${what}) filter (where ${where}) as bigint), 0)`;

/** What presences that start or end in each interval from the seal on add to it, and open ones: `edgeSums`. */
async function edgesOfRows(context: SiteContext, frame: Frame, restMs: number): Promise<Map<number, EdgeSums>> {
  const { edges, zone } = frame;
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const openMs = await openStarts(context, frame);
  if (restMs >= toMs && openMs.length === 0) return new Map();
  const few = await restOf(context, zone, restMs, openMs);
  if (few) {
    const gap = zone ? undefined : gapMsOf(context.definitions);
    const windows = await darkOf(context, frame);
    // Of closed ones what is before the seal is in sums, of open ones nothing is.
    const later = edges.findLastIndex((edge) => edge <= restMs);
    const closed = edgeSumsBy(few.closed, [], [restMs, ...edges.slice(later + 1)], gap, windows);
    const sums = new Map(closed.map((one, n) => [later + n, one]));
    if (openMs.length === 0) return sums;
    const without = edgeSumsBy(few.closed, [], edges, gap, windows);
    edgeSumsBy(few.closed, few.open, edges, gap, windows).forEach((one, i) => {
      sums.set(i, plus(sums.get(i) ?? NO_EDGES, minus(one, without[i]!)));
    });
    return sums;
  }
  const gapMs = sqlNumber(gapMsOf(context.definitions));
  const source = zone ? 'stays' : 'visits';
  const where = `site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
    and start_ms < ${sqlNumber(toMs)}`;
  const columns = (ended: boolean): string => `carrier_id, start_ms, end_ms, ${LAG_SQL} as lag, ${ended} as ended`;
  const since = (ms: number): string => sqlNumber(Math.max(0, ms - (zone ? 0 : repeatedWithinMs(context.definitions))));
  const rows = [
    `select ${columns(true)} from ${source} where ${where} and end_ms >= ${since(restMs)}`,
    `select ${columns(false)} from open_${source} where ${where} and end_ms >= ${since(fromMs)}`,
  ];
  // What open ones that began before the seal may be the rest of.
  if (!zone && openMs.some((startMs) => startMs < restMs))
    rows.push(
      `select ${columns(true)} from visits where ${where} and end_ms >= ${since(fromMs)} and end_ms < ${since(restMs)}
         and carrier_id in (select carrier_id from open_visits where ${where})`,
    );
  const dark = darkSql(await darkOf(context, frame));
  const before = zone ? 'null::bigint' : BEFORE_SQL;
  const found = await context.sql.all<{ i: number } & EdgeSums>(
    `with ${dark.relation}presence as (select *, ${before} as before_ms from (${rows.join(' union all ')})),
     r as (select r.*, r.start_ms - r.before_ms - (${dark.silence}) as silent_ms from presence r ${dark.joinBefore}),
     edge as (
       select start_ms as at_ms, true as is_first, ended, lag, case when ${zone !== undefined} or silent_ms is null then 0
         else ${millionthsSql(excessSql(`(silent_ms - ${gapMs})`, '(2 * lag)', '(2 * lag)'))} * silent_ms end as silent_m from r
       union all select end_ms, false, true, lag, 0 from r where ended)
     select e.i, count(*) as edges, ${sumOf('lag', 'is_first')} as "firstLagMs",
       ${sumOf('lag * lag', 'is_first')} as "firstLagSquareMs2", ${sumOf('lag', 'not is_first')} as "lastLagMs",
       ${sumOf('lag * lag', 'not is_first')} as "lastLagSquareMs2", cast(sum(silent_m) as bigint) as "silentM"
     from edge asof join ${edgesRelation(edges)} e on edge.at_ms >= e.from_ms
     where edge.at_ms < ${sqlNumber(toMs)} and (not ended or edge.at_ms >= ${sqlNumber(restMs)}) group by e.i`,
    [context.siteId, zone?.id ?? ''],
  );
  return new Map(found.map((row) => [row.i, row]));
}

interface Totals {
  i: number;
  carrier_ms: number;
  measured_ms: number;
  peak: number;
}

async function totalsOfRows(context: SiteContext, frame: Frame, restMs: number): Promise<Map<number, Totals>> {
  const edges = quarterEdges(frame.edges);
  const toMs = edges.at(-1)!;
  const fromMs = restMs > frame.edges[0]! ? restMs : edges[0]!;
  if (fromMs >= toMs) return new Map();
  const known = frame.sealedMs > 0 ? await measuredQuarters(context, frame.zone?.floorId, restMs, toMs) : undefined;
  const measured = known ? '' : coverageRelation(context, restMs, toMs, frame.zone?.floorId);
  const rowsOf = (table: string) =>
    `select bucket_ms, carrier_ms, peak from ${table}
     where site_id = $1 and zone_id = $2 and ${inRange('bucket_ms', [fromMs, toMs])}`;
  if (known) return totalsOf(context, frame, known, [rowsOf('occupancy'), rowsOf('open_occupancy')]);
  const rows = await context.sql.all<Totals>(
    `with measured as (select bucket_ms from ${measured} group by bucket_ms having sum(reported) > 0),
     present as (
       select bucket_ms, sum(carrier_ms) as carrier_ms, max(peak) as peak
       from (${rowsOf('occupancy')} union all ${rowsOf('open_occupancy')}) group by bucket_ms)
     select e.i, coalesce(sum(p.carrier_ms), 0) as carrier_ms, coalesce(max(p.peak), 0) as peak,
       sum(greatest(0, least(m.bucket_ms + 900000, ${sqlNumber(context.progress?.watermarkMs ?? 0)}) - m.bucket_ms))
         as measured_ms
     from measured m left join present p on p.bucket_ms = m.bucket_ms
       asof join ${edgesRelation(edges)} e on m.bucket_ms >= e.from_ms
     group by e.i`,
    [context.siteId, frame.zone?.id ?? ''],
  );
  return new Map(rows.map((row) => [row.i, row]));
}

async function totalsOf(
  context: SiteContext,
  { edges, zone }: Frame,
  measured: ReadonlySet<number>,
  sources: readonly string[],
): Promise<Map<number, Totals>> {
  const rows = await context.sql.all<{ bucket_ms: number; carrier_ms: number; peak: number }>(
    sources.join(' union all '),
    [context.siteId, zone?.id ?? ''],
  );
  const totals = new Map<number, Totals>();
  const of = (atMs: number): Totals => {
    const i = Math.max(
      0,
      edges.findLastIndex((edge) => edge <= atMs),
    );
    const known = totals.get(i) ?? { i, carrier_ms: 0, measured_ms: 0, peak: 0 };
    totals.set(i, known);
    return known;
  };
  const watermarkMs = context.progress?.watermarkMs ?? 0;
  for (const atMs of measured) of(atMs).measured_ms += Math.max(0, Math.min(atMs + QUARTER_MS, watermarkMs) - atMs);
  for (const row of rows) {
    if (!measured.has(row.bucket_ms)) continue;
    const one = of(row.bucket_ms);
    one.carrier_ms += row.carrier_ms;
    one.peak = Math.max(one.peak, row.peak);
  }
  return totals;
}

const plus = (a: EdgeSums, b: EdgeSums): EdgeSums => ({
  edges: a.edges + b.edges,
  firstLagMs: a.firstLagMs + b.firstLagMs,
  firstLagSquareMs2: a.firstLagSquareMs2 + b.firstLagSquareMs2,
  lastLagMs: a.lastLagMs + b.lastLagMs,
  lastLagSquareMs2: a.lastLagSquareMs2 + b.lastLagSquareMs2,
  silentM: a.silentM + b.silentM,
});

const minus = (a: EdgeSums, b: EdgeSums): EdgeSums => ({
  edges: a.edges - b.edges,
  firstLagMs: a.firstLagMs - b.firstLagMs,
  firstLagSquareMs2: a.firstLagSquareMs2 - b.firstLagSquareMs2,
  lastLagMs: a.lastLagMs - b.lastLagMs,
  lastLagSquareMs2: a.lastLagSquareMs2 - b.lastLagSquareMs2,
  silentM: a.silentM - b.silentM,
});

export async function occupancy(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const [fromMs, toMs] = [frame.edges[0]!, frame.edges.at(-1)!];
  const restMs = Math.max(fromMs, Math.min(frame.sealedMs, toMs));
  const sealed = await sealedSums(context, frame);
  const totals = await totalsOfRows(context, frame, restMs);
  const sums = await edgesOfRows(context, frame, restMs);
  const certain = await doubtsByInterval(context, frame);
  const doors = await doorsByInterval(context, frame);
  return fill(frame, { ...NOTHING, peak: null }, (i, coverage) => {
    const row = totals.get(i);
    const own = sealed[i]!;
    const sure = isKnown(context, frame, frame.edges[i]!) ? certain[i] : undefined;
    return occupancyFigures(
      {
        carrierMs: own.carrierMs + (row?.carrier_ms ?? 0),
        measuredMs: frame.light.sums[i]!.measuredMs + (row?.measured_ms ?? 0),
        peak: Math.max(own.peak, row?.peak ?? 0),
      },
      coverage,
      sure && { ...sure, sums: plus(own.edges, sums.get(i) ?? NO_EDGES), doors: doors[i]! },
    );
  });
}
