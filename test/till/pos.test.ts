/** What POS systems do over the API: check, redeem under a name of their own, take back, list; and what they may not. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CodeCheck, Redemption, RedemptionRow, Voided, VoidRow } from '../../server/contract/offers.ts';
import type { LoyaltyView } from '../../server/contract/shopper.ts';
import type { Client } from '../shopper/server.ts';
import { SITE, TillWorld } from './world.ts';

const MINUTE_MS = 60_000;

let world: TillWorld;
let pos: Client;
beforeEach(async () => {
  world = await TillWorld.open();
  pos = await world.till();
});
afterEach(async () => {
  expect(world.mall.errors).toEqual([]);
  await world.mall.close();
});

const redeem = async (client: Client, body: object) => (await client.post<Redemption>('/redemptions', body)).body;

test('several tills at once over HTTP: one redeems, all others are told when', async () => {
  const { offer } = await world.guest();
  const tills = [pos, await world.till(), await world.till(), await world.till()];
  const answers = await Promise.all(
    Array.from({ length: 120 }, (_, i) =>
      redeem(tills[i % 4]!, { code: i % 20 === 1 ? offer.shortCode : offer.code, till: `Till ${i % 4}` }),
    ),
  );
  expect(answers.filter(({ result }) => result === 'redeemed')).toHaveLength(1);
  expect(answers.filter(({ result }) => result === 'already-redeemed')).toHaveLength(119);
  for (const { redeemedAt } of answers) expect(redeemedAt).toBe(new Date(world.nowMs).toISOString());
  expect(await world.mall.duck.all('select count(*) as n from redemptions')).toEqual([{ n: 1 }]);
});

test('a retry under the same key is the same redemption; another code under it is refused', async () => {
  const [one, two] = [await world.guest(), await world.guest()];
  const body = { code: one.offer.shortCode, amountMinor: 45_000, idempotencyKey: 'pos-7/0001', orderId: 'R-1' };
  const first = await redeem(pos, body);
  expect(first).toMatchObject({ result: 'redeemed', amountMinor: 45_000, currency: 'CZK', offerId: one.offer.id });
  world.pass(MINUTE_MS);
  const retries = await Promise.all(Array.from({ length: 5 }, () => redeem(pos, body)));
  for (const again of retries) expect(again).toEqual(first);
  const other = await pos.post<{ error: { code: string; path: string } }>('/redemptions', {
    code: two.offer.code,
    idempotencyKey: 'pos-7/0001',
  });
  expect([other.status, other.body.error.code]).toEqual([409, 'conflict']);
  expect(await redeem(pos, { code: one.offer.code, idempotencyKey: 'pos-7/0002' })).toMatchObject({
    result: 'already-redeemed',
    id: null,
    amountMinor: null,
  });
  // As a header too.
  const header = await fetch(`${world.mall.url}/api/v1/redemptions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await world.mall.auth
        .createToken('pos', [{ role: 'till', siteId: SITE, tenantId: 'cafe' }], 'test', null)
        .then(({ token }) => token)}`,
      'content-type': 'application/json',
      'idempotency-key': 'pos-7/0001',
    },
    body: JSON.stringify({ code: one.offer.code }),
  });
  expect(await header.json()).toEqual(first);
  expect(await world.mall.services.orders.between(SITE, 'all', 0, world.nowMs + 1)).toHaveLength(1);
});

test('a check says what a code is good for and uses nothing up', async () => {
  const { offer } = await world.guest();
  const check = async (code: string) => (await pos.post<CodeCheck>('/redemptions/check', { code })).body;
  for (const code of [offer.code, offer.shortCode, offer.code.toLowerCase()])
    expect(await check(code)).toMatchObject({
      result: 'valid',
      title: 'Second coffee free',
      campaignId: 'coffee',
      expiresAt: offer.expiresAt,
      redeemedAt: null,
    });
  expect((await redeem(pos, { code: offer.code })).result).toBe('redeemed');
  expect((await check(offer.code)).result).toBe('already-redeemed');
});

test('what was redeemed by mistake is taken back once, with its basket and points, and can be used again', async () => {
  const { offer, shopper } = await world.guest();
  const points = async () => (await shopper.get<LoyaltyView>('/shopper/loyalty')).body.points;
  const first = await redeem(pos, { code: offer.code, amountMinor: 500_000, idempotencyKey: 'k-1' });
  expect(await points()).toBeGreaterThan(0);
  expect(Date.parse(first.voidableUntil!)).toBe(world.nowMs + 15 * MINUTE_MS);
  const foreign = await (await world.till('shoes')).post(`/redemptions/${first.id}/void`);
  expect(foreign.status).toBe(404);

  const taken = await pos.post<Voided>(`/redemptions/${first.id}/void`, { reason: 'wrong customer' });
  expect(taken).toMatchObject({ status: 200, body: { id: first.id, offerId: offer.id, usable: true } });
  expect((await pos.post<Voided>(`/redemptions/${first.id}/void`)).body).toEqual(taken.body);
  expect(await points()).toBe(0);
  expect(await world.mall.services.orders.between(SITE, 'all', 0, world.nowMs + 1)).toEqual([]);
  expect((await shopper.get<{ offers: unknown[] }>('/shopper/offers')).body.offers).toMatchObject([
    { state: 'active' },
  ]);
  expect(await world.mall.duck.all('select reason, by_kind as kind from redemption_voids')).toEqual([
    { reason: 'wrong customer', kind: 'token' },
  ]);
  const listed = async (client: Client) => (await client.get<{ voided: VoidRow[] }>('/redemptions')).body.voided;
  expect(await listed(pos)).toMatchObject([
    {
      id: first.id,
      title: 'Second coffee free',
      reason: 'wrong customer',
      amountMinor: 500_000,
      by: { kind: 'token' },
    },
  ]);
  expect(await listed(await world.till('shoes'))).toEqual([]);
  // A late retry of what was taken back redeems nothing.
  expect((await pos.post('/redemptions', { code: offer.code, idempotencyKey: 'k-1' })).status).toBe(409);

  const second = await redeem(pos, { code: offer.code, amountMinor: 500_000, idempotencyKey: 'k-2' });
  expect(second.result).toBe('redeemed');
  expect(await points()).toBeGreaterThan(0);
  expect((await pos.post(`/redemptions/${second.id}/void`)).status).toBe(409);
  expect((await redeem(pos, { code: offer.code })).result).toBe('already-redeemed');
});

test('later than a quarter of an hour it stays redeemed', async () => {
  const { offer } = await world.guest();
  const { id } = await redeem(pos, { code: offer.code });
  world.pass(15 * MINUTE_MS);
  expect((await pos.post(`/redemptions/${id}/void`)).status).toBe(409);
  expect((await pos.post('/redemptions/rd-none/void')).status).toBe(404);
  expect((await redeem(pos, { code: offer.code })).result).toBe('already-redeemed');
});

test('a shop lists its own redemptions of the day, a manager all, and none says who', async () => {
  const { offer, shopperId } = await world.guest();
  const { id } = await redeem(pos, { code: offer.code, amount: 125.5, till: 'Till 1' });
  const list = async (client: Client, query = '') => {
    const { status, body } = await client.get<{ redemptions: RedemptionRow[] }>(`/redemptions${query}`);
    expect(status).toBe(200);
    return body.redemptions;
  };
  const row = {
    id,
    tenantId: 'cafe',
    offerId: offer.id,
    title: 'Second coffee free',
    till: 'Till 1',
    amountMinor: 12_550,
  };
  const manager = await world.mall.account({});
  for (const client of [pos, manager]) {
    expect(await list(client)).toMatchObject([row]);
    expect(JSON.stringify(await list(client))).not.toContain(shopperId);
  }
  expect(await list(await world.till('shoes'))).toEqual([]);
  expect(await list(await world.till(null))).toEqual([]);
  world.pass(24 * 60 * MINUTE_MS);
  expect(await list(pos)).toEqual([]);
  const day = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
  expect(await list(pos, `?from=${day(world.nowMs - 48 * 3_600_000)}&to=${day(world.nowMs)}`)).toHaveLength(1);
});

test('guesses are limited when checking as when redeeming, and a signed code is never locked out', async () => {
  const { offer } = await world.guest();
  for (let i = 0; i < 5; i++) {
    expect((await pos.post<CodeCheck>('/redemptions/check', { code: `0000000${i}` })).body.result).toBe('unknown');
    expect((await redeem(pos, { code: `1000000${i}` })).result).toBe('unknown');
  }
  expect((await pos.post('/redemptions/check', { code: '0000000A' })).status).toBe(429);
  expect((await pos.post('/redemptions', { code: offer.shortCode })).status).toBe(429);
  // Settling takes no short codes: nothing can be guessed there.
  expect((await world.settle(pos, [{ key: 'k', code: offer.shortCode }])).results[0]!.result).toBe('unknown');
  expect((await redeem(pos, { code: offer.code })).result).toBe('redeemed');
});

test.each([
  [{ code: 'X', amount: 1, amountMinor: 100 }, 'body.amountMinor'],
  [{ code: 'X', amountMinor: 1.5 }, 'body.amountMinor'],
  [{ code: 'X', amount: -1 }, 'body.amount'],
  [{ code: 'X', idempotencyKey: 'ž' }, 'body.idempotencyKey'],
  [{ code: 'X', orderId: '' }, 'body.orderId'],
  [{ code: 'X'.repeat(500) }, 'body.code'],
])('%j is refused and the field is named', async (body, path) => {
  const answer = await pos.post<{ error: { path: string } }>('/redemptions', body);
  expect([answer.status, answer.body.error.path]).toEqual([400, path]);
});
