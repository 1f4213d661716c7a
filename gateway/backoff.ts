/** Waiting times between attempts. Pure: randomness comes in. */

/** Full jitter: anything up to the doubled step, so that a hall of gateways does not come back in one instant. */
export function fullJitterMs(attempt: number, random: () => number, options = { baseMs: 500, capMs: 10_000 }): number {
  return Math.round(random() * Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 16)));
}

/** Doubling without jitter, for what nobody else waits for. */
export const doublingMs = (attempt: number, baseMs: number, capMs: number): number =>
  Math.min(capMs, baseMs * 2 ** Math.min(attempt, 16));
