/** Gateways that were heard and are not on the plan, and minutes in which gateways of other makes listened. */
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gatewayIdOf } from '../../../server/fleets/gatewayIds.ts';
import { connect, hangUp, minewMessage, PlayedClock, STRANGER, TAG } from '../../support/fleetWorld.ts';
import { loggedSightings } from '../../support/loggedSightings.ts';
import { type Harness, SITE, startHarness, UUID } from '../../support/pipelineHarness.ts';
import { until } from '../../support/until.ts';

let clock: PlayedClock;
let harness: Harness;
let client: MqttClient;
beforeEach(async () => {
  clock = new PlayedClock();
  harness = await startHarness({ clock: clock.now, options: { engineThread: null }, site: { clock: 'wall' } });
  client = await connect(harness.url);
  clock.run();
});
afterEach(async () => {
  await client.endAsync(true);
  await harness.close();
  clock.stop();
});

const waiting = () => harness.pipeline.waitingGateways(SITE);
const MAC = 'AC233FC03641';
const ID = gatewayIdOf('minew', MAC.toLowerCase());
const tell = (beacons = [TAG, STRANGER]) =>
  client.publishAsync(
    `/gw/${MAC}/status`,
    minewMessage(
      MAC,
      beacons.map((beacon) => ({ beacon, rssiDbm: -60, atMs: clock.ms - 500 })),
      clock.ms,
    ),
    { qos: 1 },
  );
const put = (fleet: object) =>
  harness.pipeline.fleets.put(SITE, {
    id: 'minew',
    format: 'minew',
    aliases: {},
    enabled: true,
    clock: 'own',
    ...fleet,
  });

describe('the inbox', () => {
  test('holds gateways of every make over a restart, until they are on the plan; nothing is counted before', async () => {
    await put({});
    const ours = JSON.stringify({
      v: 1,
      epoch: 1,
      seq: 1,
      fromMs: clock.ms,
      toMs: clock.ms + 1_000,
      uuids: [UUID],
      sightings: [0, 1, 2].map((minor) => [0, 1, minor, -60, -59, 3, -59, 500]),
    });
    for (let minute = 0; minute < 3; minute++) {
      await tell();
      await client.publishAsync('promenade/1/mall/new-box/sightings', ours, { qos: 1 });
      clock.ms += 60_000;
    }
    await tell([]);
    await client.publishAsync('promenade/1/mall/new-box/sightings', ours, { qos: 1 });
    await until(() => waiting().map((one) => [one.gatewayId, one.format, one.messages, one.beaconsPerMinute])).toEqual([
      ['new-box', 'promenade', 4, 3],
      [ID, 'minew', 4, 2],
    ]);
    expect((await loggedSightings(harness.dataDir, SITE)).batches).toBe(0);
    const before = waiting();
    await harness.pipeline.stop();
    await client.endAsync(true);
    await harness.restart();
    client = await connect(harness.url);
    expect(waiting().map((one) => [one.gatewayId, one.name, one.messages, one.firstSeenMs])).toEqual(
      before.map((one) => [one.gatewayId, one.name, one.messages, one.firstSeenMs]),
    );
    await hangUp(harness.registry, SITE, ID);
    expect(waiting().map((one) => one.gatewayId)).toEqual(['new-box']);
    await tell();
    expect((await loggedSightings(harness.dataDir, SITE)).sightings).toBe(2);
  });

  test('once one that tells little is on the plan, the model of the site says so', async () => {
    await put({});
    await put({ id: 'esp', format: 'espresense' });
    await tell();
    await client.publishAsync('espresense/rooms/kitchen/telemetry', '{"ip":"192.0.2.7","uptime":60,"ver":"v3.2.1"}');
    await until(() => waiting().length).toBe(2);
    const kitchen = waiting().find(({ format }) => format === 'espresense')!.gatewayId;
    await hangUp(harness.registry, SITE, ID);
    await hangUp(harness.registry, SITE, kitchen);
    const told = () => harness.registry.modelTimeline(SITE).at(-1)!.model.sparseGateways;
    await until(told).toEqual([kitchen]);
    await harness.registry.gateways.remove(SITE, kitchen);
    expect(told()).toBeUndefined();
  });

  test('one that is dismissed stays so, over a restart too, and can come back', async () => {
    await put({});
    await tell();
    expect(harness.pipeline.setDismissed(SITE, ID, true)).toBe(true);
    expect(harness.pipeline.setDismissed(SITE, 'nobody', true)).toBe(false);
    await tell();
    expect(waiting()).toMatchObject([{ gatewayId: ID, dismissed: true, messages: 2 }]);
    await harness.pipeline.stop();
    await client.endAsync(true);
    await harness.restart();
    client = await connect(harness.url);
    expect(waiting()).toMatchObject([{ gatewayId: ID, dismissed: true }]);
    harness.pipeline.setDismissed(SITE, ID, false);
    expect(waiting()).toMatchObject([{ dismissed: false }]);
  });

  test('whoever invents names fills it no further than its bound, and pushes out none that is on the plan', async () => {
    await put({});
    await hangUp(harness.registry, SITE, ID);
    await tell();
    for (let i = 0; i < 2_500; i++) {
      const mac = i.toString(16).padStart(12, '0');
      client.publish(`/gw/${mac}/status`, minewMessage(mac, [], clock.ms), { qos: 0 });
    }
    await until(() => harness.pipeline.fleetHealth(SITE, 'minew')!.messages).toBe(2_501);
    const { gateways } = harness.pipeline.fleetHealth(SITE, 'minew')!;
    expect(gateways.length).toBeLessThanOrEqual(2_000);
    expect(gateways.filter((one) => one.placed).map((one) => one.gatewayId)).toEqual([ID]);
  });

  test('a fleet that is given up leaves the inbox, its gateways stay on the plan', async () => {
    await put({});
    await tell();
    expect(waiting()).toHaveLength(1);
    await harness.pipeline.fleets.remove(SITE, 'minew');
    expect(waiting()).toEqual([]);
    expect(harness.pipeline.fleetHealth(SITE, 'minew')).toBeUndefined();
  });
});

describe('minutes that are covered', () => {
  const NODE = gatewayIdOf('esp', 'kitchen');
  const minutes = async (): Promise<number> => {
    await harness.pipeline.settle(SITE);
    const rows = await harness.duck.all<{ minute_ms: number }>(
      `select distinct minute_ms from coverage where site_id = '${SITE}' and gateway_id = '${NODE}'`,
    );
    return rows.length;
  };
  /** So much time goes by, with telemetry every 15 s where it is wanted. */
  async function pass(seconds: number, telemetry: boolean): Promise<void> {
    for (let t = 0; t < seconds; t += 15) {
      if (telemetry)
        await client.publishAsync('espresense/rooms/kitchen/telemetry', '{"uptime":1,"ver":"v3.3.5"}', { qos: 0 });
      for (let step = 0; step < 3; step++) {
        clock.ms += 5_000;
        // The server looks some times a second.
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    }
  }

  test('telemetry alone says that a node listens; without it, or after its last will, nobody knows', async () => {
    await harness.pipeline.fleets.put(SITE, {
      id: 'esp',
      format: 'espresense',
      aliases: {},
      enabled: true,
      clock: 'own',
    });
    await hangUp(harness.registry, SITE, NODE);
    clock.stop();
    await pass(180, true);
    const listened = await minutes();
    expect(listened).toBeGreaterThanOrEqual(3);
    const live = harness.pipeline.snapshot(SITE)!.gateways.find((one) => one.id === NODE)!;
    expect(live).toMatchObject({ online: true, version: 'v3.3.5', finding: null });
    await client.publishAsync('espresense/rooms/kitchen/status', 'offline', { qos: 1, retain: true });
    await until(() => harness.pipeline.fleetHealth(SITE, 'esp')!.gateways[0]!.online).toBe(false);
    const after = await minutes();
    await pass(180, false);
    expect((await minutes()) - after).toBeLessThanOrEqual(1);
    const said = () => harness.pipeline.snapshot(SITE)!.gateways.find((one) => one.id === NODE)!;
    await until(() => said().online).toBe(false);
    // Only our own gateways keep on a disk what they hear meanwhile.
    expect(said().findings![0]).toMatchObject({ params: { keeps: 'nothing' }, todo: expect.stringMatching(/is lost/) });
  });
});
