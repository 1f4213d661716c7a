/**
 * Shoppers of a campaign whose effect is known: how often they come to the shop, what they buy, and what an offer changes in
 * that, none included. Who comes often did so before, some come much more often than others, most visits end without a
 * purchase, baskets are lognormal, and some shoppers stop being heard. Pure.
 */
import { lognormal, normal, poisson, type Random } from './random.ts';

export interface EffectScenario {
  shoppers: number;
  controlShare: number;
  /** Visits to the shop in the window without an offer, and how far shoppers differ (shape of a gamma; less is wilder). */
  visitsMean: number;
  visitsShape: number;
  /** Share of visits that end with a purchase. */
  buyShare: number;
  /** Spread of the logarithm of baskets, half of it between shoppers. */
  basketSigma: number;
  basketMedianMinor: number;
  /** Length of the time before, in windows. */
  windowsBefore: number;
  /** What an offer multiplies, less one. */
  effectOnVisits: number;
  effectOnBuying: number;
  /** Share of shoppers who stop being heard within the window. */
  dropout: number;
}

export const PLAIN_SCENARIO: EffectScenario = {
  shoppers: 2_000,
  controlShare: 0.1,
  visitsMean: 0.8,
  visitsShape: 0.8,
  buyShare: 0.25,
  basketSigma: 0.9,
  basketMedianMinor: 2_000,
  windowsBefore: 4,
  effectOnVisits: 0,
  effectOnBuying: 0,
  dropout: 0,
};

export interface SimulatedShopper {
  treated: boolean;
  visitsBefore: number;
  visits: number;
  salesBeforeMinor: number;
  salesMinor: number;
  /** Share of the window after which they were not heard any more; null: heard to its end. */
  heardUntil: number | null;
  /** Moments as shares of the window, ascending; negative ones lie before it. Of visits, and of those with a purchase. */
  visitTimes: number[];
  purchases: { at: number; amountMinor: number }[];
}

/** Marsaglia and Tsang; below shape 1 by a power of a uniform. */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normal(random);
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - random()) < (z * z) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

export function simulateShopper(random: Random, scenario: EffectScenario, treated: boolean): SimulatedShopper {
  const { visitsMean, visitsShape, buyShare, basketSigma, basketMedianMinor, windowsBefore } = scenario;
  const rate = (visitsMean * gamma(random, visitsShape)) / visitsShape;
  const spread = basketSigma * Math.SQRT1_2;
  const ownMedian = lognormal(random, basketMedianMinor, spread);
  const stretch = (from: number, to: number, moreVisits: number, moreBuying: number) => {
    const times = Array.from(
      { length: poisson(random, rate * (to - from) * (1 + moreVisits)) },
      () => from + (to - from) * random(),
    );
    times.sort((a, b) => a - b);
    const purchases = times
      .filter(() => random() < buyShare * (1 + moreBuying))
      .map((at) => ({ at, amountMinor: Math.round(lognormal(random, ownMedian, spread)) }));
    return { times, purchases };
  };
  const before = stretch(-windowsBefore, 0, 0, 0);
  const during = stretch(0, 1, treated ? scenario.effectOnVisits : 0, treated ? scenario.effectOnBuying : 0);
  // Who leaves in the last hours has been heard for all that matters.
  const heardUntil = random() < scenario.dropout ? 0.95 * random() : null;
  const total = (purchases: SimulatedShopper['purchases']) => purchases.reduce((sum, one) => sum + one.amountMinor, 0);
  return {
    treated,
    visitsBefore: before.times.length,
    visits: during.times.length,
    salesBeforeMinor: total(before.purchases),
    salesMinor: total(during.purchases),
    heardUntil,
    visitTimes: [...before.times, ...during.times],
    purchases: [...before.purchases, ...during.purchases],
  };
}

/** Drawn apart for each, as the hash of shopper and campaign does: the sides are not of a fixed size. */
export const simulateShoppers = (random: Random, scenario: EffectScenario): SimulatedShopper[] =>
  Array.from({ length: scenario.shoppers }, () => simulateShopper(random, scenario, random() >= scenario.controlShare));

/** What the offer truly adds for one shopper, in the mean over all that there could be. */
export function plantedEffect(scenario: EffectScenario): { visits: number; salesMinor: number } {
  const { visitsMean, buyShare, basketMedianMinor, basketSigma, effectOnVisits, effectOnBuying } = scenario;
  const basketMean = basketMedianMinor * Math.exp(basketSigma ** 2 / 2);
  return {
    visits: visitsMean * effectOnVisits,
    salesMinor: visitsMean * buyShare * basketMean * ((1 + effectOnVisits) * (1 + effectOnBuying) - 1),
  };
}
