/**
 * Windows in which no gateway reported, though some were expected. Whoever came in one is first heard at its end, whoever
 * left in one is last heard at its beginning, and who did both is never heard. Pure.
 */
import { type ExpectedSpan, MINUTE_MS } from './coverage.ts';
import { QUARTER_MS } from './localTime.ts';

export interface DarkWindow {
  fromMs: number;
  toMs: number;
}

/**
 * Half of the visits to a mall are over within the hour: who is heard before and after a longer darkness need not have
 * stayed, and who is heard first after it hardly came at its beginning.
 */
export const LONGEST_DARK_MS = 3_600_000;
/** Minutes are told whole: the light may have gone out or come back within the one next to the window. */
export const EDGE_MS = MINUTE_MS;

/** The expected part of stretches of time in which nobody reported; these rise and do not meet. */
export function darkWindows(unreported: readonly DarkWindow[], spans: readonly ExpectedSpan[]): DarkWindow[] {
  const expected: DarkWindow[] = [];
  for (const { fromMs, toMs } of [...spans].sort((one, other) => one.fromMs - other.fromMs)) {
    const last = expected.at(-1);
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else expected.push({ fromMs, toMs });
  }
  return unreported.flatMap((gap) =>
    expected
      .map((span) => ({ fromMs: Math.max(gap.fromMs, span.fromMs), toMs: Math.min(gap.toMs, span.toMs) }))
      .filter((window) => window.fromMs < window.toMs),
  );
}

/** How long before its first sighting it may have come: as long as it goes unheard, `silentMs`, or since the light went out. */
export function reachBeforeMs(startMs: number, silentMs: number, windows: readonly DarkWindow[]): number {
  const window = windows.findLast((one) => one.fromMs <= startMs);
  if (!window || startMs - window.toMs > silentMs + EDGE_MS) return silentMs;
  return Math.max(silentMs, Math.min(startMs - window.fromMs, LONGEST_DARK_MS));
}

export function reachAfterMs(endMs: number, silentMs: number, windows: readonly DarkWindow[]): number {
  const window = windows.find((one) => one.toMs > endMs);
  if (!window || window.fromMs - endMs > silentMs + EDGE_MS) return silentMs;
  return Math.max(silentMs, Math.min(window.toMs - endMs, LONGEST_DARK_MS));
}

/** Of the silence between two presences of a carrier, the time in which nobody could have heard it. */
export function darkWithinMs(fromMs: number, toMs: number, windows: readonly DarkWindow[]): number {
  const window = windows.findLast((one) => one.fromMs <= toMs);
  if (!window || window.toMs - window.fromMs > LONGEST_DARK_MS) return 0;
  return Math.max(0, Math.min(toMs, window.toMs) - Math.max(fromMs, window.fromMs));
}

/** How many came, and for how long, in the lit time around a window: what goes on in it is likely the same. */
export interface Nearby {
  arrivals: number;
  lengthMs: number;
}
/** Near enough to be as busy, long enough to count some. */
export const NEARBY_MS = 3_600_000;
/** Just after a window those are first heard who came in it. */
export const AFTERGLOW_MS = 2 * EDGE_MS;

export const isNearby = (startMs: number, window: DarkWindow): boolean =>
  (startMs >= window.fromMs - NEARBY_MS && startMs < window.fromMs) ||
  (startMs >= window.toMs + AFTERGLOW_MS && startMs < window.toMs + NEARBY_MS);

const NEARBY_LIT_MS = 2 * NEARBY_MS - AFTERGLOW_MS;
/** Where nobody was counted nearby: somebody now and then might be. */
const ONE_HALF = 0.5;

/** Presences in the window that nobody heard, and how many of them were there at a moment of it. */
export interface Gone {
  /** Those that came in [fromMs, toMs). */
  between(fromMs: number, toMs: number): { mean: number; variance: number };
  presentAt(atMs: number): number;
}

/** Who comes at t is gone unheard if gone before the end, which with lengths of this mean is 1 − exp(−(end − t) ÷ mean). */
export function goneUnheard(window: DarkWindow, { arrivals, lengthMs }: Nearby): Gone {
  const count = arrivals + ONE_HALF;
  const perMs = count / NEARBY_LIT_MS;
  const meanMs = arrivals > 0 && lengthMs > 0 ? lengthMs / arrivals : LONGEST_DARK_MS / 2;
  const left = (ms: number): number => Math.exp(-ms / meanMs);
  return {
    between(fromMs, toMs) {
      const a = Math.max(fromMs, window.fromMs);
      const b = Math.min(toMs, window.toMs);
      if (a >= b) return { mean: 0, variance: 0 };
      const mean = perMs * (b - a - meanMs * (left(window.toMs - b) - left(window.toMs - a)));
      return { mean, variance: mean + (mean * mean) / count };
    },
    presentAt(atMs) {
      const [a, b] = [atMs - window.fromMs, window.toMs - atMs];
      return perMs * meanMs * Math.max(0, 1 - left(a) - left(b) + left(a + b));
    },
  };
}

/** A window, what was counted around it, and how many were last heard before and first heard after it. */
export interface KnownDark extends DarkWindow, Nearby {
  ends: number;
  starts: number;
}

export function goneBetween(windows: readonly KnownDark[], fromMs: number, toMs: number) {
  const total = { mean: 0, variance: 0 };
  for (const window of windows) {
    const { mean, variance } = goneUnheard(window, window).between(fromMs, toMs);
    total.mean += mean;
    total.variance += variance;
  }
  return total;
}

/**
 * Time spent in the dark minutes of [fromMs, toMs) by those last heard before and first heard after, each having left or
 * come at any moment of it alike, and by those never heard; and the variance of the sum.
 */
export function presentInDark(windows: readonly KnownDark[], fromMs: number, toMs: number) {
  const total = { presentMs: 0, variance: 0, unmeasuredMs: 0 };
  for (const window of windows) {
    const gone = goneUnheard(window, window);
    const reachMs = Math.min(window.toMs - window.fromMs, LONGEST_DARK_MS);
    const a = Math.max(fromMs, window.fromMs);
    const b = Math.min(toMs, window.toMs);
    if (a >= b) continue;
    let ghostMs = 0;
    for (let atMs = a; atMs < b; atMs += EDGE_MS) {
      const stepMs = Math.min(EDGE_MS, b - atMs);
      const middleMs = atMs + stepMs / 2;
      const still = window.ends * Math.max(0, 1 - (middleMs - window.fromMs) / reachMs);
      const already = window.starts * Math.max(0, 1 - (window.toMs - middleMs) / reachMs);
      ghostMs += stepMs * gone.presentAt(middleMs);
      total.presentMs += stepMs * (still + already);
    }
    total.presentMs += ghostMs;
    // Quarter hours that are dark from end to end are no part of what was measured.
    const wholeFromMs = Math.max(fromMs, Math.ceil(window.fromMs / QUARTER_MS) * QUARTER_MS);
    const wholeToMs = Math.min(toMs, Math.floor(window.toMs / QUARTER_MS) * QUARTER_MS);
    total.unmeasuredMs += Math.max(0, wholeToMs - wholeFromMs);
    const { mean, variance } = gone.between(window.fromMs, window.toMs);
    total.variance +=
      ((window.ends + window.starts) * Math.min(b - a, reachMs) ** 2) / 12 +
      (mean > 0 ? (variance / mean ** 2) * ghostMs ** 2 : 0);
  }
  return total;
}
