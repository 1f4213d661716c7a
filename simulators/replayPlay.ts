/** Drives a fleet through recorded sightings, in the order of their time. */
import type { Fleet } from './fleet.ts';
import type { RecordedSighting } from './recorded.ts';
import type { Beacon } from './virtualGateway.ts';

const TICK_MS = 1_000;
/** Where nobody walked for longer nothing was recorded, and nothing is claimed to have been measured. */
const GAP_MS = 60_000;
/** The engine waits this long for late sightings: heartbeats after the last one bring it past them. */
const TAIL_MS = 90_000;
const SLICE_MS = 15;
const STALLED_AFTER_MS = 15_000;

export interface ReplayOptions {
  /** Times the data's own time; Infinity is as fast as acks allow. Gaps take no time. */
  speed: number;
  maxWaiting: number;
  signal: AbortSignal;
  onProgress?: (played: number, atMs: number) => void;
  onStalled?: () => void;
}

/** Returns how many sightings were played. */
export async function playRecorded(
  sightings: readonly RecordedSighting[],
  beacons: readonly Beacon[],
  fleet: Fleet,
  options: ReplayOptions,
): Promise<number> {
  const { speed, signal } = options;
  const floorTick = (atMs: number): number => Math.floor(atMs / TICK_MS) * TICK_MS;
  let next = 0;
  let t = floorTick(sightings[0]?.atMs ?? 0);
  let eventMs = 0;
  const wallMs = performance.now();
  let sliceMs = wallMs;
  if (sightings.length > 0) fleet.skipTo(t);
  while (next < sightings.length && !signal.aborted) {
    const nextMs = sightings[next]!.atMs;
    if (nextMs - t > GAP_MS) {
      fleet.skipTo(floorTick(nextMs));
      t = floorTick(nextMs);
    }
    while (next < sightings.length && sightings[next]!.atMs < t + TICK_MS) {
      const { carrier, gateway, atMs, rssiDbm } = sightings[next++]!;
      fleet.hear(gateway, beacons[carrier]!, atMs, rssiDbm);
    }
    t += TICK_MS;
    eventMs += TICK_MS;
    fleet.advance(t);
    const aheadMs = eventMs / speed - (performance.now() - wallMs);
    if (aheadMs > 5) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    if (aheadMs > 5 || performance.now() - sliceMs > SLICE_MS) {
      options.onProgress?.(next, t);
      await new Promise((resolve) => setImmediate(resolve));
      while (!signal.aborted && !(await fleet.room(options.maxWaiting, STALLED_AFTER_MS))) options.onStalled?.();
      sliceMs = performance.now();
    }
  }
  if (sightings.length > 0 && !signal.aborted)
    for (const endMs = t + TAIL_MS + TICK_MS; t < endMs; t += TICK_MS) fleet.advance(t + TICK_MS);
  return next;
}
