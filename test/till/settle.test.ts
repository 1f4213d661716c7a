/** Codes that tills accept without a network, and what comes of them afterwards; real server, real database. */
import { createPublicKey, verify } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Redemption, RedemptionConflict } from '../../server/contract/offers.ts';
import { readToken, signedBytes, TOKEN_CHARS, writeToken } from '../../server/contract/offerToken.ts';
import type { OfflineKit } from '../../server/contract/offlineKit.ts';
import { SITE, TillWorld } from './world.ts';

const MINUTE_MS = 60_000;

let world: TillWorld;
beforeEach(async () => {
  world = await TillWorld.open();
});
afterEach(async () => {
  expect(world.mall.errors).toEqual([]);
  await world.mall.close();
});

const conflicts = async (client: { get<T>(path: string): Promise<{ body: T }> }) =>
  (await client.get<{ conflicts: RedemptionConflict[] }>(`/sites/${SITE}/redemptions/conflicts`)).body.conflicts;

test('a till can check a code with what it keeps: signature, shop, offer, end, and what others used', async () => {
  const { offer } = await world.guest();
  const till = await world.till();
  const kit = (await till.get<OfflineKit>('/redemptions/offline')).body;
  expect(kit.serverMs).toBe(world.nowMs);
  expect(kit.sites).toHaveLength(1);
  const { site, keys, tenants, faces, used } = kit.sites[0]!;
  expect(site).toMatchObject({ id: SITE, currency: 'CZK' });
  expect(used).toEqual([]);

  expect(offer.code).toHaveLength(TOKEN_CHARS);
  expect(offer.code).toMatch(/^[0-9A-Z]+$/);
  const { claims, signature } = readToken(offer.code)!;
  const key = keys.find(({ id }) => id === claims.keyId)!;
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' });
  expect(verify(null, signedBytes(SITE, claims), publicKey, signature)).toBe(true);
  expect(claims).toMatchObject({ offerId: offer.id, variant: 'a' });
  expect(tenants).toEqual([claims.tenantRef]);
  expect(faces.filter((face) => face.campaignRef === claims.campaignRef)).toEqual([
    { campaignRef: claims.campaignRef, variant: 'a', title: 'Second coffee free', text: 'Today only.', terms: null },
  ]);
  expect(claims.expiresMs).toBe(Math.floor(Date.parse(offer.expiresAt) / 1000) * 1000);

  await till.post('/redemptions', { code: offer.code });
  const later = (await till.get<OfflineKit>('/redemptions/offline')).body.sites[0]!;
  expect(later.used).toEqual([{ offerId: offer.id, atMs: world.nowMs }]);
  // Another shop's till learns neither the offer's words nor that it was used.
  const foreign = (await (await world.till('shoes')).get<OfflineKit>('/redemptions/offline')).body.sites[0]!;
  expect(foreign).toMatchObject({ faces: [], used: [] });
  expect(foreign.tenants).not.toContain(claims.tenantRef);
});

test('an acceptance is settled once, however often it is sent, at the time by the server’s clock', async () => {
  const { offer, shopper } = await world.guest();
  const till = await world.till();
  const acceptedMs = world.nowMs + MINUTE_MS;
  world.pass(20 * MINUTE_MS);
  const item = { key: 'k-1', code: offer.code, acceptedMs, amountMinor: 12_550 };
  // The till's clock is three minutes behind.
  const options = { clockBehindMs: 3 * MINUTE_MS, till: 'Till 2' };
  const first = await world.settle(till, [item, item], options);
  expect(first).toMatchObject({ clockOffsetMs: 3 * MINUTE_MS });
  expect(first.results.map(({ result }) => result)).toEqual(['settled', 'settled']);
  for (let i = 0; i < 3; i++)
    expect((await world.settle(till, [item], options)).results[0]).toMatchObject({ key: 'k-1', result: 'settled' });
  expect(
    await world.mall.duck.all(
      'select redeemed_ms as at, settled_ms as settled, till, amount_minor as amount from redemptions',
    ),
  ).toEqual([{ at: acceptedMs, settled: world.nowMs, till: 'Till 2', amount: 12_550 }]);
  expect(await world.mall.services.orders.between(SITE, 'all', 0, world.nowMs + 1)).toMatchObject([
    { tenantId: 'cafe', amountMinor: 12_550, atMs: acceptedMs, source: 'redemption', shopperId: expect.any(String) },
  ]);
  expect((await shopper.get<{ offers: unknown[] }>('/shopper/offers')).body.offers).toMatchObject([
    { state: 'redeemed', redeemedAt: new Date(acceptedMs).toISOString(), code: null },
  ]);
  expect(await conflicts(till)).toEqual([]);
});

test('two tills accept one code: one counts, the other is told, and so are shop and mall', async () => {
  const { offer } = await world.guest();
  const [one, two] = [await world.till(), await world.till()];
  const acceptedMs = world.nowMs;
  world.pass(10 * MINUTE_MS);
  const [first, second] = await Promise.all([
    world.settle(one, [{ key: 'one', code: offer.code, acceptedMs, amountMinor: 100 }], { till: 'Till 1' }),
    world.settle(two, [{ key: 'two', code: offer.code, acceptedMs, amountMinor: 200 }], { till: 'Till 2' }),
  ]);
  const all = [...first.results, ...second.results];
  expect(all.map(({ result }) => result).sort()).toEqual(['double-use', 'settled']);
  const lost = all.find(({ result }) => result === 'double-use')!;
  const [winner, loser] = lost.key === 'two' ? ['Till 1', 'Till 2'] : ['Till 2', 'Till 1'];
  expect(lost.other).toEqual({ at: new Date(acceptedMs).toISOString(), till: winner });
  expect(await world.mall.duck.all('select count(*) as n from redemptions')).toEqual([{ n: 1 }]);
  expect(await world.mall.services.log.funnel(SITE, 'coffee')).toMatchObject({ sent: 1, redeemed: 1 });
  // Both baskets were paid for; the second one's customer may be anybody.
  const orders = await world.mall.services.orders.between(SITE, 'all', 0, world.nowMs + 1);
  expect(orders.map((order) => order.amountMinor).sort()).toEqual([100, 200]);
  expect(orders.filter((order) => order.customerKey === null)).toHaveLength(1);

  const manager = await world.mall.account({});
  const shop = await world.mall.account({ role: 'retailer', tenantId: 'cafe' });
  const reported = {
    result: 'double-use',
    tenantId: 'cafe',
    campaignId: 'coffee',
    offerId: offer.id,
    title: 'Second coffee free',
    till: loser,
    currency: 'CZK',
    other: { at: new Date(acceptedMs).toISOString(), till: winner },
  };
  for (const client of [manager, shop, one]) expect(await conflicts(client)).toMatchObject([reported]);
  expect(await conflicts(await world.mall.account({ role: 'retailer', tenantId: 'shoes' }))).toEqual([]);
  // Settling again changes nothing, for either.
  expect((await world.settle(two, [{ key: 'two', code: offer.code, acceptedMs }])).results[0]!.result).toBe(
    all.find(({ key }) => key === 'two')!.result,
  );
  expect(await conflicts(manager)).toHaveLength(1);
});

test('an online redemption whose answer was lost settles as the same one; one by another till does not', async () => {
  const { offer } = await world.guest();
  const till = await world.till();
  const online = await till.post<Redemption>('/redemptions', { code: offer.code, idempotencyKey: 'k-1', amount: 99.9 });
  expect(online.body).toMatchObject({ result: 'redeemed', amountMinor: 9_990, currency: 'CZK' });
  world.pass(MINUTE_MS);
  const { results } = await world.settle(till, [
    { key: 'k-1', code: offer.code, amountMinor: 9_990 },
    { key: 'k-2', code: offer.code, amountMinor: 9_990 },
  ]);
  expect(results.map(({ result }) => result)).toEqual(['settled', 'double-use']);
  expect(await world.mall.duck.all('select idem_key as k from redemptions')).toEqual([{ k: 'k-1' }]);
});

test('accepted after its end, or withdrawn before: does not count, and is said', async () => {
  const [late, withdrawn] = [await world.guest(), await world.guest()];
  const till = await world.till();
  await world.mall.duck.run("update offers set state = 'dead' where id = $1", [withdrawn.offer.id]);
  world.pass(60 * MINUTE_MS);
  const endMs = Date.parse(late.offer.expiresAt);
  const { results } = await world.settle(till, [
    { key: 'late', code: late.offer.code, acceptedMs: endMs + 2 * MINUTE_MS, amountMinor: 500 },
    { key: 'withdrawn', code: withdrawn.offer.code, acceptedMs: world.nowMs - 40 * MINUTE_MS },
  ]);
  expect(results.map(({ result }) => result)).toEqual(['expired', 'withdrawn']);
  expect(await world.mall.duck.all('select count(*) as n from redemptions')).toEqual([{ n: 0 }]);
  expect((await conflicts(till)).map(({ result }) => result).sort()).toEqual(['expired', 'withdrawn']);
  // The basket was sold all the same.
  expect(await world.mall.services.orders.between(SITE, 'all', 0, world.nowMs + 1)).toMatchObject([
    { amountMinor: 500, customerKey: null },
  ]);
  // A clock that was wrong by an hour is no excuse and no trap: the server's counts.
  const wrongClock = await world.settle(
    till,
    [{ key: 'clock', code: late.offer.code, acceptedMs: endMs - MINUTE_MS }],
    {
      clockBehindMs: -60 * MINUTE_MS,
    },
  );
  expect(wrongClock.results[0]!.result).toBe('settled');
});

test('an erasure between acceptance and settlement breaks nothing and names nobody', async () => {
  const { offer, shopper, shopperId } = await world.guest();
  const till = await world.till();
  const acceptedMs = world.nowMs;
  expect((await shopper.post('/shopper/erase')).status).toBe(200);
  world.pass(MINUTE_MS);
  // Over the network it is no code any more.
  expect((await till.post<Redemption>('/redemptions', { code: offer.code })).body.result).toBe('unknown');
  const { results } = await world.settle(till, [{ key: 'k', code: offer.code, acceptedMs, amountMinor: 700 }]);
  expect(results[0]!.result).toBe('settled');
  const orders = await world.mall.services.orders.between(SITE, 'all', 0, world.nowMs + 1);
  expect(orders).toMatchObject([{ amountMinor: 700, shopperId: null, customerKey: null }]);
  for (const { name } of await world.mall.duck.all<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'main'",
  ))
    expect(JSON.stringify(await world.mall.duck.all(`select * from ${name}`)), name).not.toContain(shopperId);
});

test('a database from before the offer settles by what is signed', async () => {
  const { offer } = await world.guest();
  await world.mall.duck.run('delete from offers');
  const till = await world.till();
  const { results } = await world.settle(till, [
    { key: 'a', code: offer.code },
    { key: 'b', code: offer.code },
  ]);
  expect(results.map(({ result }) => result)).toEqual(['settled', 'double-use']);
});

test('forged, altered, another shop’s and another site’s codes are unknown and leave no trace', async () => {
  const { offer } = await world.guest();
  const till = await world.till();
  const { claims, signature } = readToken(offer.code)!;
  const altered = [
    writeToken({ ...claims, expiresMs: claims.expiresMs + 3_600_000 }, signature),
    writeToken({ ...claims, offerId: `o-${'0'.repeat(24)}` }, signature),
    writeToken({ ...claims, keyId: '00000000' }, signature),
    writeToken(claims, new Uint8Array(64)),
    `${offer.code.slice(0, -2)}${offer.code.endsWith('0') ? '10' : '00'}`,
    offer.code.slice(1),
    'HELLO',
  ];
  for (const code of altered) {
    expect((await till.post<Redemption>('/redemptions', { code })).body.result, code).toBe('unknown');
    expect((await world.settle(till, [{ key: 'k', code }])).results[0]!.result, code).toBe('unknown');
  }
  const foreign = [
    await world.till('shoes'),
    await world.till(null),
    await world.mall.account({ role: 'manager', siteId: 'other' }),
  ];
  for (const client of foreign) {
    expect((await client.post<Redemption>('/redemptions', { code: offer.code })).body.result).toBe('unknown');
    expect((await client.post<Redemption>('/redemptions/check', { code: offer.code })).body.result).toBe('unknown');
    expect((await world.settle(client, [{ key: 'k', code: offer.code }])).results[0]).toMatchObject({
      result: 'unknown',
      title: null,
      offerId: null,
    });
  }
  for (const table of ['settlements', 'redemptions', 'orders'])
    expect(await world.mall.duck.all(`select * from ${table}`), table).toEqual([]);
  // The key of another site signs nothing here.
  await world.mall.registry.putSite({ ...world.mall.registry.site(SITE)!, id: 'other' });
  const sign = await world.mall.services.keys.signer('other', world.nowMs);
  const code = sign({
    id: offer.id,
    siteId: SITE,
    tenantId: 'cafe',
    campaignId: 'coffee',
    variant: 'a',
    expiresMs: claims.expiresMs,
  });
  expect((await world.settle(till, [{ key: 'k', code }])).results[0]!.result).toBe('unknown');
  expect((await till.post<Redemption>('/redemptions', { code: offer.code })).body.result).toBe('redeemed');
});

test('keys change: old codes stay good, revoked ones do not, and wallets get new ones', async () => {
  const { offer, shopper } = await world.guest();
  const manager = await world.mall.account({});
  const till = await world.till();
  interface Rotated {
    keys: { id: string; retiredAt: string | null; revokedAt: string | null }[];
    resigned: number;
  }
  world.pass(1_000);
  const rotated = (await manager.post<Rotated>(`/sites/${SITE}/offer-keys/rotate`)).body;
  expect(rotated).toMatchObject({ resigned: 0, keys: [{ retiredAt: null }, { revokedAt: null }] });
  expect((await till.post<{ result: string }>('/redemptions/check', { code: offer.code })).body.result).toBe('valid');
  expect(await world.mall.duck.all('select count(private_key) as n, count(*) as keys from offer_keys')).toEqual([
    { n: 1, keys: 2 },
  ]);
  world.pass(1_000);
  const revoked = (await manager.post<Rotated>(`/sites/${SITE}/offer-keys/rotate`, { revoke: true })).body;
  expect(revoked.resigned).toBe(1);
  expect(revoked.keys.map((key) => key.revokedAt === null)).toEqual([true, false, false]);
  const kit = (await till.get<OfflineKit>('/redemptions/offline')).body.sites[0]!;
  expect(kit.keys.map(({ id }) => id)).toEqual([revoked.keys[0]!.id]);
  expect((await till.post<{ result: string }>('/redemptions/check', { code: offer.code })).body.result).toBe('unknown');
  // A till that had not heard of it yet accepted one: it does not count, and everybody is told.
  expect((await world.settle(till, [{ key: 'k', code: offer.code }])).results[0]!.result).toBe('revoked');
  expect((await conflicts(manager)).map(({ result }) => result)).toEqual(['revoked']);
  const fresh = (await shopper.get<{ offers: { code: string }[] }>('/shopper/offers')).body.offers[0]!.code;
  expect(fresh).not.toBe(offer.code);
  expect((await till.post<Redemption>('/redemptions', { code: fresh })).body.result).toBe('redeemed');
  expect((await (await world.till()).get(`/sites/${SITE}/offer-keys`)).status).toBe(403);
});

test('a code that comes back again and again fills nothing, and what is old goes', async () => {
  const { offer } = await world.guest();
  const till = await world.till();
  const items = Array.from({ length: 100 }, (_, i) => ({ key: `k-${i}`, code: offer.code, amountMinor: 100 }));
  const { results } = await world.settle(till, items);
  expect(results.filter(({ result }) => result === 'settled')).toHaveLength(1);
  expect(results.filter(({ result }) => result === 'double-use')).toHaveLength(99);
  const count = async (table: string) =>
    (await world.mall.duck.get<{ n: number }>(`select count(*) as n from ${table}`))!.n;
  expect(await count('settlements')).toBe(50);
  expect(await count('orders')).toBe(50);
  const DAY_MS = 86_400_000;
  await world.mall.services.expire(world.nowMs + 380 * DAY_MS);
  expect([await count('settlements'), await count('orders'), await count('offer_keys')]).toEqual([50, 50, 1]);
  await world.mall.services.expire(world.nowMs + 400 * DAY_MS);
  expect([await count('settlements'), await count('orders'), await count('redemptions')]).toEqual([0, 0, 0]);
});
