/** Guest share: orders of nobody who would be known again ÷ orders, of the period. Pure. */
import type { ShopFigure } from '../../contract/proof.ts';
import { wilson } from '../../metrics/bands.ts';
import { byCustomer, type Definition, type Order, shown } from './figure.ts';

export const guestShareDefinition: Definition = {
  name: 'guestShare',
  definition: 'Orders without a customer who is known again ÷ orders, of the orders of the period.',
  interval: 'Wilson, with as many orders as they are worth where customers buy repeatedly; shown from k orders on.',
};

export function guestShare(orders: readonly Order[], k: number): ShopFigure {
  const customers = byCustomer(orders);
  const shownShare = shown(customers.length, k, () => {
    const n = orders.length;
    const value = orders.filter(({ customer }) => customer === null).length / n;
    // Ratio of sums over customers: their orders are all of one kind.
    const squares = customers.reduce((sum, own) => {
      const residual = own.length * ((own[0]!.customer === null ? 1 : 0) - value);
      return sum + residual * residual;
    }, 0);
    const plain = n * value * (1 - value);
    const effective = plain > 0 ? n / Math.max(1, squares / plain) : customers.length;
    return { value, ...wilson(value, effective) };
  });
  return shownShare.value === null ? shownShare : { ...shownShare, n: orders.length };
}
