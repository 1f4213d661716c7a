/**
 * Which carriers the log has of a gateway's last seconds: a broker hands over again what it saw no acknowledgement for, and
 * after a crash nobody else remembers. One row for each carrier and second of the gateway's own clock, ever. Pure.
 */
/** What is handed over again was on its way as the connection or the server went. */
export const REMEMBERED_MS = 120_000;
/** Two minutes of 80 gateways that each hear 100 carriers a second; about 80 MB. */
export const MAX_REMEMBERED = 1_000_000;

interface Seconds {
  rows: number;
  bySecond: Map<number, Set<string>>;
}

export class Written {
  readonly #gateways = new Map<string, Seconds>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True where it is new. */
  take(gatewayId: string, ownFromMs: number, carrierId: string): boolean {
    let seconds = this.#gateways.get(gatewayId);
    if (!seconds) {
      seconds = { rows: 0, bySecond: new Map() };
      this.#gateways.set(gatewayId, seconds);
    }
    let carriers = seconds.bySecond.get(ownFromMs);
    if (!carriers) {
      carriers = new Set();
      seconds.bySecond.set(ownFromMs, carriers);
    }
    if (carriers.has(carrierId)) return false;
    carriers.add(carrierId);
    seconds.rows++;
    this.#size++;
    if (this.#size > MAX_REMEMBERED) this.#makeRoom();
    return true;
  }

  /** Its clock was set: its seconds come once more. */
  forget(gatewayId: string): void {
    this.#size -= this.#gateways.get(gatewayId)?.rows ?? 0;
    this.#gateways.delete(gatewayId);
  }

  /** Drops what is older than its gateway's newest by more than that. */
  prune(isKnown: (gatewayId: string) => boolean): void {
    for (const [gatewayId, seconds] of this.#gateways) {
      if (!isKnown(gatewayId)) {
        this.forget(gatewayId);
        continue;
      }
      let newestMs = Number.NEGATIVE_INFINITY;
      for (const ownFromMs of seconds.bySecond.keys()) newestMs = Math.max(newestMs, ownFromMs);
      for (const ownFromMs of seconds.bySecond.keys())
        if (ownFromMs < newestMs - REMEMBERED_MS) this.#drop(seconds, ownFromMs);
    }
  }

  /** The first second of the gateway that has most. */
  #makeRoom(): void {
    let most: Seconds | undefined;
    for (const seconds of this.#gateways.values()) if (!most || seconds.rows > most.rows) most = seconds;
    if (!most) return;
    // In the order in which they came: whoever invents times makes nobody search.
    const { value } = most.bySecond.keys().next();
    if (value !== undefined) this.#drop(most, value);
  }

  #drop(seconds: Seconds, ownFromMs: number): void {
    const rows = seconds.bySecond.get(ownFromMs)?.size ?? 0;
    seconds.bySecond.delete(ownFromMs);
    seconds.rows -= rows;
    this.#size -= rows;
  }
}
