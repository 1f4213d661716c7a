/** How sure are the visits (stays in a zone) of each interval? What server/metrics/doubt.ts says, as SQL. */

import type { Definitions } from '../../contract/definitions.ts';
import { MINUTE_MS } from '../../metrics/coverage.ts';
import type { DarkWindow } from '../../metrics/dark.ts';
import { LONGEST_DARK_MS } from '../../metrics/dark.ts';
import {
  type Certain,
  type Doubts,
  doubtsOf,
  expectedMinutes,
  type Light,
  lightOf,
  MILLION,
  NO_DOUBTS,
} from '../../metrics/doubt.ts';
import { type LengthCounts, lengthCounts } from '../../metrics/footfall.ts';
import { bounceMs, RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { gapMsOf } from '../figures/seals.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import { darkOf, darkSql, knownDarkOf } from './dark.ts';
import type { Frame } from './frame.ts';
import { sealedSums } from './hourSums.ts';
import { coverageIn, newMinutes } from './minutes.ts';
import { type NewRow, type NewRows, restOf } from './newRows.ts';
import { openRows } from './open.ts';
import { spansOf } from './spans.ts';

/** `excessChance`. */
export const excessSql = (needed: string, before: string, after: string): string => {
  const least = `least(${before}, ${after})`;
  const most = `greatest(${before}, ${after})`;
  const left = `(${before} + ${after} - (${needed}))`;
  return `case when (${needed}) <= 0 then 1.0 when (${needed}) >= ${before} + ${after} then 0.0
    when (${needed}) < ${least} then 1 - ((${needed}) * (${needed})) / (2 * ${before} * ${after})
    when (${needed}) < ${most} then (${most} - (${needed}) + ${least} / 2) / ${most}
    else (${left} * ${left}) / (2 * ${before} * ${after}) end`;
};
/** `lagOf`. */
export const LAG_SQL = `greatest(lag_ms::double, ${RESOLUTION_MS / 2})`;
export const millionthsSql = (chance: string): string => `cast(round((${chance}) * ${MILLION}) as bigint)`;

/**
 * Relations to stand in a `with`, the last one judged(carrier_id, start_ms, end_ms, length_ms, lag_ms, lag, gateways,
 * reach_before, reach_after, long_enough, whole, counts): presences that start in the frame or up to `nextMs` after it;
 * closed ones from `closedFromMs` on. Parameters: $1 the site, $2 the zone or ''.
 */
export function judgedSql(
  context: SiteContext,
  { edges, zone, nextMs }: Frame,
  windows: readonly DarkWindow[],
  closedFromMs: number,
  openMs: readonly number[] = [],
): string {
  const [fromMs, toMs] = [edges[0]!, nextMs];
  const minMs = sqlNumber(minLengthMs(context, zone));
  const gapMs = sqlNumber(gapMsOf(context.definitions));
  const dark = darkSql(windows);
  const source = zone ? 'stays' : 'visits';
  const columns = `carrier_id, start_ms, end_ms, ${LENGTH_MS} as length_ms, lag_ms, gateways, ${LAG_SQL} as lag`;
  const where = `site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')`;
  const closed = (range: string, judged: boolean): string =>
    `select ${columns}, ${judged} as judged from ${source} where ${where} and ${range}`;
  const open = `select ${columns}, true from open_${source} where ${where} and ${inRange('start_ms', [fromMs, toMs])}`;
  const own = closed(inRange('start_ms', [closedFromMs, toMs]), true);
  const rows = [own, open];
  if (!zone) {
    // What a visit may be the rest of; of open ones that began before those read, too.
    const since = (ms: number): string => sqlNumber(Math.max(0, ms - repeatedWithinMs(context.definitions)));
    rows.push(
      closed(`start_ms < ${sqlNumber(closedFromMs)} and end_ms >= ${since(closedFromMs)}`, false),
      ...(openMs.some((startMs) => startMs < closedFromMs)
        ? [
            closed(
              `end_ms < ${since(closedFromMs)} and end_ms >= ${since(fromMs)} and start_ms < ${sqlNumber(closedFromMs)}
               and carrier_id in (select carrier_id from open_visits where ${where} and ${inRange('start_ms', [fromMs, closedFromMs])})`,
              false,
            ),
          ]
        : []),
    );
  }
  const before = zone ? 'null::bigint' : BEFORE_SQL;
  const silence = `(r.start_ms - r.before_ms - (${dark.silence}) - ${gapMs})`;
  const repeat = zone
    ? '0.0'
    : `case when r.before_ms is null then 0.0 else ${excessSql(silence, '(2 * r.lag)', '(2 * r.lag)')} end`;
  return `${dark.relation}presence as (select *, ${before} as before_ms from (${rows.join(' union all ')})),
    reached as (select r.*, ${dark.reachBefore} as reach_before, ${dark.reachAfter} as reach_after, 1 - (${repeat}) as whole
      from presence r ${dark.joins} where r.judged),
    judged as (select *, ${excessSql(`(${minMs} - length_ms)`, 'reach_before', 'reach_after')} as long_enough,
      length_ms >= ${minMs} as counts from reached)`;
}

/** End of what a visit may be the rest of. */
export const BEFORE_SQL =
  'max(end_ms) over (partition by carrier_id order by start_ms, end_ms rows between unbounded preceding and 1 preceding)';
/** Four lags, of which none is longer than five minutes, and darkness: a longer silence was an absence. */
export const repeatedWithinMs = (definitions: Definitions): number =>
  gapMsOf(definitions) + 20 * MINUTE_MS + LONGEST_DARK_MS + MINUTE_MS;

/** Closed presences from here on are read from rows. */
export const closedFromMs = ({ edges, sealedMs, nextMs }: Frame): number =>
  Math.max(edges[0]!, Math.min(sealedMs, nextMs));

/** Starts of open presences that have a say in the frame. */
export async function openStarts(context: SiteContext, { edges, zone, nextMs }: Frame): Promise<number[]> {
  const rows = await openRows(context, zone);
  return rows.flatMap(({ startMs }) => (startMs >= edges[0]! && startMs < nextMs ? [startMs] : []));
}

/** Not all of the frame is in sums. */
const mayHaveRows = async (context: SiteContext, frame: Frame): Promise<boolean> =>
  closedFromMs(frame) < frame.nextMs || (await openStarts(context, frame)).length > 0;

const plus = (a: Doubts, b: Doubts): Doubts => ({
  falseM: a.falseM + b.falseM,
  falseSquareM: a.falseSquareM + b.falseSquareM,
  missingM: a.missingM + b.missingM,
  missingSquareM: a.missingSquareM + b.missingSquareM,
  seenByOne: a.seenByOne + b.seenByOne,
  seenByTwo: a.seenByTwo + b.seenByTwo,
  seenByMore: a.seenByMore + b.seenByMore,
  longestLagMs: Math.max(a.longestLagMs, b.longestLagMs),
  darkened: a.darkened + b.darkened,
});

interface OfRows {
  doubts: Doubts;
  lengths: LengthCounts;
}
const asked = new WeakMap<Frame, Promise<Map<number, OfRows>>>();

/** Of closed presences that start from the seal on, and of open ones. Each frame asks once. */
export function presencesOfRows(context: SiteContext, frame: Frame): Promise<Map<number, OfRows>> {
  const known = asked.get(frame);
  if (known) return known;
  const found = mayHaveRows(context, frame).then((may) => (may ? askRows(context, frame) : new Map<number, OfRows>()));
  asked.set(frame, found);
  return found;
}

/** Counted by the definitions themselves. */
async function countRows(context: SiteContext, frame: Frame, rows: NewRows): Promise<Map<number, OfRows>> {
  const { edges, zone, nextMs } = frame;
  const minMs = minLengthMs(context, zone);
  const restMs = closedFromMs(frame);
  const open = new Set(rows.open);
  const within = (row: NewRow, fromMs: number): boolean => row.startMs >= fromMs && row.startMs < nextMs;
  const mine = (row: NewRow): boolean => within(row, open.has(row) ? edges[0]! : restMs);
  const all = [...rows.closed, ...rows.open];
  const gapMs = zone ? undefined : gapMsOf(context.definitions);
  const doubts = doubtsOf(all, [...edges, nextMs], minMs, gapMs, await darkOf(context, frame), mine);
  const byInterval = new Map<number, NewRow[]>();
  for (const row of all) {
    if (!mine(row)) continue;
    const i = edges.findLastIndex((edge) => row.startMs >= edge);
    const list = byInterval.get(i);
    if (list) list.push(row);
    else byInterval.set(i, [row]);
  }
  return new Map(
    edges.slice(0, -1).map((fromMs, i) => [
      i,
      {
        doubts: doubts[i]!,
        lengths: lengthCounts(byInterval.get(i) ?? [], fromMs, edges[i + 1]!, minMs, bounceMs(context.definitions)),
      },
    ]),
  );
}

async function askRows(context: SiteContext, frame: Frame): Promise<Map<number, OfRows>> {
  const { edges, zone, nextMs } = frame;
  const few = await restOf(context, zone, closedFromMs(frame), await openStarts(context, frame));
  if (few) return countRows(context, frame, few);
  const minMs = sqlNumber(minLengthMs(context, zone));
  const all = edgesRelation([...edges, nextMs]);
  const last = edges.length - 1;
  const judged = judgedSql(
    context,
    frame,
    await darkOf(context, frame),
    closedFromMs(frame),
    await openStarts(context, frame),
  );
  const rows = await context.sql.all<{ i: number } & Doubts & LengthCounts>(
    `with ${judged},
     p as (select j.*, e.i, greatest(0.0, 1 - (j.start_ms - e.from_ms) / j.reach_before) as earlier
       from judged j asof join ${all} e on j.start_ms >= e.from_ms),
     s as (select *, long_enough * (1 - earlier) * whole as here, long_enough * earlier * whole as there from p),
     q as (
       select i, true as own, case when counts then 1 - here else 0.0 end as wrong, case when counts then 0.0 else here end as missing,
         counts, gateways, lag_ms, length_ms, counts and (reach_before > 2 * lag or reach_after > 2 * lag) as darkened from s
       union all
       select i - 1, false, 0.0, there, false, 0, 0, -1, false from s where earlier > 0 and i > 0)
     select i, sum(${millionthsSql('wrong')}) as "falseM", sum(${millionthsSql('wrong * wrong')}) as "falseSquareM",
       sum(${millionthsSql('missing')}) as "missingM", sum(${millionthsSql('missing * missing')}) as "missingSquareM",
       count(*) filter (where counts and ${zone ? 'true' : 'gateways <= 1'}) as "seenByOne",
       count(*) filter (where counts and ${zone ? 'false' : 'gateways = 2'}) as "seenByTwo",
       count(*) filter (where counts and ${zone ? 'false' : 'gateways > 2'}) as "seenByMore",
       coalesce(max(lag_ms) filter (where counts), 0) as "longestLagMs", count(*) filter (where darkened) as darkened,
       count(*) filter (where counts) as counted,
       count(*) filter (where own and length_ms >= ${minMs} + ${RESOLUTION_MS}) as surely,
       count(*) filter (where own and length_ms >= ${minMs} - ${RESOLUTION_MS}) as possibly,
       count(*) filter (where own and not counts) as below,
       count(*) filter (where counts and length_ms < ${sqlNumber(bounceMs(context.definitions))}) as bounced,
       coalesce(cast(sum(length_ms) filter (where counts) as bigint), 0) as "dwellMs"
     from q where i < ${last} group by i`,
    [context.siteId, zone?.id ?? ''],
  );
  return new Map(
    rows.map(({ i, counted, surely, possibly, below, bounced, dwellMs, ...doubts }) => [
      i,
      { doubts, lengths: { counted, surely, possibly, below, bounced, dwellMs } },
    ]),
  );
}

/** Undefined for an interval of which rows have expired that are in no sums. */
export async function doubtsByInterval(context: SiteContext, frame: Frame): Promise<(Certain | undefined)[]> {
  const { edges } = frame;
  const sealed = await sealedSums(context, frame);
  const rows = await presencesOfRows(context, frame);
  const light = await lightByInterval(context, frame);
  return frame.points.map((_, i) =>
    isKnown(context, frame, edges[i]!)
      ? { doubts: plus(sealed[i]!.doubts, rows.get(i)?.doubts ?? NO_DOUBTS), light: light[i]! }
      : undefined,
  );
}

/** Of an interval that starts then there are rows, or sums of them. */
export const isKnown = ({ rowsFromMs }: SiteContext, { sealedMs }: Frame, fromMs: number): boolean =>
  fromMs >= rowsFromMs || sealedMs > fromMs;

export async function lightByInterval(context: SiteContext, frame: Frame): Promise<Light[]> {
  const { edges, points, zone, light } = frame;
  if (points.every(({ coverage }) => coverage >= 1 || coverage === 0))
    return points.map(({ coverage }) => lightFull(coverage));
  const [fromMs, toMs] = [Math.max(edges[0]!, light.untilMs), edges.at(-1)!];
  const litMinutes = new Map(light.sums.map(({ lit }, i) => [i, lit]));
  const { spans, sql } = spansOf(context, zone?.floorId, fromMs, toMs);
  const minutes = fromMs < toMs ? await newMinutes(context, zone?.floorId) : undefined;
  if (minutes && minutes.fromMs <= fromMs)
    points.forEach((_, i) => {
      const [from, to] = [Math.max(edges[i]!, fromMs), edges[i + 1]!];
      if (from >= to) return;
      const { lit } = coverageIn(context, zone?.floorId, minutes, from, to);
      litMinutes.set(i, (litMinutes.get(i) ?? 0) + lit);
    });
  else if (fromMs < toMs && sql !== undefined)
    for (const { i, lit } of await context.sql.all<{ i: number; lit: number }>(
      `with ${sql}
       select e.i, count(distinct c.minute_ms) as lit
       from coverage c join span s
         on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms
         asof join ${edgesRelation(edges)} e on c.minute_ms >= e.from_ms
       where c.site_id = $1 and ${inRange('c.minute_ms', [Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS, toMs])} group by e.i`,
      [context.siteId],
    ))
      litMinutes.set(i, (litMinutes.get(i) ?? 0) + lit);
  const known = await knownDarkOf(context, frame, LAG_SQL);
  return points.map(({ coverage }, i) => {
    if (coverage >= 1) return lightFull(coverage);
    const later = Math.max(edges[i]!, fromMs);
    const expected =
      light.sums[i]!.minutes + (later < edges[i + 1]! ? expectedMinutes(spans, later, edges[i + 1]!) : 0);
    const lit = expected > 0 ? Math.min(1, (litMinutes.get(i) ?? 0) / expected) : 0;
    return lightOf(lit, lit > 0 ? Math.min(1, coverage / lit) : 0, known, edges[i]!, edges[i + 1]!);
  });
}

/** Everybody reported, or nobody, of which nothing is told. */
const lightFull = (coverage: number): Light => ({ lit: coverage, gateways: coverage });
