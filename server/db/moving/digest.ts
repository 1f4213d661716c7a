/**
 * What tells whether two engines hold the same rows: how many, and the sum of a hash of each row's values as text. The order
 * of the rows does not matter, and rows that are alike count as often as they are there. Computed where the rows are.
 */
import type { ReadSql } from '../duckdb.ts';
import type { SeriesTable } from '../tables.ts';
import type { Stretch } from './stretch.ts';
import { stretchSql } from './stretch.ts';

export interface Digest {
  rows: number;
  /** A decimal number: the first eight bytes of the MD5 of each row, as a little-endian number, added up. */
  sum: string;
}

/** Separates values; stands for null. Neither occurs in what is kept. */
const NEXT = 'chr(31)';
const NULL = 'chr(30)';

/** Zero has no sign: neither JSON nor InfluxDB keep one. */
const valueSql = ({ name, type }: SeriesTable['columns'][number]): string => (type === 'DOUBLE' ? `${name} + 0` : name);

export const rowTextSql = (table: Pick<SeriesTable, 'columns'>): string =>
  `concat_ws(${NEXT}, ${table.columns.map((column) => `coalesce(cast(${valueSql(column)} as varchar), ${NULL})`).join(', ')})`;

const DIGEST = (rowText: string): string =>
  `count(*) as rows, cast(coalesce(sum(cast(md5_number_lower(${rowText}) as hugeint)), 0) as varchar) as sum`;

/** `from`: a relation with the table's columns. */
export const digestSql = (table: Pick<SeriesTable, 'columns'>, from: string): string =>
  `select ${DIGEST(rowTextSql(table))} from ${from}`;

export async function digestOf(sql: ReadSql, table: SeriesTable, siteId: string, stretch: Stretch): Promise<Digest> {
  const row = await sql.get<{ rows: number; sum: string }>(
    digestSql(table, `${table.name} where ${stretchSql(table, stretch)}`),
    [siteId],
  );
  return { rows: row!.rows, sum: row!.sum };
}

export const isSame = (a: Digest, b: Digest): boolean => a.rows === b.rows && a.sum === b.sum;

export const totalOf = (digests: readonly Digest[]): Digest => ({
  rows: digests.reduce((sum, { rows }) => sum + rows, 0),
  sum: digests.reduce((sum, one) => sum + BigInt(one.sum), 0n).toString(),
});
