/** A seeded part of the bench of proof: intervals hold what was planted, and nothing is found where nothing is. */
import { describe, expect, test } from 'vitest';
import { aboutMore, findEffect } from '../../server/insights/effect.ts';
import type { EffectScenario } from '../../simulators/effects.ts';
import { runFigures } from '../support/figureWorld.ts';
import { peekAtSales, peekAtVariants } from '../support/peekWorld.ts';
import { runProof, type Verdict } from '../support/proofWorld.ts';

const RUNS = 200;
const share = <T>(all: readonly T[], of: (one: T) => boolean): number => all.filter(of).length / all.length;
/** Of 200 runs at 95 %, four deviations of chance. */
const LEAST = 0.95 - 4 * Math.sqrt((0.95 * 0.05) / RUNS);

function runs(given: Partial<EffectScenario>): Verdict[][] {
  const all = Array.from({ length: RUNS }, (_, i) => runProof(104_729 * (i + 1), given));
  return [all.map(({ visits }) => visits), all.map(({ sales }) => sales)];
}

describe('intervals against what was planted', () => {
  test('no effect: told, held, and not called one', () => {
    const [visits, sales] = runs({ shoppers: 350, controlShare: 0.2, dropout: 0.1 });
    for (const verdicts of [visits!, sales!]) {
      const told = verdicts.filter((one) => one.told);
      expect(told.length).toBeGreaterThan(RUNS / 2);
      expect(share(told, (one) => one.covered)).toBeGreaterThan(LEAST);
      expect(share(verdicts, (one) => one.significant)).toBeLessThanOrEqual(0.05);
    }
  });

  test('a large effect: held, and found', () => {
    const [visits, sales] = runs({ shoppers: 300, controlShare: 0.2, effectOnVisits: 1, basketSigma: 1.2 });
    for (const verdicts of [visits!, sales!]) {
      const told = verdicts.filter((one) => one.told);
      expect(told.length).toBeGreaterThan(RUNS / 2);
      expect(share(told, (one) => one.covered)).toBeGreaterThan(LEAST);
    }
    expect(share(visits!, (one) => one.significant)).toBeGreaterThan(0.7);
  });

  test('few in control and wild baskets: the normal approximation fails where this holds', () => {
    const [, sales] = runs({ shoppers: 700, controlShare: 0.06, basketSigma: 1.6, buyShare: 0.5 });
    const told = sales!.filter((one) => one.told);
    expect(told.length).toBeGreaterThan(RUNS / 2);
    expect(share(told, (one) => one.covered)).toBeGreaterThan(LEAST);
    expect(share(told, (one) => one.plainCovered)).toBeLessThan(LEAST);
  });

  test('figures of a shop of fifty customers', () => {
    const all = Array.from({ length: RUNS }, (_, i) => runFigures(15_485_863 + 7_919 * i, 50));
    for (const name of [
      'averageOrderValueMinor',
      'purchaseFrequency',
      'repeatPurchaseRate',
      'guestShare',
      'nps',
    ] as const)
      expect(
        share(all, (one) => one[name] === true),
        name,
      ).toBeGreaterThan(LEAST);
  });
});

describe('looked at all the time', () => {
  test('effects: betting is not deceived, the plain test is', () => {
    const all = Array.from({ length: RUNS }, (_, i) =>
      peekAtSales(31 * (i + 1), { shoppers: 700, controlShare: 0.1, basketSigma: 1.4 }),
    );
    expect(share(all, (one) => one.betting)).toBeLessThanOrEqual(0.05);
    expect(share(all, (one) => one.naive)).toBeGreaterThan(0.1);
  });

  test('variants: no difference is hardly ever called one, a real one is', () => {
    const none = Array.from({ length: RUNS }, (_, i) => peekAtVariants(17 * (i + 1), 0.1, 0, 1_500));
    expect(share(none, (one) => one.decision !== 'undecided')).toBeLessThanOrEqual(0.05);
    expect(share(none, (one) => one.naive)).toBeGreaterThan(0.1);
    const some = Array.from({ length: RUNS }, (_, i) => peekAtVariants(19 * (i + 1), 0.1, 0.08, 1_500));
    expect(share(some, (one) => one.decision === 'better')).toBeGreaterThan(0.8);
    expect(share(some, (one) => one.covered)).toBeGreaterThan(LEAST);
    expect(share(some, (one) => one.decision === 'worse')).toBe(0);
  });
});

describe('how many more', () => {
  const unit = (treated: boolean, during: number) => ({ treated, before: 0, during });
  const ask = (units: ReturnType<typeof unit>[], controlShare = 0.1) =>
    findEffect({ units, controlShare, treatedShoppers: units.length, k: 10 });

  test('nobody yet, few, nobody who did anything', () => {
    expect(ask([])).toMatchObject({ state: 'not-enough', why: 'too-few', effect: null, moreShoppers: 10 });
    const few = ask([
      ...Array.from({ length: 90 }, () => unit(true, 1)),
      ...Array.from({ length: 4 }, () => unit(false, 1)),
    ]);
    // Ten of control at one in twenty-three and a bit.
    expect(few).toMatchObject({ state: 'not-enough', why: 'too-few', effect: null, perShopper: null, shoppers: null });
    expect(few.state === 'not-enough' && few.moreShoppers).toBeGreaterThan(80);
    expect(few.state === 'not-enough' && few.moreShoppers).toBeLessThan(150);
    const idle = ask(Array.from({ length: 500 }, (_, i) => unit(i % 10 > 0, 0)));
    expect(idle).toMatchObject({ state: 'not-enough', why: 'too-few', moreShoppers: null });
  });

  test('an effect that is hinted at takes fewer than none at all, and both are told as they are', () => {
    const units = (lift: number) =>
      Array.from({ length: 400 }, (_, i) =>
        unit(i % 5 > 0, (i * 7) % 3 === 0 ? 1 + (i % 5 > 0 && i % 2 === 0 ? lift : 0) : 0),
      );
    const told = [0, 1].map((lift) => ask(units(lift), 0.2));
    for (const finding of told) {
      expect(finding).toMatchObject({ state: 'not-enough', why: 'undecided' });
      if (finding.state !== 'not-enough') continue;
      expect(finding.effect!.low).toBeLessThanOrEqual(finding.effect!.value);
      expect(finding.effect!.high).toBeGreaterThanOrEqual(finding.effect!.value);
      expect(finding.moreShoppers).toBeGreaterThan(0);
    }
    const [none, some] = told.map((finding) => (finding.state === 'not-enough' ? finding.moreShoppers! : 0));
    expect(some!).toBeLessThan(none!);
  });

  test('two digits, rounded up; never what no campaign reaches', () => {
    expect([0.2, 7, 42, 134, 98_765].map(aboutMore)).toEqual([1, 7, 42, 140, 99_000]);
    expect([600_000, Number.POSITIVE_INFINITY, Number.NaN].map(aboutMore)).toEqual([null, null, null]);
  });
});
