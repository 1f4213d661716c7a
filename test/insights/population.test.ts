/** Who is compared, what is told of them, and what is not. */
import { describe, expect, test } from 'vitest';
import { abTest } from '../../server/insights/abTest.ts';
import { oddDropout, oddRatio, regimeOf, WINDOW_MS } from '../../server/insights/population.ts';
import { type DrawnShopper, type ProofQuestion, proofOf } from '../../server/insights/proof.ts';

const spread = (i: number): number => (i * 0.618_033_988_749) % 1;
const drawn = (i: number, controlShare: number, firstMs = i * 1_000) => ({
  treated: spread(i) >= controlShare,
  firstMs,
  unit: spread(i),
});
const many = (n: number, controlShare: number, from = 0) =>
  Array.from({ length: n }, (_, i) => drawn(from + i, controlShare));

describe('one share of control at a time', () => {
  test('all of one share are compared', () => {
    const regime = regimeOf(many(300, 0.1).reverse(), 0.1);
    expect(regime.drawn).toHaveLength(300);
    expect(regime.drawn[0]!.firstMs).toBe(0);
    expect(regime.controlShare).toBe(0.1);
  });

  test('after a change of the share only those drawn under the new one', () => {
    for (const [before, after] of [
      [0, 0.2],
      [0.5, 0.2],
    ] as const) {
      const { drawn: kept, controlShare } = regimeOf([...many(200, before), ...many(200, after, 200)], after);
      expect(controlShare).toBe(after);
      expect(kept.length).toBeGreaterThanOrEqual(200);
      expect(kept.length).toBeLessThan(210);
      expect(kept.every(({ treated, unit }) => treated === unit >= after)).toBe(true);
    }
  });

  test('a campaign that goes on without control keeps what it has proved', () => {
    const { drawn: kept, controlShare } = regimeOf([...many(400, 0.2), ...many(300, 0, 400)], 0);
    expect(controlShare).toBeCloseTo(0.2, 1);
    expect(kept.length).toBeGreaterThan(385);
    expect(kept.length).toBeLessThanOrEqual(400);
    expect(kept.every(({ treated, unit }) => treated === unit >= controlShare)).toBe(true);
  });

  test('nobody, and nobody in control', () => {
    expect(regimeOf([], 0.1)).toEqual({ drawn: [], controlShare: 0.1 });
    expect(regimeOf(many(50, 0), 0).drawn).toHaveLength(50);
  });
});

test('sides that the draw does not explain, and shoppers who go silent on one side, are said', () => {
  const fair = many(1_000, 0.1);
  expect(oddRatio({ drawn: fair, controlShare: 0.1 })).toBe(false);
  // Somebody deletes half of control.
  const lost = fair.filter(({ treated }, i) => treated || i % 2 === 0);
  expect(oddRatio({ drawn: lost, controlShare: 0.1 })).toBe(true);
  const heard = (treatedLoss: number, controlLoss: number) =>
    fair.map(({ treated }, i) => ({ treated, heardToEnd: (i % 100) / 100 >= (treated ? treatedLoss : controlLoss) }));
  expect(oddDropout(heard(0.1, 0.1))).toBe(false);
  expect(oddDropout(heard(0.3, 0))).toBe(true);
});

const NOW = 1_000 * 86_400_000;
const shopper = (i: number, given: Partial<DrawnShopper> = {}): DrawnShopper => {
  const base = drawn(i, 0.3, NOW - WINDOW_MS - 86_400_000 + i);
  return {
    ...base,
    variant: base.treated ? 'a' : null,
    redeemedInWindow: false,
    heardToEnd: true,
    visitsBefore: i % 3,
    visits: i % 4,
    salesBeforeMinor: 0,
    salesMinor: (i % 4) * 1_000,
    ...given,
  };
};
const question = (shoppers: DrawnShopper[], given: Partial<ProofQuestion> = {}): ProofQuestion => ({
  campaign: { id: 'spring', controlShare: 0.3, variants: [] },
  shoppers,
  settledMs: NOW,
  visitsFromMs: 0,
  hasShop: true,
  hasSales: true,
  k: 10,
  ...given,
});

describe('what is told', () => {
  test('shoppers whose days are not over wait, whatever they did', () => {
    const over = Array.from({ length: 200 }, (_, i) => shopper(i));
    const waiting = Array.from({ length: 50 }, (_, i) =>
      shopper(200 + i, { firstMs: NOW - 86_400_000 + i, visits: 1_000, salesMinor: 9_000_000 }),
    );
    const told = proofOf(question([...over, ...waiting]));
    expect(told.waiting).toBe(50);
    expect(told.incrementalVisits).toEqual(proofOf(question(over)).incrementalVisits);
    expect(told.incrementalSalesMinor).toEqual(proofOf(question(over)).incrementalSalesMinor);
  });

  test('who went silent is left out of the mean of visits, and counts in the sum and in sales', () => {
    const all = Array.from({ length: 300 }, (_, i) => shopper(i, { heardToEnd: i % 10 > 0 }));
    const told = proofOf(question(all));
    const treated = all.filter((one) => one.treated).length;
    expect(told.shoppers).toEqual({ treated, control: 300 - treated });
    const { perShopper, effect, shoppers } = told.incrementalVisits;
    expect(effect!.value).toBeCloseTo(perShopper!.value * treated, 6);
    expect(shoppers!.treated + shoppers!.control).toBe(270);
    expect(told.incrementalSalesMinor.shoppers).toEqual(told.shoppers);
  });

  test('below k on either side nothing of them is told', () => {
    const told = proofOf(question(Array.from({ length: 28 }, (_, i) => shopper(i))));
    expect(told.shoppers.control).toBeNull();
    for (const finding of [told.incrementalVisits, told.incrementalSalesMinor])
      expect(finding).toMatchObject({
        state: 'not-enough',
        why: 'too-few',
        effect: null,
        perShopper: null,
        controlMean: null,
        shoppers: null,
      });
  });

  test('without control, without a shop and without sales to compare: said so, never zero', () => {
    const all = Array.from({ length: 200 }, (_, i) => shopper(i, { treated: true }));
    const told = proofOf(question(all, { campaign: { id: 'spring', controlShare: 0, variants: [] }, hasSales: false }));
    expect(told.incrementalVisits).toMatchObject({ state: 'not-enough', why: 'no-control', moreShoppers: null });
    expect(told.incrementalSalesMinor).toMatchObject({ state: 'not-enough', why: 'no-data', moreShoppers: null });
  });

  test('variants are counted from when all of them were drawn', () => {
    const all = Array.from({ length: 600 }, (_, i) => {
      const early = i < 200;
      const variant = early || i % 2 === 0 ? 'a' : 'b';
      return shopper(i, { treated: true, variant, redeemedInWindow: early || (variant === 'b' && i % 3 === 0) });
    });
    const { ab } = proofOf(
      question(all, { campaign: { id: 'spring', controlShare: 0, variants: [{ id: 'b' } as never] } }),
    );
    expect(ab!.variants.map(({ id, shoppers, redeemed }) => [id, shoppers, redeemed])).toEqual([
      ['a', 199, 0],
      ['b', 200, 67],
    ]);
    expect(ab!.comparisons).toMatchObject([{ variant: 'b', decision: 'better' }]);
  });
});

test('variants of few shoppers are not told, and several share the risk', () => {
  const few = abTest(
    [
      { id: 'a', shoppers: 9, redeemed: 9 },
      { id: 'b', shoppers: 500, redeemed: 5 },
    ],
    10,
  )!;
  expect(few.variants[0]).toEqual({ id: 'a', shoppers: null, redeemed: null, rate: null });
  expect(few.comparisons).toEqual([{ variant: 'b', difference: null, decision: 'undecided' }]);
  const a = { id: 'a', shoppers: 400, redeemed: 40 };
  const b = { id: 'b', shoppers: 400, redeemed: 60 };
  const width = (counts: Parameters<typeof abTest>[0]) => {
    const { high, low } = abTest(counts, 10)!.comparisons[0]!.difference!;
    return high - low;
  };
  expect(width([a, b, { ...b, id: 'c' }])).toBeGreaterThan(width([a, b]));
  expect(abTest([a], 10)).toBeNull();
});
