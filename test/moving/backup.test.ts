/** A backup in Parquet restores a site as it was, or a period of it, on either engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Series } from '../../server/contract/metrics.ts';
import { exportBackup } from '../../server/db/parquet/backup.ts';
import { restore } from '../../server/db/parquet/restore.ts';
import { SERIES_TABLES, seriesTable } from '../../server/db/tables.ts';
import { dayStartMs, localDay } from '../../server/metrics/localTime.ts';
import { closeLater, onEachEngine } from '../db/engines.ts';
import { commitOf, covered, HOUR, MINUTE, visit } from '../db/rows.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { addMall, answersOf, END, fillMall, START, tablesOf } from '../support/movingWorld.ts';

const ZONE = 'Europe/Prague';
const DAYS = 2;
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'promenade-parquet-'));
  closeLater(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

onEachEngine((engine) => {
  async function mall(filled = true) {
    const registry = memoryRegistry();
    await addMall(registry, 'mall');
    const opened = await engine.open(registry);
    if (filled) await fillMall(opened.series, registry, 'mall', 21, DAYS);
    const request = (more: Partial<Parameters<typeof exportBackup>[1]> = {}) => ({
      site: registry.site('mall')!,
      tables: SERIES_TABLES,
      period: {},
      folder: folder(),
      nowMs: END,
      ...more,
    });
    /** With the log there, as on the machine that made the backup. */
    const dataDir = folder();
    await mkdir(join(dataDir, 'log', 'mall'), { recursive: true });
    const take = (from: string, more: object = {}, into = opened.series) =>
      restore({ series: into, registry }, { siteId: 'mall', folder: from, dataDir, ...more });
    return { ...opened, registry, request, take, dataDir };
  }

  test('a whole backup makes an empty site answer as before, once or twice', { timeout: 120_000 }, async () => {
    const { series, anew, request } = await mall();
    const made = await exportBackup(series, request());
    expect(made.whole).toBe(true);
    const other = await mall(false);
    const out = made.files[0]!;
    expect(out.path).toMatch(/^[a-z_]+\/[a-z_]+-2026-03-2\d\.parquet$/);
    const from = request().folder;
    rmSync(from, { recursive: true });
    const target = request({ folder: from });
    await exportBackup(series, target);
    const total = made.files.reduce((sum, { rows }) => sum + rows, 0);
    expect(await other.take(from)).toMatchObject({ rows: total, alreadyThere: 0, left: [], whole: true });
    expect(await other.anew((sql) => tablesOf(sql, 'mall'))).toEqual(await anew((sql) => tablesOf(sql, 'mall')));
    expect(await answersOf(other.series, 'mall')).toEqual(await answersOf(series, 'mall'));
    expect(await other.take(from)).toMatchObject({ rows: 0, alreadyThere: made.files.length });
  });

  test('rows of a period come back, and what was made of them is made anew', { timeout: 120_000 }, async () => {
    const { series, anew, request, take } = await mall();
    const tablesNow = () => anew((sql) => tablesOf(sql, 'mall'));
    const before = await answersOf(series, 'mall');
    const rows = ['visits', 'stays', 'heat', 'occupancy', 'coverage'] as const;
    const tables = await tablesNow();
    const day = { fromMs: START, toMs: dayStartMs(ZONE, localDay(ZONE, START) + 1) };
    const { folder: from } = request();
    const made = await exportBackup(series, request({ folder: from, tables: rows.map(seriesTable), period: day }));
    expect(made.whole).toBe(false);
    // Somebody lost them.
    await series.change(async (sql) => {
      await sql.remove('visits', { site_id: 'mall', start_ms: { from: day.fromMs, below: day.toMs } });
      await sql.remove('stays', { site_id: 'mall', start_ms: { from: day.fromMs, below: day.toMs } });
      await sql.remove('heat', { site_id: 'mall', bucket_ms: { from: day.fromMs, below: day.toMs } });
    });
    expect((await tablesNow()).visits).not.toEqual(tables.visits);
    const taken = await take(from);
    expect(taken).toMatchObject({ whole: false, left: [] });
    expect(taken.alreadyThere).toBeGreaterThan(0);
    expect(taken.rows).toBeGreaterThan(0);
    const restored = await tablesNow();
    for (const name of rows) expect(restored[name], name).toEqual(tables[name]);
    expect(await answersOf(series, 'mall')).toEqual(before);
    expect(await take(from)).toMatchObject({ rows: 0, alreadyThere: made.files.length });

    // Rows that are otherwise stay unless told.
    await series.commit({
      ...commitOf('mall', START + DAYS * 24 * HOUR + HOUR, {
        visits: [visit('new', day.fromMs + HOUR, 9 * MINUTE, { emittedAtMs: START + DAYS * 24 * HOUR })],
        coverage: covered('g2', START + DAYS * 24 * HOUR, START + DAYS * 24 * HOUR + HOUR),
      }),
    });
    await expect(take(from)).rejects.toThrow(
      /visits\/visits-2026-03-23\.parquet: the site has \d+ other rows of visits in that period: they go only with --replace/,
    );
    await take(from, { replace: true });
    const after = await tablesNow();
    for (const name of ['visits', 'stays', 'heat', 'occupancy'] as const)
      expect(after[name], name).toEqual(tables[name]);
    const first = (answers: Record<string, unknown>) =>
      (answers['footfall day all site'] as Series).series.find(({ start }) => start.startsWith('2026-03-23'))!.value;
    expect(first(before)).toBeGreaterThan(0);
    expect(first(await answersOf(series, 'mall'))).toBe(first(before));
  });
});
