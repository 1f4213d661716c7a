/**
 * CUPED (Deng, Xu, Kohavi and Walker 2013): what a shopper did before the first would-fire tells part of what they do after,
 * and knows nothing of the side they were drawn to, so taking that part away leaves the effect and narrows its interval. Pure.
 */

export interface Unit {
  treated: boolean;
  /** Of the same kind, over the weeks before the first would-fire. */
  before: number;
  /** In the window from the first would-fire on. */
  during: number;
}

/** Explains less than a hundredth of the variance: left as it is. */
const MIN_EXPLAINED = 0.01;

export interface Adjusted {
  treated: Float64Array;
  control: Float64Array;
  /** Share of the variance within the sides that was taken away. */
  explained: number;
}

/** The logarithm keeps one who bought for a fortune before from tilting the line. */
const covariate = (before: number): number => Math.log1p(Math.max(0, before));

export function adjust(units: readonly Unit[]): Adjusted {
  const sides = [units.filter((unit) => unit.treated), units.filter((unit) => !unit.treated)] as const;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  let xSum = 0;
  for (const side of sides) {
    const n = side.length;
    let xMean = 0;
    let yMean = 0;
    for (const { before, during } of side) {
      xMean += covariate(before) / n;
      yMean += during / n;
    }
    xSum += xMean * n;
    for (const { before, during } of side) {
      const x = covariate(before) - xMean;
      const y = during - yMean;
      xx += x * x;
      xy += x * y;
      yy += y * y;
    }
  }
  const explained = xx > 0 && yy > 0 ? (xy * xy) / (xx * yy) : 0;
  const slope = explained >= MIN_EXPLAINED ? xy / xx : 0;
  const xMean = units.length === 0 ? 0 : xSum / units.length;
  const adjusted = (side: readonly Unit[]) =>
    Float64Array.from(side, ({ before, during }) => during - slope * (covariate(before) - xMean));
  return {
    treated: adjusted(sides[0]),
    control: adjusted(sides[1]),
    explained: slope === 0 ? 0 : explained,
  };
}
