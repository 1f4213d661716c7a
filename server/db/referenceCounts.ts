/** Reference counts as stored: of people, by hand, from a file, or from a door counter. */
import type { Sql, WriteSql } from './duckdb.ts';
import { sqlString } from './sqlText.ts';

export interface ReferenceCount {
  id: string;
  zoneId: string;
  /** Null: not from a counter. */
  counterId: string | null;
  fromMs: number;
  toMs: number;
  people: number;
  out: number | null;
  note: string | null;
}
export interface CountRow {
  id: string;
  zone_id: string;
  counter_id: string | null;
  from_ms: number;
  to_ms: number;
  people: number;
  people_out: number | null;
  note: string | null;
}
export const COUNT_COLUMNS = 'id, zone_id, counter_id, from_ms, to_ms, people, people_out, note';

export const countOf = (row: CountRow): ReferenceCount => ({
  id: row.id,
  zoneId: row.zone_id,
  counterId: row.counter_id,
  fromMs: row.from_ms,
  toMs: row.to_ms,
  people: row.people,
  out: row.people_out,
  note: row.note,
});

/** Undefined where it is not there. A counter's count stays one of that counter. */
export async function changeReferenceCount(
  sql: WriteSql,
  siteId: string,
  countId: string,
  next: Omit<ReferenceCount, 'id' | 'counterId'>,
): Promise<ReferenceCount | undefined> {
  await sql.run(
    `update reference_counts set zone_id = $3, from_ms = $4, to_ms = $5, people = $6, people_out = $7, note = $8
     where site_id = $1 and id = $2`,
    [siteId, countId, next.zoneId, next.fromMs, next.toMs, next.people, next.out, next.note],
  );
  const row = await sql.get<CountRow>(`select ${COUNT_COLUMNS} from reference_counts where site_id = $1 and id = $2`, [
    siteId,
    countId,
  ]);
  return row && countOf(row);
}

/** A counter's count is known by its start, one by hand or from a file by its entrance and period. */
const keyOf = (counterId: string | null, zoneId: string, fromMs: number, toMs: number): string =>
  counterId === null ? `${zoneId} ${fromMs} ${toMs}` : `counter ${counterId} ${fromMs}`;

/** Those that say again what is known replace it. Returns how many did. Part of the caller's transaction. */
export async function putReferenceCounts(
  sql: WriteSql,
  siteId: string,
  counts: readonly ReferenceCount[],
  by: string,
  nowMs: number,
): Promise<{ added: number; replaced: number }> {
  const fresh = new Map(counts.map((one) => [keyOf(one.counterId, one.zoneId, one.fromMs, one.toMs), one]));
  if (fresh.size === 0) return { added: 0, replaced: 0 };
  const rows = [...fresh.values()];
  const known = await sql.all<CountRow>(
    `select ${COUNT_COLUMNS} from reference_counts where site_id = $1 and from_ms >= $2 and from_ms <= $3`,
    [
      siteId,
      rows.reduce((least, row) => Math.min(least, row.fromMs), Number.MAX_SAFE_INTEGER),
      rows.reduce((most, row) => Math.max(most, row.fromMs), 0),
    ],
  );
  const old = known.filter((row) => fresh.has(keyOf(row.counter_id, row.zone_id, row.from_ms, row.to_ms)));
  if (old.length > 0)
    await sql.run(
      `delete from reference_counts where site_id = $1 and id in (${old.map((row) => sqlString(row.id)).join(',')})`,
      [siteId],
    );
  await sql.append('reference_counts', {
    site_id: { type: 'VARCHAR', values: rows.map(() => siteId) },
    id: { type: 'VARCHAR', values: rows.map((row) => row.id) },
    zone_id: { type: 'VARCHAR', values: rows.map((row) => row.zoneId) },
    from_ms: { type: 'BIGINT', values: rows.map((row) => row.fromMs) },
    to_ms: { type: 'BIGINT', values: rows.map((row) => row.toMs) },
    people: { type: 'BIGINT', values: rows.map((row) => row.people) },
    note: { type: 'VARCHAR', values: rows.map((row) => row.note) },
    created_by: { type: 'VARCHAR', values: rows.map(() => by) },
    created_ms: { type: 'BIGINT', values: rows.map(() => nowMs) },
    people_out: { type: 'BIGINT', values: rows.map((row) => row.out) },
    counter_id: { type: 'VARCHAR', values: rows.map((row) => row.counterId) },
  });
  return { added: rows.length - old.length, replaced: old.length };
}

export interface StoredCounter {
  id: string;
  name: string | null;
  zoneId: string;
}
interface CounterRow {
  id: string;
  name: string | null;
  zone_id: string;
}
const counterOf = (row: CounterRow): StoredCounter => ({ id: row.id, name: row.name, zoneId: row.zone_id });

export async function countersOf(sql: Sql, siteId: string): Promise<StoredCounter[]> {
  const rows = await sql.all<CounterRow>('select id, name, zone_id from counters where site_id = $1 order by id', [
    siteId,
  ]);
  return rows.map(counterOf);
}

export async function counterNamed(sql: Sql, siteId: string, counterId: string): Promise<StoredCounter | undefined> {
  const row = await sql.get<CounterRow>('select id, name, zone_id from counters where site_id = $1 and id = $2', [
    siteId,
    counterId,
  ]);
  return row && counterOf(row);
}
