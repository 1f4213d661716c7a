/** Clients of the embedded broker that may not speak for a fleet: what they publish under its topics is not its. */
import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAedesSource } from '../../../server/broker/aedesSource.ts';
import { PlayedClock } from '../../support/fleetWorld.ts';
import { type Harness, SITE, startHarness } from '../../support/pipelineHarness.ts';
import { until } from '../../support/until.ts';

const PASSWORD = 'a-long-enough-secret';
let clock: PlayedClock;
let harness: Harness;
beforeEach(async () => {
  clock = new PlayedClock();
  harness = await startHarness({
    clock: clock.now,
    options: { engineThread: null },
    site: { clock: 'wall' },
    source: () =>
      createAedesSource({
        host: '127.0.0.1',
        port: 0,
        credentials: [
          { username: 'shellies', password: PASSWORD, siteId: SITE, fleetId: 'shelly' },
          { username: 'elsewhere', password: PASSWORD, siteId: 'other', fleetId: 'shelly' },
          { username: 'g1', password: PASSWORD, siteId: SITE },
        ],
        readers: [{ username: 'screen', password: PASSWORD }],
      }),
  });
  clock.run();
});
afterEach(async () => {
  await harness.close();
  clock.stop();
});

test('a fleet that listens under any first level hears only those who may speak for it', async () => {
  await harness.pipeline.fleets.put(SITE, {
    id: 'shelly',
    format: 'shelly',
    topics: ['+/events/rpc', '+/scans'],
    aliases: {},
    enabled: true,
    clock: 'own',
  });
  const event = JSON.stringify({ src: 'shellyplus1-aabbccddeeff', method: 'NotifyEvent', params: { events: [] } });
  const tell = async (username: string): Promise<void> => {
    const client = await mqtt.connectAsync(harness.url, { username, password: PASSWORD, reconnectPeriod: 0 });
    for (const qos of [0, 1] as const)
      for (const topic of ['shellyplus1-aabbccddeeff/events/rpc', 'a/scans'])
        await client.publishAsync(topic, event, { qos });
    await client.endAsync();
  };
  const refused = () => harness.pipeline.counters().deadLetters.topic ?? 0;
  for (const [i, stranger] of ['screen', 'elsewhere', 'g1'].entries()) {
    await tell(stranger);
    await until(refused).toBe(4 * (i + 1));
    expect(harness.pipeline.fleetHealth(SITE, 'shelly')?.messages, stranger).toBe(0);
  }
  expect(harness.pipeline.waitingGateways(SITE)).toEqual([]);
  await tell('shellies');
  await until(() => harness.pipeline.fleetHealth(SITE, 'shelly')?.messages).toBe(4);
});
