/** Figures of shops from stored orders, answers and stays, by the routes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ShopFigures } from '../../server/contract/proof.ts';
import type { SqlValue } from '../../server/db/duckdb.ts';
import { AppError } from '../../server/errors.ts';
import { insightRoutes } from '../../server/http/routes/insights.ts';
import { insert, NOW, openStored } from '../support/proofWorld.ts';

const DAY_MS = 86_400_000;
let stored: Awaited<ReturnType<typeof openStored>>;
let ratio: { peoplePerCarrier: number; low: number; high: number } | null;
beforeEach(async () => {
  stored = await openStored();
  ratio = null;
});
afterEach(() => stored.duck.close());

async function ask(path: string, params: Record<string, string>, tenantId: string | null = null): Promise<ShopFigures> {
  const { duck, registry, log } = stored;
  const found = insightRoutes({
    services: { campaigns: {} as never, log },
    duck,
    registry,
    questions: {
      series: async () => ({ series: [{ value: 400, low: 380, high: 420 }] }) as never,
      people: async () => ({ ratio }) as never,
    },
  }).find((route) => route.path.endsWith(path))!;
  const query = { from: NOW - 30 * DAY_MS, to: NOW };
  return (await found.handler({
    params: { site: 'mall', ...params },
    query,
    siteId: 'mall',
    tenantId,
    nowMs: NOW,
  } as never)) as ShopFigures;
}
const shop = (zone: string, tenantId: string | null = null) => ask('/shops/:zone/figures', { zone }, tenantId);
const tenant = (tenant: string, tenantId: string | null = null) =>
  ask('/tenants/:tenant/figures', { tenant }, tenantId);

const order = (i: number, given: Record<string, SqlValue> = {}): Record<string, SqlValue> => ({
  site_id: 'mall',
  tenant_id: 'cafe',
  order_id: `r-${i}`,
  zone_id: 'cafe-shop',
  customer_key: `x-${i % 40}`,
  shopper_id: null,
  offer_id: null,
  at_ms: NOW - DAY_MS - i,
  amount_minor: 1_000,
  items: null,
  source: 'pos',
  created_ms: NOW,
  known_without_offer: false,
  ...given,
});

test('a shop counts its own orders of the period, its tenant the web shop’s too; lifetimes reach further back', async () => {
  await insert(stored.duck, 'orders', [
    ...Array.from({ length: 60 }, (_, i) => order(i)),
    ...Array.from({ length: 20 }, (_, i) => order(100 + i, { customer_key: null, zone_id: null })),
    ...Array.from({ length: 20 }, (_, i) =>
      order(200 + i, { source: 'webshop', zone_id: null, customer_key: `x-${i}` }),
    ),
    ...Array.from({ length: 40 }, (_, i) =>
      order(300 + i, { at_ms: NOW - 60 * DAY_MS, amount_minor: 5_000, customer_key: `x-${i}` }),
    ),
    ...Array.from({ length: 50 }, (_, i) =>
      order(400 + i, { tenant_id: 'shoes', zone_id: 'shoes-shop', amount_minor: 77_000 }),
    ),
  ]);
  ratio = { peoplePerCarrier: 2, low: 1.8, high: 2.2 };
  const own = await shop('cafe-shop', 'cafe');
  expect(own).toMatchObject({
    zoneId: 'cafe-shop',
    tenantId: 'cafe',
    currency: 'CZK',
    conversionRate: { value: 80 / 800, basis: 'people' },
    averageOrderValueMinor: { value: 1_000, n: 80 },
    purchaseFrequency: { value: 1.5, n: 40 },
    repeatPurchaseRate: { value: 0.5, n: 40 },
    guestShare: { value: 0.25, n: 80 },
    lifetimeValueMinor: { value: 6_500, n: 40 },
    nps: { value: null, n: 0 },
  });
  const all = await tenant('cafe', 'cafe');
  expect(all).toMatchObject({
    zoneId: null,
    conversionRate: { value: 80 / 800, basis: 'people' },
    guestShare: { value: 0.2, n: 100 },
    purchaseFrequency: { value: 2 },
  });
});

test('without reference counts: shoppers with the app who came, and how many of them bought', async () => {
  const shoppers = Array.from({ length: 30 }, (_, i) => i);
  await insert(
    stored.duck,
    'pairings',
    shoppers.map((i) => ({
      site_id: 'mall',
      carrier_id: `c-${i}`,
      shopper_id: `s-${i}`,
      from_ms: 0,
      to_ms: null,
      ended_by: null,
    })),
  );
  await insert(
    stored.duck,
    'stays',
    shoppers.map((i) => ({
      site_id: 'mall',
      carrier_id: `c-${i}`,
      kind: 'tag',
      zone_id: 'cafe-shop',
      floor_id: 'ground',
      start_ms: NOW - DAY_MS,
      // Five only pass by.
      end_ms: NOW - DAY_MS + (i < 25 ? 120_000 : 5_000),
      visit_start_ms: NOW - DAY_MS,
      emitted_ms: NOW,
    })),
  );
  await insert(
    stored.duck,
    'orders',
    shoppers.filter((i) => i >= 20).map((i) => order(i, { shopper_id: `s-${i}` })),
  );
  expect((await shop('cafe-shop')).conversionRate).toMatchObject({ value: 5 / 25, n: 25, basis: 'identified' });
});

test('NPS takes each shopper’s last answer, and those of nobody known as they are', async () => {
  await insert(
    stored.duck,
    'feedback',
    Array.from({ length: 24 }, (_, i) => ({
      offer_id: `o-${i}`,
      site_id: 'mall',
      tenant_id: 'cafe',
      campaign_id: 'spring',
      shopper_id: i < 20 ? `s-${i % 10}` : null,
      score: i < 10 ? 0 : 10,
      comment: null,
      at_ms: NOW - DAY_MS + i,
    })),
  );
  expect((await shop('cafe-shop')).nps).toMatchObject({ value: 100, n: 14 });
});

test('another tenant’s shop looks as if it did not exist; a coupon zone is no shop', async () => {
  for (const asked of [shop('shoes-shop', 'cafe'), shop('cafe-front'), tenant('shoes', 'cafe'), tenant('nobody')])
    await expect(asked).rejects.toBeInstanceOf(AppError);
});
