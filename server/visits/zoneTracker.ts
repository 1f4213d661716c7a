/** From the masses of a carrier over the zones to its stays, with hysteresis in mass and in time. Pure. */
import type { ZoneMass } from '../floor/zoneIndex.ts';
import type { TrackedZone, ZoneTable } from './zoneTable.ts';

/**
 * Shares of the mass that is attainable in the zone: with a wide zone 0.5 is the border itself, so one enters at it
 * and leaves two thirds of a standard error beyond it. Relative, because an error of 5 m puts hardly a third of the mass into a circle of 5 m.
 */
export const ENTER_SHARE = 0.55;
const STAY_SHARE = 0.25;
/** Below these the radio cannot tell: a zone much smaller than the error is never entered. */
export const MIN_ENTER_MASS = 0.2;
const MIN_STAY_MASS = 0.08;

/** Structured-cloneable. */
export interface StayState {
  zoneId: string;
  floorId: string;
  confirmed: boolean;
  /** Last sighting of the tick in which it was first in the zone. */
  startMs: number;
  startTickEndMs: number;
  /** Last sighting of the tick in which it was last in the zone. */
  lastInMs: number;
  lastInTickEndMs: number;
  /** Was in the zone when last heard. */
  current: boolean;
  /** Of the ticks in which it was heard and taken to be in the zone: their number, and the sum of its mass there. */
  ticksIn: number;
  massIn: number;
}

export const massPermilleOf = ({ ticksIn, massIn }: StayState): number =>
  ticksIn > 0 ? Math.round((1_000 * massIn) / ticksIn) : 0;

export interface ZoneRules {
  enterConfirmMs: number;
  exitAfterMs: number;
}

export interface ZoneSink {
  entered(stay: StayState): void;
  dwelled(stay: StayState, dwellSeconds: number): void;
  exited(stay: StayState): void;
  /** Was in the zone in every tick that ends after `fromTickEndMs` and at or before `toTickEndMs`. Told once per tick, confirmed stays only. */
  wasIn(stay: StayState, fromTickEndMs: number, toTickEndMs: number): void;
}

export interface Sighted {
  /** Last sighting of the tick. */
  atMs: number;
  tickEndMs: number;
  masses: readonly ZoneMass[];
  accuracyM: number;
}

const TICK_MS = 1_000;
const findStay = (stays: readonly StayState[], zoneId: string): StayState | undefined => {
  for (const stay of stays) if (stay.zoneId === zoneId) return stay;
  return undefined;
};

// Scratch of one call; calls never nest.
const contenders: TrackedZone[] = [];
const shares: number[] = [];
const currents: boolean[] = [];
const masses: number[] = [];

/** Zones with mass enough: to go on where it is in them, to enter where it is not. */
function contend(stays: readonly StayState[], sighted: Sighted, table: ZoneTable): number {
  let count = 0;
  for (const { zoneId, mass } of sighted.masses) {
    const zone = table.get(zoneId);
    if (!zone) continue;
    const attainable = zone.attainable(sighted.accuracyM);
    const current = findStay(stays, zoneId)?.current === true;
    const needed = current
      ? Math.max(MIN_STAY_MASS, STAY_SHARE * attainable)
      : Math.max(MIN_ENTER_MASS, ENTER_SHARE * attainable);
    if (mass < needed) continue;
    contenders[count] = zone;
    shares[count] = mass / attainable;
    currents[count] = current;
    masses[count] = mass;
    count += 1;
  }
  return count;
}

/** A neighbour that it cannot be in as well has the better claim: the one it is in already, else the one with the larger share. */
function beaten(i: number, count: number): boolean {
  const zone = contenders[i]!;
  for (let j = 0; j < count; j++) {
    if (j === i || zone.overlapping.has(contenders[j]!.zone.id)) continue;
    if (currents[j] !== currents[i]) {
      if (currents[j]) return true;
    } else if (shares[j]! > shares[i]! || (shares[j] === shares[i] && contenders[j]!.zone.id < zone.zone.id))
      return true;
  }
  return false;
}

/** A tick in which the carrier was heard. Changes `stays` in place. */
export function trackSighted(
  stays: StayState[],
  sighted: Sighted,
  table: ZoneTable,
  rules: ZoneRules,
  sink: ZoneSink,
): void {
  const { atMs, tickEndMs } = sighted;
  const count = contend(stays, sighted, table);
  for (let i = 0; i < count; i++) {
    if (beaten(i, count)) continue;
    const zone = contenders[i]!;
    let stay = findStay(stays, zone.zone.id);
    if (!stay) {
      stay = {
        zoneId: zone.zone.id,
        floorId: zone.zone.floorId,
        confirmed: false,
        startMs: atMs,
        startTickEndMs: tickEndMs,
        lastInMs: atMs,
        lastInTickEndMs: tickEndMs,
        current: true,
        ticksIn: 0,
        massIn: 0,
      };
      stays.push(stay);
    }
    const dwelledBeforeMs = stay.confirmed ? stay.lastInMs - stay.startMs : -1;
    const countedToMs = stay.confirmed ? stay.lastInTickEndMs : stay.startTickEndMs - TICK_MS;
    stay.lastInMs = atMs;
    stay.lastInTickEndMs = tickEndMs;
    stay.ticksIn += 1;
    stay.massIn += Math.min(1, masses[i]!);
    if (!stay.confirmed) {
      if (tickEndMs - stay.startTickEndMs < rules.enterConfirmMs) continue;
      stay.confirmed = true;
      sink.entered(stay);
    }
    sink.wasIn(stay, countedToMs, tickEndMs);
    for (const seconds of zone.dwellSeconds)
      if (seconds * 1_000 > dwelledBeforeMs && seconds * 1_000 <= atMs - stay.startMs) sink.dwelled(stay, seconds);
  }
  dropExpired(stays, tickEndMs, rules, sink, true);
}

/** A tick in which it was not heard: only time passes. */
export function trackSilent(stays: StayState[], tickEndMs: number, rules: ZoneRules, sink: ZoneSink): void {
  if (stays.length > 0) dropExpired(stays, tickEndMs, rules, sink, false);
}

function dropExpired(stays: StayState[], tickEndMs: number, rules: ZoneRules, sink: ZoneSink, heard: boolean): void {
  let kept = 0;
  for (let i = 0; i < stays.length; i++) {
    const stay = stays[i]!;
    if (heard) stay.current = stay.lastInTickEndMs === tickEndMs;
    // An entry under way must hold in every tick in which the carrier is heard.
    const gone = stay.confirmed
      ? tickEndMs - stay.lastInMs >= rules.exitAfterMs
      : !stay.current || tickEndMs - stay.lastInMs >= rules.exitAfterMs;
    if (!gone) stays[kept++] = stay;
    else if (stay.confirmed) sink.exited(stay);
  }
  stays.length = kept;
}

/** The visit has ended: so have its stays. */
export function endAll(stays: StayState[], sink: ZoneSink): void {
  for (const stay of stays) if (stay.confirmed) sink.exited(stay);
  stays.length = 0;
}

/** Ends the stays in zones that no longer exist. */
export function endMissing(stays: StayState[], table: ZoneTable, sink: ZoneSink): void {
  let kept = 0;
  for (let i = 0; i < stays.length; i++) {
    const stay = stays[i]!;
    if (table.has(stay.zoneId)) stays[kept++] = stay;
    else if (stay.confirmed) sink.exited(stay);
  }
  stays.length = kept;
}

/** Where it is now: confirmed stays, of neighbours only the one that it was in last. */
export function currentZoneIds(stays: readonly StayState[], table: ZoneTable): string[] {
  return stays
    .filter(
      (stay) =>
        stay.confirmed &&
        !stays.some(
          (other) =>
            other !== stay &&
            other.confirmed &&
            other.lastInTickEndMs > stay.lastInTickEndMs &&
            !table.get(stay.zoneId)?.overlapping.has(other.zoneId),
        ),
    )
    .map((stay) => stay.zoneId);
}
