import { expect, test } from 'vitest';
import type { OpenRows } from '../../server/engine/types.ts';
import { onEachEngine } from './engines.ts';
import { commitOf } from './rows.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const openOf = (carrierId: string): OpenRows => ({
  visits: [{ carrierId, kind: 'tag', startMs: NOW, endMs: NOW + 1, entranceZoneId: null }],
  stays: [],
  heat: [{ floorId: 'f1', bucketStartMs: NOW, cellX: 1, cellY: 2, carrierId, dwellMs: 9 }],
  occupancy: [],
});

onEachEngine((engine) => {
  test('heat of what is open may be left as it was while the rest is replaced', async () => {
    const { look, series } = await engine.openSite();
    const stands = async () => [
      (await look.all<{ carrier_id: string }>('select carrier_id from open_visits')).map((row) => row.carrier_id),
      (await look.get<{ n: number }>('select count(*) as n from open_heat'))?.n,
    ];
    await series.commit({ ...commitOf('mall', NOW + 1_000, {}), open: openOf('c-1') });
    expect(await stands()).toEqual([['c-1'], 1]);
    await series.commit({
      ...commitOf('mall', NOW + 2_000, {}),
      open: { ...openOf('c-2'), heat: [] },
      keepOpenHeat: true,
    });
    expect(await stands()).toEqual([['c-2'], 1]);
    await series.commit({ ...commitOf('mall', NOW + 3_000, {}), open: { ...openOf('c-3'), heat: [] } });
    expect(await stands()).toEqual([['c-3'], 0]);
  });
});
