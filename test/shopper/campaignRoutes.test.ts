import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Campaign, DecisionView } from '../../server/contract/campaigns.ts';
import { MAX_CAMPAIGNS_OF_TENANT } from '../../server/http/routes/campaigns.ts';
import { campaignOf, entered, NOW, SITE } from '../campaigns/world.ts';
import { type Client, type Mall, openMall } from './server.ts';

let mall: Mall;
let manager: Client;
let cafe: Client;
let shoes: Client;
beforeEach(async () => {
  mall = await openMall();
  manager = await mall.account({});
  cafe = await mall.account({ role: 'retailer', tenantId: 'cafe' });
  shoes = await mall.account({ role: 'retailer', tenantId: 'shoes' });
});
afterEach(async () => {
  expect(mall.errors).toEqual([]);
  await mall.close();
});

interface Refusal {
  error: { code: string; path?: string };
}
const PATH = `/sites/${SITE}/campaigns`;
const input = (given: object = {}) => ({
  id: 'latte',
  name: 'Latte',
  zoneIds: ['front'],
  trigger: { type: 'enter' },
  offer: { title: 'Latte', text: 'Half price', validMinutes: 60 },
  ...given,
});

test('a campaign’s life over REST', async () => {
  const made = await cafe.post<Campaign>(PATH, input());
  expect([made.status, made.body.status, made.body.tenantId, made.body.controlShare]).toEqual([
    201,
    'draft',
    'cafe',
    0.1,
  ]);
  expect((await cafe.post<Campaign>(`${PATH}/latte/start`)).body.status).toBe('live');
  const changed = await cafe.put<Campaign>(`${PATH}/latte`, input({ name: 'Big latte' }));
  expect([changed.body.name, changed.body.status]).toEqual(['Big latte', 'live']);
  expect((await cafe.delete(`${PATH}/latte`)).status).toBe(409);
  expect((await cafe.post<Campaign>(`${PATH}/latte/pause`)).body.status).toBe('paused');
  expect((await cafe.post<Campaign>(`${PATH}/latte/end`)).body.status).toBe('ended');
  expect((await cafe.post(`${PATH}/latte/start`)).status).toBe(409);
  expect((await cafe.put(`${PATH}/latte`, input())).status).toBe(409);
  expect((await cafe.delete(`${PATH}/latte`)).status).toBe(204);
  expect((await cafe.get(`${PATH}/latte`)).status).toBe(404);
});

test('a retailer sees and moves its own tenant’s campaigns alone', async () => {
  await cafe.post(PATH, input());
  expect((await shoes.get<{ campaigns: unknown[] }>(PATH)).body.campaigns).toEqual([]);
  expect((await manager.get<{ campaigns: unknown[] }>(PATH)).body.campaigns).toHaveLength(1);
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/decisions'],
    ['GET', '/funnel'],
    ['POST', '/start'],
    ['POST', '/end'],
    ['DELETE', ''],
  ] as const)
    expect((await shoes.send(method, `${PATH}/latte${path}`)).status, `${method} ${path}`).toBe(404);
  expect((await shoes.put(`${PATH}/latte`, input({ zoneIds: ['shoes'] }))).status).toBe(409);
  expect((await shoes.post(PATH, input({ tenantId: 'cafe' }))).status).toBe(403);
  expect((await manager.get<Campaign>(`${PATH}/latte`)).body.name).toBe('Latte');
});

test('a retailer uses zones of its own tenant; a zone must exist; ids must agree', async () => {
  const foreign = await cafe.post<Refusal>(PATH, input({ zoneIds: ['front', 'shoes'] }));
  expect([foreign.status, foreign.body.error.path]).toEqual([400, 'body.zoneIds.1']);
  const missing = await manager.post<Refusal>(PATH, input({ zoneIds: ['nowhere'] }));
  expect([missing.status, missing.body.error.path]).toEqual([400, 'body.zoneIds.0']);
  expect((await manager.post(PATH, input({ zoneIds: ['front', 'shoes'] }))).status).toBe(201);
  expect((await manager.put<Refusal>(`${PATH}/other`, input())).body.error.path).toBe('body.id');
  const named = await manager.post<Campaign>(PATH, input({ id: undefined, name: 'Káva zdarma' }));
  expect(named.body.id).toBe('kava-zdarma');
  expect((await manager.post<Refusal>(PATH, input())).status).toBe(409);
  const faulty = await manager.post<Refusal>(PATH, input({ id: 'x', trigger: { type: 'dwell', seconds: 1 } }));
  expect([faulty.status, faulty.body.error.path]).toEqual([400, 'body.trigger.seconds']);
});

test('the attention budget is the mall’s: a retailer reads it, a manager changes it', async () => {
  const path = `/sites/${SITE}/attention`;
  const { body } = await cafe.get<{ pushesPerVisit: number }>(path);
  expect(body).toEqual({
    pushesPerVisit: 1,
    pushesPerDay: 2,
    pushesPerTenantPerDay: 1,
    minSpacingMinutes: 0,
    approvalRequired: false,
    quietHours: { from: '22:00', to: '08:00' },
  });
  expect((await cafe.put(path, { pushesPerVisit: 9 })).status).toBe(403);
  expect((await manager.put(path, { ...body, quietHours: null, pushesPerVisit: 3 })).status).toBe(200);
  expect((await cafe.get(path)).body).toMatchObject({ pushesPerVisit: 3, quietHours: null });
});

test('an account of another site finds nothing here', async () => {
  const elsewhere = await mall.account({ role: 'manager', siteId: 'other' });
  expect((await elsewhere.get(PATH)).status).toBe(404);
  expect((await elsewhere.post<{ result: string }>('/redemptions', { code: 'ABCDEF01' })).body.result).toBe('unknown');
});

test('rows of decisions tell neither who it was nor, by second and order, who went where next', async () => {
  await mall.services.campaigns.put(SITE, campaignOf({ zoneIds: ['front', 'shoes'], cooldownMinutes: 0 }), NOW);
  const order = ['front', 'shoes', 'front', 'shoes', 'front', 'shoes'];
  for (const [i, zoneId] of order.entries())
    await mall.services.log.record({
      siteId: SITE,
      tenantId: 'cafe',
      campaignId: 'coffee',
      shopperId: 's-anna',
      event: entered({ zoneId, atMs: NOW + i * 61_000 }),
      decidedMs: NOW + i * 61_000,
      outcome: 'held',
      code: 'phone-closed',
      params: {},
      offerId: null,
      latencyMs: null,
      variant: 'a',
      score: null,
      outrankedBy: null,
    });
  for (const client of [cafe, manager]) {
    const { body } = await client.get<{ decisions: DecisionView[] }>(`${PATH}/coffee/decisions`);
    expect(body.decisions).toHaveLength(order.length);
    expect(JSON.stringify(body)).not.toContain('s-anna');
    expect(new Set(body.decisions.map(({ at }) => at))).toEqual(new Set(['2026-05-06T12:00:00.000Z']));
    const zones = body.decisions.map(({ zoneId }) => zoneId);
    expect(zones.toSorted()).toEqual(order.toSorted());
    expect([order, order.toReversed()]).not.toContainEqual(zones);
  }
});

test('nobody inherits what became of another tenant’s campaign by taking its id after it', async () => {
  await mall.services.campaigns.put(SITE, campaignOf({ id: 'latte', tenantId: 'shoes', status: 'ended' }), NOW);
  await mall.services.log.record({
    siteId: SITE,
    tenantId: 'shoes',
    campaignId: 'latte',
    shopperId: null,
    event: entered({ zoneId: 'shoes', atMs: NOW }),
    decidedMs: NOW,
    outcome: 'held',
    code: 'phone-closed',
    params: {},
    offerId: null,
    latencyMs: null,
    variant: null,
    score: null,
    outrankedBy: null,
  });
  expect((await shoes.delete(`${PATH}/latte`)).status).toBe(204);
  expect((await cafe.post<Refusal>(PATH, input())).body.error).toMatchObject({ code: 'conflict', path: 'body.id' });
  expect((await cafe.put(`${PATH}/latte`, input())).status).toBe(409);
  const named = await cafe.post<Campaign>(PATH, input({ id: undefined }));
  expect([named.status, named.body.id]).toEqual([201, 'latte-2']);
  expect((await shoes.post(PATH, input({ zoneIds: ['shoes'] }))).status).toBe(201);
  // Nor does the mall hand it over.
  expect((await manager.put(`${PATH}/latte`, input({ tenantId: 'cafe' }))).status).toBe(409);
});

test('a tenant’s campaigns leave room for the others’', async () => {
  for (let i = 0; i < MAX_CAMPAIGNS_OF_TENANT; i++)
    await mall.services.campaigns.put(SITE, campaignOf({ id: `c-${i}`, status: 'draft' }), NOW);
  expect((await cafe.post(PATH, input())).status).toBe(409);
  expect((await cafe.put(`${PATH}/latte`, input())).status).toBe(409);
  expect((await shoes.post(PATH, input({ zoneIds: ['shoes'] }))).status).toBe(201);
  expect((await cafe.delete(`${PATH}/c-0`)).status).toBe(204);
  expect((await cafe.post(PATH, input({ id: undefined }))).status).toBe(201);
});
