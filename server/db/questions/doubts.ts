/** How sure are the visits (stays in a zone) of each interval? What server/metrics/doubt.ts says, as SQL. */
import { MINUTE_MS } from '../../metrics/coverage.ts';
import type { DarkWindow } from '../../metrics/dark.ts';
import {
  type Certain,
  type Doubts,
  expectedMinutes,
  type Light,
  lightOf,
  MILLION,
  NO_DOUBTS,
} from '../../metrics/doubt.ts';
import { DAY_MS } from '../../metrics/localTime.ts';
import { RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { gapMsOf } from '../figures/seals.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import { darkOf, darkSql, knownDarkOf, spansOf } from './dark.ts';
import type { Frame } from './frame.ts';
import { sealedSums } from './hourSums.ts';

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
    // What a visit may be the rest of ended within the day before it; of open ones that began before those read, too.
    const since = (ms: number): string => sqlNumber(Math.max(0, ms - DAY_MS));
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
  const before = zone ? 'null::bigint' : 'lag(end_ms) over (partition by carrier_id order by start_ms, end_ms)';
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

/** Closed presences from here on are read from rows. */
export const closedFromMs = ({ edges, sealedMs, nextMs }: Frame): number =>
  Math.max(edges[0]!, Math.min(sealedMs, nextMs));

const open = new WeakMap<Frame, Promise<number[]>>();

/** Starts of open presences that have a say in the frame. */
export function openStarts(context: SiteContext, frame: Frame): Promise<number[]> {
  const known = open.get(frame);
  if (known) return known;
  const { edges, zone, nextMs } = frame;
  const found = context.sql
    .all<{ start_ms: number }>(
      `select start_ms from open_${zone ? 'stays' : 'visits'} where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"}
         and kind not in ('staff', 'cart') and ${inRange('start_ms', [edges[0]!, nextMs])}`,
      [context.siteId, zone?.id ?? ''],
    )
    .then((rows) => rows.map((row) => row.start_ms));
  open.set(frame, found);
  return found;
}

/** Not all of the frame is in sums. */
export const mayHaveRows = async (context: SiteContext, frame: Frame): Promise<boolean> =>
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

/** Of closed presences that start from the seal on, and of open ones. */
async function doubtsOfRows(context: SiteContext, frame: Frame): Promise<Map<number, Doubts>> {
  const { edges, zone, nextMs } = frame;
  const all = edgesRelation([...edges, nextMs]);
  const last = edges.length - 1;
  const rows = await context.sql.all<{ i: number } & Record<keyof Doubts, number>>(
    `with ${judgedSql(context, frame, await darkOf(context, frame), closedFromMs(frame), await openStarts(context, frame))},
     p as (select j.*, e.i, greatest(0.0, 1 - (j.start_ms - e.from_ms) / j.reach_before) as earlier
       from judged j asof join ${all} e on j.start_ms >= e.from_ms),
     s as (select *, long_enough * (1 - earlier) * whole as here, long_enough * earlier * whole as there from p),
     q as (
       select i, case when counts then 1 - here else 0.0 end as wrong, case when counts then 0.0 else here end as missing,
         counts and (gateways <= 1 or ${zone !== undefined}) as one, counts and gateways = 2 and ${zone === undefined} as two,
         counts and gateways > 2 and ${zone === undefined} as more,
         case when counts then lag_ms else 0 end as lag_ms,
         counts and (reach_before > 2 * lag or reach_after > 2 * lag) as darkened from s
       union all
       select i - 1, 0.0, there, false, false, false, 0, false from s where earlier > 0 and i > 0)
     select i, sum(${millionthsSql('wrong')}) as "falseM", sum(${millionthsSql('wrong * wrong')}) as "falseSquareM",
       sum(${millionthsSql('missing')}) as "missingM", sum(${millionthsSql('missing * missing')}) as "missingSquareM",
       count(*) filter (where one) as "seenByOne", count(*) filter (where two) as "seenByTwo",
       count(*) filter (where more) as "seenByMore", max(lag_ms) as "longestLagMs",
       count(*) filter (where darkened) as darkened
     from q where i < ${last} group by i`,
    [context.siteId, zone?.id ?? ''],
  );
  return new Map(rows.map(({ i, ...sums }) => [i, sums]));
}

/** Undefined for an interval of which rows have expired that are in no sums. */
export async function doubtsByInterval(context: SiteContext, frame: Frame): Promise<(Certain | undefined)[]> {
  const { edges } = frame;
  const sealed = await sealedSums(context, frame);
  const rows = (await mayHaveRows(context, frame)) ? await doubtsOfRows(context, frame) : new Map<number, Doubts>();
  const light = await lightByInterval(context, frame);
  return frame.points.map((_, i) =>
    isKnown(context, frame, edges[i]!)
      ? { doubts: plus(sealed[i]!.doubts, rows.get(i) ?? NO_DOUBTS), light: light[i]! }
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
  if (fromMs < toMs && sql !== undefined)
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
