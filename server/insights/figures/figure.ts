/** What the figures of a shop share. Pure. */
import type { ShopFigure } from '../../contract/proof.ts';

export interface Definition {
  name: string;
  definition: string;
  interval: string;
}

/** One order of the period. */
export interface Order {
  /** Null: a guest. */
  customer: string | null;
  amountMinor: number;
}

export const UNKNOWN: ShopFigure = { value: null, low: null, high: null, n: null };
export const NONE: ShopFigure = { value: null, low: null, high: null, n: 0 };

/** `n`: how many people or orders stand behind it. */
export function shown(n: number, k: number, figure: () => { value: number; low: number; high: number }): ShopFigure {
  if (n === 0) return NONE;
  if (n < k) return UNKNOWN;
  const { value, low, high } = figure();
  return { value, low: Math.min(low, value), high: Math.max(high, value), n };
}

/** Orders by customer; each guest is one of their own. */
export function byCustomer(orders: readonly Order[]): Order[][] {
  const known = new Map<string, Order[]>();
  const guests: Order[][] = [];
  for (const order of orders) {
    if (order.customer === null) guests.push([order]);
    else {
      const own = known.get(order.customer);
      if (own) own.push(order);
      else known.set(order.customer, [order]);
    }
  }
  return [...known.values(), ...guests];
}

export const knownCustomers = (orders: readonly Order[]): Order[][] =>
  byCustomer(orders.filter(({ customer }) => customer !== null));
