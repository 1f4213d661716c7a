/** Batches that wait for their ticks, in columns: half a minute of a large site is some megabytes. Pure. */
import type { SightingBatch } from '../log/batch.ts';

export class PendingBatches {
  #batches: SightingBatch[] = [];
  #head = 0;
  #sorted = true;
  #sightings = 0;

  get sightings(): number {
    return this.#sightings;
  }

  get batches(): number {
    return this.#batches.length - this.#head;
  }

  push(batch: SightingBatch): void {
    const last = this.#batches.at(-1);
    if (last && last.fromMs > batch.fromMs) this.#sorted = false;
    this.#batches.push(batch);
    this.#sightings += batch.carriers.length;
  }

  /** Start of the earliest; undefined where none waits. */
  firstFromMs(): number | undefined {
    this.#sort();
    return this.#batches[this.#head]?.fromMs;
  }

  /** How far a step from `fromMs` may go so that it takes about `sightings` of them, in whole `stepMs`. */
  endOfStep(fromMs: number, sightings: number, stepMs: number): number {
    this.#sort();
    let taken = 0;
    for (let i = this.#head; i < this.#batches.length; i++) {
      taken += this.#batches[i]!.carriers.length;
      if (taken > sightings) return Math.max(fromMs + stepMs, Math.floor(this.#batches[i]!.fromMs / stepMs) * stepMs);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Takes those that start before `untilMs` out. */
  takeUntil(untilMs: number, onBatch: (batch: SightingBatch) => void): void {
    this.#sort();
    while (this.#head < this.#batches.length && this.#batches[this.#head]!.fromMs < untilMs) {
      const batch = this.#batches[this.#head++]!;
      this.#sightings -= batch.carriers.length;
      onBatch(batch);
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#batches = [];
    this.#head = 0;
    this.#sorted = true;
    this.#sightings = 0;
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#batches = this.#batches.slice(this.#head).sort((a, b) => a.fromMs - b.fromMs);
    this.#head = 0;
    this.#sorted = true;
  }
}
