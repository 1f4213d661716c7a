/**
 * How likely each presence is other than it looks. From the carrier's own lag (see engine/hearing.ts) follow its true start,
 * uniform on the two lags before the first sighting, its true end likewise, and so its true length: what was observed and a
 * triangular excess of up to four lags. Sums of these probabilities are the expected numbers of false and of missing
 * cases in an interval. In millionths, whole, so that every engine agrees to the last digit. Pure.
 */
import type { CarrierKind } from '../contract/model.ts';
import type { Certainty } from '../engine/types.ts';
import { clipSpans, type ExpectedSpan, MINUTE_MS } from './coverage.ts';
import { lengthOf } from './length.ts';
import { counts, RESOLUTION_MS } from './thresholds.ts';

export const MILLION = 1_000_000;

/** A lag cannot be known better than times are. */
export const lagOf = (row: Certainty): number => Math.max(row.lagMs ?? 0, RESOLUTION_MS / 2);

/** Chance that the excess of length is at least `neededMs`. */
export function excessChance(neededMs: number, lagMs: number): number {
  const u = neededMs / (4 * lagMs);
  if (u <= 0) return 1;
  if (u >= 1) return 0;
  return u < 0.5 ? 1 - 2 * u * u : 2 * (1 - u) * (1 - u);
}

export const millionths = (chance: number): number => Math.round(chance * MILLION);

/** Expected numbers of an interval, in millionths, and who saw its presences. */
export interface Doubts {
  /** Of the counted, those that should not be: too short, begun before the interval, or the rest of a visit cut in two. */
  falseM: number;
  /** Not counted, and should be. */
  missingM: number;
  /** Presences by the number of gateways that heard them. */
  seenByOne: number;
  seenByTwo: number;
  seenByMore: number;
  /** Sum of the lags of the counted. */
  lagMs: number;
  /** Sums over the counted and the others of the probability that they were elsewhere; zones only. */
  countedElsewhereM: number;
  belowElsewhereM: number;
}
export const NO_DOUBTS: Doubts = {
  falseM: 0,
  missingM: 0,
  seenByOne: 0,
  seenByTwo: 0,
  seenByMore: 0,
  lagMs: 0,
  countedElsewhereM: 0,
  belowElsewhereM: 0,
};

/** What was reported of an interval: the share of its minutes in which anybody did, and of gateways while anybody did. */
export interface Light {
  lit: number;
  /** Of the gateways, in those minutes. */
  gateways: number;
}

/** What is known of an interval besides its counts. */
export interface Certain {
  doubts: Doubts;
  light: Light;
}

export type Seen = Pick<Doubts, 'seenByOne' | 'seenByTwo' | 'seenByMore'>;

/**
 * Expected number of presences that nobody heard, by Horvitz and Thompson: each that was heard by m gateways stands for
 * 1 ÷ (1 − wᵐ), where w is the share of gateways that were down. Three or more witnesses count as three. One more than
 * were heard is reckoned with, as best heard as any: none heard does not prove that none were there.
 */
export function unheard(seen: Seen, { gateways }: Light): number {
  const down = 1 - gateways;
  const odds = (witnesses: number): number => down ** witnesses / Math.max(Number.EPSILON, 1 - down ** witnesses);
  const { seenByOne, seenByTwo, seenByMore } = seen;
  const best = seenByMore > 0 ? 3 : seenByTwo > 0 ? 2 : 1;
  return seenByOne * odds(1) + seenByTwo * odds(2) + seenByMore * odds(3) + odds(best);
}

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

/** The definition on plain rows, by interval: what SQL must agree with. `gapMs` undefined: stays, which nothing cuts in two. */
export function doubtsOf(
  rows: readonly DoubtfulRow[],
  edges: readonly number[],
  minMs: number,
  gapMs: number | undefined,
): Doubts[] {
  const out = edges.slice(0, -1).map(() => ({ ...NO_DOUBTS }));
  const ends = new Map<string, number>();
  for (const row of rows.filter((one) => counts(one.kind)).sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)) {
    const lag = lagOf(row);
    const beforeMs = ends.get(row.carrierId);
    ends.set(row.carrierId, row.endMs);
    const i = edges.findLastIndex((edge) => row.startMs >= edge);
    if (i < 0) continue;
    const longEnough = excessChance(minMs - (row.endMs - row.startMs), lag);
    const earlier = Math.max(0, 1 - (row.startMs - edges[i]!) / (2 * lag));
    const repeated =
      gapMs === undefined || beforeMs === undefined ? 0 : excessChance(row.startMs - beforeMs - gapMs, lag);
    const whole = 1 - repeated;
    if (earlier > 0 && i > 0) out[i - 1]!.missingM += millionths(longEnough * earlier * whole);
    const doubts = out[i];
    if (!doubts) continue;
    const inInterval = longEnough * (1 - earlier) * whole;
    const elsewhereM = gapMs === undefined ? (1_000 - (row.massPermille ?? 0)) * 1_000 : 0;
    if (lengthOf(row) < minMs) {
      doubts.missingM += millionths(inInterval);
      doubts.belowElsewhereM += elsewhereM;
      continue;
    }
    doubts.falseM += millionths(1 - inInterval);
    doubts.countedElsewhereM += elsewhereM;
    doubts.lagMs += row.lagMs ?? 0;
    const gateways = gapMs === undefined ? 1 : (row.gateways ?? 0);
    if (gateways <= 1) doubts.seenByOne += 1;
    else if (gateways === 2) doubts.seenByTwo += 1;
    else doubts.seenByMore += 1;
  }
  return out;
}
