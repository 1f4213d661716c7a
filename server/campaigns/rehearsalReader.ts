/** What a rehearsal reads of the past: stays in zones, where carriers were by their heat, visits of known carriers, pairings. */
import type { Sql } from '../db/duckdb.ts';
import { sqlNumber, sqlString, sqlStrings } from '../db/sqlText.ts';
import { carrierDayHash } from '../metrics/heat.ts';
import { IDENTIFIED, NEVER_COUNTED } from '../metrics/thresholds.ts';
import type { CatchmentCell } from './rehearsalErrors.ts';
import type { HeatRun, PastStay } from './rehearsalFires.ts';

export interface Past {
  siteId: string;
  fromMs: number;
  toMs: number;
}

const kinds = (names: readonly string[]): string => names.map(sqlString).join(', ');
const COUNTED = `kind not in (${kinds(NEVER_COUNTED)})`;
const KNOWN = `kind in (${kinds(IDENTIFIED)})`;

/** Of carriers that count, in the order of their start; `carrierIds` limits them to those. */
export function staysIn(sql: Sql, { siteId, fromMs, toMs }: Past, zoneIds: readonly string[]): Promise<PastStay[]> {
  const of = (table: string) =>
    `select carrier_id, kind, zone_id, start_ms, end_ms, visit_start_ms from ${table}
     where site_id = $1 and start_ms >= $2 and start_ms < $3 and ${COUNTED} and zone_id in ${sqlStrings(zoneIds)}`;
  return sql.all<PastStay>(
    `select carrier_id as "carrierId", ${KNOWN} as "identified", zone_id as "zoneId", start_ms as "startMs",
       end_ms as "endMs", visit_start_ms as "visitStartMs"
     from (${of('stays')} union all ${of('open_stays')}) order by start_ms, carrier_id, zone_id`,
    [siteId, fromMs, toMs],
  );
}

export const personOfDay = (carrierId: string, day: number): string => `${day} ${carrierDayHash(carrierId, day)}`;

export interface HeatZone {
  zoneId: string;
  floorId: string;
  cells: readonly { cellX: number; cellY: number; inside: number }[];
}

/** Rows of heat that are looked at; of a larger history every second, third, … carrier and day stands for the others. */
const HEAT_ROWS = 3_000_000;

/** One of so many carriers and days. */
export async function heatSampleOf(sql: Sql, { siteId, fromMs, toMs }: Past, zones: number): Promise<number> {
  const row = await sql.get<{ rows: number }>(
    'select count(*) as rows from heat where site_id = $1 and bucket_ms >= $2 and bucket_ms < $3',
    [siteId, fromMs, toMs],
  );
  return Math.max(1, Math.ceil(((row?.rows ?? 0) * Math.max(1, zones / 10)) / HEAT_ROWS));
}

/** A relation (zone, floor_id, x, y, share) of cells. */
function cellsRelation(zones: readonly HeatZone[]): string {
  const list = (values: (string | number)[]): string => values.join(',');
  const all = zones.flatMap((zone, i) => zone.cells.map((cell) => ({ i, floorId: zone.floorId, ...cell })));
  return `(select unnest([${list(all.map(({ i }) => i))}]::integer[]) as zone,
    unnest([${list(all.map(({ floorId }) => sqlString(floorId)))}]::varchar[]) as floor_id,
    unnest([${list(all.map(({ cellX }) => cellX))}]::integer[]) as x,
    unnest([${list(all.map(({ cellY }) => cellY))}]::integer[]) as y,
    unnest([${list(all.map(({ inside }) => inside))}]::double[]) as share)`;
}

/** Quarter hours one after another with heat of one carrier in a zone, together at least `neededMs`. */
export async function heatRuns(
  sql: Sql,
  { siteId, fromMs, toMs }: Past,
  zones: readonly HeatZone[],
  neededMs: number,
  sample: number,
): Promise<HeatRun[]> {
  if (zones.every(({ cells }) => cells.length === 0)) return [];
  const rows = await sql.all<{ zone: number; day: number; carrier: number; first: number; last: number }>(
    `with cell as materialized ${cellsRelation(zones)},
     quarter as (
       select c.zone, h.day, h.carrier, h.bucket_ms, sum(h.dwell_ms * c.share) as ms
       from heat h join cell c on c.floor_id = h.floor_id and c.x = h.cell_x and c.y = h.cell_y
       where h.site_id = $1 and h.bucket_ms >= $2 and h.bucket_ms < $3 and h.carrier % ${sqlNumber(sample)} = 0
       group by c.zone, h.day, h.carrier, h.bucket_ms),
     run as (
       select *, bucket_ms - 900000 * row_number() over (partition by zone, day, carrier order by bucket_ms) as run
       from quarter)
     select zone, day, carrier, min(bucket_ms) as first, max(bucket_ms) as last
     from run group by zone, day, carrier, run having sum(ms) >= ${sqlNumber(neededMs)}`,
    [siteId, fromMs, toMs],
  );
  return rows.map(({ zone, day, carrier, first, last }) => ({
    zoneId: zones[zone]!.zoneId,
    day,
    person: `${day} ${carrier}`,
    firstBucketMs: first,
    lastBucketMs: last,
  }));
}

/** A catchment with where each cell lies: an index of places, −1 where in none. */
export interface PlacedCatchment {
  floorId: string;
  cells: readonly (CatchmentCell & { place: number; caughtIf: readonly [number, number] })[];
}

export interface MisplacedRow {
  fires: number;
  /** Shares of false fires: as the error is taken to be, were it smaller, were it larger. */
  shares: [number, number, number];
  /** Share of all fires by place. */
  spill: Map<number, number>;
}

/** `misplaced` of rehearsalErrors, in SQL; `caughtIf` are the shares caught under a smaller and a larger error. */
export async function misplacedIn(
  sql: Sql,
  { siteId, fromMs, toMs }: Past,
  { floorId, cells }: PlacedCatchment,
  fireMs: number,
  sample: number,
): Promise<MisplacedRow | null> {
  if (cells.length === 0) return null;
  const numbers = (values: number[], type: string): string => `unnest([${values.join(',')}]::${type}[])`;
  const rows = await sql.all<{ place: number; f: number; o0: number; o1: number; o2: number }>(
    `with cell as materialized (select ${numbers(
      cells.map((cell) => cell.cellX),
      'integer',
    )} as x, ${numbers(
      cells.map((cell) => cell.cellY),
      'integer',
    )} as y, ${numbers(
      cells.map((cell) => cell.inside),
      'double',
    )} as inside, ${numbers(
      cells.map((cell) => cell.place),
      'integer',
    )} as place, ${numbers(
      cells.map((cell) => cell.caught),
      'double',
    )} as k0, ${numbers(
      cells.map((cell) => cell.caughtIf[0]),
      'double',
    )} as k1, ${numbers(
      cells.map((cell) => cell.caughtIf[1]),
      'double',
    )} as k2),
     part as materialized (
       select h.day, h.carrier, h.bucket_ms, c.place,
         sum(h.dwell_ms * c.k0) as m0, sum(h.dwell_ms * c.k1) as m1, sum(h.dwell_ms * c.k2) as m2,
         sum(h.dwell_ms * c.k0 * (1 - c.inside)) as o0, sum(h.dwell_ms * c.k1 * (1 - c.inside)) as o1,
         sum(h.dwell_ms * c.k2 * (1 - c.inside)) as o2
       from heat h join cell c on c.x = h.cell_x and c.y = h.cell_y
       where h.site_id = $1 and h.bucket_ms >= $2 and h.bucket_ms < $3 and h.floor_id = $4
         and h.carrier % ${sqlNumber(sample)} = 0
       group by h.day, h.carrier, h.bucket_ms, c.place),
     quarter as (
       select day, carrier, bucket_ms, sum(m0) as m0, sum(m1) as m1, sum(m2) as m2
       from part group by day, carrier, bucket_ms),
     weight as (
       select day, carrier, bucket_ms, least(1, m0 / ${sqlNumber(fireMs)}) as w0,
         case when m0 > 0 then least(1, m0 / ${sqlNumber(fireMs)}) / m0 else 0 end as p0,
         case when m1 > 0 then least(1, m1 / ${sqlNumber(fireMs)}) / m1 else 0 end as p1,
         case when m2 > 0 then least(1, m2 / ${sqlNumber(fireMs)}) / m2 else 0 end as p2
       from quarter)
     select p.place, sum(p.m0 * w.p0) as f, sum(p.o0 * w.p0) as o0,
       sum(p.o1 * w.p1) / (select sum(least(1, m1 / ${sqlNumber(fireMs)})) from quarter) as o1,
       sum(p.o2 * w.p2) / (select sum(least(1, m2 / ${sqlNumber(fireMs)})) from quarter) as o2
     from part p join weight w using (day, carrier, bucket_ms) group by p.place`,
    [siteId, fromMs, toMs, floorId],
  );
  const fires = rows.reduce((sum, { f }) => sum + f, 0);
  if (!(fires > 0)) return null;
  const shares: [number, number, number] = [0, 0, 0];
  const spill = new Map<number, number>();
  for (const { place, o0, o1, o2 } of rows) {
    shares[0] += o0 / fires;
    shares[1] += o1 ?? 0;
    shares[2] += o2 ?? 0;
    if (o0 > 0) spill.set(place, (spill.get(place) ?? 0) + o0 / fires);
  }
  return { fires, shares, spill };
}

export interface KnownVisit {
  carrierId: string;
  startMs: number;
}
/** Of registered carriers, in order. Days of absence and frequency are asked of all that is kept. */
export const knownVisits = (sql: Sql, siteId: string, toMs: number): Promise<KnownVisit[]> =>
  sql.all<KnownVisit>(
    `select carrier_id as "carrierId", start_ms as "startMs" from visits
     where site_id = $1 and start_ms < $2 and ${KNOWN} order by start_ms`,
    [siteId, toMs],
  );

export interface OpenPairing {
  carrierId: string;
  shopperId: string;
  fromMs: number;
}
export const openPairings = (sql: Sql, siteId: string): Promise<OpenPairing[]> =>
  sql.all<OpenPairing>(
    `select carrier_id as "carrierId", shopper_id as "shopperId", from_ms as "fromMs" from pairings
     where site_id = $1 and to_ms is null`,
    [siteId],
  );
