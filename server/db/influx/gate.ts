/** One after another. */
export class Gate {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  /** Settles once all that was asked for so far is through. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
