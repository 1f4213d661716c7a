/** Answer after redeeming, quiz, points, map: what a shopper gives and gets, over the real server. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OfferPush } from '../../server/contract/live.ts';
import type { ConsentText, WalletOffer } from '../../server/contract/offers.ts';
import type { FeedbackComments, LoyaltyView, ProfileView, ShopperMap } from '../../server/contract/shopper.ts';
import { campaignOf, entered, NOW, SITE } from '../campaigns/world.ts';
import { type Client, type Mall, openMall } from './server.ts';

let mall: Mall;
beforeEach(async () => {
  mall = await openMall({ demo: true });
});
afterEach(async () => {
  expect(mall.errors).toEqual([]);
  await mall.close();
});

interface Refusal {
  error: { code: string; path?: string };
}
const codeOf = (answer: { status: number; body: Refusal }) => [answer.status, answer.body.error.code];
const only = async (): Promise<string> => (await mall.duck.get<{ id: string }>('select id from shoppers'))!.id;
/** A shopper who holds an offer. */
const holder = async (): Promise<{ shopper: Client; offer: OfferPush }> => {
  await mall.services.campaigns.put(SITE, campaignOf(), NOW);
  const shopper = await mall.shopper();
  await shopper.post('/demo/pair');
  const phone = await mall.phone(shopper);
  const offers: OfferPush[] = [];
  phone.on('offer', (offer, received) => {
    offers.push(offer);
    received();
  });
  const guest = await mall.duck.get<{ id: string }>('select carrier_id as id from pairings where to_ms is null');
  mall.pipeline.emit([entered({ carrierId: guest!.id, sightingAtMs: NOW })]);
  await mall.services.offers.settle();
  return { shopper, offer: offers[0]! };
};
const redeem = async ({ code }: OfferPush) => {
  const till = await mall.account({ role: 'till', tenantId: 'cafe' });
  expect((await till.post<{ result: string }>('/redemptions', { code })).body.result).toBe('redeemed');
};

describe('an answer after redeeming', () => {
  test('is given once, by whose offer it was, after it was redeemed', async () => {
    const { shopper, offer } = await holder();
    const answer = { offerId: offer.offerId, score: 9, comment: '  kind people  ' };
    expect(codeOf(await shopper.post<Refusal>('/shopper/feedback', answer))).toEqual([409, 'not-redeemed']);
    await redeem(offer);
    const stranger = await mall.shopper();
    expect((await stranger.post('/shopper/feedback', answer)).status).toBe(404);
    expect((await shopper.post<Refusal>('/shopper/feedback', { ...answer, score: 11 })).body.error.path).toBe(
      'body.score',
    );
    const { comment: _, ...tap } = answer;
    expect((await shopper.post('/shopper/feedback', tap)).status).toBe(204);
    expect(codeOf(await shopper.post<Refusal>('/shopper/feedback', tap))).toEqual([409, 'already-answered']);
    // Words may follow the tap, the score stays.
    expect((await shopper.post('/shopper/feedback', { ...answer, score: 1 })).status).toBe(409);
    expect((await shopper.post('/shopper/feedback', answer)).status).toBe(204);
    expect(codeOf(await shopper.post<Refusal>('/shopper/feedback', answer))).toEqual([409, 'already-answered']);
    const wallet = await shopper.get<{ offers: WalletOffer[] }>('/shopper/offers');
    expect(wallet.body.offers).toMatchObject([{ state: 'redeemed', score: 9 }]);
    expect(await mall.duck.all('select tenant_id as shop, score, comment from feedback')).toEqual([
      { shop: 'cafe', score: 9, comment: 'kind people' },
    ]);
    const read = async (grant: object) =>
      (await (await mall.account(grant)).get<FeedbackComments>(`/sites/${SITE}/feedback`)).body.comments;
    const line = { day: '2026-05-06', campaignId: 'coffee', score: 9, comment: 'kind people' };
    expect(await read({ role: 'retailer', tenantId: 'cafe' })).toEqual([line]);
    expect(await read({ role: 'retailer', tenantId: 'shoes' })).toEqual([]);
    expect(await read({})).toEqual([line]);
    await shopper.post('/shopper/erase');
    expect(await mall.duck.all('select shopper_id as who, score, comment from feedback')).toEqual([
      { who: null, score: 9, comment: null },
    ]);
  });
});

describe('the quiz', () => {
  const agree = async (shopper: Client, change: object = {}) => {
    const { body } = await shopper.get<{ consents: ConsentText[] }>(`/shopper/site/${SITE}?language=en`);
    const { version, textHash } = body.consents.find((text) => text.purpose === 'profiling')!;
    return shopper.post('/shopper/consent', { purpose: 'profiling', version, textHash, language: 'en', ...change });
  };
  const said = { interests: ['coffee', 'books'], brands: ['Nordwind'] };

  test('needs the consent to profiling in words that name it, and what was told goes with it', async () => {
    const shopper = await mall.shopper();
    expect(codeOf(await shopper.put<Refusal>('/shopper/profile', said))).toEqual([409, 'no-consent']);
    await mall.services.consents.append(await only(), {
      purpose: 'profiling',
      version: 1,
      textHash: 'words of before the quiz',
      language: 'en',
      state: 'granted',
      atMs: NOW,
    });
    expect(codeOf(await shopper.put<Refusal>('/shopper/profile', said))).toEqual([409, 'consent-text-changed']);
    expect((await agree(shopper)).status).toBe(200);
    expect((await shopper.put<ProfileView>('/shopper/profile', said)).body).toEqual({ ...said, suggestedBrands: [] });
    const wrong = await shopper.put<Refusal>('/shopper/profile', { ...said, interests: ['gambling'] });
    expect(wrong.body.error.path).toBe('body.interests.0');
    expect((await shopper.get<{ quiz: unknown[] }>('/shopper/export')).body.quiz).toMatchObject([said]);
    await shopper.delete('/shopper/consent/profiling');
    expect(await mall.duck.get('select count(*) as n from profiles')).toEqual({ n: 0 });
  });

  test('offers the brands that campaigns ask for, but for drafts', async () => {
    const audience = (brands: string[]) => ({ ...campaignOf().audience, brands });
    const put = (id: string, brands: string[], status: 'live' | 'draft') =>
      mall.services.campaigns.put(SITE, campaignOf({ id, status, audience: audience(brands) as never }), NOW);
    await put('one', ['Nordwind', 'Alba'], 'live');
    await put('two', ['Alba'], 'live');
    await put('three', ['Secret'], 'draft');
    const shopper = await mall.shopper();
    const { body } = await shopper.get<ProfileView>('/shopper/profile');
    expect(body).toEqual({ interests: [], brands: [], suggestedBrands: ['Alba', 'Nordwind'] });
  });
});

describe('points', () => {
  const DAY_MS = 86_400_000;
  const order = (shopperId: string, orderId: string, amountMinor: number, atMs = NOW) =>
    mall.services.loyalty.earn({
      siteId: SITE,
      tenantId: 'cafe',
      orderId,
      shopperId,
      amountMinor,
      atMs,
      source: 'pos',
    });

  test('come from orders, once each, last twelve months, and make the tier by the thresholds of the mall', async () => {
    const shopper = await mall.shopper();
    const shopperId = await only();
    await order(shopperId, 'r-1', 49_950);
    await order(shopperId, 'r-1', 49_950);
    await order(shopperId, 'r-0', 10_000, NOW - 366 * DAY_MS);
    await order('s-nobody', 'r-2', 10_000);
    const first = (await shopper.get<LoyaltyView>('/shopper/loyalty')).body;
    expect(first).toMatchObject({ points: 499, tier: 'member', minorPerPoint: 100 });
    expect(first.entries).toEqual([{ at: new Date(NOW).toISOString(), points: 499, source: 'pos' }]);
    await order(shopperId, 'r-3', 199);
    expect(await mall.services.loyalty.tierOf(shopperId)).toBe('silver');
    await mall.services.loyalty.takeBack({ siteId: SITE, tenantId: 'cafe', orderId: 'r-3' });
    expect(await mall.services.loyalty.tierOf(shopperId)).toBe('member');
    mall.clock.nowMs = NOW + 366 * DAY_MS;
    expect(await mall.services.loyalty.points(shopperId)).toBe(0);
    await shopper.post('/shopper/erase');
    expect(await mall.services.loyalty.tierOf(shopperId)).toBe('member');
    await order(shopperId, 'r-4', 1_000_000);
    expect(await mall.duck.get('select count(*) as n from loyalty_points')).toEqual({ n: 0 });
  });

  test('a manager sets thresholds, a retailer reads them', async () => {
    const shopper = await mall.shopper();
    await order(await only(), 'r-1', 30_000);
    const [manager, retailer] = [await mall.account({}), await mall.account({ role: 'retailer', tenantId: 'cafe' })];
    const path = `/sites/${SITE}/loyalty`;
    expect((await manager.get(path)).body).toEqual({ minorPerPoint: 100, silverPoints: 500, goldPoints: 2_000 });
    const next = { minorPerPoint: 50, silverPoints: 100, goldPoints: 300 };
    expect((await retailer.put(path, next)).status).toBe(403);
    expect((await manager.put<Refusal>(path, { ...next, goldPoints: 100 })).body.error.path).toBe('body.goldPoints');
    expect((await manager.put(path, next)).body).toEqual(next);
    expect((await retailer.get(path)).body).toEqual(next);
    expect((await shopper.get<LoyaltyView>('/shopper/loyalty')).body).toMatchObject({ points: 300, tier: 'gold' });
    expect([401, 403]).toContain((await shopper.put(path, next)).status);
  });
});

describe('the map', () => {
  const shape = (xM: number) => ({ type: 'circle' as const, xM, yM: 10, radiusM: 6 });
  const people = (xM: number, each: number): [number, number, number][] =>
    [xM - 4, xM, xM + 4].map((at) => [at, 8, each]);

  test('shows places, running offers and levels; no draft, no gateway, no number of people', async () => {
    await mall.registry.zones.putAll(
      SITE,
      [
        { id: 'atrium', kind: 'other' as const, xM: 10 },
        { id: 'books', kind: 'shop' as const, xM: 40 },
      ].map(({ id, kind, xM }) => ({
        id,
        kind,
        floorId: 'ground',
        name: `Zone ${id}`,
        shape: shape(xM),
        tenantId: null,
        minStaySeconds: null,
      })),
    );
    await mall.services.campaigns.put(SITE, campaignOf(), NOW);
    const shopper = await mall.shopper();
    const before = (await shopper.get<ShopperMap>('/shopper/map')).body;
    expect(before.floors).toMatchObject([{ id: 'ground', widthM: 50, heightM: 40, walls: [], image: null }]);
    // Of the two coupon zones only one has an offer.
    expect(before.zones.map(({ id, coupon, liveliness }) => [id, coupon, liveliness])).toEqual([
      ['atrium', false, null],
      ['books', false, null],
      ['front', true, null],
    ]);
    mall.heat.now = {
      atMs: NOW,
      floors: [{ floorId: 'ground', cellM: 4, cells: [...people(10, 6), ...people(40, 0.1)] }],
    };
    mall.clock.nowMs = NOW + 29_000;
    const level = async (id: string) =>
      (await shopper.get<ShopperMap>('/shopper/map')).body.zones.find((zone) => zone.id === id)?.liveliness;
    // Levels are renewed each half minute only.
    expect(await level('atrium')).toBeNull();
    mall.clock.nowMs = NOW + 31_000;
    expect([await level('atrium'), await level('books'), await level('front')]).toEqual(['lively', 'quiet', null]);
    mall.heat.now = { atMs: NOW, floors: [{ floorId: 'ground', cellM: 4, cells: [], tooFew: true }] };
    mall.clock.nowMs = NOW + 62_000;
    const { body } = await shopper.get<ShopperMap>('/shopper/map');
    expect(Object.keys(body.zones[0]!).sort()).toEqual([
      'coupon',
      'floorId',
      'id',
      'kind',
      'liveliness',
      'name',
      'shape',
    ]);
    expect((await shopper.get('/shopper/map/floors/ground/image')).status).toBe(404);
  });
});
