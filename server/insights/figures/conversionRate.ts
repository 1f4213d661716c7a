/**
 * Conversion rate. Visits are counted by carriers, and most people carry none: orders over observed visits would come to more
 * than all of them. So, where reference counts tell how many people stand behind a carrier, it is orders in the shop ÷ visits
 * of people; else, of the shoppers who are known by their app, those
 * who came and bought with an offer. Pure.
 */
import type { ShopFigure, ShopFigures } from '../../contract/proof.ts';
import { poissonLower, poissonUpper, wilson } from '../../metrics/bands.ts';
import { type Definition, NONE, shown } from './figure.ts';

export const conversionRateDefinition: Definition = {
  name: 'conversionRate',
  definition:
    'Basis people: orders in the shop (not of the web shop) ÷ zone visits of people, which are the observed zone visits times the people per carrier that reference counts gave. Basis identified, where there are no reference counts or no record of all sales: of the shoppers with the app who came to the shop in the period, the share with an order there that is tied to them by an offer redeemed in it.',
  interval:
    'Basis people: errors of orders (Poisson), of zone visits and of people per carrier, added as logarithms. Basis identified: Wilson. Shown from k visitors on.',
};

interface Band {
  value: number;
  low: number;
  high: number;
}

export interface Converted {
  /** In the shop; null where nobody records all sales. */
  orders: number | null;
  /** Observed zone visits; null where nothing was measured. */
  visits: Band | null;
  peoplePerCarrier: Band | null;
  identified: { came: number; bought: number };
}

const squared = (low: number, value: number): number => Math.log(Math.max(low, Number.MIN_VALUE) / value) ** 2;

export function conversionRate(
  { orders, visits, peoplePerCarrier, identified }: Converted,
  k: number,
): ShopFigures['conversionRate'] {
  if (orders !== null && visits !== null && peoplePerCarrier !== null && visits.value > 0) {
    const figure = shown(Math.round(visits.value), k, () => {
      const people = visits.value * peoplePerCarrier.value;
      const value = orders / people;
      if (orders === 0)
        return { value, low: 0, high: Math.min(1, poissonUpper(0) / (visits.low * peoplePerCarrier.low || people)) };
      // What makes the rate small: few orders, many visits, many people a carrier.
      const down = Math.sqrt(
        squared(poissonLower(orders), orders) +
          squared(visits.value, visits.high) +
          squared(peoplePerCarrier.value, peoplePerCarrier.high),
      );
      const up = Math.sqrt(
        squared(orders, poissonUpper(orders)) +
          squared(visits.low, visits.value) +
          squared(peoplePerCarrier.low, peoplePerCarrier.value),
      );
      return {
        value: Math.min(1, value),
        low: Math.min(1, value * Math.exp(-down)),
        high: Math.min(1, value * Math.exp(up)),
      };
    });
    return { ...figure, basis: 'people' };
  }
  const { came, bought } = identified;
  if (came === 0) return { ...NONE, basis: null };
  const figure: ShopFigure = shown(came, k, () => ({ value: bought / came, ...wilson(bought / came, came) }));
  return { ...figure, basis: 'identified' };
}
