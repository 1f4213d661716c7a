/** The carriers with an open visit. Pure. */
import type { CarrierKind } from '../contract/model.ts';
import type { ZoneMass } from '../floor/zoneIndex.ts';
import type { StayState } from '../visits/zoneTracker.ts';
import type { Hearing } from './hearing.ts';
import type { CarrierHeat } from './heat.ts';
import { TickQueue } from './minHeap.ts';
import type { Fix } from './types.ts';

/** What is kept in a snapshot; structured-cloneable. */
export interface CarrierState {
  id: string;
  /** As of the visit's first sighting. */
  kind: CarrierKind;
  visitStartMs: number;
  lastHeardMs: number;
  lastHeardTickEndMs: number;
  entranceZoneId: string | null;
  /** End of the last tick that gave a fix. */
  lastFixTickEndMs: number;
  fix: Fix | undefined;
  stays: StayState[];
  position: unknown;
  hearing: Hearing;
  /** In the list that is stepped every tick. */
  active: boolean;
}

/** One carrier at work. */
export interface Carrier extends CarrierState {
  /** Gone: its visit has ended. */
  closed: boolean;
  /** The tick in which its visit ends unless it is heard again. */
  dueTick: number;
  /** Which of a crowd that stands are looked at in a tick; see resting.ts. */
  restSlot: number;
  /** The zones that it was last found in, while it rests. */
  restMasses: readonly ZoneMass[] | undefined;
  /** Its heat of the open quarter hour, looked up once. */
  heat: CarrierHeat | undefined;
  /** First and last of its sightings of this tick in the tick's list, −1 for none. */
  firstSighting: number;
  lastSighting: number;
}

export const wakeUp = (state: CarrierState): Carrier => ({
  id: state.id,
  kind: state.kind,
  visitStartMs: state.visitStartMs,
  lastHeardMs: state.lastHeardMs,
  lastHeardTickEndMs: state.lastHeardTickEndMs,
  entranceZoneId: state.entranceZoneId,
  lastFixTickEndMs: state.lastFixTickEndMs,
  fix: state.fix,
  stays: state.stays,
  position: state.position,
  hearing: state.hearing,
  active: false,
  closed: false,
  dueTick: -1,
  restSlot: 0,
  restMasses: undefined,
  heat: undefined,
  firstSighting: -1,
  lastSighting: -1,
});

/** A copy that does not follow what the engine changes in place, but for `position`, which is for the caller to clone. */
export const stateOf = (carrier: Carrier): CarrierState => ({
  id: carrier.id,
  kind: carrier.kind,
  visitStartMs: carrier.visitStartMs,
  lastHeardMs: carrier.lastHeardMs,
  lastHeardTickEndMs: carrier.lastHeardTickEndMs,
  entranceZoneId: carrier.entranceZoneId,
  lastFixTickEndMs: carrier.lastFixTickEndMs,
  fix: carrier.fix && { ...carrier.fix },
  stays: carrier.stays.map((stay) => ({ ...stay })),
  position: carrier.position,
  hearing: { ...carrier.hearing, gatewayIds: [...carrier.hearing.gatewayIds] },
  active: carrier.active,
});

const byId = (a: Carrier, b: Carrier): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/**
 * Those heard lately are active and stepped every tick, in the order of their ids. The others only wait for their visit to
 * end; a queue by tick holds them, so that they cost nothing until then.
 */
export class Carriers {
  readonly byId = new Map<string, Carrier>();
  active: Carrier[] = [];
  private arrivals: Carrier[] = [];
  private waiting = new TickQueue<Carrier>();

  /** To be stepped from this tick on. */
  activate(carrier: Carrier): void {
    if (carrier.active) return;
    carrier.active = true;
    this.arrivals.push(carrier);
  }

  /** Puts the new ones into their places among the active. */
  mergeArrivals(): void {
    const { arrivals } = this;
    if (arrivals.length === 0) return;
    arrivals.sort(byId);
    const old = this.active;
    const merged: Carrier[] = [];
    let from = 0;
    for (const arrival of arrivals) {
      let low = from;
      let high = old.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (old[middle]!.id < arrival.id) low = middle + 1;
        else high = middle;
      }
      for (let i = from; i < low; i++) merged.push(old[i]!);
      merged.push(arrival);
      from = low;
    }
    for (let i = from; i < old.length; i++) merged.push(old[i]!);
    this.active = merged;
    this.arrivals = [];
  }

  rest(carrier: Carrier, dueTick: number): void {
    carrier.active = false;
    carrier.dueTick = dueTick;
    this.waiting.add(dueTick, carrier);
  }

  nextDueTick(): number {
    return this.waiting.nextTick() ?? Infinity;
  }

  activateDue(tick: number): void {
    for (const carrier of this.waiting.take(tick))
      if (!carrier.active && !carrier.closed && carrier.dueTick <= tick) this.activate(carrier);
  }

  /** All anew, after the definitions changed or a snapshot was read. */
  requeue(dueTickOf: (carrier: Carrier) => number): void {
    this.waiting = new TickQueue<Carrier>();
    for (const carrier of this.byId.values()) if (!carrier.active) this.rest(carrier, dueTickOf(carrier));
  }

  sorted(): Carrier[] {
    return [...this.byId.values()].sort(byId);
  }
}
