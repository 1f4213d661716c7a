/** Long work in pieces, with a turn for everybody else between two. */

/** A live event waits no longer than this for a rebuild. */
const TURN_MS = 20;

export class Turns {
  #startedMs = performance.now();

  due(): boolean {
    return performance.now() - this.#startedMs >= TURN_MS;
  }

  async yield(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#startedMs = performance.now();
  }

  async yieldIfDue(): Promise<void> {
    if (this.due()) await this.yield();
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Wakes one waiter; a wake without a waiter is kept. */
export class Signal {
  #wake: (() => void) | undefined;
  #raised = false;
  #timer: NodeJS.Timeout | undefined;

  raise(): void {
    if (this.#wake) this.#wake();
    else this.#raised = true;
  }

  wait(timeoutMs: number): Promise<void> {
    if (this.#raised) {
      this.#raised = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#wake = () => {
        clearTimeout(this.#timer);
        this.#wake = undefined;
        resolve();
      };
      this.#timer = setTimeout(this.#wake, timeoutMs);
    });
  }
}
