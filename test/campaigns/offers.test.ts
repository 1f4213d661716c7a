import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_ATTENTION } from '../../server/contract/campaigns.ts';
import { campaignOf, dwelled, entered, exited, NOW, openWorld, SITE, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const live = (given: Parameters<typeof campaignOf>[0] = {}) =>
  world.services.campaigns.put(SITE, campaignOf(given), NOW);
const happens = async (...events: Parameters<World['pipeline']['emit']>[0]) => {
  world.pipeline.nowMs = world.clock.nowMs;
  world.pipeline.emit(events);
  await world.services.offers.settle();
};

describe('from an event to a phone', () => {
  test('an offer is issued, pushed, kept in the wallet, and its latency counts from the sighting', async () => {
    await live();
    const shopperId = await world.shopper('c-1');
    await happens(entered({ sightingAtMs: NOW - 700 }));
    expect(world.hub.pushed).toHaveLength(1);
    expect(world.hub.pushed[0]).toMatchObject({
      shopperId,
      offer: {
        campaignId: 'coffee',
        title: 'Second coffee free',
        zoneName: 'Zone front',
        expiresAtMs: NOW + 30 * 60_000,
        reason: 'You walked into Zone front.',
      },
    });
    const [offer] = await world.services.ledger.wallet(shopperId, NOW);
    expect(offer).toMatchObject({ state: 'active', code: world.hub.pushed[0]!.offer.code });
    expect(Buffer.from(offer!.code!, 'base64url').length).toBeGreaterThanOrEqual(16);
    expect(offer!.shortCode).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
    expect(await world.decisions()).toEqual([{ outcome: 'sent', code: 'entered' }]);
    expect((await world.services.log.funnel(SITE, 'coffee')).latencyMs.p50).toBe(700);
  });

  test('a dwell trigger is asked of the engine and fires at its own time', async () => {
    await live({ trigger: { type: 'dwell', seconds: 20 } });
    expect(world.registry.modelTimeline(SITE).at(-1)!.model.dwellSecondsByZone).toEqual({ front: [20] });
    await world.shopper('c-1');
    await happens(entered());
    expect(world.hub.pushed).toHaveLength(0);
    await happens(dwelled(20, { atMs: NOW + 20_000 }));
    expect(world.hub.pushed[0]?.offer.reason).toBe('You spent 20 seconds at Zone front.');
    await live({ trigger: { type: 'dwell', seconds: 20 }, status: 'paused' });
    expect(world.registry.modelTimeline(SITE).at(-1)!.model.dwellSecondsByZone).toEqual({});
  });

  test('other carriers, other zones, other sites and campaigns that are not live do nothing', async () => {
    await live();
    await live({ id: 'draft', status: 'draft' });
    await world.shopper('c-1');
    await happens(entered({ carrierId: 'c-2' }), entered({ zoneId: 'shoes' }));
    world.pipeline.emit([entered()], 'other');
    await world.services.offers.settle();
    expect(world.hub.pushed).toHaveLength(0);
    expect(await world.decisions()).toEqual([]);
    expect(await world.decisions('draft')).toEqual([]);
  });

  test('a site that lives in its data gets no offers', async () => {
    await live();
    await world.shopper('c-1');
    await world.registry.putSite({ ...world.registry.site(SITE)!, clock: 'data' });
    await happens(entered());
    expect(world.hub.pushed).toHaveLength(0);
  });

  test('the same event told twice is decided and sent once', async () => {
    await live({ cooldownMinutes: 0 });
    await world.services.campaigns.putAttention(
      SITE,
      { ...DEFAULT_ATTENTION, pushesPerVisit: 5, pushesPerTenantPerDay: 5 },
      NOW,
    );
    await world.shopper('c-1');
    await happens(entered());
    await happens(entered());
    expect(await world.decisions()).toHaveLength(1);
    expect(world.hub.pushed).toHaveLength(1);
  });
});

describe('held back, with a reason', () => {
  test('without consent to presence nothing is kept of who it was', async () => {
    await live();
    const shopperId = await world.shopper('c-1', ['push']);
    await happens(entered());
    expect(world.hub.pushed).toHaveLength(0);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'no-consent' }]);
    expect(await world.services.log.ofShopper(shopperId, 10)).toEqual([]);
  });

  test('without consent to push: held, and told to the shopper', async () => {
    await live();
    const shopperId = await world.shopper('c-1', ['presence']);
    await happens(entered());
    expect(await world.services.log.ofShopper(shopperId, 10)).toMatchObject([{ outcome: 'held', code: 'no-consent' }]);
  });

  test.each(['push', 'presence'] as const)(
    'consent to %s withdrawn between the event and the send: not sent',
    async (purpose) => {
      await live();
      const shopperId = await world.shopper('c-1');
      const { book, consents } = world.services;
      const reserve = book.reserve.bind(book);
      book.reserve = async (wanted) => {
        const offer = await reserve(wanted);
        const rows = await consents.rows(shopperId);
        await consents.append(shopperId, {
          ...rows.find((row) => row.purpose === purpose)!,
          state: 'withdrawn',
          atMs: NOW,
        });
        return offer;
      };
      await happens(entered());
      expect(world.hub.pushed).toHaveLength(0);
      expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'no-consent' }]);
      expect(await world.services.ledger.wallet(shopperId, NOW)).toEqual([]);
      expect(await world.duck.get('select count(*) as n from offer_codes')).toEqual({ n: 0 });
    },
  );

  test('a consent or a pairing that came after the sighting: not sent, though both hold by now', async () => {
    await live();
    const shopperId = await world.shopper('c-1', ['presence']);
    const [presence] = await world.services.consents.rows(shopperId);
    await world.services.consents.append(shopperId, { ...presence!, purpose: 'push', atMs: NOW - 2_000 });
    await happens(entered({ atMs: NOW - 1_500, sightingAtMs: NOW - 2_300 }));
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'no-consent' }]);
    const { pairings } = world.services;
    await pairings.unpair(shopperId, NOW - 1_200, 'shopper');
    await pairings.pair(SITE, 'c-1', shopperId, NOW - 1_000, { takeover: false });
    await happens(entered({ atMs: NOW - 500, sightingAtMs: NOW - 1_100 }));
    expect(await world.decisions()).toHaveLength(1);
    await happens(entered({ atMs: NOW, sightingAtMs: NOW - 900 }));
    expect(world.hub.pushed).toHaveLength(1);
  });

  test('stale sightings send nothing', async () => {
    await live();
    await world.shopper('c-1');
    await happens(entered({ atMs: NOW - 61_000, sightingAtMs: NOW - 62_000 }));
    expect(world.hub.pushed).toHaveLength(0);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'stale-sighting' }]);
  });

  test('whoever leaves the zone in the same breath gets nothing', async () => {
    await live();
    await world.shopper('c-1');
    await happens(entered({ atMs: NOW - 2_000 }), exited());
    expect(world.hub.pushed).toHaveLength(0);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'left-zone' }]);
  });

  test('an offer that is not out within five seconds dies, and its codes with it', async () => {
    await live();
    const shopperId = await world.shopper('c-1');
    const { book } = world.services;
    const reserve = book.reserve.bind(book);
    book.reserve = async (wanted) => {
      const offer = await reserve(wanted);
      world.clock.nowMs += 5_000;
      return offer;
    };
    await happens(entered());
    expect(world.hub.pushed).toHaveLength(0);
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'deadline' }]);
    expect(await world.services.ledger.wallet(shopperId, NOW)).toEqual([]);
    expect(await world.duck.get('select count(*) as n from offer_codes')).toEqual({ n: 0 });
  });

  test('a phone that does not answer: held; its opening later proves that it had arrived', async () => {
    await live();
    const shopperId = await world.shopper('c-1');
    world.hub.acknowledges = false;
    await happens(entered());
    expect(await world.decisions()).toEqual([{ outcome: 'held', code: 'not-acknowledged' }]);
    expect(await world.services.ledger.wallet(shopperId, NOW)).toEqual([]);
    const { offerId } = world.hub.pushed[0]!.offer;
    expect(await world.services.book.opened('s-another', offerId, NOW)).toBe(false);
    expect(await world.services.book.opened(shopperId, offerId, NOW + 1)).toBe(true);
    expect(await world.services.ledger.wallet(shopperId, NOW)).toMatchObject([{ id: offerId, state: 'active' }]);
  });

  test('cooldown: not again before its time, then again', async () => {
    await live({ cooldownMinutes: 60 });
    await world.services.campaigns.putAttention(
      SITE,
      { ...DEFAULT_ATTENTION, pushesPerVisit: 9, pushesPerTenantPerDay: 9 },
      NOW,
    );
    await world.shopper('c-1');
    await happens(entered());
    world.clock.nowMs = NOW + 59 * 60_000;
    await happens(entered({ atMs: world.clock.nowMs }));
    world.clock.nowMs = NOW + 60 * 60_000;
    await happens(entered({ atMs: world.clock.nowMs }));
    expect((await world.decisions()).map((one) => one.code)).toEqual(['entered', 'cooldown', 'entered']);
  });

  test('one push a visit over all tenants, one a day of a tenant, and the budget is new with the next visit', async () => {
    await live({ cooldownMinutes: 0 });
    await live({ id: 'shoes', tenantId: 'shoes', zoneIds: ['shoes'], cooldownMinutes: 0 });
    await world.shopper('c-1');
    const visit = (type: 'visitStarted' | 'visitEnded', atMs: number) =>
      ({ type, carrierId: 'c-1', kind: 'tag', atMs }) as const;
    await happens(visit('visitStarted', NOW - 1_000), entered());
    await happens(entered({ zoneId: 'shoes', atMs: NOW + 1 }));
    expect(await world.decisions('shoes')).toEqual([{ outcome: 'held', code: 'attention-budget' }]);
    world.clock.nowMs = NOW + 3_600_000;
    await happens(visit('visitEnded', NOW + 1_000_000), visit('visitStarted', world.clock.nowMs - 10));
    await happens(entered({ atMs: world.clock.nowMs }), entered({ zoneId: 'shoes', atMs: world.clock.nowMs }));
    expect((await world.decisions()).map((one) => one.code)).toEqual(['attention-budget', 'entered']);
    expect((await world.decisions('shoes')).map((one) => one.code)).toEqual(['entered', 'attention-budget']);
  });

  test('two campaigns in one breath share the budget: one is sent', async () => {
    await live();
    await live({ id: 'tea', tenantId: 'tea' });
    await world.shopper('c-1');
    await happens(entered());
    expect(world.hub.pushed).toHaveLength(1);
    expect(await world.decisions('tea')).toEqual([{ outcome: 'held', code: 'outranked' }]);
  });

  test('stock: the last one goes to one shopper; an expired one comes back', async () => {
    await live({ stock: 1 });
    await world.shopper('c-1');
    await world.shopper('c-2');
    await world.shopper('c-3');
    await happens(entered({ carrierId: 'c-1' }), entered({ carrierId: 'c-2' }));
    expect(world.hub.pushed).toHaveLength(1);
    expect((await world.services.log.funnel(SITE, 'coffee')).held).toEqual({ 'stock-out': 1 });
    world.clock.nowMs = NOW + 31 * 60_000;
    await happens(entered({ carrierId: 'c-3', atMs: world.clock.nowMs }));
    expect(world.hub.pushed).toHaveLength(2);
  });

  test('control is logged as would-have-fired, sends nothing, and uses the cooldown', async () => {
    await live({ controlShare: 0.5 });
    await world.services.campaigns.putAttention(
      SITE,
      { ...DEFAULT_ATTENTION, pushesPerVisit: 9, pushesPerTenantPerDay: 9 },
      NOW,
    );
    for (let i = 0; i < 30; i++) {
      const shopperId = await world.shopper('c-1');
      await happens(entered({ atMs: NOW + i }));
      await happens(entered({ atMs: NOW + i + 1_000 }));
      await world.services.pairings.unpair(shopperId, NOW, 'shopper');
    }
    const funnel = await world.services.log.funnel(SITE, 'coffee');
    expect(funnel.control).toBeGreaterThan(5);
    expect(funnel.control).toBeLessThan(25);
    expect(funnel.sent).toBe(30 - funnel.control);
    expect(funnel.wouldFire).toBe(30);
    expect(funnel.held).toEqual({ cooldown: 30 });
    expect(world.hub.pushed).toHaveLength(funnel.sent);
  });

  test('a paused shopper and a closed phone', async () => {
    await live();
    const shopperId = await world.shopper('c-1');
    await world.services.shoppers.pause(shopperId, NOW + 1);
    await happens(entered());
    await world.services.shoppers.pause(shopperId, null);
    world.hub.connected.clear();
    await happens(entered({ atMs: NOW + 1 }));
    expect((await world.decisions()).map((one) => one.code).sort()).toEqual(['paused', 'phone-closed']);
  });
});

test('after a restart live campaigns, pairings and settings are as before', async () => {
  await live({ trigger: { type: 'dwell', seconds: 30 } });
  await world.services.campaigns.putAttention(SITE, { ...DEFAULT_ATTENTION, pushesPerVisit: 3 }, NOW);
  const shopperId = await world.shopper('c-2');
  await world.services.stop();
  const again = await openWorld({ duck: world.duck });
  again.hub.connected.add(shopperId);
  expect(again.services.campaigns.attention(SITE).pushesPerVisit).toBe(3);
  again.pipeline.emit([entered({ carrierId: 'c-2' }), dwelled(30, { carrierId: 'c-2' })]);
  await again.services.offers.settle();
  expect(again.hub.pushed).toMatchObject([{ shopperId }]);
  await again.services.stop();
});
