/** Days to come, moments of fires, cooldown, the scale of heat, and the budget: on small cases that can be reckoned by hand. */
import { describe, expect, test } from 'vitest';
import { answerOf, forTenant } from '../../server/campaigns/rehearsalAnswer.ts';
import { type Contender, replayBudget } from '../../server/campaigns/rehearsalBudget.ts';
import { dayEstimate } from '../../server/campaigns/rehearsalDays.ts';
import { afterCooldown, type Fire, momentOf } from '../../server/campaigns/rehearsalFires.ts';
import { stoodSinceMs } from '../../server/campaigns/rehearsalHistory.ts';
import { type Reference, scaleFor } from '../../server/campaigns/rehearsalScale.ts';
import { DEFAULT_ATTENTION } from '../../server/contract/campaigns.ts';
import type { SiteModel } from '../../server/contract/model.ts';
import type { Rehearsal } from '../../server/contract/rehearsal.ts';
import { seededRandom } from '../support/random.ts';
import { circle, couponAt, draftOf } from './rehearsalWorld.ts';

const MINUTE = 60_000;

describe('a day to come', () => {
  test.each([
    ['even days', 40, 0],
    ['days that differ', 60, 0.3],
    ['few a day', 2, 0],
  ])('lies in the band 19 times of 20: %s', (_, mean, varying) => {
    const random = seededRandom(11);
    const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const day = (): number => {
      const rate = Math.max(0, mean * (1 + varying * gauss()));
      // Arrivals of a Poisson process in a day.
      let count = -1;
      for (let atDay = 0; atDay < rate; count++) atDay += -Math.log(1 - random());
      return Math.max(0, count);
    };
    let held = 0;
    for (let run = 0; run < 1_000; run++) {
      const { low, high } = dayEstimate(Array.from({ length: 14 }, day))!;
      const next = day();
      if (next >= low && next <= high) held += 1;
    }
    expect(held).toBeGreaterThan(930);
    expect(held).toBeLessThan(995);
  });

  test('without a day there is none; of no fires at all a few may still come; doubt widens', () => {
    expect(dayEstimate([])).toBeNull();
    expect(dayEstimate([0, 0, 0, 0])).toMatchObject({ value: 0, low: 0 });
    expect(dayEstimate([0, 0, 0, 0])!.high).toBeGreaterThan(0.5);
    expect(dayEstimate([30, 34, 26], 0.3)!.high).toBeGreaterThan(dayEstimate([30, 34, 26])!.high + 1);
  });
});

describe('moments', () => {
  const moments = { enterConfirmMs: 3_000, exitAfterMs: 20_000 };
  const stay = { startMs: 0, endMs: 60_000 };
  test('are those of the engine', () => {
    expect(momentOf({ type: 'enter' }, stay, moments)).toBe(3_000);
    expect(momentOf({ type: 'exit' }, stay, moments)).toBe(80_000);
    expect(momentOf({ type: 'dwell', seconds: 60 }, stay, moments)).toBe(60_000);
    expect(momentOf({ type: 'dwell', seconds: 61 }, stay, moments)).toBeUndefined();
    expect(momentOf({ type: 'return', days: 3 }, stay, moments)).toBe(3_000);
  });
});

const fire = (person: string, atMs: number, more: Partial<Fire> = {}): Fire => ({
  atMs,
  day: 0,
  zoneId: 'front',
  person,
  carrierId: person,
  visit: person,
  ...more,
});

test('a cooldown runs from the last fire that counted, of each person', () => {
  const fires = [0, 40, 70, 100, 130].map((minute) => fire('a', minute * MINUTE));
  expect(
    afterCooldown([fire('b', 0), ...fires], 60 * MINUTE).map(({ person, atMs }) => [person, atMs / MINUTE]),
  ).toEqual([
    ['b', 0],
    ['a', 0],
    ['a', 70],
    ['a', 130],
  ]);
});

describe('the scale of heat', () => {
  const zone = (zoneId: string, kind: string, areaM2: number, byHeat: number, byStays: number): Reference => ({
    zoneId,
    ground: new Map([[kind, 1]]),
    areaM2,
    byHeat,
    byStays,
  });
  const halls = [zone('h1', 'corridor', 100, 1_000, 900), zone('h2', 'corridor', 120, 800, 720)];
  const shops = [
    zone('s1', 'shop', 300, 1_000, 300),
    zone('s2', 'shop', 280, 500, 150),
    zone('s3', 'shop', 320, 600, 180),
  ];

  test('is that of zones on the same kind of ground', () => {
    const hall = scaleFor({ ground: new Map([['corridor', 1]]), areaM2: 110 }, [...halls, ...shops]);
    const shop = scaleFor({ ground: new Map([['shop', 1]]), areaM2: 300 }, [...halls, ...shops]);
    expect(hall.factor).toBeCloseTo(0.88, 1);
    expect(shop.factor).toBeCloseTo(0.3, 1);
    expect(shop.zones).toBe(5);
    const half = scaleFor(
      {
        ground: new Map([
          ['shop', 0.5],
          ['corridor', 0.5],
        ]),
        areaM2: 180,
      },
      [...halls, ...shops],
    );
    expect(half.factor).toBeGreaterThan(shop.factor);
    expect(half.factor).toBeLessThan(hall.factor);
  });

  test('is the less sure the more zones disagree, and the further their size is away', () => {
    const target = { ground: new Map([['shop', 1]]), areaM2: 300 };
    const alike = scaleFor(target, shops);
    const odd = scaleFor(target, [...shops, zone('s4', 'shop', 300, 500, 450), zone('s5', 'shop', 300, 900, 90)]);
    expect(odd.doubt).toBeGreaterThan(1.3 * alike.doubt);
    expect(scaleFor({ ...target, areaM2: 20 }, shops).doubt).toBeGreaterThan(1.2 * alike.doubt);
  });

  test('with nothing to try it on it is a guess, and says so', () => {
    expect(scaleFor({ ground: new Map(), areaM2: 50 }, halls)).toMatchObject({ zones: 0, doubt: Math.LN2 });
    expect(scaleFor({ ground: new Map(), areaM2: 50 }, [])).toMatchObject({ zones: 0 });
  });
});

describe('the budget', () => {
  const contender = (id: string, tenantId: string, fires: Fire[], amountMinor = 100): Contender => ({
    campaign: draftOf({
      id,
      tenantId,
      offer: {
        title: id,
        text: id,
        terms: null,
        translations: {},
        imageId: null,
        validMinutes: 30,
        validUntil: null,
        value: { type: 'amount', amountMinor },
      },
    }),
    fires,
  });
  const attention = { ...DEFAULT_ATTENTION, quietHours: null };
  const replayed = (subject: Contender, others: Contender[], more = {}) =>
    replayBudget(subject, others, { ...attention, ...more }, () => false, 'UTC').get(0)!;

  test('goes to whoever fires first', () => {
    const subject = contender('late', 'cafe', [fire('a', 10 * MINUTE), fire('b', 10 * MINUTE)]);
    const rival = contender('early', 'shoes', [fire('a', 5 * MINUTE), fire('c', 5 * MINUTE)]);
    const { offers, held } = replayed(subject, [rival]);
    expect(offers).toBe(1);
    expect([...held]).toEqual([['attention-budget/visit', 1]]);
  });

  test('of one moment, to the better offer', () => {
    const subject = contender('small', 'cafe', [fire('a', 0)]);
    const rival = contender('large', 'shoes', [fire('a', 0)], 5_000);
    expect(replayed(subject, [rival]).offers).toBe(0);
    expect(replayed(rival, [subject]).offers).toBe(1);
  });

  test('tells day, tenant and spacing apart', () => {
    const twice = contender('coffee', 'cafe', [fire('a', 0, { visit: '1' }), fire('a', 300 * MINUTE, { visit: '2' })]);
    // Not kept apart by the campaign's own cooldown.
    twice.campaign.cooldownMinutes = 0;
    expect([...replayed(twice, [], { pushesPerDay: 1 }).held.keys()]).toEqual(['attention-budget/day']);
    expect([...replayed(twice, []).held.keys()]).toEqual(['attention-budget/tenant-day']);
    const spaced = { pushesPerTenantPerDay: 5, minSpacingMinutes: 400 };
    expect([...replayed(twice, [], spaced).held.keys()]).toEqual(['attention-budget/spacing']);
    expect(replayed(twice, [], { pushesPerTenantPerDay: 5 })).toMatchObject({ offers: 2 });
  });

  test('control is drawn for each person, and takes nothing of the budget', () => {
    const fires = Array.from({ length: 400 }, (_, i) => fire(`p${i}`, i * MINUTE));
    const subject = contender('coffee', 'cafe', fires);
    subject.campaign.controlShare = 0.25;
    const { control, offers } = replayed(subject, []);
    expect(control + offers).toBe(400);
    expect(control).toBeGreaterThan(70);
    expect(control).toBeLessThan(130);
  });
});

test('a zone stands since it was drawn as it is now', () => {
  const now = couponAt('front', circle(0, 0, 5));
  const model = (zones: SiteModel['zones']) => ({ zones }) as SiteModel;
  const before = couponAt('front', circle(0, 0, 9));
  const timeline = [
    { effectiveFromMs: 0, model: model([before]) },
    { effectiveFromMs: 100, model: model([now]) },
    { effectiveFromMs: 200, model: model([now]) },
  ];
  expect(stoodSinceMs(timeline, now)).toBe(100);
  expect(stoodSinceMs(timeline.slice(1), now)).toBe(Number.NEGATIVE_INFINITY);
  expect(stoodSinceMs(timeline, before)).toBe(Number.POSITIVE_INFINITY);
});

test('a tenant is not told in which of the others’ zones people were', () => {
  const told = {
    spill: [
      { zoneId: 'hall', share: 0.1 },
      { zoneId: 'rival', share: 0.2 },
      { zoneId: null, share: 0.05 },
    ],
    warnings: [
      { code: 'spill', zoneId: 'rival', params: { place: 'Rival' }, words: 'Rival' },
      { code: 'spill', zoneId: 'hall', params: {}, words: '' },
      { code: 'no-history', zoneId: null, params: {}, words: '' },
    ],
  } as unknown as Rehearsal;
  const own = forTenant(told, (zoneId) => zoneId === 'hall');
  expect(own.spill).toEqual([
    { zoneId: null, share: 0.25 },
    { zoneId: 'hall', share: 0.1 },
  ]);
  expect(JSON.stringify(own).toLowerCase()).not.toContain('rival');
});

describe('zones of few people', () => {
  const days = [0, 1].map((day) => ({ day, startMs: day * 86_400_000, endMs: (day + 1) * 86_400_000 }));
  const firesOf = (people: Record<string, number>): Fire[] =>
    Object.entries(people).flatMap(([zoneId, n]) =>
      Array.from({ length: n }, (_, i): Fire => {
        const person = `${zoneId}-${i}`;
        return { atMs: i, day: 0, zoneId, person, carrierId: person, visit: person };
      }),
    );
  const answered = (zoneIds: string[], fires: Fire[]) => {
    const zones = zoneIds.map((id) => couponAt(id, circle(10, 10, 4)));
    return answerOf({
      campaignId: 'spring',
      rehearsedAtMs: 0,
      iso: String,
      history: {
        fromMs: 0,
        toMs: 2 * 86_400_000,
        days,
        lowCoverage: 0,
        closed: 0,
        zones: zones.map((zone) => ({ zone, basis: 'stays' as const })),
        isOpen: () => true,
        dayOf: () => 0,
      },
      fires,
      weight: 1,
      scale: null,
      byDay: new Map(),
      reach: null,
      zones: zones.map(({ id }) => ({
        zoneId: id,
        name: id,
        radiusM: 4,
        error: undefined,
        falseFires: { value: 0.1, low: 0, high: 0.2, spill: new Map() },
      })),
      placeName: String,
      unknownConditions: [],
      hasBaskets: false,
      k: 10,
    });
  };
  const told = (people: Record<string, number>) => {
    const { zones, triggersPerDay } = answered(Object.keys(people), firesOf(people));
    expect(triggersPerDay).not.toBeNull();
    return Object.fromEntries(
      zones.map((one) => {
        expect(one.falseFireShare === null).toBe(one.triggersPerDay === null);
        return [one.zoneId, one.triggersPerDay];
      }),
    );
  };

  test('are not told, nor is what would give them away', () => {
    expect(told({ door: 40, window: 20, till: 3 })).toEqual({ door: 20, window: null, till: null });
    expect(told({ door: 40, window: 3, till: 2 })).toEqual({ door: 20, window: null, till: null });
    expect(told({ door: 40, window: 20, till: 0 })).toEqual({ door: 20, window: 10, till: 0 });
    expect(told({ door: 40, till: 3, wall: 0 })).toEqual({ door: null, till: null, wall: 0 });
  });

  test('are not told either where hashes of a day make a regular as many people as days', () => {
    const once = (i: number, carrierId: string): Fire => {
      return { atMs: i, day: i, zoneId: 'door', person: `${i} hash`, carrierId, visit: `${i} hash` };
    };
    const regular = Array.from({ length: 28 }, (_, i) => once(i, 'c-1'));
    expect(answered(['door'], regular)).toMatchObject({ distinctShoppers: null, triggersPerDay: null });
    const several = Array.from({ length: 28 }, (_, i) => once(i, `c-${i % 14}`));
    expect(answered(['door'], several)).toMatchObject({ distinctShoppers: 14 });
  });
});
