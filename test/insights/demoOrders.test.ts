/** What the demo's shops sold is what the server takes, and fills their figures. */
import { expect, test } from 'vitest';
import { orderInput } from '../../server/contract/orders.ts';
import { averageOrderValue } from '../../server/insights/figures/averageOrderValue.ts';
import { guestShare } from '../../server/insights/figures/guestShare.ts';
import { repeatPurchaseRate } from '../../server/insights/figures/repeatPurchaseRate.ts';
import { loadScenario } from '../../simulators/loadScenario.ts';
import { ordersOf } from '../../simulators/orders.ts';

const DAY_MS = 86_400_000;
const FROM = Date.parse('2026-05-04T00:00:00Z');

test('every shop of the demo sells, under numbers that stay the same', () => {
  const scenario = loadScenario('demo-mall');
  const span = { seed: 1, fromMs: FROM, untilMs: FROM + 7 * DAY_MS };
  const orders = ordersOf(scenario, span);
  for (const order of orders) expect(orderInput.safeParse(order).success, JSON.stringify(order)).toBe(true);
  expect(new Set(orders.map(({ tenant, id }) => `${tenant} ${id}`)).size).toBe(orders.length);
  expect(new Set(orders.map(({ zone }) => zone)).size).toBe(scenario.shops.length);
  // History that was interrupted and begins a day later sells the same on the days that it plays.
  const later = ordersOf(scenario, { ...span, fromMs: FROM + DAY_MS });
  const key = (order: object) => JSON.stringify(order);
  const all = new Set(orders.map(key));
  expect(later.length).toBeGreaterThan(orders.length / 2);
  expect(later.every((order) => all.has(key(order)))).toBe(true);

  const busiest = [...scenario.shops].sort((a, b) => b.popularity - a.popularity)[0]!;
  const sold = orders
    .filter(({ zone }) => zone === busiest.id)
    .map(({ customerId, amountMinor }) => ({ customer: customerId, amountMinor }));
  for (const figure of [averageOrderValue, guestShare, repeatPurchaseRate])
    expect(figure(sold, 10).value).toBeGreaterThan(0);
});
