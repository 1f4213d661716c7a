/** Retention: rows of visits and presence go after 90 days, aggregates after 5 years, unless the configuration says otherwise. */
import { DAY_MS, hourStartMs, localDay } from '../metrics/localTime.ts';
import type { Registry } from '../registry/types.ts';
import { expireEntries } from './changelogRows.ts';
import { figuresSealedUntil } from './figures/kept.ts';
import { refreshRollups, rollupState, writeRollupState } from './rollups.ts';
import type { SeriesSql } from './seriesSql.ts';

export interface Retention {
  identifiedDays: number;
  aggregatesDays: number;
}
export const DEFAULT_RETENTION: Retention = { identifiedDays: 90, aggregatesDays: 5 * 365 + 1 };

/**
 * Rows go once they are in the rollups, and no earlier: what is not sealed yet stays until the next call. Visits of unknown
 * carriers go with the identified ones, for a day that holds only a part of its visits would answer wrongly.
 */
export async function expireRows(
  sql: SeriesSql,
  registry: Registry,
  siteId: string,
  nowMs: number,
  kept: Retention = DEFAULT_RETENTION,
): Promise<void> {
  await refreshRollups(sql, registry, siteId);
  const state = await rollupState(sql, siteId);
  const timezone = registry.site(siteId)?.timezone ?? 'UTC';
  if (state) {
    const oldestMs = nowMs - kept.identifiedDays * DAY_MS;
    const figuresMs = await figuresSealedUntil(sql, registry, siteId);
    // Sums are by local hour: one that had lost a part of its rows could not be made anew.
    const beforeMs = hourStartMs(timezone, Math.min(oldestMs, state.sealedMs, state.coverageSealedMs, figuresMs));
    const beforeDay = Math.min(localDay(timezone, oldestMs), state.heatSealedDay);
    if (beforeMs > state.rowsFromMs) {
      for (const table of ['visits', 'stays'] as const)
        await sql.remove(table, { site_id: siteId, start_ms: { below: beforeMs } });
      await sql.remove('coverage', { site_id: siteId, minute_ms: { below: beforeMs } });
      state.rowsFromMs = beforeMs;
    }
    if (beforeDay > state.heatRowsFromDay) {
      await sql.remove('heat', { site_id: siteId, day: { below: beforeDay } });
      state.heatRowsFromDay = beforeDay;
    }
    await writeRollupState(sql, siteId, state);
  }
  const aggregatesFromMs = nowMs - kept.aggregatesDays * DAY_MS;
  await expireEntries(sql, siteId, aggregatesFromMs);
  for (const table of ['occupancy', 'visit_quarters', 'coverage_quarters'] as const)
    await sql.remove(table, { site_id: siteId, bucket_ms: { below: aggregatesFromMs } });
  for (const table of ['light_hours', 'visit_hours', 'floor_hours', 'door_hours'] as const)
    await sql.remove(table, { site_id: siteId, hour_ms: { below: aggregatesFromMs } });
  for (const table of ['dark_windows', 'dark_sums', 'points'] as const)
    await sql.remove(table, { site_id: siteId, from_ms: { below: aggregatesFromMs } });
  for (const table of ['zone_pairs', 'zone_flows'] as const)
    await sql.remove(table, { site_id: siteId, day: { below: localDay(timezone, aggregatesFromMs) } });
  await sql.remove('heat_days', { site_id: siteId, day: { below: localDay(timezone, aggregatesFromMs) } });
}
