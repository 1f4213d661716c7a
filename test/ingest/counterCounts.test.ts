/** Door counters over a real broker. */
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Harness, SITE, startHarness, T0 } from '../support/pipelineHarness.ts';

let harness: Harness;
let client: MqttClient;
beforeEach(async () => {
  harness = await startHarness();
  const west = harness.registry.zones.get(SITE, 'west')!;
  await harness.registry.zones.put(SITE, { ...west, id: 'door', kind: 'entrance' });
  await harness.duck.run(
    "insert into counters (site_id, id, zone_id, name, created_ms) values ('mall', 'eye-1', 'door', null, 0)",
  );
  client = await mqtt.connectAsync(harness.url);
});
afterEach(async () => {
  await client.endAsync(true);
  await harness.close();
});

const HOUR = 3_600_000;
const WAIT = { timeout: 15_000 };
const message = (change: object = {}) =>
  JSON.stringify({ v: 1, entranceZoneId: 'door', fromMs: T0, toMs: T0 + HOUR, in: 40, out: 30, ...change });
const send = (payload: string, counter = 'eye-1') =>
  client.publishAsync(`promenade/1/${SITE}/${counter}/count`, payload, { qos: 1 });
const stored = () =>
  harness.duck.all('select zone_id, counter_id, from_ms, people, people_out from reference_counts order by from_ms');

test('a count is stored once, however often it is sent', async () => {
  await send(message());
  const once = { zone_id: 'door', counter_id: 'eye-1', from_ms: T0, people: 40, people_out: 30 };
  await vi.waitFor(async () => expect(await stored()).toEqual([once]), WAIT);
  await send(message());
  await send(message({ in: 41 }));
  await send(message({ fromMs: T0 + HOUR, toMs: T0 + 2 * HOUR, out: undefined }));
  await vi.waitFor(
    async () =>
      expect(await stored()).toEqual([
        { ...once, people: 41 },
        { ...once, from_ms: T0 + HOUR, people_out: null },
      ]),
    WAIT,
  );
});

test('what cannot be read is put aside with its reason, and its neighbours flow', async () => {
  await send('{');
  await send(message({ in: -1 }));
  await send(message({ toMs: T0 }));
  await send(message({ entranceZoneId: 'west' }));
  await send(message({ fromMs: T0 + 40 * HOUR, toMs: T0 + 41 * HOUR }));
  await send(message(), 'stranger');
  await send(`${message()}${' '.repeat(5_000)}`);
  await send(message());
  await vi.waitFor(async () => expect(await stored()).toHaveLength(1), WAIT);
  const letters = await harness.pipeline.deadLetters(SITE, 20);
  expect(letters.map(({ reason }) => reason).sort()).toEqual(
    ['not-json', 'schema', 'schema', 'schema', 'future', 'unknown-counter', 'oversize'].sort(),
  );
  const negative = letters.find(({ detail }) => detail.startsWith('in:'));
  expect(negative).toMatchObject({ reason: 'schema', gatewayId: 'eye-1' });
});
