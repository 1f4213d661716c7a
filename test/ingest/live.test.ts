import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, expect, test } from 'vitest';
import type { EngineEvent } from '../../server/engine/types.ts';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import { type Harness, makeWorld, rowsOf, SITE, startHarness, T0, type World } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

let harness: Harness | undefined;
const fleet = new LedgerFleet();
afterEach(async () => {
  await fleet.disconnect();
  await harness?.close();
  harness = undefined;
});

const from = (world: World[], fromMs: number, untilMs: number) =>
  world.filter(({ message }) => message.fromMs >= fromMs && message.fromMs < untilMs);

test('a wall-clock site tells events within the second, keeps quiet about what is replayed, and knows who is inside', async () => {
  const world = makeWorld(3, 120, 10);
  let now = T0;
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => now });
  let events: EngineEvent[] = [];
  const listen = () =>
    harness!.pipeline.onLiveEvents((live) => {
      expect(live.siteId).toBe(SITE);
      events.push(...live.events);
    });
  listen();
  await fleet.connect(harness.url);
  for (let second = 0; second < 100; second++) {
    const at = T0 + second * 1000;
    for (const entry of from(world, at, at + 1_000)) fleet.send(entry);
    now = at + 1_000;
    if (second % 10 === 9) {
      await fleet.drain();
      now += 700;
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  }
  await until(() => events.some((event) => event.type === 'visitStarted')).toBe(true);
  await until(() => events.some((event) => event.type === 'entered' && event.zoneId === 'east')).toBe(true);
  for (const event of events) if ('sightingAtMs' in event) expect(event.sightingAtMs).toBeGreaterThan(now - 160_000);
  const ofTypes = (type: string) => events.filter((event) => event.type === type).map((event) => event.carrierId);
  expect(new Set(ofTypes('visitStarted')).size).toBe(ofTypes('visitStarted').length);

  const present = await harness.pipeline.present(SITE);
  expect(present.length).toBeGreaterThan(0);
  const people = present.filter((carrier) => carrier.kind !== 'staff').length;
  await until(() => harness!.pipeline.snapshot(SITE)?.occupancy).toBe(people);
  const heat = harness.pipeline.heat(SITE)!;
  expect(heat.floors[0]!.cells.reduce((sum, [, , count]) => sum + count, 0)).toBeLessThanOrEqual(people);
  expect(JSON.stringify([harness.pipeline.snapshot(SITE), heat])).not.toMatch(/c-\d|u-[a-z0-9]{25}/);

  events = [];
  await harness.restart();
  listen();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(events).toEqual([]);
  expect((await harness.pipeline.present(SITE)).map((carrier) => carrier.carrierId)).toEqual(
    present.map((carrier) => carrier.carrierId),
  );
}, 30_000);

test('a backlog older than a minute feeds the rows and no live event', async () => {
  const world = makeWorld(3, 60, 6);
  const now = T0 + 600_000;
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => now });
  const events: EngineEvent[] = [];
  harness.pipeline.onLiveEvents((live) => events.push(...live.events));
  await fleet.connect(harness.url);
  for (const entry of world) fleet.send(entry);
  await fleet.drain();
  await harness.pipeline.settle(SITE);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(events).toEqual([]);
  expect((await harness.duck.all('select 1 from open_visits union all select 1 from visits')).length).toBeGreaterThan(
    0,
  );
});

test('late data is acknowledged once the database says that its hours are not final', async () => {
  const world = makeWorld(3, 60, 6);
  const now = T0 + 600_000;
  harness = await startHarness({
    site: { clock: 'wall' },
    clock: () => now,
    options: { commitEveryMs: 60_000, quietMs: 60_000, maxDirtyMs: 60_000 },
  });
  const state = () =>
    harness!.duck.get<{ dirty_from_ms: number | null }>('select dirty_from_ms from site_state where site_id = $1', [
      SITE,
    ]);
  // The first turn of the loop brings the watermark to half a minute ago.
  await harness.pipeline.settle(SITE);
  expect((await state())?.dirty_from_ms).toBeNull();
  await fleet.connect(harness.url);
  for (const entry of world) fleet.send(entry);
  await fleet.drain();
  expect((await state())?.dirty_from_ms).toBe(T0);
  await harness.pipeline.settle(SITE);
  expect((await state())?.dirty_from_ms).toBeNull();
});

test('history played in data time and then switched to the wall clock is neither lost nor counted twice', async () => {
  const world = makeWorld(5, 300, 10);
  const switchMs = T0 + 150_000;
  let now = T0 + 150_500;
  const run = async (clock: 'data' | 'wall') => {
    const h = await startHarness({
      site: { clock, historyFromMs: T0, historyUntilMs: switchMs },
      clock: () => now,
    });
    await fleet.connect(h.url);
    for (const entry of from(world, T0, switchMs)) fleet.send(entry);
    await fleet.drain();
    if (clock === 'data') {
      await until(() => h.pipeline.snapshot(SITE)?.historyProgress).toBe(null);
      await h.registry.putSite({ ...h.registry.site(SITE)!, clock: 'wall' });
      await until(async () => (await h.pipeline.present(SITE)).length).toBeGreaterThan(0);
    }
    for (const entry of from(world, switchMs, T0 + 300_000)) fleet.send(entry);
    now = T0 + 7_200_000;
    await fleet.drain();
    await h.pipeline.settle(SITE);
    const rows = await rowsOf(h.duck);
    expect(h.problems).toEqual([]);
    now = T0 + 150_500;
    await fleet.disconnect();
    await h.close();
    return rows;
  };
  const switched = await run('data');
  expect(switched).toBe(await run('wall'));
  expect(switched).toMatch(/^visits [1-9]/);
  expect(switched).toContain('open_visits 0');
}, 30_000);

test('a long replay leaves the event loop its turns', async () => {
  const world = makeWorld(8, 900, 60);
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (const entry of world) fleet.send(entry);
  await fleet.drain(40_000);
  await harness.pipeline.settle(SITE);
  const rows = await rowsOf(harness.duck);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const { sightings, ticks } = await harness.pipeline.rebuild(SITE, 0);
  delay.disable();
  expect(ticks).toBeGreaterThan(900);
  expect(sightings).toBe(world.reduce((sum, { message }) => sum + message.sightings.length, 0));
  expect(await rowsOf(harness.duck)).toBe(rows);
  // Pieces are some 20 ms; the median tells of the pieces, the maximum of the machine's other users.
  expect(delay.percentile(50) / 1e6).toBeLessThan(60);
}, 60_000);
