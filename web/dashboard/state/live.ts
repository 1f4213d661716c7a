/** The live stream of the site shown: newest snapshot and heat, and how far they may be trusted. */
import { computed, signal } from '@preact/signals';
import { io } from 'socket.io-client';
import { follow as followSite } from '../../../server/client/follow.ts';
import type { LiveHeat, LiveSnapshot } from '../../../server/client/types.ts';
import { client } from '../../lib/api.ts';
import { ofSite } from './endpoints.ts';

/** Snapshots come about once a second; fifteen missed are no hiccup of a radio link any more. */
export const STALE_AFTER_MS = 15_000;

export const snapshot = signal<LiveSnapshot | undefined>(undefined);
export const heat = signal<LiveHeat | undefined>(undefined);
/** Rises with every change of the past that the server tells of. */
export const changes = signal(0);
/** The first answer came or failed: what the site's own now is may be relied on. */
export const settled = signal(false);
export const connection = signal<'connecting' | 'live' | 'lost' | 'refused'>('connecting');
export const refusal = signal('');
/** By this device's clock, so that a wrong clock anywhere cannot make old numbers look new. */
export const receivedMs = signal<number | undefined>(undefined);
export const nowMs = signal(Date.now());
setInterval(() => {
  nowMs.value = Date.now();
}, 1_000);

export const ageMs = computed(() => (receivedMs.value === undefined ? undefined : nowMs.value - receivedMs.value));
export const isStale = computed(() => ageMs.value !== undefined && ageMs.value > STALE_AFTER_MS);

let stop: (() => void) | undefined;
let followed: string | undefined;

function take(next: LiveSnapshot): void {
  snapshot.value = next;
  receivedMs.value = Date.now();
}

export function follow(siteId: string): void {
  if (followed === siteId) return;
  unfollow();
  followed = siteId;
  const abort = new AbortController();
  ofSite(siteId)
    .live(abort.signal)
    .then(
      (first) => {
        if (followed === siteId && snapshot.value === undefined) take(first);
      },
      () => undefined,
    )
    .finally(() => {
      if (followed === siteId) settled.value = true;
    });
  stop = followSite(client, io, siteId, {
    live: take,
    heat: (next) => {
      heat.value = next;
    },
    changelog: () => {
      changes.value++;
    },
    connection: (state, why = '') => {
      connection.value = state;
      refusal.value = why;
    },
  });
}

export function unfollow(): void {
  stop?.();
  stop = undefined;
  followed = undefined;
  snapshot.value = undefined;
  heat.value = undefined;
  receivedMs.value = undefined;
  settled.value = false;
  connection.value = 'connecting';
}

/** The site's own now: its newest snapshot's time, else this device's clock. */
export const siteNowMs = (): number => snapshot.value?.atMs ?? Date.now();
