import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import { type Harness, makeWorld, rowsOf, SITE, startHarness, T0 } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

let harness: Harness | undefined;
const fleet = new LedgerFleet();
afterEach(async () => {
  await fleet.disconnect();
  await harness?.close();
  harness = undefined;
});

const world = makeWorld(21, 200, 8);
const half = Math.floor(world.length / 2);

async function wholeRun(): Promise<string> {
  const calm = await startHarness();
  await fleet.connect(calm.url);
  for (const entry of world) fleet.send(entry);
  await fleet.drain();
  await calm.pipeline.settle(SITE);
  const rows = await rowsOf(calm.duck);
  await fleet.disconnect();
  await calm.close();
  return rows;
}

/** Runs the first half, does harm while nothing runs, runs the second half. */
async function runWithHarm(harm: (dataDir: string, h: Harness) => Promise<void> | void): Promise<string> {
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (const entry of world.slice(0, half)) fleet.send(entry);
  await fleet.drain();
  await harness.pipeline.settle(SITE);
  const open = harness;
  await open.pipeline.abandon();
  await harm(open.dataDir, open);
  await open.restart();
  await fleet.connect(open.url);
  for (const entry of world.slice(half - 40)) fleet.send(entry);
  await fleet.drain();
  expect(open.pipeline.counters()).toMatchObject({ batches: world.length - half, duplicates: 40 });
  await open.pipeline.settle(SITE);
  return rowsOf(open.duck);
}

const snapshotFiles = (dataDir: string) =>
  readdirSync(join(dataDir, 'snapshots', SITE)).map((name) => join(dataDir, 'snapshots', SITE, name));

function forEachSnapshot(dataDir: string, harm: (path: string) => void): void {
  const paths = snapshotFiles(dataDir);
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) harm(path);
}

test.each<[string, (dataDir: string, h: Harness) => Promise<void> | void]>([
  ['all snapshots lost', (dataDir) => forEachSnapshot(dataDir, (path) => rmSync(path))],
  ['all snapshots rotten', (dataDir) => forEachSnapshot(dataDir, (path) => writeFileSync(path, 'rot'))],
  [
    'newest snapshot torn',
    (dataDir) => {
      const newest = snapshotFiles(dataDir).sort().at(-1)!;
      writeFileSync(newest, readFileSync(newest).subarray(0, 100));
    },
  ],
  [
    'half-written files about',
    (dataDir) => {
      writeFileSync(join(dataDir, 'snapshots', SITE, '99.snap.new'), 'x');
      for (const name of readdirSync(join(dataDir, 'log', SITE)))
        appendFileSync(join(dataDir, 'log', SITE, name), Buffer.alloc(77, 7));
      writeFileSync(join(dataDir, 'log', SITE, 'README.txt'), 'not a log');
    },
  ],
  ['checkpoint rotten', (_dataDir, h) => h.duck.run('update site_state set checkpoint = \'{"v":1,\'')],
])(
  '%s: the rows are those of an undisturbed run',
  async (_what, harm) => {
    const expected = await wholeRun();
    expect(await runWithHarm(harm)).toBe(expected);
  },
  30_000,
);

test('what was acknowledged is there after a kill, without the gateway sending it again', async () => {
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (let round = 0; round < 4; round++) {
    for (const entry of world.slice(round * 100, (round + 1) * 100)) fleet.send(entry);
    await fleet.drain();
    // Acknowledged a moment ago, and killed at once.
    await harness.restart();
    await fleet.connect(harness.url);
  }
  await harness.pipeline.settle(SITE);
  const killed = await rowsOf(harness.duck);
  await harness.close();
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (const entry of world.slice(0, 400)) fleet.send(entry);
  await fleet.drain();
  await harness.pipeline.settle(SITE);
  expect(killed).toBe(await rowsOf(harness.duck));
}, 30_000);

test('a model that changes in the midst of the data takes effect at that moment, in a rebuild too', async () => {
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (const entry of world.slice(0, half)) fleet.send(entry);
  await fleet.drain();
  const { registry } = harness;
  const east = registry.zones.get(SITE, 'east')!;
  await registry.zones.put(SITE, { ...east, id: 'annex', name: 'annex' });
  await registry.putDefinitions(SITE, { ...registry.definitions(SITE).definitions, exitAfterSeconds: 5 });
  for (const entry of world.slice(half)) fleet.send(entry);
  await fleet.drain();
  await harness.pipeline.settle(SITE);
  const live = await rowsOf(harness.duck);
  const changedAtMs = registry.modelTimeline(SITE).at(-1)!.effectiveFromMs;
  expect(changedAtMs).toBeGreaterThan(T0 + 60_000);
  const stays = await harness.duck.all<{ start_ms: number }>(
    "select start_ms from stays where zone_id = 'annex' union all select start_ms from open_stays where zone_id = 'annex'",
  );
  expect(stays.length).toBeGreaterThan(0);
  for (const stay of stays) expect(stay.start_ms).toBeGreaterThanOrEqual(changedAtMs - 1_000);
  await harness.pipeline.rebuild(SITE, 0);
  expect(await rowsOf(harness.duck)).toBe(live);
  await harness.restart();
  await harness.pipeline.rebuild(SITE, T0 + 30_000);
  expect(await rowsOf(harness.duck)).toBe(live);
}, 30_000);

test('a database that refuses for a while loses nothing; the server is not ready meanwhile', async () => {
  const expected = await wholeRun();
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (const entry of world.slice(0, half)) fleet.send(entry);
  await fleet.drain();
  expect(harness.pipeline.ready()).toBe(true);
  await harness.duck.run('alter table coverage rename to coverage_away');
  for (const entry of world.slice(half)) fleet.send(entry);
  await fleet.drain();
  await until(() => harness!.pipeline.ready()).toBe(false);
  await harness.duck.run('alter table coverage_away rename to coverage');
  await until(() => harness!.pipeline.ready()).toBe(true);
  await harness.pipeline.settle(SITE);
  expect(await rowsOf(harness.duck)).toBe(expected);
}, 30_000);

test('a log whose disk refuses: nothing is acknowledged, the server is not ready, and nothing is lost afterwards', async () => {
  harness = await startHarness();
  await fleet.connect(harness.url);
  const path = join(harness.dataDir, 'log', SITE, '2024-03-04T09.log');
  // A directory in the file's place stands for a disk that refuses to write.
  mkdirSync(path);
  const acksBefore = fleet.acks;
  for (const entry of world.slice(0, 20)) fleet.send(entry);
  await until(() => harness!.pipeline.ready()).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(fleet.acks).toBe(acksBefore);
  expect(harness.pipeline.counters().batches).toBe(0);
  rmSync(path, { recursive: true });
  await fleet.drain();
  expect(harness.pipeline.ready()).toBe(true);
  expect(harness.pipeline.counters()).toMatchObject({ batches: 20 });
}, 30_000);

test('a database that was lost is made again from the log', async () => {
  const expected = await wholeRun();
  const rows = await runWithHarm(async (_dataDir, h) => {
    for (const table of ['site_state', 'visits', 'stays', 'heat', 'occupancy', 'coverage', 'gateways_heard'])
      await h.duck.run(`delete from ${table}`);
  });
  expect(rows).toBe(expected);
}, 30_000);

test('at a wall clock the log and the snapshots go after two days, the rows stay, a rebuild included', async () => {
  let now = T0 + 200_000;
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => now });
  await fleet.connect(harness.url);
  for (const entry of world) fleet.send(entry);
  await fleet.drain();
  now = T0 + 7_200_000;
  await harness.pipeline.settle(SITE);
  const rows = await rowsOf(harness.duck);
  expect(rows).toMatch(/^visits [1-9]/);
  const logFiles = () => readdirSync(join(harness!.dataDir, 'log', SITE));
  expect(logFiles()).toEqual(['2024-03-04T09.log']);
  now = T0 + 50 * 3_600_000;
  const late = makeWorld(1, 20, 2, now - 30_000);
  for (const entry of late) fleet.send({ ...entry, message: { ...entry.message, epoch: 4 } });
  await fleet.drain();
  await harness.pipeline.settle(SITE);
  expect(logFiles()).toEqual(['2024-03-06T10.log']);
  const kept = await rowsOf(harness.duck);
  await harness.pipeline.rebuild(SITE, 0);
  expect(await rowsOf(harness.duck)).toBe(kept);
  expect(kept.split('\n')[0]).toBe(rows.split('\n')[0]);
  expect(snapshotFiles(harness.dataDir).length).toBeLessThan(12);
  await harness.restart();
  await harness.pipeline.settle(SITE);
  expect((await rowsOf(harness.duck)).split('\n')[0]).toBe(rows.split('\n')[0]);
}, 30_000);
