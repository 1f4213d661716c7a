/** The walk under way as this phone holds it: kept on the phone, sent when the network allows, so that a gap in it costs nothing. */
import { signal } from '@preact/signals';
import type { Waypoint } from '../../../../server/contract/calibration.ts';
import { ApiError } from '../../../lib/api.ts';
import { ofSite } from '../../state/endpoints.ts';
import { readKept, writeKept } from './kept.ts';

export interface PhoneTap extends Waypoint {
  sent: boolean;
}
export interface PhoneWalk {
  siteId: string;
  auditId: string;
  carrierId: string;
  carrierLabel: string | null;
  taps: PhoneTap[];
  /** Taken back, and the server does not know it yet. */
  dropped: string[];
}

const RETRY_MS = 2_000;
const MAX_RETRY_MS = 15_000;
/** As many as one request takes. */
const PORTION = 200;

export const walk = signal<PhoneWalk | undefined>(undefined);
/** `waiting`: the network is away, all is kept here. */
export const sending = signal<'idle' | 'sending' | 'waiting'>('idle');
/** What the server would not take, in its words. */
export const walkProblem = signal<string | undefined>(undefined);

const keyOf = (siteId: string): string => `promenade.walk.${siteId}`;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** Not `randomUUID`: a page on a local network's plain HTTP has none. */
export const freshId = (prefix: string): string =>
  `${prefix}-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => ALPHABET[byte & 31]).join('')}`;

function put(next: PhoneWalk | undefined, siteId = next?.siteId): void {
  walk.value = next;
  if (siteId !== undefined) writeKept(keyOf(siteId), next);
}
const change = (how: (now: PhoneWalk) => Partial<PhoneWalk>): void => {
  const now = walk.value;
  if (now !== undefined) put({ ...now, ...how(now) });
};

/** The walk that was under way when the page was left, if any. */
export function resumeWalk(siteId: string): void {
  if (walk.value?.siteId === siteId) return;
  walk.value = readKept<PhoneWalk>(keyOf(siteId));
  walkProblem.value = undefined;
  if (unsent() > 0) void flush();
}

export function beginWalk(begun: Omit<PhoneWalk, 'dropped'>): void {
  walkProblem.value = undefined;
  put({ ...begun, dropped: [] });
}

export function endWalk(): void {
  put(undefined, walk.value?.siteId);
  walkProblem.value = undefined;
  sending.value = 'idle';
}

export const unsent = (): number => {
  const now = walk.value;
  return now === undefined ? 0 : now.taps.filter((tap) => !tap.sent).length + now.dropped.length;
};

export function tapHere(place: Pick<Waypoint, 'floorId' | 'xM' | 'yM'>, atMs: number): void {
  change(({ taps }) => ({ taps: [...taps, { id: freshId('t'), ...place, atMs, sent: false }] }));
  void flush();
}

export function undoTap(): void {
  change(({ taps, dropped }) => {
    const last = taps.at(-1);
    // Even one not known to be sent may be on its way.
    return last === undefined ? {} : { taps: taps.slice(0, -1), dropped: [...dropped, last.id] };
  });
  void flush();
}

let flushing: Promise<boolean> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let retryMs = RETRY_MS;

/** Sends what waits; resolves true once nothing does. */
export function flush(): Promise<boolean> {
  clearTimeout(timer);
  flushing ??= sendAll().finally(() => {
    flushing = undefined;
  });
  return flushing;
}
addEventListener('online', () => void flush());

async function sendAll(): Promise<boolean> {
  try {
    for (;;) {
      const now = walk.value;
      if (now === undefined) break;
      const site = ofSite(now.siteId);
      const waiting = now.taps.filter((tap) => !tap.sent).slice(0, PORTION);
      if (waiting.length > 0) {
        sending.value = 'sending';
        const waypoints = waiting.map(({ sent: _, ...tap }) => tap);
        const { refused } = await site.addTaps(now.auditId, { clockMs: Date.now(), waypoints });
        const done = new Set(waiting.map(({ id }) => id));
        const bad = new Set(refused.map(({ id }) => id));
        if (refused.length > 0) walkProblem.value = refused[0]!.reason;
        change(({ taps }) => ({
          taps: taps.filter(({ id }) => !bad.has(id)).map((tap) => (done.has(tap.id) ? { ...tap, sent: true } : tap)),
        }));
        continue;
      }
      const drop = now.dropped[0];
      if (drop === undefined) break;
      sending.value = 'sending';
      await site.removeTap(now.auditId, drop);
      change(({ dropped }) => ({ dropped: dropped.filter((id) => id !== drop) }));
    }
    retryMs = RETRY_MS;
    sending.value = 'idle';
    return true;
  } catch (error) {
    const fault = error instanceof ApiError ? error : new ApiError(0, 'page', String(error));
    if (fault.status === 0 || fault.status === 401 || fault.status === 429 || fault.status >= 500) {
      sending.value = 'waiting';
      timer = setTimeout(() => void flush(), retryMs);
      retryMs = Math.min(MAX_RETRY_MS, retryMs * 2);
    } else {
      sending.value = 'idle';
      walkProblem.value = fault.message;
    }
    return false;
  }
}
