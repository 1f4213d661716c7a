/** Suites that need a program or data of this machine. */
import { describe, it } from 'vitest';

/**
 * `describe`, where nothing is `missing`. Else it skips and says why; with CI=true it fails, so that nothing is left out
 * unseen. `missing` tells what is not there and how to get it.
 */
export function describeWith(missing: string | undefined, name: string, body: () => void): void {
  if (missing === undefined) {
    describe(name, body);
    return;
  }
  if (process.env.CI === 'true') {
    describe(name, () => {
      it('finds what it needs', () => {
        throw new Error(missing);
      });
    });
    return;
  }
  console.warn(`skipped: ${name}: ${missing}`);
  describe.skip(`${name} (skipped: ${missing})`, body);
}
