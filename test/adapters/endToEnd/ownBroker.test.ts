/** The same over a broker of one's own: subscriptions that come and go, overlapping ones, retained and redelivered messages. */
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMqttSource } from '../../../server/broker/mqttSource.ts';
import type { FleetBody } from '../../../server/contract/fleets.ts';
import { gatewayIdOf } from '../../../server/fleets/gatewayIds.ts';
import { describeWith } from '../../support/describeWith.ts';
import { hangUp, minewMessage, PlayedClock, TAG } from '../../support/fleetWorld.ts';
import { loggedSightings } from '../../support/loggedSightings.ts';
import { MOSQUITTO_MISSING, Mosquitto } from '../../support/mosquitto.ts';
import { type Harness, SITE, startHarness } from '../../support/pipelineHarness.ts';
import { until } from '../../support/until.ts';

const fleet = (id: string, over: Partial<FleetBody>): FleetBody => ({
  id,
  format: 'minew',
  aliases: {},
  enabled: true,
  clock: 'own',
  ...over,
});
const MAC = 'AC233FC03641';

describeWith(MOSQUITTO_MISSING, 'fleets over mosquitto', () => {
  let mosquitto: Mosquitto;
  let clock: PlayedClock;
  let harness: Harness;
  let client: MqttClient;

  beforeEach(async () => {
    clock = new PlayedClock();
    mosquitto = await new Mosquitto().start();
    harness = await startHarness({
      clock: clock.now,
      options: { engineThread: null },
      site: { clock: 'wall' },
      source: () => createMqttSource({ url: mosquitto.url, clientId: 'promenade-server', random: () => 0 }),
    });
    client = await mqtt.connectAsync(mosquitto.url, { reconnectPeriod: 0 });
    clock.run();
  });
  afterEach(async () => {
    await client.endAsync(true);
    await harness.close();
    await mosquitto.stop();
    clock.stop();
  });

  const health = (id: string) => harness.pipeline.fleetHealth(SITE, id);
  const logged = () => loggedSightings(harness.dataDir, SITE);
  /** What was sent before a subscription was there is lost: sent again until it comes. */
  const reaches = async (id: string, topic: string, payload: string): Promise<void> => {
    await until(() => {
      client.publish(topic, payload, { qos: 0 });
      return health(id)?.messages ?? 0;
    }).toBeGreaterThan(0);
  };

  test('a fleet is heard from when it is entered, under its new topics when they change, and no longer when it is gone', async () => {
    await harness.pipeline.fleets.put(SITE, fleet('a', { topics: ['one/+'] }));
    await reaches('a', 'one/x', '[]');
    await harness.pipeline.fleets.put(SITE, fleet('a', { topics: ['two/#'] }));
    await reaches('a', 'two/x/y', '[]');
    const { messages } = health('a')!;
    for (let i = 0; i < 5; i++) await client.publishAsync('one/x', '[]', { qos: 1 });
    await harness.pipeline.fleets.put(SITE, fleet('b', { topics: ['three'] }));
    await reaches('b', 'three', '[]');
    expect(health('a')!.messages - messages).toBeLessThan(10);
    await harness.pipeline.fleets.put(SITE, fleet('b', { topics: ['three'], enabled: false }));
    await harness.pipeline.fleets.put(SITE, fleet('c', { topics: ['four'] }));
    await reaches('c', 'four', '[]');
    await client.publishAsync('three', '[]', { qos: 1 });
    await client.publishAsync('four', '[]', { qos: 1 });
    expect(health('b')).toMatchObject({ listening: false, messages: 0 });
  });

  test('where topics of fleets overlap a message comes once, to the nearest', async () => {
    await harness.pipeline.fleets.put(SITE, fleet('wide', { topics: ['gw/#'] }));
    await harness.pipeline.fleets.put(SITE, fleet('crossing', { topics: ['+/+/status'] }));
    await harness.pipeline.fleets.put(SITE, fleet('near', { topics: ['gw/+/status'] }));
    await harness.pipeline.fleets.put(SITE, fleet('end', { topics: ['end'] }));
    await reaches('end', 'end', '[]');
    for (let i = 0; i < 20; i++) await client.publishAsync('gw/x/status', `[{"type":"Gateway","n":${i}}]`, { qos: 1 });
    await client.publishAsync('end', '[1]', { qos: 1 });
    await until(() => health('near')!.messages).toBeGreaterThanOrEqual(20);
    await client.publishAsync('other/x/status', '[]', { qos: 1 });
    await until(() => health('crossing')!.messages).toBe(1);
    expect([health('near')!.messages, health('wide')!.messages]).toEqual([20, 0]);
  });

  test('what the broker retained is no sighting, but a status', async () => {
    const ID = gatewayIdOf('esp', 'kitchen');
    await hangUp(harness.registry, SITE, ID);
    const device = JSON.stringify({ id: `iBeacon:${TAG.uuid}-1-0`, rssi: -60, 'rssi@1m': -59 });
    await client.publishAsync(`espresense/devices/iBeacon:${TAG.uuid}-1-0/kitchen`, device, { qos: 1, retain: true });
    await client.publishAsync('espresense/rooms/kitchen/status', 'offline', { qos: 1, retain: true });
    await harness.pipeline.fleets.put(SITE, fleet('esp', { format: 'espresense' }));
    await until(() => health('esp')!.messages).toBe(2);
    expect(health('esp')!.ignored).toEqual([{ reason: 'kept by the broker from before', count: 1 }]);
    await until(() => harness.pipeline.snapshot(SITE)!.gateways.find((one) => one.id === ID)!.finding).toMatch(
      /offline|never/,
    );
    expect((await logged()).sightings).toBe(0);
    await client.publishAsync(`espresense/devices/iBeacon:${TAG.uuid}-1-0/kitchen`, device, { qos: 0 });
    await until(() => health('esp')!.sightings).toBe(1);
  });

  test('after a kill the broker hands over again what was not written, and what came meanwhile; each counts once', async () => {
    await harness.pipeline.fleets.put(SITE, fleet('minew', {}));
    await hangUp(harness.registry, SITE, gatewayIdOf('minew', MAC.toLowerCase()));
    const topic = `/gw/${MAC}/status`;
    const message = (atMs: number): string =>
      minewMessage(
        MAC,
        [1, 2, 3].map((i) => ({ beacon: TAG, rssiDbm: -60 - i, atMs: atMs - 200 * i })),
        atMs,
      );
    await reaches('minew', topic, minewMessage(MAC, [], clock.ms));
    const startMs = clock.ms;
    await client.publishAsync(topic, message(startMs), { qos: 1 });
    await until(async () => (await logged()).adverts).toBe(3);
    // The clock stands still: this one is received, and its second never ends before the kill.
    clock.stop();
    await client.publishAsync(topic, message(startMs + 10_000), { qos: 1 });
    await until(() => health('minew')!.readings).toBe(6);
    const abandoned = harness.restart();
    for (let i = 2; i < 6; i++) await client.publishAsync(topic, message(startMs + i * 10_000), { qos: 1 });
    await abandoned;
    clock.ms = startMs + 60_000;
    clock.run();
    // What comes in order now shows that the clock is right, and what waited was late.
    await until(() => {
      client.publish(topic, minewMessage(MAC, [{ beacon: TAG, rssiDbm: -70, atMs: clock.ms - 100 }], clock.ms), {
        qos: 0,
      });
      return health('minew')!.sightings;
    }).toBeGreaterThan(5);
    await harness.pipeline.stop();
    const { doubled, adverts } = await logged();
    expect(doubled).toEqual([]);
    const own = adverts - 18;
    // 18 of the six messages, and what showed the time.
    expect(own).toBeGreaterThan(0);
    const reasons = Object.fromEntries(health('minew')!.ignored.map(({ reason, count }) => [reason, count]));
    expect(reasons['its clock was in doubt'] ?? 0).toBe(0);
  });
});
