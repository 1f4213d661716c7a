/** Configurations that gateways no longer need are taken back, for they hold the day's key. */
import { expect, test } from 'vitest';
import { GatewayConfigs } from '../../server/ingest/gatewayConfig.ts';
import { site } from '../support/pipelineHarness.ts';

test('a broker that does not take it back at once is asked again, until it has', async () => {
  const kept = new Map<string, string>();
  let away = false;
  const configs = new GatewayConfigs(async (topic, payload) => {
    if (away) throw new Error('away');
    if (payload === '') kept.delete(topic);
    else kept.set(topic, payload);
  });
  const mall = site({ clock: 'wall', countUnknowns: true });
  const key = { id: 'k', key: Buffer.alloc(32, 7), day: '1970-01-01', untilMs: 86_400_000 };
  await configs.update(mall, [{ id: 'g1' }, { id: 'g2' }], key, 0);
  expect([...kept.values()].join()).toContain('07070707');
  away = true;
  await configs.update(mall, [{ id: 'g1' }], key, 1_000);
  away = false;
  await configs.update(mall, [{ id: 'g1' }], key, 61_000);
  expect([...kept.keys()]).toEqual(['promenade/1/mall/g1/config']);
  // One that comes back gets its own again.
  await configs.update(mall, [{ id: 'g1' }, { id: 'g2' }], key, 62_000);
  expect(kept.size).toBe(2);
});
