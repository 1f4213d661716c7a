/** One step of a site's analytics: rewind, new rows, what is open, checkpoint and rollups, in one transaction. */
import type { Certainty, EngineRows, HeatRow, OccupancyRow, OpenRows, StayRow, VisitRow } from '../engine/types.ts';
import { carrierDayHash } from '../metrics/heat.ts';
import { localDay } from '../metrics/localTime.ts';
import { counts } from '../metrics/thresholds.ts';
import type { Registry } from '../registry/types.ts';
import type { Columns } from './duckdb.ts';
import { type TouchedFigures, unsealFigures } from './figures/unseal.ts';
import { explain, figuresBefore } from './recomputation.ts';
import { refreshRollups, unsealFrom } from './rollups.ts';
import { insert, type SeriesSql } from './seriesSql.ts';
import type { AwaitedGateway, Committed, SiteCommit } from './timeSeries.ts';

/** Tables whose rows bear emitted_ms, and which a rewind cuts. */
const EMITTED = ['visits', 'stays', 'heat', 'occupancy', 'coverage'] as const;

const varchar = (values: (string | null)[]) => ({ type: 'VARCHAR', values }) as const;
const bigint = (values: number[]) => ({ type: 'BIGINT', values }) as const;
const integer = (values: number[]) => ({ type: 'INTEGER', values }) as const;

const visitColumns = (siteId: string, rows: readonly VisitRow[]): Columns => ({
  site_id: varchar(rows.map(() => siteId)),
  carrier_id: varchar(rows.map((row) => row.carrierId)),
  kind: varchar(rows.map((row) => row.kind)),
  start_ms: bigint(rows.map((row) => row.startMs)),
  end_ms: bigint(rows.map((row) => row.endMs)),
  entrance_zone_id: varchar(rows.map((row) => row.entranceZoneId)),
});

const stayColumns = (siteId: string, rows: readonly StayRow[]): Columns => ({
  site_id: varchar(rows.map(() => siteId)),
  carrier_id: varchar(rows.map((row) => row.carrierId)),
  kind: varchar(rows.map((row) => row.kind)),
  zone_id: varchar(rows.map((row) => row.zoneId)),
  floor_id: varchar(rows.map((row) => row.floorId)),
  start_ms: bigint(rows.map((row) => row.startMs)),
  end_ms: bigint(rows.map((row) => row.endMs)),
  visit_start_ms: bigint(rows.map((row) => row.visitStartMs)),
});

function heatColumns(siteId: string, rows: readonly HeatRow[], dayOf: (atMs: number) => number): Columns {
  const days = rows.map((row) => dayOf(row.bucketStartMs));
  // A carrier's cells stand next to each other.
  let [carrierId, day, hash] = ['', -1, 0];
  const hashes = rows.map((row, i) => {
    if (row.carrierId !== carrierId || days[i] !== day) {
      carrierId = row.carrierId;
      day = days[i]!;
      hash = carrierDayHash(carrierId, day);
    }
    return hash;
  });
  return {
    site_id: varchar(rows.map(() => siteId)),
    floor_id: varchar(rows.map((row) => row.floorId)),
    bucket_ms: bigint(rows.map((row) => row.bucketStartMs)),
    day: integer(days),
    cell_x: integer(rows.map((row) => row.cellX)),
    cell_y: integer(rows.map((row) => row.cellY)),
    carrier: { type: 'UINTEGER', values: hashes },
    dwell_ms: integer(rows.map((row) => row.dwellMs)),
  };
}

/** By far the most rows; those of a floor next to each other are written faster, and smaller. */
function byFloor<Row extends HeatRow>(rows: readonly Row[]): readonly Row[] {
  const floors = new Map<string, Row[]>();
  for (const row of rows) {
    const floor = floors.get(row.floorId);
    if (floor) floor.push(row);
    else floors.set(row.floorId, [row]);
  }
  return floors.size < 2 ? rows : [...floors.values()].flat();
}

const occupancyColumns = (siteId: string, rows: readonly OccupancyRow[]): Columns => ({
  site_id: varchar(rows.map(() => siteId)),
  zone_id: varchar(rows.map((row) => row.zoneId ?? '')),
  bucket_ms: bigint(rows.map((row) => row.bucketStartMs)),
  carrier_ms: bigint(rows.map((row) => row.carrierMs)),
  peak: integer(rows.map((row) => row.peak)),
});

/** Come after all others: they were added to the tables later. */
const certaintyColumns = (rows: readonly Certainty[]): Columns => ({
  lag_ms: integer(rows.map((row) => row.lagMs ?? 0)),
  gateways: integer(rows.map((row) => row.gateways ?? 0)),
});
const visitCertaintyColumns = (rows: readonly VisitRow[]): Columns => ({
  ...certaintyColumns(rows),
  first_gap_ms: integer(rows.map((row) => row.firstGapMs ?? 0)),
  first_lag_ms: integer(rows.map((row) => row.firstLagMs ?? 0)),
  first_gateways: integer(rows.map((row) => row.firstGateways ?? 0)),
  last_gap_ms: integer(rows.map((row) => row.lastGapMs ?? 0)),
  last_lag_ms: integer(rows.map((row) => row.lastLagMs ?? 0)),
  last_gateways: integer(rows.map((row) => row.lastGateways ?? 0)),
});
const stayCertaintyColumns = (rows: readonly StayRow[]): Columns => ({
  ...certaintyColumns(rows),
  mass_permille: integer(rows.map((row) => row.massPermille ?? 0)),
});

const emitted = (rows: readonly { emittedAtMs: number }[]) => ({
  emitted_ms: bigint(rows.map((row) => row.emittedAtMs)),
});

/** A commit's heat rows share few quarter hours, and time zone look-ups cost. */
function dayLookup(timezone: string): (atMs: number) => number {
  const days = new Map<number, number>();
  let [lastMs, lastDay] = [Number.NaN, 0];
  return (atMs) => {
    if (atMs === lastMs) return lastDay;
    let day = days.get(atMs);
    if (day === undefined) {
      day = localDay(timezone, atMs);
      days.set(atMs, day);
    }
    lastMs = atMs;
    lastDay = day;
    return day;
  };
}

async function appendRows(sql: SeriesSql, commit: SiteCommit, dayOf: (atMs: number) => number): Promise<void> {
  const { siteId, rows } = commit;
  await sql.append('visits', {
    ...visitColumns(siteId, rows.visits),
    ...emitted(rows.visits),
    ...visitCertaintyColumns(rows.visits),
  });
  await sql.append('stays', {
    ...stayColumns(siteId, rows.stays),
    ...emitted(rows.stays),
    ...stayCertaintyColumns(rows.stays),
  });
  const heat = byFloor(rows.heat);
  await sql.append('heat', { ...heatColumns(siteId, heat, dayOf), ...emitted(heat) });
  await sql.append('occupancy', { ...occupancyColumns(siteId, rows.occupancy), ...emitted(rows.occupancy) });
  await sql.append('coverage', {
    site_id: varchar(rows.coverage.map(() => siteId)),
    gateway_id: varchar(rows.coverage.map((row) => row.gatewayId)),
    minute_ms: bigint(rows.coverage.map((row) => row.minuteStartMs)),
    ...emitted(rows.coverage),
  });
}

async function replaceOpen(
  sql: SeriesSql,
  siteId: string,
  open: OpenRows,
  keepHeat: boolean,
  dayOf: (atMs: number) => number,
): Promise<void> {
  const heat = keepHeat ? [] : (['open_heat'] as const);
  for (const table of ['open_visits', 'open_stays', 'open_occupancy', ...heat] as const)
    await sql.remove(table, { site_id: siteId });
  await sql.append('open_visits', {
    ...visitColumns(siteId, open.visits),
    ...visitCertaintyColumns(open.visits),
  });
  await sql.append('open_stays', { ...stayColumns(siteId, open.stays), ...stayCertaintyColumns(open.stays) });
  if (!keepHeat) await sql.append('open_heat', heatColumns(siteId, byFloor(open.heat), dayOf));
  await sql.append('open_occupancy', occupancyColumns(siteId, open.occupancy));
}

interface Touched extends TouchedFigures {
  /** Earliest start of a visit, stay or coverage minute that came or went. */
  fromMs: number;
  heatDay: number;
}

const earlier = (a: Touched, b: Touched): Touched => ({
  fromMs: Math.min(a.fromMs, b.fromMs),
  heatDay: Math.min(a.heatDay, b.heatDay),
  rowsMs: Math.min(a.rowsMs, b.rowsMs),
  coverageMs: Math.min(a.coverageMs, b.coverageMs),
  occupancyMs: Math.min(a.occupancyMs, b.occupancyMs),
});

const earliest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);

function added(rows: EngineRows, dayOf: (atMs: number) => number): Touched {
  const coverageMs = earliest(rows.coverage.map((row) => row.minuteStartMs));
  const visits = rows.visits.filter(({ kind }) => counts(kind));
  const stays = rows.stays.filter(({ kind }) => counts(kind));
  return {
    fromMs: earliest([...rows.visits.map((row) => row.startMs), ...rows.stays.map((row) => row.startMs), coverageMs]),
    heatDay: earliest(rows.heat.map((row) => dayOf(row.bucketStartMs))),
    rowsMs: earliest([
      ...visits.map((row) => row.startMs),
      ...stays.map((row) => Math.min(row.startMs, row.visitStartMs)),
    ]),
    coverageMs,
    occupancyMs: earliest(rows.occupancy.map((row) => row.bucketStartMs)),
  };
}

/** Removes what was emitted after the rewind, and tells how far back that reached. */
async function rewind(sql: SeriesSql, siteId: string, toMs: number): Promise<Touched> {
  const first = async (column: string, table: string, where = 'true') =>
    (
      await sql.get<{ first: number | null }>(
        `select min(${column}) as first from ${table} where site_id = $1 and emitted_ms > $2 and ${where}`,
        [siteId, toMs],
      )
    )?.first ?? Number.MAX_SAFE_INTEGER;
  const people = "kind not in ('staff', 'cart')";
  const coverageMs = await first('minute_ms', 'coverage');
  const touched: Touched = {
    fromMs: earliest([await first('start_ms', 'visits'), await first('start_ms', 'stays'), coverageMs]),
    heatDay: await first('day', 'heat'),
    rowsMs: earliest([
      await first('start_ms', 'visits', people),
      await first('least(start_ms, visit_start_ms)', 'stays', people),
    ]),
    coverageMs,
    occupancyMs: await first('bucket_ms', 'occupancy'),
  };
  for (const table of [...EMITTED, 'gateways_heard'] as const)
    await sql.remove(table, { site_id: siteId, emitted_ms: { above: toMs } });
  // A gateway whose first minute was cut may have been heard in rows that stay.
  await sql.insertSelect(
    'gateways_heard',
    `select site_id, gateway_id, min(minute_ms), arg_min(emitted_ms, minute_ms) from coverage
     where site_id = $1 and gateway_id not in (select gateway_id from gateways_heard where site_id = $1)
     group by site_id, gateway_id`,
    [siteId],
  );
  return touched;
}

/** Keeps the first minute of each gateway; returns the earliest minute from which one is newly expected. */
async function noteGateways(sql: SeriesSql, commit: SiteCommit): Promise<number> {
  const firsts = new Map<string, { minuteMs: number; emittedMs: number }>();
  for (const row of commit.rows.coverage) {
    const known = firsts.get(row.gatewayId);
    if (!known || row.minuteStartMs < known.minuteMs)
      firsts.set(row.gatewayId, { minuteMs: row.minuteStartMs, emittedMs: row.emittedAtMs });
  }
  if (firsts.size === 0) return Number.MAX_SAFE_INTEGER;
  const heard = await sql.all<{ gateway_id: string; first_ms: number }>(
    'select gateway_id, first_ms from gateways_heard where site_id = $1',
    [commit.siteId],
  );
  const known = new Map(heard.map((row) => [row.gateway_id, row.first_ms]));
  let from = Number.MAX_SAFE_INTEGER;
  for (const [gatewayId, first] of firsts) {
    const before = known.get(gatewayId);
    if (before !== undefined && before <= first.minuteMs) continue;
    from = Math.min(from, first.minuteMs);
    await sql.remove('gateways_heard', { site_id: commit.siteId, gateway_id: gatewayId });
    await insert(sql, 'gateways_heard', {
      site_id: commit.siteId,
      gateway_id: gatewayId,
      first_ms: first.minuteMs,
      emitted_ms: first.emittedMs,
    });
  }
  return from;
}

async function writeState(sql: SeriesSql, commit: SiteCommit): Promise<void> {
  await sql.remove('site_state', { site_id: commit.siteId });
  await insert(sql, 'site_state', {
    site_id: commit.siteId,
    watermark_ms: commit.watermarkMs,
    dirty_from_ms: commit.dirtyFromMs,
    checkpoint: commit.checkpoint,
    committed_ms: commit.committedMs,
  });
}

async function replaceAwaited(sql: SeriesSql, siteId: string, awaited: readonly AwaitedGateway[]): Promise<void> {
  await sql.remove('gateways_awaited', { site_id: siteId });
  await sql.append('gateways_awaited', {
    site_id: varchar(awaited.map(() => siteId)),
    gateway_id: varchar(awaited.map(({ gatewayId }) => gatewayId)),
    from_ms: bigint(awaited.map(({ fromMs }) => fromMs)),
  });
}

export async function commitRows(sql: SeriesSql, registry: Registry, commit: SiteCommit): Promise<Committed> {
  const before = await figuresBefore(sql, registry, commit);
  const dayOf = dayLookup(registry.site(commit.siteId)?.timezone ?? 'UTC');
  let touched = added(commit.rows, dayOf);
  if (commit.rewoundToMs !== null) touched = earlier(touched, await rewind(sql, commit.siteId, commit.rewoundToMs));
  await appendRows(sql, commit, dayOf);
  if (commit.open) await replaceOpen(sql, commit.siteId, commit.open, commit.keepOpenHeat === true, dayOf);
  const newlyExpectedMs = await noteGateways(sql, commit);
  touched.fromMs = Math.min(touched.fromMs, newlyExpectedMs);
  touched.coverageMs = Math.min(touched.coverageMs, newlyExpectedMs);
  await writeState(sql, commit);
  await unsealFrom(sql, commit.siteId, touched.fromMs, touched.heatDay);
  await unsealFigures(sql, registry, commit.siteId, touched);
  await refreshRollups(sql, registry, commit.siteId);
  if (commit.awaited) await replaceAwaited(sql, commit.siteId, commit.awaited);
  return { changelog: await explain(sql, registry, commit, before) };
}
