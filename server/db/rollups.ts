/**
 * Rollups hold the settled past: all quarter hours before `sealed_ms`, all local days of heat before `heat_sealed_day`.
 * What came since is read from the rows, so a sealed quarter is written once. A row that comes or goes before the seal
 * moves the seal back to it, in the same transaction; so rollup and rows never disagree. Rollups stay when rows expire.
 */
import { KEPT_CELLS_M } from '../metrics/heat.ts';
import { DAY_MS, localDay, QUARTER_MS } from '../metrics/localTime.ts';
import { bounceMs, minStayMs, minVisitMs } from '../metrics/thresholds.ts';
import type { Registry } from '../registry/types.ts';
import { coverageQuartersSql, coverageSpans } from './coverageRows.ts';
import type { ReadSql } from './duckdb.ts';
import { insert, type SeriesSql } from './seriesSql.ts';
import { sqlNumber } from './sqlText.ts';
import type { TableName } from './tables.ts';
import { lengthCountsSql, minLengthSql, type Thresholds } from './visitRows.ts';

/** Longer than all but forgotten carriers stay: hardly a row still comes for a start so long ago. */
export const SEAL_AFTER_MS = 8 * 3_600_000;
/** Sealing in steps this large costs a scan of the tail four times a day. */
const SEAL_STEP_MS = 6 * 3_600_000;
/** What one commit seals at most: a year that must be sealed anew does not hold up the pipeline. */
const SEAL_AT_MOST_MS = 14 * DAY_MS;
const SEAL_AT_MOST_DAYS = 14;

export interface RollupState {
  /** Of visits. */
  sealedMs: number;
  /** Apart, because new thresholds make visits anew, and coverage is kept as the models of its time had it. */
  coverageSealedMs: number;
  heatSealedDay: number;
  /** Before it rows have expired: there the rollup is all there is, under whatever thresholds it was made. */
  rowsFromMs: number;
  heatRowsFromDay: number;
  signature: string;
}
const EMPTY: RollupState = {
  sealedMs: 0,
  coverageSealedMs: 0,
  heatSealedDay: 0,
  rowsFromMs: 0,
  heatRowsFromDay: 0,
  signature: '',
};

export async function rollupState(sql: ReadSql, siteId: string): Promise<RollupState | undefined> {
  const row = await sql.get<{
    sealed_ms: number;
    coverage_sealed_ms: number;
    heat_sealed_day: number;
    rows_from_ms: number;
    heat_rows_from_day: number;
    signature: string;
  }>('select * from rollup_state where site_id = $1', [siteId]);
  return (
    row && {
      sealedMs: row.sealed_ms,
      coverageSealedMs: row.coverage_sealed_ms,
      heatSealedDay: row.heat_sealed_day,
      rowsFromMs: row.rows_from_ms,
      heatRowsFromDay: row.heat_rows_from_day,
      signature: row.signature,
    }
  );
}

export async function writeRollupState(sql: SeriesSql, siteId: string, state: RollupState): Promise<void> {
  await sql.remove('rollup_state', { site_id: siteId });
  await insert(sql, 'rollup_state', {
    site_id: siteId,
    sealed_ms: state.sealedMs,
    coverage_sealed_ms: state.coverageSealedMs,
    heat_sealed_day: state.heatSealedDay,
    rows_from_ms: state.rowsFromMs,
    heat_rows_from_day: state.heatRowsFromDay,
    signature: state.signature,
  });
}

/** All that the visit rollups depend on besides the rows. */
export function thresholdsSignature({ registry, siteId, definitions }: Thresholds): string {
  const zones = registry.zones
    .all(siteId)
    .filter((zone) => zone.minStaySeconds !== null)
    .map((zone) => [zone.id, minStayMs(definitions, zone)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([minVisitMs(definitions), minStayMs(definitions, undefined), bounceMs(definitions), zones]);
}

/** Up to where rollups may be read: to the seal, or where the thresholds have changed since, only where rows are gone. */
export const trustedMs = (state: RollupState | undefined, signature: string): number =>
  state === undefined ? 0 : state.signature === signature ? state.sealedMs : Math.min(state.rowsFromMs, state.sealedMs);

const cut = (
  sql: SeriesSql,
  table: 'visit_quarters' | 'coverage_quarters',
  siteId: string,
  fromMs: number,
): Promise<void> => sql.remove(table, { site_id: siteId, bucket_ms: { from: fromMs } });

/** Takes back what was sealed from the quarter hour of `fromMs`, and from the day `heatDay`, on. */
export async function unsealFrom(sql: SeriesSql, siteId: string, fromMs: number, heatDay: number): Promise<void> {
  const state = await rollupState(sql, siteId);
  if (!state) return;
  const quarter = Math.max(state.rowsFromMs, Math.floor(fromMs / QUARTER_MS) * QUARTER_MS);
  const day = Math.max(state.heatRowsFromDay, heatDay);
  if (quarter >= state.sealedMs && quarter >= state.coverageSealedMs && day >= state.heatSealedDay) return;
  if (quarter < state.sealedMs) {
    await cut(sql, 'visit_quarters', siteId, quarter);
    state.sealedMs = quarter;
  }
  if (quarter < state.coverageSealedMs) {
    await cut(sql, 'coverage_quarters', siteId, quarter);
    state.coverageSealedMs = quarter;
  }
  if (day < state.heatSealedDay) {
    await sql.remove('heat_days', { site_id: siteId, day: { from: day } });
    state.heatSealedDay = day;
  }
  await writeRollupState(sql, siteId, state);
}

async function sealVisits(
  sql: SeriesSql,
  registry: Registry,
  siteId: string,
  fromMs: number,
  toMs: number,
): Promise<void> {
  const { definitions } = registry.definitions(siteId);
  for (const table of ['visits', 'stays'] as const) {
    const counts = lengthCountsSql({
      table,
      zone: table === 'stays' ? 'zone_id' : "''",
      where: 'start_ms >= $2 and start_ms < $3',
      minLength: minLengthSql({ registry, siteId, definitions }, table),
      bounceMs: bounceMs(definitions),
    });
    await sql.insertSelect('visit_quarters', `select $1, * from (${counts}) order by zone, bucket_ms`, [
      siteId,
      fromMs,
      toMs,
    ]);
  }
}

async function sealCoverage(
  sql: SeriesSql,
  registry: Registry,
  siteId: string,
  fromMs: number,
  toMs: number,
): Promise<void> {
  const spans = await coverageSpans(sql, registry, siteId);
  const quarters = coverageQuartersSql(spans, [[fromMs, toMs]], { withRollup: undefined });
  await sql.insertSelect(
    'coverage_quarters',
    `select $1, floor_id, bucket_ms, expected, reported from ${quarters} order by floor_id, bucket_ms`,
    [siteId],
  );
}

async function sealHeat(sql: SeriesSql, siteId: string, fromDay: number, toDay: number): Promise<void> {
  for (const cellM of KEPT_CELLS_M) {
    const cell = (column: string) => `cast(floor(${column} / ${sqlNumber(cellM)}.0) as integer)`;
    await sql.insertSelect(
      'heat_days',
      `select $1, ${cellM}, floor_id, day, ${cell('cell_x')} as x, ${cell('cell_y')} as y, sum(dwell_ms),
         count(distinct carrier)
       from heat where site_id = $1 and day >= $2 and day < $3
       group by floor_id, day, x, y order by floor_id, day`,
      [siteId, fromDay, toDay],
    );
  }
}

type Seal = (fromMs: number, toMs: number) => Promise<void>;

/** Seals from `sealedMs` towards `targetMs`, from the first row on; returns up to where it is sealed then. */
async function sealStep(
  sealedMs: number,
  targetMs: number,
  firstMs: (fromMs: number) => Promise<number | null>,
  seal: Seal,
): Promise<number> {
  if (targetMs - sealedMs < SEAL_STEP_MS) return sealedMs;
  const first = await firstMs(sealedMs);
  if (first === null || first >= targetMs) return targetMs;
  const fromMs = Math.max(sealedMs, Math.floor(first / QUARTER_MS) * QUARTER_MS);
  const toMs = Math.min(targetMs, fromMs + SEAL_AT_MOST_MS);
  await seal(fromMs, toMs);
  return toMs;
}

async function sealHeatStep(sql: SeriesSql, siteId: string, sealedDay: number, targetDay: number): Promise<number> {
  if (targetDay <= sealedDay) return sealedDay;
  const first = (await sql.first('heat', 'day', siteId, sealedDay)) ?? targetDay;
  if (first >= targetDay) return targetDay;
  const toDay = Math.min(targetDay, first + SEAL_AT_MOST_DAYS);
  await sealHeat(sql, siteId, first, toDay);
  return toDay;
}

/** Seals what has settled since, after a change of thresholds from the first kept row on. Part of the commit's transaction. */
export async function refreshRollups(sql: SeriesSql, registry: Registry, siteId: string): Promise<void> {
  const site = await sql.get<{ watermark_ms: number }>('select watermark_ms from site_state where site_id = $1', [
    siteId,
  ]);
  if (!site) return;
  const before = (await rollupState(sql, siteId)) ?? EMPTY;
  const state = { ...before };
  const signature = thresholdsSignature({ registry, siteId, definitions: registry.definitions(siteId).definitions });
  if (state.signature !== signature) {
    await cut(sql, 'visit_quarters', siteId, state.rowsFromMs);
    state.sealedMs = state.rowsFromMs;
    state.signature = signature;
  }
  const first = async (fromMs: number, sources: readonly (readonly [TableName, column: string])[]) => {
    const found: number[] = [];
    for (const [table, column] of sources) {
      const one = await sql.first(table, column, siteId, fromMs);
      if (one !== null) found.push(one);
    }
    return found.length === 0 ? null : Math.min(...found);
  };
  const settledMs = site.watermark_ms - SEAL_AFTER_MS;
  const targetMs = Math.floor(settledMs / QUARTER_MS) * QUARTER_MS;
  state.sealedMs = await sealStep(
    state.sealedMs,
    targetMs,
    (fromMs) =>
      first(fromMs, [
        ['visits', 'start_ms'],
        ['stays', 'start_ms'],
      ]),
    (fromMs, toMs) => sealVisits(sql, registry, siteId, fromMs, toMs),
  );
  state.coverageSealedMs = await sealStep(
    state.coverageSealedMs,
    targetMs,
    // Expected minutes count where nobody reports any more, so coverage is sealed without a gap.
    (fromMs) => (fromMs > 0 ? Promise.resolve(fromMs) : first(fromMs, [['coverage', 'minute_ms']])),
    (fromMs, toMs) => sealCoverage(sql, registry, siteId, fromMs, toMs),
  );
  const targetDay = localDay(registry.site(siteId)?.timezone ?? 'UTC', settledMs);
  state.heatSealedDay = await sealHeatStep(sql, siteId, state.heatSealedDay, targetDay);
  if (JSON.stringify(state) !== JSON.stringify(before)) await writeRollupState(sql, siteId, state);
}
