/** Limits failed tries of codes, per key, in a sliding window. Pure. */

export interface AttemptLimit {
  max: number;
  windowMs: number;
}

/** Beyond it the oldest keys are forgotten: an attacker with that many addresses is not stopped by counting addresses. */
const MAX_KEYS = 50_000;

export class Attempts {
  readonly #limit: AttemptLimit;
  readonly #failures = new Map<string, number[]>();

  constructor(limit: AttemptLimit) {
    this.#limit = limit;
  }

  #recent(key: string, nowMs: number): number[] {
    const recent = (this.#failures.get(key) ?? []).filter((atMs) => atMs > nowMs - this.#limit.windowMs);
    if (recent.length === 0) this.#failures.delete(key);
    return recent;
  }

  allowed(key: string, nowMs: number): boolean {
    return this.#recent(key, nowMs).length < this.#limit.max;
  }

  /** Counts a try before its outcome is known, so that parallel tries cannot slip past. */
  begin(key: string, nowMs: number): void {
    const recent = this.#recent(key, nowMs);
    recent.push(nowMs);
    this.#failures.delete(key);
    this.#failures.set(key, recent);
    if (this.#failures.size > MAX_KEYS) this.#failures.delete(this.#failures.keys().next().value!);
  }

  /** A try that succeeded is no guess. */
  succeeded(key: string): void {
    const tries = this.#failures.get(key);
    tries?.pop();
    if (tries?.length === 0) this.#failures.delete(key);
  }
}
