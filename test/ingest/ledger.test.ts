import { afterEach, expect, test } from 'vitest';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import { type Harness, makeWorld, rowsOf, SITE, startHarness, T0 } from '../support/pipelineHarness.ts';
import { seededRandom } from '../support/random.ts';
import { until } from '../support/until.ts';

let harness: Harness | undefined;
const fleet = new LedgerFleet();
afterEach(async () => {
  await fleet.disconnect();
  await harness?.close();
  harness = undefined;
});

const SECONDS = 240;
const CARRIERS = 12;
const world = makeWorld(7, SECONDS, CARRIERS);
let undisturbed: string | undefined;

async function undisturbedRows(): Promise<string> {
  if (undisturbed) return undisturbed;
  const calm = await startHarness();
  const calmFleet = new LedgerFleet();
  await calmFleet.connect(calm.url);
  for (const entry of world) calmFleet.send(entry);
  await calmFleet.drain();
  await calm.pipeline.settle(SITE);
  const counters = calm.pipeline.counters();
  expect(counters.batches).toBe(world.length);
  expect(counters.sightings).toBe(world.reduce((sum, { message }) => sum + message.sightings.length, 0));
  undisturbed = await rowsOf(calm.duck);
  await calmFleet.disconnect();
  await calm.close();
  expect(undisturbed).toMatch(/^visits/);
  expect(undisturbed.split('\n').length).toBeGreaterThan(100);
  return undisturbed;
}

test('an undisturbed run has visits, stays, heat and coverage of every gateway', async () => {
  const rows = await undisturbedRows();
  expect(rows).toMatch(/open_visits \d+\n/);
  expect(rows).toContain('"zone_id":"west"');
  expect(rows).toContain('"carrier_id":"c-3"');
  expect(rows).toMatch(/"carrier_id":"u-[a-z0-9]{25}"/);
  for (const id of ['g1', 'g2', 'g3', 'g4']) expect(rows).toContain(`"gateway_id":"${id}"`);
  expect(rows).not.toContain('f7826da6');
});

test.each([11, 12, 13])(
  'duplicates, reordering, lost connections and kills leave the same rows (seed %i)',
  async (seed) => {
    const expected = await undisturbedRows();
    harness = await startHarness();
    const random = seededRandom(seed);
    await fleet.connect(harness.url);
    let kills = 0;
    for (let from = 0; from < world.length; ) {
      const count = 1 + Math.floor(random() * 60);
      const piece = world.slice(from, from + count);
      from += count;
      piece.sort(() => random() - 0.5);
      for (const entry of piece) {
        fleet.send(entry);
        if (random() < 0.2) fleet.send(entry);
      }
      if (random() < 0.25) await new Promise((resolve) => setTimeout(resolve, random() * 200));
      if (random() < 0.08 && kills < 6) {
        kills++;
        await harness.restart();
        await fleet.connect(harness.url);
        fleet.resend();
      }
    }
    await fleet.drain();
    await harness.pipeline.settle(SITE);
    expect(kills).toBeGreaterThan(1);
    expect(await rowsOf(harness.duck)).toBe(expected);
    expect(harness.problems.filter((problem) => problem.includes('analytics'))).toEqual([]);
  },
  60_000,
);

test('a backlog that comes hours late gives the rows of one that was never late', async () => {
  const expected = await undisturbedRows();
  harness = await startHarness();
  await fleet.connect(harness.url);
  const late = world.filter(({ gatewayId, message }) => gatewayId === 'g2' && message.seq > 20 && message.seq < 150);
  expect(late.length).toBe(129);
  for (const entry of world) if (!late.includes(entry)) fleet.send(entry);
  await until(() => harness!.pipeline.counters().batches).toBe(world.length - late.length);
  await harness.pipeline.settle(SITE);
  expect(await rowsOf(harness.duck)).not.toBe(expected);
  for (const entry of late) fleet.send(entry);
  await fleet.drain();
  await harness.pipeline.settle(SITE);
  expect(await rowsOf(harness.duck)).toBe(expected);
}, 30_000);

test('a rebuild of the day gives the rows of the live run', async () => {
  const expected = await undisturbedRows();
  harness = await startHarness();
  await fleet.connect(harness.url);
  for (const entry of world) fleet.send(entry);
  await fleet.drain();
  await harness.pipeline.settle(SITE);
  const result = await harness.pipeline.rebuild(SITE, T0 - 3_600_000);
  expect(result.sightings).toBeGreaterThan(1_000);
  expect(await rowsOf(harness.duck)).toBe(expected);
}, 30_000);

test('what a gateway declares lost does not hold the acknowledgement of what follows', async () => {
  harness = await startHarness();
  await fleet.connect(harness.url);
  const own = world.filter(({ gatewayId }) => gatewayId === 'g1');
  for (const entry of own) if (entry.message.seq <= 10 || entry.message.seq > 20) fleet.send(entry);
  await until(() => harness!.pipeline.counters().batches).toBe(own.length - 10);
  expect(fleet.unackedCount()).toBeGreaterThanOrEqual(own.length - 20);
  fleet.publish('g1', 'gap', JSON.stringify({ epoch: 3, fromSeq: 11, toSeq: 20, reason: 'outbox-full' }));
  await fleet.drain();
  // Ten batches, however often and however generously it is told.
  const { messages } = harness.pipeline.counters();
  fleet.publish('g1', 'gap', JSON.stringify({ epoch: 3, fromSeq: 1, toSeq: 21, reason: 'outbox-full' }));
  await until(() => harness!.pipeline.counters().messages).toBeGreaterThan(messages);
  expect(harness.pipeline.counters().gaps).toBe(10);
  // And after a restart it still stands.
  await harness.restart();
  await fleet.connect(harness.url);
  for (const entry of own.slice(-5)) fleet.send(entry);
  await fleet.drain();
  expect(harness.pipeline.counters()).toMatchObject({ batches: 0, duplicates: 5 });
}, 30_000);
