/** How many were present, on the mean and at the peak? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { QUARTER_MS } from '../../metrics/localTime.ts';
import { type EdgeSums, NO_EDGES, occupancyFigures } from '../../metrics/occupancy.ts';
import { edgesRelation, inRange, sqlNumber } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { coverageRelation, quarterEdges } from './coverage.ts';
import { DARK_SILENCE, darkOf, darkSql } from './dark.ts';
import { doorsByInterval } from './doors.ts';
import { doubtsByInterval, excessSql, LAG_SQL, millionthsSql } from './doubts.ts';
import { type Frame, fill, NOTHING } from './frame.ts';

/** A visit of a day ago may still be what another one is the rest of. */
const LONGEST_BEFORE_MS = 24 * 3_600_000;

const sumOf = (what: string, where: string): string =>
  `coalesce(cast(sum(${what}) filter (where ${where}) as bigint), 0)`;

/** What presences that start or end in each interval add to it: `edgeSums`. */
async function edgesByInterval(context: SiteContext, frame: Frame): Promise<Map<number, EdgeSums>> {
  const { edges, zone } = frame;
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const gapMs = sqlNumber(Math.round(context.definitions.visitGapMinutes * 60_000));
  const source = zone ? 'stays' : 'visits';
  const rowsOf = (table: string, ended: boolean) =>
    `select carrier_id, start_ms, end_ms, ${LAG_SQL} as lag, ${ended} as ended from ${table}
     where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and start_ms < ${sqlNumber(toMs)} and end_ms >= ${sqlNumber(Math.max(0, fromMs - LONGEST_BEFORE_MS))}`;
  const rows = await context.sql.all<{ i: number } & EdgeSums>(
    `with ${darkSql(await darkOf(context, frame))},
     presence as (
       select *, lag(end_ms) over (partition by carrier_id order by start_ms, end_ms) as before_ms
       from (${rowsOf(source, true)} union all ${rowsOf(`open_${source}`, false)})),
     r as (select r.*, r.start_ms - r.before_ms - (${DARK_SILENCE}) as silent_ms
       from presence r asof left join dark before on r.start_ms >= before.from_ms),
     edge as (
       select start_ms as at_ms, true as is_first, lag, case when ${zone !== undefined} or silent_ms is null then 0
         else ${millionthsSql(excessSql(`(silent_ms - ${gapMs})`, '(2 * lag)', '(2 * lag)'))} * silent_ms end as silent_m from r
       union all select end_ms, false, lag, 0 from r where ended)
     select e.i, count(*) as edges, ${sumOf('lag', 'is_first')} as "firstLagMs",
       ${sumOf('lag * lag', 'is_first')} as "firstLagSquareMs2", ${sumOf('lag', 'not is_first')} as "lastLagMs",
       ${sumOf('lag * lag', 'not is_first')} as "lastLagSquareMs2", cast(sum(silent_m) as bigint) as "silentM"
     from edge asof join ${edgesRelation(edges)} e on edge.at_ms >= e.from_ms
     where edge.at_ms < ${sqlNumber(toMs)} group by e.i`,
    [context.siteId, zone?.id ?? ''],
  );
  return new Map(rows.map((row) => [row.i, row]));
}

export async function occupancy(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const edges = quarterEdges(frame.edges);
  const range = [edges[0]!, edges.at(-1)!] as const;
  const measured = coverageRelation(context, frame.edges[0]!, frame.edges.at(-1)!, frame.zone?.floorId);
  const rowsOf = (table: string) =>
    `select bucket_ms, carrier_ms, peak from ${table}
     where site_id = $1 and zone_id = $2 and ${inRange('bucket_ms', range)}`;
  const rows = await context.sql.all<{ i: number; carrier_ms: number; measured_ms: number; peak: number }>(
    `with measured as (select bucket_ms from ${measured} group by bucket_ms having sum(reported) > 0),
     present as (
       select bucket_ms, sum(carrier_ms) as carrier_ms, max(peak) as peak
       from (${rowsOf('occupancy')} union all ${rowsOf('open_occupancy')}) group by bucket_ms)
     select e.i, coalesce(sum(p.carrier_ms), 0) as carrier_ms, coalesce(max(p.peak), 0) as peak,
       sum(greatest(0, least(m.bucket_ms + ${QUARTER_MS}, ${sqlNumber(context.progress?.watermarkMs ?? 0)}) - m.bucket_ms))
         as measured_ms
     from measured m left join present p on p.bucket_ms = m.bucket_ms
       asof join ${edgesRelation(edges)} e on m.bucket_ms >= e.from_ms
     group by e.i`,
    [context.siteId, frame.zone?.id ?? ''],
  );
  const totals = new Map(rows.map((row) => [row.i, row]));
  const sums = await edgesByInterval(context, frame);
  const certain = await doubtsByInterval(context, frame);
  const doors = await doorsByInterval(context, frame);
  return fill(frame, { ...NOTHING, peak: null }, (i, coverage) => {
    const row = totals.get(i);
    return occupancyFigures(
      { carrierMs: row?.carrier_ms ?? 0, measuredMs: row?.measured_ms ?? 0, peak: row?.peak ?? 0 },
      coverage,
      certain[i] && { ...certain[i], sums: sums.get(i) ?? NO_EDGES, doors: doors[i]! },
    );
  });
}
