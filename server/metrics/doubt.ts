/**
 * How likely each presence is other than it looks. From the carrier's own lag (see engine/hearing.ts) follow its true start,
 * uniform on the two lags before the first sighting (or since the light went out, see dark.ts), its true end likewise, and so
 * its true length: what was observed and an excess, the sum of both. Sums of these probabilities are the expected numbers of
 * false and of missing cases in an interval; sums of their squares tell how far these may vary. In millionths, whole, so
 * that every engine agrees to the last digit. Pure.
 */
import type { CarrierKind } from '../contract/model.ts';
import type { Certainty } from '../engine/types.ts';
import { clipSpans, type ExpectedSpan, MINUTE_MS } from './coverage.ts';
import {
  type DarkWindow,
  darkWithinMs,
  goneBetween,
  isNearby,
  type KnownDark,
  reachAfterMs,
  reachBeforeMs,
} from './dark.ts';
import { lengthOf } from './length.ts';
import type { DoubtSums, Unheard } from './spread.ts';
import { counts, RESOLUTION_MS } from './thresholds.ts';

export const MILLION = 1_000_000;

/** A lag cannot be known better than times are. */
export const lagOf = (row: Certainty): number => Math.max(row.lagMs ?? 0, RESOLUTION_MS / 2);

/** Chance that what went unheard before and after, uniform up to these, adds up to at least `neededMs`. */
export function excessChance(neededMs: number, beforeMs: number, afterMs: number): number {
  if (neededMs <= 0) return 1;
  if (neededMs >= beforeMs + afterMs) return 0;
  const least = Math.min(beforeMs, afterMs);
  const most = Math.max(beforeMs, afterMs);
  if (neededMs < least) return 1 - (neededMs * neededMs) / (2 * beforeMs * afterMs);
  if (neededMs < most) return (most - neededMs + least / 2) / most;
  const left = beforeMs + afterMs - neededMs;
  return (left * left) / (2 * beforeMs * afterMs);
}

export const millionths = (chance: number): number => Math.round(chance * MILLION);

/** Expected numbers of an interval, in millionths, and who saw its presences. */
export interface Doubts {
  /** Of the counted, those that should not be: too short, begun before the interval, or the rest of a visit cut in two. */
  falseM: number;
  falseSquareM: number;
  /** Not counted, and should be. */
  missingM: number;
  missingSquareM: number;
  /** Presences by the number of gateways that heard them. */
  seenByOne: number;
  seenByTwo: number;
  seenByMore: number;
  /** The longest lag of the counted, and how many of them began or ended next to darkness. */
  longestLagMs: number;
  darkened: number;
}
export const NO_DOUBTS: Doubts = {
  falseM: 0,
  falseSquareM: 0,
  missingM: 0,
  missingSquareM: 0,
  seenByOne: 0,
  seenByTwo: 0,
  seenByMore: 0,
  longestLagMs: 0,
  darkened: 0,
};

/** What was reported of an interval: the share of its minutes in which anybody did, and of gateways while anybody did. */
export interface Light {
  lit: number;
  /** Of the gateways, in those minutes. */
  gateways: number;
  /** Dark windows of the interval; left out where there are none. */
  dark?: { windows: readonly KnownDark[]; fromMs: number; toMs: number };
}

export function lightOf(
  lit: number,
  gateways: number,
  known: readonly KnownDark[],
  fromMs: number,
  toMs: number,
): Light {
  const windows = known.filter((one) => one.fromMs < toMs && one.toMs > fromMs);
  return windows.length > 0 ? { lit, gateways, dark: { windows, fromMs, toMs } } : { lit, gateways };
}

/** What is known of an interval besides its counts. */
export interface Certain {
  doubts: Doubts;
  light: Light;
}

export type Seen = Pick<Doubts, 'seenByOne' | 'seenByTwo' | 'seenByMore'>;

/**
 * Presences that nobody heard. By Horvitz and Thompson each that was heard by m gateways stands for 1 ÷ (1 − wᵐ), where w is
 * the share of gateways that were down; three or more witnesses count as three. Half a one more than were heard is reckoned
 * with, as best heard as any: none heard does not prove that none were there. In the dark there is nobody to hear.
 */
export function unheard(seen: Seen, { gateways, dark }: Light): Unheard {
  const down = 1 - gateways;
  const { seenByOne, seenByTwo, seenByMore } = seen;
  const best = seenByMore > 0 ? 3 : seenByTwo > 0 ? 2 : 1;
  const total = dark ? goneBetween(dark.windows, dark.fromMs, dark.toMs) : { mean: 0, variance: 0 };
  const add = (count: number, witnesses: number): void => {
    const odds = down ** witnesses / Math.max(Number.EPSILON, 1 - down ** witnesses);
    total.mean += count * odds;
    total.variance += count * odds * (1 + odds);
  };
  add(seenByOne, 1);
  add(seenByTwo, 2);
  add(seenByMore, 3);
  add(0.5, best);
  return total;
}

type Sums = Pick<Doubts, 'falseM' | 'falseSquareM' | 'missingM' | 'missingSquareM'>;
export const wrongOf = (sums: Sums): DoubtSums => ({
  sum: sums.falseM / MILLION,
  squares: sums.falseSquareM / MILLION,
});
export const missingOf = (sums: Sums): DoubtSums => ({
  sum: sums.missingM / MILLION,
  squares: sums.missingSquareM / MILLION,
});

/** Minutes of [fromMs, toMs) in which any gateway was expected. */
export function expectedMinutes(spans: readonly ExpectedSpan[], fromMs: number, toMs: number): number {
  let minutes = 0;
  let doneMs = Number.NEGATIVE_INFINITY;
  for (const span of clipSpans(spans, fromMs, toMs).sort((a, b) => a.fromMs - b.fromMs)) {
    minutes += Math.max(0, span.toMs - Math.max(span.fromMs, doneMs)) / MINUTE_MS;
    doneMs = Math.max(doneMs, span.toMs);
  }
  return minutes;
}

export interface DoubtfulRow extends Certainty {
  carrierId: string;
  kind: CarrierKind;
  startMs: number;
  endMs: number;
  massPermille?: number;
}

export interface Reached {
  beforeMs: number;
  afterMs: number;
}
/** How much longer than observed it may have been there, at either end. */
export function reachOf(row: DoubtfulRow, windows: readonly DarkWindow[]): Reached {
  const silentMs = 2 * lagOf(row);
  return {
    beforeMs: reachBeforeMs(row.startMs, silentMs, windows),
    afterMs: reachAfterMs(row.endMs, silentMs, windows),
  };
}

/** Chance that a presence is the rest of the one before it: the silence between them, but for darkness, may have been no longer than the gap. */
function repeatChance(
  row: DoubtfulRow,
  beforeMs: number | undefined,
  gapMs: number | undefined,
  windows: readonly DarkWindow[],
): number {
  if (gapMs === undefined || beforeMs === undefined) return 0;
  const silentMs = row.startMs - beforeMs - darkWithinMs(beforeMs, row.startMs, windows);
  return excessChance(silentMs - gapMs, 2 * lagOf(row), 2 * lagOf(row));
}

/** A presence that counts, as far as it can be told. */
export interface Doubtful extends Reached {
  lengthMs: number;
  /** That it is long enough and no rest of another one. */
  chance: number;
}

interface Judged<Row> {
  row: Row;
  reach: Reached;
  longEnough: number;
  whole: number;
}

function judge<Row extends DoubtfulRow>(
  rows: readonly Row[],
  minMs: number,
  gapMs: number | undefined,
  windows: readonly DarkWindow[],
): Judged<Row>[] {
  const ends = new Map<string, number>();
  return rows
    .filter((one) => counts(one.kind))
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)
    .map((row) => {
      const beforeMs = ends.get(row.carrierId);
      ends.set(row.carrierId, Math.max(beforeMs ?? row.endMs, row.endMs));
      const reach = reachOf(row, windows);
      const longEnough = excessChance(minMs - (row.endMs - row.startMs), reach.beforeMs, reach.afterMs);
      return { row, reach, longEnough, whole: 1 - repeatChance(row, beforeMs, gapMs, windows) };
    });
}

/** The definition on plain rows: those counted, by interval. */
export function doubtfulBy<Row extends DoubtfulRow>(
  rows: readonly Row[],
  edges: readonly number[],
  minMs: number,
  gapMs: number | undefined,
  windows: readonly DarkWindow[] = [],
): { row: Row; doubtful: Doubtful }[][] {
  const out: { row: Row; doubtful: Doubtful }[][] = edges.slice(1).map(() => []);
  for (const { row, reach, longEnough, whole } of judge(rows, minMs, gapMs, windows)) {
    if (lengthOf(row) < minMs) continue;
    const i = edges.findLastIndex((edge) => row.startMs >= edge);
    out[i]?.push({ row, doubtful: { lengthMs: lengthOf(row), chance: longEnough * whole, ...reach } });
  }
  return out;
}

/** The definition on plain rows: those counted that start in [fromMs, toMs). */
export function doubtfulOf(
  rows: readonly DoubtfulRow[],
  fromMs: number,
  toMs: number,
  minMs: number,
  gapMs: number | undefined,
  windows: readonly DarkWindow[] = [],
): Doubtful[] {
  return doubtfulBy(rows, [fromMs, toMs], minMs, gapMs, windows)[0]!.map(({ doubtful }) => doubtful);
}

/**
 * The definition on plain rows, by interval: what SQL must agree with. `gapMs` undefined: stays, which nothing cuts in two.
 * Of rows that are not `mine` it is only told what others may be the rest of.
 */
export function doubtsOf<Row extends DoubtfulRow>(
  rows: readonly Row[],
  edges: readonly number[],
  minMs: number,
  gapMs: number | undefined,
  windows: readonly DarkWindow[] = [],
  mine: (row: Row) => boolean = () => true,
): Doubts[] {
  const out = edges.slice(0, -1).map(() => ({ ...NO_DOUBTS }));
  for (const { row, reach, longEnough, whole } of judge(rows, minMs, gapMs, windows)) {
    if (!mine(row)) continue;
    const i = edges.findLastIndex((edge) => row.startMs >= edge);
    if (i < 0) continue;
    const earlier = Math.max(0, 1 - (row.startMs - edges[i]!) / reach.beforeMs);
    const miss = (doubts: Doubts, chance: number): void => {
      doubts.missingM += millionths(chance);
      doubts.missingSquareM += millionths(chance * chance);
    };
    if (earlier > 0 && i > 0) miss(out[i - 1]!, longEnough * earlier * whole);
    const doubts = out[i];
    if (!doubts) continue;
    const inInterval = longEnough * (1 - earlier) * whole;
    if (lengthOf(row) < minMs) {
      miss(doubts, inInterval);
      continue;
    }
    const wrong = 1 - inInterval;
    doubts.falseM += millionths(wrong);
    doubts.falseSquareM += millionths(wrong * wrong);
    doubts.longestLagMs = Math.max(doubts.longestLagMs, row.lagMs ?? 0);
    const silentMs = 2 * lagOf(row);
    if (reach.beforeMs > silentMs || reach.afterMs > silentMs) doubts.darkened += 1;
    const gateways = gapMs === undefined ? 1 : (row.gateways ?? 0);
    if (gateways <= 1) doubts.seenByOne += 1;
    else if (gateways === 2) doubts.seenByTwo += 1;
    else doubts.seenByMore += 1;
  }
  return out;
}

/** The definition on plain rows: a window with what was counted around it. */
export function knownDark(rows: readonly DoubtfulRow[], minMs: number, windows: readonly DarkWindow[]): KnownDark[] {
  const known = windows.map((window): KnownDark => ({ ...window, arrivals: 0, lengthMs: 0, ends: 0, starts: 0 }));
  for (const row of rows) {
    if (!counts(row.kind)) continue;
    const silentMs = 2 * lagOf(row);
    for (const one of known) {
      if (lengthOf(row) >= minMs && isNearby(row.startMs, one)) {
        one.arrivals += 1;
        one.lengthMs += lengthOf(row);
      }
    }
    if (reachBeforeMs(row.startMs, silentMs, windows) > silentMs)
      known.findLast((one) => one.fromMs <= row.startMs)!.starts += 1;
    if (reachAfterMs(row.endMs, silentMs, windows) > silentMs) known.find((one) => one.toMs > row.endMs)!.ends += 1;
  }
  return known;
}
