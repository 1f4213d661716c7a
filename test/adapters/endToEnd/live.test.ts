/** Gateways that tell every few seconds what they heard are live all the same: where a carrier was last is where it is. */
import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gatewayIdOf } from '../../../server/fleets/gatewayIds.ts';
import { connect, hangUp, minewMessage, TAG } from '../../support/fleetWorld.ts';
import { type Harness, SITE, startHarness } from '../../support/pipelineHarness.ts';
import { until } from '../../support/until.ts';

let harness: Harness;
let client: MqttClient;
beforeEach(async () => {
  harness = await startHarness({ clock: Date.now, options: { engineThread: null }, site: { clock: 'wall' } });
  client = await connect(harness.url);
});
afterEach(async () => {
  await client.endAsync(true);
  await harness.close();
});

const MAC = 'AC233FC03641';
/** Of ten seconds, told at their end. */
const tenSeconds = (atMs: number, offMs: number): string =>
  minewMessage(
    MAC,
    Array.from({ length: 30 }, (_, i) => ({ beacon: TAG, rssiDbm: -55, atMs: atMs + offMs - 200 - i * 330 })),
    atMs + offMs,
  );

test('of a gateway whose clock is two hours behind, told ten seconds at a time', async () => {
  const offMs = -7_200_000;
  await harness.pipeline.fleets.put(SITE, { id: 'minew', format: 'minew', aliases: {}, enabled: true, clock: 'own' });
  await hangUp(harness.registry, SITE, gatewayIdOf('minew', MAC.toLowerCase()));
  await until(() => harness.pipeline.snapshot(SITE)).toBeDefined();
  // The live engine is a moment behind: it knows the gateway then.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const startMs = Date.now();
  await client.publishAsync(`/gw/${MAC}/status`, tenSeconds(startMs, offMs), { qos: 1 });
  // A second of the clock ends, the log has it: then the sender is told.
  expect(Date.now() - startMs).toBeLessThan(4_000);
  await until(async () => (await harness.pipeline.present(SITE)).map((one) => one.carrierId)).toEqual(['c-0']);
  const [present] = await harness.pipeline.present(SITE);
  expect(Date.now() - present!.lastHeardMs).toBeLessThan(8_000);
});
