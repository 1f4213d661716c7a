/** Sends a socket the newest value of each kind: what a slow client has not taken yet is replaced, never queued. */

interface Transport {
  readonly writable: boolean;
  once(event: 'ready', listener: () => void): unknown;
}
/** The parts of a socket's connection that this needs. */
export interface SlowConnection {
  readonly transport: Transport;
  on(event: 'upgrade', listener: () => void): unknown;
}

export class LatestOnly {
  readonly #connection: SlowConnection;
  readonly #waiting = new Map<string, () => void>();
  #awaited: Transport | undefined;

  constructor(connection: SlowConnection) {
    this.#connection = connection;
    connection.on('upgrade', () => this.#flush());
  }

  /** `emit` sends the value; it is called when the client has taken what it was sent before, unless a newer one came. */
  send(kind: string, emit: () => void): void {
    this.#waiting.delete(kind);
    this.#waiting.set(kind, emit);
    this.#flush();
  }

  /** Kinds that wait for the client. */
  get waiting(): number {
    return this.#waiting.size;
  }

  clear(): void {
    this.#waiting.clear();
  }

  #flush(): void {
    for (const [kind, emit] of this.#waiting) {
      const { transport } = this.#connection;
      if (!transport.writable) {
        this.#awaitReady(transport);
        return;
      }
      this.#waiting.delete(kind);
      emit();
    }
  }

  /** A transport is ready once the operating system took what was written. */
  #awaitReady(transport: Transport): void {
    if (this.#awaited === transport) return;
    this.#awaited = transport;
    transport.once('ready', () => {
      if (this.#awaited === transport) this.#awaited = undefined;
      this.#flush();
    });
  }
}
