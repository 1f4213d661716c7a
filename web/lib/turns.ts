/**
 * Questions that a server has to reckon for wait here for their turn: asked all at once each would be answered as late as the
 * last of them, and whoever asks next would wait behind them all.
 */

/** A server works on two; a third would only wait there. */
export const QUESTIONS_AT_ONCE = 2;

export class Turns {
  readonly #atOnce: number;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** First come, first asked. One that is aborted while it waits is not asked; it fails as an aborted request does. */
  async take<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#turn(signal);
    try {
      return await ask();
    } finally {
      this.#next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(go);
        reject(signal?.reason);
      };
      const go = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.add(go);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Whoever has waited longest takes this one's place. */
  #next(): void {
    const [first] = this.#waiting;
    if (!first) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(first);
    first();
  }
}
