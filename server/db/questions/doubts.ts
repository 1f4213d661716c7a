/** How sure are the visits (stays in a zone) of each interval? What server/metrics/doubt.ts says, as SQL. */
import { MINUTE_MS } from '../../metrics/coverage.ts';
import { type DarkWindow, LONGEST_DARK_MS } from '../../metrics/dark.ts';
import {
  type Certain,
  type Doubts,
  expectedMinutes,
  type Light,
  lightOf,
  MILLION,
  NO_DOUBTS,
} from '../../metrics/doubt.ts';
import { RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import {
  DARK_JOINS,
  DARK_SILENCE,
  darkOf,
  darkSql,
  isDim,
  knownDarkOf,
  REACH_AFTER,
  REACH_BEFORE,
  spansOf,
} from './dark.ts';
import type { Frame } from './frame.ts';

/** A visit that began this long before may still be what another one is the rest of. */
const LONGEST_BEFORE_MS = 24 * 3_600_000;
/** A start is put off by darkness, or by two lags, and a lag is half of exitAfterSeconds at most, of which 600 are the most. */
export const LATEST_MS = LONGEST_DARK_MS;

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
 * reach_before, reach_after, long_enough, whole, counts): presences from a day before the period until
 * LATEST_MS after it. Parameters: $1 the site, $2 the zone or ''.
 */
export function judgedSql(context: SiteContext, { edges, zone }: Frame, dark: readonly DarkWindow[]): string {
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const minMs = sqlNumber(minLengthMs(context, zone));
  const gapMs = sqlNumber(Math.round(context.definitions.visitGapMinutes * 60_000));
  const rowsOf = (table: string) =>
    `select carrier_id, start_ms, end_ms, ${LENGTH_MS} as length_ms, lag_ms, gateways, ${LAG_SQL} as lag
     from ${table} where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and ${inRange('start_ms', [Math.max(0, fromMs - LONGEST_BEFORE_MS), toMs + LATEST_MS])}`;
  const source = zone ? 'stays' : 'visits';
  const before = 'lag(end_ms) over (partition by carrier_id order by start_ms, end_ms)';
  const silence = `(r.start_ms - r.before_ms - (${DARK_SILENCE}) - ${gapMs})`;
  const repeat = zone
    ? '0.0'
    : `case when r.before_ms is null then 0.0 else ${excessSql(silence, '(2 * r.lag)', '(2 * r.lag)')} end`;
  return `${darkSql(dark)},
    presence as (select *, ${before} as before_ms from (${rowsOf(source)} union all ${rowsOf(`open_${source}`)})),
    reached as (select r.*, ${REACH_BEFORE} as reach_before, ${REACH_AFTER} as reach_after, 1 - (${repeat}) as whole
      from presence r ${DARK_JOINS}),
    judged as (select *, ${excessSql(`(${minMs} - length_ms)`, 'reach_before', 'reach_after')} as long_enough,
      length_ms >= ${minMs} as counts from reached)`;
}

/** Undefined for an interval of which rows have expired. */
export async function doubtsByInterval(context: SiteContext, frame: Frame): Promise<(Certain | undefined)[]> {
  const { edges, zone } = frame;
  const toMs = edges.at(-1)!;
  // One interval more: a start after the last one may belong into it.
  const all = edgesRelation([...edges, toMs + LATEST_MS]);
  const last = edges.length - 1;
  const rows = await context.sql.all<{ i: number } & Record<keyof Doubts, number>>(
    `with ${judgedSql(context, frame, await darkOf(context, frame))},
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
  const doubts = new Map(rows.map(({ i, ...sums }) => [i, sums]));
  const light = await lightByInterval(context, frame);
  return frame.points.map((_, i) =>
    edges[i]! < context.rowsFromMs ? undefined : { doubts: doubts.get(i) ?? NO_DOUBTS, light: light[i]! },
  );
}

export async function lightByInterval(context: SiteContext, frame: Frame): Promise<Light[]> {
  const { edges, points } = frame;
  if (!isDim(frame)) return points.map(() => ({ lit: 1, gateways: 1 }));
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const { spans, sql } = spansOf(context, frame, fromMs, toMs);
  const rows =
    sql === undefined
      ? []
      : await context.sql.all<{ i: number; lit: number }>(
          `with ${sql}
           select e.i, count(distinct c.minute_ms) as lit
           from coverage c join span s
             on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms
             asof join ${edgesRelation(edges)} e on c.minute_ms >= e.from_ms
           where c.site_id = $1 and ${inRange('c.minute_ms', [Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS, toMs])} group by e.i`,
          [context.siteId],
        );
  const litMinutes = new Map(rows.map((row) => [row.i, row.lit]));
  const known = await knownDarkOf(context, frame, LAG_SQL);
  return points.map(({ coverage }, i) => {
    const expected = expectedMinutes(spans, edges[i]!, edges[i + 1]!);
    const lit = expected > 0 ? Math.min(1, (litMinutes.get(i) ?? 0) / expected) : 0;
    return lightOf(lit, lit > 0 ? Math.min(1, coverage / lit) : 0, known, edges[i]!, edges[i + 1]!);
  });
}
