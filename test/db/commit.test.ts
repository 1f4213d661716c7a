import { expect, test } from 'vitest';
import type { ReadSql } from '../../server/db/duckdb.ts';
import { onEachEngine } from './engines.ts';
import { addSite, commitOf, covered, HOUR, MINUTE, stay, visit } from './rows.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
onEachEngine((engine) => {
  const site = () => engine.openSite();
  const countOf = async (look: ReadSql, table: string, siteId = 'mall') =>
    (await look.get<{ n: number }>(`select count(*) as n from ${table} where site_id = $1`, [siteId]))?.n;

  test('gives the checkpoint of the last commit back, after a restart too', async () => {
    const { series, again, look } = await site();
    expect(await series.lastCheckpoint('mall')).toBeUndefined();
    await series.commit({ ...commitOf('mall', NOW, { visits: [visit('c-1', NOW, MINUTE)] }), checkpoint: '{"log":1}' });
    await series.commit({ ...commitOf('mall', NOW + 5, {}), checkpoint: '{"log":2}', dirtyFromMs: NOW - 7 });
    expect(await (await again()).lastCheckpoint('mall')).toEqual({
      watermarkMs: NOW + 5,
      dirtyFromMs: NOW - 7,
      checkpoint: '{"log":2}',
      awaited: [],
    });
    expect(await countOf(look, 'visits')).toBe(1);
  });

  test('a rewind replaces what was emitted after it, of its own site alone', async () => {
    const { look, registry, series } = await site();
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
    const carriers = await look.all('select carrier_id from visits where site_id = $1 order by 1', ['mall']);
    expect(carriers).toEqual([{ carrier_id: 'c-1' }, { carrier_id: 'c-3' }]);
    for (const table of ['stays', 'heat', 'occupancy', 'coverage', 'gateways_heard']) {
      expect(await countOf(look, table), table).toBe(0);
      expect(await countOf(look, table, 'other'), table).toBe(1);
    }
  });

  test('a commit that fails half-way leaves everything as it was', async () => {
    const { look, series } = await site();
    const open = {
      visits: [{ carrierId: 'c-9', kind: 'tag' as const, startMs: NOW, endMs: NOW + 1, entranceZoneId: null }],
      stays: [],
      heat: [],
      occupancy: [],
    };
    await series.commit({
      ...commitOf('mall', NOW + HOUR, {
        visits: [visit('c-1', NOW, MINUTE)],
        coverage: covered('g1', NOW, NOW + HOUR),
      }),
      open,
      checkpoint: 'good',
    });
    const tables = ['visits', 'stays', 'coverage', 'open_visits', 'gateways_heard', 'rollup_state'];
    const before = await Promise.all(tables.map((table) => look.all(`select * from ${table}`)));
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
    expect(await Promise.all(tables.map((table) => look.all(`select * from ${table}`)))).toEqual(before);
    expect((await series.lastCheckpoint('mall'))?.checkpoint).toBe('good');
    await series.commit(commitOf('mall', NOW + 2 * HOUR, { visits: [visit('c-2', NOW, MINUTE)] }));
    expect(await countOf(look, 'visits')).toBe(2);
  });

  test('open rows are replaced as a whole, and kept where a commit brings none', async () => {
    const { look, series } = await site();
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
    expect(await countOf(look, 'open_visits')).toBe(2);
    await series.commit({ ...commitOf('mall', NOW + 2, {}), open: { ...open, visits: [openVisit('c-3')] } });
    expect(await look.all('select carrier_id from open_visits')).toEqual([{ carrier_id: 'c-3' }]);
  });
});
