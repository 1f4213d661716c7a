/**
 * Figures from before a computation anew to after it, part of the transactions that replace the rows: a crash between two of
 * them finds what the one before left, so an entry of the changelog is neither lost nor made twice.
 */
import {
  type HourFigures,
  isSameBacklog,
  type MovedHour,
  mergeCauses,
  mergeMoved,
  movedHours,
} from '../metrics/changelog.ts';
import { bucketEdges, DAY_MS, HOUR_MS, offsetMs } from '../metrics/localTime.ts';
import { minStayMs, minVisitMs } from '../metrics/thresholds.ts';
import type { Registry } from '../registry/types.ts';
import { appendCells, type Entry, lastEntry, removeEntry, trimEntries, writeEntry } from './changelogRows.ts';
import { hourFigures } from './hourFigures.ts';
import { type SiteContext, siteContext } from './questions/context.ts';
import { insert, type SeriesSql } from './seriesSql.ts';
import type { Recomputation, SiteCommit } from './timeSeries.ts';

/** Counting two days of sixty zones took a second, with nine visits a second; nobody else writes meanwhile. */
const COMPARED_MS = 7 * DAY_MS;

/** What was before the first commit of a computation anew. */
export interface Before {
  /** Under the definitions of that time both sides are counted. */
  version: number;
  fromMs: number;
  untilMs: number;
  hours: HourFigures[];
  /** In the database already, all of it. */
  stored: boolean;
}

const hourStart = (timezone: string, atMs: number): number => {
  const offset = offsetMs(timezone, atMs);
  return Math.floor((atMs + offset) / HOUR_MS) * HOUR_MS - offset;
};

/**
 * Whole local hours that may move: a presence that ended shortly before may go on, and by that become long enough to count.
 * Where they are too many: for late data those next to it, else the newest.
 */
function hoursConcerned(context: SiteContext, { fromMs, untilMs, causes }: Recomputation): number[] {
  const { definitions, registry, siteId, timezone } = context;
  const longestMs = Math.max(
    minVisitMs(definitions),
    ...[undefined, ...registry.zones.all(siteId)].map((zone) => minStayMs(definitions, zone)),
  );
  const reachMs = Math.round(definitions.visitGapMinutes * 60_000) + longestMs;
  const earliestMs = Math.max(0, fromMs - reachMs);
  const isLate = !causes.model && !causes.rebuild;
  const firstMs = hourStart(timezone, isLate ? earliestMs : Math.max(earliestMs, untilMs - COMPARED_MS));
  // Of an hour some of whose rows have expired nothing could be counted.
  const startMs = firstMs < context.rowsFromMs ? hourStart(timezone, context.rowsFromMs + HOUR_MS - 1) : firstMs;
  const endMs = hourStart(timezone, Math.min(untilMs, startMs + COMPARED_MS));
  return startMs < endMs ? bucketEdges(timezone, 'hour', startMs, endMs) : [];
}

async function storedBefore(sql: SeriesSql, siteId: string): Promise<Before | undefined> {
  const row = await sql.get<{ from_ms: number; until_ms: number; definitions_version: number }>(
    'select from_ms, until_ms, definitions_version from recomputations where site_id = $1',
    [siteId],
  );
  if (!row) return undefined;
  const hours = await sql.all<HourFigures>(
    `select zone_id as "zoneId", from_ms as "fromMs", to_ms as "toMs", footfall, visitors, occupancy, coverage
     from figures_before where site_id = $1 order by from_ms, zone_id`,
    [siteId],
  );
  return {
    version: row.definitions_version,
    fromMs: row.from_ms,
    untilMs: row.until_ms,
    hours,
    stored: true,
  };
}

async function forget(sql: SeriesSql, siteId: string): Promise<void> {
  for (const table of ['recomputations', 'figures_before'] as const) await sql.remove(table, { site_id: siteId });
}

async function store(sql: SeriesSql, siteId: string, before: Before): Promise<void> {
  await forget(sql, siteId);
  await insert(sql, 'recomputations', {
    site_id: siteId,
    from_ms: before.fromMs,
    until_ms: before.untilMs,
    definitions_version: before.version,
  });
  const { hours } = before;
  await sql.append('figures_before', {
    site_id: { type: 'VARCHAR', values: hours.map(() => siteId) },
    zone_id: { type: 'VARCHAR', values: hours.map((hour) => hour.zoneId) },
    from_ms: { type: 'BIGINT', values: hours.map((hour) => hour.fromMs) },
    to_ms: { type: 'BIGINT', values: hours.map((hour) => hour.toMs) },
    footfall: { type: 'INTEGER', values: hours.map((hour) => hour.footfall) },
    visitors: { type: 'INTEGER', values: hours.map((hour) => hour.visitors) },
    occupancy: { type: 'DOUBLE', values: hours.map((hour) => hour.occupancy) },
    coverage: { type: 'DOUBLE', values: hours.map((hour) => hour.coverage) },
  });
}

/** To be called before anything of the commit is written. Undefined where nothing is to be explained. */
export async function figuresBefore(
  sql: SeriesSql,
  registry: Registry,
  { siteId, rewoundToMs, recomputation }: SiteCommit,
): Promise<Before | undefined> {
  if (!recomputation) {
    // Whatever was under way has been given up.
    if (rewoundToMs !== null) await forget(sql, siteId);
    return undefined;
  }
  const stored = await storedBefore(sql, siteId);
  const version = stored?.version ?? registry.definitions(siteId).version;
  const context = await siteContext(sql, registry, siteId, version);
  if (!context.progress) return undefined;
  if (!stored) {
    const { fromMs, untilMs } = recomputation;
    const hours = await hourFigures(context, hoursConcerned(context, recomputation));
    return { version, fromMs, untilMs, hours, stored: false };
  }
  if (recomputation.fromMs >= stored.fromMs) return stored;
  // Still later data made it begin earlier: those hours have not been touched so far.
  const edges = hoursConcerned(context, recomputation);
  const knownFromMs = stored.hours[0]?.fromMs ?? Number.POSITIVE_INFINITY;
  const hours = await hourFigures(
    context,
    edges.filter((edge) => edge <= knownFromMs),
  );
  return { ...stored, fromMs: recomputation.fromMs, hours: [...hours, ...stored.hours], stored: false };
}

/** To be called once all of the commit is written. True where the changelog has changed. */
export async function explain(
  sql: SeriesSql,
  registry: Registry,
  commit: SiteCommit,
  before: Before | undefined,
): Promise<boolean> {
  const { siteId, recomputation } = commit;
  if (!recomputation || !before) return false;
  if (commit.watermarkMs < recomputation.untilMs) {
    if (!before.stored) await store(sql, siteId, before);
    return false;
  }
  await forget(sql, siteId);
  const [first, last] = [before.hours[0], before.hours.at(-1)];
  if (!first || !last) return false;
  const context = await siteContext(sql, registry, siteId, before.version);
  const after = await hourFigures(context, bucketEdges(context.timezone, 'hour', first.fromMs, last.toMs));
  const moved = movedHours(before.hours, after, recomputation.causes.finalUntilMs);
  return (
    moved.length > 0 &&
    enter(sql, commit, recomputation, before.version, { fromMs: first.fromMs, toMs: last.toMs }, moved)
  );
}

async function enter(
  sql: SeriesSql,
  { siteId, committedMs }: SiteCommit,
  { causes }: Recomputation,
  definitionsVersion: number,
  compared: { fromMs: number; toMs: number },
  moved: MovedHour[],
): Promise<boolean> {
  const last = await lastEntry(sql, siteId);
  let entry: Entry = { id: (last?.id ?? 0) + 1, computedMs: committedMs, definitionsVersion, ...compared, causes };
  let hours = moved;
  if (last && last.definitionsVersion === definitionsVersion && isSameBacklog(last.causes, causes)) {
    hours = mergeMoved(last.hours, moved);
    entry = {
      ...entry,
      id: last.id,
      fromMs: Math.min(last.fromMs, compared.fromMs),
      toMs: Math.max(last.toMs, compared.toMs),
      causes: mergeCauses(last.causes, causes),
    };
    await removeEntry(sql, siteId, last.id);
  }
  if (hours.length > 0) {
    await writeEntry(sql, siteId, entry);
    await appendCells(sql, siteId, entry.id, hours);
    await trimEntries(sql, siteId);
  }
  return true;
}
