/** Looking again and again: how often each test is deceived where there is nothing to find, and finds what there is. Seeded. */
import { abTest } from '../../server/insights/abTest.ts';
import { ALPHA } from '../../server/insights/alwaysValid.ts';
import { highestWealth } from '../../server/insights/betting.ts';
import { adjust, type Unit } from '../../server/insights/cuped.ts';
import { differenceOfMeans } from '../../server/insights/permutation.ts';
import { type EffectScenario, PLAIN_SCENARIO, simulateShoppers } from '../../simulators/effects.ts';
import { seededRandom } from './random.ts';

const Z = 1.96;
const LOOKS = 40;
/** A first look before that would find nothing in any way. */
const FIRST_LOOK = 100;

export interface Peeked {
  /** After any shopper at all. */
  betting: boolean;
  /** Welch's z beyond 1.96 at any of the looks, and at the last alone. */
  naive: boolean;
  fixed: boolean;
}

export function peekAtSales(seed: number, given: Partial<EffectScenario>): Peeked {
  const scenario = { ...PLAIN_SCENARIO, ...given };
  const units = simulateShoppers(seededRandom(seed), scenario).map(
    ({ treated, salesBeforeMinor, salesMinor }): Unit => ({ treated, before: salesBeforeMinor, during: salesMinor }),
  );
  let naive = false;
  let fixed = false;
  for (let look = 1; look <= LOOKS; look++) {
    const n = Math.round(FIRST_LOOK + ((units.length - FIRST_LOOK) * look) / LOOKS);
    const { treated, control } = adjust(units.slice(0, n));
    if (control.length < 2) continue;
    const { value, standardError } = differenceOfMeans(treated, control);
    fixed = standardError > 0 && Math.abs(value) > Z * standardError;
    naive ||= fixed;
  }
  return { betting: highestWealth(units, scenario.controlShare) >= 1 / ALPHA, naive, fixed };
}

export interface PeekedVariants {
  decision: 'better' | 'worse' | 'undecided';
  /** Shoppers until the decision; all where there was none. */
  shoppers: number;
  /** The interval of the difference held the truth at every look. */
  covered: boolean;
  naive: boolean;
  fixed: boolean;
}

const EVERY = 10;

export function peekAtVariants(seed: number, rate: number, difference: number, shoppers: number): PeekedVariants {
  const random = seededRandom(seed);
  const a = { id: 'a', shoppers: 0, redeemed: 0 };
  const b = { id: 'b', shoppers: 0, redeemed: 0 };
  const seen: PeekedVariants = { decision: 'undecided', shoppers, covered: true, naive: false, fixed: false };
  for (let n = 1; n <= shoppers; n++) {
    const variant = random() < 0.5 ? b : a;
    variant.shoppers++;
    if (random() < rate + (variant === b ? difference : 0)) variant.redeemed++;
    if (n % EVERY > 0) continue;
    const { difference: told, decision } = abTest([a, b], 10)!.comparisons[0]!;
    if (told !== null && (told.low > difference || told.high < difference)) seen.covered = false;
    if (decision !== 'undecided' && seen.decision === 'undecided') {
      seen.decision = decision;
      seen.shoppers = n;
    }
    const p = a.redeemed / Math.max(1, a.shoppers);
    const q = b.redeemed / Math.max(1, b.shoppers);
    const error = Math.sqrt((p * (1 - p)) / a.shoppers + (q * (1 - q)) / b.shoppers);
    seen.fixed = Math.abs(q - p) > Z * error;
    if (n >= FIRST_LOOK) seen.naive ||= seen.fixed;
  }
  return seen;
}
