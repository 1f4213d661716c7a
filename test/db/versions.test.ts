/** Any period under any version of the definitions, without a row being touched. */
import { expect, test } from 'vitest';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import { differences } from '../../server/metrics/versions.ts';
import { onEachEngine } from './engines.ts';
import { commitOf, covered, DAY, HOUR, MINUTE, SECOND, stay, visit } from './rows.ts';

const TEN = Date.parse('2026-03-10T10:00:00+01:00');

onEachEngine((engine) => {
  async function site(days = 0) {
    const opened = await engine.openSite();
    const { series } = opened;
    const lengths = [30, 70, 100, 400];
    await series.commit(
      commitOf('mall', TEN + 5 * HOUR, {
        coverage: [...covered('g1', TEN - HOUR, TEN + 5 * HOUR), ...covered('g2', TEN - HOUR, TEN + 5 * HOUR)],
        visits: lengths.map((seconds, i) => visit(`c-${i}`, TEN + i * MINUTE, seconds * SECOND)),
        stays: lengths.map((seconds, i) => stay(`c-${i}`, 'a', TEN + i * MINUTE, seconds * SECOND)),
      }),
    );
    // Time passes: the hour is sealed into rollups.
    if (days > 0) await series.commit(commitOf('mall', TEN + days * DAY, {}));
    const ask = async (definitionsVersion?: number, zoneId?: string) =>
      series.series({
        siteId: 'mall',
        metric: 'footfall',
        interval: 'hour',
        fromMs: TEN,
        toMs: TEN + HOUR,
        ...(definitionsVersion === undefined ? {} : { definitionsVersion }),
        ...(zoneId === undefined ? {} : { zoneId }),
      });
    return { ...opened, ask };
  }

  test.each([0, 3])('each version counts by its own thresholds, %i days later too', async (days) => {
    const { registry, ask, look, series } = await site(days);
    await registry.putDefinitions('mall', { ...DEFAULT_DEFINITIONS, minVisitSeconds: 90, minStaySeconds: 200 });
    await registry.putDefinitions('mall', { ...DEFAULT_DEFINITIONS, minVisitSeconds: 300 });
    const before = await look.all('select * from visits order by all');
    const value = async (version?: number, zoneId?: string) => (await ask(version, zoneId)).series[0]!.value;
    expect([await value(1), await value(2), await value(3), await value()]).toEqual([3, 2, 1, 1]);
    expect([await value(1, 'a'), await value(2, 'a')]).toEqual([4, 1]);
    // Rollups are made anew under the third version; the others are then read from the rows.
    if (days > 0) await series.commit(commitOf('mall', TEN + (days + 1) * DAY, {}));
    expect([await value(1), await value(2), await value(3), await value()]).toEqual([3, 2, 1, 1]);
    expect(await look.all('select * from visits order by all')).toEqual(before);
  });

  test('what shapes the rows themselves is named where it was otherwise', async () => {
    const { registry, ask } = await site();
    await registry.putDefinitions('mall', { ...DEFAULT_DEFINITIONS, visitGapMinutes: 5, minVisitSeconds: 90 });
    expect((await ask(2)).definitions).toEqual({ version: 2, notApplied: [], rowsFrom: null });
    expect((await ask(1)).definitions).toMatchObject({ version: 1, notApplied: ['visitGapMinutes'] });
    expect((await ask()).definitions).toBeUndefined();
  });

  test('a version that is not there is refused', async () => {
    const { ask } = await site();
    await expect(ask(2)).rejects.toThrow('must be a version from 1 to 1');
  });

  test('no older version lowers how many must stand behind a number', async () => {
    const { registry, series } = await site();
    await registry.putDefinitions('mall', { ...DEFAULT_DEFINITIONS, kAnonymity: 1 });
    await registry.putDefinitions('mall', { ...DEFAULT_DEFINITIONS, kAnonymity: 20 });
    const dwell = async (definitionsVersion: number) =>
      (
        await series.series({
          siteId: 'mall',
          metric: 'dwell',
          interval: 'hour',
          fromMs: TEN,
          toMs: TEN + HOUR,
          zoneId: 'a',
          definitionsVersion,
        })
      ).series[0];
    for (const version of [1, 2, 3]) expect(await dwell(version)).toMatchObject({ value: null, suppressed: true });
  });

  test('differences are told by name', () => {
    expect(differences(DEFAULT_DEFINITIONS, { ...DEFAULT_DEFINITIONS, bounceSeconds: 60 })).toEqual([
      { name: 'bounceSeconds', a: 120, b: 60 },
    ]);
  });
});
