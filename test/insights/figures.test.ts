/** Figures of a shop on orders that are counted by hand. */
import { expect, test } from 'vitest';
import { SHOP_FIGURES } from '../../server/contract/proof.ts';
import { averageOrderValue } from '../../server/insights/figures/averageOrderValue.ts';
import { conversionRate } from '../../server/insights/figures/conversionRate.ts';
import type { Order } from '../../server/insights/figures/figure.ts';
import { guestShare } from '../../server/insights/figures/guestShare.ts';
import { FIGURE_DEFINITIONS } from '../../server/insights/figures/index.ts';
import { lifetimeValue } from '../../server/insights/figures/lifetimeValue.ts';
import { nps } from '../../server/insights/figures/nps.ts';
import { purchaseFrequency } from '../../server/insights/figures/purchaseFrequency.ts';
import { repeatPurchaseRate } from '../../server/insights/figures/repeatPurchaseRate.ts';

/** Ten customers, of whom every second bought twice, and five guests. */
const orders: Order[] = [
  ...Array.from({ length: 10 }, (_, i) => ({ customer: `x-${i}`, amountMinor: 1_000 })),
  ...Array.from({ length: 5 }, (_, i) => ({ customer: `x-${2 * i}`, amountMinor: 3_000 })),
  ...Array.from({ length: 5 }, () => ({ customer: null, amountMinor: 2_000 })),
];

test('each figure as defined, between its ends', () => {
  const told = {
    averageOrderValueMinor: [averageOrderValue(orders, 10), 35_000 / 20, 20],
    purchaseFrequency: [purchaseFrequency(orders, 10), 1.5, 10],
    repeatPurchaseRate: [repeatPurchaseRate(orders, 10), 0.5, 10],
    guestShare: [guestShare(orders, 10), 0.25, 20],
    lifetimeValueMinor: [
      lifetimeValue(
        Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 4_000 : 1_000)),
        10,
      ),
      2_500,
      10,
    ],
    nps: [nps([10, 9, 9, 9, 9, 8, 7, 6, 0, 3], 10), 20, 10],
  } as const;
  for (const [name, [figure, value, n]] of Object.entries(told)) {
    expect(figure.value, name).toBeCloseTo(value, 9);
    expect(figure.n, name).toBe(n);
    expect(figure.low!, name).toBeLessThan(value);
    expect(figure.high!, name).toBeGreaterThan(value);
  }
});

test('below k nothing is told, not even of how many; of nobody, that there was nobody', () => {
  const few = orders.slice(0, 9);
  for (const figure of [averageOrderValue, purchaseFrequency, repeatPurchaseRate, guestShare]) {
    expect(figure(few, 10)).toEqual({ value: null, low: null, high: null, n: null });
    expect(figure([], 10)).toEqual({ value: null, low: null, high: null, n: 0 });
  }
  // One who buys all the time is one, however many the orders.
  const one = Array.from({ length: 50 }, () => ({ customer: 'x-1', amountMinor: 1_000 }));
  expect(averageOrderValue(one, 10)).toEqual({ value: null, low: null, high: null, n: null });
  expect(guestShare(one, 10).value).toBeNull();
  expect(nps([10, 10, 10], 10).value).toBeNull();
});

test('where all are alike the interval does not shrink to nothing', () => {
  const once = Array.from({ length: 20 }, (_, i) => ({ customer: `x-${i}`, amountMinor: 1_000 }));
  expect(purchaseFrequency(once, 10)).toMatchObject({ value: 1, low: 1, high: 1.15 });
  expect(repeatPurchaseRate(once, 10).high).toBeGreaterThan(0.1);
  const { low, high } = nps(
    Array.from({ length: 20 }, () => 10),
    10,
  );
  expect([low! < 90, high]).toEqual([true, 100]);
});

test('conversion counts people where counts tell of them, else known shoppers, and says which', () => {
  const visits = { value: 300, low: 270, high: 330 };
  const peoplePerCarrier = { value: 4, low: 3.5, high: 4.6 };
  const identified = { came: 40, bought: 10 };
  const people = conversionRate({ orders: 240, visits, peoplePerCarrier, identified }, 10);
  expect(people).toMatchObject({ value: 0.2, basis: 'people', n: 300 });
  // No narrower than the ratio alone allows.
  expect(people.low!).toBeLessThan(0.2 * (4 / 4.6));
  expect(people.high!).toBeGreaterThan(0.2 * (4 / 3.5));
  for (const lacking of [{ orders: null }, { visits: null }, { peoplePerCarrier: null }])
    expect(conversionRate({ orders: 240, visits, peoplePerCarrier, identified, ...lacking }, 10)).toMatchObject({
      value: 0.25,
      basis: 'identified',
      n: 40,
    });
  const nobody = { orders: null, visits: null, peoplePerCarrier: null, identified: { came: 0, bought: 0 } };
  expect(conversionRate(nobody, 10)).toEqual({ value: null, low: null, high: null, n: 0, basis: null });
  expect(conversionRate({ orders: 0, visits, peoplePerCarrier, identified }, 10)).toMatchObject({ value: 0, low: 0 });
});

test('every figure that is answered is explained', () => {
  expect(FIGURE_DEFINITIONS.map(({ name }) => name).sort()).toEqual([...SHOP_FIGURES].sort());
});
