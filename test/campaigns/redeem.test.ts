import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RedemptionTry } from '../../server/campaigns/redeem.ts';
import { campaignOf, entered, NOW, openWorld, SITE, type World } from './world.ts';

let world: World;
let code: string;
let shortCode: string;
let shopperId: string;
beforeEach(async () => {
  world = await openWorld();
  await world.services.campaigns.put(SITE, campaignOf(), NOW);
  shopperId = await world.shopper('c-1');
  world.pipeline.emit([entered()]);
  await world.services.offers.settle();
  const [offer] = await world.services.ledger.wallet(shopperId, NOW);
  code = offer!.code!;
  shortCode = offer!.shortCode!;
});
afterEach(() => world.close());

const attempt = (given: Partial<RedemptionTry> = {}): RedemptionTry => ({
  code,
  rights: [{ siteId: SITE, tenants: { tenantId: 'cafe' } }],
  byKind: 'account',
  byId: 'a-1',
  ip: '10.0.0.1',
  device: 'till-1',
  till: null,
  amountMinor: 12_550,
  nowMs: NOW + 60_000,
  ...given,
});

test('of 1,000 parallel tries one redeems', async () => {
  const results = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) => world.services.redeemer.redeem(attempt({ byId: `a-${i % 7}` }))),
  );
  expect(results.filter((one) => one.result === 'redeemed')).toHaveLength(1);
  expect(results.filter((one) => one.result === 'already-redeemed')).toHaveLength(999);
  expect(await world.duck.all('select tenant_id as t, amount_minor as amount from redemptions')).toEqual([
    { t: 'cafe', amount: 12_550 },
  ]);
  expect((await world.services.ledger.wallet(shopperId, NOW))[0]).toMatchObject({ state: 'redeemed', code: null });
  expect(await world.services.log.funnel(SITE, 'coffee')).toMatchObject({ sent: 1, redeemed: 1 });
});

test('a second try says when it was redeemed', async () => {
  await world.services.redeemer.redeem(attempt());
  expect(await world.services.redeemer.redeem(attempt({ code: shortCode, nowMs: NOW + 90_000 }))).toMatchObject({
    result: 'already-redeemed',
    redeemedAt: new Date(NOW + 60_000).toISOString(),
  });
});

test('the short code works as typed; an expired one says so', async () => {
  const typed = `${shortCode.slice(0, 4).toLowerCase()}-${shortCode.slice(4)}`;
  expect(await world.services.redeemer.redeem(attempt({ code: typed, nowMs: NOW + 30 * 60_000 }))).toMatchObject({
    result: 'expired',
    title: 'Second coffee free',
  });
  expect((await world.services.redeemer.redeem(attempt({ code: typed }))).result).toBe('redeemed');
});

test('another tenant’s, another site’s and the mall’s own desk find it unknown; a manager redeems it', async () => {
  const rights = (tenants: RedemptionTry['rights'][number]['tenants'], siteId = SITE) => [{ siteId, tenants }];
  for (const foreign of [rights({ tenantId: 'shoes' }), rights({ tenantId: null }), rights('all', 'other'), []])
    expect(await world.services.redeemer.redeem(attempt({ rights: foreign }))).toMatchObject({
      result: 'unknown',
      title: null,
    });
  expect((await world.services.redeemer.redeem(attempt({ rights: rights('all') }))).result).toBe('redeemed');
});

test('guesses of short codes are limited by device, account and address; a real code on another till still works', async () => {
  for (let i = 0; i < 10; i++)
    expect((await world.services.redeemer.redeem(attempt({ code: `0000000${i}` }))).result).toBe('unknown');
  await expect(world.services.redeemer.redeem(attempt({ code: '0000000A' }))).rejects.toMatchObject({ status: 429 });
  await expect(world.services.redeemer.redeem(attempt({ code: shortCode }))).rejects.toMatchObject({ status: 429 });
  const byIp = await Promise.allSettled(
    Array.from({ length: 100 }, (_, i) =>
      world.services.redeemer.redeem(attempt({ code: `000000${10 + i}`.slice(-8), byId: `b-${i}`, device: `d-${i}` })),
    ),
  );
  expect(byIp.filter((one) => one.status === 'fulfilled')).toHaveLength(50);
  const elsewhere = attempt({ code: shortCode, byId: 'a-9', device: 'till-9', ip: '10.0.0.9' });
  expect((await world.services.redeemer.redeem(elsewhere)).result).toBe('redeemed');
});

test('an erasure kills the codes that are out', async () => {
  const receipt = await world.services.eraser.erase(shopperId, NOW);
  expect(receipt.removed).toMatchObject({ profile: 1, consents: 2, pairings: 1, offers: 1, codes: 2, decisions: 1 });
  expect((await world.services.redeemer.redeem(attempt())).result).toBe('unknown');
  expect((await world.services.redeemer.redeem(attempt({ code: shortCode }))).result).toBe('unknown');
  for (const table of ['shoppers', 'consents', 'pairings', 'offer_codes'])
    expect(await world.duck.get(`select count(*) as n from ${table}`), table).toEqual({ n: 0 });
  expect(
    await world.duck.get(
      `select (select count(shopper_id) from offers) + (select count(shopper_id) from offer_decisions) as named`,
    ),
  ).toEqual({ named: 0 });
  world.pipeline.emit([entered({ atMs: NOW + 1 })]);
  await world.services.offers.settle();
  expect(world.hub.pushed).toHaveLength(1);
});
