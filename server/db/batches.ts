/** Many small questions or writes of the same kind as one: while one batch is at the database the next gathers. */

interface Waiting<Item, Answer> {
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** A statement over so many takes some milliseconds; more would only keep the first of them waiting. */
const MAX_ITEMS = 256;

export class Batches<Item, Answer> {
  readonly #run: (items: Item[]) => Promise<Answer[]>;
  #queue: Waiting<Item, Answer>[] = [];
  #working = false;

  /** `run` answers each item, in order, all or nothing; where it fails for several each is tried alone. */
  constructor(run: (items: Item[]) => Promise<Answer[]>) {
    this.#run = run;
  }

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      if (this.#working) return;
      this.#working = true;
      // What the same tick of an engine brings goes together.
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) await this.#settle(this.#queue.splice(0, MAX_ITEMS));
    this.#working = false;
  }

  async #settle(batch: Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, i) => {
        resolve(answers[i]!);
      });
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      // The fault of one is not the others'.
      else for (const one of batch) await this.#settle([one]);
    }
  }
}
