/**
 * Capture rate: zone visits ÷ (zone visits + passers-by). The other formula of the industry, zone visits ÷ passers-by, is
 * turnInRatio. Of the whole site it is visits ÷ (visits + short visits). Null where nobody came by. Pure.
 */
import { shareBand } from './bands.ts';
import { type Certain, MILLION, missingOf, unheard, wrongOf } from './doubt.ts';
import type { LengthCounts } from './footfall.ts';
import { doubtfulCountBand } from './spread.ts';

/** `certain` is left out where only rollups are kept. */
export function captureFigures(counted: LengthCounts, coverage: number, certain?: Certain) {
  const all = counted.counted + counted.below;
  if (all === 0) return { value: null, low: null, high: null, turnInRatio: null };
  return {
    value: counted.counted / all,
    ...(certain
      ? doubtfulShareBand(counted.counted, counted.below, certain)
      : shareBand(counted.surely, counted.counted, counted.possibly, all, coverage)),
    turnInRatio: counted.below === 0 ? null : counted.counted / counted.below,
  };
}

/**
 * All that came by are known but for the unheard. Lengths near the threshold may move cases from one side to the other. A
 * case that was elsewhere is not there at all, and somewhere else one like it is missing; walls shadow everybody alike, so
 * these errors add up instead of cancelling out.
 */
function doubtfulShareBand(counted: number, below: number, { doubts, light }: Certain) {
  const all = counted + below;
  const value = counted / all;
  const band = doubtfulCountBand(counted, wrongOf(doubts), missingOf(doubts), unheard(doubts, light));
  const countedElsewhere = doubts.countedElsewhereM / MILLION;
  const belowElsewhere = doubts.belowElsewhereM / MILLION;
  const share = (yes: number, no: number): number =>
    yes + no > 0 ? Math.min(1, Math.max(0, yes / (yes + no))) : value;
  const low = share(band.low - countedElsewhere, all - band.low + belowElsewhere);
  const high = share(band.high + countedElsewhere, all - band.high - belowElsewhere);
  return { low: Math.min(value, low), high: Math.max(value, high) };
}
