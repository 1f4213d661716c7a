/** Drives a world and its fleet through event time, as fast as a target and the server's acks allow. */
import type { Fleet } from './fleet.ts';
import { TICK_MS, type World } from './world.ts';

/** Quiet hours are crossed in steps of a heartbeat. */
const QUIET_STEP_MS = 60_000;
/** How long the event loop may be kept from the sockets. */
const SLICE_MS = 15;
/** The acks have stopped: worth a word to whoever waits. */
const STALLED_AFTER_MS = 15_000;
/** How late a second may be closed in live mode. */
const IDLE_MS = 50;

export interface PlayOptions {
  fromMs: number;
  /** Plays up to here; may move on while playing. */
  untilMs: () => number;
  /** How far event time may have come by now. */
  targetMs: () => number;
  /** Batches that may wait for their ack. */
  maxWaiting: number;
  signal: AbortSignal;
  onProgress?: (eventMs: number) => void;
  onStalled?: () => void;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Returns the event time reached. */
export async function play(world: World, fleet: Fleet, options: PlayOptions): Promise<number> {
  const { signal } = options;
  let t = options.fromMs;
  let sliceMs = performance.now();
  while (!signal.aborted) {
    const untilMs = options.untilMs();
    if (t >= untilMs) break;
    const endMs = Math.min(untilMs, options.targetMs());
    const activeMs = world.nextActiveMs(t);
    if (activeMs > t && t < endMs) {
      t = Math.min(activeMs, endMs, t + QUIET_STEP_MS);
      fleet.advance(t);
    } else if (t + TICK_MS <= endMs) {
      world.tick(t, (gateway, carrier, atMs, rssiDbm) => {
        const beacon = carrier.app ? carrier.app.beaconAt(atMs) : carrier;
        if (beacon) fleet.hear(gateway, beacon, atMs, rssiDbm);
      });
      t += TICK_MS;
      fleet.advance(t);
    } else if (endMs === untilMs) {
      break;
    } else {
      options.onProgress?.(t);
      await pause(IDLE_MS);
      sliceMs = performance.now();
      continue;
    }
    if (performance.now() - sliceMs > SLICE_MS) {
      options.onProgress?.(t);
      await turn();
      while (!signal.aborted && !(await fleet.room(options.maxWaiting, STALLED_AFTER_MS))) options.onStalled?.();
      sliceMs = performance.now();
    }
  }
  return t;
}
