/** Lifetime value, as it has come to so far: what a known customer who bought in the period has paid from their first order on. Pure. */
import type { ShopFigure } from '../../contract/proof.ts';
import { ratioInterval } from '../ratio.ts';
import { type Definition, shown } from './figure.ts';

export const lifetimeValueDefinition: Definition = {
  name: 'lifetimeValueMinor',
  definition:
    'Of customers who bought in the period and are known again: what each has paid in all orders that are kept, up to the end of the period; the mean, in minor units. It looks back and forecasts nothing.',
  interval: 'Bootstrap-t over customers; shown from k customers on.',
};

/** `totals`: one for each customer. */
export function lifetimeValue(totals: readonly number[], k: number): ShopFigure {
  return shown(totals.length, k, () => {
    const { value, low, high } = ratioInterval(totals.map((y) => ({ x: 1, y })));
    return { value, low: Math.max(0, low), high };
  });
}
