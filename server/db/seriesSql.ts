/**
 * How the time series are changed: every removal and every addition goes through here and names its table, so that an engine
 * that keeps them elsewhere is told of each. Reading is plain SQL.
 */
import type { Columns, ReadSql, SqlValue, WriteSql } from './duckdb.ts';
import { seriesTable, type TableName } from './tables.ts';

/** `from` and `upTo` are inclusive, `above` and `below` are not. */
export type Bounds = { from?: number; above?: number; below?: number; upTo?: number };
/** All of them hold; an empty list matches nothing. */
export type Conditions = { site_id: string } & Record<string, string | number | readonly number[] | Bounds>;

export interface SeriesSql extends ReadSql {
  remove(table: TableName, conditions: Conditions): Promise<void>;
  /** Whole columns, named as in the table and in its order. */
  append(table: TableName, columns: Columns): Promise<void>;
  /** What the query gives, with the table's columns in its order. */
  insertSelect(table: TableName, query: string, params?: readonly SqlValue[]): Promise<void>;
  /** The least value of the column, which is one of its times, from `from` on; null where there is none. */
  first(table: TableName, column: string, siteId: string, from: number): Promise<number | null>;
}

const OPERATORS = { from: '>=', above: '>', below: '<', upTo: '<=' } as const;

/** The conditions as SQL, with their parameters from `$1` on. */
export function conditionsSql(conditions: Conditions): { where: string; params: SqlValue[] } {
  const params: SqlValue[] = [];
  const bound = (value: SqlValue): string => `$${params.push(value)}`;
  const parts = Object.entries(conditions).flatMap(([column, condition]) => {
    if (typeof condition !== 'object') return `${column} = ${bound(condition)}`;
    if (Array.isArray(condition))
      return condition.length === 0 ? 'false' : `${column} in (${condition.map((value) => bound(value)).join(',')})`;
    return Object.entries(condition as Bounds).map(
      ([name, value]) => `${column} ${OPERATORS[name as keyof Bounds]} ${bound(value)}`,
    );
  });
  return { where: parts.join(' and '), params };
}

/** One row, its values by column. */
export function insert(sql: SeriesSql, table: TableName, row: Record<string, SqlValue>): Promise<void> {
  const columns: Columns = {};
  for (const { name, type } of seriesTable(table).columns) columns[name] = { type, values: [row[name] ?? null] };
  return sql.append(table, columns);
}

/** Tables that lie in the database itself. */
export const plainSeries = (sql: WriteSql): SeriesSql => ({
  all: (text, params) => sql.all(text, params),
  get: (text, params) => sql.get(text, params),
  remove(table, conditions) {
    const { where, params } = conditionsSql(conditions);
    return sql.run(`delete from ${table} where ${where}`, params);
  },
  append: (table, columns) => sql.append(table, columns),
  insertSelect: (table, query, params) => sql.run(`insert into ${table} ${query}`, params),
  async first(table, column, siteId, from) {
    const row = await sql.get<{ first: number | null }>(
      `select min(${column}) as first from ${table} where site_id = $1 and ${column} >= $2`,
      [siteId, from],
    );
    return row?.first ?? null;
  },
});
