/** Gateways that publish but that nobody has entered yet. Pure. */
export interface WaitingGateway {
  siteId: string;
  gatewayId: string;
  firstSeenMs: number;
  lastSeenMs: number;
  messages: number;
}

const MAX_WAITING = 1_000;
/** One dead letter a minute tells as much as one a second. */
const LETTER_EVERY_MS = 60_000;

export class WaitingGateways {
  readonly #waiting = new Map<string, WaitingGateway & { letterAtMs: number }>();

  /** True where this message is worth a dead letter of its own. */
  heard(siteId: string, gatewayId: string, nowMs: number): boolean {
    const key = `${siteId}/${gatewayId}`;
    const known = this.#waiting.get(key);
    if (known) {
      // The least recently heard one makes room for a new one.
      this.#waiting.delete(key);
      this.#waiting.set(key, known);
      known.lastSeenMs = nowMs;
      known.messages++;
      if (nowMs - known.letterAtMs < LETTER_EVERY_MS) return false;
      known.letterAtMs = nowMs;
      return true;
    }
    if (this.#waiting.size >= MAX_WAITING) this.#waiting.delete(this.#waiting.keys().next().value!);
    this.#waiting.set(key, {
      siteId,
      gatewayId,
      firstSeenMs: nowMs,
      lastSeenMs: nowMs,
      messages: 1,
      letterAtMs: nowMs,
    });
    return true;
  }

  entered(siteId: string, isKnown: (gatewayId: string) => boolean): void {
    for (const [key, gateway] of this.#waiting)
      if (gateway.siteId === siteId && isKnown(gateway.gatewayId)) this.#waiting.delete(key);
  }

  of(siteId: string): WaitingGateway[] {
    return [...this.#waiting.values()]
      .filter((gateway) => gateway.siteId === siteId)
      .map(({ letterAtMs: _, ...gateway }) => gateway);
  }
}
