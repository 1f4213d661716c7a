/** What a rehearsal reads of the past: stays in zones, where carriers were by their heat, visits of known carriers, pairings. */
import type { ReadSql } from '../db/duckdb.ts';
import { sqlNumber, sqlString, sqlStrings } from '../db/sqlText.ts';
import { carrierDayHash } from '../metrics/heat.ts';
import { IDENTIFIED, NEVER_COUNTED } from '../metrics/thresholds.ts';
import { type CatchmentCell, neededForFires } from './rehearsalErrors.ts';
import type { HeatRun, PastStay } from './rehearsalFires.ts';

export interface Past {
  siteId: string;
  fromMs: number;
  toMs: number;
}

const kinds = (names: readonly string[]): string => names.map(sqlString).join(', ');
const COUNTED = `kind not in (${kinds(NEVER_COUNTED)})`;
const KNOWN = `kind in (${kinds(IDENTIFIED)})`;

/** Rows come over in pieces, so that offers to phones do not wait for the whole of them. */
const SLICE_MS = 2 * 86_400_000;

/** Of carriers that count, in the order of their start; with `alsoIn` only those of carriers that were in one of those zones. */
export async function staysIn(
  sql: ReadSql,
  { siteId, fromMs, toMs }: Past,
  zoneIds: readonly string[],
  alsoIn?: readonly string[],
): Promise<PastStay[]> {
  const carriers =
    alsoIn === undefined
      ? ''
      : `and carrier_id in (select carrier_id from stays where site_id = $1 and zone_id in ${sqlStrings(alsoIn)}
           and start_ms >= ${sqlNumber(fromMs)} and start_ms < ${sqlNumber(toMs)})`;
  const of = (table: string) =>
    `select carrier_id, kind, zone_id, start_ms, end_ms, visit_start_ms from ${table}
     where site_id = $1 and start_ms >= $2 and start_ms < $3 and ${COUNTED} and zone_id in ${sqlStrings(zoneIds)}
       ${carriers}`;
  const stays: PastStay[] = [];
  for (let sliceMs = fromMs; sliceMs < toMs; sliceMs += SLICE_MS) {
    const slice = await sql.all<PastStay>(
      `select carrier_id as "carrierId", ${KNOWN} as "identified", zone_id as "zoneId", start_ms as "startMs",
         end_ms as "endMs", visit_start_ms as "visitStartMs"
       from (${of('stays')} union all ${of('open_stays')}) order by start_ms, carrier_id, zone_id`,
      [siteId, sliceMs, Math.min(toMs, sliceMs + SLICE_MS)],
    );
    for (const stay of slice) stays.push(stay);
  }
  return stays;
}

/** How surely carriers were outside a zone that they were taken to be in, by their fixes; null where it was not kept. */
export async function outsideByStays(
  sql: ReadSql,
  { siteId, fromMs, toMs }: Past,
  zoneId: string,
  leastMs: number,
): Promise<number | null> {
  const row = await sql.get<{ mass: number | null }>(
    `select avg(mass_permille) / 1000 as mass from stays
     where site_id = $1 and start_ms >= $2 and start_ms < $3 and zone_id = $4 and end_ms - start_ms >= $5
       and mass_permille > 0 and ${COUNTED}`,
    [siteId, fromMs, toMs, zoneId, leastMs],
  );
  return row?.mass == null ? null : 1 - row.mass;
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
export async function heatSampleOf(sql: ReadSql, { siteId, fromMs, toMs }: Past, zones: number): Promise<number> {
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
  sql: ReadSql,
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
  /** Shares of false fires: as the error is taken to be, were it smaller, were it larger. */
  shares: [number, number, number];
  /** Share of all fires by place. */
  spill: Map<number, number>;
}

/**
 * `misplaced` of rehearsalErrors, in SQL, for each carrier and day; `fires` are those of the whole past, of all carriers.
 * `caughtIf` are the shares caught under a smaller and a larger error.
 */
export async function misplacedIn(
  sql: ReadSql,
  { siteId, fromMs, toMs }: Past,
  { floorId, cells }: PlacedCatchment,
  fires: number,
  sample: number,
): Promise<MisplacedRow | null> {
  if (cells.length === 0 || fires <= 0) return null;
  const list = (of: (cell: PlacedCatchment['cells'][number]) => number, type: string): string =>
    `unnest([${cells.map(of).join(',')}]::${type}[])`;
  // Of each carrier and day: measured in the zone, and of that from outside, under three errors.
  const persons = await sql.all<{ m0: number; m1: number; m2: number; o0: number; o1: number; o2: number }>(
    `with cell as materialized (
       select ${list((cell) => cell.cellX, 'integer')} as x, ${list((cell) => cell.cellY, 'integer')} as y,
         ${list((cell) => 1 - cell.inside, 'double')} as outside, ${list((cell) => cell.caught, 'double')} as k0,
         ${list((cell) => cell.caughtIf[0], 'double')} as k1, ${list((cell) => cell.caughtIf[1], 'double')} as k2)
     select sum(h.dwell_ms * c.k0) as m0, sum(h.dwell_ms * c.k1) as m1, sum(h.dwell_ms * c.k2) as m2,
       sum(h.dwell_ms * c.k0 * c.outside) as o0, sum(h.dwell_ms * c.k1 * c.outside) as o1,
       sum(h.dwell_ms * c.k2 * c.outside) as o2
     from heat h join cell c on c.x = h.cell_x and c.y = h.cell_y
     where h.site_id = $1 and h.bucket_ms >= $2 and h.bucket_ms < $3 and h.floor_id = $4
       and h.carrier % ${sqlNumber(sample)} = 0
     group by h.day, h.carrier`,
    [siteId, fromMs, toMs, floorId],
  );
  const weigh = (measured: readonly number[], outside: readonly number[]) => {
    const needed = neededForFires(measured, fires / sample);
    let all = 0;
    let wrong = 0;
    measured.forEach((ms, i) => {
      if (ms <= 0) return;
      const weight = ms >= needed ? 1 : ms / needed;
      all += weight;
      wrong += (weight * outside[i]!) / ms;
    });
    return { needed, all, share: all > 0 ? wrong / all : 0 };
  };
  const as = weigh(
    persons.map(({ m0 }) => m0),
    persons.map(({ o0 }) => o0),
  );
  if (!(as.all > 0)) return null;
  const smaller = weigh(
    persons.map(({ m1 }) => m1),
    persons.map(({ o1 }) => o1),
  );
  const larger = weigh(
    persons.map(({ m2 }) => m2),
    persons.map(({ o2 }) => o2),
  );
  const spilt = await sql.all<{ place: number; share: number }>(
    `with cell as materialized (
       select ${list((cell) => cell.cellX, 'integer')} as x, ${list((cell) => cell.cellY, 'integer')} as y,
         ${list((cell) => 1 - cell.inside, 'double')} as outside, ${list((cell) => cell.place, 'integer')} as place,
         ${list((cell) => cell.caught, 'double')} as k),
     part as materialized (
       select h.day, h.carrier, c.place, sum(h.dwell_ms * c.k) as m, sum(h.dwell_ms * c.k * c.outside) as o
       from heat h join cell c on c.x = h.cell_x and c.y = h.cell_y
       where h.site_id = $1 and h.bucket_ms >= $2 and h.bucket_ms < $3 and h.floor_id = $4
         and h.carrier % ${sqlNumber(sample)} = 0
       group by h.day, h.carrier, c.place),
     person as (select day, carrier, sum(m) as m from part group by day, carrier having sum(m) > 0)
     select p.place, sum(p.o / greatest(t.m, $5::double)) / $6::double as share
     from part p join person t using (day, carrier) group by p.place having sum(p.o) > 0`,
    [siteId, fromMs, toMs, floorId, Number.isFinite(as.needed) ? as.needed + 1e-9 : 1e15, as.all + 1e-9],
  );
  return {
    shares: [as.share, smaller.share, larger.share],
    spill: new Map(spilt.map(({ place, share }) => [place, share])),
  };
}

export interface KnownVisit {
  carrierId: string;
  startMs: number;
}
/** Of registered carriers, in order. Days of absence and frequency are asked of all that is kept. */
export const knownVisits = (sql: ReadSql, siteId: string, toMs: number): Promise<KnownVisit[]> =>
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
export const openPairings = (sql: ReadSql, siteId: string): Promise<OpenPairing[]> =>
  sql.all<OpenPairing>(
    `select carrier_id as "carrierId", shopper_id as "shopperId", from_ms as "fromMs" from pairings
     where site_id = $1 and to_ms is null`,
    [siteId],
  );
