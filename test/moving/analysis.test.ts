/** What an analysis tells is what the API tells, and nothing of it is one carrier's. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { exportAnalysis } from '../../server/db/parquet/analysis.ts';
import { wholeDaysOver } from '../../server/db/parquet/analysisPeriod.ts';
import { AGGREGATES, ANALYSIS_TABLES, columnsOf, FIGURES } from '../../server/db/parquet/analysisTables.ts';
import type { Manifest } from '../../server/db/parquet/manifest.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import { addSite, commitOf, covered, gatewayNamed, HOUR, MINUTE, SECOND, stay, visit, zoneNamed } from '../db/rows.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { addMall, fillMall, START } from '../support/movingWorld.ts';

type Row = Record<string, unknown>;

describe('an analysis', () => {
  let duck: Duck;
  let series: TimeSeries;
  let made: Manifest;
  const registry = memoryRegistry();
  const folder = mkdtempSync(join(tmpdir(), 'promenade-analysis-'));
  const rowsOf = async (table: string, at = folder, of = made): Promise<Row[]> => {
    const rows: Row[] = [];
    for (const file of of.files.filter((one) => one.table === table))
      rows.push(...((await parquetReadObjects({ file: await asyncBufferFromFile(join(at, file.path)) })) as Row[]));
    return rows;
  };

  beforeAll(async () => {
    duck = await Duck.open(':memory:');
    await migrate(duck, 0);
    series = openTimeSeries(duck, registry);
    await addMall(registry, 'mall');
    await fillMall(series, registry, 'mall', 33, 2);
    const site = registry.site('mall')!;
    const period = await wholeDaysOver(series, site, { fromMs: START + 5 * HOUR, toMs: undefined });
    expect(period).toEqual({ fromMs: START, toMs: START + 48 * HOUR });
    made = await exportAnalysis(
      { questions: series, reading: series, registry },
      { siteId: 'mall', tables: ANALYSIS_TABLES, period, folder, nowMs: START + 50 * HOUR },
    );
  });
  afterAll(async () => {
    await duck.close();
    rmSync(folder, { recursive: true });
  });

  test('has every figure as the API gives it', async () => {
    for (const metric of FIGURES) {
      const rows = await rowsOf(metric);
      for (const zoneId of metric === 'capture-rate' ? ['a'] : ['', 'a']) {
        const { series: points } = await series.series({
          siteId: 'mall',
          metric,
          interval: 'hour',
          fromMs: START,
          toMs: START + 48 * HOUR,
          ...(zoneId === '' ? {} : { zoneId }),
        });
        const own = rows.filter((row) => row.zone_id === zoneId);
        expect(points.some(({ value }) => value !== null && value > 0)).toBe(true);
        expect(
          own.map(({ start, value, low, high, coverage, state, suppressed }) => ({
            start: (start as Date).getTime(),
            value,
            low,
            high,
            coverage,
            state,
            suppressed,
          })),
          `${metric} of ${zoneId}`,
        ).toEqual(
          points.map((point) => ({
            start: Date.parse(point.start),
            value: point.value,
            low: point.low,
            high: point.high,
            coverage: point.coverage,
            state: point.state,
            suppressed: point.suppressed ?? false,
          })),
        );
      }
    }
    expect((await rowsOf('heatmap')).length + (await rowsOf('coverage')).length).toBeGreaterThan(100);
    expect((await rowsOf('heatmap'))[0]!.day).toEqual(new Date('2026-03-23'));
  });

  test('bears no carrier and no time of a carrier', async () => {
    const carriers = await duck.all<{ carrier_id: string }>('select distinct carrier_id from visits');
    for (const table of ANALYSIS_TABLES) {
      expect(
        columnsOf(table)
          .map(({ name }) => name)
          .join(),
      ).not.toMatch(/carrier_id|visit|emitted|entrance/);
      for (const row of await rowsOf(table))
        for (const value of Object.values(row)) {
          if (typeof value === 'string') expect(carriers.some(({ carrier_id }) => carrier_id === value)).toBe(false);
          if (value instanceof Date) expect(value.getTime() % (15 * MINUTE)).toBe(0);
        }
    }
    expect(readdirSync(folder).sort()).toEqual([
      'capture_rate',
      'coverage',
      'dwell',
      'footfall',
      'heatmap',
      'manifest.json',
      'occupancy',
      'stays',
      'unique_visitors',
      'visits',
    ]);
    expect(AGGREGATES).not.toContain('stays');
  });

  test('tells of presences only where k carriers are alike, and counts the others', async () => {
    for (const table of ['visits', 'stays'] as const) {
      const rows = await rowsOf(table);
      const cellOf = (row: Row) => `${row.zone_id ?? ''} ${row.kind} ${Number(row.start)}`;
      const told = new Set(rows.map(cellOf));
      const zone = table === 'stays' ? 'zone_id' : "''";
      const cells = await duck.all<{ zone: string; kind: string; quarter: number; carriers: number; rows: number }>(
        `select ${zone} as zone, kind, start_ms // 900000 * 900000 as quarter, count(distinct carrier_id) as carriers, count(*) as rows
         from ${table} where start_ms >= $1 and start_ms < $2 and kind not in ('staff', 'cart') group by all`,
        [START, START + 48 * HOUR],
      );
      let leftOut = 0;
      for (const cell of cells) {
        const key = `${cell.zone} ${cell.kind} ${cell.quarter}`;
        expect(told.has(key), key).toBe(cell.carriers >= 3);
        if (cell.carriers < 3) leftOut += cell.rows;
        else expect(rows.filter((row) => cellOf(row) === key).length).toBe(cell.rows);
      }
      expect(rows.length).toBeGreaterThan(0);
      expect(leftOut).toBeGreaterThan(0);
      expect(made.tables.find(({ name }) => name === table)).toMatchObject({ leftOut, rows: rows.length });
    }
  });

  test('one carrier who stays often is not many, and lengths are told by class', async () => {
    await addSite(registry, 'shop', 'Europe/Prague', [zoneNamed('a')], [gatewayNamed('g1')]);
    const often = Array.from({ length: 20 }, (_, i) => stay('c-often', 'a', START + i * 20 * SECOND, 10 * SECOND));
    const many = Array.from({ length: 10 }, (_, i) =>
      stay(`c-${i}`, 'a', START + HOUR + i * SECOND, (i + 1) * 25 * SECOND),
    );
    await series.commit(
      commitOf('shop', START + 30 * HOUR, {
        visits: [visit('c-often', START, 20 * MINUTE)],
        stays: [...often, ...many],
        coverage: covered('g1', START, START + 30 * HOUR),
      }),
    );
    const to = mkdtempSync(join(tmpdir(), 'promenade-analysis-'));
    const period = await wholeDaysOver(series, registry.site('shop')!, { fromMs: undefined, toMs: undefined });
    const shop = await exportAnalysis(
      { questions: series, reading: series, registry },
      { siteId: 'shop', tables: ['stays', 'visits'], period, folder: to, nowMs: START },
    );
    const rows = await rowsOf('stays', to, shop);
    rmSync(to, { recursive: true });
    expect(rows.map((row) => [row.length_from_seconds, row.length_to_seconds])).toEqual([
      [0, 30],
      [30, 60],
      [60, 120],
      [60, 120],
      [120, 300],
      [120, 300],
      [120, 300],
      [120, 300],
      [120, 300],
      [120, 300],
    ]);
    expect(shop.tables.map(({ name, leftOut }) => [name, leftOut])).toEqual([
      ['stays', 20],
      ['visits', 1],
    ]);
    await expect(
      wholeDaysOver(series, registry.site('shop')!, { fromMs: START + 25 * HOUR, toMs: undefined }),
    ).rejects.toThrow(/no whole day of site shop lies in that period: .*its newest day is not over/);
  });
});
