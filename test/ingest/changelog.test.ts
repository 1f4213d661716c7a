/** Late data marks its hours, is computed in as if it had never been late, and what it moved is told once, exactly. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Changelog } from '../../server/contract/changelog.ts';
import type { Metric } from '../../server/contract/metrics.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import type { SiteCommit, TimeSeriesWriter } from '../../server/db/timeSeries.ts';
import { makeBacklogWorld } from '../support/backlogWorld.ts';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import {
  type Harness,
  type HarnessOptions,
  rowsOf,
  SITE,
  startHarness,
  T0,
  type World,
} from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

const HOUR = 3_600_000;
const HOURS = 5;
const world = makeBacklogWorld(3, HOURS, 14);
const END = T0 + HOURS * HOUR;
/** What g2 hears from 10:20 to 12:40 (its clock is UTC) comes late. */
const isLate = ({ gatewayId, message }: World) =>
  gatewayId === 'g2' && message.fromMs >= T0 + 80 * 60_000 && message.fromMs < T0 + 220 * 60_000;
const late = world.filter(isLate);
const intime = world.filter((entry) => !isLate(entry));

let harness: Harness | undefined;
const fleet = new LedgerFleet();
afterEach(async () => {
  await fleet.disconnect();
  await harness?.close();
  harness = undefined;
});

const questions = () => openTimeSeries(harness!.duck, harness!.registry);
const changelog = (over: { zoneId?: string; fromMs?: number; toMs?: number } = {}): Promise<Changelog> =>
  questions().changelog({ siteId: SITE, fromMs: T0, toMs: END, limit: 50, ...over });
const series = async (metric: Metric, zoneId?: string) =>
  (
    await questions().series({
      siteId: SITE,
      metric,
      interval: 'hour',
      fromMs: T0,
      toMs: END,
      ...(zoneId === undefined ? {} : { zoneId }),
    })
  ).series;
const ZONES = [undefined, 'west', 'east'];
const PAIRS = [
  ['footfall', 'footfall'],
  ['unique-visitors', 'visitors'],
  ['occupancy', 'occupancy'],
] as const;

/** All of the hourly figures, by metric, zone and hour. */
async function figures(): Promise<Map<string, number | null>> {
  const out = new Map<string, number | null>();
  for (const zoneId of ZONES)
    for (const [metric, name] of PAIRS)
      for (const point of await series(metric, zoneId)) out.set(`${name} ${zoneId ?? ''} ${point.start}`, point.value);
  return out;
}

async function start(options: HarnessOptions = {}): Promise<Harness> {
  harness = await startHarness({ ...options, options: { quietMs: 60_000, maxDirtyMs: 60_000, ...options.options } });
  await fleet.connect(harness.url);
  return harness;
}
/** Until all is in the log; acknowledged it is only once nothing before it is missing. */
async function play(entries: readonly World[]): Promise<void> {
  const { batches } = harness!.pipeline.counters();
  for (const entry of entries) fleet.send(entry);
  const isThere = () => harness!.pipeline.counters().batches === batches + entries.length;
  await vi.waitUntil(isThere, { timeout: 10_000, interval: 25 });
}

let neverLate = '';
/** What a server has that computed all, and one that computed what came in time. */
const left = { whole: '', intime: '' };
beforeAll(async () => {
  await start();
  for (const entry of world) fleet.send(entry);
  await fleet.drain();
  await harness!.pipeline.settle(SITE);
  neverLate = await rowsOf(harness!.duck);
  expect((await changelog()).entries).toEqual([]);
  await fleet.disconnect();
  left.whole = await harness!.leave();
  harness = undefined;
  expect(neverLate).toMatch(/^visits [1-9]\d\d/);
  await start();
  await play(intime);
  await harness!.pipeline.settle(SITE);
  await fleet.disconnect();
  left.intime = await harness!.leave();
  harness = undefined;
}, 60_000);
afterAll(() => {
  for (const folder of Object.values(left)) if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

/** One entry, which tells exactly what the charts told before and tell now. */
async function expectTold(before: Map<string, number | null>): Promise<Changelog['entries'][number]> {
  const after = await figures();
  const { entries } = await changelog();
  expect(entries).toHaveLength(1);
  const entry = entries[0]!;
  expect(entry.backlogs).toMatchObject([
    {
      gateway: 'g2',
      batches: late.length,
      seconds: late.length * 10,
      from: '2024-03-04T11:20:00+01:00',
      to: '2024-03-04T13:40:00+01:00',
    },
  ]);
  expect(entry).toMatchObject({ modelChanged: false, rebuilt: false });
  let told = 0;
  for (const zoneId of ZONES) {
    const [inZone] = (await changelog(zoneId === undefined ? {} : { zoneId })).entries;
    // Nobody in the west was heard by the gateway that was out.
    expect(inZone === undefined).toBe(zoneId === 'west');
    const hours = inZone?.hours ?? [];
    const byStart = new Map(hours.map((hour) => [hour.start, hour]));
    for (const [_metric, name] of PAIRS)
      for (const [key, value] of after) {
        const [what, where, at] = key.split(' ');
        if (what !== name || where !== (zoneId ?? '')) continue;
        const hour = byStart.get(at!);
        const was = before.get(key);
        if (!hour) {
          // What could not be told in what is written of it.
          if (name === 'occupancy') expect(Math.abs(value! - was!), key).toBeLessThan(0.05);
          else expect(value, key).toBe(was);
        } else {
          told++;
          expect(hour[name], key).toEqual({ before: was, after: value });
        }
      }
  }
  expect(told).toBeGreaterThan(12);
  return entry;
}

describe('a backlog that comes hours late', () => {
  test('is told with what it moved; the rows are those of one that was never late', async () => {
    await start();
    await play(intime);
    await harness!.pipeline.settle(SITE);
    const before = await figures();
    await play(late);
    await harness!.pipeline.settle(SITE);
    expect(await rowsOf(harness!.duck)).toBe(neverLate);
    const entry = await expectTold(before);
    expect(entry.zones).toContain('east');
    const footfall = entry.hours.map((hour) => hour.footfall);
    expect(footfall.some((pair) => pair.after! > pair.before!)).toBe(true);
    for (const hour of entry.hours) expect(hour).toMatchObject({ state: 'final', wasFinal: true });
    const outage = entry.hours.find((hour) => hour.start === '2024-03-04T12:00:00+01:00')!;
    expect(outage.coverage).toEqual({ before: 0.75, after: 1 });
    // Only what was asked for.
    const hour = { fromMs: T0 + 2 * HOUR, toMs: T0 + 3 * HOUR };
    expect((await changelog(hour)).entries[0]!.hours.map(({ start }) => start)).toEqual(['2024-03-04T12:00:00+01:00']);
    expect((await changelog({ fromMs: T0 - HOUR, toMs: T0 })).entries).toEqual([]);
  }, 60_000);

  test('makes its hours provisional with the acknowledgement of its first batch, and final once it is computed in', async () => {
    await start({ from: left.intime });
    expect((await series('footfall')).slice(0, 4).map(({ state }) => state)).toEqual(Array(4).fill('final'));
    const acks = fleet.acks;
    fleet.send(late[0]!);
    await until(() => fleet.acks).toBeGreaterThan(acks);
    for (const zoneId of ZONES)
      for (const [metric] of PAIRS)
        expect((await series(metric, zoneId)).slice(1).map(({ state }) => state)).toEqual(Array(4).fill('provisional'));
    // The hour before has visits that reach up to the first late sighting, and may turn out longer.
    expect((await series('footfall'))[0]!.state).toBe('provisional');
    await play(late.slice(1));
    expect((await series('footfall'))[2]!.state).toBe('provisional');
    expect((await changelog()).entries).toEqual([]);
    await harness!.pipeline.settle(SITE);
    expect((await series('footfall')).slice(0, 4).map(({ state }) => state)).toEqual(Array(4).fill('final'));
    expect((await changelog()).entries).toHaveLength(1);
  }, 60_000);

  test('in pieces with computations between is one entry', async () => {
    await start({ from: left.intime });
    const before = await figures();
    const changes: string[] = [];
    harness!.pipeline.onChangelog((siteId) => changes.push(siteId));
    const third = Math.ceil(late.length / 3);
    for (let from = 0; from < late.length; from += third) {
      await play(late.slice(from, from + third));
      await harness!.pipeline.settle(SITE);
    }
    expect(changes).toEqual([SITE, SITE, SITE]);
    expect(await rowsOf(harness!.duck)).toBe(neverLate);
    await expectTold(before);
  }, 60_000);

  test('and still earlier data while it is computed: acknowledged only once the hours of that are provisional too', async () => {
    let [blocked, release] = [false, () => {}];
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const wrap = (real: TimeSeriesWriter): TimeSeriesWriter => ({
      lastCheckpoint: (siteId) => real.lastCheckpoint(siteId),
      async commit(commit: SiteCommit) {
        if (commit.recomputation && !blocked) {
          blocked = true;
          await gate;
        }
        return real.commit(commit);
      },
    });
    await start({ from: left.intime, timeSeries: wrap, options: { rowsPerCommit: 600 } });
    await play(late);
    const settled = harness!.pipeline.settle(SITE);
    await until(() => blocked).toBe(true);
    const { acks } = fleet;
    const { message } = world.find((entry) => entry.gatewayId === 'g3' && entry.message.seq === 100)!;
    await play([{ gatewayId: 'g3', message: { ...message, epoch: 2, seq: 1, sightings: [] } }]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(fleet.acks).toBe(acks);
    const dirty = () => harness!.duck.get('select dirty_from_ms as "fromMs" from site_state');
    expect(await dirty()).toEqual({ fromMs: late[0]!.message.fromMs });
    release();
    await until(() => fleet.acks).toBeGreaterThan(acks);
    await settled;
    await harness!.pipeline.settle(SITE);
    expect(await dirty()).toEqual({ fromMs: null });
    expect(await rowsOf(harness!.duck)).toBe(neverLate);
  }, 60_000);

  test('that says nothing new makes no entry, nor does a rebuild that moves nothing', async () => {
    await start({ from: left.whole });
    const { message } = late[40]!;
    await play([{ gatewayId: 'g2', message: { ...message, epoch: 2, seq: 1, sightings: [] } }]);
    await harness!.pipeline.settle(SITE);
    await harness!.pipeline.rebuild(SITE, T0);
    await harness!.restart();
    await harness!.pipeline.settle(SITE);
    expect(await rowsOf(harness!.duck)).toBe(neverLate);
    expect((await changelog()).entries).toEqual([]);
  }, 60_000);
});

test('a rebuild that takes long leaves a snapshot for each hour, and late data begins at one', async () => {
  const rewinds: (number | null)[] = [];
  const wrap = (real: TimeSeriesWriter): TimeSeriesWriter => ({
    lastCheckpoint: (siteId) => real.lastCheckpoint(siteId),
    commit(commit: SiteCommit) {
      rewinds.push(commit.rewoundToMs);
      return real.commit(commit);
    },
  });
  await start({ from: left.intime, timeSeries: wrap, options: { longComputationMs: 0 } });
  await harness!.pipeline.rebuild(SITE, T0 - HOUR);
  const kept = readdirSync(join(harness!.dataDir, 'snapshots', SITE)).map((name) => Number.parseInt(name, 10));
  for (let hour = 0; hour + 1 < HOURS; hour++) {
    const [fromMs, toMs] = [T0 + hour * HOUR, T0 + (hour + 2) * HOUR];
    expect(kept.filter((atMs) => atMs > fromMs && atMs <= toMs).length, `hour ${hour}`).toBeGreaterThan(0);
  }
  rewinds.length = 0;
  await play(late);
  await harness!.pipeline.settle(SITE);
  const [firstMs] = rewinds.filter((atMs) => atMs !== null);
  expect(firstMs).toBeGreaterThan(late[0]!.message.fromMs - 2 * HOUR);
  expect(firstMs).toBeGreaterThan(T0 - HOUR);
  expect(firstMs).toBeLessThanOrEqual(late[0]!.message.fromMs);
  expect(await rowsOf(harness!.duck)).toBe(neverLate);
}, 60_000);

describe('a kill', () => {
  /** Commits as the database makes them, up to the one of a computation anew at which the first pipeline is to die. */
  const mortal = (dies: number | 'last', after: boolean) => {
    const state = { dead: false, pieces: 0, pipelines: 0 };
    const wrap = (real: TimeSeriesWriter): TimeSeriesWriter => {
      if (state.pipelines++ > 0) return real;
      return {
        lastCheckpoint: (siteId) => real.lastCheckpoint(siteId),
        async commit(commit: SiteCommit) {
          if (state.dead) throw new Error('killed');
          if (!commit.recomputation) return real.commit(commit);
          state.pieces++;
          const isLast = commit.watermarkMs >= commit.recomputation.untilMs;
          if (!(dies === 'last' ? isLast : state.pieces === dies)) return real.commit(commit);
          state.dead = true;
          if (after) await real.commit(commit);
          throw new Error('killed');
        },
      };
    };
    return { state, wrap };
  };

  test.each<[string, number | 'last', boolean]>([
    ['before the first piece', 1, false],
    ['after the first piece', 1, true],
    ['after the second piece', 2, true],
    ['before the last piece', 'last', false],
    ['after the last piece', 'last', true],
  ])(
    '%s of the computation: one entry, and the rows of never late',
    async (_when, dies, after) => {
      const { state, wrap } = mortal(dies, after);
      await start({ from: left.intime, timeSeries: wrap, options: { rowsPerCommit: 600 } });
      expect(state.pieces).toBe(0);
      const before = await figures();
      await play(late);
      harness!.pipeline.settle(SITE).catch(() => undefined);
      await until(() => state.dead).toBe(true);
      if (dies === 'last') expect(state.pieces).toBeGreaterThan(2);
      await harness!.restart();
      await fleet.connect(harness!.url);
      await harness!.pipeline.settle(SITE);
      expect(await rowsOf(harness!.duck)).toBe(neverLate);
      await expectTold(before);
    },
    60_000,
  );

  test('between the arrival and the computation: one entry', async () => {
    await start({ from: left.intime });
    const before = await figures();
    await play(late.slice(0, 300));
    await harness!.restart();
    await fleet.connect(harness!.url);
    await play(late.slice(300));
    await harness!.restart();
    await fleet.connect(harness!.url);
    await harness!.pipeline.settle(SITE);
    expect(await rowsOf(harness!.duck)).toBe(neverLate);
    await expectTold(before);
  }, 60_000);
});
