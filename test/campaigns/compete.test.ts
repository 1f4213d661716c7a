import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { variantOf } from '../../server/campaigns/experiment.ts';
import { DEFAULT_ATTENTION, type OfferFace } from '../../server/contract/campaigns.ts';
import { campaignOf, entered, NOW, openWorld, SITE, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

type Given = Parameters<typeof campaignOf>[0];
const live = (given: Given = {}) => world.services.campaigns.put(SITE, campaignOf(given), NOW);
const worth = (amountMinor: number): OfferFace => ({
  ...campaignOf().offer,
  value: { type: 'amount', amountMinor },
});
const happens = async (...events: Parameters<World['pipeline']['emit']>[0]) => {
  world.pipeline.nowMs = world.clock.nowMs;
  world.pipeline.emit(events);
  await world.services.offers.settle();
};
const rowsOf = (campaignId: string) => world.services.log.ofCampaign(SITE, campaignId, 100);

describe('several campaigns in one tick', () => {
  test('the most valuable is sent; the others are outranked by it, with their scores', async () => {
    await live({ id: 'cheap', offer: worth(100) });
    await live({ id: 'dear', tenantId: 'shoes', zoneIds: ['shoes'], offer: worth(900) });
    await live({ id: 'middle', offer: worth(400) });
    await world.shopper('c-1');
    await happens(entered(), entered({ zoneId: 'shoes' }));
    expect(world.hub.pushed.map(({ offer }) => offer.campaignId)).toEqual(['dear']);
    const [dear] = await rowsOf('dear');
    expect(dear).toMatchObject({ outcome: 'sent', outrankedBy: null });
    for (const id of ['cheap', 'middle']) {
      const [row] = await rowsOf(id);
      expect(row).toMatchObject({ outcome: 'held', code: 'outranked', outrankedBy: 'dear' });
      expect(row!.score).toBeGreaterThan(0);
      expect(row!.score).toBeLessThan(dear!.score!);
    }
  });

  test('whoever may not fire does not compete', async () => {
    await live({ id: 'dear', offer: worth(900), stock: 0 });
    await live({ id: 'cheap', offer: worth(100) });
    await world.shopper('c-1');
    await happens(entered());
    expect(world.hub.pushed.map(({ offer }) => offer.campaignId)).toEqual(['cheap']);
    expect((await rowsOf('dear')).map((row) => row.code)).toEqual(['stock-out']);
    expect((await rowsOf('cheap'))[0]).toMatchObject({ outcome: 'sent', score: null });
  });

  test('a winner that dies at the last moment leaves its place to the next', async () => {
    await live({ id: 'dear', offer: worth(900) });
    await live({ id: 'cheap', offer: worth(100) });
    await world.shopper('c-1');
    const { book } = world.services;
    const reserve = book.reserve.bind(book);
    book.reserve = async (wanted) => (wanted.campaign.id === 'dear' ? 'stock-out' : reserve(wanted));
    await happens(entered());
    expect((await rowsOf('dear')).map((row) => row.code)).toEqual(['stock-out']);
    expect((await rowsOf('cheap')).map((row) => row.code)).toEqual(['entered']);
  });

  test('control wins its place too: it is logged as would-have-fired with its score, and the next one is sent', async () => {
    await live({ id: 'dear', offer: worth(900), controlShare: 0.5 });
    await live({ id: 'cheap', offer: worth(100) });
    let controls = 0;
    for (let i = 0; i < 16; i++) {
      const shopperId = await world.shopper('c-1');
      await happens(entered({ atMs: NOW + i }));
      const rows = (await world.services.log.ofShopper(shopperId, 9)).map(({ campaignId, code, outcome }) =>
        [campaignId, code, outcome].join(' '),
      );
      const isControl = rows.includes('dear control control');
      expect(rows.sort()).toEqual(
        isControl ? ['cheap entered sent', 'dear control control'] : ['cheap outranked held', 'dear entered sent'],
      );
      if (isControl) controls++;
      await world.services.pairings.unpair(shopperId, NOW, 'shopper');
    }
    expect(controls).toBeGreaterThan(0);
    expect(controls).toBeLessThan(16);
    expect((await rowsOf('dear')).every((row) => row.score! > 0)).toBe(true);
  });

  test('two tenants with equal offers take turns over shoppers, whichever has more campaigns', async () => {
    await live({ id: 'a', tenantId: 'cafe', offer: worth(500) });
    await live({ id: 'b1', tenantId: 'bakery', offer: worth(500) });
    await live({ id: 'b2', tenantId: 'bakery', offer: worth(500) });
    for (let i = 0; i < 20; i++) {
      const shopperId = await world.shopper('c-1');
      await happens(entered({ atMs: NOW + i }));
      await world.services.pairings.unpair(shopperId, NOW, 'shopper');
    }
    const sent = (id: string) => world.hub.pushed.filter(({ offer }) => offer.campaignId === id).length;
    expect(sent('a') + sent('b1') + sent('b2')).toBe(20);
    expect(sent('a')).toBeGreaterThanOrEqual(7);
    expect(sent('a')).toBeLessThanOrEqual(12);
    expect(Math.abs(sent('b1') - sent('b2'))).toBeLessThanOrEqual(1);
  });

  test('a campaign that fires by two zones at once is sent once, and would have fired once', async () => {
    await world.services.campaigns.putAttention(
      SITE,
      { ...DEFAULT_ATTENTION, pushesPerVisit: 9, pushesPerDay: 9, pushesPerTenantPerDay: 9 },
      NOW,
    );
    await live({ id: 'wide', zoneIds: ['front', 'shoes'], controlShare: 0.5 });
    const outcomes = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const shopperId = await world.shopper('c-1');
      await happens(entered({ atMs: NOW + i }), entered({ zoneId: 'shoes', atMs: NOW + i }));
      const codes = (await world.services.log.ofShopper(shopperId, 9)).map(({ code }) => code);
      expect(new Set(codes)).toEqual(new Set(['cooldown', codes.includes('control') ? 'control' : 'entered']));
      expect(codes).toHaveLength(2);
      outcomes.add(codes.includes('control') ? 'control' : 'sent');
      await world.services.pairings.unpair(shopperId, NOW, 'shopper');
    }
    expect(outcomes.size).toBe(2);
  });

  test('where the budget has room for two, two are sent in their order', async () => {
    await live({ id: 'cheap', offer: worth(100) });
    await live({ id: 'dear', tenantId: 'shoes', offer: worth(900) });
    await world.services.campaigns.putAttention(SITE, { ...DEFAULT_ATTENTION, pushesPerVisit: 2 }, NOW);
    await world.shopper('c-1');
    await happens(entered());
    expect(world.hub.pushed.map(({ offer }) => offer.campaignId)).toEqual(['dear', 'cheap']);
  });
});

describe('attention budget over all tenants', () => {
  const ROOMY = { ...DEFAULT_ATTENTION, pushesPerVisit: 9, pushesPerDay: 9, pushesPerTenantPerDay: 9 };
  const limits = async (id: string) => (await rowsOf(id)).map(({ code, params }) => JSON.parse(params).limit ?? code);

  test('pushes a day, of any tenant, and again on the next local day', async () => {
    await world.services.campaigns.putAttention(SITE, { ...ROOMY, pushesPerDay: 1, quietHours: null }, NOW);
    await live();
    await live({ id: 'shoes', tenantId: 'shoes', zoneIds: ['shoes'] });
    await world.shopper('c-1');
    await happens(entered());
    // 23:59 in Prague, then midnight.
    world.clock.nowMs = Date.parse('2026-05-06T21:59:00Z');
    await happens(entered({ zoneId: 'shoes', atMs: world.clock.nowMs }));
    expect(await limits('shoes')).toEqual(['day']);
    world.clock.nowMs = Date.parse('2026-05-06T22:00:00Z');
    await happens(entered({ zoneId: 'shoes', atMs: world.clock.nowMs }));
    expect(world.hub.pushed).toHaveLength(2);
  });

  test('a distance from one push to the next, of any tenant', async () => {
    await world.services.campaigns.putAttention(SITE, { ...ROOMY, minSpacingMinutes: 30 }, NOW);
    await live();
    await live({ id: 'shoes', tenantId: 'shoes', zoneIds: ['shoes'] });
    await world.shopper('c-1');
    await happens(entered());
    world.clock.nowMs = NOW + 29 * 60_000;
    await happens(entered({ zoneId: 'shoes', atMs: world.clock.nowMs }));
    expect(await limits('shoes')).toEqual(['spacing']);
    world.clock.nowMs = NOW + 30 * 60_000;
    await happens(entered({ zoneId: 'shoes', atMs: world.clock.nowMs }));
    expect(world.hub.pushed).toHaveLength(2);
  });
});

describe('the face of an offer', () => {
  test('the shopper’s language where it is translated, else the main one; its picture goes along', async () => {
    const offer = {
      ...campaignOf().offer,
      imageId: 'i-1',
      translations: { cs: { title: 'Druhá káva zdarma', text: 'Jen dnes.', terms: null } },
    };
    await live({ offer });
    for (const [carrierId, language] of [
      ['c-1', 'cs'],
      ['c-2', 'pl'],
    ] as const) {
      const shopperId = await world.shopper(carrierId);
      await world.services.shoppers.setLanguage(shopperId, language);
      await happens(entered({ carrierId }));
    }
    expect(world.hub.pushed.map(({ offer: { title } }) => title)).toEqual(['Druhá káva zdarma', 'Second coffee free']);
    expect(await world.duck.all('select distinct image_id as id from offers')).toEqual([{ id: 'i-1' }]);
  });

  test('its last day ends it, however long it would be good, and then nothing is sent', async () => {
    await live({ offer: { ...campaignOf().offer, validMinutes: 60 * 24, validUntil: '2026-05-06' } });
    await world.shopper('c-1');
    await happens(entered());
    expect(world.hub.pushed[0]!.offer.expiresAtMs).toBe(Date.parse('2026-05-06T22:00:00Z'));
    await world.services.campaigns.putAttention(SITE, { ...DEFAULT_ATTENTION, quietHours: null }, NOW);
    world.clock.nowMs = Date.parse('2026-05-06T22:00:00Z');
    await world.shopper('c-2');
    await happens(entered({ carrierId: 'c-2', atMs: world.clock.nowMs }));
    expect(await world.decisions()).toContainEqual({ outcome: 'held', code: 'out-of-schedule' });
  });

  test('variants: who gets which never changes, and stands on the offer and on the decision, control’s too', async () => {
    const b = { id: 'b', offer: { ...campaignOf().offer, title: 'Cake' } };
    const campaign = campaignOf({ variants: [b], controlShare: 0.4, cooldownMinutes: 0 });
    await world.services.campaigns.put(SITE, campaign, NOW);
    const seen = new Set<string>();
    for (let i = 0; i < 24; i++) {
      const shopperId = await world.shopper('c-1');
      await happens(entered({ atMs: NOW + i }));
      const [row] = await world.services.log.ofShopper(shopperId, 2);
      expect(row!.variant).toBe(variantOf(shopperId, campaign));
      seen.add(`${row!.outcome} ${row!.variant}`);
      const push = world.hub.pushed.find((one) => one.shopperId === shopperId);
      expect(push?.offer.title).toBe(
        row!.outcome === 'control' ? undefined : row!.variant === 'b' ? 'Cake' : 'Second coffee free',
      );
      await world.services.pairings.unpair(shopperId, NOW, 'shopper');
    }
    expect([...seen].sort()).toEqual(['control a', 'control b', 'sent a', 'sent b']);
    const kept = await world.duck.all<{ variant: string; title: string }>(
      'select distinct variant, title from offers order by 1',
    );
    expect(kept).toEqual([
      { variant: 'a', title: 'Second coffee free' },
      { variant: 'b', title: 'Cake' },
    ]);
  });

  test('budget: what is out counts in full, and comes back when it expires unredeemed', async () => {
    await live({ offer: worth(300), budgetMinor: 700, cooldownMinutes: 0 });
    for (const carrierId of ['c-1', 'c-2', 'c-3']) await world.shopper(carrierId);
    // At once: the reservation itself must not overdraw it.
    await happens(...['c-1', 'c-2', 'c-3'].map((carrierId) => entered({ carrierId })));
    expect(world.hub.pushed).toHaveLength(2);
    expect((await world.services.log.funnel(SITE, 'coffee')).held).toEqual({ 'budget-spent': 1 });
    const [kept] = world.hub.pushed;
    await world.duck.run('update offers set redeemed_ms = $2 where id = $1', [kept!.offer.offerId, NOW]);
    world.clock.nowMs = NOW + 31 * 60_000;
    const missed = ['c-1', 'c-2', 'c-3'].find(
      (carrierId) =>
        !world.hub.pushed.some(
          ({ shopperId }) => world.services.pairings.ofShopper(shopperId)?.carrierId === carrierId,
        ),
    )!;
    await happens(entered({ carrierId: missed, atMs: world.clock.nowMs }));
    expect(world.hub.pushed).toHaveLength(3);
    expect(await world.services.book.left(SITE, campaignOf({ budgetMinor: 700 }), world.clock.nowMs)).toEqual({
      stock: null,
      budgetMinor: 100,
    });
  });
});
