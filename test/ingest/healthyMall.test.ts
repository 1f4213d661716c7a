/** An evening, a night and a morning on the upper floor of the demo's mall: nothing is wrong with any gateway, and nothing is said. */
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SightingRow } from '../../server/contract/wire.ts';
import { parseScenario } from '../../simulators/scenario.ts';
import { World } from '../../simulators/world.ts';
import { idleEngine } from '../support/idleEngine.ts';
import { demoMall } from '../support/movedWorld.ts';
import { type Harness, SITE, startHarness } from '../support/pipelineHarness.ts';
import { scenarioModel } from '../support/scenarioModel.ts';

const SEED = 4;
const MINUTE = 60;
/** Of what is heard in the other seconds the server takes no sample, so none of it is sent. */
const SAMPLED_EVERY = 7;
const ZONE = 'Europe/Prague';
/** A Tuesday: the mall closes at nine, its last staff leave, the first come again before nine in the morning. */
const FROM = Date.parse('2024-03-05T19:45:00+01:00') / 1_000;
const TO = Date.parse('2024-03-06T09:55:00+01:00') / 1_000;
const STATUS_EVERY_MINUTES = 5;

const demo = demoMall(join(import.meta.dirname, '..', '..', 'simulators', 'scenarios', 'demo-mall.yaml'));
/** High up under the roof of a far corner: it rightly hears little. */
const EDGE = { id: 'gw-edge', floor: 'upper', xM: 89, yM: 49, zM: 45 };
const upper = demo.gateways.filter(({ floor }) => floor === EDGE.floor);
const scenario = parseScenario({ ...demo, gateways: [...upper, EDGE] });
const model = scenarioModel(scenario);

let harness: Harness;
let client: MqttClient;
beforeAll(async () => {
  const { uuid, rotatingUuid } = scenario.radio;
  harness = await startHarness({
    options: { createEngine: idleEngine },
    site: { uuids: [uuid, rotatingUuid], timezone: ZONE },
  });
  for (const { id } of harness.registry.gateways.all(SITE)) await harness.registry.gateways.remove(SITE, id);
  await harness.registry.floors.putAll(SITE, model.floors);
  await harness.registry.gateways.putAll(SITE, model.gateways);
  client = await mqtt.connectAsync(harness.url, { clientId: 'mall' });
});
afterAll(async () => {
  await client.endAsync(true);
  await harness.close();
});

test('no finding from the evening rush over closing and the night to the morning, not even of the one that hears little', async () => {
  const ids = scenario.gateways.map(({ id }) => id);
  const world = new World(scenario, { seed: SEED, timezone: ZONE });
  world.begin(FROM * 1_000);
  const publish = (gatewayId: string, leaf: string, payload: object) =>
    client.publishAsync(`promenade/1/${SITE}/${gatewayId}/${leaf}`, JSON.stringify(payload), { qos: 1 });
  const told: string[] = [];
  const heardBy = new Map<string, number>(ids.map((id) => [id, 0]));
  let seq = 0;
  let looks = 0;
  for (let second = FROM; second < TO; second += MINUTE) {
    const rows = ids.map((): SightingRow[] => []);
    const adverts = ids.map(() => 0);
    for (let at = second; at < second + MINUTE; at++) {
      if (world.nextActiveMs(at * 1_000) > at * 1_000) continue;
      const isSampled = at % SAMPLED_EVERY === 0;
      world.tick(at * 1_000, (gateway, carrier, atMs, rssiDbm) => {
        adverts[gateway]! += 1;
        const { uuid, rotatingUuid } = scenario.radio;
        if (!isSampled || (carrier.uuid !== uuid && carrier.uuid !== rotatingUuid)) return;
        heardBy.set(ids[gateway]!, heardBy.get(ids[gateway]!)! + 1);
        const index = carrier.uuid === uuid ? 0 : 1;
        rows[gateway]!.push([index, carrier.major, carrier.minor, rssiDbm, rssiDbm, 1, -59, atMs - second * 1_000]);
      });
    }
    seq += 1;
    const fromMs = second * 1_000;
    const toMs = fromMs + MINUTE * 1_000;
    const minute = Math.round((second - FROM) / MINUTE);
    await Promise.all(
      ids.map(async (id, i) => {
        const uuids = [scenario.radio.uuid, scenario.radio.rotatingUuid];
        await publish(id, 'sightings', { v: 1, epoch: 1, seq, fromMs, toMs, uuids, sightings: rows[i]! });
        if (minute % STATUS_EVERY_MINUTES === 0)
          await publish(id, 'status', {
            online: true,
            version: '0.2.0',
            epoch: 1,
            clockMs: toMs,
            outboxBatches: 1,
            droppedBatches: 0,
            advertsPerSecond: adverts[i]! / MINUTE,
            scannerRestarts: 0,
            ...(adverts[i]! > 20 ? { airDbm: [-95, -88, -70] } : {}),
          });
      }),
    );
    if (minute % 10 !== 9) continue;
    looks += 1;
    for (const { id, findings } of harness.pipeline.gatewayHealth(SITE))
      for (const { code, text } of findings) told.push(`${id} at ${new Date(toMs).toISOString()}: ${code}, ${text}`);
  }
  await harness.pipeline.settle(SITE);
  expect(told).toEqual([]);
  expect(looks).toBe(85);
  // The one at the edge was at it, and hears a fraction of what another does.
  const others = [...heardBy]
    .filter(([id]) => id !== EDGE.id)
    .map(([, heard]) => heard)
    .sort((a, b) => a - b);
  expect(heardBy.get(EDGE.id)).toBeGreaterThan(0);
  expect(heardBy.get(EDGE.id)).toBeLessThan(0.3 * others[others.length >> 1]!);
  expect(harness.pipeline.gatewayHealth(SITE).every(({ coverageDay }) => coverageDay === 1)).toBe(true);
});
