import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { audience, type Campaign } from '../../server/contract/campaigns.ts';
import type { Purpose } from '../../server/contract/offers.ts';
import { campaignOf, entered, exited, NOW, openWorld, SITE, type World } from './world.ts';

const DAY = 86_400_000;
const ALL: Purpose[] = ['presence', 'push', 'profiling'];

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const live = (given: Partial<Campaign>) => world.services.campaigns.put(SITE, campaignOf(given), NOW);
const happens = async (...events: Parameters<World['pipeline']['emit']>[0]) => {
  world.pipeline.nowMs = world.clock.nowMs;
  world.pipeline.emit(events);
  await world.services.offers.settle();
};
/** Consented and paired with `carrierId` since `daysAgo`. */
async function regular(carrierId: string, purposes = ALL, daysAgo = 80): Promise<string> {
  const now = world.clock.nowMs;
  world.clock.nowMs = now - daysAgo * DAY;
  const shopperId = await world.shopper(carrierId, purposes);
  world.clock.nowMs = now;
  return shopperId;
}
const visit = (carrierId: string, startMs: number, minutes = 60) =>
  world.duck.run(
    `insert into visits (site_id, carrier_id, kind, start_ms, end_ms, entrance_zone_id, emitted_ms)
     values ($1, $2, 'tag', $3, $4, null, $4)`,
    [SITE, carrierId, startMs, startMs + minutes * 60_000],
  );
const stay = (carrierId: string, zoneId: string, startMs: number, seconds: number) =>
  world.duck.run(
    `insert into stays (site_id, carrier_id, kind, zone_id, floor_id, start_ms, end_ms, visit_start_ms, emitted_ms)
     values ($1, $2, 'tag', $3, 'ground', $4, $5, $4, $5)`,
    [SITE, carrierId, zoneId, startMs, startMs + seconds * 1_000],
  );

describe('return', () => {
  const RETURN = { trigger: { type: 'return', days: 14 } } as const;

  test('fires after as many days away, and says how many', async () => {
    await live(RETURN);
    const shopperId = await regular('c-1');
    await visit('c-1', NOW - 20 * DAY);
    await happens(entered());
    expect(world.hub.pushed).toMatchObject([
      { shopperId, offer: { reason: 'You are back in Zone front, 20 days after your last visit.' } },
    ]);
    expect(await world.decisions()).toEqual([{ outcome: 'sent', code: 'returned' }]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a first visit is no return', async () => regular('c-1')],
    [
      'a visit of last week',
      async () => {
        await regular('c-1');
        await visit('c-1', NOW - 20 * DAY);
        await visit('c-1', NOW - 13 * DAY);
      },
    ],
    [
      'visits of whoever had the tag before',
      async () => {
        await regular('c-1', ALL, 10);
        await visit('c-1', NOW - 20 * DAY);
      },
    ],
    [
      'a visit too short to count',
      async () => {
        await regular('c-1');
        await visit('c-1', NOW - 20 * DAY, 0.5);
      },
    ],
  ])('does not fire, and nothing is kept: %s', async (_name, before) => {
    await live(RETURN);
    await before();
    await happens(entered());
    expect(world.hub.pushed).toEqual([]);
    expect(await world.decisions()).toEqual([]);
  });

  test('visits while the consent was withdrawn are not counted', async () => {
    await live(RETURN);
    const shopperId = await regular('c-1');
    const { consents } = world.services;
    const [presence] = (await consents.rows(shopperId)).filter((row) => row.purpose === 'presence');
    await consents.append(shopperId, { ...presence!, state: 'withdrawn', atMs: NOW - 30 * DAY });
    await consents.append(shopperId, { ...presence!, state: 'granted', atMs: NOW - DAY });
    await visit('c-1', NOW - 20 * DAY);
    await happens(entered());
    expect(world.hub.pushed).toEqual([]);
  });

  test('without consent to profiling it is held, whoever it is', async () => {
    await live(RETURN);
    await regular('c-1', ['presence', 'push']);
    await visit('c-1', NOW - 20 * DAY);
    await happens(entered());
    expect(world.hub.pushed).toEqual([]);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'no-consent' }]);
  });

  test('a tag that was swapped keeps the person’s visits', async () => {
    await live(RETURN);
    const shopperId = await regular('c-1');
    await visit('c-1', NOW - 20 * DAY);
    await world.services.pairings.pair(SITE, 'c-2', shopperId, NOW - DAY, { takeover: false });
    await happens(entered({ carrierId: 'c-2' }));
    expect(await world.decisions()).toEqual([{ outcome: 'sent', code: 'returned' }]);
  });
});

describe('basket', () => {
  const BASKET = { trigger: { type: 'basket', maxAgeHours: 48, minValueMinor: 2_000 } } as const;
  const basketOf = (shopperId: string, given: object = {}) => ({
    siteId: SITE,
    tenantId: 'cafe',
    basketId: 'b-1',
    shopperId,
    atMs: NOW - 3_600_000,
    valueMinor: 4_990,
    items: 2,
    ...given,
  });

  test('fires when that shopper next enters the zone, once for a basket', async () => {
    await live({ ...BASKET, cooldownMinutes: 0 });
    const shopperId = await regular('c-1');
    await regular('c-2');
    await world.services.baskets.put(basketOf(shopperId), null, NOW);
    await happens(entered({ carrierId: 'c-2' }));
    expect(world.hub.pushed).toEqual([]);
    await happens(entered());
    expect(world.hub.pushed).toMatchObject([{ shopperId, offer: { reason: expect.stringContaining('basket') } }]);
    world.clock.nowMs = NOW + DAY;
    await happens(entered({ atMs: NOW + DAY }));
    expect(world.hub.pushed).toHaveLength(1);
    expect(await world.decisions()).toEqual([{ outcome: 'sent', code: 'basket' }]);
    // Told again by the web shop it stays closed.
    await world.services.baskets.put(basketOf(shopperId, { atMs: NOW + DAY }), null, NOW + DAY);
    await happens(entered({ atMs: NOW + DAY + 1 }));
    expect(world.hub.pushed).toHaveLength(1);
  });

  test.each<[string, object]>([
    ['too old', { atMs: NOW - 49 * 3_600_000 }],
    ['too small', { valueMinor: 1_999 }],
    ['of another web shop', { tenantId: 'shoes' }],
  ])('%s: nothing happens, nothing is kept', async (_name, given) => {
    await live(BASKET);
    const shopperId = await regular('c-1');
    await world.services.baskets.put(basketOf(shopperId, given), null, NOW);
    await happens(entered());
    expect(world.hub.pushed).toEqual([]);
    expect(await world.decisions()).toEqual([]);
  });

  test('what another web shop tells of the same shopper puts none of them out', async () => {
    await live(BASKET);
    const shopperId = await regular('c-1');
    const { baskets } = world.services;
    await baskets.put(basketOf(shopperId), null, NOW);
    for (let i = 0; i < 30; i++)
      await baskets.put(basketOf(shopperId, { tenantId: 'shoes', basketId: `s-${i}` }), null, NOW);
    await happens(entered());
    expect(world.hub.pushed).toMatchObject([{ shopperId }]);
  });

  test('bought or emptied it is gone, though it is told late that it was left', async () => {
    await live(BASKET);
    const shopperId = await regular('c-1');
    const { baskets } = world.services;
    await baskets.put(basketOf(shopperId), null, NOW);
    await baskets.close(SITE, 'cafe', 'b-1', 'emptied', NOW);
    await baskets.put(basketOf(shopperId, { basketId: 'b-2' }), 'purchased', NOW);
    await baskets.put(basketOf(shopperId), null, NOW);
    await baskets.put(basketOf(shopperId, { basketId: 'b-2' }), null, NOW);
    await happens(entered());
    expect(world.hub.pushed).toEqual([]);
  });

  test('one that was held back may still fire; control uses it up', async () => {
    await live({ ...BASKET, cooldownMinutes: 0, controlShare: 0.5 });
    let controls = 0;
    for (let i = 0; i < 12; i++) {
      const shopperId = await regular('c-1');
      await world.services.baskets.put(basketOf(shopperId, { basketId: `n-${i}` }), null, NOW);
      await world.services.shoppers.pause(shopperId, NOW + 1);
      await happens(entered({ atMs: NOW + i * 10 }));
      await world.services.shoppers.pause(shopperId, null);
      await happens(entered({ atMs: NOW + i * 10 + 1 }));
      await happens(entered({ atMs: NOW + i * 10 + 2 }));
      const codes = (await world.services.log.ofShopper(shopperId, 9)).map((row) => row.code);
      expect(codes.slice().sort()).toEqual([codes.includes('control') ? 'control' : 'basket', 'paused'].sort());
      if (codes.includes('control')) controls++;
      await world.services.pairings.unpair(shopperId, NOW - 70 * DAY, 'shopper');
    }
    expect(controls).toBeGreaterThan(0);
    expect(controls).toBeLessThan(12);
  });

  test('whose basket fired is not told: only days that are over and had enough shoppers are shown', async () => {
    await live(BASKET);
    await live({ id: 'enter', offer: { ...campaignOf().offer, value: { type: 'amount', amountMinor: 1 } } });
    const { log, baskets, campaigns } = world.services;
    await campaigns.put(
      SITE,
      {
        ...campaigns.get(SITE, 'coffee')!,
        offer: { ...campaignOf().offer, value: { type: 'amount', amountMinor: 900 } },
      },
      NOW,
    );
    for (let i = 0; i < 3; i++) {
      const shopperId = await regular('c-1');
      await baskets.put(basketOf(shopperId, { basketId: `n-${i}` }), null, NOW);
      await happens(entered({ atMs: NOW + i }));
      await world.services.pairings.unpair(shopperId, NOW - 70 * DAY, 'shopper');
    }
    expect(await world.decisions()).toHaveLength(3);
    const crowd = { timezone: 'Europe/Prague', k: 3, beforeMs: NOW + DAY };
    const shown = async (given: Partial<typeof crowd>) => {
      const to = { ...crowd, ...given };
      const { wouldFire, sent, latencyMs } = await log.funnel(SITE, 'coffee', to);
      const rows = await log.ofCampaign(SITE, 'coffee', 10, { crowd: to });
      const { quarters } = await log.held(SITE, 'coffee', 0, to);
      return [wouldFire, sent, latencyMs.p50 === null, rows.length, quarters.length];
    };
    expect(await shown({})).toEqual([3, 3, false, 3, 1]);
    expect(await shown({ k: 4 })).toEqual([0, 0, true, 0, 0]);
    expect(await shown({ beforeMs: NOW })).toEqual([0, 0, true, 0, 0]);
    // Nor by the campaigns that lost to it.
    const lost = await log.ofCampaign(SITE, 'enter', 10, { crowd: { ...crowd, beforeMs: NOW } });
    expect(lost.map(({ code, outrankedBy }) => [code, outrankedBy])).toEqual(Array(3).fill(['outranked', null]));
  });

  test('the consent to profiling takes the web shop’s reference and the baskets with it, a restart keeps the rest', async () => {
    await live(BASKET);
    const stays = await regular('c-1');
    const leaves = await regular('c-2');
    const { baskets, consents } = world.services;
    const reference = (await baskets.reference(SITE, 'cafe', stays, NOW))!;
    const gone = (await baskets.reference(SITE, 'cafe', leaves, NOW))!;
    expect(await baskets.reference(SITE, 'cafe', stays, NOW)).toBe(reference);
    expect(await baskets.reference(SITE, 'shoes', stays, NOW)).not.toBe(reference);
    for (const shopperId of [stays, leaves]) await baskets.put(basketOf(shopperId, { basketId: shopperId }), null, NOW);
    const profiling = (await consents.rows(leaves)).find((row) => row.purpose === 'profiling')!;
    await consents.append(leaves, { ...profiling, state: 'withdrawn', atMs: NOW });
    await baskets.expire(NOW);
    expect(await baskets.shopperOf(SITE, 'cafe', reference)).toBe(stays);
    expect(await baskets.shopperOf(SITE, 'shoes', reference)).toBeUndefined();
    expect(await baskets.shopperOf(SITE, 'cafe', gone)).toBeUndefined();
    expect(await world.duck.all('select shopper_id as id from baskets')).toEqual([{ id: stays }]);
    await world.services.stop();
    const again = await openWorld({ duck: world.duck });
    again.hub.connected.add(stays);
    again.pipeline.emit([entered(), entered({ carrierId: 'c-2' })]);
    await again.services.offers.settle();
    expect(again.hub.pushed).toMatchObject([{ shopperId: stays }]);
    await again.services.baskets.expire(NOW + 31 * DAY);
    expect(await world.duck.all('select 1 from baskets')).toEqual([]);
    await again.services.stop();
  });
});

describe('audience from what is stored', () => {
  const meant = (given: object) => live({ audience: audience.parse(given) });
  const REGULARS = { frequency: { minVisits: 2, maxVisits: null, withinDays: 30 } };
  const codes = async () =>
    (await world.services.log.ofCampaign(SITE, 'coffee', 10)).map(({ code, params }) => [
      code,
      JSON.parse(params).condition,
    ]);

  test('regulars get it, others are told by what they were left out', async () => {
    await meant(REGULARS);
    await regular('c-1');
    await regular('c-2');
    await visit('c-1', NOW - 3 * DAY);
    await visit('c-1', NOW - 9 * DAY);
    await visit('c-2', NOW - 3 * DAY);
    await happens(entered(), entered({ carrierId: 'c-2' }));
    expect(world.hub.pushed).toHaveLength(1);
    expect(await codes()).toContainEqual(['not-in-audience', 'frequency']);
  });

  test('without consent to profiling nobody is looked up', async () => {
    await meant({ who: 'new' });
    await regular('c-1', ['presence', 'push']);
    await happens(entered());
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'no-consent' }]);
  });

  test('consent to profiling that is withdrawn before the send holds it', async () => {
    await meant({ who: 'new' });
    const shopperId = await regular('c-1');
    const { book, consents } = world.services;
    const reserve = book.reserve.bind(book);
    book.reserve = async (wanted) => {
      const offer = await reserve(wanted);
      const row = (await consents.rows(shopperId)).find((one) => one.purpose === 'profiling')!;
      await consents.append(shopperId, { ...row, state: 'withdrawn', atMs: NOW });
      return offer;
    };
    await happens(entered());
    expect(world.hub.pushed).toEqual([]);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'no-consent' }]);
  });

  test('the quiz counts from the moment it is answered', async () => {
    await meant({ interests: ['coffee'] });
    const shopperId = await regular('c-1');
    await happens(entered());
    await world.services.profiles.put(shopperId, { interests: ['sport', 'coffee'], brands: ['Illy'] }, NOW);
    await happens(entered({ atMs: NOW + 1 }));
    expect((await codes()).map(([code]) => code).sort()).toEqual(['entered', 'not-in-audience']);
    expect(await world.services.profiles.get(shopperId)).toEqual({
      interests: ['sport', 'coffee'],
      brands: ['Illy'],
      changedMs: NOW,
    });
    await world.services.profiles.put(shopperId, { interests: [], brands: [] }, NOW);
    expect(await world.services.profiles.get(shopperId)).toBeUndefined();
  });

  test('visited and not visited: stored stays, none that was passing by, and the one that has just ended', async () => {
    await world.services.campaigns.putAttention(
      SITE,
      { ...world.services.campaigns.attention(SITE), pushesPerVisit: 9, pushesPerDay: 9, pushesPerTenantPerDay: 9 },
      NOW,
    );
    const zone = { zoneIds: ['shoes'], withinDays: 7 };
    await live({ id: 'was', cooldownMinutes: 0, audience: audience.parse({ visited: zone }) });
    await live({ id: 'wasnot', cooldownMinutes: 0, audience: audience.parse({ notVisited: zone }) });
    await regular('c-1');
    await stay('c-1', 'shoes', NOW - 8 * DAY, 300);
    await stay('c-1', 'shoes', NOW - 2 * DAY, 10);
    const pushedFor = () => world.hub.pushed.map(({ offer }) => offer.campaignId);
    await happens(entered());
    expect(pushedFor()).toEqual(['wasnot']);
    await happens(entered({ zoneId: 'shoes', atMs: NOW + 1_000 }));
    await happens(exited({ zoneId: 'shoes', atMs: NOW + 121_000 }));
    world.clock.nowMs = NOW + 130_000;
    await happens(entered({ atMs: NOW + 130_000 }));
    expect(pushedFor()).toEqual(['wasnot', 'was']);
  });

  test('tier: everybody is a member until points say otherwise', async () => {
    await meant({ tiers: ['gold'] });
    await regular('c-1');
    await happens(entered());
    expect(await codes()).toEqual([['not-in-audience', 'tiers']]);
  });

  test('history is read once a visit, and again after a consent has changed', async () => {
    await meant(REGULARS);
    const shopperId = await regular('c-1');
    let reads = 0;
    const { history } = world.services.pairings;
    world.services.pairings.history = (id) => {
      reads++;
      return history.call(world.services.pairings, id);
    };
    await happens({ type: 'visitStarted', carrierId: 'c-1', kind: 'tag', atMs: NOW });
    expect(reads).toBe(1);
    for (let i = 0; i < 5; i++) await happens(entered({ atMs: NOW + i }));
    expect(reads).toBe(1);
    const [row] = await world.services.consents.rows(shopperId);
    await world.services.consents.append(shopperId, { ...row!, atMs: NOW });
    await happens(entered({ atMs: NOW + 10 }));
    expect(reads).toBe(2);
  });
});
