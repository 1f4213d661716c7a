/** How many people came in, going by the carriers that were observed and by reference counts? */
import type { People } from '../../contract/people.ts';
import { badRequest } from '../../errors.ts';
import { coverageShare, MINUTE_MS } from '../../metrics/coverage.ts';
import { footfallFigures } from '../../metrics/footfall.ts';
import { bucketEdges, DAY_MS, HOUR_MS, isoLocal, offsetMs, QUARTER_MS, stretches } from '../../metrics/localTime.ts';
import { estimatePeople, type ObservedHour, peoplePerCarrier } from '../../metrics/people.ts';
import { type CountedPeriod, fitPeople, type PeopleModel } from '../../metrics/peopleRatio.ts';
import { minVisitMs, RESOLUTION_MS } from '../../metrics/thresholds.ts';
import { edgesRelation, inRange, sqlList, sqlNumber } from '../sqlText.ts';
import type { PeopleQuery } from '../timeSeries.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { coverageRelation, quarterEdges } from './coverage.ts';
import { fill, frameOf, NOTHING } from './frame.ts';

/** Who carries a beacon changes with an app or a campaign; a quarter of a year is as long as visits are kept, too. */
const COUNTS_USED_MS = 90 * DAY_MS;
/** Ten doors by quarter hour over that time would be more; the newest are taken. */
const MAX_COUNTS = 20_000;
const HOURS_A_WEEK = 168;
/** 1970-01-01 was a Thursday. */
const EPOCH_HOUR_OF_WEEK = 72;

const hourOfWeek = (timezone: string, atMs: number): number =>
  (Math.floor((atMs + offsetMs(timezone, atMs)) / HOUR_MS) + EPOCH_HOUR_OF_WEEK) % HOURS_A_WEEK;

/** Visits that count, by the door they came in by. Parameter: $1 the site. */
function visitsRelation(context: SiteContext, fromMs: number, toMs: number): string {
  const rowsOf = (table: string) =>
    `select coalesce(entrance_zone_id, '') as entrance, start_ms, end_ms - start_ms as length_ms from ${table}
     where site_id = $1 and kind not in ('staff', 'cart') and ${inRange('start_ms', [fromMs, toMs])}
       and end_ms - start_ms >= ${sqlNumber(minVisitMs(context.definitions) - RESOLUTION_MS)}`;
  return `(${rowsOf('visits')} union all ${rowsOf('open_visits')})`;
}

/** By minutes: a count that begins within one is off by the few who came in it. */
async function countedPeriods(context: SiteContext, toMs: number) {
  const { sql, fresh, siteId, timezone, definitions, progress } = context;
  const fromMs = Math.max(0, toMs - COUNTS_USED_MS, context.rowsFromMs);
  if (fromMs >= toMs) return { fromMs, periods: [], unused: 0 };
  const settledMs = Math.min(
    (progress?.watermarkMs ?? 0) - definitions.visitGapMinutes * MINUTE_MS,
    progress?.dirtyFromMs ?? Number.MAX_SAFE_INTEGER,
  );
  const floors = new Map(context.registry.zones.all(siteId).map((zone) => [zone.id, zone.floorId]));
  const rows = await fresh.all<{
    id: string;
    zone_id: string;
    from_ms: number;
    to_ms: number;
    people: number;
    observed: number;
  }>(
    `with c as (
       select id, zone_id, from_ms, to_ms, people from reference_counts
       where site_id = $1 and from_ms >= $2 and to_ms <= $3 order by from_ms desc, id limit ${MAX_COUNTS}),
     minute as (
       select id, zone_id,
         unnest(range(from_ms // ${MINUTE_MS}, greatest(to_ms // ${MINUTE_MS}, from_ms // ${MINUTE_MS} + 1))) as minute
       from c),
     came as (
       select entrance, start_ms // ${MINUTE_MS} as minute, count(*) as carriers
       from ${visitsRelation(context, fromMs, toMs)} where length_ms >= ${sqlNumber(minVisitMs(definitions))}
       group by entrance, start_ms // ${MINUTE_MS}),
     seen as (
       select m.id, sum(v.carriers) as observed from minute m join came v on v.entrance = m.zone_id and v.minute = m.minute
       group by m.id)
     select c.id, c.zone_id, c.from_ms, c.to_ms, c.people, coalesce(s.observed, 0) as observed
     from c left join seen s on s.id = c.id order by c.from_ms, c.id`,
    [siteId, fromMs, toMs],
  );
  if (rows.length === 0) return { fromMs, periods: [], unused: 0 };
  const quarters = new Map<string, { expected: number; reported: number }>();
  for (const row of await sql.all<{ floor_id: string; bucket_ms: number; expected: number; reported: number }>(
    `select floor_id, bucket_ms, sum(expected) as expected, sum(reported) as reported
     from ${coverageRelation(context, fromMs, toMs)} group by floor_id, bucket_ms`,
    [siteId],
  ))
    quarters.set(`${row.floor_id} ${row.bucket_ms}`, row);
  const coverageOf = (floorId: string, start: number, end: number): number => {
    let expected = 0;
    let reported = 0;
    for (let bucket = Math.floor(start / 900_000) * 900_000; bucket < end; bucket += 900_000) {
      const quarter = quarters.get(`${floorId} ${bucket}`);
      expected += quarter?.expected ?? 0;
      reported += quarter?.reported ?? 0;
    }
    return coverageShare(reported, expected);
  };
  const periods: CountedPeriod[] = [];
  let unused = 0;
  for (const row of rows) {
    const floorId = floors.get(row.zone_id);
    if (
      floorId === undefined ||
      row.to_ms > settledMs ||
      coverageOf(floorId, row.from_ms, row.to_ms) < definitions.minCoverage
    ) {
      unused++;
      continue;
    }
    const first = hourOfWeek(timezone, row.from_ms);
    const withinOne = row.to_ms - row.from_ms <= HOUR_MS && first === hourOfWeek(timezone, row.to_ms - 1);
    periods.push({
      entranceId: row.zone_id,
      hourOfWeek: withinOne ? first : null,
      people: row.people,
      observed: row.observed,
    });
  }
  return { fromMs, periods, unused };
}

interface Came {
  i: number;
  entrance: string;
  hour: number;
  counted: number;
  surely: number;
  possibly: number;
}

/** By quarter hour first: edges of intervals and hours, and changes of the clocks, are those of quarter hours. */
async function cameByHour(context: SiteContext, edges: readonly number[]): Promise<Came[]> {
  const fromMs = edges[0]!;
  const toMs = edges.at(-1)!;
  const parts = stretches(context.timezone, fromMs, toMs);
  const minMs = minVisitMs(context.definitions);
  return context.sql.all<Came>(
    `with came as (
       select entrance, start_ms - start_ms % ${QUARTER_MS} as bucket_ms,
         count(*) filter (where length_ms >= ${sqlNumber(minMs)}) as counted,
         count(*) filter (where length_ms >= ${sqlNumber(minMs + RESOLUTION_MS)}) as surely, count(*) as possibly
       from ${visitsRelation(context, fromMs, toMs)} group by entrance, bucket_ms),
     dated as (
       select e.i, c.* from came c asof join ${edgesRelation(quarterEdges(edges))} e on c.bucket_ms >= e.from_ms),
     timed as (
       select d.*, ((d.bucket_ms + s.offset_ms) // ${HOUR_MS} + ${EPOCH_HOUR_OF_WEEK}) % ${HOURS_A_WEEK} as hour
       from dated d asof join (select unnest(${sqlList(quarterEdges(parts.map((part) => part.fromMs)))}) as from_ms,
         unnest(${sqlList(parts.map((part) => part.offsetMs))}) as offset_ms) s on d.bucket_ms >= s.from_ms)
     select i, entrance, hour, cast(sum(counted) as bigint) as counted, cast(sum(surely) as bigint) as surely,
       cast(sum(possibly) as bigint) as possibly
     from timed group by i, entrance, hour order by i, entrance, hour`,
    [context.siteId],
  );
}

function ratioOf(
  model: PeopleModel | undefined,
  timezone: string,
  fromMs: number,
  zoneId: string | undefined,
): People['ratio'] {
  if (!model) return null;
  const shown = (entranceId?: string) => {
    const { value, low, high } = peoplePerCarrier(model, entranceId);
    return { peoplePerCarrier: value, low, high };
  };
  return {
    ...shown(zoneId),
    counts: zoneId === undefined ? model.counts : (model.entrances.get(zoneId)?.counts ?? 0),
    from: isoLocal(timezone, fromMs),
    entrances: [...model.entrances]
      .map(([id, { counts }]) => ({ zoneId: id, ...shown(id), counts }))
      .sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1)),
  };
}

export async function people(context: SiteContext, query: PeopleQuery): Promise<People> {
  const zone = zoneOf(context, query.zoneId);
  if (zone && zone.kind !== 'entrance')
    throw badRequest('must be an entrance: people are counted at doors; leave it out for the whole site', 'query.zone');
  const edges = bucketEdges(context.timezone, query.interval, query.fromMs, query.toMs);
  const frame = await frameOf(context, query.interval, edges, zone);
  const { fromMs, periods, unused } = await countedPeriods(context, query.toMs);
  const model = fitPeople(periods);
  const byInterval = new Map<number, Came[]>();
  for (const row of await cameByHour(context, frame.edges)) {
    if (zone && row.entrance !== zone.id) continue;
    const rows = byInterval.get(row.i);
    if (rows) rows.push(row);
    else byInterval.set(row.i, [row]);
  }
  const sum = (rows: readonly Came[], key: 'counted' | 'surely' | 'possibly') =>
    rows.reduce((total, row) => total + row[key], 0);
  const kept = (i: number) => frame.edges[i]! >= context.rowsFromMs;
  const observed = fill(frame, NOTHING, (i, coverage) => {
    const rows = byInterval.get(i) ?? [];
    if (!kept(i)) return NOTHING;
    return footfallFigures(
      {
        counted: sum(rows, 'counted'),
        surely: sum(rows, 'surely'),
        possibly: sum(rows, 'possibly'),
        below: 0,
        bounced: 0,
        dwellMs: 0,
      },
      coverage,
    );
  });
  const estimated = fill(frame, NOTHING, (i, coverage) => {
    if (!model || !kept(i)) return NOTHING;
    const hours = (byInterval.get(i) ?? []).map(
      (row): ObservedHour => ({
        entranceId: row.entrance === '' ? null : row.entrance,
        hourOfWeek: row.hour,
        observed: row.counted,
      }),
    );
    return estimatePeople(model, hours, coverage);
  });
  return {
    interval: query.interval,
    timezone: context.timezone,
    zone: zone?.id ?? null,
    series: frame.points.map((point, i) => {
      const figures = ({ value, low, high }: (typeof observed)[number]) => ({ value, low, high });
      return { ...point, observed: figures(observed[i]!), people: figures(estimated[i]!) };
    }),
    ratio: ratioOf(model, context.timezone, fromMs, zone?.id),
    unusedCounts: unused,
  };
}
