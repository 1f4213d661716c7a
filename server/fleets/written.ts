/**
 * Which carriers the log has of a gateway's last seconds: a broker hands over again what it saw no acknowledgement for, and
 * after a crash nobody else remembers. One row for each carrier and second of the gateway's own clock, ever. Pure.
 */
/** What is handed over again was on its way as the connection or the server went. */
export const REMEMBERED_MS = 120_000;

export class Written {
  readonly #gateways = new Map<string, Map<number, Set<string>>>();

  /** True where it is new. */
  take(gatewayId: string, ownFromMs: number, carrierId: string): boolean {
    let windows = this.#gateways.get(gatewayId);
    if (!windows) {
      windows = new Map();
      this.#gateways.set(gatewayId, windows);
    }
    let carriers = windows.get(ownFromMs);
    if (!carriers) {
      carriers = new Set();
      windows.set(ownFromMs, carriers);
    }
    if (carriers.has(carrierId)) return false;
    carriers.add(carrierId);
    return true;
  }

  /** Its clock was set: its seconds come once more. */
  forget(gatewayId: string): void {
    this.#gateways.delete(gatewayId);
  }

  /** Drops what is older than its gateway's newest by more than that. */
  prune(isKnown: (gatewayId: string) => boolean): void {
    for (const [gatewayId, windows] of this.#gateways) {
      if (!isKnown(gatewayId)) {
        this.#gateways.delete(gatewayId);
        continue;
      }
      let newestMs = Number.NEGATIVE_INFINITY;
      for (const ownFromMs of windows.keys()) newestMs = Math.max(newestMs, ownFromMs);
      for (const ownFromMs of windows.keys()) if (ownFromMs < newestMs - REMEMBERED_MS) windows.delete(ownFromMs);
    }
  }
}
