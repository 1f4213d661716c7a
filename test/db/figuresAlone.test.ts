/**
 * What figures depend on, one thing at a time, and what becomes of them where rows are no more: those of a carrier that is
 * left out of a computation anew, and those that have expired. Held to the rows alone, as in figures.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERSONAL_TABLES } from '../../server/campaigns/personal.ts';
import type { Definitions } from '../../server/contract/definitions.ts';
import type { Zone } from '../../server/contract/model.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { computePoints, writePoints } from '../../server/db/figures/points.ts';
import { settleStep } from '../../server/db/figures/settle.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { SERIES_TABLES } from '../../server/db/tables.ts';
import type { Questions } from '../../server/db/timeSeries.ts';
import type { EngineRows } from '../../server/engine/types.ts';
import { join } from './randomRows.ts';
import { covered, DAY, HOUR, MINUTE, noRows, stay, visit, zoneNamed } from './rows.ts';
import {
  type Answers,
  type Asked,
  at,
  commit,
  daysAround,
  drawn,
  FIGURES,
  figuresOf,
  ofRowsAlone,
  openWorld,
  type SealedWorld,
  START,
  sealAll,
  ZONE,
} from './sealedWorld.ts';

const END = at('2026-03-31T21:00:00+02:00');
/** From here on the carrier who is erased was computed. */
const ERASED_FROM = at('2026-03-29T04:20:00+02:00');
const WEEKS = { fromMs: at('2026-03-23T00:00:00+01:00'), toMs: at('2026-04-06T00:00:00+02:00') };

/** Nobody reports, from soon after the beginning of an hour on; some were last heard just before that hour. */
const DARK = { fromMs: at('2026-03-28T16:02:00+01:00'), toMs: at('2026-03-28T17:10:00+01:00') };
/** And once before, so that a period has windows on both sides of where rows expire. */
const EARLY = { fromMs: at('2026-03-24T10:05:00+01:00'), toMs: at('2026-03-24T10:50:00+01:00') };
const rowsBetween = (seed: number, fromMs: number, toMs: number): EngineRows => {
  let rows = noRows();
  for (let atMs = fromMs; atMs < toMs; atMs += 12 * HOUR)
    rows = join(rows, drawn(seed + Math.floor((atMs - START) / MINUTE), atMs, Math.min(toMs, atMs + 12 * HOUR)));
  const isLit = ({ minuteStartMs: atMs }: { minuteStartMs: number }) =>
    [EARLY, DARK].every((one) => atMs < one.fromMs || atMs >= one.toMs);
  const coverage = rows.coverage.filter(isLit);
  return { ...rows, coverage };
};
const cameTo = (zones: string[], who: string, startMs: number, lengthMs: number, emittedAtMs: number): EngineRows => ({
  ...noRows(),
  visits: [visit(who, startMs, lengthMs, { lagMs: 2_000, gateways: 2, emittedAtMs })],
  stays: zones.map((zoneId, k) =>
    stay(who, zoneId, startMs + (k * lengthMs) / zones.length, lengthMs / zones.length, {
      floorId: zoneId === 'up' ? 'f2' : 'f1',
      visitStartMs: startMs,
      massPermille: 300,
      emittedAtMs,
    }),
  ),
});

const lastHeard = (n: number, emittedAtMs: number): EngineRows => {
  const rows = cameTo(['a'], `last-${n}`, DARK.fromMs - 7.9 * HOUR, 7.9 * HOUR - (2 + n / 4) * MINUTE, emittedAtMs);
  for (const row of [...rows.visits, ...rows.stays]) row.lagMs = 2 * MINUTE;
  return rows;
};

/** Who is erased: in a visit that began long before, without a stay, and in one to shops. */
const gone = (emittedAtMs: number): EngineRows[] => [
  cameTo([], 'gone', ERASED_FROM - 18 * HOUR, 19 * HOUR, emittedAtMs),
  cameTo(['a', 'b'], 'gone', ERASED_FROM + 30 * HOUR, 20 * MINUTE, emittedAtMs),
];

/** Few questions, of each kind of figure. */
async function told(questions: Questions, near: Asked, weeks: Asked = WEEKS): Promise<Answers> {
  const answers: Answers = {};
  const ask = async (what: string, period: Asked): Promise<void> => {
    const [metric, interval, zoneId] = what.split(' ') as ['footfall', 'day', string | undefined];
    const { series } = await questions.series({
      siteId: 'mall',
      ...period,
      metric,
      interval,
      ...(zoneId ? { zoneId } : {}),
    });
    answers[what] = series;
  };
  for (const what of [
    'capture-rate day',
    'dwell day',
    'unique-visitors day',
    'unique-visitors week',
    'capture-rate day a',
    'dwell day a',
    'dwell day door',
  ])
    await ask(what, weeks);
  for (const what of ['footfall hour', 'occupancy hour', 'footfall hour a']) await ask(what, near);
  answers.affinity = await questions.affinity({ siteId: 'mall', ...weeks });
  answers.flows = await questions.flows({ siteId: 'mall', ...weeks });
  return answers;
}

describe('figures', () => {
  let duck: Duck;
  let world: SealedWorld;
  beforeAll(async () => {
    duck = await Duck.open(':memory:');
    await migrate(duck, 0);
    world = await openWorld(async (registry) => ({ series: openTimeSeries(duck, registry) }));
    // Sealed where a seal of light would lie within each of the times without light, one of hours just after the first, and
    // one that judges by the last.
    const [longMs, darkMs] = [at('2026-03-26T00:05:00+01:00'), DARK.toMs + 10 * MINUTE];
    for (const [untilMs, ...more] of [
      [at('2026-03-25T15:20:00+01:00')],
      [longMs - 30 * MINUTE],
      [longMs, cameTo(['a', 'b'], 'long', at('2026-03-25T15:50:00+01:00'), 8 * HOUR, longMs)],
      [at('2026-03-27T01:20:00+01:00')],
      [darkMs, ...[1, 2, 3].map((n) => lastHeard(n, darkMs))],
      [ERASED_FROM],
      [END, ...gone(END)],
    ] as [number, ...EngineRows[]][]) {
      const fromMs = world.watermarkMs;
      world.watermarkMs = untilMs;
      await commit(world, 'mall', { rows: more.reduce(join, rowsBetween(1, fromMs, untilMs)) });
      await seal();
    }
  }, 120_000);
  afterAll(() => duck.close());

  const seal = () => sealAll(world, 30 * DAY, ['mall']);
  const kept = async () => {
    const { figure_seals: _, ...figures } = await figuresOf(duck, 'mall');
    return figures;
  };
  const sealed = (near: Asked, weeks?: Asked) => told(world.series, near, weeks);
  const ofRows = (near: Asked, weeks?: Asked) =>
    ofRowsAlone(world, 'mall', (questions) => told(questions, near, weeks));
  const later = (rows: EngineRows, rewoundToMs: number | null = null) => {
    world.watermarkMs += MINUTE;
    return commit(world, 'mall', { rows, rewoundToMs });
  };

  const forgetAll = () =>
    world.series.change(async (sql) => {
      for (const table of FIGURES) await sql.remove(table, { site_id: 'mall' });
    });
  /** What is kept is what would be made of the rows now. */
  async function expectAsMadeNow(): Promise<void> {
    const before = await kept();
    await forgetAll();
    await seal();
    expect(before).toEqual(await kept());
    for (const [table, rows] of Object.entries(before)) expect(rows.length, table).toBeGreaterThan(2);
  }
  async function expectAsRows(near: Asked): Promise<Answers> {
    const rows = await ofRows(near);
    expect(await sealed(near), 'at once').toEqual(rows);
    await seal();
    expect(await sealed(near), 'sealed again').toEqual(rows);
    return rows;
  }

  test('where they were sealed in the midst of a time without light they are as made now', expectAsMadeNow, 60_000);

  describe('made under what is in force no more', () => {
    const near = daysAround(ZONE, at('2026-03-26T11:15:00+01:00'));
    const defined = (more: Partial<Definitions>) => () =>
      world.registry.putDefinitions('mall', { ...world.registry.definitions('mall').definitions, ...more });
    const zone = (more: Partial<Zone>) => () => world.registry.zones.put('mall', zoneNamed('a', more));
    const inZone = (timezone: string) => () => world.registry.putSite({ ...world.registry.site('mall')!, timezone });
    let before: Answers | undefined;
    test.each([
      ['the shortest visit', defined({ minVisitSeconds: 400 }), defined({ minVisitSeconds: 60 })],
      ['the gap of a visit', defined({ visitGapMinutes: 200 }), defined({ visitGapMinutes: 15 })],
      ['the shortest stay', defined({ minStaySeconds: 120 }), defined({ minStaySeconds: 30 })],
      ['the time to enter', defined({ enterConfirmSeconds: 25 }), defined({ enterConfirmSeconds: 3 })],
      ['how few may show', defined({ kAnonymity: 5 }), defined({ kAnonymity: 2 })],
      ['what a zone is', zone({ kind: 'corridor' }), zone({})],
      ['the floor of a zone', zone({ floorId: 'f2' }), zone({})],
      // Periods begin with its hours: of others no sums are read.
      ['the time zone', inZone('Asia/Kolkata'), inZone(ZONE), -4.5 * HOUR],
    ] as [string, () => Promise<unknown>, () => Promise<unknown>, number?][])(
      'they are not told: %s',
      async (_, change, back, byMs = 0) => {
        const by = ({ fromMs, toMs }: Asked): Asked => ({ fromMs: fromMs + byMs, toMs: toMs + byMs });
        before ??= await sealed(near);
        await change();
        const rows = await ofRows(by(near), by(WEEKS));
        expect(rows).not.toEqual(before);
        expect(await sealed(by(near), by(WEEKS))).toEqual(rows);
        await back();
      },
      60_000,
    );

    test('bounces, which are kept and in none of these answers', async () => {
      const before = await kept();
      await defined({ bounceSeconds: 600 })();
      await seal();
      const ofZone = ({ visit_hours }: typeof before) => visit_hours!.filter((row) => row.includes('"zone_id":"a"'));
      const ofSite = ({ visit_hours }: typeof before) => visit_hours!.filter((row) => row.includes('"zone_id":""'));
      for (const of of [ofZone, ofSite]) expect(of(await kept())).not.toEqual(of(before));
    }, 60_000);
  });

  test('late minutes that fill a time without light, for whoever was last heard just before it', async () => {
    const before = await kept();
    expect(before.dark_windows!.filter((row) => row.includes(String(DARK.fromMs))).length).toBeGreaterThan(1);
    await later({
      ...noRows(),
      coverage: [...covered('g1', DARK.fromMs, DARK.toMs), ...covered('up', DARK.fromMs, DARK.toMs)],
    });
    await seal();
    expect((await kept()).dark_windows!.filter((row) => row.includes(String(DARK.fromMs)))).toEqual([]);
    await expectAsMadeNow();
  }, 60_000);

  test('points that were reckoned beside the pipeline, of what is no more: a computation anew only added; and twice', async () => {
    const atMs = at('2026-03-26T18:00:00+01:00');
    const { registry, series } = world;
    const settled = async () => {
      while (await series.change((sql) => settleStep(sql, registry, 'mall', 30 * DAY)));
      const step = await series.snapshot((sql) => computePoints(sql, registry, 'mall', 60 * DAY, 60_000));
      expect(step!.made.length).toBeGreaterThan(20);
      return () => series.change((sql) => writePoints(sql, registry, 'mall', step!));
    };
    await forgetAll();
    const write = await settled();
    await later(cameTo(['a', 'b', 'up'], 'found', atMs, 20 * MINUTE, world.watermarkMs + 1), world.watermarkMs);
    await write();
    expect((await kept()).points).toEqual([]);
    const again = await settled();
    await again();
    await again();
    await expectAsRows(daysAround(ZONE, atMs));
    expect(
      await duck.all('select zone_id, metric, bucket, from_ms from points group by all having count(*) > 1'),
    ).toEqual([]);
  }, 60_000);

  test('whoever was still there as all was sealed, and never was; a zone that went, and is back', async () => {
    const startMs = at('2026-03-28T18:00:00+01:00');
    const who = { carrierId: 'open', kind: 'tag', startMs, endMs: END } as const;
    world.open = {
      ...world.open,
      visits: [{ ...who, entranceZoneId: null }],
      stays: [{ ...who, zoneId: 'a', floorId: 'f1', visitStartMs: startMs }],
    };
    await later(noRows());
    await forgetAll();
    await seal();
    const b = world.registry.zones.get('mall', 'b')!;
    const ofB = async () =>
      Object.entries(await kept()).flatMap(([table, rows]) =>
        rows.some((row) => row.includes('"zone_id":"b"')) ? [table] : [],
      );
    expect(await ofB()).toEqual(['dark_sums', 'visit_hours', 'points']);
    world.open = { ...world.open, visits: [], stays: [] };
    await later(noRows());
    const near = daysAround(ZONE, startMs);
    const rows = await ofRows(near);
    expect(await sealed(near)).toEqual(rows);
    await world.registry.zones.remove('mall', 'b');
    await seal();
    expect(await ofB()).toEqual([]);
    await world.registry.zones.put('mall', b);
    await seal();
    expect(await ofB()).toHaveLength(3);
    expect(await sealed(near)).toEqual(rows);
  }, 60_000);

  test('a carrier that is no more in what is computed anew; an erasure itself takes no rows', async () => {
    const before = await kept();
    await later(rowsBetween(1, ERASED_FROM, END), ERASED_FROM);
    await expectAsRows(daysAround(ZONE, ERASED_FROM - 18 * HOUR));
    expect(await kept()).not.toEqual(before);
    const series = SERIES_TABLES.map(({ name }): string => name);
    expect(PERSONAL_TABLES.map(({ table }) => table).filter((table) => series.includes(table))).toEqual([]);
  }, 60_000);

  test('what is late for what has expired changes nothing of it, and the rest as it would without', async () => {
    // Within a day, a week, and a time without light.
    const rowsFromMs = at('2026-03-25T14:00:00+01:00');
    const past = { fromMs: WEEKS.fromMs, toMs: at('2026-03-25T00:00:00+01:00') };
    const gone = { fromMs: past.fromMs, toMs: at('2026-03-25T13:00:00+01:00') };
    const weeks = { fromMs: WEEKS.fromMs, toMs: at('2026-03-30T00:00:00+02:00') };
    const since = { fromMs: at('2026-03-26T00:00:00+01:00'), toMs: WEEKS.toMs };
    const near = daysAround(ZONE, at('2026-03-28T11:15:00+01:00'));
    const links = async (period = weeks) => [
      await world.series.affinity({ siteId: 'mall', ...period }),
      await world.series.flows({ siteId: 'mall', ...period }),
    ];
    const week = async () => {
      const { series } = await world.series.series({
        siteId: 'mall',
        ...weeks,
        metric: 'unique-visitors',
        interval: 'week',
      });
      // Minutes that came late are reported all the same.
      return { ...series[0]!, coverage: 1 };
    };
    // Of a part of a week that is gone nothing is known.
    const ofPast = async () => {
      const { 'unique-visitors week': _, ...answers } = await sealed(gone, past);
      return answers;
    };
    const before = { past: await ofPast(), links: await links(), week: await week() };
    for (let call = 0; call < 2; call += 1) await world.series.expire('mall', rowsFromMs + 20 * MINUTE + 90 * DAY);
    expect(await duck.get(`select rows_from_ms from rollup_state where site_id = 'mall'`)).toEqual({
      rows_from_ms: rowsFromMs,
    });
    const expectKept = async (when: string) => {
      expect(await ofPast(), when).toEqual(before.past);
      expect(await week(), when).toEqual(before.week);
    };
    const expectAll = async (when: string) => {
      await expectKept(when);
      expect(await links(), when).toEqual(before.links);
    };
    await expectAll('expired');
    const late = async (starts: string[]) => {
      const visits = starts.map((start) => cameTo(['a', 'b', 'up'], start, at(start), 20 * MINUTE, world.watermarkMs));
      const minutes = starts.flatMap((start) => covered('g1', at(start) - HOUR, at(start) + HOUR));
      await later([...visits, { ...noRows(), coverage: minutes }].reduce(join));
    };
    await late(['2026-03-24T14:00:00+01:00', '2026-03-25T10:00:00+01:00']);
    await expectAll('at once');
    await seal();
    await expectAll('sealed again');
    // In the window in which rows expired, and some days later.
    await late(['2026-03-25T14:40:00+01:00', '2026-03-28T11:00:00+01:00']);
    const rows = await ofRows(near, since);
    await expectKept('at once');
    expect(await sealed(near, since)).toEqual(rows);
    await seal();
    await expectKept('sealed again');
    expect(await sealed(near, since)).toEqual(rows);
    // Of days of which rows have expired, if only in part, links stay as they were made.
    const days = { fromMs: START, toMs: since.fromMs };
    const linked = await links(days);
    const { definitions } = world.registry.definitions('mall');
    await world.registry.putDefinitions('mall', { ...definitions, minVisitSeconds: 1_000 });
    expect(await links(days)).toEqual(linked);
    await seal();
    expect(await links(days)).toEqual(linked);
    // Nor do they show fewer than may show now.
    const dwellOf = async (zoneId: string) =>
      (await world.series.series({ siteId: 'mall', ...days, metric: 'dwell', interval: 'day', zoneId })).series[0]!;
    expect(await dwellOf('door')).toMatchObject({ value: expect.any(Number) });
    expect(await dwellOf('a')).toMatchObject({ value: expect.any(Number) });
    await world.registry.putDefinitions('mall', { ...definitions, kAnonymity: 10 });
    expect(await dwellOf('door')).toMatchObject({ value: null, low: null, high: null, mean: null, suppressed: true });
    expect(await dwellOf('a')).toMatchObject({ value: expect.any(Number) });
    // By another clock all that rows are there for is made anew.
    await world.registry.putSite({ ...world.registry.site('mall')!, timezone: 'America/New_York' });
    await seal();
    const there = { fromMs: at('2026-03-23T00:00:00-04:00'), toMs: at('2026-04-06T00:00:00-04:00') };
    expect(await sealed(near, there)).toHaveProperty('flows');
  }, 60_000);
});
