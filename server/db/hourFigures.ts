/** Footfall, visitors, mean occupancy and coverage of hours, of the site and all zones at once: what the questions answer one by one. */
import type { HourFigures } from '../metrics/changelog.ts';
import { coverageShare } from '../metrics/coverage.ts';
import { UNMEASURED_DOORS } from '../metrics/doors.ts';
import { NO_DOUBTS } from '../metrics/doubt.ts';
import { QUARTER_MS } from '../metrics/localTime.ts';
import { NO_EDGES, occupancyFigures } from '../metrics/occupancy.ts';
import type { SiteContext } from './questions/context.ts';
import { coverageRelation } from './questions/coverage.ts';
import { LAG_SQL } from './questions/doubts.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlList, sqlNumber } from './sqlText.ts';
import { minLengthSql } from './visitRows.ts';

const PEOPLE = "site_id = $1 and kind not in ('staff', 'cart')";
/** One floor, or all. */
const ALL_FLOORS = '';

interface Sums {
  footfall: number;
  visitors: number;
  edges: number;
  lagMs: number;
}
const NO_SUMS: Sums = { footfall: 0, visitors: 0, edges: 0, lagMs: 0 };

const keyOf = (id: string, i: number): string => `${i} ${id}`;

/** Presences of the site (zone '') and of zones, open ones too, with their zone and the shortest length that counts. */
function presences(context: SiteContext, where: string): string {
  const rowsOf = (table: string, zone: string, source: 'visits' | 'stays', ended: boolean) =>
    `select ${zone} as zone, carrier_id, start_ms, end_ms, ${LAG_SQL} as lag, ${ended} as ended,
       ${LENGTH_MS} >= ${minLengthSql(context, source)} as counts
     from ${table} where ${PEOPLE} and ${where}`;
  return `(${[
    rowsOf('visits', "''", 'visits', true),
    rowsOf('open_visits', "''", 'visits', false),
    rowsOf('stays', 'zone_id', 'stays', true),
    rowsOf('open_stays', 'zone_id', 'stays', false),
  ].join(' union all ')})`;
}

async function sumsByHour(context: SiteContext, edges: readonly number[]): Promise<Map<string, Sums>> {
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const out = new Map<string, Sums>();
  const ask = async (sql: string): Promise<void> => {
    const rows = await context.sql.all<{ zone: string; i: number } & Partial<Sums>>(sql, [context.siteId]);
    for (const { zone, i, ...sums } of rows)
      out.set(keyOf(zone, i), { ...(out.get(keyOf(zone, i)) ?? NO_SUMS), ...sums });
  };
  const hours = edgesRelation(edges);
  await ask(
    `select p.zone, e.i, count(*) as footfall
     from ${presences(context, inRange('start_ms', [fromMs, toMs]))} p asof join ${hours} e on p.start_ms >= e.from_ms
     where p.counts group by p.zone, e.i`,
  );
  const present = presences(context, `start_ms < ${sqlNumber(toMs)} and end_ms >= ${sqlNumber(fromMs)}`);
  await ask(
    `select p.zone, e.i, count(distinct p.carrier_id) as visitors
     from ${present} p join (
       select unnest(range(${edges.length - 1})) as i, unnest(${sqlList(edges.slice(0, -1))}) as from_ms,
         unnest(${sqlList(edges.slice(1))}) as to_ms) e
       on p.start_ms < e.to_ms and greatest(p.end_ms, p.start_ms + 1) > e.from_ms
     where p.counts group by p.zone, e.i`,
  );
  await ask(
    `with p as (select * from ${present}),
     edge as (select zone, start_ms as at_ms, lag from p union all select zone, end_ms, lag from p where ended)
     select edge.zone, e.i, count(*) as edges, cast(sum(edge.lag) as bigint) as "lagMs"
     from edge asof join ${hours} e on edge.at_ms >= e.from_ms
     where edge.at_ms < ${sqlNumber(toMs)} group by edge.zone, e.i`,
  );
  return out;
}

interface Coverage {
  expected: number;
  reported: number;
  measuredMs: number;
}
interface Measured {
  coverage: Map<string, Coverage>;
  /** Floor and quarter hour in which any gateway reported. */
  quarters: Set<string>;
}

function indexOf(edges: readonly number[], atMs: number): number {
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= atMs) low = middle;
    else high = middle;
  }
  return low;
}

async function measured(context: SiteContext, edges: readonly number[]): Promise<Measured> {
  const rows = await context.sql.all<{ floor_id: string; bucket_ms: number; expected: number; reported: number }>(
    `select floor_id, bucket_ms, sum(expected) as expected, sum(reported) as reported
     from ${coverageRelation(context, edges[0]!, edges.at(-1)!)} group by floor_id, bucket_ms`,
    [context.siteId],
  );
  const coverage = new Map<string, Coverage>();
  const quarters = new Set<string>();
  const watermarkMs = context.progress?.watermarkMs ?? 0;
  for (const { floor_id: floorId, bucket_ms: atMs, expected, reported } of rows) {
    const i = indexOf(edges, atMs);
    for (const id of [floorId, ALL_FLOORS]) {
      const hour = coverage.get(keyOf(id, i)) ?? { expected: 0, reported: 0, measuredMs: 0 };
      hour.expected += expected;
      hour.reported += reported;
      if (reported > 0 && !quarters.has(keyOf(id, atMs))) {
        quarters.add(keyOf(id, atMs));
        hour.measuredMs += Math.max(0, Math.min(atMs + QUARTER_MS, watermarkMs) - atMs);
      }
      coverage.set(keyOf(id, i), hour);
    }
  }
  return { coverage, quarters };
}

/** Edges are local hours; every zone and hour is told. */
export async function hourFigures(context: SiteContext, edges: readonly number[]): Promise<HourFigures[]> {
  if (edges.length < 2) return [];
  const zones = context.registry.zones.all(context.siteId).map(({ id, floorId }) => ({ id, floorId }));
  const places = [{ id: '', floorId: ALL_FLOORS }, ...zones];
  const floorOf = new Map(places.map((place) => [place.id, place.floorId]));
  const sums = await sumsByHour(context, edges);
  const { coverage, quarters } = await measured(context, edges);
  const range = inRange('bucket_ms', [edges[0]!, edges.at(-1)!]);
  const rows = await context.sql.all<{ zone_id: string; bucket_ms: number; carrier_ms: number }>(
    `select zone_id, bucket_ms, sum(carrier_ms) as carrier_ms from (
       select zone_id, bucket_ms, carrier_ms from occupancy where site_id = $1 and ${range}
       union all select zone_id, bucket_ms, carrier_ms from open_occupancy where site_id = $1 and ${range})
     group by zone_id, bucket_ms`,
    [context.siteId],
  );
  const carrierMs = new Map<string, number>();
  for (const row of rows) {
    const floorId = floorOf.get(row.zone_id);
    if (floorId === undefined || !quarters.has(keyOf(floorId, row.bucket_ms))) continue;
    const key = keyOf(row.zone_id, indexOf(edges, row.bucket_ms));
    carrierMs.set(key, (carrierMs.get(key) ?? 0) + row.carrier_ms);
  }
  return edges.slice(0, -1).flatMap((fromMs, i) =>
    places.map(({ id, floorId }): HourFigures => {
      const hour = { zoneId: id, fromMs, toMs: edges[i + 1]! };
      const light = coverage.get(keyOf(floorId, i));
      const share = coverageShare(light?.reported ?? 0, light?.expected ?? 0);
      if (!light || share === 0) return { ...hour, footfall: null, visitors: null, occupancy: null, coverage: 0 };
      const { footfall, visitors, ...ends } = sums.get(keyOf(id, i)) ?? NO_SUMS;
      const totals = { carrierMs: carrierMs.get(keyOf(id, i)) ?? 0, measuredMs: light.measuredMs, peak: 0 };
      const { value } = occupancyFigures(totals, share, {
        doubts: NO_DOUBTS,
        light: { lit: 1, gateways: 1 },
        // The value, unlike its band, does not ask at which end.
        doors: UNMEASURED_DOORS,
        sums: { ...NO_EDGES, edges: ends.edges, firstLagMs: ends.lagMs },
      });
      return { ...hour, footfall, visitors, occupancy: value, coverage: share };
    }),
  );
}
