/** Moving and spreading mass along one axis of cells. Pure. */

export const MAX_REACH = 24;
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Below this the values of a Gaussian at the cells' middles no longer stand for its masses. */
const NARROW_CELLS = 0.6;
const REACH_SIGMAS = 2.2;

export interface Kernel {
  /** Furthest moves down and up. */
  low: number;
  high: number;
  /** Weight of a move by `high − i` cells, the order in which a sum over sources meets them. */
  taps: Float64Array;
}
export const newKernel = (): Kernel => ({ low: 0, high: 0, taps: new Float64Array(2 * MAX_REACH + 1) });

/** A discrete Gaussian of this mean and standard deviation, in cells. */
export function setKernel(kernel: Kernel, mean: number, sigma: number): void {
  const { taps } = kernel;
  // An integer in the machine's eyes as well: rounding alone may give −0, and all that is indexed with it turns slow.
  const middle = clamp(Math.round(mean), 1 - MAX_REACH, MAX_REACH - 1) | 0;
  const off = mean - middle;
  if (sigma < NARROW_CELLS) {
    // Three weights with the right mean and variance.
    const spread = Math.min(1, sigma * sigma + off * off);
    taps[0] = Math.max(0, (spread + off) / 2);
    taps[1] = 1 - spread;
    taps[2] = Math.max(0, (spread - off) / 2);
    kernel.low = middle - 1;
    kernel.high = middle + 1;
    return;
  }
  const reach = Math.ceil(REACH_SIGMAS * sigma) | 0;
  const low = Math.max(-MAX_REACH, middle - reach);
  const high = Math.min(MAX_REACH, middle + reach);
  const scale = -0.5 / (sigma * sigma);
  let sum = 0;
  for (let k = low; k <= high; k++) {
    const weight = Math.exp(scale * (k - mean) * (k - mean));
    taps[high - k] = weight;
    sum += weight;
  }
  for (let i = 0; i <= high - low; i++) taps[i]! /= sum;
  kernel.low = low;
  kernel.high = high;
}

/** `into[i] = Σ taps[k] × from[i + k × apart]`, for `count` values. */
export function convolve(
  into: Float64Array,
  intoAt: number,
  from: Float64Array,
  fromAt: number,
  apart: number,
  count: number,
  { taps, low, high }: Kernel,
): void {
  const reach = high - low;
  const t0 = taps[0]!;
  const t1 = taps[1]!;
  const t2 = taps[2]!;
  if (reach === 2) {
    for (let i = 0; i < count; i++) {
      const at = fromAt + i;
      into[intoAt + i] = t0 * from[at]! + t1 * from[at + apart]! + t2 * from[at + 2 * apart]!;
    }
    return;
  }
  const t3 = taps[3]!;
  const t4 = taps[4]!;
  if (reach === 4) {
    for (let i = 0; i < count; i++) {
      const at = fromAt + i;
      into[intoAt + i] =
        t0 * from[at]! +
        t1 * from[at + apart]! +
        t2 * from[at + 2 * apart]! +
        t3 * from[at + 3 * apart]! +
        t4 * from[at + 4 * apart]!;
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    let sum = 0;
    let at = fromAt + i;
    for (let k = 0; k <= reach; k++, at += apart) sum += taps[k]! * from[at]!;
    into[intoAt + i] = sum;
  }
}
