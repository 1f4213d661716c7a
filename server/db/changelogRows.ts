/** The rows of the changelog: an entry for each happening, a cell for each hour and place that it moved. */
import type { MovedHour } from '../metrics/changelog.ts';
import type { ReadSql } from './duckdb.ts';
import { insert, type SeriesSql } from './seriesSql.ts';
import type { Causes } from './timeSeries.ts';

/** Some a day, for years; a site whose data is always late does not fill the disk with that. */
const ENTRIES_KEPT = 2_000;

export interface Entry {
  id: number;
  computedMs: number;
  fromMs: number;
  toMs: number;
  definitionsVersion: number;
  causes: Causes;
}

interface EntryRow {
  id: number;
  computed_ms: number;
  from_ms: number;
  to_ms: number;
  definitions_version: number;
  causes: string;
}
const entryOf = (row: EntryRow): Entry => ({
  id: row.id,
  computedMs: row.computed_ms,
  fromMs: row.from_ms,
  toMs: row.to_ms,
  definitionsVersion: row.definitions_version,
  causes: JSON.parse(row.causes) as Causes,
});

interface CellRow {
  entry_id: number;
  zone_id: string;
  from_ms: number;
  to_ms: number;
  was_final: boolean;
  footfall_before: number | null;
  footfall_after: number | null;
  visitors_before: number | null;
  visitors_after: number | null;
  occupancy_before: number | null;
  occupancy_after: number | null;
  coverage_before: number;
  coverage_after: number;
}
const movedOf = (row: CellRow): MovedHour => ({
  zoneId: row.zone_id,
  fromMs: row.from_ms,
  toMs: row.to_ms,
  wasFinal: row.was_final,
  before: {
    footfall: row.footfall_before,
    visitors: row.visitors_before,
    occupancy: row.occupancy_before,
    coverage: row.coverage_before,
  },
  after: {
    footfall: row.footfall_after,
    visitors: row.visitors_after,
    occupancy: row.occupancy_after,
    coverage: row.coverage_after,
  },
});

export async function lastEntry(sql: ReadSql, siteId: string): Promise<(Entry & { hours: MovedHour[] }) | undefined> {
  const row = await sql.get<EntryRow>('select * from changelog_entries where site_id = $1 order by id desc limit 1', [
    siteId,
  ]);
  if (!row) return undefined;
  const cells = await sql.all<CellRow>(
    'select * from changelog_cells where site_id = $1 and entry_id = $2 order by from_ms, zone_id',
    [siteId, row.id],
  );
  return { ...entryOf(row), hours: cells.map(movedOf) };
}

export async function removeEntry(sql: SeriesSql, siteId: string, id: number): Promise<void> {
  await sql.remove('changelog_entries', { site_id: siteId, id });
  await sql.remove('changelog_cells', { site_id: siteId, entry_id: id });
}

export async function writeEntry(sql: SeriesSql, siteId: string, entry: Entry): Promise<void> {
  await insert(sql, 'changelog_entries', {
    site_id: siteId,
    id: entry.id,
    computed_ms: entry.computedMs,
    from_ms: entry.fromMs,
    to_ms: entry.toMs,
    definitions_version: entry.definitionsVersion,
    causes: JSON.stringify(entry.causes),
  });
}

export async function appendCells(
  sql: SeriesSql,
  siteId: string,
  entryId: number,
  hours: readonly MovedHour[],
): Promise<void> {
  await sql.append('changelog_cells', {
    entry_id: { type: 'BIGINT', values: hours.map(() => entryId) },
    site_id: { type: 'VARCHAR', values: hours.map(() => siteId) },
    zone_id: { type: 'VARCHAR', values: hours.map((hour) => hour.zoneId) },
    from_ms: { type: 'BIGINT', values: hours.map((hour) => hour.fromMs) },
    to_ms: { type: 'BIGINT', values: hours.map((hour) => hour.toMs) },
    was_final: { type: 'BOOLEAN', values: hours.map((hour) => hour.wasFinal) },
    footfall_before: { type: 'INTEGER', values: hours.map((hour) => hour.before.footfall) },
    footfall_after: { type: 'INTEGER', values: hours.map((hour) => hour.after.footfall) },
    visitors_before: { type: 'INTEGER', values: hours.map((hour) => hour.before.visitors) },
    visitors_after: { type: 'INTEGER', values: hours.map((hour) => hour.after.visitors) },
    occupancy_before: { type: 'DOUBLE', values: hours.map((hour) => hour.before.occupancy) },
    occupancy_after: { type: 'DOUBLE', values: hours.map((hour) => hour.after.occupancy) },
    coverage_before: { type: 'DOUBLE', values: hours.map((hour) => hour.before.coverage) },
    coverage_after: { type: 'DOUBLE', values: hours.map((hour) => hour.after.coverage) },
  });
}

export async function trimEntries(sql: SeriesSql, siteId: string): Promise<void> {
  const oldest = await sql.get<{ id: number }>(
    `select id from changelog_entries where site_id = $1 order by id desc limit 1 offset ${ENTRIES_KEPT}`,
    [siteId],
  );
  if (!oldest) return;
  await sql.remove('changelog_entries', { site_id: siteId, id: { upTo: oldest.id } });
  await sql.remove('changelog_cells', { site_id: siteId, entry_id: { upTo: oldest.id } });
}

export async function expireEntries(sql: SeriesSql, siteId: string, beforeMs: number): Promise<void> {
  const expired = await sql.all<{ id: number }>(
    'select id from changelog_entries where site_id = $1 and to_ms < $2 order by id',
    [siteId, beforeMs],
  );
  const ids = expired.map(({ id }) => id);
  if (ids.length === 0) return;
  await sql.remove('changelog_entries', { site_id: siteId, id: ids });
  await sql.remove('changelog_cells', { site_id: siteId, entry_id: ids });
}

/** Entries with a cell in [fromMs, toMs), of the zone where one is named; the newest first. */
export async function entriesIn(
  sql: ReadSql,
  asked: { siteId: string; fromMs: number; toMs: number; zoneId?: string; limit: number },
): Promise<(Entry & { hours: MovedHour[] })[]> {
  const params = [asked.siteId, asked.fromMs, asked.toMs, asked.zoneId ?? ''];
  const wanted = `site_id = $1 and from_ms < $3 and to_ms > $2 and ($4 = '' or zone_id = $4)`;
  const rows = await sql.all<EntryRow>(
    `select * from changelog_entries where site_id = $1 and from_ms < $3 and to_ms > $2
       and id in (select entry_id from changelog_cells where ${wanted})
     order by id desc limit ${Math.trunc(asked.limit)}`,
    params,
  );
  if (rows.length === 0) return [];
  const oldestId = rows.at(-1)!.id;
  const cells = await sql.all<CellRow>(
    `select * from changelog_cells where ${wanted} and entry_id >= $5 order by from_ms, zone_id`,
    [...params, oldestId],
  );
  const hours = new Map(rows.map((row): [number, MovedHour[]] => [row.id, []]));
  for (const cell of cells) hours.get(cell.entry_id)?.push(movedOf(cell));
  return rows.map((row) => ({ ...entryOf(row), hours: hours.get(row.id)! }));
}
