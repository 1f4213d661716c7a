/** Purchase frequency: orders of known customers ÷ known customers who bought, in the period. Pure. */
import type { ShopFigure } from '../../contract/proof.ts';
import { ratioInterval } from '../ratio.ts';
import { type Definition, knownCustomers, type Order, shown } from './figure.ts';

export const purchaseFrequencyDefinition: Definition = {
  name: 'purchaseFrequency',
  definition:
    'Orders ÷ customers who bought, in the period, of customers who are known again by a number of the shop’s or by their app; guests are left out.',
  interval: 'Bootstrap-t over customers; shown from k customers on.',
};

/** Where nobody bought twice: at most this many of n might, 95 times of 100. */
const RULE_OF_THREE = 3;

export function purchaseFrequency(orders: readonly Order[], k: number): ShopFigure {
  const customers = knownCustomers(orders);
  return shown(customers.length, k, () => {
    const interval = ratioInterval(customers.map((own) => ({ x: 1, y: own.length })));
    return {
      value: interval.value,
      low: Math.max(1, interval.low),
      high: Math.max(
        interval.high,
        interval.value + (interval.high === interval.low ? RULE_OF_THREE / customers.length : 0),
      ),
    };
  });
}
