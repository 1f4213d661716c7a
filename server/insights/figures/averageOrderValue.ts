/** Average order value: what was paid ÷ orders, of the orders of the period. Pure. */
import type { ShopFigure } from '../../contract/proof.ts';
import { ratioInterval } from '../ratio.ts';
import { byCustomer, type Definition, type Order, shown } from './figure.ts';

export const averageOrderValueDefinition: Definition = {
  name: 'averageOrderValueMinor',
  definition: 'What was paid after discounts ÷ orders, of the orders of the period, in minor units of the currency.',
  interval: 'Bootstrap-t over customers, each guest one of their own; shown from k customers on.',
};

export function averageOrderValue(orders: readonly Order[], k: number): ShopFigure {
  const customers = byCustomer(orders);
  return {
    ...shown(customers.length, k, () => {
      const { value, low, high } = ratioInterval(
        customers.map((own) => ({ x: own.length, y: own.reduce((sum, { amountMinor }) => sum + amountMinor, 0) })),
      );
      return { value, low: Math.max(0, low), high };
    }),
    ...(customers.length >= k ? { n: orders.length } : {}),
  };
}
