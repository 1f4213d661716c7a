import { describe, expect, test } from 'vitest';
import {
  priorOf,
  type RankSignals,
  type RatePrior,
  rank,
  rateOf,
  relevanceOf,
} from '../../server/campaigns/ranking.ts';
import { audience } from '../../server/contract/campaigns.ts';
import { seededRandom } from '../support/random.ts';
import { NOW } from './world.ts';

const DAY = 86_400_000;
const PRIOR: RatePrior = { mean: 0.1, strength: 20 };
const signals = (id: string, given: Partial<RankSignals> = {}): RankSignals => ({
  campaign: { id, tenantId: id, audience: null },
  value: { type: 'amount', amountMinor: 500 },
  trigger: { type: 'entered' },
  distanceM: 0,
  profile: undefined,
  lastRedemptionOfTenantMs: null,
  redemptions: { sent: 0, redeemed: 0 },
  tenantShare: 0,
  campaignShare: 0,
  lastPushMs: null,
  ...given,
});
const order = (...contenders: RankSignals[]): string[] =>
  rank(contenders, PRIOR, NOW).map((one) => one.signals.campaign.id);

describe('what counts for a campaign', () => {
  const sporty = { id: 'fit', tenantId: 'fit', audience: audience.parse({ interests: ['sport', 'shoes'] }) };
  test.each<[string, Partial<RankSignals>, Partial<RankSignals>]>([
    ['shared interests', { campaign: sporty, profile: { interests: ['sport'], brands: [] } }, { campaign: sporty }],
    [
      'a favourite brand, however it is written',
      {
        campaign: { ...sporty, audience: audience.parse({ brands: ['Nike'] }) },
        profile: { interests: [], brands: [' nike'] },
      },
      {},
    ],
    ['being inside the zone', {}, { distanceM: 5 }],
    ['a long stay', { trigger: { type: 'dwelled', dwellSeconds: 120 } }, { trigger: { type: 'entered' } }],
    ['coming, not going', {}, { trigger: { type: 'exited' } }],
    [
      'a redemption last week',
      { lastRedemptionOfTenantMs: NOW - 7 * DAY },
      { lastRedemptionOfTenantMs: NOW - 90 * DAY },
    ],
    ['a redemption long ago', { lastRedemptionOfTenantMs: NOW - 90 * DAY }, {}],
  ])('%s', (_name, more, less) => {
    expect(relevanceOf(signals('a', more), NOW)).toBeGreaterThan(relevanceOf(signals('a', less), NOW));
    expect(order(signals('a', less), signals('b', more))[0]).toBe((more.campaign ?? { id: 'b' }).id);
  });

  test('relevance stays within 0 to 4.5, so that no one thing decides alone', () => {
    const most = signals('a', {
      campaign: { id: 'a', tenantId: 'a', audience: audience.parse({ interests: ['sport'], brands: ['Nike'] }) },
      profile: { interests: ['sport'], brands: ['nike'] },
      trigger: { type: 'dwelled', dwellSeconds: 3_600 },
      lastRedemptionOfTenantMs: NOW,
    });
    expect(relevanceOf(most, NOW)).toBeCloseTo(4.5, 6);
    expect(relevanceOf(signals('a', { distanceM: 100, trigger: { type: 'exited' } }), NOW)).toBeCloseTo(0.8 / 11, 6);
  });

  test('what the shopper saves, and a rate that was earned', () => {
    expect(order(signals('a'), signals('b', { value: { type: 'amount', amountMinor: 501 } }))[0]).toBe('b');
    expect(
      order(
        signals('a'),
        signals('b', { redemptions: { sent: 100, redeemed: 30 } }),
        signals('c', { redemptions: { sent: 100, redeemed: 2 } }),
      ),
    ).toEqual(['b', 'a', 'c']);
  });

  test('a value that is claimed beyond measure counts five times the typical one', () => {
    const claimed = (amountMinor: number) =>
      rank([signals('a'), signals('b', { value: { type: 'amount', amountMinor } })], PRIOR, NOW);
    const [first, second] = claimed(100_000_000);
    expect(first!.signals.campaign.id).toBe('b');
    expect(first!.score / second!.score).toBeCloseTo(5, 9);
    expect(claimed(1_500)[0]!.score / claimed(1_500)[1]!.score).toBeCloseTo(3, 9);
  });

  test('an offer without a value counts as the typical one of those that compete', () => {
    const cheap = signals('cheap', { value: { type: 'amount', amountMinor: 100 } });
    const dear = signals('dear', { value: { type: 'percent', percent: 20, maxAmountMinor: 900 } });
    const middle = signals('middle', { value: { type: 'amount', amountMinor: 400 } });
    expect(order(signals('none', { value: null }), cheap, middle, dear).indexOf('none')).toBeGreaterThan(0);
    const scores = rank([signals('none', { value: null }), middle, cheap, dear], PRIOR, NOW);
    const scoreOf = (id: string) => scores.find((one) => one.signals.campaign.id === id)!.score;
    expect(scoreOf('none')).toBe(scoreOf('middle'));
  });
});

describe('empirical Bayes', () => {
  test('a mall without history starts at one in ten; little history moves it little', () => {
    expect(priorOf([])).toEqual({ mean: 0.1, strength: 20 });
    expect(rateOf({ sent: 0, redeemed: 0 }, PRIOR)).toBeCloseTo(0.1, 9);
    expect(rateOf({ sent: 1, redeemed: 1 }, PRIOR)).toBeCloseTo(3 / 21, 9);
    expect(rateOf({ sent: 100_000, redeemed: 30_000 }, PRIOR)).toBeCloseTo(0.3, 3);
  });

  test('finds mean and strength of rates that were drawn', () => {
    const random = seededRandom(11);
    // Beta(8, 32) has mean 0.2 and strength 40: as order statistics of uniforms.
    const beta = (): number => Array.from({ length: 39 }, random).sort((a, b) => a - b)[7]!;
    const campaigns = Array.from({ length: 400 }, () => {
      const rate = beta();
      const sent = 50 + Math.floor(random() * 400);
      let redeemed = 0;
      for (let i = 0; i < sent; i++) if (random() < rate) redeemed++;
      return { sent, redeemed };
    });
    const prior = priorOf(campaigns);
    expect(prior.mean).toBeGreaterThan(0.185);
    expect(prior.mean).toBeLessThan(0.215);
    expect(prior.strength).toBeGreaterThan(25);
    expect(prior.strength).toBeLessThan(65);
  });

  test('campaigns that are all alike make the mean strong; it stays bounded', () => {
    const alike = Array.from({ length: 10 }, () => ({ sent: 1_000, redeemed: 100 }));
    expect(priorOf(alike).strength).toBe(1_000);
    const extremes = [0, 1_000, 0, 1_000].map((redeemed) => ({ sent: 1_000, redeemed }));
    expect(priorOf(extremes).strength).toBe(10);
  });
});

/** Pushes one after another, each to the best; shares are of all pushes so far. */
function play(campaigns: { id: string; tenantId: string; amountMinor: number }[], rounds: number): string[] {
  const sent: string[] = [];
  const tenantOf = new Map(campaigns.map(({ id, tenantId }) => [id, tenantId]));
  for (let round = 0; round < rounds; round++) {
    const share = (test_: (id: string) => boolean) => (sent.length === 0 ? 0 : sent.filter(test_).length / sent.length);
    const best = rank(
      campaigns.map(({ id, tenantId, amountMinor }) =>
        signals(id, {
          campaign: { id, tenantId, audience: null },
          value: { type: 'amount', amountMinor },
          tenantShare: share((one) => tenantOf.get(one) === tenantId),
          campaignShare: share((one) => one === id),
          lastPushMs: sent.includes(id) ? sent.lastIndexOf(id) : null,
        }),
      ),
      PRIOR,
      NOW,
    )[0]!;
    sent.push(best.signals.campaign.id);
  }
  return sent;
}

describe('fair rotation', () => {
  test('equal campaigns take turns', () => {
    const sent = play(
      ['a', 'b', 'c'].map((id) => ({ id, tenantId: id, amountMinor: 500 })),
      30,
    );
    for (const id of ['a', 'b', 'c']) expect(sent.filter((one) => one === id)).toHaveLength(10);
    for (let i = 0; i < 30; i += 3) expect(new Set(sent.slice(i, i + 3)).size).toBe(3);
  });

  test('a tenant with four equal campaigns gets no four places', () => {
    const many = ['b1', 'b2', 'b3', 'b4'].map((id) => ({ id, tenantId: 'b', amountMinor: 500 }));
    const sent = play([{ id: 'a', tenantId: 'a', amountMinor: 500 }, ...many], 200);
    const ofA = sent.filter((one) => one === 'a').length;
    expect(ofA).toBeGreaterThan(70);
    expect(ofA).toBeLessThan(110);
    for (const { id } of many) expect(sent.filter((one) => one === id).length).toBeGreaterThan(20);
  });

  test('one that is worth a little less gets less, but does not starve; one that is worth far less does not win by waiting', () => {
    const close = play(
      [
        { id: 'a', tenantId: 'a', amountMinor: 500 },
        { id: 'b', tenantId: 'b', amountMinor: 400 },
      ],
      100,
    );
    const ofB = close.filter((one) => one === 'b').length;
    expect(ofB).toBeGreaterThan(20);
    expect(ofB).toBeLessThan(50);
    const far = play(
      [
        { id: 'a', tenantId: 'a', amountMinor: 5_000 },
        { id: 'b', tenantId: 'b', amountMinor: 400 },
      ],
      100,
    );
    expect(far).not.toContain('b');
  });

  test('the same contenders in any order give the same order', () => {
    const contenders = ['d', 'a', 'c', 'b'].map((id, i) => signals(id, { lastPushMs: i === 3 ? null : NOW - 1_000 }));
    const random = seededRandom(3);
    for (let i = 0; i < 20; i++)
      expect(order(...[...contenders].sort(() => random() - 0.5))).toEqual(['b', 'a', 'c', 'd']);
  });
});
