/** The sightings of one tick, linked per carrier without an object for each, and read as one view per gateway. Pure. */
import type { HeardView } from '../positioning/types.ts';
import type { Carrier } from './carriers.ts';
import type { Sighting } from './types.ts';

export class TickSightings {
  private count = 0;
  private sightings: Sighting[] = [];
  private gatewayIds: string[] = [];
  private next = new Int32Array(1_024);
  /** Views are reused from carrier to carrier: a positioner must not keep them. */
  private readonly pool: HeardView[] = [];
  private readonly views: HeardView[] = [];

  /** Must be called in the order of gatewayId, epoch, seq and row. */
  push(carrier: Carrier, gatewayId: string, sighting: Sighting): void {
    const at = this.count++;
    if (at >= this.next.length) {
      const grown = new Int32Array(this.next.length * 2);
      grown.set(this.next);
      this.next = grown;
    }
    this.sightings[at] = sighting;
    this.gatewayIds[at] = gatewayId;
    this.next[at] = -1;
    if (carrier.lastSighting < 0) carrier.firstSighting = at;
    else this.next[carrier.lastSighting] = at;
    carrier.lastSighting = at;
  }

  /** Several sightings by one gateway in one tick become one view, weighted by their advertisements. Sorted by gatewayId. */
  viewsOf(carrier: Carrier): readonly HeardView[] {
    const { views, pool } = this;
    let count = 0;
    let isPhone = false;
    for (let at = carrier.firstSighting; at >= 0; at = this.next[at]!) {
      const sighting = this.sightings[at]!;
      const gatewayId = this.gatewayIds[at]!;
      let last = count > 0 ? pool[count - 1]! : undefined;
      if (sighting.beaconOf !== undefined) {
        // What a phone tells comes in its own order.
        isPhone = true;
        last = views.slice(0, count).find((view) => view.gatewayId === gatewayId);
      }
      if (last?.gatewayId === gatewayId) {
        const adverts = last.adverts + sighting.adverts;
        last.rssiMeanDbm += ((sighting.rssiMeanDbm - last.rssiMeanDbm) * sighting.adverts) / adverts;
        last.rssiMaxDbm = Math.max(last.rssiMaxDbm, sighting.rssiMaxDbm);
        last.adverts = adverts;
        last.atMs = Math.max(last.atMs, sighting.atMs);
        if (sighting.powerDbm !== undefined) last.powerDbm = sighting.powerDbm;
        continue;
      }
      let view = pool[count];
      if (!view) {
        view = { gatewayId, rssiMeanDbm: 0, rssiMaxDbm: 0, adverts: 0, powerDbm: undefined, atMs: 0, byPhone: false };
        pool[count] = view;
      }
      view.gatewayId = gatewayId;
      view.rssiMeanDbm = sighting.rssiMeanDbm;
      view.rssiMaxDbm = sighting.rssiMaxDbm;
      view.adverts = sighting.adverts;
      view.powerDbm = sighting.powerDbm;
      view.atMs = sighting.atMs;
      view.byPhone = sighting.beaconOf !== undefined;
      views[count] = view;
      count += 1;
    }
    if (views.length !== count) views.length = count;
    return isPhone ? views.sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1)) : views;
  }

  /** Time of the carrier's earliest and latest sighting of the tick. */
  firstAtMs(carrier: Carrier): number {
    let first = Infinity;
    for (let at = carrier.firstSighting; at >= 0; at = this.next[at]!)
      first = Math.min(first, this.sightings[at]!.atMs);
    return first;
  }

  lastAtMs(carrier: Carrier): number {
    let last = -Infinity;
    for (let at = carrier.firstSighting; at >= 0; at = this.next[at]!) last = Math.max(last, this.sightings[at]!.atMs);
    return last;
  }

  clear(): void {
    // The sightings must not outlive their tick in memory for longer than until the next one overwrites them; after a rush
    // the list is given back.
    if (this.sightings.length > 4 * this.count + 1_024) {
      this.sightings = [];
      this.gatewayIds = [];
    }
    this.count = 0;
  }
}
