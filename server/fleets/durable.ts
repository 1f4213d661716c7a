/** A message may be acknowledged when every part of what it brought is in the log. Pure. */

export type Told = (error?: Error) => void;

export class Durable {
  #left = 1;
  #error: Error | undefined;
  readonly promise: Promise<void>;
  readonly #settle: { resolve: () => void; reject: (error: Error) => void };

  constructor() {
    let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
    this.promise = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#settle = settle!;
  }

  /** One more to wait for. */
  readonly part = (): Told => {
    this.#left++;
    let told = false;
    return (error) => {
      if (told) return;
      told = true;
      this.#done(error);
    };
  };

  /** Nothing more is added. */
  sealed(): Promise<void> {
    this.#done();
    return this.promise;
  }

  #done(error?: Error): void {
    this.#error ??= error;
    if (--this.#left > 0) return;
    if (this.#error) this.#settle.reject(this.#error);
    else this.#settle.resolve();
  }
}
