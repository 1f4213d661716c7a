import { expect } from 'vitest';

/** Looks until it is as expected; ten seconds are for a busy machine, not for the thing looked at. */
export const until = <T>(look: () => T) => expect.poll(look, { timeout: 10_000, interval: 25 });
