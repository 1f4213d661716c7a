import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Harness, SITE, startHarness, T0, UUID } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

const NOW = T0 + 12 * 3_600_000;
let harness: Harness;
let client: MqttClient;
beforeEach(async () => {
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => NOW });
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
});
afterEach(async () => {
  await client.endAsync(true);
  await harness.close();
});

const topic = (leaf = 'sightings', gatewayId = 'g1', siteId = SITE) => `promenade/1/${siteId}/${gatewayId}/${leaf}`;
const batch = (seq: number, over: Record<string, unknown> = {}) => ({
  v: 1,
  epoch: 1,
  seq,
  fromMs: NOW - 2_000,
  toMs: NOW - 1_000,
  uuids: [UUID],
  sightings: [[0, 1, 2, -60.25, -58, 3, -59, 500]],
  ...over,
});
const send = (to: string, payload: unknown) =>
  client.publishAsync(to, typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload), {
    qos: 1,
  });
const letters = () => harness.pipeline.deadLetters(SITE, 100);

test('each kind of bad input becomes a dead letter with its reason, and the good message behind it is taken', async () => {
  const secret = 'deadbeef-0000-4000-8000-00000000cafe';
  await send(topic(), 'no json at all, but a secret: deadbeef');
  await send(topic(), batch(1, { sightings: [[0, 1, 70_000, -60, -58, 3, -59, 1]] }));
  await send(topic(), batch(2, { uuids: [`${secret}!`] }));
  await send(topic(), batch(3, { toMs: NOW + 100_000 }));
  await send(topic(), batch(4, { fromMs: NOW - 49 * 3_600_000, toMs: NOW - 49 * 3_600_000 + 1_000 }));
  await send(topic('gap'), { epoch: 1, fromSeq: 9, toSeq: 3, reason: 'x' });
  await send(topic('status'), { online: 'yes' });
  await send(topic(), Buffer.alloc(64 * 1024 + 1, 0x20));
  await send(topic('sightings', 'stranger'), batch(1));
  await send(topic('status', 'stranger'), { online: true });
  await send(topic('sightings', 'g1', 'nowhere'), batch(1));
  for (const hostile of [
    'promenade/1/mall/G1!/sightings',
    'promenade/1/mall/g1/ack',
    'x',
    `promenade/1/${'a'.repeat(99)}/g/gap`,
  ])
    await send(hostile, batch(1));
  const acked: unknown[] = [];
  client.on('message', (_topic, payload) => acked.push(JSON.parse(payload.toString())));
  await client.subscribeAsync(topic('ack'), { qos: 1 });
  await send(topic(), batch(5));
  // The numbers of those that can never be read do not hold back the one that can.
  await until(() => acked).toContainEqual({ epoch: 1, seq: 5 });
  expect(harness.pipeline.counters()).toMatchObject({
    batches: 1,
    sightings: 1,
    deadLetters: {
      'not-json': 1,
      schema: 4,
      span: 1,
      ancient: 1,
      oversize: 1,
      'unknown-gateway': 2,
      'unknown-site': 1,
      topic: 4,
    },
  });
  const kept = await letters();
  expect(kept.map((letter) => letter.reason).sort()).toEqual(
    ['not-json', 'schema', 'schema', 'schema', 'schema', 'span', 'ancient', 'oversize', 'unknown-gateway'].sort(),
  );
  expect(JSON.stringify(kept)).not.toContain('deadbeef');
  expect(kept.find((letter) => letter.reason === 'ancient')?.detail).toContain('49 h back');
  const homeless = await harness.pipeline.deadLetters('', 100);
  expect(homeless.map((letter) => letter.reason).sort()).toEqual(['topic', 'topic', 'topic', 'topic', 'unknown-site']);
  expect(harness.pipeline.waitingGateways(SITE)).toMatchObject([{ gatewayId: 'stranger', messages: 2 }]);
  await harness.registry.gateways.put(SITE, { id: 'stranger', floorId: 'f0', xM: 1, yM: 1, zM: 2, enabled: true });
  expect(harness.pipeline.waitingGateways(SITE)).toEqual([]);
  await send(topic('sightings', 'stranger'), batch(1));
  await until(() => harness.pipeline.counters().batches).toBe(2);
});

test('a batch from the future is kept by its gateway until its clock is measured, and then corrected', async () => {
  const ahead = 10 * 60_000;
  const acked: unknown[] = [];
  client.on('message', (_topic, payload) => acked.push(JSON.parse(payload.toString())));
  await client.subscribeAsync(topic('ack'), { qos: 1 });
  const early = batch(1, { fromMs: NOW + ahead - 2_000, toMs: NOW + ahead - 1_000 });
  await send(topic(), early);
  await until(() => harness.pipeline.counters().deadLetters).toEqual({ future: 1 });
  await send(topic('status'), { online: true, epoch: 1, clockMs: NOW + ahead });
  await send(topic(), early);
  await until(() => acked).toContainEqual({ epoch: 1, seq: 1 });
  expect(harness.pipeline.counters()).toMatchObject({ batches: 1, duplicates: 0 });
  await until(() => harness.pipeline.snapshot(SITE)?.gateways.find((gateway) => gateway.id === 'g1')?.finding).toBe(
    'clock is 10 min ahead',
  );
  // Beyond the measured offset it is still the future, and now for good.
  await send(topic(), batch(2, { fromMs: NOW + ahead + 500_000, toMs: NOW + ahead + 501_000 }));
  await send(topic(), batch(3, { fromMs: NOW + ahead, toMs: NOW + ahead + 1_000 }));
  await until(() => acked).toContainEqual({ epoch: 1, seq: 3 });
  expect(harness.pipeline.counters()).toMatchObject({ batches: 2, deadLetters: { future: 2 } });
});

test('only the newest dead letters are kept, all are counted', async () => {
  await client.endAsync(true);
  await harness.close();
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => NOW, options: { deadLettersKept: 10 } });
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
  for (let i = 0; i < 25; i++) await send(topic(), `broken ${i}`);
  await until(() => harness.pipeline.counters().deadLetters).toEqual({ 'not-json': 25 });
  const kept = await letters();
  expect(kept.length).toBe(10);
  expect(kept[0]!.id).toBe(25);
});

test('rows off the allowlist are dropped and counted, and their beacons are nowhere on the disk', async () => {
  const foreign = '01234567-89ab-4def-8123-456789abcdef';
  await send(
    topic(),
    batch(1, {
      uuids: [foreign, UUID],
      sightings: [
        [0, 7, 8, -60, -58, 3, -59, 1],
        [1, 1, 2, -60, -58, 3, -59, 1],
      ],
    }),
  );
  await until(() => harness.pipeline.counters()).toMatchObject({ batches: 1, sightings: 1, notAllowed: 1 });
});
