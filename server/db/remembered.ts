/**
 * Answers of statements, for as long as the time series stay as they are: a page asks many questions at once, and these share
 * most of what they read. Known by the version that a snapshot finds in the database, so nothing older is ever told. Rows
 * that are given back belong to all who asked: nobody changes them.
 */
import type { ReadSql, SqlValue } from './duckdb.ts';

/** Some thirty statements of each of a page's questions; commits come every few seconds. */
const MAX_STATEMENTS = 600;
/** More are not worth their memory. */
const MAX_ROWS = 20_000;

export class Remembered {
  #version = -1;
  readonly #answers = new Map<string, Promise<object[]>>();
  #askedFirst = new Map<string, string>();

  /** Which zone asked first of what several may ask, at the version that was read last. */
  get askedFirst(): Map<string, string> {
    if (this.#askedFirst.size >= MAX_STATEMENTS) this.#askedFirst = new Map();
    return this.#askedFirst;
  }

  /** What reads at this version; undefined: of a state that has none. */
  over(sql: ReadSql, version: number | undefined): ReadSql {
    if (version === undefined || version < this.#version) return sql;
    if (version > this.#version) {
      this.#version = version;
      this.#answers.clear();
      this.#askedFirst = new Map();
    }
    const all = <Row extends object>(text: string, params: readonly SqlValue[] = []): Promise<Row[]> => {
      if (version !== this.#version) return sql.all<Row>(text, params);
      const key = `${JSON.stringify(params)} ${text}`;
      const known = this.#answers.get(key) as Promise<Row[]> | undefined;
      // What failed another snapshot need not fail this one.
      if (known) return known.catch(() => sql.all<Row>(text, params));
      const asked = sql.all<Row>(text, params);
      if (this.#answers.size >= MAX_STATEMENTS) this.#answers.clear();
      this.#answers.set(key, asked);
      const forget = (): void => {
        if (this.#answers.get(key) === asked) this.#answers.delete(key);
      };
      asked.then((rows) => rows.length > MAX_ROWS && forget(), forget);
      return asked;
    };
    return { all, get: async (text, params) => (await all<never>(text, params))[0] };
  }
}
