/** A phone subscribes over REST, and operators read how fast offers are handed over. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OfferServices, openOffers } from '../../server/campaigns/open.ts';
import type { DeliveryReport, PushKey } from '../../server/contract/push.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { pushRoutes } from '../../server/http/routes/push.ts';
import { shopperRoutes } from '../../server/http/routes/shopper.ts';
import { consentTexts } from '../../server/privacy/consentTexts.ts';
import { Harness, NOW } from '../http/harness.ts';
import { Browser } from './stub.ts';

let harness: Harness;
let services: OfferServices;
const ENDPOINT = 'https://push.example/send/1';

beforeAll(async () => {
  harness = await Harness.open({
    routes: ({ duck, registry, clock, auth, audit, pipeline }, hub) => {
      services = openOffers({
        duck,
        reading: openTimeSeries(duck, registry),
        registry,
        pipeline: { ...pipeline, onLiveEvents: () => () => {}, present: async () => [] },
        hub,
        clock,
        onError: (error) => {
          throw error;
        },
        erasureJournalFile: undefined,
      });
      return [...pushRoutes({ services }), ...shopperRoutes({ services, registry, hub, auth, demo: false, audit })];
    },
  });
  const { headers } = await harness.ask('post', '/shopper/start', {
    body: { site: 'mall', consents: [], language: 'en' },
  });
  harness.cookies.set('shopper', headers.getSetCookie()[0]!.split(';')[0]!);
});
afterAll(() => harness.close());

const put = (body: unknown) =>
  harness.ask<{ error: { code: string; path?: string } }>('put', '/shopper/push', { as: 'shopper', body });
const agree = () => {
  const { purpose, version, textHash } = consentTexts('en').find((text) => text.purpose === 'push')!;
  return harness.ask('post', '/shopper/consent', {
    as: 'shopper',
    body: { purpose, version, textHash, language: 'en' },
  });
};
const kept = async () =>
  (await harness.duck.all<{ endpoint: string }>('select endpoint from push_subscriptions order by endpoint')).map(
    (row) => row.endpoint,
  );

describe('a subscription', () => {
  test('is made with the server’s key, once offers were agreed to', async () => {
    const { body } = await harness.ask<PushKey>('get', '/shopper/push-key', { as: 'shopper' });
    expect(Buffer.from(body.publicKey, 'base64url')).toHaveLength(65);
    const { subscription } = new Browser(ENDPOINT);
    expect(await put(subscription)).toMatchObject({ status: 409, body: { error: { code: 'no-consent' } } });
    expect((await agree()).status).toBe(200);
    expect((await put(subscription)).status).toBe(204);
    expect((await put({ ...subscription, expirationTime: null })).status).toBe(204);
    expect(await kept()).toEqual([ENDPOINT]);
  });

  const { subscription } = new Browser(ENDPOINT);
  const off = Buffer.from(subscription.keys.p256dh, 'base64url');
  off[64]! ^= 1;
  test.each([
    ['not https', { ...subscription, endpoint: 'http://push.example/1' }, 'body.endpoint'],
    ['another port', { ...subscription, endpoint: 'https://push.example:8443/1' }, 'body.endpoint'],
    ['a password in it', { ...subscription, endpoint: 'https://a:b@push.example/1' }, 'body.endpoint'],
    ['a short secret', { ...subscription, keys: { ...subscription.keys, auth: 'abc' } }, 'body.keys.auth'],
    [
      'a key off the curve',
      { ...subscription, keys: { ...subscription.keys, p256dh: off.toString('base64url') } },
      'body.keys.p256dh',
    ],
  ])('with %s is refused', async (_, body, path) => {
    expect(await put(body)).toMatchObject({ status: 400, body: { error: { path } } });
    expect(await kept()).toEqual([ENDPOINT]);
  });

  test('ends by its endpoint, or all of them', async () => {
    const ask = (body?: unknown) =>
      harness.ask('delete', '/shopper/push', { as: 'shopper', ...(body === undefined ? {} : { body }) });
    expect((await put(new Browser(`${ENDPOINT}2`).subscription)).status).toBe(204);
    expect((await ask({ endpoint: ENDPOINT })).status).toBe(204);
    expect(await kept()).toEqual([`${ENDPOINT}2`]);
    expect((await ask()).status).toBe(204);
    expect(await kept()).toEqual([]);
    expect((await ask()).status).toBe(204);
  });
});

describe('figures', () => {
  test('per site for its manager, the last day where nothing else is asked for', async () => {
    for (const [latencyMs, atMs] of [
      [400, NOW - 1_000],
      [900, NOW - 2_000],
      [5_000, NOW - 2 * 86_400_000],
    ] as const)
      services.handOverTimes.add({ siteId: 'mall', route: 'received', atMs, latencyMs });
    const ask = (query = '') => harness.ask<DeliveryReport>('get', `/sites/mall/delivery${query}`, { as: 'manager' });
    expect((await ask()).body).toMatchObject({
      received: 2,
      pushed: 0,
      latencyMs: { all: { count: 2, p50: 400, p99: 900 } },
    });
    expect((await ask('?from=2020-01-01T00:00:00Z&to=2025-01-01T00:00:00Z')).body).toMatchObject({ received: 0 });
    expect((await ask(`?from=${new Date(NOW - 3 * 86_400_000).toISOString()}`)).body).toMatchObject({ received: 3 });
    expect((await ask('?from=2026-05-05T00:00:00Z&to=2026-05-04T00:00:00Z')).status).toBe(400);
  });
});
