/** The engine's state in files, one per watermark: from one of them and the log behind it everything can be computed again. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineSnapshot } from '../engine/types.ts';
import { HOUR_MS } from '../log/hourFile.ts';
import { readSnapshot } from './snapshotFile.ts';

/** Late data is mostly some minutes late: these are kept closer together for a while. */
const FINE_STEP_MS = 300_000;
const FINE_FOR_MS = 2 * HOUR_MS;
const NEWEST_KEPT = 3;

export class Snapshots {
  readonly #dir: string;
  /** Rising. */
  #watermarks: number[] = [];

  constructor(dir: string) {
    this.#dir = dir;
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    for (const name of await readdir(this.#dir)) {
      const match = /^(-?\d+)\.snap$/.exec(name);
      if (match) this.#watermarks.push(Number(match[1]));
      // What a crash left half-written.
      else if (name.endsWith('.new')) await rm(join(this.#dir, name), { force: true });
    }
    this.#watermarks.sort((a, b) => a - b);
  }

  watermarks(): readonly number[] {
    return this.#watermarks;
  }

  /** `write` makes the file, wherever the engine runs; a checkpoint may name it once this settles. */
  async save(watermarkMs: number, write: (path: string) => Promise<void>): Promise<void> {
    await write(this.#path(watermarkMs));
    if (!this.#watermarks.includes(watermarkMs)) {
      this.#watermarks.push(watermarkMs);
      this.#watermarks.sort((a, b) => a - b);
    }
  }

  /**
   * Has the newest one at or before that time loaded that can be: rotten ones and those of another version are passed over
   * and removed. Returns the watermark of the one that was taken.
   */
  async loadNewest(
    atOrBeforeMs: number,
    load: (path: string, watermarkMs: number) => Promise<boolean>,
  ): Promise<number | undefined> {
    for (const watermarkMs of [...this.#watermarks].reverse()) {
      if (watermarkMs > atOrBeforeMs) continue;
      if (await load(this.#path(watermarkMs), watermarkMs)) return watermarkMs;
      await this.#remove(watermarkMs);
    }
    return undefined;
  }

  /** The newest usable one at or before that time. */
  async newest(atOrBeforeMs: number, version: number): Promise<EngineSnapshot | undefined> {
    let found: EngineSnapshot | undefined;
    await this.loadNewest(atOrBeforeMs, async (path, watermarkMs) => {
      const snapshot = await readSnapshot(path);
      if (snapshot?.version !== version || snapshot.watermarkMs !== watermarkMs) return false;
      found = snapshot;
      return true;
    });
    return found;
  }

  /** Those that late data or a crash has made untrue. */
  async removeAfter(afterMs: number): Promise<void> {
    for (const watermarkMs of this.#watermarks.filter((at) => at > afterMs)) await this.#remove(watermarkMs);
  }

  /** Keeps the newest few, one per five minutes for two hours, one per hour as long as the log, and one from before it. */
  async prune(logFromMs: number): Promise<void> {
    const all = this.#watermarks;
    const newestMs = all.at(-1);
    if (newestMs === undefined) return;
    const beforeLogMs = all.filter((at) => at <= logFromMs).at(-1) ?? Number.NEGATIVE_INFINITY;
    let lastStep: string | undefined;
    const superfluous: number[] = [];
    all.forEach((at, i) => {
      const stepMs = newestMs - at <= FINE_FOR_MS ? FINE_STEP_MS : HOUR_MS;
      const step = `${stepMs} ${Math.floor(at / stepMs)}`;
      const first = step !== lastStep;
      lastStep = step;
      if (at < beforeLogMs || (!first && at !== beforeLogMs && i < all.length - NEWEST_KEPT)) superfluous.push(at);
    });
    for (const at of superfluous) await this.#remove(at);
  }

  async #remove(watermarkMs: number): Promise<void> {
    this.#watermarks = this.#watermarks.filter((at) => at !== watermarkMs);
    await rm(this.#path(watermarkMs), { force: true });
  }

  #path(watermarkMs: number): string {
    return join(this.#dir, `${watermarkMs}.snap`);
  }
}
