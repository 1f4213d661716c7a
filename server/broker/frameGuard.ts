/**
 * Watches the lengths that MQTT packets announce, so that a client cannot make the broker collect a packet of up to 256 MB.
 * Pure.
 */
const MAX_LENGTH_DIGITS = 4;

export class FrameGuard {
  readonly #maxPacketBytes: number;
  /** Bytes of the present packet that are still to come; 0 at a packet's first byte. */
  #remaining = 0;
  #length = 0;
  #digits = -1;

  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** False as soon as a packet announces more than the limit, or a malformed length. */
  accepts(bytes: Uint8Array): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (this.#remaining > 0) {
        const step = Math.min(this.#remaining, bytes.length - at);
        this.#remaining -= step;
        at += step;
        continue;
      }
      const byte = bytes[at++]!;
      if (this.#digits < 0) {
        this.#digits = 0;
        this.#length = 0;
        continue;
      }
      this.#length += (byte & 0x7f) * 128 ** this.#digits++;
      if (this.#length > this.#maxPacketBytes) return false;
      if (byte >= 0x80) {
        if (this.#digits >= MAX_LENGTH_DIGITS) return false;
        continue;
      }
      this.#remaining = this.#length;
      this.#digits = -1;
    }
    return true;
  }
}
