/**
 * Parquet files, written and read by an embedded database of their own. Snappy, for every reader has it built in; plain
 * types: whole numbers with a sign, UTF-8 strings, timestamps as microseconds that are adjusted to UTC.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Columns, type ColumnType, Duck, type SqlValue } from '../duckdb.ts';
import { type Digest, digestSql } from '../moving/digest.ts';
import { sqlString } from '../sqlText.ts';
import { ExportError, type FileColumn } from './manifest.ts';

/** What rows are handed over as: instants in milliseconds, local days as their number. */
const HELD: Record<FileColumn['type'], ColumnType> = {
  string: 'VARCHAR',
  int32: 'INTEGER',
  int64: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'BIGINT',
  date: 'INTEGER',
};
/** What DuckDB finds in the file. */
const FOUND: Record<FileColumn['type'], string> = {
  string: 'VARCHAR',
  int32: 'INTEGER',
  int64: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  date: 'DATE',
};

const written = ({ name, type }: FileColumn): string => {
  if (type === 'timestamp') return `cast(make_timestamp(${name} * 1000) as timestamptz) as ${name}`;
  if (type === 'date') return `(date '1970-01-01' + ${name}) as ${name}`;
  return name;
};
const readBack = ({ name, type }: FileColumn): string => {
  if (type === 'timestamp') return `epoch_ms(${name}) as ${name}`;
  if (type === 'date') return `(${name} - date '1970-01-01') as ${name}`;
  return name;
};

const ROW_GROUP = 122_880;
const READ_ROWS = 50_000;

export interface Written extends Digest {
  bytes: number;
  sha256: string;
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

export class ParquetFiles {
  readonly #duck: Duck;

  private constructor(duck: Duck) {
    this.#duck = duck;
  }

  static async open(): Promise<ParquetFiles> {
    return new ParquetFiles(await Duck.open(':memory:', { memoryLimit: '500MB', threads: 1 }));
  }

  close(): Promise<void> {
    return this.#duck.close();
  }

  /** All or nothing; undefined, and no file, where there are no rows. */
  async write(
    path: string,
    columns: readonly FileColumn[],
    pieces: AsyncIterable<Record<string, readonly SqlValue[]>> | Iterable<Record<string, readonly SqlValue[]>>,
  ): Promise<Written | undefined> {
    const duck = this.#duck;
    const types = columns.map(({ name, type, nullable }) => `${name} ${HELD[type]}${nullable ? '' : ' not null'}`);
    await duck.run(`create or replace table rows (${types.join(', ')})`);
    try {
      for await (const piece of pieces) {
        const held: Columns = {};
        for (const { name, type } of columns) held[name] = { type: HELD[type], values: piece[name]! };
        await duck.transaction((sql) => sql.append('rows', held));
      }
      const digest = (await duck.get<Digest & Record<string, SqlValue>>(
        digestSql({ columns: asTable(columns) }, 'rows'),
      ))!;
      if (digest.rows === 0) return undefined;
      await mkdir(dirname(path), { recursive: true });
      const beside = `${path}.new`;
      await duck.run(
        `copy (select ${columns.map(written).join(', ')} from rows) to ${sqlString(beside)} (format parquet, compression snappy, row_group_size ${ROW_GROUP})`,
      );
      const file = await open(beside, 'r');
      await file.sync();
      await file.close();
      const { size } = await stat(beside);
      const sha256 = await sha256Of(beside);
      await rename(beside, path);
      return { rows: digest.rows, sum: digest.sum, bytes: size, sha256 };
    } finally {
      await duck.run('drop table if exists rows');
      await rm(`${path}.new`, { force: true });
    }
  }

  /** Refuses what has not exactly these columns. @throws ExportError with the file, the column and what would be right */
  async check(path: string, shown: string, columns: readonly FileColumn[]): Promise<void> {
    let found: { column_name: string; column_type: string }[];
    try {
      found = await this.#duck.all(`select column_name, column_type from (describe select * from ${scan(path)})`);
    } catch (error) {
      throw new ExportError(
        `${shown} is not a whole Parquet file: ${(error as Error).message.split('\n')[0]}. Copy it again from where it was exported`,
      );
    }
    const types = new Map(found.map(({ column_name, column_type }) => [column_name, column_type]));
    const faults = columns.flatMap(({ name, type }) => {
      const is = types.get(name);
      types.delete(name);
      if (is === undefined) return [`column ${name} is missing; it must be ${FOUND[type]}`];
      return is === FOUND[type] ? [] : [`column ${name} is ${is}; it must be ${FOUND[type]}`];
    });
    faults.push(...[...types.keys()].map((name) => `column ${name} is not one of this table`));
    if (faults.length === 0) faults.push(...(await this.#empty(path, columns)));
    if (faults.length > 0) throw new ExportError(`${shown}: ${faults.join('; ')}`);
  }

  async #empty(path: string, columns: readonly FileColumn[]): Promise<string[]> {
    const counts = columns
      .filter(({ nullable }) => !nullable)
      .map(({ name }) => `count(*) - count(${name}) as ${name}`);
    try {
      const row = (await this.#duck.get(`select ${counts.join(', ')} from ${scan(path)}`))!;
      return Object.entries(row).flatMap(([name, count]) =>
        Number(count) > 0 ? [`column ${name} is empty in ${count} rows; every row must have it`] : [],
      );
    } catch {
      // Damaged within: its checksum tells.
      return [];
    }
  }

  async digest(path: string, columns: readonly FileColumn[]): Promise<Digest> {
    const row = await this.#duck.get<Digest & Record<string, SqlValue>>(
      digestSql({ columns: asTable(columns) }, `(select ${columns.map(readBack).join(', ')} from ${scan(path)})`),
    );
    return { rows: row!.rows, sum: row!.sum };
  }

  async range(path: string, column: string): Promise<{ least: SqlValue; most: SqlValue }> {
    const row = await this.#duck.get<{ least: SqlValue; most: SqlValue }>(
      `select min(${column}) as least, max(${column}) as most from ${scan(path)}`,
    );
    return row!;
  }

  async *read(path: string, columns: readonly FileColumn[]): AsyncIterable<Record<string, SqlValue[]>> {
    const select = `select ${columns.map(readBack).join(', ')} from ${scan(path)}`;
    for (let offset = 0; ; offset += READ_ROWS) {
      const rows = await this.#duck.all(`${select} limit ${READ_ROWS} offset ${offset}`);
      if (rows.length === 0) return;
      const piece: Record<string, SqlValue[]> = {};
      for (const { name } of columns) piece[name] = rows.map((row) => row[name]!);
      yield piece;
      if (rows.length < READ_ROWS) return;
    }
  }
}

const scan = (path: string): string => `read_parquet(${sqlString(path)})`;
const asTable = (columns: readonly FileColumn[]) =>
  columns.map(({ name, type, nullable }) => ({ name, nullable, type: HELD[type] as 'VARCHAR' }));
