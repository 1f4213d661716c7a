import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { addSite, commitOf, covered, HOUR, MINUTE, openSite, stay, visit } from './rows.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
async function site() {
  const opened = await openSite();
  closers.push(opened.close);
  return opened;
}
const countOf = async (duck: Duck, table: string, siteId = 'mall') =>
  (await duck.get<{ n: number }>(`select count(*) as n from ${table} where site_id = $1`, [siteId]))?.n;

test('gives the checkpoint of the last commit back, after a restart too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rows-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'rows.duckdb');
  const { registry } = await site();
  const first = await Duck.open(path);
  await migrate(first, 0);
  const writer = openTimeSeries(first, registry);
  expect(await writer.lastCheckpoint('mall')).toBeUndefined();
  await writer.commit({ ...commitOf('mall', NOW, { visits: [visit('c-1', NOW, MINUTE)] }), checkpoint: '{"log":1}' });
  const second = { ...commitOf('mall', NOW + 5, {}), checkpoint: '{"log":2}', dirtyFromMs: NOW - 7 };
  await writer.commit(second);
  await first.close();

  const again = await Duck.open(path);
  closers.push(() => again.close());
  await migrate(again, 0);
  expect(await openTimeSeries(again, registry).lastCheckpoint('mall')).toEqual({
    watermarkMs: NOW + 5,
    dirtyFromMs: NOW - 7,
    checkpoint: '{"log":2}',
  });
  expect(await countOf(again, 'visits')).toBe(1);
});

test('a rewind replaces what was emitted after it, of its own site alone', async () => {
  const { duck, registry, series } = await site();
  await addSite(registry, 'other', 'Europe/Prague', [], []);
  const rows = {
    visits: [
      visit('c-1', NOW, MINUTE, { emittedAtMs: NOW + 10 }),
      visit('c-2', NOW, MINUTE, { emittedAtMs: NOW + 11 }),
    ],
    stays: [stay('c-1', 'a', NOW, MINUTE, { emittedAtMs: NOW + 11 })],
    heat: [
      { floorId: 'f1', bucketStartMs: NOW, cellX: 1, cellY: 2, carrierId: 'c-1', dwellMs: 9, emittedAtMs: NOW + 11 },
    ],
    occupancy: [{ zoneId: null, bucketStartMs: NOW, carrierMs: 9, peak: 1, emittedAtMs: NOW + 11 }],
    coverage: covered('g1', NOW, NOW + MINUTE),
  };
  await series.commit(commitOf('mall', NOW + HOUR, rows));
  await series.commit(commitOf('other', NOW + HOUR, rows));
  await series.commit({
    ...commitOf('mall', NOW + HOUR, { visits: [visit('c-3', NOW, MINUTE, { emittedAtMs: NOW + 12 })] }),
    rewoundToMs: NOW + 10,
  });
  const carriers = await duck.all('select carrier_id from visits where site_id = $1 order by 1', ['mall']);
  expect(carriers).toEqual([{ carrier_id: 'c-1' }, { carrier_id: 'c-3' }]);
  for (const table of ['stays', 'heat', 'occupancy', 'coverage', 'gateways_heard']) {
    expect(await countOf(duck, table), table).toBe(0);
    expect(await countOf(duck, table, 'other'), table).toBe(1);
  }
});

test('a commit that fails half-way leaves everything as it was', async () => {
  const { duck, series } = await site();
  const open = {
    visits: [{ carrierId: 'c-9', kind: 'tag' as const, startMs: NOW, endMs: NOW + 1, entranceZoneId: null }],
    stays: [],
    heat: [],
    occupancy: [],
  };
  await series.commit({
    ...commitOf('mall', NOW + HOUR, { visits: [visit('c-1', NOW, MINUTE)], coverage: covered('g1', NOW, NOW + HOUR) }),
    open,
    checkpoint: 'good',
  });
  const tables = ['visits', 'stays', 'coverage', 'open_visits', 'gateways_heard', 'rollup_state'];
  const before = await Promise.all(tables.map((table) => duck.all(`select * from ${table}`)));
  const broken = {
    ...commitOf('mall', NOW + 2 * HOUR, {
      visits: [visit('c-2', NOW, MINUTE)],
      // A dwell that no INTEGER holds fails in the append, after the rewind and the visits.
      heat: [
        { floorId: 'f1', bucketStartMs: NOW, cellX: 1, cellY: 2, carrierId: 'c', dwellMs: 2 ** 40, emittedAtMs: NOW },
      ],
    }),
    rewoundToMs: 0,
    open: { ...open, visits: [] },
    checkpoint: 'bad',
  };
  await expect(series.commit(broken)).rejects.toThrow();
  expect(await Promise.all(tables.map((table) => duck.all(`select * from ${table}`)))).toEqual(before);
  expect((await series.lastCheckpoint('mall'))?.checkpoint).toBe('good');
  await series.commit(commitOf('mall', NOW + 2 * HOUR, { visits: [visit('c-2', NOW, MINUTE)] }));
  expect(await countOf(duck, 'visits')).toBe(2);
});

test('open rows are replaced as a whole, and kept where a commit brings none', async () => {
  const { duck, series } = await site();
  const openVisit = (carrierId: string) => ({
    carrierId,
    kind: 'tag' as const,
    startMs: NOW,
    endMs: NOW + MINUTE,
    entranceZoneId: null,
  });
  const open = { visits: [openVisit('c-1'), openVisit('c-2')], stays: [], heat: [], occupancy: [] };
  await series.commit({ ...commitOf('mall', NOW, {}), open });
  await series.commit(commitOf('mall', NOW + 1, {}));
  expect(await countOf(duck, 'open_visits')).toBe(2);
  await series.commit({ ...commitOf('mall', NOW + 2, {}), open: { ...open, visits: [openVisit('c-3')] } });
  expect(await duck.all('select carrier_id from open_visits')).toEqual([{ carrier_id: 'c-3' }]);
});
