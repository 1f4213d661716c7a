/** Whole tables of a site, read alike on every engine: what moves a site to another engine, or into files, needs. */
import { DAY_MS } from '../metrics/localTime.ts';
import type { Columns, ReadSql, SqlRow, SqlValue } from './duckdb.ts';
import { type SeriesTable, seriesTable, type TableName } from './tables.ts';
import type { TimeSeries } from './timeSeries.ts';

/** By the table's time; `toMs` is exclusive. */
export interface TablePeriod {
  fromMs: number;
  toMs: number;
}

/** Rows that are read at once; a day of the busiest table is some hundred thousand. */
const PIECE_MS = DAY_MS;

const unitOf = ({ time }: SeriesTable): number => (time?.unit === 'days' ? DAY_MS : 1);

function columnsOf({ columns }: SeriesTable, rows: readonly SqlRow[]): Columns {
  const out: Columns = {};
  for (const { name, type } of columns) out[name] = { type, values: rows.map((row): SqlValue => row[name] ?? null) };
  return out;
}

/** Values of the time's column in the period. */
function within(table: SeriesTable, { fromMs, toMs }: TablePeriod): { from: number; below: number } {
  const unit = unitOf(table);
  return { from: Math.ceil(fromMs / unit), below: Math.ceil(toMs / unit) };
}

async function rowsOf(sql: ReadSql, table: SeriesTable, siteId: string, period?: TablePeriod): Promise<SqlRow[]> {
  const names = table.columns.map(({ name }) => name);
  const order = table.time ? [table.time.column, ...names] : names;
  const select = `select ${names.join(', ')} from ${table.name} where site_id = $1`;
  const ordered = `order by ${[...new Set(order)].map((name) => `${name} nulls first`).join(', ')}`;
  if (!period || !table.time) return sql.all(`${select} ${ordered}`, [siteId]);
  const { from, below } = within(table, period);
  const { column } = table.time;
  return sql.all(`${select} and ${column} >= $2 and ${column} < $3 ${ordered}`, [siteId, from, below]);
}

/**
 * The rows of a site, of a period where one is given and the table has a time, in a stable order: by time, then by all other
 * columns as they stand in the table. In pieces of a day of UTC, none empty; what has no time comes as one.
 */
export async function* readTable(
  series: Pick<TimeSeries, 'sql' | 'bounds'>,
  name: TableName,
  siteId: string,
  period?: TablePeriod,
): AsyncIterable<Columns> {
  const table = seriesTable(name);
  const bounds = await series.bounds(name, siteId);
  if (bounds === null) return;
  if (!table.time) {
    yield columnsOf(table, await rowsOf(series.sql, table, siteId));
    return;
  }
  const fromMs = Math.max(bounds.fromMs, period?.fromMs ?? Number.NEGATIVE_INFINITY);
  const toMs = Math.min(bounds.toMs, period?.toMs ?? Number.POSITIVE_INFINITY);
  for (let atMs = Math.floor(fromMs / PIECE_MS) * PIECE_MS; atMs < toMs; atMs += PIECE_MS) {
    const piece = { fromMs: Math.max(atMs, fromMs), toMs: Math.min(atMs + PIECE_MS, toMs) };
    const rows = await rowsOf(series.sql, table, siteId, piece);
    if (rows.length > 0) yield columnsOf(table, rows);
  }
}
