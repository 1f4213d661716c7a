import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { topicOf } from '../../server/contract/topics.ts';
import { Fleet, type FleetOptions } from '../../simulators/fleet.ts';
import { play } from '../../simulators/play.ts';
import type { Beacon } from '../../simulators/virtualGateway.ts';
import { World } from '../../simulators/world.ts';
import { MONDAY_MS, TestBroker, TIMEZONE, testScenario, until } from './support.ts';

const UUID = '8f6a2c1e-5d34-4b7a-9c02-71e4a0b3d5f6';
const NOON_MS = MONDAY_MS + 12 * 3_600_000;
const SECOND = 1_000;
const tag: Beacon = { uuid: UUID, major: 1, minor: 42, declaredPowerDbm: -59 };

let broker: TestBroker;
let fleet: Fleet | undefined;
beforeEach(async () => {
  broker = new TestBroker();
  await broker.start();
});
afterEach(async () => {
  await fleet?.stop({ graceMs: 0 });
  fleet = undefined;
  await broker.stop();
});

function start(options: Partial<FleetOptions> = {}): Fleet {
  fleet = new Fleet({
    siteId: 'test',
    gatewayIds: ['g1', 'g2'],
    url: broker.url,
    uuids: [UUID],
    seed: 1,
    epoch: 100,
    batchMs: SECOND,
    heartbeatMs: 10 * SECOND,
    sharedLink: false,
    beganMs: NOON_MS,
    ...options,
  });
  fleet.start();
  return fleet;
}

/** Each gateway hears one packet in each second from `from` to `to`. */
function seconds(from: number, to: number, gateways = 2): void {
  for (let s = from; s < to; s++) {
    for (let g = 0; g < gateways; g++) fleet!.hear(g, tag, NOON_MS + s * SECOND + 300, -70);
    fleet!.advance(NOON_MS + (s + 1) * SECOND);
  }
}

const seqsOf = (gatewayId: string, epoch: number): number[] =>
  broker
    .distinct()
    .filter((one) => one.gatewayId === gatewayId && one.message.epoch === epoch)
    .map((one) => one.message.seq)
    .sort((a, b) => a - b);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test.each([true, false])(
  'every batch arrives once, in order, and is freed by the ack (one connection: %s)',
  async (sharedLink) => {
    start({ sharedLink });
    seconds(0, 50);
    expect(await fleet!.room(0, 5_000)).toBe(true);
    expect(broker.taken).toHaveLength(100);
    expect(broker.invalid).toEqual([]);
    const order = broker.taken.filter((one) => one.gatewayId === 'g1').map((one) => one.message.seq);
    expect(order).toEqual(upTo(50));
    expect(fleet!.totals()).toMatchObject({
      batches: 100,
      rows: 100,
      ackedBatches: 100,
      ackedRows: 100,
      resent: 0,
      waiting: 0,
    });
  },
);

test('batches without an ack stay, whatever the broker says', async () => {
  broker.acking = false;
  start();
  seconds(0, 20);
  await until(() => broker.taken.length === 40, 'all batches at the broker');
  expect(fleet!.totals()).toMatchObject({ waiting: 40, ackedBatches: 0 });
  expect(await fleet!.room(39, 200)).toBe(false);
});

test('after an outage of the network the backlog is sent exactly, and only that gateway was away', async () => {
  start({ faults: [{ type: 'network', gateways: ['g2'], fromMinute: 1, minutes: 2 }] });
  await until(() => fleet!.connected === 2, 'both connections');
  seconds(0, 50);
  await until(() => broker.taken.length === 100, 'the first seconds');
  seconds(50, 170);
  await until(() => seqsOf('g1', 100).length === 170, 'the neighbour going on');
  // The cable is pulled in the 60th second; what was on it may have been lost.
  expect(seqsOf('g2', 100).length).toBeLessThan(60);
  expect(broker.statuses.some((one) => one.gatewayId === 'g2' && one.status.online === false)).toBe(true);
  expect(broker.statuses.some((one) => one.gatewayId === 'g1' && one.status.online === false)).toBe(false);
  seconds(170, 190);
  await until(() => seqsOf('g2', 100).length === 190, 'the backlog');
  expect(seqsOf('g2', 100)).toEqual(upTo(190));
  expect(await fleet!.room(0, 5_000)).toBe(true);
  expect(fleet!.totals()).toMatchObject({ ackedBatches: 380, dropped: 0 });
});

test('a power cut loses what was not heard, and the epoch rises', async () => {
  start({ faults: [{ type: 'power', gateways: ['g1'], fromMinute: 0.5, minutes: 0.5 }] });
  await until(() => fleet!.connected === 2, 'both connections');
  seconds(0, 90);
  await until(() => seqsOf('g1', 101).length === 30, 'the batches after the power cut');
  expect(await fleet!.room(0, 5_000)).toBe(true);
  expect(seqsOf('g1', 100)).toEqual(upTo(29));
  expect(seqsOf('g1', 101)).toEqual(upTo(30));
  const heardAt = broker
    .distinct()
    .filter((one) => one.gatewayId === 'g1')
    .map((one) => one.message.fromMs - NOON_MS);
  expect(heardAt.some((ms) => ms >= 30 * SECOND && ms < 60 * SECOND)).toBe(false);
});

test('a dead gateway never comes back', async () => {
  start({ faults: [{ type: 'dead', gateways: ['g2'], fromMinute: 0.25 }] });
  seconds(0, 60);
  await until(() => seqsOf('g1', 100).length === 60, 'the living one');
  expect(await fleet!.room(0, 5_000)).toBe(true);
  expect(Math.max(...seqsOf('g2', 100))).toBeLessThanOrEqual(15);
});

test('a broker that went away gets everything that was not acked, after it is back', async () => {
  broker.acking = false;
  start();
  seconds(0, 10);
  await until(() => broker.taken.length === 20, 'the first batches');
  const { url } = broker;
  await broker.stop();
  seconds(10, 30);
  broker = new TestBroker();
  await broker.start(Number(new URL(url).port));
  expect(await fleet!.room(0, 15_000)).toBe(true);
  expect(seqsOf('g1', 100)).toEqual(upTo(30));
  expect(seqsOf('g2', 100)).toEqual(upTo(30));
  expect(fleet!.totals().ackedBatches).toBe(60);
  expect(fleet!.totals().resent).toBeGreaterThanOrEqual(20);
});

test('repeated and stale acks are taken in stride', async () => {
  start();
  seconds(0, 10);
  expect(await fleet!.room(0, 5_000)).toBe(true);
  await broker.publish(topicOf('test', 'g1', 'ack'), { epoch: 100, seq: 4 });
  await broker.publish(topicOf('test', 'g1', 'ack'), { epoch: 99, seq: 400 });
  await broker.publish(topicOf('test', 'g1', 'ack'), { nonsense: true });
  seconds(10, 20);
  expect(await fleet!.room(0, 5_000)).toBe(true);
  expect(seqsOf('g1', 100)).toEqual(upTo(20));
  expect(fleet!.totals().ackedBatches).toBe(40);
});

test('a bounded outbox drops the oldest during an outage and reports the gap', async () => {
  start({
    gatewayIds: ['g1'],
    maxOutboxBatches: 25,
    faults: [{ type: 'network', gateways: ['g1'], fromMinute: 0.5, minutes: 1 }],
  });
  await until(() => fleet!.connected === 1, 'the connection');
  seconds(0, 20, 1);
  expect(await fleet!.room(0, 5_000)).toBe(true);
  seconds(20, 95, 1);
  await until(() => seqsOf('g1', 100).includes(95), 'the rest');
  expect(await fleet!.room(0, 5_000)).toBe(true);
  await until(() => broker.gaps.length > 0, 'the gap');
  const lost = new Set(broker.gaps.flatMap(({ fromSeq, toSeq }) => upTo(toSeq).filter((seq) => seq >= fromSeq)));
  expect(lost.size).toBeGreaterThan(20);
  expect(fleet!.totals().dropped).toBe(lost.size);
  for (const seq of upTo(95)) expect(seqsOf('g1', 100).includes(seq) || lost.has(seq), `seq ${seq}`).toBe(true);
});

test('a skewed clock shows in batches and status', async () => {
  start({ faults: [{ type: 'clock', gateways: ['g2'], offsetMs: 90_300, driftPpm: 0 }] });
  seconds(0, 12);
  expect(await fleet!.room(0, 5_000)).toBe(true);
  const first = (id: string): number => broker.taken.find((one) => one.gatewayId === id)!.message.fromMs - NOON_MS;
  expect(first('g1')).toBe(0);
  expect(first('g2')).toBe(90_000);
  const last = broker.taken.filter((one) => one.gatewayId === 'g2').at(-1)!.message;
  expect(last.fromMs + last.sightings[0]![7]).toBe(NOON_MS + 11 * SECOND + 300 + 90_300);
  const status = broker.statuses.find((one) => one.gatewayId === 'g2')!.status;
  expect(status).toMatchObject({ online: true, epoch: 100 });
  expect(Number(status.clockMs) - NOON_MS).toBeGreaterThanOrEqual(90_300);
});

test('history that is played in at once has a status for every quarter hour, with the rate of its own time', async () => {
  start({ sharedLink: true });
  await until(() => broker.statuses.length > 0, 'the connection');
  seconds(0, 2_700);
  expect(await fleet!.room(0, 10_000)).toBe(true);
  const told = () => broker.statuses.flatMap((one) => (one.gatewayId === 'g1' ? [one.status.advertsPerSecond] : []));
  await until(() => told().filter((rate) => rate === 1).length >= 3, 'three quarter hours');
  expect(Math.max(...told().map(Number))).toBeLessThanOrEqual(1);
});

test('the configured allowlist and daily key are obeyed, and no key serves another day', async () => {
  const foreign: Beacon = { uuid: '5a4bcfce-174e-4bac-a814-092e77f6b7e5', major: 3, minor: 258, declaredPowerDbm: -59 };
  const keyHex = '11'.repeat(32);
  const untilMs = NOON_MS + 60 * SECOND;
  await broker.publish(
    topicOf('test', 'g1', 'config'),
    { v: 1, uuids: [UUID], windowMs: 1_000, heartbeatMs: 10_000, unknowns: { keyId: 'k1', keyHex, untilMs } },
    true,
  );
  start({ gatewayIds: ['g1'] });
  await until(() => broker.statuses.length > 0, 'the connection');
  await until(() => {
    fleet!.hear(0, foreign, NOON_MS + 100, -70);
    fleet!.advance(NOON_MS + SECOND);
    return fleet!.totals().rows > 0;
  }, 'the configuration');
  fleet!.hear(0, foreign, untilMs + 500, -70);
  fleet!.advance(untilMs + 2 * SECOND);
  expect(await fleet!.room(0, 5_000)).toBe(true);
  const unknowns = broker.taken.flatMap((one) =>
    (one.message.unknowns ?? []).map((row) => [one.message.unknownKeyId, row[0]]),
  );
  const bytes = Buffer.from('5a4bcfce174e4baca814092e77f6b7e500030102', 'hex');
  const hash = createHmac('sha256', Buffer.from(keyHex, 'hex')).update(bytes).digest('hex').slice(0, 32);
  expect(unknowns).toEqual([['k1', hash]]);
});

test('played history keeps the gateways in step, and the backlog bounded', async () => {
  const scenario = testScenario();
  const fromMs = MONDAY_MS + 9 * 3_600_000;
  const world = new World(scenario, { seed: 1, timezone: TIMEZONE });
  world.begin(fromMs);
  start({
    gatewayIds: scenario.gateways.map((gateway) => gateway.id),
    uuids: [scenario.radio.uuid],
    sharedLink: true,
    batchMs: 20_000,
    heartbeatMs: 60_000,
    heartbeatSpanMs: 20_000,
    beganMs: fromMs,
  });
  const untilMs = fromMs + 3 * 3_600_000;
  let most = 0;
  const reached = await play(world, fleet!, {
    fromMs,
    untilMs: () => untilMs,
    targetMs: () => untilMs,
    maxWaiting: 60,
    signal: new AbortController().signal,
    onProgress: () => {
      most = Math.max(most, fleet!.totals().waiting);
    },
  });
  expect(reached).toBe(untilMs);
  expect(await fleet!.room(0, 10_000)).toBe(true);
  const { rows, ackedRows, dropped } = fleet!.totals();
  expect(rows).toBeGreaterThan(1_000);
  expect(ackedRows).toBe(rows);
  expect(dropped).toBe(0);
  expect(broker.distinct().reduce((sum, one) => sum + one.message.sightings.length, 0)).toBe(rows);
  let newestMs = 0;
  for (const { message } of broker.taken) {
    newestMs = Math.max(newestMs, message.toMs);
    // The engine holds 30 s behind the newest event: what begins earlier than that would have to be computed again.
    expect(message.fromMs).toBeGreaterThanOrEqual(newestMs - 30_000);
  }
  for (const { id } of scenario.gateways) {
    const minutes = new Set<number>();
    for (const { gatewayId, message } of broker.taken)
      if (gatewayId === id)
        for (let m = Math.floor(message.fromMs / 60_000); m <= Math.floor((message.toMs - 1) / 60_000); m++)
          minutes.add(m);
    expect(minutes.size, `minutes covered by ${id}`).toBeGreaterThanOrEqual(179);
  }
});
