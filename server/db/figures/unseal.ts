/** Takes figures back from where rows came or went, in the transaction in which they did. */
import type { DarkWindow } from '../../metrics/dark.ts';
import { dayStartMs, HOUR_MS, hourStartMs, localDay } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import { rollupState } from '../rollups.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { lightFromMs } from './light.ts';
import { cutLinks, firstWholeDay } from './links.ts';
import { countCut, readSeals, type Seal, writeSeals } from './seals.ts';

/** Nobody goes unheard for longer at the end of a presence, but for darkness. */
const END_MARGIN_MS = 20 * 60_000;

/** What a commit touched, of carriers that count; Number.MAX_SAFE_INTEGER where nothing. */
export interface TouchedFigures {
  /** Earliest start of a visit, stay, or visit of a stay. */
  rowsMs: number;
  coverageMs: number;
  occupancyMs: number;
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);

/** Moves back until no window lies across it. */
function beforeWindows(
  windows: readonly DarkWindow[],
  atMs: number,
  marginMs: number,
  floorOf: (ms: number) => number,
) {
  let cutMs = floorOf(atMs);
  for (;;) {
    const across = windows.filter((window) => window.fromMs < cutMs && window.toMs + marginMs > cutMs);
    if (across.length === 0) return cutMs;
    cutMs = floorOf(least(across.map((window) => window.fromMs)));
  }
}

export async function unsealFigures(
  sql: SeriesSql,
  registry: Registry,
  siteId: string,
  touched: TouchedFigures,
): Promise<void> {
  const seals = await readSeals(sql, siteId);
  if (seals.size === 0) return;
  const timezone = registry.site(siteId)?.timezone ?? 'UTC';
  /** Where rows have expired nothing could be made anew. */
  const rowsFromMs = (await rollupState(sql, siteId))?.rowsFromMs ?? 0;
  const of = (...whats: Seal['what'][]): Seal[] => [...seals.values()].filter(({ what }) => whats.includes(what));
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  const isOld = {
    rows: touched.rowsMs < most([...seals.values()].map(({ boundMs }) => boundMs)),
    light: touched.coverageMs < most(of('light').map(({ sealedMs }) => sealedMs)),
    occupancy: touched.occupancyMs < most(of('hours').map(({ sealedMs }) => sealedMs)),
  };
  if (!isOld.rows && !isOld.light && !isOld.occupancy) return;

  const windows = (
    await sql.all<{ from_ms: number; to_ms: number }>('select from_ms, to_ms from dark_windows where site_id = $1', [
      siteId,
    ])
  ).map((row): DarkWindow => ({ fromMs: row.from_ms, toMs: row.to_ms }));
  const floorOf = (atMs: number): number => hourStartMs(timezone, atMs);

  let cutMs = Number.MAX_SAFE_INTEGER;
  if (isOld.light) {
    const { coverageMs } = touched;
    const changedMs = least([coverageMs, ...windows.flatMap((one) => (one.toMs >= coverageMs ? [one.fromMs] : []))]);
    const lightMs = Math.max(beforeWindows(windows, changedMs, 0, floorOf), lightFromMs(timezone, windows, rowsFromMs));
    for (const seal of of('light')) seal.sealedMs = Math.min(seal.sealedMs, lightMs);
    await sql.remove('light_hours', { site_id: siteId, hour_ms: { from: lightMs } });
    await sql.remove('dark_windows', { site_id: siteId, to_ms: { above: lightMs } });
    // Whoever was last heard near there is judged by it from the start on.
    const concerned = (table: string): string =>
      `select min(least(start_ms, ${table === 'stays' ? 'visit_start_ms' : 'start_ms'})) as first from ${table}
       where site_id = $1 and kind not in ('staff', 'cart') and end_ms >= $2`;
    const row = await sql.get<{ first: number | null }>(
      `select min(first) as first from (${concerned('visits')} union all ${concerned('stays')})`,
      [siteId, lightMs - END_MARGIN_MS],
    );
    cutMs = Math.min(lightMs, row?.first ?? lightMs);
  }
  if (isOld.rows) cutMs = Math.min(cutMs, touched.rowsMs);
  if (isOld.occupancy) cutMs = Math.min(cutMs, touched.occupancyMs);
  // What was counted around a window counts who started up to an hour after it.
  cutMs = Math.max(beforeWindows(windows, cutMs, HOUR_MS, floorOf), rowsFromMs);
  await cutFrom(sql, siteId, cutMs, rowsFromMs);
  // What starts within an hour after a bucket may belong into it.
  for (const seal of of('points')) seal.sealedMs = Math.min(seal.sealedMs, Math.max(cutMs - HOUR_MS, seal.fromMs));
  for (const seal of of('links')) {
    const day = Math.max(localDay(timezone, cutMs), firstWholeDay(timezone, rowsFromMs));
    for (const table of ['zone_pairs', 'zone_flows'] as const) await cutLinks(sql, siteId, table, day);
    seal.sealedMs = Math.min(seal.sealedMs, Math.max(dayStartMs(timezone, day), seal.fromMs));
  }
  countCut(seals);
  for (const seal of of('hours', 'floors', 'doors')) {
    const toMs = seal.what === 'doors' ? Math.floor(cutMs / HOUR_MS) * HOUR_MS : cutMs;
    seal.sealedMs = Math.min(seal.sealedMs, Math.max(toMs, seal.fromMs));
  }
  await writeSeals(sql, siteId, seals);
}

async function cutFrom(sql: SeriesSql, siteId: string, cutMs: number, rowsFromMs: number): Promise<void> {
  await sql.remove('points', { site_id: siteId, from_ms: { from: rowsFromMs }, to_ms: { above: cutMs - HOUR_MS } });
  for (const table of ['visit_hours', 'floor_hours'] as const)
    await sql.remove(table, { site_id: siteId, hour_ms: { from: cutMs } });
  await sql.remove('door_hours', { site_id: siteId, hour_ms: { from: Math.floor(cutMs / HOUR_MS) * HOUR_MS } });
  await sql.remove('dark_sums', { site_id: siteId, from_ms: { from: cutMs } });
}
