/** Observed carriers and estimated people, from rows and reference counts. */
import { expect, test } from 'vitest';
import { putReferenceCounts } from '../../server/db/referenceCounts.ts';
import { onEachEngine } from './engines.ts';
import { commitOf, covered, DAY, HOUR, MINUTE, SECOND, visit, zoneNamed } from './rows.ts';

/** Tuesday 10 March 2026, 10:00 in Prague; three weeks of the same hour, the last of which nobody counted. */
const TEN = Date.parse('2026-03-10T10:00:00+01:00');
const WEEK = 7 * DAY;

onEachEngine((engine) => {
  async function site() {
    const opened = await engine.openSite('Europe/Prague', [
      zoneNamed('north', { kind: 'entrance' }),
      zoneNamed('south', { kind: 'entrance' }),
      zoneNamed('shop'),
    ]);
    const { series, duck } = opened;
    const weeks = [0, 1, 2].map((week) => TEN + week * WEEK);
    const came = (atMs: number, door: string | null, carriers: number) =>
      Array.from({ length: carriers }, (_, i) =>
        visit(`c-${door}-${atMs}-${i}`, atMs + i * 10 * SECOND, 10 * MINUTE, { entranceZoneId: door }),
      );
    await series.commit(
      commitOf('mall', TEN + 2 * WEEK + 5 * HOUR, {
        coverage: weeks.flatMap((atMs) => [
          ...covered('g1', atMs - HOUR, atMs + 3 * HOUR),
          ...covered('g2', atMs - HOUR, atMs + 3 * HOUR),
        ]),
        visits: weeks.flatMap((atMs) => [
          ...came(atMs, 'north', 100),
          ...came(atMs, 'south', 50),
          ...came(atMs, null, 3),
        ]),
      }),
    );
    const count = (zoneId: string, fromMs: number, people: number, lengthMs = HOUR) =>
      duck.transaction((sql) =>
        putReferenceCounts(
          sql,
          'mall',
          [
            {
              id: `r-${zoneId}-${fromMs}`,
              zoneId,
              counterId: null,
              fromMs,
              toMs: fromMs + lengthMs,
              people,
              out: null,
              note: null,
            },
          ],
          'test',
          0,
        ),
      );
    const ask = (zoneId?: string) =>
      series.people({
        siteId: 'mall',
        interval: 'hour',
        fromMs: weeks[2]!,
        toMs: weeks[2]! + 2 * HOUR,
        ...(zoneId === undefined ? {} : { zoneId }),
      });
    return { ...opened, ask, count, weeks };
  }

  test('without reference counts there are carriers and no people', async () => {
    const { ask } = await site();
    const answer = await ask();
    expect(answer.ratio).toBeNull();
    expect(answer.series[0]).toMatchObject({
      observed: { value: 153 },
      people: { value: null, low: null, high: null },
    });
  });

  test('both numbers stand apart, each door by its own ratio, within their bands', async () => {
    const { ask, count, weeks } = await site();
    for (const atMs of weeks.slice(0, 2)) {
      await count('north', atMs, 500);
      await count('south', atMs, 200);
    }
    const north = await ask('north');
    expect(north.series[0]).toMatchObject({ coverage: 1, state: 'final', observed: { value: 100 } });
    const { value, low, high } = north.series[0]!.people;
    // Its own hour says 5 people a carrier; two counts leave a part to the site, which has 4.7.
    expect(value).toBeGreaterThan(470);
    expect(value).toBeLessThan(505);
    expect(low).toBeLessThan(430);
    expect(high).toBeGreaterThan(570);
    expect(north.ratio).toMatchObject({ counts: 2 });
    const whole = await ask();
    expect(whole.ratio!.entrances.map(({ zoneId }) => zoneId)).toEqual(['north', 'south']);
    // 500 + 200, and those three by no known door.
    expect(whole.series[0]!.people.value).toBeGreaterThan(680);
    expect(whole.series[0]!.people.value).toBeLessThan(740);
    // Measured and nobody there: no people, but not surely none.
    expect(whole.series[1]).toMatchObject({ observed: { value: 0 }, people: { value: 0, low: 0 } });
    expect(whole.series[1]!.people.high).toBeGreaterThan(5);
  });

  test('a count that nobody could have observed is left out, and said to be', async () => {
    const { ask, count, weeks } = await site();
    await count('north', weeks[0]!, 500);
    // Before anything was measured.
    await count('north', weeks[0]! - DAY, 500);
    const answer = await ask();
    expect(answer).toMatchObject({ unusedCounts: 1, ratio: { counts: 1 } });
  });

  test('people are estimated at entrances and for the site alone', async () => {
    const { ask } = await site();
    await expect(ask('shop')).rejects.toThrow('must be an entrance');
  });
});
