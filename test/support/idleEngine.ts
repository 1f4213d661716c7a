/** An engine that takes everything and makes nothing of it, for tests of what stands beside it. */
import type { Engine } from '../../server/engine/types.ts';

export function idleEngine(): Engine {
  let watermarkMs = 0;
  const snapshot = () => ({ version: 1, watermarkMs, state: null });
  return {
    get watermarkMs() {
      return watermarkMs;
    },
    add: () => 0,
    setModel: () => undefined,
    advance: (toMs) => {
      watermarkMs = toMs;
      return { rows: { visits: [], stays: [], heat: [], occupancy: [], coverage: [] }, events: [] };
    },
    openRows: () => ({ visits: [], stays: [], heat: [], occupancy: [] }),
    present: () => [],
    clones: () => [],
    learnedRadio: () => undefined,
    snapshot,
    *snapshotParts() {
      yield { part: 'head', snapshot: snapshot() };
    },
  };
}
