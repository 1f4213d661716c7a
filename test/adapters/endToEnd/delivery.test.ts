/** What is acknowledged is in the log, and there once: through kills, redelivery, restarts, floods and nonsense. */
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FleetBody } from '../../../server/contract/fleets.ts';
import { gatewayIdOf } from '../../../server/fleets/gatewayIds.ts';
import { connect, hangUp, minewMessage, OTHER, PlayedClock, STRANGER, TAG } from '../../support/fleetWorld.ts';
import { loggedSightings } from '../../support/loggedSightings.ts';
import { type Harness, SITE, startHarness } from '../../support/pipelineHarness.ts';
import { until } from '../../support/until.ts';

const MAC = 'AC233FC03641';
const ID = gatewayIdOf('minew', MAC.toLowerCase());
const TOPIC = `/gw/${MAC}/status`;
const fleet = (over: Partial<FleetBody> = {}): FleetBody => ({
  id: 'minew',
  format: 'minew',
  aliases: {},
  enabled: true,
  clock: 'own',
  ...over,
});

let clock: PlayedClock;
let harness: Harness;
let client: MqttClient;

async function open(site: Parameters<typeof startHarness>[0] = {}): Promise<void> {
  harness = await startHarness({ clock: clock.now, options: { engineThread: null }, site: { clock: 'wall' }, ...site });
  client = await connect(harness.url);
  clock.run();
}

beforeEach(() => {
  clock = new PlayedClock();
});
afterEach(async () => {
  await client.endAsync(true);
  await harness.close();
  clock.stop();
});

/** Three readings in each of the last `seconds` seconds. */
const messageAt = (atMs: number, seconds = 3): string =>
  minewMessage(
    MAC,
    Array.from({ length: 3 * seconds }, (_, i) => ({
      beacon: TAG,
      rssiDbm: -60 - (i % 5),
      atMs: atMs - 1 - Math.floor((i * 1_000) / 3),
    })),
    atMs,
  );
const logged = () => loggedSightings(harness.dataDir, SITE);
const health = (id = 'minew') => harness.pipeline.fleetHealth(SITE, id)!;
const reasons = (id = 'minew') => Object.fromEntries(health(id).ignored.map(({ reason, count }) => [reason, count]));

describe('acknowledgements', () => {
  beforeEach(async () => {
    await open();
    await harness.pipeline.fleets.put(SITE, fleet());
    await hangUp(harness.registry, SITE, ID);
  });

  test('PUBACK comes when the seconds are in the log; the same again, after a kill too, changes nothing', async () => {
    const message = messageAt(clock.ms - 300, 4);
    await client.publishAsync(TOPIC, message, { qos: 1 });
    const first = await logged();
    // Five seconds are touched where the last one has begun.
    expect(first.sightings).toBeGreaterThanOrEqual(4);
    expect(first.adverts).toBe(12);
    await client.publishAsync(TOPIC, message, { qos: 1 });
    expect(await logged()).toMatchObject({ sightings: first.sightings, adverts: 12, doubled: [] });
    await client.endAsync(true);
    await harness.restart();
    client = await connect(harness.url);
    await client.publishAsync(TOPIC, message, { qos: 1 });
    expect(await logged()).toMatchObject({ sightings: first.sightings, adverts: 12, doubled: [] });
    // What is new beside it is taken.
    await client.publishAsync(TOPIC, messageAt(clock.ms - 300, 1), { qos: 1 });
    expect((await logged()).adverts).toBe(15);
    expect(reasons()['told before']).toBe(first.sightings);
  });

  test('what was not written as the server was killed was not acknowledged either, and comes again', async () => {
    let acknowledged = false;
    const message = messageAt(clock.ms - 300);
    clock.stop();
    client.publish(TOPIC, message, { qos: 1 }, (error) => {
      acknowledged = !error;
    });
    await until(() => health().readings).toBe(9);
    await harness.restart();
    expect([acknowledged, (await logged()).adverts]).toEqual([false, 0]);
    await client.endAsync(true);
    clock.run();
    client = await connect(harness.url);
    await client.publishAsync(TOPIC, message, { qos: 1 });
    expect(await logged()).toMatchObject({ adverts: 9, doubled: [] });
  });

  test('a stop in good order writes what is open', async () => {
    await client.publishAsync(TOPIC, messageAt(clock.ms - 300), { qos: 0 });
    await until(() => health().readings).toBe(9);
    await harness.pipeline.stop();
    expect((await logged()).adverts).toBe(9);
  });

  test('its numbers go on over starts: the log has no batch twice', async () => {
    for (let start = 0; start < 3; start++) {
      await client.publishAsync(TOPIC, messageAt(clock.ms - 300), { qos: 1 });
      await client.endAsync(true);
      await harness.restart();
      client = await connect(harness.url);
    }
    const { doubled, advertsByBatch } = await logged();
    expect(doubled).toEqual([]);
    expect(new Set([...advertsByBatch.keys()].map((key) => key.split('/')[1]))).toEqual(new Set(['1', '2', '3']));
  });
});

describe('nonsense', () => {
  const FORMATS: FleetBody[] = [
    fleet({ topics: ['minew/#'] }),
    fleet({ id: 'esp', format: 'espresense', topics: ['espresense/#'] }),
    fleet({ id: 'omg', format: 'openmqttgateway', topics: ['home/#'] }),
    fleet({ id: 'april', format: 'april-brother', topics: ['april/#'] }),
    fleet({ id: 'shelly', format: 'shelly', topics: ['shelly/#'] }),
  ];
  const TOPICS = [
    'minew/x',
    'espresense/devices/x/kitchen',
    'home/kitchen/BTtoMQTT/x',
    'april/x',
    'shelly/x/events/rpc',
  ];

  test('is counted by fleet with a sample that names nobody, and nothing of it is kept anywhere', async () => {
    await open();
    for (const one of FORMATS) await harness.pipeline.fleets.put(SITE, one);
    const payloads: (string | Buffer)[] = [
      '',
      'not json 58:b1:29:44:94:d3',
      '{"id":"watch:darrell","mac":"58b1294494d3"',
      `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      `{"a":`.repeat(50_000),
      JSON.stringify({ id: 'iBeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e-99999-1', rssi: -60 }),
      JSON.stringify({ uuid: OTHER.uuid, major: -1, minor: 1e9, rssi: 'loud', id: '58:b1:29:44:94:d3' }),
      JSON.stringify([null, 1, 'x', { type: 'Gateway' }, { type: 'iBeacon', rssi: {} }]),
      '1e999',
      Buffer.alloc(900_000, 0x61),
      Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]),
      Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 37) & 0xff)),
    ];
    for (const topic of TOPICS) for (const payload of payloads) await client.publishAsync(topic, payload, { qos: 0 });
    const of = (id: string) => health(id);
    await until(() => FORMATS.map(({ id }) => of(id).messages)).toEqual(FORMATS.map(() => payloads.length));
    for (const { id } of FORMATS) {
      const { unknown, ignored, sightings } = of(id);
      expect(sightings).toBe(0);
      const told = [...unknown, ...ignored].reduce((sum, { count }) => sum + count, 0);
      expect(told).toBeGreaterThanOrEqual(payloads.length - 1);
      const text = JSON.stringify(unknown).toLowerCase();
      for (const secret of ['58b1294494d3', '58:b1', 'darrell', OTHER.uuid.slice(0, 8), '4fa2'])
        expect(text).not.toContain(secret);
      for (const { sample } of unknown) expect(sample!.payload.length).toBeLessThanOrEqual(601);
    }
    expect(await harness.pipeline.deadLetters(SITE, 100)).toEqual([]);
    expect(harness.problems).toEqual([]);
    expect(harness.pipeline.ready()).toBe(true);
  });

  test('a message of 4,000 readings, clocks of 1970 and 2099, times before and after all bounds', async () => {
    await open();
    await harness.pipeline.fleets.put(SITE, fleet());
    await hangUp(harness.registry, SITE, ID);
    const many = minewMessage(
      MAC,
      Array.from({ length: 4_000 }, (_, i) => ({
        beacon: { ...TAG, major: i >> 8, minor: i & 0xff },
        rssiDbm: -70,
        atMs: clock.ms - 500,
      })),
      clock.ms,
    );
    await client.publishAsync(TOPIC, many, { qos: 1 });
    expect((await logged()).sightings).toBe(4_000);
    // A clock that was never set runs all the same.
    const OLD = 'AC233FC00001';
    await hangUp(harness.registry, SITE, gatewayIdOf('minew', OLD.toLowerCase()));
    const before = (await logged()).sightings;
    for (let second = 0; second < 3; second++) {
      const ownMs = 86_400_000 + second * 1_000;
      const payload = minewMessage(OLD, [{ beacon: TAG, rssiDbm: -60, atMs: ownMs }], ownMs);
      await client.publishAsync(`/gw/${OLD}/status`, payload, { qos: 1 });
    }
    expect((await logged()).sightings - before).toBeGreaterThan(0);
    const clocks = Object.fromEntries(health().gateways.map((one) => [one.name, one.clockOffsetMs]));
    expect(clocks[OLD.toLowerCase()]).toBeGreaterThan(40 * 365 * 86_400_000);
    // One element in the year 2099 and one in 1970 in a message that is right otherwise.
    const mixed = minewMessage(
      MAC,
      [
        { beacon: TAG, rssiDbm: -60, atMs: Date.UTC(2099, 0, 1) },
        { beacon: TAG, rssiDbm: -60, atMs: 1_000 },
        ...Array.from({ length: 3 }, () => ({ beacon: TAG, rssiDbm: -61, atMs: clock.ms - 400 })),
      ],
      clock.ms,
    );
    await client.publishAsync(TOPIC, mixed, { qos: 1 });
    expect(reasons()).toMatchObject({ 'from the future': 1, 'older than what is kept': 1 });
    expect(harness.problems).toEqual([]);
  });

  test('a flood of one fleet leaves the others their turn', async () => {
    await open();
    await harness.pipeline.fleets.put(SITE, fleet());
    await harness.pipeline.fleets.put(SITE, fleet({ id: 'loud', format: 'happy-bubbles' }));
    await hangUp(harness.registry, SITE, ID);
    clock.stop();
    const flood = await connect(harness.url);
    const payload = JSON.stringify({
      hostname: 'x',
      beacon_type: 'ibeacon',
      rssi: -60,
      uuid: OTHER.uuid,
      major: '1',
      minor: '2',
    });
    for (let i = 0; i < 24_000; i++) flood.publish('happy-bubbles/ble/x/ibeacon/y', payload, { qos: 0 });
    await until(() => health('loud').messages).toBe(24_000);
    clock.run();
    await client.publishAsync(TOPIC, messageAt(clock.ms - 300), { qos: 1 });
    expect((await logged()).adverts).toBe(9);
    await flood.endAsync(true);
    expect(reasons('loud')['more at once than the server takes of one fleet']).toBe(4_000);
    expect(health().ignored).toEqual([]);
  });
});

describe('whose they are', () => {
  test('off the list of UUIDs nothing is kept, unless the site counts unknowns: then under the key of the day', async () => {
    await open({ site: { clock: 'wall', countUnknowns: true } });
    await harness.pipeline.fleets.put(SITE, fleet());
    await hangUp(harness.registry, SITE, ID);
    const heard = [TAG, STRANGER, OTHER].map((beacon) => ({ beacon, rssiDbm: -60, atMs: clock.ms - 400 }));
    await client.publishAsync(TOPIC, minewMessage(MAC, heard, clock.ms), { qos: 1 });
    expect((await logged()).sightings).toBe(3);
    await harness.registry.putSite({ ...harness.registry.site(SITE)!, countUnknowns: false });
    await client.publishAsync(
      TOPIC,
      minewMessage(
        MAC,
        heard.map((one) => ({ ...one, atMs: clock.ms - 400 })),
        clock.ms,
      ),
      { qos: 1 },
    );
    expect((await logged()).sightings).toBe(5);
    expect(reasons()['not under a UUID of this site']).toBe(1);
  });

  test('0 and 127 are no RSSI, and a gateway’s own fixed beacon is nobody', async () => {
    await open();
    await harness.pipeline.fleets.put(SITE, fleet());
    await hangUp(harness.registry, SITE, ID);
    await harness.registry.gateways.put(SITE, {
      ...harness.registry.gateways.get(SITE, ID)!,
      beacon: { uuid: TAG.uuid, major: 9, minor: 9, powerDbm: -59 },
    });
    const atMs = clock.ms - 400;
    const heard = [
      { beacon: TAG, rssiDbm: 0, atMs },
      { beacon: TAG, rssiDbm: 127, atMs },
      { beacon: { ...TAG, major: 9, minor: 9 }, rssiDbm: -50, atMs },
      { beacon: TAG, rssiDbm: -55, atMs },
    ];
    await client.publishAsync(TOPIC, minewMessage(MAC, heard, clock.ms), { qos: 1 });
    expect((await logged()).adverts).toBe(1);
  });
});
