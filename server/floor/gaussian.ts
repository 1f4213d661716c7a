/** The probability that a point known to some accuracy lies in a shape, by a fixed pattern of equally likely points. Pure. */
import type { Shape } from '../contract/model.ts';
import { pointInShape } from './geometry.ts';

/** Radius that holds 68 % of a round 2-D Gaussian, in standard deviations of one axis: sqrt(−2 ln 0.32). */
export const ACCURACY_PER_SIGMA = 1.5096;

/** A mass is right to about 1/SAMPLES; enough for thresholds that lie a fifth apart, and quick. */
export const SAMPLES = 32;

/** Rings at the Gaussian's quantiles, turned by the golden angle: even coverage with no direction preferred. */
const pattern = Array.from({ length: SAMPLES }, (_, i) => {
  const radius = Math.sqrt(-2 * Math.log(1 - (i + 0.5) / SAMPLES));
  const angle = i * Math.PI * (3 - Math.sqrt(5));
  return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
});
export const SAMPLE_X = Float64Array.from(pattern, ([x]) => x);
export const SAMPLE_Y = Float64Array.from(pattern, ([, y]) => y);

/** No sample lies further out, in standard deviations. */
export const SAMPLE_REACH = Math.sqrt(-2 * Math.log(0.5 / SAMPLES));

export function massInShape(shape: Shape, xM: number, yM: number, accuracyM: number): number {
  const sigmaM = accuracyM / ACCURACY_PER_SIGMA;
  let hits = 0;
  for (let i = 0; i < SAMPLES; i++)
    if (pointInShape(shape, xM + sigmaM * SAMPLE_X[i]!, yM + sigmaM * SAMPLE_Y[i]!)) hits += 1;
  return hits / SAMPLES;
}
