/** How long to wait before the same request is tried again: full jitter, so that what failed together does not come together. */

const FIRST_MS = 250;
/** design.md: reconnect with full jitter and a 10 s cap. */
export const MOST_MS = 10_000;
/** Longer than that no database is waited for without a look whether it has come back. */
export const MOST_ASKED_MS = 5 * 60_000;

/** `attempt` counts from 0; `askedMs` is what the database asked for, which is kept, and a little more. */
export function backoffMs(attempt: number, random: () => number, askedMs?: number): number {
  const jitter = random() * Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return askedMs === undefined ? jitter : Math.min(askedMs, MOST_ASKED_MS) + jitter / 4;
}
