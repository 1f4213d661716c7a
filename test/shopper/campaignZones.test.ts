/** What was rehearsed and approved is a campaign where its zone lies: who redraws it begins again. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Campaign } from '../../server/contract/campaigns.ts';
import type { Zone } from '../../server/contract/model.ts';
import { campaignOf, NOW, SITE } from '../campaigns/world.ts';
import { type Client, type Mall, openMall } from './server.ts';

let mall: Mall;
let manager: Client;
let cafe: Client;
beforeEach(async () => {
  mall = await openMall();
  manager = await mall.account({});
  cafe = await mall.account({ role: 'retailer', tenantId: 'cafe' });
});
afterEach(async () => {
  expect(mall.errors).toEqual([]);
  await mall.close();
});

interface Refusal {
  error: { code: string; message: string };
}
const FRONT = `/sites/${SITE}/zones/front`;
const front = () => mall.registry.zones.get(SITE, 'front')!;
const elsewhere = (): Zone => ({ ...front(), shape: { type: 'circle', xM: 40, yM: 30, radiusM: 6 } });
const hold = (status: Campaign['status'], given: Partial<Campaign> = {}) =>
  mall.services.campaigns.put(SITE, campaignOf({ id: status, status, zoneIds: ['front'], ...given }), NOW);
const statusOf = (id: string) => mall.services.campaigns.get(SITE, id)!.status;

test('a redrawn zone makes drafts of what was rehearsed, approved or paused in it; a new name does not', async () => {
  for (const status of ['draft', 'rehearsed', 'approved', 'paused', 'ended'] as const) await hold(status);
  await hold('approved', { id: 'other', zoneIds: ['shoes'], tenantId: 'shoes' });
  expect((await cafe.put(FRONT, { ...front(), name: 'Before the door' })).status).toBe(200);
  expect(['rehearsed', 'approved', 'paused'].map(statusOf)).toEqual(['rehearsed', 'approved', 'paused']);

  expect((await cafe.put<Refusal>(FRONT, { ...elsewhere(), floorId: 'f9' })).status).toBe(400);
  expect(['rehearsed', 'approved', 'paused'].map(statusOf)).toEqual(['rehearsed', 'approved', 'paused']);

  expect((await cafe.put(FRONT, elsewhere())).status).toBe(200);
  expect(front().shape).toMatchObject({ xM: 40 });
  expect(['draft', 'rehearsed', 'approved', 'paused'].map(statusOf)).toEqual(['draft', 'draft', 'draft', 'draft']);
  expect([statusOf('ended'), statusOf('other')]).toEqual(['ended', 'approved']);
});

test('a retailer neither moves nor removes ground under a live campaign; the mall may, and it stays live', async () => {
  await hold('live');
  const before = front().shape;
  for (const refused of [await cafe.put<Refusal>(FRONT, elsewhere()), await cafe.delete<Refusal>(FRONT)]) {
    expect([refused.status, refused.body.error.code]).toEqual([409, 'conflict']);
    expect(refused.body.error.message).toMatch(/Coffee \(live\).*pause it first/);
  }
  expect(front().shape).toEqual(before);
  expect((await cafe.put(FRONT, { ...front(), name: 'Before the door' })).status).toBe(200);

  expect((await manager.put(FRONT, elsewhere())).status).toBe(200);
  expect([front().shape, statusOf('live')]).toEqual([elsewhere().shape, 'live']);

  expect((await cafe.post(`/sites/${SITE}/campaigns/live/pause`)).status).toBe(200);
  expect((await cafe.put(FRONT, { ...front(), shape: before })).status).toBe(200);
  expect(statusOf('live')).toBe('draft');
});

test('of the mall’s own campaign in the zone a retailer learns no name', async () => {
  await hold('live', { tenantId: null, name: 'Secret sale' });
  const { status, body } = await cafe.put<Refusal>(FRONT, elsewhere());
  expect([status, body.error.message]).toEqual([409, expect.not.stringContaining('Secret')]);
});

test('a zone that is removed and drawn again elsewhere brings no approval along', async () => {
  await hold('approved');
  await hold('paused');
  const again = elsewhere();
  expect((await cafe.delete(FRONT)).status).toBe(204);
  expect(['approved', 'paused'].map(statusOf)).toEqual(['draft', 'draft']);

  // The mall removed the zone under a live campaign: its id is not free for other ground.
  await hold('live');
  expect((await cafe.post<Refusal>(`/sites/${SITE}/zones`, again)).status).toBe(409);
  expect((await manager.post(`/sites/${SITE}/zones`, again)).status).toBe(201);
  expect(statusOf('live')).toBe('live');
});

test('a draft that is redrawn while it is rehearsed is not what was rehearsed', async () => {
  await hold('draft');
  const found = mall.services.campaigns.get(SITE, 'draft');
  await cafe.put(FRONT, elsewhere());
  expect(mall.services.campaigns.get(SITE, 'draft')).not.toBe(found);
});
