/** Each definition on examples that were counted by hand. */
import { expect, test } from 'vitest';
import type { Metric } from '../../server/contract/metrics.ts';
import type { CarrierKind } from '../../server/contract/model.ts';
import type { OpenRows } from '../../server/engine/types.ts';
import { onEachEngine } from './engines.ts';
import { addSite, commitOf, covered, DAY, gatewayNamed, HOUR, MINUTE, SECOND, stay, visit, zoneNamed } from './rows.ts';

/** Tuesday 10 March 2026, 10:00 in Prague. */
const TEN = Date.parse('2026-03-10T10:00:00+01:00');
onEachEngine((engine) => {
  async function site(timezone?: string) {
    const opened = await engine.openSite(timezone);
    const { series, registry } = opened;
    /** Both gateways reporting all day unless told otherwise. */
    const allDay = [
      ...covered('g1', TEN - 10 * HOUR, TEN + 10 * HOUR),
      ...covered('g2', TEN - 10 * HOUR, TEN + 10 * HOUR),
    ];
    const ask = async (metric: Metric, more: { zoneId?: string; fromMs?: number; toMs?: number } = {}) =>
      (await series.series({ siteId: 'mall', metric, interval: 'hour', fromMs: TEN, toMs: TEN + HOUR, ...more }))
        .series;
    const k = (kAnonymity: number) =>
      registry.putDefinitions('mall', { ...registry.definitions('mall').definitions, kAnonymity });
    return { ...opened, allDay, ask, k };
  }
  const LATER = TEN + 5 * HOUR;

  test('footfall counts visits from minVisitSeconds on, by the hour of their start, without staff and carts', async () => {
    const { series, ask, allDay } = await site();
    const kinds: CarrierKind[] = ['staff', 'cart', 'unknown', 'shopper'];
    await series.commit(
      commitOf('mall', LATER, {
        coverage: allDay,
        visits: [
          visit('c-1', TEN + MINUTE, 60 * SECOND),
          visit('c-2', TEN + MINUTE, 60 * SECOND - 1),
          visit('c-3', TEN + HOUR - 1, HOUR),
          visit('c-4', TEN + HOUR, HOUR),
          visit('c-5', TEN - 1, HOUR),
          ...kinds.map((kind) => visit(`c-${kind}`, TEN + MINUTE, 10 * MINUTE, { kind })),
        ],
      }),
    );
    const [point] = await ask('footfall');
    // c-1, c-3, unknown, shopper. c-2 misses the threshold by a millisecond, and c-4 may have begun before eleven: nearly sure.
    expect(point).toEqual({
      start: '2026-03-10T10:00:00+01:00',
      value: 4,
      low: 4,
      high: 6,
      coverage: 1,
      state: 'final',
    });
  });

  test('a zone has its own minimum, its visits are stays of at least that', async () => {
    const { series, registry, ask, allDay } = await site();
    await registry.zones.put('mall', zoneNamed('b', { minStaySeconds: 90 }));
    const stays = ['a', 'b'].flatMap((zoneId) => [
      stay('c-1', zoneId, TEN + MINUTE, 30 * SECOND),
      stay('c-2', zoneId, TEN + MINUTE, 30 * SECOND - 1),
      stay('c-3', zoneId, TEN + MINUTE, 90 * SECOND),
      stay('c-4', zoneId, TEN, 5 * MINUTE, { kind: 'staff' }),
    ]);
    await series.commit(commitOf('mall', LATER, { coverage: allDay, stays }));
    expect((await ask('footfall', { zoneId: 'a' }))[0]).toMatchObject({ value: 2, low: 2, high: 3 });
    expect((await ask('footfall', { zoneId: 'b' }))[0]).toMatchObject({ value: 1, low: 1, high: 1 });
    expect((await ask('capture-rate', { zoneId: 'a' }))[0]).toMatchObject({ value: 2 / 3, turnInRatio: 2 });
    expect((await ask('capture-rate', { zoneId: 'b' }))[0]).toMatchObject({ value: 1 / 3, turnInRatio: 0.5 });
    expect((await ask('footfall'))[0]).toMatchObject({ value: 0 });
  });

  test('nothing measured is null, nothing seen is zero', async () => {
    const { series, ask } = await site();
    const coverage = [
      ...covered('g1', TEN, TEN + HOUR),
      ...covered('g2', TEN, TEN + 30 * MINUTE),
      ...covered('g1', TEN + 2 * HOUR, TEN + 3 * HOUR),
    ];
    await series.commit(commitOf('mall', TEN + 3 * HOUR + 20 * MINUTE, { coverage }));
    const period = { fromMs: TEN - HOUR, toMs: TEN + 5 * HOUR };
    const NOTHING = { value: null, low: null, high: null, coverage: 0 };
    for (const metric of ['footfall', 'occupancy', 'unique-visitors'] as const) {
      const points = await ask(metric, period);
      expect(points.map((point) => point.value)).toEqual([null, 0, null, 0, null, null]);
      expect(points.map((point) => point.coverage)).toEqual([0, 0.75, 0, 0.5, 0, 0]);
      expect(points.map((point) => point.state)).toEqual([
        'final',
        'final',
        'final',
        'final',
        'provisional',
        'provisional',
      ]);
      expect(points[2]).toMatchObject(NOTHING);
      expect(points[1]!.high).toBeGreaterThan(0);
      expect(points[3]!.high).toBeGreaterThan(points[1]!.high!);
    }
    for (const metric of ['dwell', 'capture-rate'] as const)
      expect((await ask(metric, period)).map((point) => point.value)).toEqual([null, null, null, null, null, null]);
  });

  test('before the first commit, and of a site without gateways, everything is null and provisional', async () => {
    const { series, registry, ask } = await site();
    expect((await ask('footfall'))[0]).toMatchObject({ value: null, coverage: 0, state: 'provisional' });
    await addSite(registry, 'bare', 'Europe/Prague', [], []);
    await series.commit(commitOf('bare', LATER, { visits: [visit('c-1', TEN, HOUR)] }));
    const answer = await series.series({
      siteId: 'bare',
      metric: 'footfall',
      interval: 'hour',
      fromMs: TEN,
      toMs: LATER,
    });
    expect(answer.series[0]).toMatchObject({ value: null, coverage: 0 });
  });

  test('coverage of a zone is that of its floor, expected of enabled gateways from their first minute on', async () => {
    const { series, registry, ask } = await site();
    await registry.gateways.putAll('mall', [
      gatewayNamed('up', { floorId: 'f2' }),
      gatewayNamed('off', { enabled: false }),
      gatewayNamed('new'),
      gatewayNamed('never'),
    ]);
    await registry.zones.put('mall', zoneNamed('upstairs', { floorId: 'f2' }));
    const coverage = [
      ...covered('g1', TEN, TEN + HOUR),
      ...covered('g2', TEN, TEN + 45 * MINUTE),
      ...covered('up', TEN, TEN + 15 * MINUTE),
      ...covered('off', TEN, TEN + 5 * MINUTE),
      ...covered('new', TEN + 30 * MINUTE, TEN + HOUR),
    ];
    await series.commit(commitOf('mall', LATER, { coverage }));
    expect((await ask('footfall', { zoneId: 'a' }))[0]!.coverage).toBe((60 + 45 + 30) / (60 + 60 + 30));
    expect((await ask('footfall', { zoneId: 'upstairs' }))[0]!.coverage).toBe(0.25);
    expect((await ask('footfall'))[0]!.coverage).toBe((60 + 45 + 30 + 15) / (60 + 60 + 30 + 60));
  });

  test('minutes that the watermark has not passed are not expected', async () => {
    const { series, ask } = await site();
    const coverage = [...covered('g1', TEN, TEN + 10 * MINUTE), ...covered('g2', TEN, TEN + 9 * MINUTE)];
    await series.commit(commitOf('mall', TEN + 10 * MINUTE + 59 * SECOND, { coverage }));
    expect((await ask('footfall'))[0]!.coverage).toBe(19 / 20);
  });

  test('a visit that is still open counts once it is long enough, and its hour is provisional', async () => {
    const { series, ask, allDay } = await site();
    const open: OpenRows = {
      visits: [
        { carrierId: 'c-1', kind: 'tag', startMs: TEN, endMs: TEN + 60 * SECOND, entranceZoneId: null },
        { carrierId: 'c-2', kind: 'tag', startMs: TEN, endMs: TEN + 59 * SECOND, entranceZoneId: null },
        { carrierId: 'c-3', kind: 'staff', startMs: TEN + 2 * HOUR, endMs: LATER, entranceZoneId: null },
      ],
      stays: [
        {
          carrierId: 'c-1',
          kind: 'tag',
          zoneId: 'a',
          floorId: 'f1',
          startMs: TEN,
          endMs: TEN + 31 * SECOND,
          visitStartMs: TEN,
        },
      ],
      heat: [],
      occupancy: [],
    };
    await series.commit({ ...commitOf('mall', LATER, { coverage: allDay }), open });
    const points = await ask('footfall', { toMs: TEN + 3 * HOUR });
    expect(points.map((point) => [point.value, point.state])).toEqual([
      [1, 'provisional'],
      [0, 'final'],
      [0, 'final'],
    ]);
    expect((await ask('footfall', { zoneId: 'a' }))[0]).toMatchObject({ value: 1, state: 'provisional' });
    expect((await ask('footfall', { zoneId: 'b' }))[0]).toMatchObject({ value: 0, state: 'final' });
    expect((await ask('unique-visitors'))[0]!.value).toBe(1);
  });

  test('hours are provisional until a visit gap has passed, and again from late data on', async () => {
    const { series, ask, allDay } = await site();
    const states = async () => (await ask('footfall', { toMs: TEN + 3 * HOUR })).map((point) => point.state);
    await series.commit(commitOf('mall', TEN + 2 * HOUR + 15 * MINUTE - 1, { coverage: allDay }));
    expect(await states()).toEqual(['final', 'provisional', 'provisional']);
    await series.commit(commitOf('mall', TEN + 2 * HOUR + 15 * MINUTE, {}));
    expect(await states()).toEqual(['final', 'final', 'provisional']);
    await series.commit({ ...commitOf('mall', LATER, {}), dirtyFromMs: TEN + HOUR });
    expect(await states()).toEqual(['final', 'provisional', 'provisional']);
    await series.commit({ ...commitOf('mall', LATER, {}), dirtyFromMs: TEN + HOUR - 1 });
    expect(await states()).toEqual(['provisional', 'provisional', 'provisional']);
  });

  test('unique visitors are distinct carriers present in the interval, in each that they touch', async () => {
    const { series, ask, allDay } = await site();
    await series.commit(
      commitOf('mall', LATER, {
        coverage: allDay,
        visits: [
          visit('c-1', TEN, 10 * MINUTE),
          visit('c-1', TEN + 40 * MINUTE, 10 * MINUTE),
          visit('c-2', TEN - HOUR, 90 * MINUTE),
          // Ends as the hour begins: not in it.
          visit('c-3', TEN - HOUR, HOUR),
          visit('c-4', TEN + 59 * MINUTE, 2 * MINUTE),
          visit('c-5', TEN, 10 * SECOND),
          visit('c-6', TEN, HOUR, { kind: 'staff' }),
        ],
        stays: [
          stay('c-1', 'a', TEN, MINUTE),
          stay('c-1', 'a', TEN + 10 * MINUTE, MINUTE),
          stay('c-2', 'b', TEN, MINUTE),
        ],
      }),
    );
    const points = await ask('unique-visitors', { fromMs: TEN - HOUR, toMs: TEN + 2 * HOUR });
    expect(points.map((point) => point.value)).toEqual([2, 3, 1]);
    expect((await ask('unique-visitors', { zoneId: 'a' }))[0]!.value).toBe(1);
  });

  test('dwell is the median, mean and p90 of the visits that started in the interval', async () => {
    const { series, ask, allDay, k } = await site();
    const lengths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100];
    await series.commit(
      commitOf('mall', LATER, {
        coverage: allDay,
        visits: [
          ...lengths.map((minutes, i) => visit(`c-${i}`, TEN + MINUTE, minutes * MINUTE)),
          visit('c-short', TEN + MINUTE, 40 * SECOND),
          visit('c-before', TEN - 1, HOUR),
        ],
        stays: [
          stay('c-1', 'a', TEN, 40 * SECOND),
          stay('c-2', 'a', TEN, 60 * SECOND),
          stay('c-3', 'a', TEN, 20 * SECOND),
        ],
      }),
    );
    const [point] = await ask('dwell');
    expect(point).toMatchObject({ value: 330, mean: 870, p90: 540 });
    // The seventh and the eighth length stand around the middle; each is known to a second or so, and nothing else is in doubt.
    expect(point!.low).toBeLessThanOrEqual(330);
    expect(point!.low).toBeGreaterThan(328);
    expect(point!.high).toBeGreaterThan(330);
    expect(point!.high).toBeLessThan(334);
    expect((await ask('dwell', { zoneId: 'a' }))[0]).toMatchObject({
      value: null,
      mean: null,
      p90: null,
      suppressed: true,
    });
    expect((await ask('dwell', { zoneId: 'b' }))[0]!.suppressed).toBeUndefined();
    await k(2);
    const [zone] = await ask('dwell', { zoneId: 'a' });
    expect(zone).toMatchObject({ value: 50, mean: 50, p90: 60 });
    // Nothing is shorter than heard, but for half a tick.
    expect(zone!.low).toBeGreaterThanOrEqual(49.5);
    expect(zone!.low).toBeLessThanOrEqual(50);
    expect(zone!.high).toBeGreaterThan(50);
  });

  test('occupancy has the mean over what was measured, and the peak', async () => {
    const { series, ask } = await site();
    const quarter = 15 * MINUTE;
    const rows = [0, 1, 2, 3].map((i) => ({
      zoneId: null,
      bucketStartMs: TEN + i * quarter,
      carrierMs: (i + 1) * quarter,
      peak: i + 3,
      emittedAtMs: TEN + (i + 1) * quarter,
    }));
    const coverage = [
      // No gateway reported in the second quarter hour.
      ...covered('g1', TEN, TEN + quarter),
      ...covered('g1', TEN + 2 * quarter, TEN + 4 * quarter),
      ...covered('g1', TEN + HOUR, TEN + HOUR + 10 * MINUTE),
    ];
    const open: OpenRows = {
      visits: [],
      stays: [],
      heat: [],
      occupancy: [{ zoneId: null, bucketStartMs: TEN + HOUR, carrierMs: 30 * MINUTE, peak: 5 }],
    };
    await series.commit({ ...commitOf('mall', TEN + HOUR + 10 * MINUTE, { coverage, occupancy: rows }), open });
    const points = await ask('occupancy', { toMs: TEN + 2 * HOUR });
    expect(points[0]).toMatchObject({ value: (1 + 3 + 4) / 3, peak: 6, coverage: 0.75 });
    // 30 carrier-minutes in the 10 minutes that have passed.
    expect(points[1]).toMatchObject({ value: 3, low: 3, high: 3, peak: 5, coverage: 1, state: 'provisional' });
  });

  test('days of 23 and 25 hours hold what happened in them', async () => {
    const { series } = await site();
    for (const [iso, hours] of [
      ['2026-03-29T00:00:00+01:00', 23],
      ['2026-10-25T00:00:00+02:00', 25],
    ] as const) {
      const start = Date.parse(iso);
      const end = start + hours * HOUR;
      await series.commit(
        commitOf('mall', end + DAY, {
          coverage: [...covered('g1', start - HOUR, end + HOUR), ...covered('g2', start - HOUR, end + HOUR)],
          visits: [start - 1, start, end - 1, end].map((at, i) => visit(`c-${i}`, at, 5 * MINUTE)),
        }),
      );
      const answer = await series.series({
        siteId: 'mall',
        metric: 'footfall',
        interval: 'day',
        fromMs: start,
        toMs: end,
      });
      expect(answer.series).toMatchObject([{ start: iso, value: 2, coverage: 1 }]);
    }
  });

  test('the hour that autumn repeats is two hours of the series', async () => {
    const { series } = await site();
    const start = Date.parse('2026-10-25T02:00:00+02:00');
    await series.commit(
      commitOf('mall', start + DAY, {
        coverage: covered('g1', start, start + 3 * HOUR),
        visits: [visit('c-1', start, HOUR), visit('c-2', start + HOUR, HOUR), visit('c-3', start + HOUR, HOUR)],
      }),
    );
    const query = { siteId: 'mall', fromMs: start, toMs: start + 3 * HOUR };
    const answer = await series.series({ ...query, metric: 'footfall', interval: 'hour' });
    expect(answer.series.map((point) => [point.start, point.value])).toEqual([
      ['2026-10-25T02:00:00+02:00', 1],
      ['2026-10-25T02:00:00+01:00', 2],
      ['2026-10-25T03:00:00+01:00', 0],
    ]);
    const { grid, peak } = await series.peakHours(query);
    // One Sunday, two hours by the name of two.
    expect(grid[6]![2]).toMatchObject({ value: 1.5, days: 1 });
    expect(peak).toEqual({ weekday: 6, hour: 2, value: 1.5 });
  });

  test('peak hours are means by local hour and weekday, badly covered days left out and listed', async () => {
    const { series } = await site();
    const days = [0, 7, 14].map((days) => TEN + days * DAY);
    const coverage = days.flatMap((at, i) => [
      ...covered('g1', at - 10 * HOUR, at + 14 * HOUR),
      // On the third Tuesday the second gateway reports a quarter of the day.
      ...covered('g2', at - 10 * HOUR, i === 2 ? at - 4 * HOUR : at + 14 * HOUR),
    ]);
    const visits = [
      ...[1, 2, 3].map((n) => visit(`c-${n}`, days[0]!, HOUR)),
      visit('c-4', days[1]!, HOUR),
      ...[1, 2, 3, 4, 5].map((n) => visit(`c-${n}`, days[2]!, HOUR)),
      visit('c-9', days[0]! + HOUR, HOUR),
    ];
    await series.commit(commitOf('mall', days[2]! + DAY, { coverage, visits }));
    for (const [fromMs, toMs] of days.map((at) => [at - 10 * HOUR, at + 14 * HOUR] as const)) {
      const answer = await series.peakHours({ siteId: 'mall', fromMs, toMs });
      expect(answer.grid.flat().filter((cell) => cell.value !== null)).toHaveLength(toMs > days[2]! ? 0 : 24);
    }
    // g1 and g2 are expected on every day between, and silent: those days are listed too.
    const answer = await series.peakHours({ siteId: 'mall', fromMs: days[0]! - 10 * HOUR, toMs: days[2]! + 14 * HOUR });
    expect(answer.grid[1]![10]).toMatchObject({ value: 2, days: 2 });
    expect(answer.grid[1]![11]).toMatchObject({ value: 0.5, days: 2 });
    expect(answer.grid[1]![12]).toMatchObject({ value: 0, days: 2 });
    expect(answer.grid[2]![10]).toEqual({ value: null, low: null, high: null, days: 0 });
    expect(answer.peak).toEqual({ weekday: 1, hour: 10, value: 2 });
    expect(answer.excludedDays).toHaveLength(13);
    expect(answer.excludedDays.at(-1)).toEqual({ day: '2026-03-24', coverage: 0.625 });
  });

  test('heat is seconds per square metre and carriers of each day, small cells withheld', async () => {
    const { series, allDay, k } = await site();
    await k(2);
    const cell = (carrierId: string, cellX: number, bucketStartMs: number, dwellSeconds: number) => ({
      floorId: 'f1',
      bucketStartMs,
      cellX,
      cellY: 20,
      carrierId,
      dwellMs: dwellSeconds * SECOND,
      emittedAtMs: bucketStartMs + 15 * MINUTE,
    });
    await series.commit(
      commitOf('mall', TEN + 2 * DAY, {
        coverage: allDay,
        heat: [
          cell('c-1', 10, TEN, 60),
          cell('c-2', 10, TEN, 30),
          cell('c-1', 10, TEN + HOUR, 10),
          cell('c-1', 10, TEN + DAY, 100),
          cell('c-2', 40, TEN, 7),
          cell('c-1', -10, TEN, 10),
          cell('c-2', -9, TEN, 10),
        ],
      }),
    );
    const ask = (measure: 'dwell' | 'carriers', cellM: number, toMs: number) =>
      series.heatmap({ siteId: 'mall', floorId: 'f1', fromMs: TEN, toMs, cellM, measure });
    expect(await ask('dwell', 1, TEN + HOUR)).toEqual({
      floor: 'f1',
      cellM: 1,
      measure: 'dwell',
      unit: 'secondsPerM2',
      max: 90,
      coverage: 1,
      state: 'final',
      suppressedCells: 3,
      cells: [{ xM: 10, yM: 20, value: 90 }],
    });
    expect((await ask('carriers', 1, TEN + 2 * HOUR)).cells).toEqual([{ xM: 10, yM: 20, value: 2 }]);
    // c-1 again on the next day: one more.
    expect((await ask('carriers', 1, TEN + 2 * DAY)).cells).toEqual([{ xM: 10, yM: 20, value: 3 }]);
    expect((await ask('dwell', 2, TEN + HOUR)).cells).toEqual([
      { xM: -10, yM: 20, value: 5 },
      { xM: 10, yM: 20, value: 22.5 },
    ]);
  });

  test('affinity is the share of visits to A that also came to B, and its lift', async () => {
    const { series, allDay, k } = await site();
    await k(1);
    const visits = ['c-1', 'c-2', 'c-3', 'c-4'].map((id) => visit(id, TEN, HOUR));
    const at = (id: string, zoneId: string, lengthMs = MINUTE) =>
      stay(id, zoneId, TEN + 5 * MINUTE, lengthMs, { visitStartMs: TEN });
    const stays = [
      at('c-1', 'a'),
      at('c-1', 'b'),
      at('c-2', 'a'),
      at('c-2', 'a'),
      at('c-2', 'b', 29 * SECOND),
      at('c-3', 'b'),
      // Of a short visit, and of no visit at all.
      stay('c-5', 'a', TEN, 50 * SECOND),
      at('c-6', 'b'),
    ];
    await series.commit(
      commitOf('mall', LATER, { coverage: allDay, visits: [...visits, visit('c-5', TEN, 50 * SECOND)], stays }),
    );
    const query = { siteId: 'mall', fromMs: TEN, toMs: TEN + HOUR };
    const pair = { share: 0.5, lift: 1, visitsA: 2, visitsBoth: 1 };
    expect((await series.affinity(query)).pairs).toEqual([
      { a: 'a', b: 'b', ...pair },
      { a: 'b', b: 'a', ...pair },
    ]);
    expect((await series.affinity({ ...query, zoneId: 'a' })).pairs).toEqual([{ a: 'a', b: 'b', ...pair }]);
    await k(2);
    expect((await series.affinity({ ...query, zoneId: 'a' })).pairs).toEqual([
      { a: 'a', b: 'b', share: null, lift: null, visitsA: null, visitsBoth: null, suppressed: true },
    ]);
  });

  test('flows go from zone visit to zone visit, from outside and back', async () => {
    const { series, allDay, k } = await site();
    await k(1);
    const at = (id: string, zoneId: string, minutes: number, lengthMs = MINUTE) =>
      stay(id, zoneId, TEN + minutes * MINUTE, lengthMs, { visitStartMs: TEN });
    const open: OpenRows = {
      visits: [{ carrierId: 'c-3', kind: 'tag', startMs: TEN, endMs: TEN + HOUR, entranceZoneId: null }],
      stays: [],
      heat: [],
      occupancy: [],
    };
    await series.commit({
      ...commitOf('mall', LATER, {
        coverage: allDay,
        visits: [visit('c-1', TEN, HOUR), visit('c-2', TEN, HOUR)],
        stays: [
          at('c-1', 'a', 0),
          at('c-1', 'b', 5),
          at('c-1', 'a', 10),
          at('c-1', 'a', 15),
          at('c-2', 'a', 0),
          at('c-2', 'b', 5, 10 * SECOND),
          at('c-3', 'b', 0),
        ],
      }),
      open,
    });
    const query = { siteId: 'mall', fromMs: TEN, toMs: TEN + HOUR };
    expect(await series.flows(query)).toEqual({
      flows: [
        { from: null, to: 'a', visits: 2 },
        { from: 'a', to: null, visits: 2 },
        { from: null, to: 'b', visits: 1 },
        { from: 'a', to: 'b', visits: 1 },
        { from: 'b', to: 'a', visits: 1 },
      ],
      suppressed: 0,
      coverage: 1,
    });
    expect((await series.flows({ ...query, zoneId: 'b' })).flows).toHaveLength(3);
  });

  test('the steps of flows and the sides of affinity are places, not the ways there nor what lies over them', async () => {
    const { series, registry, allDay, k } = await site();
    await k(1);
    await registry.zones.put('mall', zoneNamed('hall', { kind: 'corridor' }));
    await registry.zones.put('mall', zoneNamed('deal', { kind: 'coupon' }));
    await registry.zones.put('mall', zoneNamed('door', { kind: 'entrance' }));
    const stays = ['door', 'hall', 'a', 'deal', 'hall', 'b', 'hall'].map((zoneId, i) =>
      stay('c-1', zoneId, TEN + i * 5 * MINUTE, 2 * MINUTE, { visitStartMs: TEN }),
    );
    await series.commit(commitOf('mall', LATER, { coverage: allDay, visits: [visit('c-1', TEN, HOUR)], stays }));
    const query = { siteId: 'mall', fromMs: TEN, toMs: TEN + HOUR };
    const steps = (await series.flows(query)).flows.map(({ from, to }) => `${from} → ${to}`);
    expect(steps.sort()).toEqual(['a → b', 'b → null', 'door → a', 'null → door']);
    const { pairs } = await series.affinity(query);
    expect(pairs.map(({ a, b }) => `${a} ${b}`).sort()).toEqual(['a b', 'a door', 'b a', 'b door', 'door a', 'door b']);
    expect((await series.flows({ ...query, zoneId: 'hall' })).flows).toEqual([]);
  });

  test('returning is of identified carriers, by another local day within the window', async () => {
    const { series, registry, allDay, k } = await site();
    await k(1);
    const midnight = Date.parse('2026-03-10T00:00:00+01:00');
    await series.commit(
      commitOf('mall', LATER, {
        coverage: allDay,
        visits: [
          // The day before, a minute before midnight.
          visit('c-1', midnight - MINUTE, 2 * MINUTE),
          visit('c-1', TEN, HOUR),
          // Twice on the same day.
          visit('c-2', midnight, HOUR),
          visit('c-2', TEN, HOUR),
          // Thirty and thirty-one days before.
          visit('c-3', midnight - 30 * DAY, HOUR),
          visit('c-3', TEN, HOUR),
          visit('c-4', midnight - 30 * DAY - 1, HOUR),
          visit('c-4', TEN, HOUR),
          // Was here, but too briefly.
          visit('c-5', TEN - DAY, 30 * SECOND),
          visit('c-5', TEN, HOUR),
          visit('c-6', TEN - DAY, HOUR, { kind: 'unknown' }),
          visit('c-6', TEN, HOUR, { kind: 'unknown' }),
          visit('c-7', TEN - DAY, HOUR, { kind: 'staff' }),
          visit('c-7', TEN, HOUR, { kind: 'staff' }),
        ],
      }),
    );
    const query = { siteId: 'mall', fromMs: TEN, toMs: TEN + HOUR };
    expect(await series.returning(query)).toMatchObject({
      identified: 5,
      returning: 2,
      share: 0.4,
      windowDays: 30,
      coverage: 1,
    });
    await registry.putDefinitions('mall', { ...registry.definitions('mall').definitions, returnWindowDays: 31 });
    expect((await series.returning(query)).returning).toBe(3);
    await k(6);
    expect(await series.returning(query)).toMatchObject({ identified: null, returning: null, share: null });
  });

  test('names the field that is wrong', async () => {
    const { series, ask } = await site();
    await expect(ask('footfall', { toMs: TEN })).rejects.toMatchObject({ status: 400, path: 'to' });
    await expect(ask('footfall', { zoneId: 'nowhere' })).rejects.toMatchObject({ status: 400, path: 'zone' });
    await expect(ask('footfall', { toMs: TEN + 5001 * HOUR })).rejects.toMatchObject({ status: 400, path: 'interval' });
    const heat = { siteId: 'mall', floorId: 'f1', fromMs: TEN, toMs: TEN + 1, cellM: 1, measure: 'dwell' as const };
    await expect(series.heatmap({ ...heat, floorId: 'f9' })).rejects.toMatchObject({ status: 400, path: 'floor' });
    await expect(series.heatmap({ ...heat, cellM: 0.5 })).rejects.toMatchObject({ status: 400, path: 'cellM' });
    await expect(series.peakHours({ siteId: 'mall', fromMs: TEN, toMs: TEN })).rejects.toMatchObject({ path: 'to' });
    await expect(series.flows({ siteId: 'no', fromMs: TEN, toMs: TEN + 1 })).rejects.toMatchObject({ status: 404 });
  });
});
