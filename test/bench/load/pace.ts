/** How a rate is made of carriers and windows. Pure. */

/** A carrier is heard by so many at a time; a rate that takes more has shorter windows. */
const MAX_HEARD_BY = 5;
const WINDOWS_PER_SECOND = [1, 2, 4, 5, 8, 10, 20, 25, 40, 50];

export function windowsOf(gateways: number, carriers: number, rate: number): { windows: number; heardBy: number } {
  const most = carriers * Math.min(gateways, MAX_HEARD_BY);
  const windows = WINDOWS_PER_SECOND.find((n) => n * most >= rate);
  if (windows === undefined || rate < carriers)
    throw new Error(`${carriers} carriers at ${gateways} gateways do not make ${rate} sightings a second`);
  return { windows, heardBy: rate / carriers / windows };
}
