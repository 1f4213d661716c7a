/** When would a campaign have fired? From stays where its zones stood, else from where carriers were by the heat rows. Pure. */
import type { Trigger } from '../contract/campaigns.ts';
import { QUARTER_MS } from '../metrics/localTime.ts';

export interface Fire {
  atMs: number;
  /** Local day. */
  day: number;
  zoneId: string;
  /** One carrier: its id, or its hash of the day where only that is known. */
  person: string;
  /** Null: nobody's for longer than a day. */
  carrierId: string | null;
  /** One visit of the person. */
  visit: string;
}

export interface PastStay {
  carrierId: string;
  /** Known again on another day. */
  identified: boolean;
  zoneId: string;
  startMs: number;
  endMs: number;
  visitStartMs: number;
}

export interface Moments {
  enterConfirmMs: number;
  exitAfterMs: number;
}

/** When the engine tells of what completes the trigger; undefined where the stay was too short for it. */
export function momentOf(
  trigger: Trigger,
  stay: Pick<PastStay, 'startMs' | 'endMs'>,
  moments: Moments,
): number | undefined {
  switch (trigger.type) {
    case 'exit':
      return stay.endMs + moments.exitAfterMs;
    case 'dwell': {
      const dwelledMs = stay.startMs + trigger.seconds * 1_000;
      // Told no sooner than the entry itself.
      return stay.endMs >= dwelledMs ? Math.max(dwelledMs, stay.startMs + moments.enterConfirmMs) : undefined;
    }
    case 'enter':
    case 'return':
    case 'basket':
      return stay.startMs + moments.enterConfirmMs;
  }
}

export interface Passing {
  /** Schedule, and days that count. */
  isOpen: (atMs: number) => boolean;
  dayOf: (atMs: number) => number;
  /** Audience, and the absence that a return asks for; of somebody of whom nothing is known carrierId is null. */
  isMeant: (carrierId: string | null, atMs: number, person: string) => boolean;
}

/** `personOf`: the carrier itself, or a hash of it and the day. */
export function firesOfStays(
  trigger: Trigger,
  stays: readonly PastStay[],
  moments: Moments,
  passing: Passing,
  personOf: (carrierId: string, day: number) => string,
): Fire[] {
  const fires: Fire[] = [];
  for (const stay of stays) {
    const atMs = momentOf(trigger, stay, moments);
    if (atMs === undefined || !passing.isOpen(atMs)) continue;
    const day = passing.dayOf(atMs);
    const person = personOf(stay.carrierId, day);
    const carrierId = stay.identified ? stay.carrierId : null;
    if (!passing.isMeant(carrierId, atMs, person)) continue;
    fires.push({ atMs, day, zoneId: stay.zoneId, person, carrierId, visit: `${person} ${stay.visitStartMs}` });
  }
  return fires.sort(byTime);
}

/** A carrier in a zone for quarter hours one after another, by its heat there. */
export interface HeatRun {
  zoneId: string;
  day: number;
  person: string;
  firstBucketMs: number;
  lastBucketMs: number;
}

/** Places are drawn anew every ten seconds, and who walks through a small zone is drawn in it once: half of that. */
const LEAST_HEAT_MS = 5_000;
export const heatNeededMs = (trigger: Trigger): number =>
  trigger.type === 'dwell' ? Math.max(LEAST_HEAT_MS, trigger.seconds * 1_000) : LEAST_HEAT_MS;

/** `identityOf`: the registered carrier behind a hash of the day, where it was one. The time is the middle of its quarter hour. */
export function firesOfHeat(
  trigger: Trigger,
  runs: readonly HeatRun[],
  passing: Passing,
  identityOf: (person: string) => string | null,
): Fire[] {
  const fires: Fire[] = [];
  for (const { zoneId, day, person, firstBucketMs, lastBucketMs } of runs) {
    const atMs = (trigger.type === 'exit' ? lastBucketMs : firstBucketMs) + QUARTER_MS / 2;
    if (!passing.isOpen(atMs)) continue;
    const carrierId = identityOf(person);
    if (!passing.isMeant(carrierId, atMs, person)) continue;
    fires.push({ atMs, day, zoneId, person, carrierId, visit: person });
  }
  return fires.sort(byTime);
}

const byTime = (a: Fire, b: Fire): number =>
  a.atMs - b.atMs || (a.person < b.person ? -1 : a.person > b.person ? 1 : a.zoneId < b.zoneId ? -1 : 1);

/** `fires` in order of time. A trigger that comes too soon after the person's last one is none. */
export function afterCooldown(fires: readonly Fire[], cooldownMs: number): Fire[] {
  const lastMs = new Map<string, number>();
  return fires.filter(({ person, atMs }) => {
    const last = lastMs.get(person);
    if (last !== undefined && atMs - last < cooldownMs) return false;
    lastMs.set(person, atMs);
    return true;
  });
}

/** The person's own number of [0, 1): FNV-1a, spread. Who is left out at random is always the same. */
export function unitOfPerson(person: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < person.length; i++) hash = Math.imul(hash ^ person.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
