/** When a site's live snapshot goes out: once its engine has come further, but not again at once. */

interface SitePace {
  toldMs: number;
  timer: NodeJS.Timeout | undefined;
}

export class SnapshotPace {
  readonly #apartMs: number;
  readonly #overdueMs: number;
  readonly #sites = new Map<string, SitePace>();
  #tell: ((siteId: string) => void) | undefined;

  constructor(apartMs: number, overdueMs: number) {
    this.#apartMs = apartMs;
    this.#overdueMs = overdueMs;
  }

  start(tell: (siteId: string) => void): void {
    this.#tell = tell;
  }

  stop(): void {
    this.#tell = undefined;
    for (const { timer } of this.#sites.values()) clearTimeout(timer);
    this.#sites.clear();
  }

  /** What came with the tick, an offer that somebody waits for, goes first: so never in the same turn. */
  ticked(siteId: string, nowMs: number): void {
    if (!this.#tell) return;
    const site = this.#of(siteId);
    site.timer ??= setTimeout(() => this.#tell?.(siteId), Math.max(0, site.toldMs + this.#apartMs - nowMs));
  }

  told(siteId: string, nowMs: number): void {
    const site = this.#of(siteId);
    clearTimeout(site.timer);
    site.timer = undefined;
    site.toldMs = nowMs;
  }

  isOverdue(siteId: string, nowMs: number): boolean {
    return nowMs - this.#of(siteId).toldMs >= this.#overdueMs;
  }

  #of(siteId: string): SitePace {
    let site = this.#sites.get(siteId);
    if (!site) {
      site = { toldMs: Number.NEGATIVE_INFINITY, timer: undefined };
      this.#sites.set(siteId, site);
    }
    return site;
  }
}
