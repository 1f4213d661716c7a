/**
 * Which face of an offer is redeemed more often. Shoppers count in the variant of their first offer, whether they saw it or
 * not, once the window is over; a variant differs where the difference of rates leaves the always valid boundary. Between
 * several variants and variant a the 5 % are shared, so that one wrong word among them all is said in 5 of 100. Pure.
 */
import { VARIANT_A } from '../contract/campaigns.ts';
import type { AbResult } from '../contract/proof.ts';
import { wilson } from '../metrics/bands.ts';
import { ALPHA, boundary, METHOD, pairedSize } from './alwaysValid.ts';

export interface VariantCount {
  id: string;
  shoppers: number;
  redeemed: number;
}

/** On the normal approximation of a rate of few: redeemed, and not redeemed, that the smaller side is due. */
const MIN_DUE = 10;

export function abTest(counts: readonly VariantCount[], k: number): AbResult | null {
  const a = counts.find(({ id }) => id === VARIANT_A);
  const others = counts.filter(({ id }) => id !== VARIANT_A);
  if (a === undefined || others.length === 0) return null;
  return {
    method: METHOD,
    variants: [a, ...others].map(({ id, shoppers, redeemed }) => {
      if (shoppers < k) return { id, shoppers: null, redeemed: null, rate: null };
      const value = redeemed / shoppers;
      return { id, shoppers, redeemed, rate: { value, ...wilson(value, shoppers) } };
    }),
    comparisons: others.map((other) => ({ variant: other.id, ...compare(a, other, ALPHA / others.length, k) })),
  };
}

function compare(
  a: VariantCount,
  b: VariantCount,
  alpha: number,
  k: number,
): Pick<AbResult['comparisons'][number], 'difference' | 'decision'> {
  const smaller = Math.min(a.shoppers, b.shoppers);
  const n = a.shoppers + b.shoppers;
  const redeemed = a.redeemed + b.redeemed;
  const due = (Math.min(redeemed, n - redeemed) * smaller) / n;
  if (smaller < k || due < MIN_DUE) return { difference: null, decision: 'undecided' };
  const value = b.redeemed / b.shoppers - a.redeemed / a.shoppers;
  // One half more of each outcome: a side on which none was redeemed is not known without error.
  const variance = ({ shoppers, redeemed: hits }: VariantCount) => {
    const rate = (hits + 0.5) / (shoppers + 1);
    return (rate * (1 - rate)) / shoppers;
  };
  const half = boundary(pairedSize(a.shoppers, b.shoppers), alpha) * Math.sqrt(variance(a) + variance(b));
  const [low, high] = [Math.max(-1, value - half), Math.min(1, value + half)];
  return { difference: { value, low, high }, decision: low > 0 ? 'better' : high < 0 ? 'worse' : 'undecided' };
}
