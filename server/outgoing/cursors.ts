/** Up to where something was told, by site. */
import type { Sql, WriteSql } from '../db/duckdb.ts';

export async function readCursor(sql: Sql, siteId: string, what: string): Promise<number | undefined> {
  const row = await sql.get<{ untilMs: number }>(
    'select until_ms as "untilMs" from outgoing_cursors where site_id = $1 and what = $2',
    [siteId, what],
  );
  return row?.untilMs;
}

export async function writeCursor(sql: WriteSql, siteId: string, what: string, untilMs: number): Promise<void> {
  await sql.run('delete from outgoing_cursors where site_id = $1 and what = $2', [siteId, what]);
  await sql.run('insert into outgoing_cursors values ($1, $2, $3)', [siteId, what, untilMs]);
}

/** Where nobody listens any more: who comes later is told of what comes later. */
export const removeCursor = (sql: WriteSql, siteId: string, what: string): Promise<void> =>
  sql.run('delete from outgoing_cursors where site_id = $1 and what = $2', [siteId, what]);
