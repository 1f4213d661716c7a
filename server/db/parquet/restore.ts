/**
 * A backup taken back. Of a whole one into a site that has nothing, all tables are taken as they are. Else the rows that the
 * engine emitted are, and what is made of them is made anew; sums of a past whose rows have expired are taken too.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '../../registry/types.ts';
import type { Columns, SqlValue } from '../duckdb.ts';
import { type Digest, digestSql, isSame } from '../moving/digest.ts';
import { refreshRollups } from '../rollups.ts';
import { SERIES_TABLES, type SeriesTable, type TableName } from '../tables.ts';
import type { TimeSeries } from '../timeSeries.ts';
import { fileColumnsOf } from './backup.ts';
import { checkFile, checkManifest, tableNamed } from './check.ts';
import { ParquetFiles } from './files.ts';
import { type Left, type Taken, takenInPart } from './inPart.ts';
import { closeOpen, noteGateways, unseal } from './madeOf.ts';
import { ExportError, type ExportedFile, type Manifest, readManifest } from './manifest.ts';
import { RestoreMark } from './restoreMark.ts';

export interface RestoreRequest {
  siteId: string;
  folder: string;
  /** Of the backup's; all where left out. */
  tables?: readonly string[];
  /** Rows of the same period that are otherwise go. */
  replace?: boolean;
  /** The server's data: whether the log that a restored checkpoint names is there. */
  dataDir: string;
}

export interface Restored {
  rows: number;
  /** Files whose rows were there already. */
  alreadyThere: number;
  left: Left[];
  whole: boolean;
}

export interface RestoreParts {
  series: TimeSeries;
  registry: Registry;
  onProgress?: (step: 'checked' | 'written', file: ExportedFile, done: number, total: number) => void;
}

/** As the table's period has it: milliseconds, or local days. */
function rangeOf(
  table: SeriesTable,
  { fromMs, toMs }: ExportedFile,
): { column: string; from: number; below: number } | undefined {
  if (!table.time || fromMs === null || toMs === null) return undefined;
  const unitMs = table.time.unit === 'days' ? 86_400_000 : 1;
  return { column: table.time.column, from: Math.ceil(fromMs / unitMs), below: Math.ceil(toMs / unitMs) };
}

async function digestThere(
  series: TimeSeries,
  table: SeriesTable,
  siteId: string,
  file: ExportedFile,
): Promise<Digest> {
  const range = rangeOf(table, file);
  const where = range ? ` and ${range.column} >= $2 and ${range.column} < $3` : '';
  const row = await series.sql.get<Digest & Record<string, SqlValue>>(
    digestSql(table, `${table.name} where site_id = $1${where}`),
    range ? [siteId, range.from, range.below] : [siteId],
  );
  return { rows: row!.rows, sum: row!.sum };
}

async function valuesIn(parquet: ParquetFiles, folder: string, file: ExportedFile): Promise<Columns> {
  const table = tableNamed(file.table);
  const columns: Record<string, { type: SeriesTable['columns'][number]['type']; values: SqlValue[] }> = {};
  for (const { name, type } of table.columns) columns[name] = { type, values: [] };
  for await (const piece of parquet.read(join(folder, file.path), fileColumnsOf(table)))
    for (const { name } of table.columns) for (const value of piece[name]!) columns[name]!.values.push(value);
  return columns;
}

function hasLog(dataDir: string, siteId: string): boolean {
  return existsSync(join(dataDir, 'log', siteId));
}

const stateText = async (series: TimeSeries, siteId: string): Promise<string | undefined> => {
  const row = await series.sql.get('select * from site_state where site_id = $1', [siteId]);
  return row && JSON.stringify(row);
};

export async function restore(parts: RestoreParts, request: RestoreRequest): Promise<Restored> {
  const { series, registry, onProgress } = parts;
  const { siteId, folder, replace = false } = request;
  const made = readManifest(folder);
  checkManifest(made, registry.site(siteId)!);
  const wanted = request.tables;
  for (const name of wanted ?? [])
    if (!made.tables.some((table) => table.name === name))
      throw new ExportError(
        `the backup has no table ${name}; it has ${made.tables.map((table) => table.name).join(', ')}`,
      );
  const files = made.files.filter(({ table }) => wanted?.includes(table) ?? true);
  const parquet = await ParquetFiles.open();
  try {
    for (const [i, file] of files.entries()) {
      await checkFile(parquet, folder, file, siteId);
      onProgress?.('checked', file, i + 1, files.length);
    }
    const isWhole = made.whole && wanted === undefined;
    const mark = new RestoreMark(request.dataDir, siteId, made);
    const there = await stateText(series, siteId);
    if (isWhole && !replace && mark.isDone(there))
      return { rows: 0, alreadyThere: files.length, left: [], whole: true };
    if (isWhole && (there === undefined || replace || mark.isBegun || (await isUnderWay(series, made, siteId)))) {
      const written = await write(parts, request, parquet, { files: inOrder(files), left: [] }, true, () =>
        mark.begin(),
      );
      if (mark.isBegun && !hasLog(request.dataDir, siteId))
        await series.change((sql) => closeOpen(sql, registry, siteId));
      if (mark.isBegun) mark.end(await stateText(series, siteId));
      return written;
    }
    return await write(parts, request, parquet, await takenInPart(series, siteId, files), false, () => {});
  } finally {
    await parquet.close();
  }
}

/** The state comes last, so a site that has exactly the backup's has all of it, or is it. */
async function isUnderWay(series: TimeSeries, made: Manifest, siteId: string): Promise<boolean> {
  const file = made.files.find(({ table }) => table === 'site_state');
  return file !== undefined && isSame(await digestThere(series, tableNamed('site_state'), siteId, file), file);
}

const inOrder = (files: readonly ExportedFile[]): ExportedFile[] => [
  ...files.filter(({ table }) => table !== 'site_state'),
  ...files.filter(({ table }) => table === 'site_state'),
];

const least = (values: readonly SqlValue[] | undefined): number =>
  (values ?? []).reduce<number>((a, b) => Math.min(a, Number(b)), Number.MAX_SAFE_INTEGER);

async function write(
  { series, registry, onProgress }: RestoreParts,
  { siteId, folder, replace = false }: RestoreRequest,
  parquet: ParquetFiles,
  { files, left }: Taken,
  whole: boolean,
  onBegin: () => void,
): Promise<Restored> {
  const toDo: ExportedFile[] = [];
  for (const file of files) {
    const there = await digestThere(series, tableNamed(file.table), siteId, file);
    if (isSame(there, file)) continue;
    if (there.rows > 0 && !replace)
      throw new ExportError(
        `${file.path}: the site has ${there.rows} other rows of ${file.table} in that period: they go only with --replace`,
      );
    toDo.push(file);
  }
  const state = await series.sql.get<{ watermark_ms: number }>(
    'select watermark_ms from site_state where site_id = $1',
    [siteId],
  );
  if (toDo.length > 0) onBegin();
  if (whole && replace && toDo.length > 0) {
    // What the backup has nothing of goes too.
    await series.change(async (sql) => {
      for (const { name } of SERIES_TABLES) await sql.remove(name as TableName, { site_id: siteId });
    });
    toDo.splice(0, toDo.length, ...files);
  }
  let rows = 0;
  for (const [i, file] of toDo.entries()) {
    const table = tableNamed(file.table);
    const name = table.name as TableName;
    const columns = await valuesIn(parquet, folder, file);
    if (!whole && table.kind === 'rows') {
      const newest = columns.emitted_ms!.values.reduce<number>((a, b) => Math.max(a, Number(b)), 0);
      if (newest > state!.watermark_ms)
        throw new ExportError(
          `${file.path}: column emitted_ms goes up to ${newest}, beyond ${state!.watermark_ms}, up to where this site has been computed: the server would compute those rows a second time`,
        );
    }
    const range = rangeOf(table, file);
    await series.change(async (sql) => {
      await sql.remove(name, {
        site_id: siteId,
        ...(range ? { [range.column]: { from: range.from, below: range.below } } : {}),
      });
      await sql.append(name, columns);
      if (whole) return;
      let fromMs = table.kind === 'rows' ? (file.fromMs ?? 0) : Number.MAX_SAFE_INTEGER;
      if (name === 'stays') fromMs = Math.min(fromMs, least(columns.visit_start_ms?.values));
      if (name === 'coverage') fromMs = Math.min(fromMs, await noteGateways(sql, siteId, columns));
      if (table.kind === 'rows') await unseal(sql, registry, siteId, name, fromMs);
    });
    rows += file.rows;
    onProgress?.('written', file, i + 1, toDo.length);
  }
  if (!whole && toDo.length > 0) await series.change((sql) => refreshRollups(sql, registry, siteId));
  return { rows, alreadyThere: files.length - toDo.length, left, whole };
}
