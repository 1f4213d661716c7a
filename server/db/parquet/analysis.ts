/** Figures, heat, coverage and coarse presences of a site as files; see analysisTables.ts for what is told and what is not. */
import { join } from 'node:path';
import type { Interval, SeriesPoint } from '../../contract/metrics.ts';
import { dayStartMs, localDay } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import type { SqlValue } from '../duckdb.ts';
import type { Questions, SeriesReader } from '../timeSeries.ts';
import { AGGREGATES, type AnalysisTable, columnsOf, type FIGURES, NOTES, type Presence } from './analysisTables.ts';
import { ParquetFiles } from './files.ts';
import { EXPORT_VERSION, type Manifest, writeManifest } from './manifest.ts';
import { type FilePeriod, type FileSpan, filePeriods, type Period } from './periods.ts';

export interface AnalysisRequest {
  siteId: string;
  tables: readonly AnalysisTable[];
  period: Period;
  /** Of the figures. @default hour */
  interval?: Interval;
  /** Edge of a heat cell. @default 2 */
  cellM?: number;
  /** @default by day for presences, by month for all else */
  by?: FileSpan;
  folder: string;
  nowMs: number;
}

export interface AnalysisParts {
  questions: Questions;
  reading: SeriesReader;
  registry: Registry;
}

export interface AnalysisProgress {
  table: string;
  label: string;
  filesDone: number;
  filesTotal: number;
  rows: number;
}

type Values = Record<string, SqlValue[]>;

const pieceOf = (table: AnalysisTable, rows: readonly Record<string, SqlValue>[]): Values => {
  const piece: Values = {};
  for (const { name } of columnsOf(table)) piece[name] = rows.map((row) => row[name] ?? null);
  return piece;
};

const rowOfPoint = (zoneId: string, point: SeriesPoint): Record<string, SqlValue> => ({
  zone_id: zoneId,
  start: Date.parse(point.start),
  value: point.value,
  low: point.low,
  high: point.high,
  coverage: point.coverage,
  state: point.state,
  suppressed: point.suppressed ?? false,
  peak: point.peak ?? null,
  mean: point.mean ?? null,
  p90: point.p90 ?? null,
  turn_in_ratio: point.turnInRatio ?? null,
});

async function* figureRows(
  { questions, registry }: AnalysisParts,
  { siteId, interval = 'hour' }: AnalysisRequest,
  metric: (typeof FIGURES)[number],
  { fromMs, toMs }: Period,
): AsyncIterable<Values> {
  const zones = registry.zones.all(siteId).map(({ id }) => id);
  for (const zoneId of metric === 'capture-rate' ? zones : ['', ...zones]) {
    const { series } = await questions.series({
      siteId,
      metric,
      fromMs,
      toMs,
      interval,
      ...(zoneId === '' ? {} : { zoneId }),
    });
    yield pieceOf(
      metric,
      series.map((point) => rowOfPoint(zoneId, point)),
    );
  }
}

async function* heatRows(
  { questions, registry }: AnalysisParts,
  { siteId, cellM = 2 }: AnalysisRequest,
  { fromMs, toMs }: Period,
  timezone: string,
): AsyncIterable<Values> {
  const last = localDay(timezone, toMs - 1);
  for (let day = localDay(timezone, fromMs); day <= last; day += 1) {
    const asked = { siteId, cellM, fromMs: dayStartMs(timezone, day), toMs: dayStartMs(timezone, day + 1) };
    for (const { id: floorId } of registry.floors.all(siteId)) {
      const dwell = await questions.heatmap({ ...asked, floorId, measure: 'dwell' });
      const carriers = await questions.heatmap({ ...asked, floorId, measure: 'carriers' });
      const cells = new Map<string, Record<string, SqlValue>>();
      const cellAt = (xM: number, yM: number): Record<string, SqlValue> => {
        const key = `${xM} ${yM}`;
        const cell = cells.get(key) ?? { floor_id: floorId, day, cell_x_m: xM, cell_y_m: yM };
        cells.set(key, cell);
        return cell;
      };
      for (const { xM, yM, value } of dwell.cells) cellAt(xM, yM).seconds_per_m2 = value;
      for (const { xM, yM, value } of carriers.cells) cellAt(xM, yM).carriers = value;
      yield pieceOf('heatmap', [...cells.values()]);
    }
  }
}

async function* coverageRows(
  { reading }: AnalysisParts,
  siteId: string,
  { fromMs, toMs }: Period,
): AsyncIterable<Values> {
  const rows = await reading.sql.all(
    `select floor_id, bucket_ms as start, expected, reported from coverage_quarters
     where site_id = $1 and bucket_ms >= $2 and bucket_ms < $3 order by floor_id, bucket_ms`,
    [siteId, fromMs, toMs],
  );
  yield pieceOf('coverage', rows);
}

/** Lengths as people tell them apart: passing, looking, choosing, staying. */
const CLASSES_SECONDS = [0, 30, 60, 120, 300, 900, 1_800, 3_600, 7_200] as const;

async function presencesOf(
  { reading, registry }: AnalysisParts,
  siteId: string,
  table: Presence,
  { fromMs, toMs }: Period,
): Promise<{ values: Values; leftOut: number }> {
  const k = registry.definitions(siteId).definitions.kAnonymity;
  const place = table === 'stays' ? 'floor_id, zone_id, ' : '';
  const classOf = CLASSES_SECONDS.map((_, i) => `when length_ms < ${(CLASSES_SECONDS[i + 1] ?? 0) * 1_000} then ${i}`);
  const rows = await reading.sql.all<Record<string, SqlValue> & { class: number; enough: boolean }>(
    `with found as (
       select ${place}kind, start_ms - start_ms % 900000 as start, carrier_id, end_ms - start_ms as length_ms
       from ${table} where site_id = $1 and start_ms >= $2 and start_ms < $3 and kind not in ('staff', 'cart'))
     select ${place}kind, start, case ${classOf.slice(0, -1).join(' ')} else ${CLASSES_SECONDS.length - 1} end as class, enough
     from found join (
       select ${place}kind, start, count(distinct carrier_id) >= ${k} as enough from found group by all
     ) using (${place}kind, start)
     order by ${place}kind, start, class`,
    [siteId, fromMs, toMs],
  );
  const told = rows.filter(({ enough }) => enough);
  return {
    leftOut: rows.length - told.length,
    values: pieceOf(
      table,
      told.map((row) => ({
        ...row,
        length_from_seconds: CLASSES_SECONDS[row.class]!,
        length_to_seconds: CLASSES_SECONDS[row.class + 1] ?? null,
      })),
    ),
  };
}

const isPresence = (table: AnalysisTable): table is Presence => !(AGGREGATES as readonly string[]).includes(table);

export async function exportAnalysis(
  parts: AnalysisParts,
  request: AnalysisRequest,
  onProgress?: (progress: AnalysisProgress) => void,
  signal?: AbortSignal,
): Promise<Manifest> {
  const { siteId, tables, period, folder, nowMs, by } = request;
  const { registry } = parts;
  const { timezone } = registry.site(siteId)!;
  const { version, definitions } = registry.definitions(siteId);
  const made: Manifest = {
    promenadeExport: EXPORT_VERSION,
    form: 'analysis',
    site: { id: siteId, timezone },
    createdAt: new Date(nowMs).toISOString(),
    from: new Date(period.fromMs).toISOString(),
    to: new Date(period.toMs).toISOString(),
    whole: false,
    definitionsVersion: version,
    kAnonymity: definitions.kAnonymity,
    tables: [],
    files: [],
  };
  const files = tables.map((table) => {
    const span = by ?? (isPresence(table) ? 'day' : 'month');
    return { table, periods: [...filePeriods(timezone, span, period)] };
  });
  const filesTotal = files.reduce((sum, { periods }) => sum + periods.length, 0);
  let filesDone = 0;
  let rowsDone = 0;
  const parquet = await ParquetFiles.open();
  try {
    for (const { table, periods } of files) {
      const columns = columnsOf(table);
      let rows = 0;
      let leftOut = 0;
      const valuesIn = async function* (one: FilePeriod): AsyncIterable<Values> {
        if (table === 'heatmap') yield* heatRows(parts, request, one, timezone);
        else if (table === 'coverage') yield* coverageRows(parts, siteId, one);
        else if (isPresence(table)) {
          const found = await presencesOf(parts, siteId, table, one);
          leftOut += found.leftOut;
          yield found.values;
        } else yield* figureRows(parts, request, table, one);
      };
      for (const one of periods) {
        signal?.throwIfAborted();
        const name = table.replaceAll('-', '_');
        const path = `${name}/${name}-${one.label}.parquet`;
        const written = await parquet.write(join(folder, path), columns, valuesIn(one));
        if (written) {
          made.files.push({ path, table, fromMs: one.fromMs, toMs: one.toMs, ...written });
          rows += written.rows;
          rowsDone += written.rows;
        }
        filesDone += 1;
        onProgress?.({ table, label: one.label, filesDone, filesTotal, rows: rowsDone });
      }
      const left = isPresence(table) ? { leftOut } : {};
      made.tables.push({ name: table, columns, rows, ...left, note: NOTES[table] });
    }
    await writeManifest(folder, made);
    return made;
  } finally {
    await parquet.close();
  }
}
