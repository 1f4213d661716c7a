/**
 * How much a gateway tells of a carrier's place, and how well the place is known from all of it together. Pure.
 *
 * The bound of Cramér and Rao for ranging by received strength (Patwari et al., "Relative location estimation in wireless
 * sensor networks", IEEE Trans. Signal Processing 51(8), 2003), in its Bayesian form (Van Trees): with the mean reading
 *
 *   μ(x) = P + 10 n log10(1/d) − walls − floors,   u = ∇μ = −(10 n / ln 10) (x − g) / d²
 *
 * the information of place and power is J = J₀ + Σ w (u, 1)(u, 1)ᵀ over the gateways. J₀ is the prior: a place in the room,
 * a power within a few decibels. The weight w of one gateway over the seconds that a tracker averages,
 *
 *   w = 1 / (σ_lasting² + 1/(T p / σ_quick² + T p'² / (p (1 − p))))
 *
 * takes what is read (heard with chance p a second) and that it is heard at all (a Bernoulli trial a second, p' = dp/dμ);
 * shadows that stay are not averaged out. u uᵀ is averaged over the neighbourhood in which the carrier may be, else the
 * bound claims that right under a gateway nothing is known. The error is the radius that holds 68 % of the Gaussian J⁻¹.
 */
import { HEARD_SPREAD_DB, hearable, spreadDb } from '../positioning/pathLoss.ts';
import type { RadioAssumptions } from './radioAssumptions.ts';

/** Seconds that a tracker's fix stands on; a walker is elsewhere by then. */
export const AVERAGED_SECONDS = 4;
/**
 * Standard deviation per axis of where the carrier may be while its place is sought: it grows with the distance, as the width
 * of the ring does on which one reading puts it.
 */
const SPREAD_M = 2;
const SPREAD_SHARE = 0.3;
/** Below this a reading comes once in half a minute. */
const LEAST_DBM = -97;
/** Radius that holds 68 %, in standard deviations: of a round Gaussian per root of the summed variances, and of a flat one. */
const ROUND = 1.5096 / Math.SQRT2;
const FLAT = 0.9945;
/** How far a real tracker stays behind the bound; bench:coverage prints it. */
export const BEHIND_BOUND = 1.1;

/** Of one cell: xx, xy, yy, xp, yp, pp. */
export const TERMS = 6;

export interface Hearing {
  /** Chance to be heard within the seconds averaged over. */
  heard: number;
  /** Added to the cell's information. */
  terms: Float64Array;
}

/** `into` is overwritten. `lossDb`: walls, floors and the gateway's own offset. */
export function hear(
  into: Hearing,
  radio: RadioAssumptions,
  dxM: number,
  dyM: number,
  dzM: number,
  lossDb: number,
): boolean {
  const meanDbm = radio.powerDbm + radio.exponent * spreadDb(dxM, dyM, dzM) - lossDb;
  if (meanDbm < LEAST_DBM) return false;
  const receivable = hearable(meanDbm);
  const p = radio.advertShare * receivable;
  const slope = (p * (1 - receivable)) / HEARD_SPREAD_DB;
  const quick = AVERAGED_SECONDS * (p / radio.quickDb ** 2 + slope ** 2 / (p * (1 - p)));
  const weight = 1 / (radio.lastingDb ** 2 + 1 / quick);
  const decade = (10 * radio.exponent) / Math.LN10;
  const flatM2 = dxM * dxM + dyM * dyM;
  const spread = SPREAD_M * SPREAD_M + SPREAD_SHARE * SPREAD_SHARE * flatM2;
  const squareM2 = Math.max(0.25, flatM2 + dzM * dzM) + 2 * spread;
  const cross = (-weight * decade) / squareM2;
  const square = (weight * decade * decade) / (squareM2 * squareM2);
  const { terms } = into;
  terms[0] = square * (dxM * dxM + spread);
  terms[1] = square * dxM * dyM;
  terms[2] = square * (dyM * dyM + spread);
  terms[3] = cross * dxM;
  terms[4] = cross * dyM;
  terms[5] = weight;
  into.heard = 1 - (1 - p) ** AVERAGED_SECONDS;
  return true;
}

/** Radius in metres that holds the true place 68 % of the time, in cell `i`. `more` is added to its information. */
export function errorOf(information: Float64Array, i: number, more?: Float64Array): number {
  const at = TERMS * i;
  const pp = information[at + 5]! + (more ? more[5]! : 0);
  const xp = information[at + 3]! + (more ? more[3]! : 0);
  const yp = information[at + 4]! + (more ? more[4]! : 0);
  const xx = information[at]! + (more ? more[0]! : 0) - (xp * xp) / pp;
  const xy = information[at + 1]! + (more ? more[1]! : 0) - (xp * yp) / pp;
  const yy = information[at + 2]! + (more ? more[2]! : 0) - (yp * yp) / pp;
  const half = (xx + yy) / 2;
  const away = Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
  const least = Math.max(1e-9, half - away);
  const ratio = least / (half + away);
  return BEHIND_BOUND * Math.sqrt(1 / least + 1 / (half + away)) * (FLAT + (ROUND - FLAT) * ratio);
}
