/** How long do the visits last that started in each interval? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { type Doubtful, doubtfulBy } from '../../metrics/doubt.ts';
import {
  type DwellRanks,
  type DwellWindow,
  dwellFigures,
  dwellOf,
  dwellRanks,
  dwellWindow,
} from '../../metrics/dwell.ts';
import { dwellWithheld } from '../../metrics/suppression.ts';
import { gapMsOf } from '../figures/seals.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlList, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import { darkOf } from './dark.ts';
import { doorsByInterval } from './doors.ts';
import { doubtsByInterval, judgedSql } from './doubts.ts';
import { type Frame, fill, NOTHING } from './frame.ts';
import { lengthCountsByInterval } from './lengthCounts.ts';
import { type NewRows, restOf, staysBetween } from './newRows.ts';

/** So many are read and counted by the definition itself, faster than statements that do it are planned. */
const FEW_STAYS = 5_000;
const EMPTY = { ...NOTHING, mean: null, p90: null };

/** A relation (i, carrier_id, length_ms) of the visits that count. */
function lengthsRelation(context: SiteContext, frame: Frame): string {
  const { edges, zone } = frame;
  const source = zone ? 'stays' : 'visits';
  const rowsOf = (table: string) =>
    `select carrier_id, start_ms, ${LENGTH_MS} as length_ms from ${table}
     where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and ${inRange('start_ms', [edges[0]!, edges.at(-1)!])}
       and ${LENGTH_MS} >= ${sqlNumber(minLengthMs(context, zone))}`;
  return `(select e.i, v.carrier_id, v.length_ms
    from (${rowsOf(source)} union all ${rowsOf(`open_${source}`)}) v
      asof join ${edgesRelation(edges)} e on v.start_ms >= e.from_ms)`;
}

/** The lengths at the wanted ranks, and how many carriers stand behind each interval. */
async function lengthsAtRanks(context: SiteContext, frame: Frame, wanted: Map<number, DwellRanks>) {
  const intervals: number[] = [];
  const ranks: number[] = [];
  for (const [i, { median, p90, low, high }] of wanted)
    for (const rank of new Set([...median, p90, low, high])) {
      intervals.push(i);
      ranks.push(rank);
    }
  const params = [context.siteId, frame.zone?.id ?? ''];
  const relation = lengthsRelation(context, frame);
  const rows = await context.sql.all<{ i: number; rank: number; length_ms: number }>(
    `select i, rank, length_ms from (
       select i, length_ms, row_number() over (partition by i order by length_ms) as rank from ${relation})
     semi join (select unnest(${sqlList(intervals)}) as i, unnest(${sqlList(ranks)}) as rank) using (i, rank)`,
    params,
  );
  const lengths = new Map(rows.map((row) => [`${row.i} ${row.rank}`, row.length_ms]));
  const carriers = new Map<number, number>();
  if (frame.zone)
    for (const row of await context.sql.all<{ i: number; carriers: number }>(
      `select i, count(distinct carrier_id) as carriers from ${relation} group by i`,
      params,
    ))
      carriers.set(row.i, row.carriers);
  return { lengths, carriers };
}

/** What lies near the median of each interval: `NearMedian`. */
async function nearMedians(context: SiteContext, frame: Frame, windows: ReadonlyMap<number, DwellWindow>) {
  const { edges } = frame;
  const out = new Map<number, { below: number; near: Doubtful[] }>();
  if (windows.size === 0) return out;
  const values: string[] = [];
  for (const [i, { leastMs, mostMs }] of windows) {
    values.push(`(${i}, ${sqlNumber(leastMs)}, ${sqlNumber(mostMs)})`);
    out.set(i, { below: 0, near: [] });
  }
  // Those below come as one row of each interval, without a length.
  const rows = await context.sql.all<{ i: number; below: number } & Record<keyof Doubtful, number | null>>(
    `with ${judgedSql(context, frame, await darkOf(context, frame), edges[0]!)},
     wanted(i, least_ms, most_ms) as (values ${values.join(',')}),
     v as materialized (
       select w.i, j.length_ms, j.reach_before, j.reach_after, j.long_enough * j.whole as chance,
         j.length_ms + j.reach_before + j.reach_after < w.least_ms as below
       from judged j asof join ${edgesRelation(edges)} e on j.start_ms >= e.from_ms join wanted w on w.i = e.i
       where j.counts and j.start_ms < ${sqlNumber(edges.at(-1)!)} and j.length_ms <= w.most_ms)
     select i, count(*) as below, null as "lengthMs", null as "beforeMs", null as "afterMs", null as chance
     from v where below group by i
     union all select i, 0, length_ms, reach_before, reach_after, chance from v where not below
     order by i, "lengthMs", "beforeMs", "afterMs", chance`,
    [context.siteId, frame.zone?.id ?? ''],
  );
  for (const { i, below, lengthMs, beforeMs, afterMs, chance } of rows) {
    const mine = out.get(i)!;
    mine.below += below;
    if (lengthMs !== null && beforeMs !== null && afterMs !== null && chance !== null)
      mine.near.push({ lengthMs, beforeMs, afterMs, chance });
  }
  return out;
}

/** Of new rows: by the definition itself. */
async function dwellOfRows(context: SiteContext, frame: Frame, rows: NewRows): Promise<SeriesPoint[]> {
  const { edges, zone } = frame;
  const certain = await doubtsByInterval(context, frame);
  const doors = await doorsByInterval(context, frame);
  const gapMs = zone ? undefined : gapMsOf(context.definitions);
  const all = doubtfulBy(
    [...rows.closed, ...rows.open],
    edges,
    minLengthMs(context, zone),
    gapMs,
    await darkOf(context, frame),
  );
  return fill(frame, EMPTY, (i, coverage) => {
    const mine = all[i]!;
    if (mine.length === 0) return EMPTY;
    const carriers = zone ? new Set(mine.map(({ row }) => row.carrierId)).size : 0;
    if (dwellWithheld(zone?.id, carriers, context.definitions.kAnonymity)) return { ...EMPTY, suppressed: true };
    const sure = certain[i];
    return dwellOf(
      mine.map(({ doubtful }) => doubtful),
      coverage,
      sure && { ...sure, doors: doors[i]! },
    );
  });
}

export async function dwell(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const few = await restOf(context, frame.zone, frame.edges[0]!, []);
  if (few) return dwellOfRows(context, frame, few);
  const counts = await lengthCountsByInterval(context, frame);
  const { zone, edges } = frame;
  if (zone && edges[0]! >= context.rowsFromMs) {
    const stays = counts.reduce((sum, { counted, below }) => sum + counted + below, 0);
    if (stays <= FEW_STAYS)
      return dwellOfRows(context, frame, await staysBetween(context, zone, edges[0]!, edges.at(-1)!));
  }
  const certain = await doubtsByInterval(context, frame);
  const wanted = new Map<number, DwellRanks>();
  frame.points.forEach((point, i) => {
    const count = counts[i]!.counted;
    if (count > 0 && point.coverage > 0 && frame.edges[i]! >= context.rowsFromMs)
      wanted.set(i, dwellRanks(count, point.coverage, certain[i]));
  });
  const { lengths, carriers } =
    wanted.size > 0
      ? await lengthsAtRanks(context, frame, wanted)
      : { lengths: new Map<string, number>(), carriers: new Map<number, number>() };
  const lengthAtRank = (i: number) => (rank: number) => lengths.get(`${i} ${rank}`) ?? Number.NaN;
  const doors = await doorsByInterval(context, frame);
  const windows = new Map<number, DwellWindow>();
  for (const [i, ranks] of wanted) {
    const sure = certain[i];
    if (sure) windows.set(i, dwellWindow(ranks, lengthAtRank(i), sure, doors[i]!));
  }
  const near = await nearMedians(context, frame, windows);
  const k = context.definitions.kAnonymity;
  return fill(frame, EMPTY, (i) => {
    const { counted, dwellMs } = counts[i]!;
    const ranks = wanted.get(i);
    if (counted === 0) return EMPTY;
    // Rows have expired: the rollup still knows the mean. As many visits stand for as many carriers at most.
    if (!ranks)
      return dwellWithheld(frame.zone?.id, counted, k)
        ? { ...EMPTY, suppressed: true }
        : { ...EMPTY, mean: dwellMs / counted / 1000 };
    if (dwellWithheld(frame.zone?.id, carriers.get(i) ?? 0, k)) return { ...EMPTY, suppressed: true };
    const sure = certain[i];
    const around = near.get(i);
    return dwellFigures(
      counted,
      dwellMs,
      ranks,
      lengthAtRank(i),
      sure && around && { certain: sure, doors: doors[i]!, ...around },
    );
  });
}
