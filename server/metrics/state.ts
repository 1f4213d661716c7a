/** When a number may still change. Pure. */

/** What is known of how far a site is, as the questions need it. */
export interface Progress {
  watermarkMs: number;
  /** Late data has come for what lies behind it, and is not computed yet. */
  dirtyFromMs: number | null;
  /** A gateway is out, or still hands in what it kept: what it heard since then is to come. */
  awaitedFromMs?: number | null;
}

/** From here on data is missing that has come or is expected to come; null when none is. */
export function incompleteFromMs({ dirtyFromMs, awaitedFromMs }: Progress): number | null {
  const known = [dirtyFromMs, awaitedFromMs ?? null].filter((ms) => ms !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** A presence that ended before this is over for good: what is to come is too far behind to be a part of it. */
export const settledBeforeMs = (progress: Progress, visitGapMinutes: number): number =>
  (incompleteFromMs(progress) ?? Number.POSITIVE_INFINITY) - visitGapMinutes * 60_000;

/** Ends of intervals up to which all was final, but for what was still under way. */
export const finalUntilMs = (progress: Progress, visitGapMinutes: number): number =>
  Math.min(progress.watermarkMs - visitGapMinutes * 60_000, incompleteFromMs(progress) ?? Number.POSITIVE_INFINITY);

/**
 * Provisional: visits of the interval may still go on (its end and a visit gap lie beyond the watermark), data of it has
 * come late and is not yet computed or is known to be still to come, or a visit or stay that began in it (`unsettled`) is
 * open or reaches up to such data. Else final.
 */
export function intervalState(
  toMs: number,
  visitGapMinutes: number,
  progress: Progress | undefined,
  unsettled: boolean,
): 'provisional' | 'final' {
  if (progress === undefined || unsettled) return 'provisional';
  return toMs <= finalUntilMs(progress, visitGapMinutes) ? 'final' : 'provisional';
}
