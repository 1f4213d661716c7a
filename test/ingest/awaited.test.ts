/** Hours of a gateway that is out stay provisional until it has handed in what it kept. */
import { afterEach, describe, expect, test } from 'vitest';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { Awaited } from '../../server/ingest/awaited.ts';
import { GatewayHealth } from '../../server/ingest/gatewayHealth.ts';
import { makeBacklogWorld } from '../support/backlogWorld.ts';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import { GATEWAYS, type Harness, SITE, startHarness, T0, type World } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const KEPT = 48 * HOUR;

describe('who is waited for', () => {
  const health = () => {
    const known = new GatewayHealth();
    return {
      known,
      status: (atMs: number, outboxBatches: number | undefined, online = true) =>
        known.status(
          'g1',
          { online, ...(outboxBatches === undefined ? {} : { outboxBatches }) },
          T0 + atMs,
          false,
          false,
        ),
    };
  };
  const awaited = new Awaited();
  const look = (known: GatewayHealth, atMs: number, newestMs?: number) => {
    awaited.update(
      [{ gatewayId: 'g1', record: known.record('g1'), newestMs: newestMs === undefined ? undefined : T0 + newestMs }],
      T0 + atMs,
      KEPT,
    );
    return awaited.list().map(({ fromMs }) => fromMs - T0);
  };
  afterEach(() => awaited.clear());

  test('one that fell silent, from its newest data on, until it says that its outbox is empty', () => {
    const { known, status } = health();
    status(0, 0);
    expect(look(known, 30_000, -500)).toEqual([]);
    expect(look(known, 61_000, -500)).toEqual([-500]);
    expect(look(known, 2 * HOUR, -500)).toEqual([-500]);
    // It is back: what it said before the outage counts no more.
    known.seen('g1', T0 + 2 * HOUR + 1_000);
    expect(look(known, 2 * HOUR + 2_000, 20_000)).toEqual([-500]);
    status(2 * HOUR + 3_000, 7_000);
    expect(look(known, 2 * HOUR + 4_000, 600_000)).toEqual([-500]);
    status(2 * HOUR + 60_000, 2);
    expect(look(known, 2 * HOUR + 61_000, 2 * HOUR)).toEqual([]);
  });

  test('one whose last will came, at once', () => {
    const { known, status } = health();
    status(0, 0);
    expect(look(known, 1_000, 900)).toEqual([]);
    status(2_000, undefined, false);
    expect(look(known, 2_500, 900)).toEqual([0]);
  });

  test('one that never tells of its outbox, until its data is fresh', () => {
    const { known } = health();
    known.seen('g1', T0);
    expect(look(known, 5 * MINUTE, 0)).toEqual([0]);
    known.seen('g1', T0 + 6 * MINUTE);
    expect(look(known, 6 * MINUTE, 2 * MINUTE)).toEqual([0]);
    known.seen('g1', T0 + 7 * MINUTE);
    expect(look(known, 7 * MINUTE, 7 * MINUTE - 1_000)).toEqual([]);
  });

  test('one that is found with a backlog after a start of the server', () => {
    const { known, status } = health();
    status(0, 400);
    expect(look(known, 1_000, -400_000)).toEqual([-400_000]);
    status(10_000, 31);
    expect(look(known, 11_000, -40_000)).toEqual([-400_000]);
    status(20_000, 30);
    expect(look(known, 21_000, -1_000)).toEqual([]);
  });

  test('none that was never heard, is switched off, or is gone for longer than sightings are taken', () => {
    const { known, status } = health();
    expect(look(known, 0)).toEqual([]);
    status(0, 0);
    expect(look(known, KEPT)).toEqual([0]);
    expect(look(known, KEPT + 1)).toEqual([]);
    expect(look(known, KEPT)).toEqual([0]);
    awaited.update([], T0 + KEPT, KEPT);
    expect(awaited.list()).toEqual([]);
  });
});

let harness: Harness | undefined;
const fleet = new LedgerFleet();
afterEach(async () => {
  await fleet.disconnect();
  await harness?.close();
  harness = undefined;
});

test('at a wall clock: final hours stay final, those since the outage are provisional through a restart until all is in', async () => {
  const world = makeBacklogWorld(5, 4, 12);
  // g2 loses its network at 10:30 and keeps what it hears.
  const kept = ({ gatewayId, message }: World) => gatewayId === 'g2' && message.fromMs >= T0 + 1.5 * HOUR;
  let now = T0 + 4 * HOUR;
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => now, options: { commitEveryMs: 100 } });
  const status = (gatewayId: string, outboxBatches: number) =>
    fleet.publish(gatewayId, 'status', JSON.stringify({ online: true, outboxBatches }));
  const states = async () => {
    const { series } = await openTimeSeries(harness!.duck, harness!.registry).series({
      siteId: SITE,
      metric: 'footfall',
      interval: 'hour',
      fromMs: T0,
      toMs: T0 + 4 * HOUR,
    });
    return series.map(({ state }) => state.slice(0, 5)).join(' ');
  };
  const changelog = () =>
    openTimeSeries(harness!.duck, harness!.registry).changelog({
      siteId: SITE,
      fromMs: T0,
      toMs: T0 + 4 * HOUR,
      limit: 9,
    });
  await fleet.connect(harness.url);
  const before = world.filter((entry) => !kept(entry));
  now = T0 + 1.5 * HOUR;
  const [early, rest] = [
    before.filter(({ message }) => message.fromMs < T0 + 1.5 * HOUR),
    before.filter(({ message }) => message.fromMs >= T0 + 1.5 * HOUR),
  ];
  for (const entry of early) fleet.send(entry);
  await until(() => harness!.pipeline.counters().batches).toBe(early.length);
  now = T0 + 4 * HOUR + 30 * MINUTE;
  for (const entry of rest) fleet.send(entry);
  await until(() => harness!.pipeline.counters().batches).toBe(before.length);
  for (const { id } of GATEWAYS) if (id !== 'g2') status(id, 0);
  await harness.pipeline.settle(SITE);
  await expect.poll(states, { timeout: 10_000 }).toBe('final provi provi provi');
  await expect
    .poll(async () => (await changelog()).awaited, { timeout: 10_000 })
    .toEqual([{ gateway: 'g2', from: '2024-03-04T11:30:00+01:00' }]);
  await harness.restart();
  await fleet.connect(harness.url);
  await harness.pipeline.settle(SITE);
  expect(await states()).toBe('final provi provi provi');

  now += 5_000;
  status('g2', 900);
  const backlog = world.filter(kept);
  for (const entry of backlog.slice(0, 400)) fleet.send(entry);
  await until(() => harness!.pipeline.counters().batches).toBe(400);
  await harness.pipeline.settle(SITE);
  // Computed in so far, but the rest is still to come.
  expect(await states()).toBe('final provi provi provi');
  for (const entry of backlog.slice(400)) fleet.send(entry);
  await until(() => harness!.pipeline.counters().batches).toBe(backlog.length);
  status('g2', 0);
  await expect.poll(states, { timeout: 10_000 }).toBe('final final final final');
  const { entries, awaited } = await changelog();
  expect(awaited).toEqual([]);
  // By this clock, which jumps, what came before was late as well: the older entry.
  expect(entries).toHaveLength(2);
  expect(entries[0]!.backlogs).toMatchObject([{ gateway: 'g2', batches: backlog.length }]);
  // None of it had been told as final.
  expect(entries[0]!.hours.map(({ wasFinal, state }) => [wasFinal, state])).toEqual(Array(3).fill([false, 'final']));
}, 60_000);
