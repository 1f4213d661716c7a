/**
 * What is small and replaced as a whole, at each commit even: the watermark and checkpoint of a site, what is open, what its
 * rollups hold. A table of a site is one value, in as many points as its length needs, since a string ends at 64 KB; these
 * overwrite what they were before.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Columns, ReadSql, SqlRow, SqlValue } from '../duckdb.ts';
import { SERIES_TABLES, type SeriesTable } from '../tables.ts';
import type { Answer, InfluxValue } from './client.ts';
import { influxString, type PointBatch, STATE_MEASUREMENT } from './points.ts';

/** Comes last of what a commit writes. */
export const SITE_STATE = 'site_state';
/** InfluxDB refuses strings beyond 64 KB. */
const PART_LENGTH = 60_000;

/** site_state comes last: its point says that the commit is whole. */
export const STATE_TABLES: readonly SeriesTable[] = SERIES_TABLES.filter(({ kind }) => kind === 'state').sort(
  (a, b) => Number(a.name === SITE_STATE) - Number(b.name === SITE_STATE),
);

export async function packed(sql: ReadSql, table: SeriesTable, siteId: string): Promise<string[]> {
  const rows = await sql.all<SqlRow>(`select * from ${table.name} where site_id = $1`, [siteId]);
  return split(rows.map((row) => table.columns.map(({ name }) => row[name]!)));
}

/** Any JSON that belongs to the state. */
export function split(value: unknown): string[] {
  const text = gzipSync(JSON.stringify(value), { level: 1 }).toString('base64');
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += PART_LENGTH) parts.push(text.slice(at, at + PART_LENGTH));
  return parts;
}

export const statePoints = (
  siteId: string,
  name: string,
  parts: readonly string[],
  watermarkMs: number,
  commit: number,
): PointBatch => ({
  measurement: STATE_MEASUREMENT,
  policy: 'state',
  tags: ['site_id', 'state'],
  fields: ['data', 'parts', 'watermark_ms', 'commit'],
  rows: parts.map((data, n): SqlValue[] => [siteId, name, data, parts.length, watermarkMs, commit, 0, n]),
});

export interface StoredState {
  siteId: string;
  name: string;
  value: unknown;
  parts: number;
  commit: number;
}

export const STATE_QUESTION = `select "site_id", "state", "data", "parts", "commit" from "state"."${STATE_MEASUREMENT}"`;

/** Which commit wrote it. */
export const commitQuestion = (siteId: string, name: string): string =>
  `select "commit" from "state"."${STATE_MEASUREMENT}" where "site_id" = ${influxString(siteId)} and "state" = ${influxString(name)} and time <= 0`;

/** What was stored, of an answer for STATE_QUESTION, which comes by time: all first parts first. */
export function storedStates({ columns, values }: Answer): StoredState[] {
  const at = (name: string) => columns.indexOf(name);
  const [site, state, data, parts, commit] = [at('site_id'), at('state'), at('data'), at('parts'), at('commit')];
  const byName = new Map<string, InfluxValue[][]>();
  for (const row of values) {
    const key = `${row[site]} ${row[state]}`;
    const known = byName.get(key);
    if (known) known.push(row);
    else byName.set(key, [row]);
  }
  return [...byName.values()].map((rows) => {
    const [first] = rows as [InfluxValue[]];
    const own = rows.slice(0, Number(first[parts]));
    const siteId = String(first[site]);
    const name = String(first[state]);
    if (own.length < Number(first[parts]) || own.some((row) => row[commit] !== first[commit]))
      throw new Error(
        `what InfluxDB holds of ${name} of site ${siteId} is of two commits: another server writes to the same database, or a part was removed`,
      );
    const text = gunzipSync(Buffer.from(own.map((row) => row[data]).join(''), 'base64')).toString('utf8');
    return { siteId, name, value: JSON.parse(text) as unknown, parts: own.length, commit: Number(first[commit]) };
  });
}

export function unpacked(table: SeriesTable, rows: readonly SqlValue[][]): Columns {
  const columns: Columns = {};
  table.columns.forEach(({ name, type }, i) => {
    columns[name] = { type, values: rows.map((row) => row[i] ?? null) };
  });
  return columns;
}
