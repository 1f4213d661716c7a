/** Seals sums of closed visits and stays by local hour: what metrics add up to any interval of whole hours. */
import type { Zone } from '../../contract/model.ts';
import { type DarkWindow, NEARBY_MS } from '../../metrics/dark.ts';
import { LEAST_SEEN } from '../../metrics/elsewhere.ts';
import { bucketEdges, HOUR_MS, hourStartMs, QUARTER_MS } from '../../metrics/localTime.ts';
import { bounceMs, RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { minLengthMs, type SiteContext } from '../questions/context.ts';
import { darkSql, NEARBY_SQL } from '../questions/dark.ts';
import { BEFORE_SQL, excessSql, LAG_SQL, millionthsSql, repeatedWithinMs } from '../questions/doubts.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { LENGTH_MS, sqlList, sqlNumber, sqlString } from '../sqlText.ts';
import { confirmMsOf, gapMsOf } from './seals.ts';
import { GREATEST, SUMMED, type SummedColumn } from './summed.ts';

export interface Place {
  zone: Zone | undefined;
  /** '' of the site, and of its windows. */
  floorId: string;
}
export type FloorWindow = DarkWindow & { floorId: string };

const part = (relation: string, columns: Partial<Record<SummedColumn, string>>): string =>
  `select zone_id, hour_ms, ${SUMMED.map((name) => `${columns[name] ?? 0} as ${name}`).join(', ')} from ${relation}`;

const PEOPLE = "site_id = $1 and kind not in ('staff', 'cart')";

/** Rows of the places, with what their place makes of them. All places are zones, or the one is the site. */
function rowsSql(context: SiteContext, places: readonly Place[], where: string): string {
  const columns = `carrier_id, start_ms, end_ms, ${LENGTH_MS} as length_ms, coalesce(lag_ms, 0) as lag_ms, ${LAG_SQL} as lag,
    coalesce(gateways, 0) as gateways`;
  const [first] = places;
  if (first && !first.zone)
    return `select '' as zone_id, '' as floor_id, ${sqlNumber(minLengthMs(context, undefined))} as min_ms, ${columns},
      0 as elsewhere_m from visits where ${PEOPLE} and ${where}`;
  return `select s.zone_id, z.floor_id, z.min_ms, ${columns},
      case when s.floor_id = z.floor_id then 1000 * (1000 - coalesce(mass_permille, 0)) end as elsewhere_m
    from stays s join (${placesSql(context, places)}) z on z.zone_id = s.zone_id where ${PEOPLE} and ${where}`;
}

const placesSql = (context: SiteContext, places: readonly Place[]): string =>
  `select * from (values ${places
    .map(
      ({ zone, floorId }) =>
        `(${sqlString(zone?.id ?? '')}, ${sqlString(floorId)}, ${sqlNumber(minLengthMs(context, zone))})`,
    )
    .join(',')}) p(zone_id, floor_id, min_ms)`;

const sumIf = (what: string, where?: string): string =>
  `coalesce(cast(sum(${what})${where ? ` filter (where ${where})` : ''} as bigint), 0)`;

/** The places' rows of visit_hours, of the hours in [fromMs, toMs). Parameter: $1 the site. */
function hoursSql(
  context: SiteContext,
  places: readonly Place[],
  windows: readonly FloorWindow[],
  fromMs: number,
  toMs: number,
): string {
  const { definitions, timezone } = context;
  const ofSite = places[0]!.zone === undefined;
  const gapMs = sqlNumber(gapMsOf(definitions));
  const confirmMs = sqlNumber(confirmMsOf(definitions));
  const hours = sqlList(bucketEdges(timezone, 'hour', fromMs, toMs).slice(0, -1));
  const dark = darkSql(windows, true);
  // What a visit may be the rest of.
  const sinceMs = sqlNumber(ofSite ? Math.max(0, fromMs - repeatedWithinMs(definitions)) : fromMs);
  const silence = `(r.start_ms - r.before_ms - (${dark.silence}))`;
  const repeat = excessSql(`(${silence} - ${gapMs})`, '(2 * r.lag)', '(2 * r.lag)');
  const before = ofSite ? BEFORE_SQL : 'null::bigint';
  const between = (column: string): string => `${column} >= ${sqlNumber(fromMs)} and ${column} < ${sqlNumber(toMs)}`;
  const seen = `greatest(${LEAST_SEEN}::double, 1 - (${confirmMs} + 2 * lag) / (length_ms + 2 * lag))`;
  const millionths = (chance: string): string => millionthsSql(chance);
  const more = (of: string): string => sumIf(`${millionths(`edge_${of}`)} - ${millionths(of)}`, 'earlier > 0');
  const moreSquare = (of: string): string =>
    sumIf(`${millionths(`edge_${of} * edge_${of}`)} - ${millionths(`${of} * ${of}`)}`, 'earlier > 0');
  const passed = 'length_ms < min_ms and elsewhere_m is not null';
  const starts = part('judged group by zone_id, hour_ms', {
    counted: 'count(*) filter (where counts)',
    surely: `count(*) filter (where length_ms >= min_ms + ${RESOLUTION_MS})`,
    possibly: `count(*) filter (where length_ms >= min_ms - ${RESOLUTION_MS})`,
    below: 'count(*) filter (where not counts)',
    bounced: `count(*) filter (where counts and length_ms < ${sqlNumber(bounceMs(definitions))})`,
    dwell_ms: sumIf('length_ms', 'counts'),
    false_m: sumIf(millionths('wrong')),
    false_square_m: sumIf(millionths('wrong * wrong')),
    missing_m: sumIf(millionths('missing')),
    missing_square_m: sumIf(millionths('missing * missing')),
    by_one: `count(*) filter (where counts and ${ofSite ? 'gateways <= 1' : 'true'})`,
    by_two: `count(*) filter (where counts and ${ofSite ? 'gateways = 2' : 'false'})`,
    by_more: `count(*) filter (where counts and ${ofSite ? 'gateways > 2' : 'false'})`,
    longest_lag_ms: 'coalesce(max(lag_ms) filter (where counts), 0)',
    darkened: 'count(*) filter (where counts and (reach_before > 2 * lag or reach_after > 2 * lag))',
    edge_false_m: more('wrong'),
    edge_false_square_m: moreSquare('wrong'),
    edge_missing_m: more('missing'),
    edge_missing_square_m: moreSquare('missing'),
    spill_m: sumIf(millionths('there'), 'earlier > 0'),
    spill_square_m: sumIf(millionths('there * there'), 'earlier > 0'),
    edges: 'count(*)',
    first_lag_ms: sumIf('lag'),
    first_lag_square_ms2: sumIf('lag * lag'),
    silent_m: ofSite ? sumIf('silent_m') : '0',
    own_counted_m: sumIf('elsewhere_m', 'length_ms >= min_ms'),
    own_below_m: sumIf('elsewhere_m', 'length_ms < min_ms'),
    passed_m: ofSite ? '0' : sumIf(millionths(`(1 - (${seen})) / (${seen})`), passed),
    passed_variance_m: ofSite ? '0' : sumIf(millionths(`(1 - (${seen})) / ((${seen}) * (${seen}))`), passed),
  });
  const ends = part(
    `r asof join hours h on r.end_ms >= h.hour_ms where ${between('r.end_ms')} group by zone_id, hour_ms`,
    {
      edges: 'count(*)',
      last_lag_ms: sumIf('lag'),
      last_lag_square_ms2: sumIf('lag * lag'),
    },
  );
  const present = part(
    `(select o.zone_id, h.hour_ms, o.carrier_ms, o.peak from occupancy o
       join (${placesSql(context, places)}) z on z.zone_id = o.zone_id asof join hours h on o.bucket_ms >= h.hour_ms
       join light_hours l on l.site_id = o.site_id and l.floor_id = z.floor_id and l.hour_ms = h.hour_ms
         and (l.quarters >> ((o.bucket_ms - h.hour_ms) // ${QUARTER_MS})::integer) & 1 = 1
       where o.site_id = $1 and ${between('o.bucket_ms')} and ${between('l.hour_ms')}) group by zone_id, hour_ms`,
    { carrier_ms: sumIf('carrier_ms'), peak: 'coalesce(max(peak), 0)' },
  );
  return `with ${dark.relation}hours as (select unnest(${hours}) as hour_ms),
    r as (select *, ${before} as before_ms
      from (${rowsSql(context, places, `start_ms < ${sqlNumber(toMs)} and end_ms >= ${sinceMs}`)})),
    reached as (
      select r.*, ${dark.reachBefore} as reach_before, ${dark.reachAfter} as reach_after,
        ${ofSite ? silence : 'null'} as silent_ms,
        ${ofSite ? `case when r.before_ms is null then 0.0 else ${repeat} end` : '0.0'} as repeat
      from r ${dark.joins} where ${between('r.start_ms')}),
    chance as (
      select r.*, h.hour_ms, r.length_ms >= r.min_ms as counts,
        ${excessSql('(r.min_ms - r.length_ms)', 'r.reach_before', 'r.reach_after')} as long_enough, 1 - r.repeat as whole,
        greatest(0.0, 1 - (r.start_ms - h.hour_ms) / r.reach_before) as earlier
      from reached r asof join hours h on r.start_ms >= h.hour_ms),
    judged as (
      select *, case when counts then 1 - here else 0.0 end as wrong, case when counts then 0.0 else here end as missing,
        case when counts then 1 - edge_here else 0.0 end as edge_wrong, case when counts then 0.0 else edge_here end as edge_missing,
        case when silent_ms is null then 0 else ${millionths('repeat')} * silent_ms end as silent_m
      from (select *, long_enough * whole as here, long_enough * (1 - earlier) * whole as edge_here,
        long_enough * earlier * whole as there from chance))
    select zone_id, hour_ms, ${SUMMED.map((name) => (GREATEST.includes(name) ? `max(${name})` : `cast(sum(${name}) as bigint)`)).join(', ')}
    from (${[starts, ends, present].join('\nunion all ')}) group by zone_id, hour_ms`;
}

/** What was counted around each window, of the places on its floor. */
function darkSumsSql(
  context: SiteContext,
  places: readonly Place[],
  all: readonly FloorWindow[],
  wanted: readonly FloorWindow[],
): string {
  const dark = darkSql(all, true);
  const fromMs = Math.min(...wanted.map((window) => window.fromMs));
  const lastMs = Math.max(...wanted.map((window) => window.toMs));
  const near = `start_ms < ${sqlNumber(lastMs + 2 * NEARBY_MS)} and end_ms >= ${sqlNumber(fromMs - 2 * NEARBY_MS)}`;
  const numbers = all.flatMap((window, k) => (wanted.includes(window) ? [k] : []));
  return `with ${dark.relation}r as (${rowsSql(context, places, near)}),
    e as (select r.zone_id, before.k as before_k, after.k as after_k, ${dark.reachBefore} > 2 * r.lag as darkened_before,
      ${dark.reachAfter} > 2 * r.lag as darkened_after from r ${dark.joins}),
    n as (
      select zone_id, before_k as k, 0 as arrivals, 0 as length_ms, 1 as starts, 0 as ends from e where darkened_before
      union all select zone_id, after_k, 0, 0, 0, 1 from e where darkened_after
      union all select r.zone_id, dark.k, 1, r.length_ms, 0, 0 from r join dark on dark.floor_id = r.floor_id
        and r.length_ms >= r.min_ms and ${NEARBY_SQL})
    select $1, n.zone_id, dark.from_ms, dark.to_ms, cast(sum(arrivals) as bigint), cast(sum(n.length_ms) as bigint),
      cast(sum(starts) as bigint), cast(sum(ends) as bigint)
    from n join dark on dark.k = n.k where n.k in (${numbers.join(',')}) group by n.zone_id, n.k, dark.from_ms, dark.to_ms
    order by n.zone_id, dark.from_ms`;
}

/** Seals [fromMs, toMs), local hours, of places that are all zones, or the one site. */
export async function sealHours(
  sql: SeriesSql,
  context: SiteContext,
  places: readonly Place[],
  windows: readonly FloorWindow[],
  fromMs: number,
  toMs: number,
): Promise<void> {
  await sql.insertSelect(
    'visit_hours',
    `select $1, * from (${hoursSql(context, places, windows, fromMs, toMs)}) order by zone_id, hour_ms`,
    [context.siteId],
  );
  const floors = new Set(places.map(({ floorId }) => floorId));
  const wanted = windows.filter(
    (window) => window.fromMs >= fromMs && window.fromMs < toMs && floors.has(window.floorId),
  );
  if (wanted.length > 0)
    await sql.insertSelect('dark_sums', darkSumsSql(context, places, windows, wanted), [context.siteId]);
}

/** Stays of a floor by hour, split where its zones split them. */
export async function sealFloorHours(
  sql: SeriesSql,
  context: SiteContext,
  floors: readonly { floorId: string; minMs: number }[],
  fromMs: number,
  toMs: number,
): Promise<void> {
  const hours = sqlList(bucketEdges(context.timezone, 'hour', fromMs, toMs).slice(0, -1));
  const values = floors.map(({ floorId, minMs }) => `(${sqlString(floorId)}, ${sqlNumber(minMs)})`);
  await sql.insertSelect(
    'floor_hours',
    `with f(floor_id, min_ms) as (values ${values.join(',')}), hours as (select unnest(${hours}) as hour_ms),
     s as (
       select s.floor_id, h.hour_ms, s.length_ms, s.elsewhere_m
       from (select floor_id, start_ms, ${LENGTH_MS} as length_ms, 1000 * (1000 - coalesce(mass_permille, 0)) as elsewhere_m
         from stays where ${PEOPLE} and start_ms >= $2 and start_ms < $3) s asof join hours h on s.start_ms >= h.hour_ms)
     select $1, f.floor_id, f.min_ms, s.hour_ms, ${sumIf('s.elsewhere_m', 's.length_ms >= f.min_ms')},
       ${sumIf('s.elsewhere_m', 's.length_ms < f.min_ms')}
     from s join f on f.floor_id = s.floor_id group by f.floor_id, f.min_ms, s.hour_ms order by 2, 3, 4`,
    [context.siteId, fromMs, toMs],
  );
}

/** Hours of UTC. */
export async function sealDoors(sql: SeriesSql, context: SiteContext, fromMs: number, toMs: number): Promise<void> {
  const endOf = (end: 'first' | 'last'): string => {
    const at = end === 'last' ? 'end_ms' : 'start_ms';
    return `select ${at} - ${at} % ${HOUR_MS} as hour_ms, ${end === 'last'} as is_last, ${end}_gateways as gateways, ${end}_gap_ms as gap,
        greatest(${end}_lag_ms::double, ${RESOLUTION_MS / 2}) as near, ${LAG_SQL} as lag
      from visits where ${PEOPLE} and ${end}_gateways > 0 and ${at} >= $2 and ${at} < $3`;
  };
  await sql.insertSelect(
    'door_hours',
    `select $1, hour_ms, is_last, count(*), count(*) filter (where gateways = 1), cast(sum(gap * near) as bigint),
       cast(sum(gap * lag) as bigint)
     from (${endOf('first')} union all ${endOf('last')}) group by hour_ms, is_last order by hour_ms, is_last`,
    [context.siteId, fromMs, toMs],
  );
}

export const hourOf = (context: SiteContext, atMs: number): number => hourStartMs(context.timezone, atMs);
