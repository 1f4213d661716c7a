/** The one file that imports the DuckDB driver: connections, transactions, appenders. */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  UINTEGER,
  VARCHAR,
} from '@duckdb/node-api';

export type SqlValue = string | number | boolean | bigint | null | Uint8Array;
export type SqlRow = Record<string, SqlValue>;

/** Column types that appenders write; times are BIGINT milliseconds since 1970 UTC throughout. */
const TYPES = { VARCHAR, BIGINT, INTEGER, UINTEGER, DOUBLE, BOOLEAN, BLOB } as const;
export type ColumnType = keyof typeof TYPES;
export type Columns = Record<string, { type: ColumnType; values: readonly SqlValue[] }>;

/** What questions see of a connection. Parameters are `$1`, `$2`, …, integers are bound as BIGINT. */
export interface ReadSql {
  /** Rows with BIGINT and HUGEINT as numbers (an error beyond 2^53, never a silent rounding). */
  all<Row extends object = SqlRow>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  get<Row extends object = SqlRow>(sql: string, params?: readonly SqlValue[]): Promise<Row | undefined>;
}

export interface Sql extends ReadSql {
  run(sql: string, params?: readonly SqlValue[]): Promise<void>;
}

export interface WriteSql extends Sql {
  /** Appends whole columns, named as in the table and in its order. All have the same length. */
  append(table: string, columns: Columns): Promise<void>;
}

const CHUNK_ROWS = 2_048;
const APPEND_TURN_MS = 20;

function toDuck(value: SqlValue): DuckDBValue {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (value instanceof Uint8Array) return blobValue(value);
  return value;
}

function fromDuck(value: unknown): SqlValue {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError(`integer ${value} from the database is beyond 2^53`);
    return number;
  }
  if (value !== null && typeof value === 'object' && 'bytes' in value) return (value as { bytes: Uint8Array }).bytes;
  return value as SqlValue;
}

class Connection implements WriteSql {
  readonly #connection: DuckDBConnection;
  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }
  async all<Row extends object = SqlRow>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    const connection = this.#connection;
    const reader = await (params.length > 0
      ? connection.runAndReadAll(sql, params.map(toDuck))
      : connection.runAndReadAll(sql));
    const names = reader.deduplicatedColumnNames();
    return reader.getRows().map((row) => {
      const out: SqlRow = {};
      names.forEach((name, i) => {
        out[name] = fromDuck(row[i]);
      });
      return out as Row;
    });
  }
  async get<Row extends object = SqlRow>(sql: string, params: readonly SqlValue[] = []): Promise<Row | undefined> {
    return (await this.all<Row>(sql, params))[0];
  }
  async run(sql: string, params: readonly SqlValue[] = []): Promise<void> {
    if (params.length > 0) await this.#connection.run(sql, params.map(toDuck));
    else await this.#connection.run(sql);
  }
  async append(table: string, columns: Columns): Promise<void> {
    const parts = Object.values(columns);
    const rows = parts[0]?.values.length ?? 0;
    if (rows === 0) return;
    const types = parts.map((part): DuckDBType => TYPES[part.type]);
    const appender = await this.#connection.createAppender(table);
    let chunk: DuckDBDataChunk | undefined;
    let turnMs = performance.now();
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - from);
      // A full chunk still holds the one before: what is alike need not be handed to the database again, and much is.
      const isKept = count === CHUNK_ROWS && chunk !== undefined;
      if (!chunk || !isKept) chunk = DuckDBDataChunk.create(types, count);
      for (const [column, { type, values }] of parts.entries()) {
        const vector = chunk.getColumnVector(column);
        const converted = type === 'BIGINT' || type === 'BLOB';
        let changed = !isKept;
        for (let i = 0; i < count; i++) {
          const value = values[from + i]!;
          if (isKept && value === values[from + i - CHUNK_ROWS]) continue;
          vector.setItem(i, converted ? toDuck(value) : (value as DuckDBValue));
          changed = true;
        }
        if (changed) vector.flush();
      }
      appender.appendDataChunk(chunk);
      if (performance.now() - turnMs < APPEND_TURN_MS) continue;
      // The driver appends on this thread: who else waits for it gets their turn.
      appender.flushSync();
      await new Promise<void>((resolve) => setImmediate(resolve));
      turnMs = performance.now();
    }
    appender.flushSync();
    appender.closeSync();
  }
  close(): void {
    this.#connection.closeSync();
  }
}

/** A connection whose work runs one after another. */
interface Lane {
  connection: Connection;
  tail: Promise<unknown>;
  waiting: number;
}

/**
 * One DuckDB file: one writer, whose transactions run one after another, a second one for what is long and touches tables of
 * its own, and a few readers that see what was committed.
 */
export class Duck implements Sql {
  readonly #instance: DuckDBInstance;
  readonly #writer: Connection;
  readonly #bulk: Lane;
  readonly #readers: Connection[];
  readonly #snapshots: Lane[];
  readonly #end: () => Promise<void>;
  #nextReader = 0;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(
    instance: DuckDBInstance,
    writer: Connection,
    bulk: Connection,
    readers: Connection[],
    snapshotReaders: Connection[],
    end: () => Promise<void>,
  ) {
    this.#instance = instance;
    this.#end = end;
    this.#writer = writer;
    this.#bulk = { connection: bulk, tail: Promise.resolve(), waiting: 0 };
    this.#readers = readers;
    this.#snapshots = snapshotReaders.map((connection) => ({ connection, tail: Promise.resolve(), waiting: 0 }));
  }

  /** `path` is a file or ':memory:'. */
  static async open(path: string, options: { memoryLimit?: string; threads?: number } = {}): Promise<Duck> {
    const instance = await DuckDBInstance.create(path, {
      memory_limit: options.memoryLimit ?? '1GB',
      threads: String(options.threads ?? 2),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return Duck.#connected(instance, undefined, async () => instance.closeSync());
  }

  static async #connected(
    instance: DuckDBInstance,
    searchPath: string | undefined,
    end: () => Promise<void>,
  ): Promise<Duck> {
    const connect = async () => {
      const connection = await instance.connect();
      await connection.run("set TimeZone = 'UTC'");
      if (searchPath !== undefined) await connection.run(`set search_path = '${searchPath}'`);
      return new Connection(connection);
    };
    const pair = async () => [await connect(), await connect()];
    return new Duck(instance, await connect(), await connect(), await pair(), await pair(), end);
  }

  /**
   * Tables in memory beside those of the file: the same, but that a name means the table in memory where there is one. What
   * is changed in one transaction lies in memory alone. To be closed before this.
   */
  async attachMemory(name: string): Promise<Duck> {
    const row = await this.get<{ name: string }>('select current_database() as name');
    await this.#writer.run(`attach ':memory:' as ${name}`);
    return Duck.#connected(this.#instance, `${name}.main,"${row!.name}".main`, () =>
      this.#writer.run(`detach ${name}`),
    );
  }

  #reader(): Connection {
    this.#nextReader = (this.#nextReader + 1) % this.#readers.length;
    return this.#readers[this.#nextReader]!;
  }

  all<Row extends object = SqlRow>(sql: string, params?: readonly SqlValue[]): Promise<Row[]> {
    return this.#reader().all<Row>(sql, params);
  }
  get<Row extends object = SqlRow>(sql: string, params?: readonly SqlValue[]): Promise<Row | undefined> {
    return this.#reader().get<Row>(sql, params);
  }
  /** One statement as a transaction of its own. */
  run(sql: string, params?: readonly SqlValue[]): Promise<void> {
    return this.transaction((sql_) => sql_.run(sql, params));
  }

  /** Several reads of one committed state: nothing that is committed meanwhile shows in the later ones. */
  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const lane = this.#snapshots.reduce((best, other) => (other.waiting < best.waiting ? other : best));
    lane.waiting += 1;
    const result = lane.tail.then(async () => {
      await lane.connection.run('begin transaction read only');
      try {
        return await work(lane.connection);
      } finally {
        await lane.connection.run('rollback').catch(() => {});
        lane.waiting -= 1;
      }
    });
    lane.tail = result.catch(() => {});
    return result;
  }

  /** All or nothing; transactions of one process run one after another, so a read and a write within one cannot be raced. */
  transaction<T>(work: (sql: WriteSql) => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => inTransaction(this.#writer, work));
    this.#tail = result.catch(() => {});
    return result;
  }

  /**
   * As `transaction`, in a lane of its own: what is long, a site's analytics, holds up nothing that is short. Its tables must
   * be written in this lane alone; the database keeps two transactions apart, but fails one of them where both change a row.
   */
  bulkTransaction<T>(work: (sql: WriteSql) => Promise<T>): Promise<T> {
    const result = this.#bulk.tail.then(() => inTransaction(this.#bulk.connection, work));
    this.#bulk.tail = result.catch(() => {});
    return result;
  }

  /** Rows that were deleted in memory give their place back, and those that are left become smaller; not now where somebody reads. */
  compact(): Promise<void> {
    const result = this.#tail.then(() => this.#writer.run('checkpoint').catch(() => {}));
    this.#tail = result;
    return result;
  }

  async close(): Promise<void> {
    await Promise.all([this.#tail, this.#bulk.tail]);
    await Promise.all(this.#snapshots.map((lane) => lane.tail));
    this.#writer.close();
    this.#bulk.connection.close();
    for (const lane of this.#snapshots) lane.connection.close();
    for (const reader of this.#readers) reader.close();
    await this.#end();
  }
}

async function inTransaction<T>(connection: Connection, work: (sql: WriteSql) => Promise<T>): Promise<T> {
  await connection.run('begin transaction');
  try {
    const value = await work(connection);
    await connection.run('commit');
    return value;
  } catch (error) {
    await connection.run('rollback').catch(() => {});
    throw error;
  }
}
