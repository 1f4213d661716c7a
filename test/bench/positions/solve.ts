/**
 * A point from readings: log-distance least squares in x, y and the carrier's own offset, with Student-t weights so that a
 * reading through a wall or a body pulls less, held near the weighted centroid where the readings say little. Pure.
 */

/** RSSI at 1 m and its spread over phones and tags, where none was calibrated. */
export const POWER_AT_1M_DBM = -64;
const POWER_SPREAD_DB = 8;
const CALIBRATED_SPREAD_DB = 3;
/** Free space is 2; indoors with line of sight along malls 1.8 to 2.4. */
export const PATH_LOSS_EXPONENT = 2.1;
/** Shadowing and body of one filtered reading. */
const NOISE_DB = 6;
/** Degrees of freedom: heavy tails. */
const NU = 3;
/** How far from the centroid of the gateways that hear it a carrier plausibly is, as a share of how far these lie apart. */
const CENTROID_SHARE = 0.5;
const MIN_CENTROID_SPREAD_M = 2;
/** A weight grows tenfold with 14 dB: between amplitude and power. */
const CENTROID_WEIGHT_PER_DB = Math.LN10 / 14;
/** Pocket or trolley. */
export const CARRIER_HEIGHT_M = 1.1;
/** Weaker readings are not from further away, but from behind more. */
const MAX_NEAREST_M = 30;
const ITERATIONS = 5;
const MAX_STEP_M = 6;
const K = (10 * PATH_LOSS_EXPONENT) / Math.LN10;

/** Columns of readings, reused from call to call. */
export class Readings {
  count = 0;
  readonly xM = new Float64Array(32);
  readonly yM = new Float64Array(32);
  /** Height of the antenna above the carrier. */
  readonly dzM = new Float64Array(32);
  readonly rssiDbm = new Float64Array(32);
  readonly weight = new Float64Array(32);

  clear(): void {
    this.count = 0;
  }

  push(xM: number, yM: number, dzM: number, rssiDbm: number, weight: number): void {
    const i = this.count;
    if (i >= this.xM.length) return;
    this.xM[i] = xM;
    this.yM[i] = yM;
    this.dzM[i] = dzM;
    this.rssiDbm[i] = rssiDbm;
    this.weight[i] = weight;
    this.count = i + 1;
  }
}

export interface Solution {
  xM: number;
  yM: number;
  /** Variance of one axis, of this one solution. */
  varianceM2: number;
  powerDbm: number;
}

export interface Prior {
  powerDbm: number;
  calibrated: boolean;
  /** Where it was a moment ago: a second place to start from. */
  near: { xM: number; yM: number } | undefined;
}

const distanceM = (readings: Readings, i: number, xM: number, yM: number): number => {
  const dx = xM - readings.xM[i]!;
  const dy = yM - readings.yM[i]!;
  const dz = readings.dzM[i]!;
  // Half a metre: nearer than that the antenna's pattern rules, not the distance.
  return Math.sqrt(Math.max(0.25, dx * dx + dy * dy + dz * dz));
};

interface Center {
  xM: number;
  yM: number;
  spreadM: number;
  /** Of the centroid as a prior: one over its variance. */
  precision: number;
}

/** The loudest gateways nearly decide, the others lean. */
function centroid(readings: Readings): Center {
  let sum = 0;
  let x = 0;
  let y = 0;
  let squares = 0;
  for (let i = 0; i < readings.count; i++) {
    const w = readings.weight[i]! * Math.exp(readings.rssiDbm[i]! * CENTROID_WEIGHT_PER_DB);
    const xi = readings.xM[i]!;
    const yi = readings.yM[i]!;
    sum += w;
    x += w * xi;
    y += w * yi;
    squares += w * (xi * xi + yi * yi);
  }
  x /= sum;
  y /= sum;
  const spreadM = Math.sqrt(Math.max(0, squares / sum - x * x - y * y));
  return { xM: x, yM: y, spreadM, precision: Math.max(MIN_CENTROID_SPREAD_M, CENTROID_SHARE * spreadM) ** -2 };
}

function cost(readings: Readings, xM: number, yM: number, powerDbm: number, center: Center): number {
  let total = ((xM - center.xM) ** 2 + (yM - center.yM) ** 2) * center.precision * 0.5;
  for (let i = 0; i < readings.count; i++) {
    const residual = readings.rssiDbm[i]! - powerDbm + K * Math.log(distanceM(readings, i, xM, yM));
    total += readings.weight[i]! * 0.5 * (NU + 1) * Math.log1p((residual / NOISE_DB) ** 2 / NU);
  }
  return total;
}

/** Needs at least one reading. */
export function solve(readings: Readings, prior: Prior): Solution {
  const center = centroid(readings);
  let loudestDbm = -Infinity;
  for (let i = 0; i < readings.count; i++) loudestDbm = Math.max(loudestDbm, readings.rssiDbm[i]!);
  const nearestM = Math.min(MAX_NEAREST_M, Math.exp((prior.powerDbm - loudestDbm) / K));
  if (readings.count < 3) {
    // One or two circles: the direction is unknown, so the loudest stands for the place and its distance for the error.
    const errorM = Math.max(3, nearestM) * 0.9 + center.spreadM * 0.5;
    const { xM, yM } = center;
    return { xM, yM, varianceM2: (errorM * errorM) / 2, powerDbm: prior.powerDbm };
  }
  const near = prior.near;
  const fromNear =
    near !== undefined &&
    cost(readings, near.xM, near.yM, prior.powerDbm, center) <
      cost(readings, center.xM, center.yM, prior.powerDbm, center);
  let x = fromNear ? near.xM : center.xM;
  let y = fromNear ? near.yM : center.yM;
  let power = prior.powerDbm;
  const powerPrecision = 1 / (prior.calibrated ? CALIBRATED_SPREAD_DB : POWER_SPREAD_DB) ** 2;
  const centerPrecision = center.precision;
  let varianceM2 = 1 / center.precision;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    // Normal equations of (dx, dy, dPower): symmetric, kept as its six entries.
    let hxx = centerPrecision;
    let hyy = centerPrecision;
    let hxy = 0;
    let hxp = 0;
    let hyp = 0;
    let hpp = powerPrecision;
    let bx = (center.xM - x) * centerPrecision;
    let by = (center.yM - y) * centerPrecision;
    let bp = (prior.powerDbm - power) * powerPrecision;
    for (let i = 0; i < readings.count; i++) {
      const d = distanceM(readings, i, x, y);
      const residual = readings.rssiDbm[i]! - power + K * Math.log(d);
      const robust = (NU + 1) / (NU + (residual / NOISE_DB) ** 2);
      const w = (readings.weight[i]! * robust) / NOISE_DB ** 2;
      const gx = (-K * (x - readings.xM[i]!)) / (d * d);
      const gy = (-K * (y - readings.yM[i]!)) / (d * d);
      hxx += w * gx * gx;
      hyy += w * gy * gy;
      hxy += w * gx * gy;
      hxp += w * gx;
      hyp += w * gy;
      hpp += w;
      bx += w * gx * residual;
      by += w * gy * residual;
      bp += w * residual;
    }
    // The offset is eliminated; what remains is 2 × 2.
    const axx = hxx - (hxp * hxp) / hpp;
    const ayy = hyy - (hyp * hyp) / hpp;
    const axy = hxy - (hxp * hyp) / hpp;
    const cx = bx - (hxp * bp) / hpp;
    const cy = by - (hyp * bp) / hpp;
    const det = axx * ayy - axy * axy;
    let dx = (ayy * cx - axy * cy) / det;
    let dy = (axx * cy - axy * cx) / det;
    const length = Math.hypot(dx, dy);
    if (length > MAX_STEP_M) {
      dx *= MAX_STEP_M / length;
      dy *= MAX_STEP_M / length;
    }
    power += (bp - hxp * dx - hyp * dy) / hpp;
    x += dx;
    y += dy;
    varianceM2 = (axx + ayy) / (2 * det);
    if (length < 0.05) break;
  }
  return { xM: x, yM: y, varianceM2, powerDbm: power };
}
