/** What one fleet may send: a flood of one must leave the server to the others. Pure. */

/** 100 gateways that tell 40 times a second each; all of it costs a tenth of a processor. */
const MESSAGES_PER_SECOND = 4_000;
/** 100 Minew gateways that each hear 200 beacons a second. */
const BYTES_PER_SECOND = 4 * 1024 * 1024;
/** A broker hands over at once what it kept of an outage. */
const BURST_SECONDS = 5;

export class Budget {
  #messages = MESSAGES_PER_SECOND * BURST_SECONDS;
  #bytes = BYTES_PER_SECOND * BURST_SECONDS;
  #atMs: number | undefined;

  /** False where the message is one too many. */
  take(bytes: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#messages < 1 || this.#bytes < bytes) return false;
    this.#messages -= 1;
    this.#bytes -= bytes;
    return true;
  }

  /** How long until one of so many bytes is taken. */
  waitMs(bytes: number): number {
    const messages = Math.max(0, 1 - this.#messages) / MESSAGES_PER_SECOND;
    const size = Math.max(0, bytes - this.#bytes) / BYTES_PER_SECOND;
    return Math.ceil(1_000 * Math.max(messages, size));
  }

  #refill(nowMs: number): void {
    const seconds = Math.max(0, nowMs - (this.#atMs ?? nowMs)) / 1_000;
    this.#atMs = nowMs;
    this.#messages = Math.min(MESSAGES_PER_SECOND * BURST_SECONDS, this.#messages + seconds * MESSAGES_PER_SECOND);
    this.#bytes = Math.min(BYTES_PER_SECOND * BURST_SECONDS, this.#bytes + seconds * BYTES_PER_SECOND);
  }
}
