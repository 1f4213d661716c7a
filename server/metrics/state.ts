/** When a number may still change. Pure. */

/** The row of `site_state`, as the questions need it. */
export interface Progress {
  watermarkMs: number;
  dirtyFromMs: number | null;
}

/**
 * Provisional: visits of the interval may still go on (its end and a visit gap lie beyond the watermark), late data has
 * come for it and is not yet computed, or a visit or stay that began in it is still open. Else final.
 */
export function intervalState(
  toMs: number,
  visitGapMinutes: number,
  progress: Progress | undefined,
  hasOpen: boolean,
): 'provisional' | 'final' {
  if (progress === undefined || hasOpen) return 'provisional';
  if (toMs + visitGapMinutes * 60_000 > progress.watermarkMs) return 'provisional';
  if (progress.dirtyFromMs !== null && toMs > progress.dirtyFromMs) return 'provisional';
  return 'final';
}
