/** When to do something about a radio that has gone silent, and what: each rung costs more than the one before. Pure. */

export const RUNGS = ['restartScan', 'resetAdapter', 'replaceChild'] as const;
export type Rung = (typeof RUNGS)[number];

/** A hall is never silent for 30 s: phones, earbuds and televisions advertise several times a second. */
export const SILENCE_MS = 30_000;

export class Watchdog {
  private readonly silenceMs: number;
  private sinceMs: number;
  private rung = 0;

  constructor(nowMs: number, silenceMs = SILENCE_MS) {
    this.sinceMs = nowMs;
    this.silenceMs = silenceMs;
  }

  heard(nowMs: number): void {
    this.sinceMs = nowMs;
    this.rung = 0;
  }

  /** A new child gets its full time before the next step. */
  restarted(nowMs: number): void {
    this.sinceMs = nowMs;
  }

  /** True from the first silent stretch until something is heard again. */
  get suspicious(): boolean {
    return this.rung > 0;
  }

  /** The step to take now, once per silent stretch; after the last rung it begins again with the first. */
  due(nowMs: number): Rung | undefined {
    if (nowMs - this.sinceMs < this.silenceMs) return undefined;
    this.sinceMs = nowMs;
    const step = RUNGS[this.rung % RUNGS.length];
    this.rung += 1;
    return step;
  }
}
