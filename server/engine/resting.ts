/**
 * Of a crowd, those who stand need not be looked at every second to know where they are. Only where nothing is kept for good:
 * what is live must be soon, and in the largest malls the seconds in between would be late for all. Pure.
 */

/** A tick of so many takes the half of a tenth of a second; of a usual mall everybody is looked at. */
const MANY = 2_000;
/** From here on a tick would take longer than an offer may. */
const CROWD = 6_000;

/** Every how many ticks one who stands is looked at. */
export const restTicks = (active: number): number => (active < MANY ? 1 : active < CROWD ? 2 : 3);

/** The slots are evenly filled, so that ticks are of one length. */
export const isLookedAt = (slot: number, tick: number, every: number): boolean => (tick + slot) % every === 0;
