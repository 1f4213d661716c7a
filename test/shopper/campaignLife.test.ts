import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ShopperReference } from '../../server/contract/baskets.ts';
import {
  type Campaign,
  type CampaignImageView,
  DEFAULT_ATTENTION,
  type DecisionView,
  type HeldLog,
} from '../../server/contract/campaigns.ts';
import { campaignOf, entered, NOW, SITE } from '../campaigns/world.ts';
import { jpeg, png } from '../http/images.ts';
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
  error: { code: string; message: string; path?: string };
}
const PATH = `/sites/${SITE}/campaigns`;
const OFFER = { title: 'Latte', text: 'Half price', validMinutes: 60 };
const input = (given: object = {}) => ({
  id: 'latte',
  name: 'Latte',
  zoneIds: ['front'],
  trigger: { type: 'enter' },
  offer: OFFER,
  ...given,
});

describe('from draft to live', () => {
  const approving = () => manager.put(`/sites/${SITE}/attention`, { ...DEFAULT_ATTENTION, approvalRequired: true });

  test('where the mall approves: rehearsed, refused, rejected with a reason, changed, approved, live', async () => {
    await approving();
    await cafe.post(PATH, input());
    expect((await manager.post<Refusal>(`${PATH}/latte/approve`)).body.error.message).toContain('rehearse');
    const waiting = await cafe.post<Refusal>(`${PATH}/latte/start`);
    expect([waiting.status, waiting.body.error.code]).toEqual([409, 'approval-required']);
    expect((await cafe.get<Campaign>(`${PATH}/latte`)).body.status).toBe('rehearsed');
    expect((await cafe.post(`${PATH}/latte/approve`)).status).toBe(403);
    expect((await cafe.post(`${PATH}/latte/reject`, { reason: 'mine' })).status).toBe(403);
    expect((await manager.post(`${PATH}/latte/reject`, { reason: ' ' })).status).toBe(400);
    const rejected = await manager.post<Campaign>(`${PATH}/latte/reject`, { reason: 'Too loud' });
    expect(rejected.body).toMatchObject({
      status: 'draft',
      rejection: { reason: 'Too loud', at: new Date(NOW).toISOString() },
    });
    await cafe.put(`${PATH}/latte`, input({ offer: { ...OFFER, title: 'Quiet latte' } }));
    expect((await cafe.post(`${PATH}/latte/start`)).status).toBe(409);
    const approved = await manager.post<Campaign>(`${PATH}/latte/approve`);
    expect(approved.body).toMatchObject({ status: 'approved', rejection: null, offer: { title: 'Quiet latte' } });
    // What was approved is what goes live.
    expect((await cafe.put<Campaign>(`${PATH}/latte`, input())).body.status).toBe('draft');
    expect((await cafe.post(`${PATH}/latte/start`)).status).toBe(409);
    await manager.post(`${PATH}/latte/approve`);
    expect((await cafe.post<Campaign>(`${PATH}/latte/start`)).body.status).toBe('live');
    const told = (await mall.audit.entries({ siteId: SITE, limit: 10 })).map(({ action, subject, detail }) =>
      [action, subject, detail?.slice(0, 8) ?? ''].join(' '),
    );
    expect(told.sort()).toEqual([
      'attention.changed mall {"pushes',
      'campaign.approved latte ',
      'campaign.approved latte ',
      'campaign.rejected latte Too loud',
      'campaign.started latte ',
    ]);
  });

  test('what was changed since the mall looked at it is not approved unseen', async () => {
    await approving();
    const seen = (await cafe.post<Campaign>(PATH, input())).body;
    await cafe.put(`${PATH}/latte`, input({ offer: { ...OFFER, title: 'Everything free' } }));
    await cafe.post(`${PATH}/latte/start`);
    const refused = await manager.post<Refusal>(`${PATH}/latte/approve`, { seen });
    expect([refused.status, refused.body.error.path]).toEqual([409, 'body.seen']);
    const now = (await manager.get<Campaign>(`${PATH}/latte`)).body;
    // A new name is none of the mall's business.
    expect((await manager.post<Campaign>(`${PATH}/latte/approve`, { seen: { ...now, name: 'x' } })).body.status).toBe(
      'approved',
    );
  });

  test('changes that come together are made one after another: none is lost, none slips past the mall', async () => {
    await cafe.post(PATH, input());
    await cafe.post(`${PATH}/latte/start`);
    const together = await Promise.all([
      cafe.put<Campaign>(`${PATH}/latte`, input({ stock: 7 })),
      cafe.post<Campaign>(`${PATH}/latte/pause`),
      cafe.put<Campaign>(`${PATH}/latte`, input({ stock: 7, name: 'Big latte' })),
    ]);
    expect(together.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await cafe.get<Campaign>(`${PATH}/latte`)).body).toMatchObject({ status: 'paused', stock: 7 });
    const both = await Promise.all([
      cafe.post(PATH, input({ id: 'mine' })),
      shoes.post(PATH, input({ id: 'mine', zoneIds: ['shoes'] })),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test('the mall’s own campaigns wait for nobody', async () => {
    await approving();
    await manager.post(PATH, input());
    expect((await manager.post<Campaign>(`${PATH}/latte/start`)).body.status).toBe('live');
  });

  test('live: name, stock, budget and last day change; the rest asks for a pause, and is a draft again', async () => {
    const offer = { ...OFFER, value: { type: 'amount', amountMinor: 200 } };
    await cafe.post(PATH, input({ offer }));
    await cafe.post(`${PATH}/latte/start`);
    const more = input({ offer, name: 'Big latte', stock: 50, budgetMinor: 10_000 });
    expect((await cafe.put<Campaign>(`${PATH}/latte`, more)).body).toMatchObject({ status: 'live', stock: 50 });
    const refused = await cafe.put<Refusal>(`${PATH}/latte`, { ...more, offer: { ...offer, title: 'Mocha' } });
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('pause it first')]);
    expect((await cafe.get<Campaign>(`${PATH}/latte`)).body.offer.title).toBe('Latte');
    await cafe.post(`${PATH}/latte/pause`);
    const changed = await cafe.put<Campaign>(`${PATH}/latte`, { ...more, offer: { ...offer, title: 'Mocha' } });
    expect(changed.body).toMatchObject({ status: 'draft', offer: { title: 'Mocha' } });
  });
});

describe('what a campaign may hold', () => {
  test.each<[string, object, string]>([
    ['a budget without a value', { budgetMinor: 500 }, 'body.offer.value'],
    [
      'a budget with a variant without a value',
      {
        budgetMinor: 500,
        offer: { ...OFFER, value: { type: 'gift', costMinor: 5 } },
        variants: [{ id: 'b', offer: OFFER }],
      },
      'body.variants.0.offer.value',
    ],
    [
      'an end before its start',
      { schedule: { weekdays: [1], from: '09:00', to: '10:00', startsOn: '2026-06-02', endsOn: '2026-06-01' } },
      'body.schedule.endsOn',
    ],
    [
      'a day with hours twice',
      {
        schedule: {
          weekdays: [1],
          from: '09:00',
          to: '10:00',
          exceptions: [
            { date: '2026-06-02', hours: null },
            { date: '2026-06-02', hours: { from: '10:00', to: '11:00' } },
          ],
        },
      },
      'body.schedule.exceptions',
    ],
    [
      'an audience that nobody is in',
      { audience: { frequency: { minVisits: 5, maxVisits: 4, withinDays: 30 } } },
      'body.audience.frequency.maxVisits',
    ],
    [
      'an audience about a zone that is not there',
      { audience: { visited: { zoneIds: ['front', 'nowhere'], withinDays: 30 } } },
      'body.audience.visited.zoneIds.1',
    ],
    ['a return after longer than visits are kept', { trigger: { type: 'return', days: 91 } }, 'body.trigger.days'],
    [
      'an audience that looks back further than visits are kept',
      { audience: { notVisited: { zoneIds: ['front'], withinDays: 91 } } },
      'body.audience.notVisited.withinDays',
    ],
    ['a picture that is not there', { offer: { ...OFFER, imageId: 'i-none' } }, 'body.offer.imageId'],
    ['a variant named as the campaign’s own offer', { variants: [{ id: 'a', offer: OFFER }] }, 'body.variants.0.id'],
  ])('refused: %s', async (_name, given, path) => {
    const refused = await cafe.post<Refusal>(PATH, input(given));
    expect([refused.status, refused.body.error.path]).toEqual([400, path]);
  });

  test('a basket is one of a tenant’s web shop', async () => {
    const basket = { trigger: { type: 'basket' } };
    expect((await manager.post<Refusal>(PATH, input(basket))).body.error.path).toBe('body.tenantId');
    expect((await cafe.post(PATH, input(basket))).status).toBe(201);
  });
});

describe('abuse', () => {
  test('the audience of another tenant’s campaign can neither be read nor changed, nor pointed at a competitor', async () => {
    await cafe.post(PATH, input({ audience: { tiers: ['gold'] } }));
    const mine = input({ audience: { tiers: ['member'] }, zoneIds: ['shoes'] });
    expect((await shoes.put(`${PATH}/latte`, mine)).status).toBe(409);
    expect((await shoes.put(`${PATH}/latte`, { ...mine, tenantId: 'cafe' })).status).toBe(403);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/held'],
      ['POST', '/start'],
    ] as const)
      expect((await shoes.send(method, `${PATH}/latte${path}`)).status, `${method} ${path}`).toBe(404);
    expect((await manager.get<Campaign>(`${PATH}/latte`)).body.audience).toMatchObject({ tiers: ['gold'] });
    const spying = await shoes.post<Refusal>(
      PATH,
      input({ id: 'spy', zoneIds: ['shoes'], audience: { visited: { zoneIds: ['front'], withinDays: 30 } } }),
    );
    expect([spying.status, spying.body.error.path]).toEqual([400, 'body.audience.visited.zoneIds.0']);
  });

  test('a tenant’s pictures are its own: not listed, not used, not removed by another', async () => {
    const uploaded = await upload(cafe, png(60, 40));
    expect(uploaded.status).toBe(201);
    const { id } = uploaded.body;
    const listed = (client: Client) =>
      client
        .get<{ images: CampaignImageView[] }>(`/sites/${SITE}/images`)
        .then(({ body }) => body.images.map((one) => one.id));
    expect(await listed(cafe)).toEqual([id]);
    expect(await listed(shoes)).toEqual([]);
    const using = input({ id: 'boots', zoneIds: ['shoes'], offer: { ...OFFER, imageId: id } });
    expect((await shoes.post<Refusal>(PATH, using)).body.error.path).toBe('body.offer.imageId');
    expect((await shoes.delete(`/sites/${SITE}/images/${id}`)).status).toBe(404);
    expect((await cafe.post(PATH, input({ offer: { ...OFFER, imageId: id } }))).status).toBe(201);
  });
});

const upload = async (client: Client, bytes: Buffer, query = '') => {
  const response = await fetch(`${mall.url}/api/v1/sites/${SITE}/images${query}`, {
    method: 'POST',
    headers: { ...client.authorization, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, body: (await response.json()) as CampaignImageView & Refusal };
};

describe('pictures of offers', () => {
  test('uploaded, shown to everybody by an id that nobody guesses, kept while a campaign shows it', async () => {
    const picture = png(60, 40);
    const { status, body } = await upload(cafe, picture);
    expect([status, body.widthPx, body.heightPx, body.contentType, body.tenantId]).toEqual([
      201,
      60,
      40,
      'image/png',
      'cafe',
    ]);
    expect(body.id).toMatch(/^i-[0-9a-f]{26}$/);
    const shown = await fetch(`${mall.url}${body.url}`);
    expect([shown.status, shown.headers.get('content-type'), shown.headers.get('cache-control')]).toEqual([
      200,
      'image/png',
      expect.stringMatching(/^public, max-age=\d+, immutable$/),
    ]);
    expect(Buffer.from(await shown.arrayBuffer()).equals(picture)).toBe(true);
    expect((await fetch(`${mall.url}/api/v1/images/i-${'0'.repeat(26)}`)).status).toBe(404);
    await cafe.post(PATH, input({ offer: { ...OFFER, imageId: body.id } }));
    expect((await cafe.delete(`/sites/${SITE}/images/${body.id}`)).status).toBe(409);
    await cafe.delete(`${PATH}/latte`);
    expect((await cafe.delete(`/sites/${SITE}/images/${body.id}`)).status).toBe(204);
    expect((await fetch(`${mall.url}${body.url}`)).status).toBe(404);
  });

  test('the mall’s own are for everybody', async () => {
    const { body } = await upload(manager, jpeg(200, 100));
    expect(body.tenantId).toBeNull();
    expect((await cafe.post(PATH, input({ offer: { ...OFFER, imageId: body.id } }))).status).toBe(201);
    expect((await cafe.delete(`/sites/${SITE}/images/${body.id}`)).status).toBe(404);
    expect((await upload(manager, jpeg(200, 100), '?tenant=shoes')).body.tenantId).toBe('shoes');
  });

  test.each<[string, () => Buffer, number]>([
    ['no picture', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 400],
    ['too wide', () => png(4_001, 20, false), 400],
    ['too heavy', () => Buffer.concat([png(60, 40), Buffer.alloc(1_100_000)]), 413],
  ])('refused: %s', async (_name, bytes, status) => {
    expect((await upload(cafe, bytes())).status).toBe(status);
  });
});

describe('baskets of web shops', () => {
  const at = `/sites/${SITE}/baskets`;
  const basket = (reference: string, given: object = {}) => ({
    reference,
    basketId: 'B-17',
    items: [{ name: 'Beans', quantity: 2 }],
    valueMinor: 3_900,
    ...given,
  });
  const kept = () =>
    mall.duck.all('select tenant_id as tenant, basket_id as id, items, closed_by as "closedBy" from baskets');

  test('the app asks for a reference, the web shop tells of the basket, again and again, until it is bought', async () => {
    const anna = await mall.shopper(['presence', 'push', 'profiling']);
    const { body } = await anna.get<ShopperReference>('/shopper/reference?tenant=cafe');
    expect(body).toEqual({ tenantId: 'cafe', reference: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/) });
    const told = await cafe.post(at, basket(body.reference));
    expect([told.status, told.body]).toEqual([202, { basketId: 'B-17' }]);
    expect((await cafe.post(at, basket(body.reference))).status).toBe(202);
    expect(await kept()).toEqual([{ tenant: 'cafe', id: 'B-17', items: 2, closedBy: null }]);
    expect((await cafe.delete(`${at}/B-17`)).status).toBe(204);
    await cafe.post(at, basket(body.reference, { basketId: 'B-18', state: 'purchased' }));
    expect(await kept()).toEqual([
      { tenant: 'cafe', id: 'B-17', items: 2, closedBy: 'emptied' },
      { tenant: 'cafe', id: 'B-18', items: 2, closedBy: 'purchased' },
    ]);
    const exported = await anna.get<{ webBaskets: unknown[]; webShops: unknown[] }>('/shopper/export');
    expect(exported.body.webBaskets).toHaveLength(2);
    expect(exported.body.webShops).toMatchObject([{ reference: body.reference, shop: 'cafe' }]);
    const erased = await anna.post<{ removed: Record<string, number> }>('/shopper/erase');
    expect(erased.body.removed).toMatchObject({ webBaskets: 2, webShops: 1 });
    expect(await kept()).toEqual([]);
  });

  test('a reference of another tenant, one that nobody has and one without consent answer alike and keep nothing', async () => {
    const anna = await mall.shopper(['presence', 'push', 'profiling']);
    const { body } = await anna.get<ShopperReference>('/shopper/reference?tenant=cafe');
    const answers = [
      await shoes.post(at, basket(body.reference)),
      await cafe.post(at, basket('AAAAAAAAAAAAAAAAAAAAAA')),
      await anna.delete('/shopper/consent/profiling').then(() => cafe.post(at, basket(body.reference))),
    ];
    expect(answers.map(({ status, body: told }) => [status, told])).toEqual(Array(3).fill([202, { basketId: 'B-17' }]));
    expect(await kept()).toEqual([]);
    const refused = await anna.get<Refusal>('/shopper/reference?tenant=cafe');
    expect([refused.status, refused.body.error.code]).toEqual([409, 'no-consent']);
  });

  test('a retailer tells of its own web shop alone; the mall names one; times are those of a clock', async () => {
    expect((await shoes.post(at, basket('x', { tenantId: 'cafe' }))).status).toBe(403);
    expect((await manager.post<Refusal>(at, basket('x'))).body.error.path).toBe('body.tenantId');
    expect((await manager.post(at, basket('x', { tenantId: 'cafe' }))).status).toBe(202);
    expect((await shoes.delete(`${at}/B-17?tenant=cafe`)).status).toBe(403);
    for (const when of ['2026-05-06T12:06:00Z', '2026-04-06T11:00:00Z'])
      expect((await cafe.post<Refusal>(at, basket('x', { at: when }))).body.error.path).toBe('body.at');
    const anna = await mall.shopper(['presence', 'profiling']);
    expect((await anna.get('/shopper/reference?tenant=nobody')).status).toBe(404);
  });
});

test('what was held back: by reason and day, and by whom it was outranked, named to the mall alone', async () => {
  const { campaigns, log } = mall.services;
  await campaigns.put(SITE, campaignOf(), NOW);
  await campaigns.put(SITE, campaignOf({ id: 'own', name: 'Own cake' }), NOW);
  await campaigns.put(SITE, campaignOf({ id: 'boots', name: 'Secret boots', tenantId: 'shoes' }), NOW);
  // 23:50 and 00:10 in Prague.
  const evening = Date.parse('2026-05-05T21:50:00Z');
  const rows = [
    { code: 'outranked', outrankedBy: 'boots', score: 12.5 },
    { code: 'outranked', outrankedBy: 'own', score: 11 },
    { code: 'not-in-audience', params: { condition: 'tiers' } },
    { code: 'attention-budget', params: { limit: 'day', max: 2 } },
    { code: 'attention-budget', params: { limit: 'visit', max: 1 } },
    { code: 'control', outcome: 'control' },
  ] as const;
  for (const [i, row] of rows.entries())
    await log.record({
      siteId: SITE,
      tenantId: 'cafe',
      campaignId: 'coffee',
      shopperId: 's-anna',
      event: entered({ atMs: evening + i }),
      decidedMs: i === 0 ? evening : evening + 20 * 60_000,
      outcome: 'held',
      params: {},
      offerId: null,
      latencyMs: null,
      variant: 'a',
      score: null,
      outrankedBy: null,
      ...row,
    });
  const held = async (client: Client) => (await client.get<HeldLog>(`${PATH}/coffee/held`)).body;
  const mine = await held(cafe);
  expect(mine.byReason.map(({ code, detail, count }) => [code, detail, count])).toEqual([
    ['outranked', null, 2],
    ['attention-budget', 'day', 1],
    ['attention-budget', 'visit', 1],
    ['not-in-audience', 'tiers', 1],
  ]);
  expect(mine.byDay).toEqual([
    { date: '2026-05-05', sent: 0, control: 0, held: { outranked: 1 } },
    { date: '2026-05-06', sent: 0, control: 1, held: { outranked: 1, 'attention-budget': 2, 'not-in-audience': 1 } },
  ]);
  expect(mine.outrankedBy).toEqual([
    { campaign: null, count: 1 },
    { campaign: 'Own cake', count: 1 },
  ]);
  expect(mine.samples).toHaveLength(5);
  expect(JSON.stringify(mine)).not.toMatch(/boots|s-anna/);
  const { decisions } = (await cafe.get<{ decisions: DecisionView[] }>(`${PATH}/coffee/decisions`)).body;
  expect(JSON.stringify(decisions)).not.toMatch(/boots/);
  expect(
    decisions
      .map((row) => row.score)
      .filter((score) => score !== null)
      .sort(),
  ).toEqual([11, 12.5]);
  expect((await held(manager)).outrankedBy).toEqual([
    { campaign: 'Secret boots', count: 1 },
    { campaign: 'Own cake', count: 1 },
  ]);
});
