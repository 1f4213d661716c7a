/**
 * Who is compared. A shopper counts once, on the side of the first time at which the campaign would have fired for them,
 * whatever came of it: an offer that was drawn for them and then not delivered (they left, the phone was silent) makes them
 * treated all the same, for of control nobody knows who would have left. Everything else that holds an offer back is asked
 * before the draw. Compared are those who were drawn under one control share: over the weeks shoppers change, and with a
 * share that changed too the sides would be of different weeks. Pure.
 */

export interface Drawn {
  treated: boolean;
  /** The first would-fire. */
  firstMs: number;
  /** The draw, uniform in [0, 1): control where it lies below the share. */
  unit: number;
}

export interface Regime<T extends Drawn> {
  /** In the order of their first would-fire. */
  drawn: T[];
  controlShare: number;
}

export const WINDOW_DAYS = 7;
/** What a shopper did before tells of what they do after; four weeks hold two visits of a usual one. */
export const BEFORE_DAYS = 28;
export const WINDOW_MS = WINDOW_DAYS * 86_400_000;
export const BEFORE_MS = BEFORE_DAYS * 86_400_000;

/** The newest stretch that one share explains and in which somebody was held back. */
export function regimeOf<T extends Drawn>(all: readonly T[], controlShare: number): Regime<T> {
  const sorted = [...all].sort((a, b) => a.firstMs - b.firstMs);
  const other = sorted.findLastIndex(({ treated, unit }) => treated === unit < controlShare);
  const drawn = sorted.slice(other + 1);
  if (drawn.some(({ treated }) => !treated)) return { drawn, controlShare };
  // None under the share of now, as when a campaign goes on without control: the stretch before, by what its draws say.
  const last = sorted.findLastIndex(({ treated }) => !treated);
  if (last < 0) return { drawn, controlShare };
  let highestControl = 0;
  let lowestTreated = 1;
  let from = last;
  for (; from >= 0; from--) {
    const { treated, unit } = sorted[from]!;
    const [control, treatment] = treated
      ? [highestControl, Math.min(lowestTreated, unit)]
      : [Math.max(highestControl, unit), lowestTreated];
    if (control >= treatment) break;
    [highestControl, lowestTreated] = [control, treatment];
  }
  return { drawn: sorted.slice(from + 1, last + 1), controlShare: (highestControl + lowestTreated) / 2 };
}

/** Chance alone makes it one in a thousand. */
const SUSPICIOUS_Z = 3.29;
const MIN_TO_SUSPECT = 20;

/** Whether the sides are of sizes that the draw hardly makes: then something else decides who is seen. */
export function oddRatio({ drawn, controlShare }: Regime<Drawn>): boolean {
  const n = drawn.length;
  if (n < MIN_TO_SUSPECT || controlShare <= 0 || controlShare >= 1) return false;
  const control = drawn.filter(({ treated }) => !treated).length;
  const off = Math.max(0, Math.abs(control - n * controlShare) - 0.5);
  return off > SUSPICIOUS_Z * Math.sqrt(n * controlShare * (1 - controlShare));
}

/** Whether one side went silent more often than the other: those who stayed are then no fair sample of either. */
export function oddDropout(all: readonly { treated: boolean; heardToEnd: boolean }[]): boolean {
  const sides = [true, false].map((side) => all.filter(({ treated }) => treated === side));
  if (sides.some((side) => side.length < MIN_TO_SUSPECT)) return false;
  const shares = sides.map((side) => side.filter(({ heardToEnd }) => !heardToEnd).length / side.length);
  const pooled = all.filter(({ heardToEnd }) => !heardToEnd).length / all.length;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / sides[0]!.length + 1 / sides[1]!.length));
  return Math.abs(shares[0]! - shares[1]!) > SUSPICIOUS_Z * error && pooled > 0;
}
