/** Who of those that agreed to be told of is in the building now, as far as their events show. In memory alone. Pure. */

/** After so long without an event the end of a visit was lost; who stands in one place for longer counts again at the next. */
const STALE_AFTER_MS = 2 * 3_600_000;

export class Crowd {
  /** By site; the latest event of each carrier, the stalest first. */
  readonly #sites = new Map<string, Map<string, number>>();

  seen(siteId: string, carrierId: string, nowMs: number): void {
    const present = this.#sites.get(siteId) ?? new Map<string, number>();
    this.#sites.set(siteId, present);
    present.delete(carrierId);
    present.set(carrierId, nowMs);
  }

  left(siteId: string, carrierId: string): void {
    this.#sites.get(siteId)?.delete(carrierId);
  }

  forgetSite(siteId: string): void {
    this.#sites.delete(siteId);
  }

  size(siteId: string, nowMs: number): number {
    const present = this.#sites.get(siteId);
    if (!present) return 0;
    for (const [carrierId, atMs] of present) {
      if (nowMs - atMs <= STALE_AFTER_MS) break;
      present.delete(carrierId);
    }
    return present.size;
  }
}
