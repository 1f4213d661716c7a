/** Orders of shops in batches and files: each once, whose they are, and what is said of those that are wrong. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { site as siteSchema, zone } from '../../server/contract/model.ts';
import type { OrdersFileTaken, OrdersTaken } from '../../server/contract/orders.ts';
import type { OrderRow } from '../../server/orders/orders.ts';
import type { Client } from '../shopper/server.ts';
import { SITE, TillWorld } from '../till/world.ts';

const HOUR_MS = 3_600_000;

let world: TillWorld;
let shop: Client;
beforeEach(async () => {
  world = await TillWorld.open();
  await world.mall.registry.zones.put(
    SITE,
    zone.parse({
      id: 'cafe-shop',
      floorId: 'ground',
      name: 'Café',
      kind: 'shop',
      tenantId: 'cafe',
      shape: { type: 'circle', xM: 30, yM: 30, radiusM: 4 },
    }),
  );
  shop = await world.till();
});
afterEach(async () => {
  expect(world.mall.errors).toEqual([]);
  await world.mall.close();
});

const at = (agoMs = HOUR_MS) => new Date(world.nowMs - agoMs).toISOString();
const order = (id: string, given: object = {}) => ({ id, at: at(), amountMinor: 10_000, ...given });
const send = async (client: Client, ...orders: object[]) => {
  const answer = await client.post<OrdersTaken>(`/sites/${SITE}/orders`, { orders });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const kept = (): Promise<OrderRow[]> => world.mall.services.orders.between(SITE, 'all', 0, world.nowMs + 1);
const upload = async (client: string, text: string | ReadableStream<Uint8Array>, type = 'text/csv') => {
  const response = await fetch(`${world.mall.url}/api/v1/sites/${SITE}/orders/csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client}`, 'content-type': type },
    body: text,
    duplex: 'half',
  } as RequestInit);
  return {
    status: response.status,
    body: (await response.json()) as OrdersFileTaken & { error?: { message: string; path: string } },
  };
};
const token = async (grant: object): Promise<string> =>
  (
    await world.mall.auth.createToken(
      'orders',
      [{ role: 'retailer', siteId: SITE, tenantId: 'cafe', ...grant }],
      'test',
      null,
    )
  ).token;

test('an order counts once, and one that comes back with other figures is refused', async () => {
  expect(await send(shop, order('A-1'), order('A-2', { items: 3 }), order('A-1'))).toEqual({
    taken: 2,
    known: 1,
    refused: 0,
    faults: [],
  });
  expect(await send(shop, order('A-1'), order('A-2', { amountMinor: 11_000 }), order('A-3'))).toMatchObject({
    taken: 1,
    known: 1,
    refused: 1,
    faults: [{ at: 1, order: 'A-2', field: 'id' }],
  });
  expect(await kept()).toMatchObject(
    ['A-1', 'A-2', 'A-3'].map((orderId) => ({
      orderId,
      tenantId: 'cafe',
      zoneId: 'cafe-shop',
      amountMinor: 10_000,
      source: 'pos',
      customerKey: null,
      shopperId: null,
    })),
  );
});

test('a shop brings its own orders only, a manager says whose', async () => {
  const manager = await world.mall.account({});
  const shoes = await world.till('shoes');
  expect(await send(shop, order('A', { tenant: 'shoes' }))).toMatchObject({
    refused: 1,
    faults: [{ field: 'tenant' }],
  });
  expect(await send(shop, order('A', { zone: 'shoes' }))).toMatchObject({ refused: 1, faults: [{ field: 'zone' }] });
  expect(await send(manager, order('A'))).toMatchObject({ refused: 1, faults: [{ field: 'tenant' }] });
  // Two shops may number alike.
  for (const client of [shop, shoes]) expect((await send(client, order('A'))).taken).toBe(1);
  expect((await send(manager, order('A', { tenant: 'cafe' }), order('A', { tenant: null }))).taken).toBe(1);
  expect((await kept()).map(({ tenantId }) => tenantId ?? 'the mall').sort()).toEqual(['cafe', 'shoes', 'the mall']);
  const stranger = await world.mall.account({ role: 'retailer', siteId: 'elsewhere', tenantId: 'cafe' });
  expect((await stranger.post(`/sites/${SITE}/orders`, { orders: [order('B')] })).status).toBe(404);
  const nobody = await world.mall.account({ role: 'retailer', tenantId: null });
  expect((await nobody.post(`/sites/${SITE}/orders`, { orders: [order('B')] })).status).toBe(403);
});

test.each([
  ['a local time', { at: '2026-05-06T12:00:00' }, 'at'],
  ['the future', { at: '2026-05-07T12:00:00Z' }, 'at'],
  ['longer ago than is kept', { at: '2025-01-01T12:00:00Z' }, 'at'],
  ['a zone that is not there', { zone: 'nowhere' }, 'zone'],
])('%s is refused and the field is named', async (_, given, field) => {
  expect(await send(shop, order('A', given), order('B'))).toMatchObject({
    taken: 1,
    refused: 1,
    faults: [{ at: 0, order: 'A', field }],
  });
});

test('customers of a shop are the same from order to order, and nobody can read or guess who', async () => {
  const shoes = await world.till('shoes');
  await send(
    shop,
    order('1', { customerId: 'eva@example.com' }),
    order('2', { customerId: 'eva@example.com' }),
    order('3'),
  );
  await send(shoes, order('4', { customerId: 'eva@example.com' }));
  const keys = new Map((await kept()).map(({ orderId, customerKey }) => [orderId, customerKey]));
  expect(keys.get('1')).toBe(keys.get('2'));
  expect(keys.get('3')).toBeNull();
  expect(keys.get('4')).not.toBe(keys.get('1'));
  expect(JSON.stringify(await world.mall.duck.all('select * from orders'))).not.toContain('eva');
});

test('an order is a shopper’s by the offer redeemed with it or by the web shop’s reference, and no longer after the erasure', async () => {
  const { offer, shopper, shopperId } = await world.guest();
  await shop.post('/redemptions', { code: offer.code, amountMinor: 20_000, orderId: 'R-1' });
  expect(await kept()).toMatchObject([{ orderId: 'R-1', source: 'redemption', shopperId, amountMinor: 20_000 }]);
  const before = (await shopper.get<{ points: number }>('/shopper/loyalty')).body.points;
  // The shop's own record of the same receipt takes the place of what the till said; points are given once.
  expect((await send(shop, order('R-1', { amountMinor: 19_500, items: 4 }))).taken).toBe(1);
  expect(await kept()).toMatchObject([{ orderId: 'R-1', source: 'pos', shopperId, amountMinor: 19_500 }]);
  expect((await shopper.get<{ points: number }>('/shopper/loyalty')).body.points).toBe(before);

  await world.mall.duck.run('insert into shopper_references values ($1, $2, $3, $4, $5)', [
    'ref-1',
    SITE,
    'cafe',
    shopperId,
    world.nowMs,
  ]);
  await send(shop, order('W-1', { source: 'webshop', shopperRef: 'ref-1', at: at(0), amountMinor: 30_000 }));
  await send(await world.till('shoes'), order('W-2', { shopperRef: 'ref-1', offerId: offer.id, at: at(0) }));
  const rows = new Map((await kept()).map((row) => [row.orderId, row]));
  expect(rows.get('W-1')).toMatchObject({ shopperId, customerKey: rows.get('R-1')!.customerKey });
  expect(rows.get('W-2')).toMatchObject({ shopperId: null, customerKey: null });
  expect((await shopper.get<{ points: number }>('/shopper/loyalty')).body.points).toBeGreaterThan(before);

  // Bought before profiling was agreed to, or after it was withdrawn: a guest's.
  await send(shop, order('W-3', { shopperRef: 'ref-1', at: at(24 * HOUR_MS) }));
  world.pass(1_000);
  await shopper.delete('/shopper/consent/profiling');
  await send(shop, order('W-4', { shopperRef: 'ref-1', at: at(0) }));
  expect(
    (await kept())
      .filter((row) => row.shopperId === shopperId)
      .map(({ orderId }) => orderId)
      .sort(),
  ).toEqual(['R-1', 'W-1']);

  const exported = (await shopper.get<{ orders: object[] }>('/shopper/export')).body.orders;
  expect(exported).toHaveLength(2);
  expect(exported).toContainEqual(expect.objectContaining({ order: 'W-1', tenant: 'cafe', amountMinor: 30_000 }));
  await shopper.post('/shopper/erase');
  const after = await kept();
  expect(after).toHaveLength(5);
  for (const row of after) expect(row).toMatchObject({ shopperId: null, customerKey: null });
});

test('a receipt that the shop sent before the offer was redeemed with it becomes the shopper’s then', async () => {
  const { offer, shopper, shopperId } = await world.guest();
  await send(shop, order('R-9', { amountMinor: 20_000, at: at(0) }));
  await shop.post('/redemptions', { code: offer.code, amountMinor: 20_000, orderId: 'R-9' });
  expect(await kept()).toMatchObject([{ orderId: 'R-9', source: 'pos', shopperId, customerKey: expect.any(String) }]);
  expect((await shopper.get<{ points: number }>('/shopper/loyalty')).body.points).toBeGreaterThan(0);
});

test('a file is taken line by line: what is wrong is named, the rest is in, and sending it again is safe', async () => {
  const csv = [
    '\uFEFForder;at;amount;items;customer',
    `F-1;${at()};1 290,50;2;77`,
    `F-2;${at()};12,345;1;77`,
    '',
    `F-3;yesterday;10;1;`,
    `F-4;${at()};-5;1;`,
    `"F;5";${at()};5;1;`,
    `F-6;${at()};10`,
  ].join('\r\n');
  const retailer = await token({});
  const first = await upload(retailer, csv);
  expect(first).toMatchObject({
    status: 200,
    body: { taken: 2, known: 0, refused: 4, complete: true, stopped: null, lines: 8 },
  });
  expect(first.body.faults.map(({ at: line, field }) => [line, field])).toEqual([
    [3, 'amount'],
    [5, 'at'],
    [6, 'amount'],
    [7, 'order'],
  ]);
  expect(first.body.faults[0]!.message).toContain('such as');
  expect((await upload(retailer, csv)).body).toMatchObject({ taken: 0, known: 2, refused: 4 });
  expect(await kept()).toMatchObject([
    { orderId: 'F-1', amountMinor: 129_050, source: 'import' },
    { orderId: 'F-6', amountMinor: 1_000 },
  ]);
});

test('a file that cannot be read to its end says what was taken', async () => {
  const retailer = await token({});
  const lines = Array.from({ length: 1_200 }, (_, i) => `L-${i},${at()},10`);
  lines.splice(1_100, 0, 'broken,"never closed', `next,${at()},"5`);
  const { status, body } = await upload(retailer, `order,at,amount\n${lines.join('\n')}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ complete: false, stopped: expect.stringMatching(/quote/i) });
  expect(body.taken).toBe(1_100);
  expect(await kept()).toHaveLength(1_100);
});

test.each([
  ['no header', 'F-1,2026-05-06T10:00:00Z,5\n', 'must have the columns'],
  ['a strange column', 'order,at,amount,iban\n', 'iban is not known'],
  ['nothing', '', 'must have the columns'],
])('a file with %s is refused as a whole', async (_, csv, message) => {
  const { status, body } = await upload(await token({}), csv || ' ');
  expect(status).toBe(400);
  expect(body.error!.message).toContain(message);
});

test('an upload that breaks off keeps what came, and takes nothing twice when it comes again', async () => {
  const retailer = await token({});
  const rows = Array.from({ length: 600 }, (_, i) => `B-${i},${at()},10\n`).join('');
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`order,at,amount\n${rows}`));
    },
    async pull(controller) {
      await expect.poll(async () => (await kept()).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(500);
      controller.error(new Error('the line went dead'));
    },
  });
  await expect(upload(retailer, broken)).rejects.toThrow();
  const before = (await kept()).length;
  expect(before).toBeGreaterThanOrEqual(500);
  const again = await upload(retailer, `order,at,amount\n${rows}`);
  expect(again.body.taken + again.body.known).toBe(600);
  expect(await kept()).toHaveLength(600);
});

test('the currency of the site counts: its decimals, and no other', async () => {
  const site = world.mall.registry.site(SITE)!;
  await world.mall.registry.putSite({ ...site, currency: 'JPY' });
  const retailer = await token({});
  const { body } = await upload(
    retailer,
    `order,at,amount,currency\nJ-1,${at()},1290,JPY\nJ-2,${at()},12.90,JPY\nJ-3,${at()},5,EUR\n`,
  );
  expect(body).toMatchObject({ taken: 1, refused: 2, faults: [{ field: 'amount' }, { field: 'currency' }] });
  expect(await kept()).toMatchObject([{ orderId: 'J-1', amountMinor: 1_290 }]);
  const { currency: _, ...older } = site;
  expect(siteSchema.parse(older).currency).toBe('EUR');
  expect(siteSchema.safeParse({ ...site, currency: 'XXQ' }).error?.issues[0]).toMatchObject({ path: ['currency'] });
});
