/** Repeat-purchase rate: of the known customers who bought in the period, the share with two orders in it or more. Pure. */
import type { ShopFigure } from '../../contract/proof.ts';
import { wilson } from '../../metrics/bands.ts';
import { type Definition, knownCustomers, type Order, shown } from './figure.ts';

export const repeatPurchaseRateDefinition: Definition = {
  name: 'repeatPurchaseRate',
  definition:
    'Of the customers who bought in the period and are known again, the share who did so at least twice in it; guests are left out.',
  interval: 'Wilson; shown from k customers on.',
};

export function repeatPurchaseRate(orders: readonly Order[], k: number): ShopFigure {
  const customers = knownCustomers(orders);
  return shown(customers.length, k, () => {
    const value = customers.filter((own) => own.length > 1).length / customers.length;
    return { value, ...wilson(value, customers.length) };
  });
}
