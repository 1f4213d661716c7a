/** A door being counted by hand on this phone, and counts that wait for the network. */
import { signal } from '@preact/signals';
import { ApiError } from '../../../lib/api.ts';
import { ofSite } from '../../state/endpoints.ts';
import { readKept, writeKept } from './kept.ts';

export interface DoorCounting {
  zoneId: string;
  /** By the site's clock. */
  startedMs: number;
  /** In the order of tapping. */
  taps: ('in' | 'out')[];
}
export interface SavedCount {
  zoneId: string;
  fromMs: number;
  toMs: number;
  people: number;
  out: number;
  /** Null: the server does not have it yet. */
  id: string | null;
}
interface Kept {
  now: DoorCounting | null;
  saved: SavedCount[];
}

const RETRY_MS = 4_000;
/** What one takes back is among the last. */
const SHOWN = 8;

export const counting = signal<DoorCounting | null>(null);
export const savedCounts = signal<SavedCount[]>([]);
export const countProblem = signal<string | undefined>(undefined);
let siteId = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let busy = false;

const keep = (): void => {
  const kept: Kept = { now: counting.value, saved: savedCounts.value };
  writeKept(`promenade.count.${siteId}`, kept);
};

export function resumeCounting(site: string): void {
  if (siteId === site) return;
  siteId = site;
  const kept = readKept<Kept>(`promenade.count.${site}`);
  counting.value = kept?.now ?? null;
  savedCounts.value = kept?.saved ?? [];
  countProblem.value = undefined;
  void sendCounts();
}

export function setCounting(next: DoorCounting | null): void {
  counting.value = next;
  keep();
}

export function saveCount(toMs: number): void {
  const now = counting.value;
  if (now === null) return;
  const people = now.taps.filter((tap) => tap === 'in').length;
  const saved = { zoneId: now.zoneId, fromMs: now.startedMs, toMs, people, out: now.taps.length - people, id: null };
  savedCounts.value = [saved, ...savedCounts.value];
  setCounting(null);
  void sendCounts();
}

/** One that never reached the server is simply gone. */
export async function takeBack(count: SavedCount): Promise<void> {
  if (count.id !== null) await ofSite(siteId).removeCount(count.id);
  savedCounts.value = savedCounts.value.filter((one) => one !== count);
  keep();
}

addEventListener('online', () => void sendCounts());

export async function sendCounts(): Promise<void> {
  clearTimeout(timer);
  if (busy) return;
  busy = true;
  try {
    for (;;) {
      const count = savedCounts.value.findLast(({ id }) => id === null);
      if (count === undefined) break;
      const { id: _, ...body } = count;
      const { id } = await ofSite(siteId).addCount(body);
      const next = savedCounts.value.map((one) => (one === count ? { ...one, id } : one));
      savedCounts.value = next.filter((one, at) => one.id === null || at < SHOWN);
      countProblem.value = undefined;
      keep();
    }
  } catch (error) {
    const fault = error instanceof ApiError ? error : new ApiError(0, 'page', String(error));
    if (fault.status === 0 || fault.status === 401 || fault.status === 429 || fault.status >= 500)
      timer = setTimeout(() => void sendCounts(), RETRY_MS);
    else countProblem.value = fault.message;
  } finally {
    busy = false;
  }
}
