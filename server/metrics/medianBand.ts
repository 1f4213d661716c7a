/**
 * The band of a median of lengths each of which is known within its own reach, and of which some may be wrong or missing: the
 * medians of many populations that would all have been heard as this one was. Drawn with one fixed sequence of numbers, so
 * the same rows always give the same band. Pure.
 */
import { type Band, Z95 } from './bands.ts';
import type { DoorLag } from './doors.ts';
import { missingOf, unheard, wrongOf } from './doubt.ts';
import type { NearMedian } from './dwell.ts';
import { RESOLUTION_MS } from './thresholds.ts';

/** Enough for quantiles of one in forty. */
const MOST_DRAWS = 400;
/** Of long lists fewer draws do: their medians hardly scatter, and are normal. */
const FEWEST_DRAWS = 60;
const WORK = 24_000;

/** Mulberry32: small, fast, the same everywhere. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Sum of twelve uniform numbers less six: normal enough. */
function normal(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i += 1) sum += random();
  return sum;
}

/** What goes unheard at one end, as a share of the reach, which is twice its mean. */
const unheardShare = (random: () => number, { lost }: DoorLag): number =>
  random() < lost ? -Math.log(1 - random()) / 2 : random();

/** A reach, as it may be at the door: the lag is another there, darkness is not. */
function atDoor({ times, spread }: DoorLag, longestLagMs: number, random: () => number): (reachMs: number) => number {
  const more = Math.max(0, times * (1 + spread * normal(random))) - 1;
  return (reachMs) => reachMs + more * Math.min(reachMs, 2 * longestLagMs);
}

export function medianBand(count: number, medianMs: number, { certain, doors, below, near }: NearMedian): Band {
  if (near.length === 0) return { low: medianMs, high: medianMs };
  const { doubts, light } = certain;
  // Of those in the window each has a chance of its own. The others that are wrong or missing are near the threshold, below
  // it; who went unheard in the dark was there but shortly, and who did for want of gateways was as long as any.
  const nearWrong = near.reduce((sum, row) => sum + 1 - row.chance, 0);
  const wrong = wrongOf(doubts);
  const missing = missingOf(doubts);
  const dark = unheard({ seenByOne: 0, seenByTwo: 0, seenByMore: 0 }, { ...light, gateways: 1 });
  const deaf = unheard(doubts, { lit: light.lit, gateways: light.gateways });
  const belowMean = missing.sum - Math.max(0, wrong.sum - nearWrong) + dark.mean;
  const belowSpread = Math.sqrt(Math.max(0, missing.sum - missing.squares + dark.variance));
  const deafSpread = Math.sqrt(deaf.variance);
  const above = count - below - near.length;
  const random = numbers(count);
  const draws = Math.max(FEWEST_DRAWS, Math.min(MOST_DRAWS, Math.floor(WORK / near.length)));
  const medians: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    const lengths: number[] = [];
    const first = atDoor(doors.first, doubts.longestLagMs, random);
    const last = atDoor(doors.last, doubts.longestLagMs, random);
    // People who come and leave together, and two carriers of one person, were there equally long, though their sightings
    // differ. Which they are is not told: half of the draws take those near the median to be of one company.
    const company = draw % 2 === 0 ? undefined : [unheardShare(random, doors.first), unheardShare(random, doors.last)];
    for (const { lengthMs, beforeMs, afterMs, chance } of near)
      if (chance >= 1 || random() < chance)
        lengths.push(
          lengthMs +
            first(beforeMs) * (company?.[0] ?? unheardShare(random, doors.first)) +
            last(afterMs) * (company?.[1] ?? unheardShare(random, doors.last)),
        );
    if (lengths.length === 0) continue;
    lengths.sort((a, b) => a - b);
    const more = Math.max(-below, Math.round(belowMean + belowSpread * normal(random)));
    const lost = Math.max(0, Math.round(deaf.mean + deafSpread * normal(random)));
    const lostBelow = lost > 0 ? Math.round(lost / 2 + (Math.sqrt(lost) / 2) * normal(random)) : 0;
    const firstRank = below + more + lostBelow;
    const all = firstRank + lengths.length + above + lost - lostBelow;
    const at = (rank: number): number => lengths[Math.max(0, Math.min(lengths.length - 1, rank - 1 - firstRank))]!;
    medians.push((at(Math.floor((all + 1) / 2)) + at(Math.floor(all / 2) + 1)) / 2);
  }
  if (medians.length === 0) return { low: medianMs, high: medianMs };
  const { low, high } = shortestAround(medianMs, medians);
  // What all times have in common, as clocks, shows in no draw: a length is known to half a tick at best.
  return { low: Math.max(0, low - RESOLUTION_MS / 2), high: high + RESOLUTION_MS / 2 };
}

/** Quantiles that hold 95 % and the value: one-sided where the value lies in a tail. */
function shortestAround(value: number, draws: number[]): Band {
  draws.sort((a, b) => a - b);
  if (draws.length < MOST_DRAWS) {
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const half = Z95 * Math.sqrt(draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length);
    return { low: mean - half, high: mean + half };
  }
  const below = draws.filter((one) => one <= value).length / draws.length;
  const from = Math.min(0.05, Math.max(0, Math.min(0.025, below)) + Math.max(0, below - 0.975));
  const at = (share: number): number =>
    draws[Math.max(0, Math.min(draws.length - 1, Math.round(share * draws.length) - 1))]!;
  return { low: at(from), high: at(from + 0.95) };
}
