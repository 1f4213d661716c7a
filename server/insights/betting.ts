/**
 * Whether a campaign does anything at all, by a test that may be looked at as often as one likes and that heavy tails do not
 * deceive. Who is held back was drawn with a known chance, so where the campaign does nothing, what a shopper did says
 * nothing of the side they were drawn to. Shopper by shopper, from what they did and from those before them, money is bet on
 * the side: wealth is a martingale of fair odds that starts at 1, and by Ville's inequality it ever reaches 1/α with chance α
 * at most, in any number of looks, of few shoppers as of many (testing by betting: Shafer 2021; Waudby-Smith and Ramdas 2024).
 * A normal approximation with the same promise was wrong in up to a fifth of campaigns without effect, where control is
 * small and baskets are lognormal. Pure.
 */
import type { Unit } from './cuped.ts';

/** Size of the bets, in log odds for each standard deviation that a shopper did more than expected; both ways, in equal parts. */
const STAKES = [0.03, 0.06, 0.12, 0.25, 0.5].flatMap((stake) => [stake, -stake]);
/** Beyond it a shopper is an exception, not evidence. */
const MAX_DEVIATIONS = 5;
/** Until a spread is known nothing is bet. */
const MIN_KNOWN = 10;

/** The root takes from rich baskets what makes the sum of few of them wild. */
const measure = (amount: number): number => Math.sqrt(Math.max(0, amount));

/**
 * Highest wealth so far, of shoppers in the order in which they came to the campaign. `controlShare`: the chance with which
 * each was held back.
 */
export function highestWealth(units: readonly Unit[], controlShare: number): number {
  if (controlShare <= 0 || controlShare >= 1) return 1;
  const logs = STAKES.map(() => 0);
  let highest = 0;
  let n = 0;
  let [sumX, sumY, sumXX, sumXY, sumYY] = [0, 0, 0, 0, 0];
  for (const { treated, before, during } of units) {
    const x = Math.log1p(Math.max(0, before));
    const y = measure(during);
    const yVariance = n === 0 ? 0 : sumYY - (sumY * sumY) / n;
    if (n >= MIN_KNOWN && yVariance > 0) {
      const xVariance = sumXX - (sumX * sumX) / n;
      const covariance = sumXY - (sumX * sumY) / n;
      const slope = xVariance > 0 ? covariance / xVariance : 0;
      const deviation = Math.sqrt(Math.max(yVariance - slope * covariance, yVariance / 100) / n);
      const off = (y - sumY / n - slope * (x - sumX / n)) / deviation;
      const surprise = Math.min(MAX_DEVIATIONS, Math.max(-MAX_DEVIATIONS, off));
      let wealth = 0;
      for (let i = 0; i < STAKES.length; i++) {
        const tilt = STAKES[i]! * surprise;
        logs[i]! += (treated ? tilt : 0) - Math.log(controlShare + (1 - controlShare) * Math.exp(tilt));
        wealth += Math.exp(logs[i]!);
      }
      highest = Math.max(highest, wealth / STAKES.length);
    }
    n++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
    sumYY += y * y;
  }
  return Math.max(1, highest);
}
