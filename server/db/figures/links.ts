/**
 * Which zones share visits, and which follow on each other, by local day and by week: what affinity and flows of long periods
 * add up. Closed visits alone; a day in which a visit began that is still open is read from rows.
 */
import { DAY_MS, dayEdges, dayStartMs, localDay, weekdayOf } from '../../metrics/localTime.ts';
import { placesOf } from '../../metrics/places.ts';
import { minStayMs, minVisitMs } from '../../metrics/thresholds.ts';
import type { SiteContext } from '../questions/context.ts';
import { openRows } from '../questions/open.ts';
import { SEAL_AFTER_MS } from '../rollups.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { inRange, LENGTH_MS, sqlList, sqlNumber, sqlStrings } from '../sqlText.ts';
import { minLengthSql } from '../visitRows.ts';
import { type Seal, sealKey } from './seals.ts';

export type Links = 'zone_pairs' | 'zone_flows';

const MADE_AS = 1;

interface Signature {
  made: number;
  timezone: string;
  minVisitMs: number;
  /** Of the zones that anybody stayed in, the shortest stay that counts; null: no place. Others have no say. */
  zones: Record<string, number | null>;
}

function shortestStays(context: SiteContext): Map<string, number | null> {
  const { registry, siteId, definitions } = context;
  const zones = registry.zones.all(siteId);
  const places = new Set(placesOf(zones).map(({ id }) => id));
  return new Map(zones.map((zone) => [zone.id, places.has(zone.id) ? minStayMs(definitions, zone) : null]));
}

function signatureOf(context: SiteContext, zoneIds: Iterable<string>): string {
  const stays = shortestStays(context);
  const zones = Object.fromEntries([...new Set(zoneIds)].sort().map((id) => [id, stays.get(id) ?? null]));
  const signature: Signature = {
    made: MADE_AS,
    timezone: context.timezone,
    minVisitMs: minVisitMs(context.definitions),
    zones,
  };
  return JSON.stringify(signature);
}
const zonesIn = (signature: string): string[] =>
  signature === '' ? [] : Object.keys((JSON.parse(signature) as Signature).zones);

export const isLinksValid = (context: SiteContext, signature: string): boolean =>
  signature === signatureOf(context, zonesIn(signature));

/** The first local day that could be made anew: of one before it rows have expired, if only in part. */
export function firstWholeDay(timezone: string, rowsFromMs: number): number {
  const day = localDay(timezone, rowsFromMs);
  return rowsFromMs > 0 && dayStartMs(timezone, day) < rowsFromMs ? day + 1 : day;
}

/** Local days before it are sealed; 0: none. */
function sealedDay(context: SiteContext): number {
  const { timezone, rowsFromMs } = context;
  const seal = context.seals.get(sealKey('links', ''));
  if (!seal) return 0;
  const day = localDay(timezone, seal.sealedMs);
  // Where rows have expired they are all there is, under whatever they were made.
  return isLinksValid(context, seal.signature) ? day : Math.min(day, firstWholeDay(timezone, rowsFromMs));
}

type Days = readonly [from: number, to: number];
type Range = readonly [fromMs: number, toMs: number];

export interface SplitLinks {
  days: Days[];
  weeks: Days[];
  rows: Range[];
}

const weekStart = (day: number): number => day - weekdayOf(day);

/** Which whole days and weeks of the period are sealed, and what must be read from rows. */
export async function splitLinks(context: SiteContext, fromMs: number, toMs: number): Promise<SplitLinks> {
  const { timezone } = context;
  const seal = context.seals.get(sealKey('links', ''));
  const firstDay = localDay(timezone, fromMs);
  const first = dayStartMs(timezone, firstDay) === fromMs ? firstDay : firstDay + 1;
  const until = Math.min(localDay(timezone, toMs), sealedDay(context));
  const out: SplitLinks = { days: [], weeks: [], rows: [] };
  if (!seal || first >= until || dayStartMs(timezone, first) < seal.fromMs) return { ...out, rows: [[fromMs, toMs]] };
  const untilMs = dayStartMs(timezone, until);
  const open = (await openRows(context, undefined))
    .filter(({ startMs }) => startMs >= fromMs && startMs < untilMs)
    .map(({ startMs }) => localDay(timezone, startMs));
  let restMs = fromMs;
  let from = first;
  for (const stop of [...new Set(open)].sort((a, b) => a - b).concat(until)) {
    if (stop > from) {
      if (restMs < dayStartMs(timezone, from)) out.rows.push([restMs, dayStartMs(timezone, from)]);
      restMs = dayStartMs(timezone, stop);
      const monday = weekStart(from) === from ? from : weekStart(from) + 7;
      const lastMonday = weekStart(stop);
      if (monday < lastMonday) {
        if (from < monday) out.days.push([from, monday]);
        out.weeks.push([monday, lastMonday]);
        if (lastMonday < stop) out.days.push([lastMonday, stop]);
      } else out.days.push([from, stop]);
    }
    from = stop + 1;
  }
  if (restMs < toMs) out.rows.push([restMs, toMs]);
  return out;
}

/** A relation of the table's sealed rows. `$1` must be the site. */
export const sealedLinks = (table: Links, { days, weeks }: SplitLinks): string[] =>
  [...days.map((range) => ['day', range] as const), ...weeks.map((range) => ['week', range] as const)].map(
    ([level, range]) =>
      `select * exclude (site_id, level) from ${table} where site_id = $1 and level = '${level}' and ${inRange('day', range)}`,
  );

/** Visits and their zone visits to places, with numbers for what is long. `$1` must be the site. */
function visitsSql(context: SiteContext, ranges: readonly Range[], withOpen: boolean): string {
  const { timezone } = context;
  const edges = ranges.flatMap(([from, to]) => dayEdges(timezone, from, to).slice(0, -1));
  const numbers = edges.map((edge) => localDay(timezone, edge));
  const anyOf = (column: string): string => ranges.map((range) => `(${inRange(column, range)})`).join(' or ');
  const fromMs = Math.min(...ranges.map(([from]) => from));
  const tables = withOpen ? ['visits', 'open_visits'] : ['visits'];
  const stayTables = withOpen ? ['stays', 'open_stays'] : ['stays'];
  const visits = tables.map(
    (
      table,
    ) => `select hash(carrier_id) as carrier, carrier_id, start_ms, ${table === 'open_visits'} as is_open, kind = 'unknown' as is_unknown
      from ${table} where site_id = $1 and ${inRange('start_ms', [fromMs, Math.max(...ranges.map(([, to]) => to))])} and (${anyOf('start_ms')})
        and kind not in ('staff', 'cart') and ${LENGTH_MS} >= ${minLengthSql(context, 'visits')}`,
  );
  // A stay starts no earlier than its visit.
  const stays = stayTables.map(
    (table) => `select carrier_id, visit_start_ms, zone_id, start_ms, end_ms from ${table}
      where site_id = $1 and start_ms >= ${sqlNumber(fromMs)} and (${anyOf('visit_start_ms')})
        and kind not in ('staff', 'cart') and ${LENGTH_MS} >= ${minLengthSql(context, 'stays')}`,
  );
  const places = sqlStrings(placesOf(context.registry.zones.all(context.siteId)).map(({ id }) => id));
  return `days as (select unnest(${sqlList(edges)}) as from_ms, unnest(${sqlList(numbers)}) as day),
    visit as materialized (
      select v.*, d.day, cast(row_number() over () as integer) as visit_no
      from (${visits.join(' union all ')}) v asof join days d on v.start_ms >= d.from_ms),
    place as (select zone_id, cast(row_number() over (order by zone_id) as smallint) as zone_no from ${places} p(zone_id)),
    zone_visit as materialized (
      select v.visit_no, v.carrier, v.is_unknown, v.day, v.is_open, p.zone_no, s.start_ms, s.end_ms
      from (${stays.join(' union all ')}) s join place p on p.zone_id = s.zone_id
        join visit v on v.carrier_id = s.carrier_id and v.start_ms = s.visit_start_ms)`;
}

/** By day: rows (x, y, day, visits, unknown, known) of what pairs of numbers x, y stand for, with their names, 0 without one. */
const countedSql = (relation: string, x: string, y: string): string =>
  `select c.day, coalesce(p.zone_id, '') as ${x}, coalesce(q.zone_id, '') as ${y}, c.visits, c."unknown", c.known
   from (
     select x, y, day, sum(visits) as visits, count(*) filter (where is_unknown) as "unknown", count(*) filter (where not is_unknown) as known
     from (select x, y, day, carrier, is_unknown, count(*) as visits from ${relation} group by x, y, day, carrier, is_unknown)
     group by x, y, day) c left join place p on p.zone_no = c.x left join place q on q.zone_no = c.y`;

/** Relation (day, a, b, visits, unknown, known): pairs with a before b, zones with b '', all visits with both ''. */
export function pairsSql(context: SiteContext, ranges: readonly Range[], withOpen: boolean): string {
  return `(with ${visitsSql(context, ranges, withOpen)},
    came as materialized (select distinct visit_no, carrier, is_unknown, day, zone_no from zone_visit),
    pair as (
      select a.zone_no as x, b.zone_no as y, a.day, a.carrier, a.is_unknown
      from came a join came b on a.visit_no = b.visit_no and a.zone_no < b.zone_no
      union all select zone_no, 0, day, carrier, is_unknown from came
      union all select 0, 0, day, carrier, is_unknown from visit)
    ${countedSql('pair', 'a', 'b')})`;
}

/** Relation (day, from_zone, to_zone, visits, unknown, known): '' is the outside. */
export function flowsSql(context: SiteContext, ranges: readonly Range[], withOpen: boolean): string {
  return `(with ${visitsSql(context, ranges, withOpen)},
    step as materialized (
      select carrier, is_unknown, day, is_open, zone_no, lag(zone_no) over w as before, lead(zone_no) over w as after
      from zone_visit window w as (partition by visit_no order by start_ms, end_ms, zone_no)),
    flow as (
      select coalesce(before, 0) as x, zone_no as y, day, carrier, is_unknown from step where before is null or before <> zone_no
      union all select zone_no, 0, day, carrier, is_unknown from step where after is null and not is_open)
    ${countedSql('flow', 'from_zone', 'to_zone')})`;
}

const NAMES: Record<Links, { names: string; sql: typeof pairsSql }> = {
  zone_pairs: { names: 'a, b', sql: pairsSql },
  zone_flows: { names: 'from_zone, to_zone', sql: flowsSql },
};

/** Goes on by at most `mostMs`. */
export async function sealLinks(sql: SeriesSql, context: SiteContext, mostMs: number): Promise<boolean> {
  const { timezone, siteId, seals, rowsFromMs, progress } = context;
  const key = sealKey('links', '');
  const known = seals.get(key);
  const seal: Seal = known ?? {
    what: 'links',
    place: '',
    signature: '',
    fromMs: rowsFromMs,
    sealedMs: rowsFromMs,
    boundMs: 0,
  };
  if (seal.signature !== '' && seal.signature !== signatureOf(context, zonesIn(seal.signature))) {
    seal.signature = '';
    seal.sealedMs = Math.min(seal.sealedMs, dayStartMs(timezone, firstWholeDay(timezone, rowsFromMs)));
    for (const table of ['zone_pairs', 'zone_flows'] as const)
      await cutLinks(sql, siteId, table, localDay(timezone, seal.sealedMs));
  }
  const boundMs = (progress?.watermarkMs ?? 0) - SEAL_AFTER_MS;
  const targetMs = dayStartMs(timezone, localDay(timezone, boundMs));
  if (targetMs <= seal.sealedMs) return known !== undefined && known.signature !== seal.signature;
  const first = await sql.first('visits', 'start_ms', siteId, seal.sealedMs);
  const fromMs = first === null ? targetMs : Math.max(seal.sealedMs, dayStartMs(timezone, localDay(timezone, first)));
  const toMs = Math.min(
    targetMs,
    dayStartMs(timezone, localDay(timezone, fromMs + Math.max(mostMs, DAY_MS) + DAY_MS / 2)),
  );
  if (fromMs < toMs) {
    const zones = await sql.all<{ zone_id: string }>(
      'select distinct zone_id from stays where site_id = $1 and visit_start_ms >= $2 and visit_start_ms < $3 and start_ms >= $2',
      [siteId, fromMs, toMs],
    );
    for (const table of ['zone_pairs', 'zone_flows'] as const) {
      const { names, sql: relation } = NAMES[table];
      const columns = `day, ${names}, visits, "unknown", known`;
      await sql.insertSelect(
        table,
        `select $1, 'day', ${columns} from ${relation(context, [[fromMs, toMs]], false)} order by day, ${names}`,
        [siteId],
      );
      await addWeeks(sql, context, table, localDay(timezone, fromMs), localDay(timezone, toMs));
    }
    seal.signature = signatureOf(context, [...zonesIn(seal.signature), ...zones.map((row) => row.zone_id)]);
  } else if (seal.signature === '') seal.signature = signatureOf(context, []);
  seal.sealedMs = fromMs < toMs ? toMs : targetMs;
  seal.boundMs = Math.max(seal.boundMs, boundMs);
  seals.set(key, seal);
  return true;
}

/** Weeks that are over with one of the days [from, to). */
async function addWeeks(sql: SeriesSql, context: SiteContext, table: Links, from: number, to: number): Promise<void> {
  const fromWeek = weekStart(from);
  const toWeek = weekStart(to);
  if (fromWeek >= toWeek) return;
  const { names } = NAMES[table];
  const week = '(day - (day + 3) % 7)';
  await sql.insertSelect(
    table,
    `select $1, 'week', ${week} as week, ${names}, cast(sum(visits) as integer), cast(sum("unknown") as integer), max(known)
     from ${table} where site_id = $1 and level = 'day' and ${inRange('day', [fromWeek, toWeek])} group by week, ${names} order by week, ${names}`,
    [context.siteId],
  );
}

export async function cutLinks(sql: SeriesSql, siteId: string, table: Links, fromDay: number): Promise<void> {
  await sql.remove(table, { site_id: siteId, level: 'day', day: { from: fromDay } });
  await sql.remove(table, { site_id: siteId, level: 'week', day: { from: weekStart(fromDay) } });
}
