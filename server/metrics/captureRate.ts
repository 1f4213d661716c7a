/**
 * Capture rate: zone visits ÷ (zone visits + passers-by). The other formula of the industry, zone visits ÷ passers-by, is
 * turnInRatio. Of the whole site it is visits ÷ (visits + short visits). Null where nobody came by. Pure.
 */
import { type Band, shareBand, Z95 } from './bands.ts';
import { type Certain, missingOf, unheard, wrongOf } from './doubt.ts';
import { type Elsewhere, trueStays } from './elsewhere.ts';
import type { LengthCounts } from './footfall.ts';
import { doubtfulCountBand } from './spread.ts';

/** `certain` is left out where only rollups are kept, `elsewhere` for the site. */
export function captureFigures(counted: LengthCounts, coverage: number, certain?: Certain, elsewhere?: Elsewhere) {
  const all = counted.counted + counted.below;
  if (all === 0) return { value: null, low: null, high: null, turnInRatio: null };
  const value = counted.counted / all;
  const band = !certain
    ? shareBand(counted.surely, counted.counted, counted.possibly, all, coverage)
    : elsewhere
      ? zoneBand(counted.counted, counted.below, certain, elsewhere)
      : siteBand(counted.counted, all, certain);
  return {
    value,
    low: Math.max(0, Math.min(value, band.low)),
    high: Math.min(1, Math.max(value, band.high)),
    turnInRatio: counted.below === 0 ? null : counted.counted / counted.below,
  };
}

/** All that came are known but for the unheard; lengths near the threshold may move cases from one side to the other. */
function siteBand(counted: number, all: number, { doubts, light }: Certain): Band {
  const band = doubtfulCountBand(counted, wrongOf(doubts), missingOf(doubts), unheard(doubts, light));
  return { low: band.low / all, high: band.high / all };
}

/**
 * In a zone one is by one's position, which is in more doubt than anything else: who was here may have been elsewhere, who was
 * elsewhere here, and who was quick was not seen. The band is that of the logarithm of the odds.
 */
function zoneBand(counted: number, below: number, { doubts, light }: Certain, elsewhere: Elsewhere): Band {
  const { long, short, longVariance, shortVariance } = trueStays(counted, below, elsewhere);
  const wrong = wrongOf(doubts);
  const missing = missingOf(doubts);
  const moved = wrong.sum - wrong.squares + missing.sum - missing.squares;
  const unseen = unheard(doubts, light).mean;
  const chance = 1 / long + 1 / short;
  const deviation = Math.sqrt(
    longVariance + shortVariance + moved * chance * chance + (chance * unseen) / (counted + below + unseen),
  );
  const share = (deviations: number): number => 1 / (1 + (short / long) * Math.exp(-deviations * deviation));
  return { low: share(-Z95), high: share(Z95) };
}
