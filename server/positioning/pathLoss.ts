/** What distance does to a reading, and a weak reading to the chance of being heard. The one formula of all who predict RSSI. Pure. */

/** Nearer than this the antenna's pattern rules, not the distance. */
const MIN_DISTANCE_M = 0.5;
/** A second's readings at this strength are heard half the time by receivers whose data sheets say −90 to −95 dBm, indoors. */
const HEARD_HALF_DBM = -87;
export const HEARD_SPREAD_DB = 4;

/** Decibels against one metre, for an exponent of 1: never positive beyond a metre. */
export function spreadDb(dxM: number, dyM: number, dzM: number): number {
  return -10 * Math.log10(Math.max(MIN_DISTANCE_M, Math.hypot(dxM, dyM, dzM)));
}

/** Of seconds in which a carrier advertises: the share in which it is heard at this expected strength. */
export function hearable(rssiDbm: number): number {
  return 1 / (1 + Math.exp(-(rssiDbm - HEARD_HALF_DBM) / HEARD_SPREAD_DB));
}
