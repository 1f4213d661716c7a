/** A fleet of another make through kill -9 of the server: each second that its gateway heard is in the log once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import type { FleetHealth, InboxGateway } from '../../server/contract/fleets.ts';
import { minewMessage } from '../support/fleetWorld.ts';
import { loggedSightings } from '../support/loggedSightings.ts';
import { eventually, ServerProcess } from '../support/serverProcess.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const MAC = 'AC233FC03641';
const TOPIC = `/gw/${MAC}/status`;
const CARRIERS = 5;
const ADVERTS = 3;
const KILL_AFTER = [3, 6];
const MESSAGES = 9;

const folder = mkdtempSync(join(tmpdir(), 'promenade-fleet-'));
const server = new ServerProcess(folder);
afterEach(async () => {
  await server.kill9();
  rmSync(folder, { recursive: true, force: true });
});

/** What was heard in the whole second that ended at `endMs`. */
const heardIn = (endMs: number): string =>
  minewMessage(
    MAC,
    Array.from({ length: CARRIERS * ADVERTS }, (_, i) => ({
      beacon: { uuid: UUID, major: 1, minor: i % CARRIERS, declaredPowerDbm: -59 },
      rssiDbm: -60 - (i % 7),
      atMs: endMs - 1_000 + 60 * i,
    })),
    endMs,
  );

test('two kills within seconds lose nothing that was sent and count nothing twice', async () => {
  const { mqttUrl } = await server.start();
  await server.must('POST', '/sites', { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', uuids: [UUID] });
  await server.must('POST', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 30, heightM: 20 });
  await server.must('POST', '/sites/mall/fleets', { id: 'bought', format: 'minew' });
  const client = mqtt.connect(mqttUrl, { clientId: 'minew', clean: false, reconnectPeriod: 100 });
  client.on('error', () => {});
  // The first message is all that is needed to find it in the inbox.
  const [{ id }] = await eventually('the gateway in the inbox', async () => {
    client.publish(TOPIC, minewMessage(MAC, [], Date.now()), { qos: 0 });
    const inbox = await server.must<InboxGateway[]>('GET', '/sites/mall/inbox');
    return inbox.length > 0 ? (inbox as [InboxGateway]) : undefined;
  });
  await server.must('PUT', `/sites/mall/gateways/${id}`, { floorId: 'f0', xM: 5, yM: 5 });

  let acknowledged = 0;
  // As a gateway does: what was refused, by the client's own queue too, is sent again.
  const send = (message: string): void => {
    client.publish(TOPIC, message, { qos: 1 }, (error) => {
      if (error) setTimeout(() => send(message), 100);
      else acknowledged++;
    });
  };
  let second = Math.floor(Date.now() / 1_000);
  for (let sent = 1; sent <= MESSAGES; sent++) {
    second++;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, second * 1_000 + 150 - Date.now())));
    send(heardIn(second * 1_000));
    if (KILL_AFTER.includes(sent)) {
      // Some of it is on its way to the disk.
      await new Promise((resolve) => setTimeout(resolve, 40));
      await server.kill9();
      await server.start();
    }
  }
  await eventually('the acknowledgements', async () => (acknowledged === MESSAGES ? true : undefined));
  const health = await server.must<FleetHealth>('GET', '/sites/mall/fleets/bought/health');
  expect(health.unknown).toEqual([]);
  expect(await server.stop()).toBe(0);
  await client.endAsync(true);
  const { sightings, adverts, doubled } = await loggedSightings(folder, 'mall');
  expect(doubled).toEqual([]);
  expect({ sightings, adverts }).toEqual({ sightings: MESSAGES * CARRIERS, adverts: MESSAGES * CARRIERS * ADVERTS });
});
