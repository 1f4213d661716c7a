import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import type { ConfigMessage } from '../../server/contract/wire.ts';
import { hashBeacon, unknownIdOf } from '../../server/ingest/identity.ts';
import { type Harness, SITE, startHarness, UUID } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

let harness: Harness;
let client: MqttClient;
afterEach(async () => {
  await client?.endAsync(true);
  await harness?.close();
});

/** 23:59:50 in Prague on the last day before the clocks go forward. */
const BEFORE_MIDNIGHT = Date.parse('2024-03-30T22:59:50Z');
const DAY_MS = 86_400_000;
const topic = (leaf: string, gatewayId = 'g1') => `promenade/1/${SITE}/${gatewayId}/${leaf}`;
const batch = (seq: number, fromMs: number, sightings: number[][], over: object = {}) =>
  JSON.stringify({ v: 1, epoch: 1, seq, fromMs, toMs: fromMs + 1_000, uuids: [UUID], sightings, ...over });
const row = (minor: number) => [0, 0x8765, minor, -60, -58, 3, -59, 500];

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(dir, entry.name)) : [join(dir, entry.name)],
  );
}
function onDisk(needle: Buffer | string): string[] {
  return filesUnder(harness.dataDir).filter((path) => readFileSync(path).includes(needle));
}
const carrierIds = async () =>
  (
    await harness.duck.all<{ carrier_id: string }>(
      'select carrier_id from open_visits union select carrier_id from visits',
    )
  )
    .map((entry) => entry.carrier_id)
    .sort();

test('an unknown carrier has another id on another local day, the key is destroyed, and nothing raw is on the disk', async () => {
  let now = BEFORE_MIDNIGHT + 20_000;
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => now });
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
  for (const [seq, second] of [1, 2, 3, 14, 15, 16].entries())
    await client.publishAsync(
      topic('sightings'),
      batch(seq + 1, BEFORE_MIDNIGHT + second * 1000, [row(0x4321), row(9)]),
      { qos: 1 },
    );
  await until(() => harness.pipeline.counters().batches).toBe(6);
  await harness.pipeline.settle(SITE);
  const ids = await carrierIds();
  expect(ids.length).toBe(4);
  for (const id of ids) expect(id).toMatch(/^u-[a-z0-9]{25}$/);

  const keyFiles = () => filesUnder(join(harness.dataDir, 'keys'));
  const keys = keyFiles().map((path) => ({ path, bytes: readFileSync(path) }));
  expect(keys.map(({ path }) => path.slice(-14))).toEqual(['2024-03-30.key', '2024-03-31.key']);
  // The ids are those hashes, and could be computed while the keys last.
  const computed = keys.flatMap(({ bytes }) =>
    [0x4321, 9].map((minor) => unknownIdOf(hashBeacon(bytes, UUID, 0x8765, minor))),
  );
  expect(computed.sort()).toEqual(ids);

  await harness.duck.run('checkpoint').catch(() => {});
  expect(onDisk(UUID)).toEqual([]);
  expect(onDisk(Buffer.from(UUID.replaceAll('-', ''), 'hex'))).toEqual([]);
  expect(onDisk(Buffer.from([0x87, 0x65, 0x43, 0x21]))).toEqual([]);
  expect(onDisk(Buffer.from([0x21, 0x43, 0x65, 0x87]))).toEqual([]);
  // The scan finds what is there: it is not blind.
  expect(onDisk(ids[0]!).length).toBeGreaterThan(0);
  expect(onDisk(keys[0]!.bytes).length).toBe(1);

  // Two days on, both days are over and their backlog may not come any more.
  now += 2 * DAY_MS + 3_600_000;
  await harness.restart();
  client.end(true);
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
  expect(keyFiles().map((path) => path.slice(-14))).toEqual(['2024-03-31.key']);
  expect(onDisk(keys[0]!.bytes)).toEqual([]);
  expect(
    await harness.duck.all(
      'select local_day, destroyed_ms is not null as destroyed from daily_keys order by local_day',
    ),
  ).toEqual([
    { local_day: '2024-03-30', destroyed: true },
    { local_day: '2024-03-31', destroyed: false },
  ]);
});

test('a mall that keeps its sightings for a month keeps the key of a day no longer than two days after it', async () => {
  let now = BEFORE_MIDNIGHT;
  harness = await startHarness({
    site: { clock: 'wall' },
    clock: () => now,
    options: { retentionMs: () => 30 * DAY_MS },
  });
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
  await client.publishAsync(topic('sightings'), batch(1, BEFORE_MIDNIGHT - 2_000, [row(9)]), { qos: 1 });
  await until(() => harness.pipeline.counters().batches).toBe(1);
  const keyFiles = () => filesUnder(join(harness.dataDir, 'keys')).map((path) => path.slice(-14));
  now += 2 * DAY_MS;
  await harness.restart();
  expect(keyFiles()).toEqual(['2024-03-30.key']);
  now += 60_000;
  await harness.restart();
  expect(keyFiles()).toEqual([]);
});

test('sightings of a day whose key is destroyed are dropped and counted, never hashed under a new one', async () => {
  harness = await startHarness();
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
  const send = (seq: number, fromMs: number, rows: number[][]) =>
    client.publishAsync(topic('sightings'), batch(seq, fromMs, rows), { qos: 1 });
  await send(1, BEFORE_MIDNIGHT, [row(1)]);
  await send(2, BEFORE_MIDNIGHT + 3 * DAY_MS, [row(1)]);
  await until(() => harness.pipeline.counters().sightings).toBe(2);
  await harness.restart();
  client.end(true);
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
  const registered = [0, 1, 3, -60, -58, 3, -59, 1];
  await send(3, BEFORE_MIDNIGHT + 2_000, [row(1), registered]);
  await until(() => harness.pipeline.counters()).toMatchObject({ batches: 1, unlinkable: 1, sightings: 1 });
});

test('gateways get the key of the local day in their config, and what they hash with it counts', async () => {
  const now = BEFORE_MIDNIGHT;
  harness = await startHarness({ site: { clock: 'wall', countUnknowns: true }, clock: () => now });
  client = await mqtt.connectAsync(harness.url, { clientId: 'g1' });
  const configs: { payload: ConfigMessage | undefined; retain: boolean; topic: string }[] = [];
  client.on('message', (to, payload, packet) =>
    configs.push({
      payload: payload.length > 0 ? JSON.parse(payload.toString()) : undefined,
      retain: packet.retain,
      topic: to,
    }),
  );
  await client.subscribeAsync(`promenade/1/${SITE}/+/config`, { qos: 1 });
  await until(() => configs.length).toBe(4);
  const { payload, retain } = configs[0]!;
  expect(retain).toBe(true);
  expect(payload).toMatchObject({ v: 1, uuids: [UUID], windowMs: 1_000, heartbeatMs: 10_000 });
  expect(payload?.unknowns?.untilMs).toBe(Date.parse('2024-03-30T23:00:00Z'));
  const hash = hashBeacon(Buffer.from(payload!.unknowns!.keyHex, 'hex'), '11111111-2222-4333-8444-555555555555', 1, 2);
  const over = { unknownKeyId: payload!.unknowns!.keyId, unknowns: [[hash, -70, -69, 2, 100]] };
  await client.publishAsync(topic('sightings'), batch(1, now - 2_000, [], over), { qos: 1 });
  await client.publishAsync(topic('sightings'), batch(2, now - 1_000, [], { ...over, unknownKeyId: 'another' }), {
    qos: 1,
  });
  await until(() => harness.pipeline.counters()).toMatchObject({ batches: 2, sightings: 1, unlinkable: 1 });
  await harness.pipeline.settle(SITE);
  expect(await carrierIds()).toEqual([unknownIdOf(hash)]);
  // Only what changes is published again.
  await harness.registry.putSite({ ...harness.registry.site(SITE)!, name: 'Another name' });
  await harness.registry.putSite({ ...harness.registry.site(SITE)!, countUnknowns: false });
  await until(() => configs.length).toBe(8);
  expect(configs.slice(4).every((config) => config.payload?.unknowns === undefined)).toBe(true);
  await harness.registry.gateways.remove(SITE, 'g4');
  await until(() => configs.length).toBe(9);
  expect(configs[8]).toMatchObject({ topic: topic('config', 'g4'), payload: undefined });
});
