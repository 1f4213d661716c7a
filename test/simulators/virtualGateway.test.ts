import { expect, test } from 'vitest';
import { type SightingsMessage, sightingsMessage } from '../../server/contract/wire.ts';
import { conditionOf } from '../../simulators/faults.ts';
import { type Beacon, VirtualGateway, type VirtualGatewayOptions } from '../../simulators/virtualGateway.ts';

const UUID = '8f6a2c1e-5d34-4b7a-9c02-71e4a0b3d5f6';
const T = 1_772_406_000_000;
const beacon = (minor: number, uuid = UUID): Beacon => ({ uuid, major: 1, minor, declaredPowerDbm: -59 });
const gateway = (options: Partial<VirtualGatewayOptions> = {}): VirtualGateway =>
  new VirtualGateway({
    epoch: 7,
    uuids: [UUID],
    windowMs: 1_000,
    batchMs: 1_000,
    heartbeatMs: 10_000,
    maxOutboxBatches: 1_000,
    ...options,
  });
const messages = (one: VirtualGateway): SightingsMessage[] =>
  one.outbox.map(({ payload }) => sightingsMessage.parse(JSON.parse(payload)));

test('one row per carrier and window, with mean, maximum, count and time last heard', () => {
  const one = gateway();
  const tag = beacon(5);
  one.hear(tag, T + 100, -70);
  one.hear(tag, T + 900, -61);
  one.hear(beacon(6), T + 500, -80);
  one.hear(tag, T + 1_100, -66);
  one.close(T + 2_000);
  const [first, second] = messages(one);
  expect(first).toMatchObject({ epoch: 7, seq: 1, fromMs: T, toMs: T + 1_000, uuids: [UUID] });
  expect(first!.sightings).toEqual([
    [0, 1, 5, -65.5, -61, 2, -59, 900],
    [0, 1, 6, -80, -80, 1, -59, 500],
  ]);
  expect(second).toMatchObject({ seq: 2, fromMs: T + 1_000, sightings: [[0, 1, 5, -66, -66, 1, -59, 100]] });
});

test('a batch of several windows keeps a row for each', () => {
  const one = gateway({ batchMs: 20_000 });
  const fromMs = Math.floor(T / 20_000) * 20_000;
  const tag = beacon(5);
  for (const offset of [0, 400, 3_000, 19_999]) one.hear(tag, fromMs + offset, -70);
  one.close(fromMs + 20_000);
  expect(messages(one).flatMap((message) => message.sightings.map((row) => [row[5], row[7]]))).toEqual([
    [2, 400],
    [1, 3_000],
    [1, 19_999],
  ]);
});

test('a crowd takes several messages, and each but the last says that more follows', () => {
  const one = gateway();
  for (let minor = 0; minor < 1_600; minor++) one.hear(beacon(minor), T + 100, -70);
  one.close(T + 1_000);
  expect(messages(one).map(({ sightings, more }) => [sightings.length, more])).toEqual([
    [800, true],
    [800, undefined],
  ]);
});

test('a quiet gateway still sends a heartbeat that spans the quiet time, and no second is missing', () => {
  const one = gateway();
  for (let t = T; t <= T + 60_000; t += 1_000) one.close(t);
  const beats = messages(one);
  expect(beats).toHaveLength(6);
  beats.forEach((beat, i) => {
    expect(beat.sightings).toEqual([]);
    expect([beat.fromMs, beat.toMs]).toEqual([T + i * 10_000, T + (i + 1) * 10_000]);
  });
});

test('after a long silence heartbeats stay within what a batch may span', () => {
  const one = gateway({ heartbeatMs: 60_000 });
  one.close(T);
  one.close(T + 3_600_000);
  const beats = messages(one);
  expect(beats.length).toBeGreaterThanOrEqual(59);
  expect(beats.at(-1)!.toMs).toBe(T + 3_600_000);
});

test('the oldest batches fall out of a full outbox, and the gap names exactly those', () => {
  const one = gateway({ maxOutboxBatches: 5 });
  for (let i = 0; i < 12; i++) {
    one.hear(beacon(1), T + i * 1_000, -70);
    one.close(T + (i + 1) * 1_000);
  }
  expect(one.outbox.map(({ seq }) => seq)).toEqual([8, 9, 10, 11, 12]);
  expect(one.gaps).toEqual([{ epoch: 7, fromSeq: 1, toSeq: 7 }]);
  expect(one.droppedBatches).toBe(7);
});

test('a restart raises the epoch, begins again at 1, and keeps what was in the outbox', () => {
  const one = gateway();
  one.hear(beacon(1), T, -70);
  one.close(T + 1_000);
  one.hear(beacon(1), T + 1_500, -70);
  one.restart(T + 60_000);
  one.hear(beacon(1), T + 60_500, -70);
  one.close(T + 61_000);
  expect(one.outbox.map(({ epoch, seq }) => [epoch, seq])).toEqual([
    [7, 1],
    [8, 1],
  ]);
  expect(one.ack(8, 1)).toBe(1);
  expect(one.outbox.map(({ epoch }) => epoch)).toEqual([7]);
});

test('what is off the allowlist is dropped, or hashed where unknowns are counted', () => {
  const foreign = beacon(9, '5a4bcfce-174e-4bac-a814-092e77f6b7e5');
  const deaf = gateway();
  deaf.hear(foreign, T, -70);
  deaf.close(T + 1_000);
  expect(messages(deaf).flatMap((message) => message.sightings)).toEqual([]);
  expect(JSON.stringify(messages(deaf))).not.toContain('5a4bcfce');
  const counting = gateway({ hashUnknown: () => ({ keyId: 'day-1', hash: 'ab'.repeat(16) }) });
  counting.hear(foreign, T + 10, -70);
  counting.hear(beacon(1), T + 20, -71);
  counting.close(T + 1_000);
  const [message] = messages(counting);
  expect(message!.unknownKeyId).toBe('day-1');
  expect(message!.unknowns).toEqual([['ab'.repeat(16), -70, -70, 1, 10]]);
  expect(message!.sightings).toHaveLength(1);
  expect(counting.outbox[0]!.payload).not.toContain('5a4bcfce');
});

test('a skipped stretch is vouched for by nothing', () => {
  const one = gateway({ batchMs: 20_000, heartbeatMs: 60_000, heartbeatSpanMs: 20_000 });
  const fromMs = Math.floor(T / 20_000) * 20_000;
  one.close(fromMs);
  one.hear(beacon(1), fromMs + 3_000, -70);
  one.skip(fromMs + 5_000, fromMs + 7_200_000);
  one.close(fromMs + 7_260_000);
  const spans = messages(one).map(({ fromMs: from, toMs }) => [from - fromMs, toMs - fromMs]);
  expect(spans).toEqual([
    [0, 5_000],
    [7_240_000, 7_260_000],
  ]);
});

test('faults: who is off, who is cut off, and what its clock shows', () => {
  const faults = [
    { type: 'network' as const, gateways: ['a'], fromMinute: 10, minutes: 5 },
    { type: 'power' as const, gateways: ['*'], fromMinute: 20, minutes: 1 },
    { type: 'dead' as const, gateways: ['b'], fromMinute: 30 },
    { type: 'clock' as const, gateways: ['a'], offsetMs: 500, driftPpm: 100 },
  ];
  const at = (id: string, minute: number) => conditionOf(faults, id, T, T + minute * 60_000);
  expect(at('a', 9)).toMatchObject({ powered: true, online: true });
  expect(at('a', 12)).toMatchObject({ powered: true, online: false });
  expect(at('b', 12)).toMatchObject({ powered: true, online: true });
  expect(at('b', 20.5)).toMatchObject({ powered: false, online: false });
  expect(at('b', 1_000)).toMatchObject({ powered: false });
  expect(at('a', 0).clockOffsetMs).toBe(500);
  expect(at('a', 100).clockOffsetMs).toBe(500 + 600);
});
