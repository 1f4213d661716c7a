/** Figures of shops from stored orders, answers and stays, by the routes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ShopFigures } from '../../server/contract/proof.ts';
import type { SqlValue } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
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

const MONTH = { from: NOW - 30 * DAY_MS, to: NOW };
async function ask(
  path: string,
  params: Record<string, string>,
  tenantId: string | null = null,
  query: typeof MONTH = MONTH,
): Promise<ShopFigures> {
  const { duck, registry, log } = stored;
  const found = insightRoutes({
    services: { campaigns: {} as never, log },
    reading: openTimeSeries(duck, registry),
    registry,
    questions: {
      series: async () => ({ series: [{ value: 400, low: 380, high: 420 }] }) as never,
      people: async () => ({ ratio }) as never,
    },
  }).find((route) => route.path.endsWith(path))!;
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

/** Redeemed at a till unless said otherwise. */
const offer = (i: number, given: Record<string, SqlValue> = {}): Record<string, SqlValue> => ({
  id: `o-${i}`,
  site_id: 'mall',
  tenant_id: 'cafe',
  campaign_id: 'spring',
  shopper_id: `s-${i}`,
  zone_id: 'cafe-front',
  zone_name: 'Front',
  title: 'Coffee',
  text: 'Today only.',
  reason: 'near',
  state: 'redeemed',
  issued_ms: NOW - DAY_MS,
  expires_ms: NOW,
  redeemed_ms: NOW - DAY_MS,
  ...given,
});

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

/** Thirty came yesterday at noon; five of them only passed by. */
async function thirtyCame(): Promise<number[]> {
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
      end_ms: NOW - DAY_MS + (i < 25 ? 120_000 : 5_000),
      visit_start_ms: NOW - DAY_MS,
      emitted_ms: NOW,
    })),
  );
  return shoppers;
}

test('without reference counts: shoppers with the app who came, and how many of them bought with an offer', async () => {
  const bought = (await thirtyCame()).filter((i) => i >= 20);
  await insert(
    stored.duck,
    'offers',
    bought.map((i) => offer(i)),
  );
  await insert(
    stored.duck,
    'orders',
    bought.map((i) => order(i, { shopper_id: `s-${i}`, offer_id: `o-${i}` })),
  );
  expect((await shop('cafe-shop')).conversionRate).toMatchObject({ value: 5 / 25, n: 25, basis: 'identified' });
});

test('orders that a shop brings for a shopper whom it can name do not tell whether that shopper came', async () => {
  await thirtyCame();
  await insert(stored.duck, 'offers', [
    offer(1, { redeemed_ms: null, state: 'delivered' }),
    offer(2, { shopper_id: 's-9' }),
    offer(3, { tenant_id: 'shoes' }),
    // Of an earlier visit: a new order that names it says nothing of this one.
    offer(4, { redeemed_ms: NOW - 60 * DAY_MS }),
  ]);
  await insert(stored.duck, 'orders', [
    order(0, { shopper_id: 's-0' }),
    ...[1, 2, 3, 4].map((i) => order(i, { shopper_id: `s-${i}`, offer_id: `o-${i}` })),
    order(5, { shopper_id: 's-5', offer_id: 'invented' }),
  ]);
  expect((await shop('cafe-shop', 'cafe')).conversionRate).toMatchObject({ value: 0, n: 25, basis: 'identified' });
});

test('a period is taken by whole local days that are over, whatever its ends', async () => {
  await insert(
    stored.duck,
    'orders',
    // Twenty just after midnight in Prague, yesterday; twenty more today.
    Array.from({ length: 40 }, (_, i) =>
      order(i, { at_ms: Date.parse('2026-05-18T22:00:00Z') + (i < 20 ? 0 : DAY_MS) }),
    ),
  );
  const between = (from: string, to: string) =>
    ask('/shops/:zone/figures', { zone: 'cafe-shop' }, 'cafe', { from: Date.parse(from), to: Date.parse(to) });
  const yesterday = {
    from: '2026-05-18T22:00:00.000Z',
    to: '2026-05-19T22:00:00.000Z',
    averageOrderValueMinor: { n: 20 },
  };
  for (const [from, to] of [
    ['2026-05-18T22:00:00Z', '2026-05-19T22:00:00Z'],
    ['2026-05-19T08:00:00Z', '2026-05-19T08:00:00.001Z'],
    ['2026-05-19T08:00:00Z', '2026-05-20T11:00:00Z'],
    ['2026-05-18T22:00:00.001Z', '2026-06-30T00:00:00Z'],
  ] as const)
    expect(await between(from, to), `${from} ${to}`).toMatchObject(yesterday);

  ratio = { peoplePerCarrier: 2, low: 1.8, high: 2.2 };
  const today = await between('2026-05-20T08:00:00Z', '2026-05-20T11:00:00Z');
  expect([today.from, today.to]).toEqual(['2026-05-19T22:00:00.000Z', '2026-05-19T22:00:00.000Z']);
  expect(today).toMatchObject({
    conversionRate: { value: null, basis: null },
    averageOrderValueMinor: { value: null },
    guestShare: { value: null },
    lifetimeValueMinor: { value: null },
    nps: { value: null },
  });
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
