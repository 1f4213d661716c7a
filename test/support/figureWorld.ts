/** Customers of a shop whose figures are known, and how often the intervals of those figures hold them. Seeded. */
import type { ShopFigure } from '../../server/contract/proof.ts';
import { averageOrderValue } from '../../server/insights/figures/averageOrderValue.ts';
import type { Order } from '../../server/insights/figures/figure.ts';
import { guestShare } from '../../server/insights/figures/guestShare.ts';
import { lifetimeValue } from '../../server/insights/figures/lifetimeValue.ts';
import { nps } from '../../server/insights/figures/nps.ts';
import { purchaseFrequency } from '../../server/insights/figures/purchaseFrequency.ts';
import { repeatPurchaseRate } from '../../server/insights/figures/repeatPurchaseRate.ts';
import { lognormal, poisson } from '../../simulators/random.ts';
import { seededRandom } from './random.ts';

const K = 10;
const MORE_ORDERS = 0.7;
const GUESTS_PER_CUSTOMER = 0.6;
const MEDIAN = 2_000;
const SIGMA = 0.8;
const PROMOTERS = 0.5;
const NEUTRAL = 0.3;

const basketMean = MEDIAN * Math.exp(SIGMA ** 2 / 2);
/** Orders of customers and guests alike. */
export const FIGURE_TRUTHS = {
  averageOrderValueMinor: basketMean,
  purchaseFrequency: 1 + MORE_ORDERS,
  repeatPurchaseRate: 1 - Math.exp(-MORE_ORDERS),
  guestShare: GUESTS_PER_CUSTOMER / (GUESTS_PER_CUSTOMER + 1 + MORE_ORDERS),
  lifetimeValueMinor: (1 + MORE_ORDERS) * basketMean,
  nps: 100 * (PROMOTERS - (1 - PROMOTERS - NEUTRAL)),
};
export type FigureName = keyof typeof FIGURE_TRUTHS;

/** Which intervals hold the truth; undefined: not told. */
export function runFigures(seed: number, customers: number): Record<FigureName, boolean | undefined> {
  const random = seededRandom(seed);
  const orders: Order[] = [];
  const totals: number[] = [];
  const people = Math.round(customers * (1 + GUESTS_PER_CUSTOMER));
  // Customers and guests come as they come: neither number is fixed.
  for (let i = 0; i < people; i++) {
    if (random() < GUESTS_PER_CUSTOMER / (1 + GUESTS_PER_CUSTOMER)) {
      orders.push({ customer: null, amountMinor: Math.round(lognormal(random, MEDIAN, SIGMA)) });
      continue;
    }
    const own = Array.from({ length: 1 + poisson(random, MORE_ORDERS) }, () => ({
      customer: `x-${i}`,
      amountMinor: Math.round(lognormal(random, MEDIAN, SIGMA)),
    }));
    orders.push(...own);
    totals.push(own.reduce((sum, { amountMinor }) => sum + amountMinor, 0));
  }
  const scores = Array.from({ length: customers }, () => {
    const draw = random();
    return draw < PROMOTERS ? 9 : draw < PROMOTERS + NEUTRAL ? 7 : 3;
  });
  const figures: Record<FigureName, ShopFigure> = {
    averageOrderValueMinor: averageOrderValue(orders, K),
    purchaseFrequency: purchaseFrequency(orders, K),
    repeatPurchaseRate: repeatPurchaseRate(orders, K),
    guestShare: guestShare(orders, K),
    lifetimeValueMinor: lifetimeValue(totals, K),
    nps: nps(scores, K),
  };
  return Object.fromEntries(
    Object.entries(figures).map(([name, { low, high }]) => {
      const truth = FIGURE_TRUTHS[name as FigureName];
      return [name, low === null || high === null ? undefined : low <= truth && truth <= high];
    }),
  ) as Record<FigureName, boolean | undefined>;
}
