/** When did nobody report, and what was counted around those times? What server/metrics/dark.ts says, as SQL. */
import { MINUTE_MS } from '../../metrics/coverage.ts';
import {
  AFTERGLOW_MS,
  type DarkWindow,
  darkWindows,
  EDGE_MS,
  type KnownDark,
  LONGEST_DARK_MS,
  NEARBY_MS,
} from '../../metrics/dark.ts';
import { HOUR_MS } from '../../metrics/localTime.ts';
import { lightSignature, sealKey, trustedUntil } from '../figures/seals.ts';
import { inRange, LENGTH_MS, sqlNumber, sqlString } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import type { Frame } from './frame.ts';
import { darkIn, newMinutes } from './minutes.ts';
import { spansOf } from './spans.ts';

/** A silence this far back may be one of darkness, and what was nearby counts: windows that ended earlier have no say. */
const WINDOWS_BEFORE_MS = 26 * HOUR_MS;
/** Whatever is next to, or nearby, a window. */
const ROWS_MARGIN_MS = NEARBY_MS + EDGE_MS;

const found = new WeakMap<Frame, Promise<DarkWindow[]>>();

/** Each question asks once. All windows that have a say in the frame, from their beginning to their end. */
export function darkOf(context: SiteContext, frame: Frame): Promise<DarkWindow[]> {
  const before = found.get(frame);
  if (before) return before;
  const windows = findDark(context, frame);
  found.set(frame, windows);
  return windows;
}

async function findDark(context: SiteContext, { edges, zone }: Frame): Promise<DarkWindow[]> {
  const watermarkMs = context.progress?.watermarkMs;
  if (watermarkMs === undefined) return [];
  const sinceMs = edges[0]! - WINDOWS_BEFORE_MS;
  const seal = context.seals.get(sealKey('light', zone?.floorId ?? ''));
  const untilMs = trustedUntil(seal, lightSignature(context), sinceMs, context.rowsFromMs);
  const sealed =
    untilMs <= sinceMs
      ? []
      : await context.sql.all<DarkWindow>(
          `select from_ms as "fromMs", to_ms as "toMs" from dark_windows
           where site_id = $1 and floor_id = $2 and to_ms > $3 and to_ms <= $4 order by from_ms`,
          [context.siteId, zone?.floorId ?? '', sinceMs, untilMs],
        );
  const minutes = await newMinutes(context, zone?.floorId);
  const rest =
    minutes && minutes.fromMs === untilMs
      ? darkIn(context, zone?.floorId, minutes)
      : await unreportedSpans(context, zone?.floorId, Math.max(context.rowsFromMs, untilMs), watermarkMs);
  return [...sealed, ...rest.filter(({ toMs }) => toMs > sinceMs)];
}

/** Windows of [fromMs, toMs), of a floor or of the site. */
export async function unreportedSpans(
  context: SiteContext,
  floorId: string | undefined,
  fromMs: number,
  toMs: number,
): Promise<DarkWindow[]> {
  const { spans, sql } = spansOf(context, floorId, fromMs, toMs);
  if (sql === undefined) return [];
  const firstMs = spans.reduce((least, span) => Math.min(least, span.fromMs), toMs);
  const endMs = Math.ceil(toMs / MINUTE_MS) * MINUTE_MS;
  const unreported = await context.sql.all<DarkWindow>(
    `with ${sql}, lit as (
       select distinct c.minute_ms from coverage c join span s
         on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms
       where c.site_id = $1 and ${inRange('c.minute_ms', [firstMs, endMs])}
       union all select unnest([${sqlNumber(firstMs - MINUTE_MS)}, ${sqlNumber(endMs)}]::bigint[]))
     select "fromMs", "toMs" from (
       select minute_ms + ${MINUTE_MS} as "fromMs", lead(minute_ms) over (order by minute_ms) as "toMs" from lit)
     where "toMs" > "fromMs" order by "fromMs"`,
    [context.siteId],
  );
  return darkWindows(unreported, spans);
}

/** Windows as SQL, of rows r(start_ms, end_ms, lag): without any there is nothing to join. */
export interface DarkSql {
  /** Relation dark(k, from_ms, to_ms) to stand in a `with`, a comma after it. */
  relation: string;
  /** `before` is the last that began by a row's start, `after` the first that ends after its end. */
  joins: string;
  joinBefore: string;
  /** `reachBeforeMs` and `reachAfterMs`. */
  reachBefore: string;
  reachAfter: string;
  /** `darkWithinMs`, of the silence from r.before_ms to the start. */
  silence: string;
}

/** With floors: of rows that have a floor_id, dark(floor_id, k, from_ms, to_ms). */
export function darkSql(windows: readonly (DarkWindow & { floorId?: string })[], byFloor = false): DarkSql {
  if (windows.length === 0)
    return {
      relation: '',
      joins: '',
      joinBefore: '',
      reachBefore: '(2 * r.lag)',
      reachAfter: '(2 * r.lag)',
      silence: '0',
    };
  const values = windows.map(
    ({ fromMs, toMs, floorId }, k) =>
      `(${byFloor ? `${sqlString(floorId ?? '')}, ` : ''}${k}, ${sqlNumber(fromMs)}::bigint, ${sqlNumber(toMs)}::bigint)`,
  );
  const floor = (side: string): string => (byFloor ? `r.floor_id = ${side}.floor_id and ` : '');
  const joinBefore = `asof left join dark before on ${floor('before')}r.start_ms >= before.from_ms`;
  return {
    relation: `dark(${byFloor ? 'floor_id, ' : ''}k, from_ms, to_ms) as (values ${values.join(',')}), `,
    joinBefore,
    joins: `${joinBefore} asof left join dark after on ${floor('after')}r.end_ms < after.to_ms`,
    reachBefore: `case when before.from_ms is null or r.start_ms - before.to_ms > 2 * r.lag + ${EDGE_MS} then 2 * r.lag
      else greatest(2 * r.lag, least(r.start_ms - before.from_ms, ${LONGEST_DARK_MS})) end`,
    reachAfter: `case when after.from_ms is null or after.from_ms - r.end_ms > 2 * r.lag + ${EDGE_MS} then 2 * r.lag
      else greatest(2 * r.lag, least(after.to_ms - r.end_ms, ${LONGEST_DARK_MS})) end`,
    silence: `case when before.from_ms is null or before.to_ms - before.from_ms > ${LONGEST_DARK_MS} then 0
      else greatest(0, least(r.start_ms, before.to_ms) - greatest(r.before_ms, before.from_ms)) end`,
  };
}

/** Started near a window, by whose light or lack of it it is counted: `isNearby`, of rows r and windows `dark`. */
export const NEARBY_SQL = `((r.start_ms >= dark.from_ms - ${NEARBY_MS} and r.start_ms < dark.from_ms)
  or (r.start_ms >= dark.to_ms + ${AFTERGLOW_MS} and r.start_ms < dark.to_ms + ${NEARBY_MS}))`;

interface Around {
  k: number;
  arrivals: number;
  lengthMs: number;
  starts: number;
  ends: number;
}

/** What was counted around the windows that lie in the frame. */
export async function knownDarkOf(context: SiteContext, frame: Frame, lagSql: string): Promise<KnownDark[]> {
  const windows = await darkOf(context, frame);
  const { edges, zone, sealedMs } = frame;
  const inFrame = windows.flatMap((window, k) =>
    window.fromMs < edges.at(-1)! && window.toMs > edges[0]! ? [{ ...window, k }] : [],
  );
  const [first, last] = [inFrame[0], inFrame.at(-1)];
  if (!first || !last) return [];
  const known = new Map(
    inFrame.map(({ fromMs, toMs, k }): [number, KnownDark] => [
      k,
      { fromMs, toMs, arrivals: 0, lengthMs: 0, starts: 0, ends: 0 },
    ]),
  );
  const add = ({ k, arrivals, lengthMs, starts, ends }: Around): void => {
    const one = known.get(k)!;
    one.arrivals += arrivals;
    one.lengthMs += lengthMs;
    one.starts += starts;
    one.ends += ends;
  };
  // Sums are those of windows that begin before the seal, closed presences all.
  const numberOf = new Map(inFrame.map(({ fromMs, k }) => [fromMs, k]));
  for (const { from_ms, ...sums } of await context.sql.all<Omit<Around, 'k'> & { from_ms: number }>(
    `select from_ms, arrivals, length_ms as "lengthMs", starts, ends from dark_sums
     where site_id = $1 and zone_id = $2 and ${inRange('from_ms', [first.fromMs, Math.max(first.fromMs, Math.min(last.fromMs + 1, sealedMs))])}`,
    [context.siteId, zone?.id ?? ''],
  )) {
    // Of a window that another time zone cut there are no sums until the next is sealed.
    const k = numberOf.get(from_ms);
    if (k !== undefined) add({ ...sums, k });
  }
  const unsealed = inFrame.find(({ fromMs }) => fromMs >= sealedMs);
  const source = zone ? 'stays' : 'visits';
  const dark = darkSql(windows);
  const rowsOf = (table: string, fromMs: number, leastK: number): string =>
    `select start_ms, end_ms, ${LENGTH_MS} as length_ms, ${lagSql} as lag, ${leastK} as least_k from ${table}
     where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart')
       and start_ms < ${sqlNumber(last.toMs + ROWS_MARGIN_MS)} and end_ms >= ${sqlNumber(fromMs - ROWS_MARGIN_MS)}`;
  const rows = [rowsOf(`open_${source}`, first.fromMs, first.k)];
  if (unsealed) rows.push(rowsOf(source, unsealed.fromMs, unsealed.k));
  const found = await context.sql.all<Around>(
    `with ${dark.relation}r as (${rows.join(' union all ')}),
     e as (select before.k as before_k, after.k as after_k, r.least_k, ${dark.reachBefore} > 2 * r.lag as darkened_before,
         ${dark.reachAfter} > 2 * r.lag as darkened_after from r ${dark.joins})
     select k, cast(sum(arrivals) as bigint) as arrivals, cast(sum(length_ms) as bigint) as "lengthMs",
       cast(sum(starts) as bigint) as starts, cast(sum(ends) as bigint) as ends
     from (
       select before_k as k, least_k, 0 as arrivals, 0 as length_ms, 1 as starts, 0 as ends from e where darkened_before
       union all select after_k, least_k, 0, 0, 0, 1 from e where darkened_after
       union all select dark.k, r.least_k, 1, r.length_ms, 0, 0 from r join dark
         on r.length_ms >= ${sqlNumber(minLengthMs(context, zone))} and ${NEARBY_SQL})
     where k >= least_k and k <= ${last.k} group by k`,
    [context.siteId, zone?.id ?? ''],
  );
  for (const row of found) add(row);
  return inFrame.map(({ k }) => known.get(k)!);
}
