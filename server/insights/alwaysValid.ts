/**
 * A test that may be looked at as often as one likes: the mixture sequential probability ratio test (Robbins 1970; for
 * experiments Johari, Pekelis and Walsh 2017), whose boundary at n is that of the asymptotic confidence sequence of
 * Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas. With a normal prior of variance ρ² on the standardised effect the
 * likelihood ratio is a martingale that ever reaches 1/α with chance α at most, so |z| stays below
 *     √((1 + 1/(nρ²)) · (ln(1 + nρ²) + 2 ln(1/α)))
 * for ever in 1 − α of all campaigns without effect. n is that of a paired comparison: 1 / (1/n₁ + 1/n₂). Pure.
 */

/** The boundary is closest to that of a single look at this n; within a factor of ten it hardly matters. */
const TUNED_FOR = 400;

export const ALPHA = 0.05;

export const METHOD = 'mSPRT (Robbins normal mixture), always valid, 5 %';

/** ρ² that makes the boundary lowest at TUNED_FOR. */
const priorVariance = (alpha: number): number => {
  const twice = 2 * Math.log(1 / alpha);
  return (twice + Math.log(twice + 1)) / TUNED_FOR;
};

export const pairedSize = (one: number, other: number): number => 1 / (1 / one + 1 / other);

/** How many standard errors an effect must be away from nothing, or the truth can be from the estimate. */
export function boundary(n: number, alpha = ALPHA): number {
  const scaled = n * priorVariance(alpha);
  return Math.sqrt((1 + 1 / scaled) * (Math.log1p(scaled) + 2 * Math.log(1 / alpha)));
}
