import { expect, test } from 'vitest';
import type { Metric } from '../../server/contract/metrics.ts';
import { onEachEngine } from './engines.ts';
import { commitOf, covered, DAY, HOUR, MINUTE, stay, visit } from './rows.ts';

const START = Date.parse('2026-01-12T00:00:00+01:00');

onEachEngine((engine) => {
  test('after 90 days rows of carriers are gone, counts and heat of those days stay', async () => {
    const { look, registry, series } = await engine.openSite();
    await registry.putDefinitions('mall', { ...registry.definitions('mall').definitions, kAnonymity: 2 });
    for (const day of [0, 60, 100]) {
      const at = START + day * DAY;
      await series.commit(
        commitOf('mall', at + DAY, {
          coverage: [...covered('g1', at, at + DAY), ...covered('g2', at, at + DAY)],
          visits: [1, 2, 3].map((n) => visit(`c-${n}`, at + 10 * HOUR, n * MINUTE)),
          stays: [1, 2].map((n) => stay(`c-${n}`, 'a', at + 10 * HOUR, n * MINUTE)),
          heat: ['c-1', 'c-2', 'c-3'].map((carrierId) => ({
            floorId: 'f1',
            bucketStartMs: at + 10 * HOUR,
            cellX: 3,
            cellY: 4,
            carrierId,
            dwellMs: 1000,
            emittedAtMs: at + 11 * HOUR,
          })),
        }),
      );
    }
    const questions = async () => {
      const period = { siteId: 'mall', fromMs: START, toMs: START + 60 * DAY + DAY };
      const heat = await series.heatmap({ ...period, floorId: 'f1', cellM: 2, measure: 'carriers' });
      const ask = async (metric: Metric, zoneId?: string) =>
        (await series.series({ ...period, metric, interval: 'week', ...(zoneId ? { zoneId } : {}) })).series;
      return [
        await ask('footfall'),
        await ask('footfall', 'a'),
        await ask('capture-rate', 'a'),
        await ask('unique-visitors'),
        await ask('unique-visitors', 'a'),
        await ask('occupancy'),
        await ask('dwell', 'a'),
        heat,
        await series.peakHours(period),
      ];
    };
    const dwell = async (fromMs: number) =>
      (await series.series({ siteId: 'mall', metric: 'dwell', interval: 'day', fromMs, toMs: fromMs + DAY })).series[0];
    // What was sealed is told as it was counted from the rows, bands and all.
    const numbers = (answers: Awaited<ReturnType<typeof questions>>): string => JSON.stringify(answers);
    const before = numbers(await questions());
    expect(await dwell(START)).toMatchObject({ value: 120, mean: 120 });
    const dwellBefore = await dwell(START);
    const now = START + 101 * DAY + HOUR;
    // The first calls seal what is still to be sealed, a fortnight at a time; nothing goes before it is in the rollups.
    for (let call = 0; call < 12; call += 1) {
      await series.expire('mall', now);
      // What went too early would be missing for good: some looks on the way are enough.
      if (call % 4 === 0 || call === 11) expect(numbers(await questions())).toEqual(before);
    }
    const left = (table: string, column: string) =>
      look.get(`select min(${column}) >= $1 as all_new, count(*) as n from ${table}`, [now - 90 * DAY]);
    expect(await left('visits', 'start_ms')).toEqual({ all_new: true, n: 6 });
    expect(await left('stays', 'start_ms')).toEqual({ all_new: true, n: 4 });
    expect(await left('heat', 'bucket_ms')).toEqual({ all_new: true, n: 6 });
    expect(await dwell(START)).toEqual(dwellBefore);
    // Of a part of a day nobody had asked before: that would need the rows.
    const part = await series.series({
      siteId: 'mall',
      metric: 'dwell',
      interval: 'day',
      fromMs: START + 30 * MINUTE,
      toMs: START + DAY,
    });
    expect(part.series[0]).toMatchObject({ value: null, low: null, mean: 120, coverage: 1 });
    expect(await dwell(START + 60 * DAY)).toMatchObject({ value: 120, mean: 120 });

    // New thresholds hold for the rows that are kept; older rollups stay as they were made.
    await registry.putDefinitions('mall', { ...registry.definitions('mall').definitions, minVisitSeconds: 180 });
    await series.commit(commitOf('mall', now, {}));
    const days = (
      await series.series({
        siteId: 'mall',
        metric: 'footfall',
        interval: 'day',
        fromMs: START,
        toMs: START + 61 * DAY,
      })
    ).series;
    expect([days[0]!.value, days[60]!.value]).toEqual([3, 1]);

    await series.expire('mall', START + 6 * 365 * DAY);
    for (const table of ['visit_quarters', 'coverage_quarters', 'heat_days'])
      expect(await look.get(`select count(*) as n from ${table}`)).toEqual({ n: 0 });
  });
});
