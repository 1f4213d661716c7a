/** When a site commits, and when it computes late data's hours anew. */
import { type Analytics, ROWS_PER_COMMIT } from './analytics.ts';

export interface PacingOptions {
  commitEveryMs: number;
  /** A backlog that paused for this long is over. */
  quietMs: number;
  /** Dirt is not left for longer than this, even while more comes. */
  maxDirtyMs: number;
}

/** A site in which nothing happens still tells how far it is. */
const IDLE_COMMIT_MS = 60_000;

export class Pacing {
  readonly #options: PacingOptions;
  #committedAt = performance.now();
  #dirtyAt: number | undefined;
  #lateAt = 0;
  #lateSeen = 0;
  #recomputeTookMs = 0;

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  committed(): void {
    this.#committedAt = performance.now();
  }

  recomputed(tookMs: number): void {
    this.#recomputeTookMs = tookMs;
    this.committed();
  }

  commitIsDue(analytics: Analytics): boolean {
    const sinceMs = performance.now() - this.#committedAt;
    if (analytics.pendingRows >= ROWS_PER_COMMIT || analytics.dirtIsHidden) return true;
    if (sinceMs < this.#options.commitEveryMs) return false;
    return analytics.changedSinceCommit || analytics.pendingRows > 0 || sinceMs >= IDLE_COMMIT_MS;
  }

  dirtIsDue({ dirtyFromMs, lateBatches }: Analytics, forced: boolean): boolean {
    if (dirtyFromMs === null) {
      this.#dirtyAt = undefined;
      return false;
    }
    const nowMs = performance.now();
    this.#dirtyAt ??= nowMs;
    if (lateBatches !== this.#lateSeen) {
      this.#lateSeen = lateBatches;
      this.#lateAt = nowMs;
    }
    // A long backlog is computed again and again while it comes: that may take a third of the time, no more.
    const due =
      forced ||
      nowMs - this.#lateAt >= this.#options.quietMs ||
      nowMs - this.#dirtyAt >= Math.max(this.#options.maxDirtyMs, 2 * this.#recomputeTookMs);
    if (due) this.#dirtyAt = undefined;
    return due;
  }
}
