import { afterEach, expect, test } from 'vitest';
import { campaignOf, entered, NOW, openWorld, SITE, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

test('whose carrier is worn twice gets no offers, and is told why', async () => {
  world = await openWorld();
  const { services, pipeline, hub } = world;
  await services.campaigns.put(SITE, campaignOf({ controlShare: 0 }), NOW);
  await world.shopper('c-1');
  await world.shopper('c-2');
  pipeline.cloned = [{ carrierId: 'c-1', firstMs: 0, lastMs: 1, gatewayIds: ['g-1', 'g-2'] }];
  pipeline.emit([
    { type: 'cloned', carrierId: 'c-1', kind: 'tag', atMs: pipeline.nowMs, sightingAtMs: pipeline.nowMs },
    entered({ carrierId: 'c-1' }),
    entered({ carrierId: 'c-2' }),
  ]);
  await services.offers.settle();
  expect(hub.pushed).toHaveLength(1);
  const decisions = await world.decisions();
  expect(decisions).toHaveLength(2);
  expect(decisions).toContainEqual({ outcome: 'held', code: 'cloned' });
  expect(world.errors).toEqual([]);
});
