/** How sure are the visits (stays in a zone) of each interval? What server/metrics/doubt.ts says, as SQL. */
import { clipSpans, MINUTE_MS } from '../../metrics/coverage.ts';
import { type Certain, type Doubts, expectedMinutes, type Light, MILLION, NO_DOUBTS } from '../../metrics/doubt.ts';
import { RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlNumber, sqlString } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import type { Frame } from './frame.ts';

/** A visit that began this long before may still be what another one is the rest of. */
const LONGEST_BEFORE_MS = 24 * 3_600_000;
/** A start is put off by no more than two lags, and a lag is half of exitAfterSeconds at most, of which 600 are the most. */
export const LATEST_MS = 600_000;

export const excessSql = (needed: string): string => {
  const u = `((${needed}) / (4 * lag))`;
  return `case when ${u} <= 0 then 1.0 when ${u} >= 1 then 0.0
    when ${u} < 0.5 then 1 - 2 * ${u} * ${u} else 2 * (1 - ${u}) * (1 - ${u}) end`;
};
/** `lagOf`. */
export const LAG_SQL = `greatest(lag_ms::double, ${RESOLUTION_MS / 2})`;
export const millionthsSql = (chance: string): string => `cast(round((${chance}) * ${MILLION}) as bigint)`;

/** Undefined for an interval of which rows have expired. */
export async function doubtsByInterval(context: SiteContext, frame: Frame): Promise<(Certain | undefined)[]> {
  const { edges, zone } = frame;
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const minMs = sqlNumber(minLengthMs(context, zone));
  const gapMs = sqlNumber(Math.round(context.definitions.visitGapMinutes * 60_000));
  const rowsOf = (table: string) =>
    `select carrier_id, start_ms, end_ms, end_ms - start_ms as seen_ms, ${LENGTH_MS} as length_ms, lag_ms, gateways,
       ${LAG_SQL} as lag, ${zone ? 'mass_permille' : '1000'} as mass_permille
     from ${table} where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and ${inRange('start_ms', [Math.max(0, fromMs - LONGEST_BEFORE_MS), toMs + LATEST_MS])}`;
  const source = zone ? 'stays' : 'visits';
  // One interval more: a start after the last one may belong into it.
  const all = edgesRelation([...edges, toMs + LATEST_MS]);
  const last = edges.length - 1;
  const before = 'lag(end_ms) over (partition by carrier_id order by start_ms, end_ms)';
  const repeat = zone
    ? '0.0'
    : `case when before_ms is null then 0.0 else ${excessSql(`start_ms - before_ms - ${gapMs}`)} end`;
  const rows = await context.sql.all<{ i: number } & Record<keyof Doubts, number>>(
    `with r as (select *, ${before} as before_ms from (${rowsOf(source)} union all ${rowsOf(`open_${source}`)})),
     own as (select r.*, e.i, e.from_ms, r.start_ms - 2 * r.lag as earliest_ms from r asof join ${all} e on r.start_ms >= e.from_ms),
     p as (select *, ${excessSql(`${minMs} - seen_ms`)} as long_enough,
         greatest(0.0, 1 - (start_ms - from_ms) / (2 * lag)) as earlier, 1 - (${repeat}) as whole,
         length_ms >= ${minMs} as counts from own),
     q as (
       select i, case when counts then ${millionthsSql('1 - long_enough * (1 - earlier) * whole')} else 0 end as false_m,
         case when counts then 0 else ${millionthsSql('long_enough * (1 - earlier) * whole')} end as missing_m,
         counts and (gateways <= 1 or ${zone !== undefined}) as one, counts and gateways = 2 and ${zone === undefined} as two,
         counts and gateways > 2 and ${zone === undefined} as more,
         case when counts then lag_ms else 0 end as lag_ms,
         case when counts then (1000 - mass_permille) * 1000 else 0 end as counted_elsewhere,
         case when counts then 0 else (1000 - mass_permille) * 1000 end as below_elsewhere from p
       union all
       select i - 1, 0, ${millionthsSql('long_enough * earlier * whole')}, false, false, false, 0, 0, 0 from p
       where earlier > 0 and i > 0)
     select i, sum(false_m) as "falseM", sum(missing_m) as "missingM", count(*) filter (where one) as "seenByOne",
       count(*) filter (where two) as "seenByTwo", count(*) filter (where more) as "seenByMore", sum(lag_ms) as "lagMs",
       sum(counted_elsewhere) as "countedElsewhereM", sum(below_elsewhere) as "belowElsewhereM"
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
  const { edges, points, zone } = frame;
  const dim = points.some((point) => point.coverage < 1);
  if (!dim) return points.map(() => ({ lit: 1, gateways: 1 }));
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const spans = clipSpans(context.spans, fromMs, toMs).filter((span) => !zone || span.floorId === zone.floorId);
  const values = spans.map(
    (span) => `(${sqlString(span.gatewayId)}, ${sqlNumber(span.fromMs)}, ${sqlNumber(span.toMs)})`,
  );
  const rows =
    values.length === 0
      ? []
      : await context.sql.all<{ i: number; lit: number }>(
          `with span(gateway_id, from_ms, to_ms) as (values ${values.join(',')})
           select e.i, count(distinct c.minute_ms) as lit
           from coverage c join span s
             on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms
             asof join ${edgesRelation(edges)} e on c.minute_ms >= e.from_ms
           where c.site_id = $1 and ${inRange('c.minute_ms', [Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS, toMs])} group by e.i`,
          [context.siteId],
        );
  const litMinutes = new Map(rows.map((row) => [row.i, row.lit]));
  return points.map(({ coverage }, i) => {
    const expected = expectedMinutes(spans, edges[i]!, edges[i + 1]!);
    const lit = expected > 0 ? Math.min(1, (litMinutes.get(i) ?? 0) / expected) : 0;
    return { lit, gateways: lit > 0 ? Math.min(1, coverage / lit) : 0 };
  });
}
