/** Parameters written into a statement, for what plans better, or only, where it sees them. */
import type { ReadSql, SqlValue } from './duckdb.ts';
import { sqlString } from './sqlText.ts';

/** Quoted text and comments hold no parameter, whatever they look like. */
const QUOTED_OR_PARAMETER = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)/g;

function literal(value: SqlValue): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'string') return sqlString(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint' || Number.isInteger(value)) return `(${value}::bigint)`;
  return typeof value === 'number' && Number.isFinite(value) ? `(${value}::double)` : undefined;
}

/** One without a literal stays as it is. */
export const withValues = (sql: string, params: readonly SqlValue[]): string =>
  sql.replace(QUOTED_OR_PARAMETER, (all, n: string | undefined) => {
    const value = n === undefined ? undefined : params[Number(n) - 1];
    return value === undefined ? all : (literal(value) ?? all);
  });

/** A statement without parameters is handed over and planned once, with them twice. For ids and numbers that were checked before. */
export function literally(sql: ReadSql): ReadSql {
  const all = <Row extends object>(text: string, params: readonly SqlValue[] = []): Promise<Row[]> =>
    params.some((value) => literal(value) === undefined)
      ? sql.all<Row>(text, params)
      : sql.all<Row>(withValues(text, params));
  return { all, get: async (text, params) => (await all<never>(text, params))[0] };
}
