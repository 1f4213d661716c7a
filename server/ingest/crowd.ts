/** Who is present, as counts and places without a name: what goes out live is made of this alone. Pure. */
import type { PresentCarrier } from '../engine/types.ts';

/** Structured-cloneable. Staff and carts are not in it. */
export interface Crowd {
  occupancy: number;
  /** Who is in each zone. */
  zones: Map<string, number>;
  /** By floor: x, y, x, y. */
  places: Map<string, number[]>;
}

export const emptyCrowd = (): Crowd => ({ occupancy: 0, zones: new Map(), places: new Map() });

export function crowdOf(present: readonly PresentCarrier[]): Crowd {
  const crowd = emptyCrowd();
  for (const { kind, zoneIds, fix } of present) {
    if (kind === 'staff' || kind === 'cart') continue;
    crowd.occupancy++;
    for (const zoneId of zoneIds) crowd.zones.set(zoneId, (crowd.zones.get(zoneId) ?? 0) + 1);
    if (!fix) continue;
    const places = crowd.places.get(fix.floorId);
    if (places) places.push(fix.xM, fix.yM);
    else crowd.places.set(fix.floorId, [fix.xM, fix.yM]);
  }
  return crowd;
}

/** Of carriers that are in one of them each. */
export function mergeCrowds(crowds: readonly Crowd[]): Crowd {
  const [first, ...others] = crowds;
  if (first && others.length === 0) return first;
  const whole = emptyCrowd();
  for (const { occupancy, zones, places } of crowds) {
    whole.occupancy += occupancy;
    for (const [zoneId, count] of zones) whole.zones.set(zoneId, (whole.zones.get(zoneId) ?? 0) + count);
    for (const [floorId, more] of places) {
      const all = whole.places.get(floorId);
      if (all) for (const value of more) all.push(value);
      else whole.places.set(floorId, [...more]);
    }
  }
  return whole;
}
