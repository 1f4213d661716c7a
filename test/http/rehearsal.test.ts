/** Rehearsals over REST: what becomes of a draft, and what of it whom is told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOffers } from '../../server/campaigns/open.ts';
import { Rehearsals } from '../../server/campaigns/rehearse.ts';
import type { Campaign } from '../../server/contract/campaigns.ts';
import type { RehearsalView } from '../../server/contract/rehearsal.ts';
import { campaignRoutes } from '../../server/http/routes/campaigns.ts';
import { rehearsalRoutes } from '../../server/http/routes/rehearsal.ts';
import { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open({
    routes: ({ duck, reading, registry, clock, pipeline }, hub) => {
      const idle = { ...pipeline, onLiveEvents: () => () => {}, present: async () => [] };
      const onError = (error: unknown): void => {
        throw error;
      };
      const services = openOffers({
        duck,
        reading,
        registry,
        pipeline: idle,
        hub,
        clock,
        onError,
        erasureJournalFile: undefined,
      });
      const rehearsals = new Rehearsals({
        duck,
        reading,
        registry,
        campaigns: services.campaigns,
        certificates: async () => [],
        learnedRadio: () => undefined,
      });
      const rehearse = (siteId: string, campaign: Campaign, nowMs: number) =>
        rehearsals.rehearse(siteId, campaign, nowMs);
      return [
        ...campaignRoutes({ services, registry, rehearse }),
        ...rehearsalRoutes({ services, registry, rehearsals }),
      ];
    },
  });
});
afterAll(() => harness.close());

const draft = (tenantId: string, zoneId: string) => ({
  name: 'Spring',
  tenantId,
  zoneIds: [zoneId],
  trigger: { type: 'enter' },
  offer: { title: 'Ten off', text: 'Today', validMinutes: 60 },
});
const PATH = '/sites/mall/campaigns/spring';
const put = (body: object) => harness.ask<Campaign>('put', PATH, { as: 'manager', body });
const status = async () => (await harness.ask<Campaign>('get', PATH, { as: 'manager' })).body.status;

test('a draft is rehearsed by its retailer, the result is kept, and is old once the trigger is another', async () => {
  expect((await put(draft('shoes', 'shoes-shop'))).status).toBe(200);
  expect((await harness.ask('get', `${PATH}/rehearsal`, { as: 'retailer' })).status).toBe(404);
  const made = await harness.ask<RehearsalView>('post', `${PATH}/rehearsal`, { as: 'retailer' });
  expect(made.status).toBe(200);
  expect(made.body).toMatchObject({ campaignId: 'spring', days: 0, basis: 'none', isCurrent: true });
  expect(made.body.warnings.map(({ code }) => code)).toContain('no-history');
  expect(await status()).toBe('rehearsed');
  const kept = await harness.ask<RehearsalView>('get', `${PATH}/rehearsal`, { as: 'manager' });
  expect(kept.body).toEqual(made.body);

  await put({ ...draft('shoes', 'shoes-shop'), trigger: { type: 'exit' } });
  expect(await status()).toBe('draft');
  const old = await harness.ask<RehearsalView>('get', `${PATH}/rehearsal`, { as: 'retailer' });
  expect(old.body.isCurrent).toBe(false);
});

test('a draft that is started is rehearsed on the way', async () => {
  await put({ ...draft('shoes', 'shoes-shop'), cooldownMinutes: 5 });
  expect((await harness.ask('post', `${PATH}/start`, { as: 'manager' })).status).toBe(200);
  const kept = await harness.ask<RehearsalView>('get', `${PATH}/rehearsal`, { as: 'manager' });
  expect(kept.body.isCurrent).toBe(true);
  // Whoever rehearses what is live leaves it live.
  await harness.ask('post', `${PATH}/rehearsal`, { as: 'manager' });
  expect(await status()).toBe('live');
});

test('another tenant’s campaign does not exist, an ended one cannot be rehearsed, a guest may not', async () => {
  await harness.ask('put', '/sites/mall/campaigns/hats', { as: 'manager', body: draft('hats', 'hats-shop') });
  const theirs = '/sites/mall/campaigns/hats/rehearsal';
  for (const method of ['post', 'get'] as const)
    expect((await harness.ask(method, theirs, { as: 'retailer' })).status).toBe(404);
  expect((await harness.ask('post', theirs, { as: 'installer' })).status).toBe(403);
  await harness.ask('post', '/sites/mall/campaigns/hats/end', { as: 'manager' });
  expect((await harness.ask('post', theirs, { as: 'manager' })).status).toBe(409);
});

test('a rehearsal goes with its campaign, and is not told to the next owner of the id', async () => {
  const path = '/sites/mall/campaigns/autumn';
  await harness.ask('put', path, { as: 'manager', body: draft('hats', 'hats-shop') });
  expect((await harness.ask('post', `${path}/rehearsal`, { as: 'manager' })).status).toBe(200);
  expect((await harness.ask('delete', path, { as: 'manager' })).status).toBe(204);
  await harness.ask('put', path, { as: 'manager', body: draft('hats', 'hats-shop') });
  expect((await harness.ask('get', `${path}/rehearsal`, { as: 'manager' })).status).toBe(404);
  // The mall gives it to another.
  expect((await harness.ask('post', `${path}/rehearsal`, { as: 'manager' })).status).toBe(200);
  await harness.ask('put', path, { as: 'manager', body: draft('shoes', 'shoes-shop') });
  expect((await harness.ask('get', path, { as: 'retailer' })).status).toBe(200);
  expect((await harness.ask('get', `${path}/rehearsal`, { as: 'retailer' })).status).toBe(404);
});
