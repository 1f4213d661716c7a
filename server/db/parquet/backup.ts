/** Tables as they are, carriers and all: what a site is restored from. Nothing that leaves the mall. */
import { join } from 'node:path';
import type { Site } from '../../contract/model.ts';
import { readTable } from '../tableAccess.ts';
import { SERIES_TABLES, type SeriesTable, type TableName } from '../tables.ts';
import type { TimeSeries } from '../timeSeries.ts';
import { ParquetFiles } from './files.ts';
import { EXPORT_VERSION, type FileColumn, type Manifest, writeManifest } from './manifest.ts';
import { dayPeriods, type FilePeriod, type FileSpan, filePeriods, type Period, wholeDays } from './periods.ts';

const TYPES: Record<SeriesTable['columns'][number]['type'], FileColumn['type']> = {
  VARCHAR: 'string',
  INTEGER: 'int32',
  BIGINT: 'int64',
  // Not every reader knows whole numbers without a sign.
  UINTEGER: 'int64',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
};

/** As in the table: times stay milliseconds, so that a restored row is the row that it was. */
export const fileColumnsOf = ({ columns }: SeriesTable): FileColumn[] =>
  columns.map(({ name, type, nullable }) => ({ name, type: TYPES[type], nullable }));

export interface BackupRequest {
  site: Site;
  tables: readonly SeriesTable[];
  period: Partial<Period>;
  /** @default by day for rows as the engine emitted them, by month for all else */
  by?: FileSpan;
  folder: string;
  nowMs: number;
}

export interface Exported {
  table: string;
  label: string;
  rows: number;
}

const ALWAYS: Period = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

async function periodsOf(
  series: TimeSeries,
  table: SeriesTable,
  { site, period, by }: BackupRequest,
): Promise<Iterable<FilePeriod | { label: string }>> {
  if (!table.time) return [{ label: 'all' }];
  const bounds = await series.bounds(table.name as TableName, site.id);
  if (!bounds) return [];
  const span = by ?? (table.kind === 'rows' ? 'day' : 'month');
  const isDays = table.time.unit === 'days';
  const asked = { ...ALWAYS, ...period };
  const wanted = isDays ? wholeDays(site.timezone, asked) : asked;
  const within = { fromMs: Math.max(bounds.fromMs, wanted.fromMs), toMs: Math.min(bounds.toMs, wanted.toMs) };
  return isDays ? dayPeriods(span, within) : filePeriods(site.timezone, span, within);
}

async function* valuesOf(
  series: TimeSeries,
  table: SeriesTable,
  siteId: string,
  period: FilePeriod | { label: string },
) {
  const range = 'fromMs' in period ? period : undefined;
  for await (const columns of readTable(series, table.name as TableName, siteId, range)) {
    const piece: Record<string, (typeof columns)[string]['values']> = {};
    for (const [name, { values }] of Object.entries(columns)) piece[name] = values;
    yield piece;
  }
}

export async function exportBackup(
  series: TimeSeries,
  request: BackupRequest,
  onExported?: (exported: Exported) => void,
): Promise<Manifest> {
  const { site, tables, folder, period, nowMs } = request;
  const parquet = await ParquetFiles.open();
  const made: Manifest = {
    promenadeExport: EXPORT_VERSION,
    form: 'backup',
    site: { id: site.id, timezone: site.timezone },
    createdAt: new Date(nowMs).toISOString(),
    from: iso(period.fromMs),
    to: iso(period.toMs),
    whole: tables.length === SERIES_TABLES.length && period.fromMs === undefined && period.toMs === undefined,
    definitionsVersion: null,
    kAnonymity: null,
    tables: [],
    files: [],
  };
  try {
    for (const table of tables) {
      const columns = fileColumnsOf(table);
      let rows = 0;
      for (const one of await periodsOf(series, table, request)) {
        const path = `${table.name}/${table.name}-${one.label}.parquet`;
        const written = await parquet.write(join(folder, path), columns, valuesOf(series, table, site.id, one));
        if (!written) continue;
        const range = 'fromMs' in one ? { fromMs: one.fromMs, toMs: one.toMs } : { fromMs: null, toMs: null };
        made.files.push({ path, table: table.name, ...range, ...written });
        rows += written.rows;
        onExported?.({ table: table.name, label: one.label, rows: written.rows });
      }
      made.tables.push({ name: table.name, columns, rows });
    }
    await writeManifest(folder, made);
    return made;
  } finally {
    await parquet.close();
  }
}
