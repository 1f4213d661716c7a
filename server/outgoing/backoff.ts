/** When a delivery that failed is tried again, and until when. Pure. */

const BASE_MS = 5_000;
/** A receiver that is back is noticed within the hour. */
const CAP_MS = 3_600_000;
/** A night and a day: somebody has seen by then that the receiver is down. */
export const GIVE_UP_AFTER_MS = 24 * 3_600_000;
/** Longer than this nobody is asked to wait. */
const MAX_RETRY_AFTER_MS = 2 * 3_600_000;
/** Never at once: a receiver that refuses quickly would be asked thousands of times. */
const LEAST_MS = 250;

/** Full jitter: what failed together does not come back together. `failures` counts from 1. */
export const retryDelayMs = (failures: number, random: () => number): number =>
  Math.round(LEAST_MS + random() * (Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures - 1, 20)) - LEAST_MS));

/** The header Retry-After: seconds, or a date. Undefined where it says nothing usable. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : undefined;
}
