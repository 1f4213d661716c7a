/** When did nobody report, and what was counted around those times? What server/metrics/dark.ts says, as SQL. */
import { clipSpans, type ExpectedSpan, MINUTE_MS } from '../../metrics/coverage.ts';
import {
  AFTERGLOW_MS,
  type DarkWindow,
  darkWindows,
  EDGE_MS,
  type KnownDark,
  LONGEST_DARK_MS,
  NEARBY_MS,
} from '../../metrics/dark.ts';
import { inRange, LENGTH_MS, sqlNumber, sqlString } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import type { Frame } from './frame.ts';

/** Windows this far outside the period still have a say in it. */
export const DARK_MARGIN_MS = 2 * LONGEST_DARK_MS;
/** Whatever is next to, or nearby, such a window. */
const ROWS_MARGIN_MS = DARK_MARGIN_MS + 2 * NEARBY_MS;

/** Spans of the period, of the zone's floor, with their relation span(gateway_id, from_ms, to_ms). */
export function spansOf(
  context: SiteContext,
  { zone }: Frame,
  fromMs: number,
  toMs: number,
): { spans: ExpectedSpan[]; sql: string | undefined } {
  const spans = clipSpans(context.spans, fromMs, toMs).filter((span) => !zone || span.floorId === zone.floorId);
  const values = spans.map(
    (span) => `(${sqlString(span.gatewayId)}, ${sqlNumber(span.fromMs)}, ${sqlNumber(span.toMs)})`,
  );
  return {
    spans,
    sql: values.length > 0 ? `span(gateway_id, from_ms, to_ms) as (values ${values.join(',')})` : undefined,
  };
}

/** Some gateway missed some minute of the period: else there is no darkness to look for. */
export const isDim = ({ points }: Pick<Frame, 'points'>): boolean => points.some((point) => point.coverage < 1);

const found = new WeakMap<Frame, Promise<DarkWindow[]>>();

/** Each question asks once. */
export function darkOf(context: SiteContext, frame: Frame): Promise<DarkWindow[]> {
  const before = found.get(frame);
  if (before) return before;
  const windows = findDark(context, frame);
  found.set(frame, windows);
  return windows;
}

async function findDark(context: SiteContext, frame: Frame): Promise<DarkWindow[]> {
  if (!isDim(frame)) return [];
  const fromMs = Math.floor((frame.edges[0]! - DARK_MARGIN_MS) / MINUTE_MS) * MINUTE_MS;
  const toMs = Math.ceil((frame.edges.at(-1)! + DARK_MARGIN_MS) / MINUTE_MS) * MINUTE_MS;
  const { spans, sql } = spansOf(context, frame, fromMs, toMs);
  if (sql === undefined) return [];
  const unreported = await context.sql.all<DarkWindow>(
    `with ${sql}, lit as (
       select distinct c.minute_ms from coverage c join span s
         on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms
       where c.site_id = $1 and ${inRange('c.minute_ms', [fromMs, toMs])}
       union all select unnest([${sqlNumber(fromMs - MINUTE_MS)}, ${sqlNumber(toMs)}]::bigint[]))
     select "fromMs", "toMs" from (
       select minute_ms + ${MINUTE_MS} as "fromMs", lead(minute_ms) over (order by minute_ms) as "toMs" from lit)
     where "toMs" > "fromMs" order by "fromMs"`,
    [context.siteId],
  );
  return darkWindows(unreported, spans);
}

/** A relation dark(k, from_ms, to_ms), to stand in a `with`. */
export const darkSql = (windows: readonly DarkWindow[]): string =>
  windows.length === 0
    ? 'dark as (select 0 as k, 0::bigint as from_ms, 0::bigint as to_ms where false)'
    : `dark(k, from_ms, to_ms) as (values ${windows
        .map(({ fromMs, toMs }, k) => `(${k}, ${sqlNumber(fromMs)}::bigint, ${sqlNumber(toMs)}::bigint)`)
        .join(',')})`;

/** Windows by a row's start and end: `before` is the last that began by its start, `after` the first that ends after its end. */
export const DARK_JOINS = `asof left join dark before on r.start_ms >= before.from_ms
  asof left join dark after on r.end_ms < after.to_ms`;

/** `reachBeforeMs` and `reachAfterMs`, of rows with DARK_JOINS. */
export const REACH_BEFORE = `case when before.from_ms is null or r.start_ms - before.to_ms > 2 * r.lag + ${EDGE_MS} then 2 * r.lag
  else greatest(2 * r.lag, least(r.start_ms - before.from_ms, ${LONGEST_DARK_MS})) end`;
export const REACH_AFTER = `case when after.from_ms is null or after.from_ms - r.end_ms > 2 * r.lag + ${EDGE_MS} then 2 * r.lag
  else greatest(2 * r.lag, least(after.to_ms - r.end_ms, ${LONGEST_DARK_MS})) end`;
/** `darkWithinMs`, of the silence from before_ms to the start. */
export const DARK_SILENCE = `case when before.from_ms is null or before.to_ms - before.from_ms > ${LONGEST_DARK_MS} then 0
  else greatest(0, least(r.start_ms, before.to_ms) - greatest(r.before_ms, before.from_ms)) end`;

export async function knownDarkOf(context: SiteContext, frame: Frame, lagSql: string): Promise<KnownDark[]> {
  const windows = await darkOf(context, frame);
  if (windows.length === 0) return [];
  const { edges, zone } = frame;
  const [fromMs, toMs] = [edges[0]! - ROWS_MARGIN_MS, edges.at(-1)! + ROWS_MARGIN_MS];
  const source = zone ? 'stays' : 'visits';
  const rowsOf = (table: string): string =>
    `select start_ms, end_ms, ${LENGTH_MS} as length_ms, ${lagSql} as lag from ${table}
     where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and start_ms < ${sqlNumber(toMs)} and end_ms >= ${sqlNumber(fromMs)}`;
  const rows = await context.sql.all<Record<'k' | 'arrivals' | 'lengthMs' | 'starts' | 'ends', number>>(
    `with ${darkSql(windows)}, r as (${rowsOf(source)} union all ${rowsOf(`open_${source}`)}),
     e as (select r.*, before.k as before_k, after.k as after_k, ${REACH_BEFORE} > 2 * r.lag as darkened_before,
         ${REACH_AFTER} > 2 * r.lag as darkened_after from r ${DARK_JOINS})
     select dark.k, (select count(*) from e where before_k = dark.k and darkened_before) as starts,
       (select count(*) from e where after_k = dark.k and darkened_after) as ends,
       count(r.start_ms) as arrivals, coalesce(cast(sum(r.length_ms) as bigint), 0) as "lengthMs"
     from dark left join r on r.length_ms >= ${sqlNumber(minLengthMs(context, zone))}
       and ((r.start_ms >= dark.from_ms - ${NEARBY_MS} and r.start_ms < dark.from_ms)
         or (r.start_ms >= dark.to_ms + ${AFTERGLOW_MS} and r.start_ms < dark.to_ms + ${NEARBY_MS}))
     group by dark.k order by dark.k`,
    [context.siteId, zone?.id ?? ''],
  );
  return rows.map(({ k, ...counted }) => ({ ...windows[k]!, ...counted }));
}
