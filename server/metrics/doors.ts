/**
 * How long people go unheard at the doors, measured against their visits as a whole: a lag there may be longer, as they leave
 * with their backs to the gateways, or a gateway next to the door is down. From all first (last) sightings of a day and more:
 * - the lag that the gaps next to them stand for, as a multiple of the lag of the whole visits;
 * - the share of them that one gateway alone had. If gateways hear independently of each other, the number of those that
 *   hear an advert is a Poisson number, and that share tells how often it is 0: what is lost where people were heard last
 *   is lost again beyond, so the lag grows by this share, and is known no better than to plus or minus that share.
 * Where hearing breaks off within a step or two of the last sighting, neither shows it, and bands are too low. Pure.
 */
import type { DoorHearing } from '../engine/types.ts';
import { type DoubtfulRow, lagOf } from './doubt.ts';
import { DAY_MS, HOUR_MS } from './localTime.ts';
import { counts, RESOLUTION_MS } from './thresholds.ts';

/** Of first, or of last sightings. */
export interface EndSums {
  ends: number;
  /** Had by one gateway alone. */
  byOne: number;
  /** Gaps times the lag that they stand for, and times the lag of their visit. */
  nearMs2: number;
  visitMs2: number;
}
export interface DoorSums {
  first: EndSums;
  last: EndSums;
}
export const noEnds = (): EndSums => ({ ends: 0, byOne: 0, nearMs2: 0, visitMs2: 0 });

export function addEnds(to: EndSums, more: EndSums): void {
  to.ends += more.ends;
  to.byOne += more.byOne;
  to.nearMs2 += more.nearMs2;
  to.visitMs2 += more.visitMs2;
}

export interface DoorLag {
  /** The lag at the door ÷ that of the whole visit, and the standard deviation of what is known of it, as a share of it. */
  times: number;
  spread: number;
  /** What goes unheard is uniform up to two lags while every advert is heard, exponential where they are lost: the share of the second. */
  lost: number;
}
export interface Doors {
  first: DoorLag;
  last: DoorLag;
}

/** Stays end inside, and rows of before do not tell: as elsewhere, to plus or minus a quarter. */
const UNMEASURED: DoorLag = { times: 1, spread: 0.25 / Math.sqrt(3), lost: 0.25 };
export const UNMEASURED_DOORS: Doors = { first: UNMEASURED, last: UNMEASURED };

/** A few that were heard at the door as elsewhere are reckoned with, so that two or three do not decide. */
const AS_ELSEWHERE = 5;

/** Of the variance of one end, in squares of its lag: a third if uniform, all if exponential. */
export const endVariance = ({ lost }: DoorLag): number => (1 - lost) / 3 + lost;

/** Chance that none hears, where of those times that any does, one alone does with chance `byOne`; by bisection. */
function noneHears(byOne: number): number {
  let [low, high] = [0, 50];
  for (let step = 0; step < 50; step += 1) {
    const mean = (low + high) / 2;
    if (mean / Math.expm1(mean) > byOne) low = mean;
    else high = mean;
  }
  return Math.exp(-high);
}

function doorLag({ ends, byOne, nearMs2, visitMs2 }: EndSums): DoorLag {
  if (ends === 0 || visitMs2 === 0) return UNMEASURED;
  const lost = noneHears((byOne + 0.5) / (ends + 1));
  const near = ((nearMs2 / visitMs2) * ends + AS_ELSEWHERE) / (ends + AS_ELSEWHERE);
  // Two gaps or more of each.
  const sampling = (1 - lost) / 3 + lost;
  return { times: near * (1 + lost), spread: Math.sqrt(lost ** 2 / 3 + sampling / (2 * (ends + AS_ELSEWHERE))), lost };
}

export const doorsOf = ({ first, last }: DoorSums): Doors => ({ first: doorLag(first), last: doorLag(last) });

/**
 * Hours whose sightings tell of an interval's doors: a day's worth, so that there are enough, and none after it, so that a
 * final interval stays as it is. While gateways are down, those at the doors may be: then its own hours alone.
 */
export const doorHours = (fromMs: number, toMs: number, coverage: number): { fromMs: number; toMs: number } => ({
  fromMs: Math.floor(fromMs / HOUR_MS) * HOUR_MS - (coverage < 1 ? 0 : DAY_MS),
  toMs: Math.floor(toMs / HOUR_MS) * HOUR_MS,
});

const lagged = (lagMs: number | undefined): number => Math.max(lagMs ?? 0, RESOLUTION_MS / 2);

/** How one visit was heard first, or last. */
export function endOf(row: DoubtfulRow & DoorHearing, end: 'first' | 'last'): EndSums {
  const gateways = row[`${end}Gateways`] ?? 0;
  if (gateways === 0) return noEnds();
  const gapMs = row[`${end}GapMs`] ?? 0;
  const [nearMs2, visitMs2] = [gapMs * lagged(row[`${end}LagMs`]), gapMs * lagOf(row)];
  return { ends: 1, byOne: gateways === 1 ? 1 : 0, nearMs2, visitMs2 };
}

/** The definition on plain rows: what SQL must agree with. `open` visits have not ended yet. */
export function doorSums(
  closed: readonly (DoubtfulRow & DoorHearing)[],
  open: readonly (DoubtfulRow & DoorHearing)[],
  hours: { fromMs: number; toMs: number },
): DoorSums {
  const sums = { first: noEnds(), last: noEnds() };
  const within = (atMs: number): boolean => atMs >= hours.fromMs && atMs < hours.toMs;
  for (const [rows, ended] of [
    [closed, true],
    [open, false],
  ] as const)
    for (const row of rows) {
      if (!counts(row.kind)) continue;
      if (within(row.startMs)) addEnds(sums.first, endOf(row, 'first'));
      if (ended && within(row.endMs)) addEnds(sums.last, endOf(row, 'last'));
    }
  return sums;
}
