/** What a mall enters for shoppers' apps: a UUID for rotating numbers, beacons of gateways; and what it is told of them. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOffers } from '../../server/campaigns/open.ts';
import type { IdentitiesView } from '../../server/contract/identity.ts';
import type { ConsentText } from '../../server/contract/offers.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { identityRoutes } from '../../server/http/routes/identity.ts';
import { shopperRoutes } from '../../server/http/routes/shopper.ts';
import { type IdentityServices, openIdentities } from '../../server/identities/open.ts';
import { aGateway, aSite, Harness, UUID } from './harness.ts';

const ROTATING = '8d1f6a0e-5b7c-4f59-9d7e-2f1c0c9b6a31';
const BEACON = { uuid: '0e6a4f3c-1b0d-4c57-8a53-3f0b2f5f9d10', major: 1, minor: 1 };
let harness: Harness;
let apps: IdentityServices;
beforeAll(async () => {
  harness = await Harness.open({
    routes: (services, hub) => {
      const { duck, registry, clock, auth, audit, dataDir } = services;
      const pipeline = { ...services.pipeline, onLiveEvents: () => () => {}, present: async () => [] };
      const onError = (error: unknown): void => {
        throw error;
      };
      const offers = openOffers({
        duck,
        reading: openTimeSeries(duck, registry),
        registry,
        pipeline,
        hub,
        clock,
        onError,
        erasureJournalFile: undefined,
      });
      apps = openIdentities({
        duck,
        dataDir,
        registry,
        pipeline: { phone: () => Promise.resolve({ accepted: 1, duplicate: false, unknownBeacons: 0 }) },
        offers,
        clock,
        random: randomBytes,
        onProblem: (_, error) => onError(error),
      });
      return [
        ...identityRoutes({ services: offers, apps, registry, hub, audit }),
        ...shopperRoutes({ services: offers, registry, hub, auth, demo: false, audit }),
      ];
    },
  });
  await apps.start();
});
afterAll(async () => {
  await apps.stop();
  await harness.close();
});

interface Refusal {
  error: { code: string; path?: string };
}
const put = (path: string, body: object) => harness.ask<Refusal>('put', `/sites/mall${path}`, { as: 'manager', body });
const { id: _, ...mall } = aSite('mall');

test('rotating numbers have a UUID of their own', async () => {
  const refused = await put('', { ...mall, rotatingUuid: ROTATING });
  expect([refused.status, refused.body.error.path]).toEqual([400, 'body.rotatingUuid']);
  const carrier = { kind: 'tag', uuid: UUID, major: 1, minor: 1 };
  expect((await put('/carriers/c-one', carrier)).status).toBe(200);
  expect((await put('', { ...mall, rotatingUuid: UUID })).body.error.path).toBe('body.rotatingUuid');
  expect((await put('', { ...mall, uuids: [UUID, ROTATING], rotatingUuid: ROTATING.toUpperCase() })).status).toBe(200);
  expect(harness.registry.site('mall')?.rotatingUuid).toBe(ROTATING);
  expect((await put('/carriers/c-two', { ...carrier, uuid: ROTATING })).body.error.path).toBe('body.uuid');
  const many = [carrier, { ...carrier, uuid: ROTATING }].map((one, i) => ({ ...one, minor: 5 + i }));
  const bulk = await harness.ask<Refusal>('post', '/sites/mall/carriers', { as: 'manager', body: many });
  expect(bulk.body.error.path).toBe('body.1.uuid');
});

test('a beacon is one gateway’s, and nobody’s tag', async () => {
  const { id: _id, ...gateway } = aGateway('g1');
  expect((await put('/gateways/g1', { ...gateway, beacon: BEACON })).status).toBe(200);
  expect(harness.registry.gateways.get('mall', 'g1')?.beacon).toEqual({ ...BEACON, powerDbm: -59 });
  expect((await put('/gateways/g1', { ...gateway, beacon: BEACON })).status).toBe(200);
  expect((await put('/gateways/g2', { ...gateway, beacon: BEACON })).status).toBe(409);
  expect((await put('/gateways/g2', { ...gateway, beacon: { uuid: UUID, major: 1, minor: 1 } })).status).toBe(409);
  expect((await put('/gateways/g2', { ...gateway, beacon: { ...BEACON, minor: 70_000 } })).status).toBe(400);
});

test('an app is enrolled with consent, its secret told once, and ended by itself', async () => {
  const { body: site } = await harness.ask<{ consents: ConsentText[] }>('get', '/shopper/site/mall');
  const start = (consents: object[]) =>
    harness.ask('post', '/shopper/start', { body: { site: 'mall', language: 'en', consents } });
  const cookieOf = ({ headers }: Awaited<ReturnType<typeof start>>) => headers.getSetCookie()[0]!.split(';')[0]!;
  const ask = <T = Refusal>(method: string, cookie: string, body?: object) =>
    harness.ask<T>(method, '/shopper/identity', { cookie, ...(body ? { body } : {}) });

  const without = cookieOf(await start([]));
  expect((await ask('post', without, {})).body.error.code).toBe('no-consent');
  expect((await ask('get', without)).status).toBe(404);

  const { purpose, version, textHash } = site.consents.find((one) => one.purpose === 'presence')!;
  const cookie = cookieOf(await start([{ purpose, version, textHash, language: 'en' }]));
  const given = await ask<Record<string, unknown>>('post', cookie, {});
  expect([given.status, given.headers.get('cache-control')]).toEqual([201, 'no-store']);
  const { secretHex, ...view } = given.body;
  expect(secretHex).toMatch(/^[0-9a-f]{64}$/);
  expect((await ask('get', cookie)).body).toEqual(view);
  const told = await harness.ask<IdentitiesView>('get', '/sites/mall/identities', { as: 'installer' });
  expect(told.body).toMatchObject({ rotatingUuid: ROTATING, enrolled: { advertise: 1, listen: 0 }, lastReplay: null });
  expect(told.text).not.toMatch(/c-[a-z2-7]{20}|s-[0-9a-f]{26}/);
  expect((await ask('delete', cookie)).status).toBe(204);
  expect((await ask('delete', cookie)).status).toBe(204);
  expect((await ask('get', cookie)).status).toBe(404);
  expect(harness.failures).toEqual([]);
});
