/** Puts together what is told of a campaign's effect. Pure. */
import type { Campaign } from '../contract/campaigns.ts';
import type { Finding, Proof } from '../contract/proof.ts';
import { abTest } from './abTest.ts';
import type { Unit } from './cuped.ts';
import { findEffect, noControl, noData } from './effect.ts';
import { type Drawn, oddDropout, oddRatio, regimeOf, WINDOW_DAYS, WINDOW_MS } from './population.ts';

/** One shopper's, in weeks before and days after their first would-fire. */
export interface DrawnShopper extends Drawn {
  /** The face of the first offer; null for control. */
  variant: string | null;
  redeemedInWindow: boolean;
  /** Their carrier was theirs for all of the window. */
  heardToEnd: boolean;
  visitsBefore: number;
  visits: number;
  salesBeforeMinor: number;
  salesMinor: number;
}

export interface ProofQuestion {
  campaign: Pick<Campaign, 'id' | 'controlShare' | 'variants'>;
  shoppers: readonly DrawnShopper[];
  /** Up to then all is in. */
  settledMs: number;
  /** Before it visits have expired. */
  visitsFromMs: number;
  /** There is a shop to visit, and there are sales that would be known without an offer of the campaign. */
  hasShop: boolean;
  hasSales: boolean;
  k: number;
}

export const PROOF_METHOD =
  'Intention to treat, each shopper once; difference of means with CUPED; 95 % interval of the studentised permutation ' +
  'distribution; significant by a sequential test by betting, always valid, 5 %';

export function proofOf(
  question: ProofQuestion,
): Pick<
  Proof,
  | 'from'
  | 'to'
  | 'windowDays'
  | 'shoppers'
  | 'waiting'
  | 'incrementalVisits'
  | 'incrementalSalesMinor'
  | 'warnings'
  | 'ab'
> & { method: string } {
  const { campaign, shoppers, settledMs, k } = question;
  const regime = regimeOf(shoppers, campaign.controlShare);
  const over = regime.drawn.filter(({ firstMs }) => firstMs + WINDOW_MS <= settledMs);
  const visible = over.filter(({ firstMs }) => firstMs >= question.visitsFromMs);
  const finding = (
    has: boolean,
    of: readonly DrawnShopper[],
    kept: readonly DrawnShopper[],
    unit: (one: DrawnShopper) => Unit,
  ): Finding => {
    if (!has) return noData;
    if (regime.controlShare <= 0) return noControl;
    const treatedShoppers = of.filter(({ treated }) => treated).length;
    return findEffect({ units: kept.map(unit), controlShare: regime.controlShare, treatedShoppers, k });
  };
  const warnings: Proof['warnings'] = [];
  if (oddRatio(regime)) warnings.push('sample-ratio');
  if (question.hasShop && oddDropout(visible)) warnings.push('dropout');
  const side = (treated: boolean): number | null => {
    const count = over.filter((one) => one.treated === treated).length;
    return count > 0 && count < k ? null : count;
  };
  const shown = over.length >= k;
  return {
    from: shown ? isoDay(over[0]!.firstMs) : null,
    to: shown ? isoDay(over.at(-1)!.firstMs) : null,
    windowDays: WINDOW_DAYS,
    shoppers: { treated: side(true), control: side(false) },
    waiting: regime.drawn.length - over.length,
    incrementalVisits: finding(
      question.hasShop,
      visible,
      visible.filter(({ heardToEnd }) => heardToEnd),
      ({ treated, visitsBefore, visits }) => ({ treated, before: visitsBefore, during: visits }),
    ),
    incrementalSalesMinor: finding(question.hasSales, over, over, ({ treated, salesBeforeMinor, salesMinor }) => ({
      treated,
      before: salesBeforeMinor,
      during: salesMinor,
    })),
    method: PROOF_METHOD,
    warnings,
    ab: abOf(question),
  };
}

/** To the day: the moment of a first would-fire is one shopper's. */
const isoDay = (atMs: number): string => new Date(atMs - (atMs % 86_400_000)).toISOString();

/** From when on every variant of now had been drawn: before it there was another choice. */
function abOf({ campaign, shoppers, settledMs, k }: ProofQuestion): Proof['ab'] {
  if (campaign.variants.length === 0) return null;
  const ids = ['a', ...campaign.variants.map(({ id }) => id)];
  const treated = shoppers.filter((one) => one.treated);
  const begins = ids.map((id) =>
    treated.reduce(
      (first, one) => (one.variant === id ? Math.min(first, one.firstMs) : first),
      Number.POSITIVE_INFINITY,
    ),
  );
  const fromMs = Math.max(...begins);
  const over = treated.filter(({ firstMs }) => firstMs >= fromMs && firstMs + WINDOW_MS <= settledMs);
  return abTest(
    ids.map((id) => {
      const own = over.filter((one) => one.variant === id);
      return { id, shoppers: own.length, redeemed: own.filter((one) => one.redeemedInWindow).length };
    }),
    k,
  );
}
