/**
 * Capture rate: zone visits ÷ (zone visits + passers-by). The other formula of the industry, zone visits ÷ passers-by, is
 * turnInRatio. Of the whole site it is visits ÷ (visits + short visits). Null where nobody came by. Pure.
 */
import { shareBand } from './bands.ts';
import type { LengthCounts } from './footfall.ts';

export function captureFigures(counted: LengthCounts, coverage: number) {
  const all = counted.counted + counted.below;
  if (all === 0) return { value: null, low: null, high: null, turnInRatio: null };
  return {
    value: counted.counted / all,
    ...shareBand(counted.surely, counted.counted, counted.possibly, all, coverage),
    turnInRatio: counted.below === 0 ? null : counted.counted / counted.below,
  };
}
