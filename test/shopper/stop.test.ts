/** Pause, withdrawal and erasure count at once, however fast events keep coming. */
import { expect, test } from 'vitest';
import type { OfferPush } from '../../server/contract/live.ts';
import { campaignOf, entered, exited, SITE } from '../campaigns/world.ts';
import { type Client, openMall } from './server.ts';

const EVERY_MS = 25;
const ON_THE_WIRE_MS = 200;

test.each([
  ['erased', (shopper: Client) => shopper.post('/shopper/erase')],
  ['without the consent to offers', (shopper: Client) => shopper.delete('/shopper/consent/push')],
  ['without the consent to be recognised', (shopper: Client) => shopper.delete('/shopper/consent/presence')],
  ['paused', (shopper: Client) => shopper.post('/shopper/pause', { minutes: null })],
])('%s: from the answer on no offer comes, although the tag is heard on and on', async (_, stop) => {
  const mall = await openMall({ nowMs: Date.now() });
  await mall.services.campaigns.putAttention(
    SITE,
    {
      ...mall.services.campaigns.attention(SITE),
      pushesPerVisit: 20,
      pushesPerDay: 50,
      pushesPerTenantPerDay: 20,
      quietHours: null,
    },
    mall.clock.nowMs,
  );
  // Each fires once for the shopper, so that offers could come without end.
  const campaigns = Array.from({ length: 12 }, (_, i) =>
    campaignOf({ id: `c-${i}`, cooldownMinutes: 60, zoneIds: ['front'] }),
  );
  for (const campaign of campaigns) await mall.services.campaigns.put(SITE, campaign, mall.clock.nowMs);
  const shopper = await mall.shopper();
  const installer = await mall.account({ role: 'installer' });
  const { body } = await installer.get<{ code: string }>(`/sites/${SITE}/carriers/c-1/tag`);
  await shopper.post('/shopper/pair', { code: body.code });
  const phone = await mall.phone(shopper);
  const came: OfferPush[] = [];
  phone.on('offer', (offer, received) => {
    came.push(offer);
    received();
  });
  let inside = false;
  const heard = setInterval(() => {
    mall.clock.nowMs = Date.now();
    mall.pipeline.nowMs = mall.clock.nowMs;
    const given = { atMs: mall.clock.nowMs, sightingAtMs: mall.clock.nowMs };
    mall.pipeline.emit([inside ? exited(given) : entered(given)]);
    inside = !inside;
  }, EVERY_MS);
  // One after another: there are more to come when it stops.
  await expect.poll(() => came.length, { interval: 5 }).toBeGreaterThan(1);

  expect((await stop(shopper)).status).toBeLessThan(300);
  // What was on the wire when the answer was written lands; nothing follows it, and the limit is five seconds.
  await new Promise((resolve) => setTimeout(resolve, ON_THE_WIRE_MS));
  const until = came.length;
  await new Promise((resolve) => setTimeout(resolve, 12 * EVERY_MS));
  clearInterval(heard);
  await mall.services.offers.settle();
  expect(came.length).toBe(until);
  const { n } = (await mall.duck.get<{ n: number }>("select count(*) as n from offers where state = 'delivered'"))!;
  expect(n).toBeLessThanOrEqual(until);
  expect(until).toBeLessThan(campaigns.length);
  expect(mall.errors).toEqual([]);
  await mall.close();
});
