/**
 * Figures of the settled past never go stale: whatever touches the past, each question that is answered from them is answered
 * as it is from the rows alone, at once and after all has been sealed again. What the rows say is held against the plain
 * definitions in agreement.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitRows } from '../../server/db/commitRows.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { readSeals } from '../../server/db/figures/seals.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { SiteCommit } from '../../server/db/timeSeries.ts';
import type { EngineRows } from '../../server/engine/types.ts';
import { onInflux } from './engines.ts';
import { commitOf, covered, DAY, HOUR, MINUTE, noRows, stay, visit, zoneNamed } from './rows.ts';
import {
  type Answers,
  type Asked,
  answersOf,
  answersOfRows,
  at,
  commit,
  daysAround,
  drawn,
  FIGURES,
  figuresOf,
  fill,
  OUTAGES,
  openWorld,
  type SealedWorld,
  sealAll,
  type Wanted,
  ZONE,
} from './sealedWorld.ts';

const END = at('2026-03-31T21:00:00+02:00');

/** Of whoever was in the mall then and is told of only now: through all zones, in at one door and out at it. */
function cameThen(who: string, startMs: number, lengthMs: number, emittedAtMs: number): Partial<EngineRows> {
  const own = { emittedAtMs, lagMs: 2_100, gateways: 2 };
  const part = Math.floor(lengthMs / 4);
  return {
    visits: [
      visit(who, startMs, lengthMs, {
        ...own,
        entranceZoneId: 'door',
        firstGapMs: 7_000,
        firstLagMs: 1_700,
        firstGateways: 1,
        lastGapMs: 9_000,
        lastLagMs: 1_900,
        lastGateways: 1,
      }),
    ],
    stays: ['door', 'a', 'b', 'up'].map((zoneId, k) =>
      stay(who, zoneId, startMs + k * part, part, {
        ...own,
        floorId: zoneId === 'up' ? 'f2' : 'f1',
        visitStartMs: startMs,
        massPermille: 300,
      }),
    ),
  };
}

const some = (count: number, of: (i: number) => Partial<EngineRows>): EngineRows => {
  const rows = noRows();
  for (let i = 0; i < count; i += 1) {
    const { visits = [], stays = [] } = of(i);
    rows.visits.push(...visits);
    rows.stays.push(...stays);
  }
  return rows;
};

describe('DuckDB', () => {
  let duck: Duck;
  let world: SealedWorld;
  let others: Record<string, string[]>;
  beforeAll(async () => {
    duck = await Duck.open(':memory:');
    await migrate(duck, 0);
    world = await openWorld(async (registry) => ({ series: openTimeSeries(duck, registry) }));
    await fill(world, END, 1);
    others = await figuresOf(duck, 'other');
  }, 120_000);
  afterAll(() => duck.close());

  const sealed = (near: Asked, more: Partial<Wanted> = {}): Promise<Answers> =>
    answersOf(world.series, world.registry, 'mall', { near, ...more });
  const ofRows = (near: Asked, more: Partial<Wanted> = {}): Promise<Answers> =>
    answersOfRows(world, 'mall', { near, ...more });
  const later = (more: Partial<SiteCommit> = {}) => {
    world.watermarkMs += MINUTE;
    return commit(world, 'mall', more);
  };
  const sealMall = () => sealAll(world, 30 * DAY, ['mall']);

  /** At once, and after all has been sealed again. */
  async function expectAsRows(near: Asked): Promise<void> {
    const rows = await ofRows(near);
    expect(await sealed(near), 'at once').toEqual(rows);
    await sealMall();
    expect(await sealed(near), 'sealed again').toEqual(rows);
    const twice = await duck.all(
      'select site_id, zone_id, metric, bucket, from_ms from points group by all having count(*) > 1',
    );
    expect(twice, 'kept twice').toEqual([]);
  }
  const withoutSeals = ({ figure_seals: _, ...figures }: Record<string, string[]>) => figures;

  /** Touches what is sealed, and moves what is told. `far`: sealed up to beyond it before, and again afterwards. */
  async function touch(
    near: Asked,
    change: () => Promise<unknown>,
    far: readonly string[] = ['hours ', 'hours a', 'points ', 'links '],
  ): Promise<void> {
    const expectSealed = async () => {
      const seals = await readSeals(duck, 'mall');
      for (const what of far) expect(seals.get(what)!.sealedMs, what).toBeGreaterThanOrEqual(near.toMs);
    };
    await expectSealed();
    const kept = await figuresOf(duck, 'mall');
    await change();
    await expectAsRows(near);
    await expectSealed();
    const now = await figuresOf(duck, 'mall');
    expect(withoutSeals(now), 'it moves something').not.toEqual(withoutSeals(kept));
    // What was taken back is made again, or each question would go to the rows from then on.
    const ofSite = ({ points }: typeof now) => points!.filter((row) => row.includes('"zone_id":""')).length;
    expect(ofSite(now), 'points are made again').toBe(ofSite(kept));
  }

  test('as they were sealed they are those of the rows, and most are read from them', async () => {
    const near = daysAround(ZONE, OUTAGES[2]!.fromMs);
    const rows = await ofRows(near);
    expect(await sealed(near)).toEqual(rows);
    // Were they wrong it would show: they are what is read.
    const kept = await figuresOf(duck, 'mall');
    for (const [table, column] of [
      ['visit_hours', 'carrier_ms'],
      ['points', 'value'],
      ['zone_pairs', 'visits'],
      ['zone_flows', 'visits'],
      ['light_hours', 'reported'],
      ['door_hours', 'by_one'],
    ] as const) {
      expect(kept[table]!.length, table).toBeGreaterThan(3);
      const add = async (n: number) => {
        await duck.run(`update ${table} set ${column} = ${column} + (${n}) where site_id = 'mall'`);
        await duck.run('update series_version set version = version + 1');
      };
      await add(3);
      expect(await sealed(near), table).not.toEqual(rows);
      await add(-3);
    }
    expect(await figuresOf(duck, 'mall')).toEqual(kept);
  }, 120_000);

  test('late data of a sealed day', async () => {
    const atMs = at('2026-03-26T14:00:00+01:00');
    await touch(daysAround(ZONE, atMs), () =>
      later({ rows: some(5, (i) => cameThen(`late-${i}`, atMs + i * MINUTE, 24 * MINUTE, world.watermarkMs)) }),
    );
  }, 120_000);

  test('late data on the border of two days, which is that of two weeks, and about a clock change', async () => {
    const midnight = at('2026-03-30T00:00:00+02:00');
    await touch(daysAround(ZONE, midnight), () =>
      later({
        rows: some(4, (i) =>
          // One from before to after it, one that ends and one that begins right there, one soon after.
          cameThen(
            `border-${i}`,
            midnight + [-20 * MINUTE, -20 * MINUTE, 0, 50 * MINUTE][i]!,
            [40, 20, 20, 20][i]! * MINUTE,
            world.watermarkMs,
          ),
        ),
      }),
    );
    const changeMs = at('2026-03-29T03:00:00+02:00');
    await touch(daysAround(ZONE, changeMs), () =>
      later({
        rows: some(3, (i) => cameThen(`clock-${i}`, changeMs + (i - 2) * 30 * MINUTE, 40 * MINUTE, world.watermarkMs)),
      }),
    );
  }, 120_000);

  test('a late stay of a visit of the day before; a late visit of whom nobody else was there with', async () => {
    const midnight = at('2026-03-28T00:00:00+01:00');
    const startMs = midnight - 9 * MINUTE;
    const of = { visitStartMs: startMs, massPermille: 100, emittedAtMs: END };
    await later({ rows: some(1, () => ({ visits: [visit('longer', startMs, 40 * MINUTE, { emittedAtMs: END })] })) });
    await sealMall();
    await touch(daysAround(ZONE, midnight), () =>
      later({
        rows: some(1, () => ({
          stays: ['a', 'b'].map((zoneId, k) => stay('longer', zoneId, midnight + (1 + 9 * k) * MINUTE, 8 * MINUTE, of)),
        })),
      }),
    );
  }, 120_000);

  test('late minutes of gateways, in a window in which nobody reported and beside it; one that was never heard before', async () => {
    // Over a midnight.
    const window = OUTAGES[1]!;
    const of = (gatewayId: string, fromMs: number, toMs: number) =>
      covered(gatewayId, fromMs, toMs).map((row) => ({ ...row, emittedAtMs: world.watermarkMs }));
    const light = ['light ', 'light f1', 'hours ', 'hours a', 'points ', 'links '];
    await touch(
      daysAround(ZONE, window.fromMs),
      () =>
        later({ rows: { ...noRows(), coverage: of('g1', window.fromMs + 10 * MINUTE, window.toMs - 10 * MINUTE) } }),
      light,
    );
    const newMs = at('2026-03-28T10:00:00+01:00');
    await touch(
      daysAround(ZONE, newMs),
      () => later({ rows: { ...noRows(), coverage: of('g9', newMs, newMs + 3 * HOUR) } }),
      light,
    );
  }, 120_000);

  test('who comes late within an hour of a window moves what was counted around it', async () => {
    const { toMs } = OUTAGES[2]!;
    await touch(daysAround(ZONE, toMs), () =>
      later({
        rows: some(4, (i) => cameThen(`dark-${i}`, toMs + (10 + i * 9) * MINUTE, 12 * MINUTE, world.watermarkMs)),
      }),
    );
  }, 120_000);

  test('late presence by quarter hour', async () => {
    const atMs = at('2026-03-26T11:15:00+01:00');
    const row = { bucketStartMs: atMs, carrierMs: 40 * HOUR, peak: 91, emittedAtMs: END };
    await touch(
      daysAround(ZONE, atMs),
      () =>
        later({
          rows: { ...noRows(), occupancy: [null, 'a', 'up'].map((zoneId) => ({ ...row, zoneId })) },
        }),
      ['hours ', 'hours a', 'hours up'],
    );
  }, 120_000);

  test('a rewind, and a second one in what had been sealed again', async () => {
    for (const [k, hours] of [70, 60].entries()) {
      const toMs = END - hours * HOUR;
      await touch(daysAround(ZONE, toMs), () =>
        later({ rewoundToMs: toMs, rows: drawn(70 + k, toMs, world.watermarkMs) }),
      );
    }
  }, 120_000);

  test('whoever is still there since long ago, and goes', async () => {
    const startMs = at('2026-03-28T18:00:00+01:00');
    const who = { carrierId: 'stayed', kind: 'tag', startMs, endMs: END } as const;
    world.open = {
      visits: [{ ...who, entranceZoneId: null, lagMs: 900, gateways: 2 }],
      stays: [{ ...who, zoneId: 'a', floorId: 'f1', visitStartMs: startMs, massPermille: 500 }],
      heat: [],
      occupancy: [],
    };
    const near = daysAround(ZONE, startMs);
    await later();
    await expectAsRows(near);
    world.open = { visits: [], stays: [], heat: [], occupancy: [] };
    await later({
      rows: some(1, () => ({
        visits: [visit('stayed', startMs, END - startMs, { emittedAtMs: world.watermarkMs })],
        stays: [stay('stayed', 'a', startMs, END - startMs, { emittedAtMs: world.watermarkMs })],
      })),
    });
    await expectAsRows(near);
  }, 120_000);

  const defined = (more: object) =>
    world.registry.putDefinitions('mall', { ...world.registry.definitions('mall').definitions, ...more });
  test('other definitions, and what is asked by an older version of them', async () => {
    const near = daysAround(ZONE, at('2026-03-26T11:15:00+01:00'));
    const { version } = world.registry.definitions('mall');
    await touch(near, () =>
      defined({
        visitGapMinutes: 40,
        bounceSeconds: 600,
        minVisitSeconds: 90,
        minStaySeconds: 60,
        enterConfirmSeconds: 20,
        kAnonymity: 4,
      }),
    );
    expect(await sealed(near, { version })).toEqual(await ofRows(near, { version }));
  }, 120_000);

  test('zones that are drawn elsewhere, become something else, come and go; another time zone', async () => {
    const near = daysAround(ZONE, at('2026-03-26T11:15:00+01:00'));
    const { zones } = world.registry;
    await touch(near, async () => {
      await zones.put('mall', zoneNamed('a', { floorId: 'f2' }));
      await zones.put('mall', zoneNamed('b', { kind: 'corridor', minStaySeconds: 90 }));
      await zones.put('mall', zoneNamed('new'));
    });
    await touch(near, async () => {
      await zones.put('mall', zoneNamed('a', { minStaySeconds: 200 }));
      await zones.remove('mall', 'up');
    });
    // Where the evening is the next day of UTC; not so near a time without light that more than it is taken back.
    const west = 'America/St_Johns';
    await world.registry.putSite({ ...world.registry.site('mall')!, timezone: west });
    const eveningMs = at('2026-03-27T22:20:00-02:30');
    const elsewhere = daysAround(west, eveningMs);
    await expectAsRows(elsewhere);
    await touch(elsewhere, () =>
      later({ rows: some(4, (i) => cameThen(`west-${i}`, eveningMs + i * MINUTE, 20 * MINUTE, world.watermarkMs)) }),
    );
    await world.registry.putSite({ ...world.registry.site('mall')!, timezone: ZONE });
  }, 120_000);

  test('a commit that fails after it has taken figures back leaves all as it was', async () => {
    const atMs = at('2026-03-26T12:00:00+01:00');
    const near = daysAround(ZONE, atMs);
    const kept = await figuresOf(duck, 'mall');
    const before = await sealed(near);
    const own = { ...commitOf('mall', world.watermarkMs, cameThen('never', atMs, HOUR, world.watermarkMs)) };
    const failed = world.series.change(async (sql) => {
      await commitRows(sql, world.registry, own);
      expect((await readSeals(sql, 'mall')).get('hours ')!.sealedMs).toBeLessThanOrEqual(atMs);
      throw new Error('killed');
    });
    await expect(failed).rejects.toThrow('killed');
    expect(await figuresOf(duck, 'mall')).toEqual(kept);
    expect(await sealed(near)).toEqual(before);
  }, 120_000);

  test('at the end every question is answered as the rows do, and nothing of another site was touched', async () => {
    await sealMall();
    const near = daysAround(ZONE, OUTAGES[1]!.fromMs);
    expect(await sealed(near, { all: true })).toEqual(await ofRows(near, { all: true }));
    expect(await figuresOf(duck, 'other')).toEqual(others);
    expect(others.visit_hours!.length).toBeGreaterThan(20);
  }, 120_000);

  test('what is kept after all that is what is kept where nothing was ever touched', async () => {
    const made = async () => {
      const { points, visit_hours, light_hours, zone_pairs, zone_flows } = await figuresOf(duck, 'mall');
      return { points, visit_hours, light_hours, zone_pairs, zone_flows };
    };
    const kept = await made();
    await world.series.change(async (sql) => {
      for (const table of FIGURES) await sql.remove(table, { site_id: 'mall' });
    });
    await sealMall();
    expect(kept).toEqual(await made());
    for (const [table, rows] of Object.entries(kept)) expect(rows!.length, table).toBeGreaterThan(3);
  }, 120_000);
});

onInflux('figures in InfluxDB', (influx) => {
  test('late data of a sealed day, at once and sealed again', async () => {
    const world = await openWorld((registry) => influx.engine().open(registry));
    await fill(world, at('2026-03-26T09:00:00+01:00'), 5);
    const atMs = at('2026-03-24T14:00:00+01:00');
    const near = daysAround(ZONE, atMs);
    const seals = async () => world.series.snapshot((sql) => readSeals(sql, 'mall'));
    const whats = ['hours ', 'hours a', 'points ', 'links '];
    for (const what of whats) expect((await seals()).get(what)!.sealedMs, what).toBeGreaterThanOrEqual(near.toMs);
    world.watermarkMs += MINUTE;
    const rows = some(5, (i) => cameThen(`late-${i}`, atMs + i * MINUTE, 24 * MINUTE, world.watermarkMs));
    await commit(world, 'mall', { rows });
    for (const what of whats) expect((await seals()).get(what)!.sealedMs, what).toBeLessThanOrEqual(atMs);
    const told = await answersOfRows(world, 'mall', { near });
    expect(await answersOf(world.series, world.registry, 'mall', { near })).toEqual(told);
    await sealAll(world);
    for (const what of whats) expect((await seals()).get(what)!.sealedMs, what).toBeGreaterThanOrEqual(near.toMs);
    expect(await answersOf(world.series, world.registry, 'mall', { near })).toEqual(told);
  }, 120_000);
});
