/** The engine's state in files, one per watermark: from one of them and the log behind it everything can be computed again. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { joinSnapshot } from '../engine/engineState.ts';
import type { EngineSnapshot, SnapshotPart } from '../engine/types.ts';
import { HOUR_MS } from '../log/hourFile.ts';
import { syncDirectory } from '../log/siteLog.ts';

const CRC_BYTES = 4;
const LENGTH_BYTES = 4;
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

  /** Piece by piece, each read only once the one before is written: who else waits for this thread gets their turn. */
  async save(watermarkMs: number, parts: Iterable<SnapshotPart>): Promise<void> {
    const path = this.#path(watermarkMs);
    const handle = await open(`${path}.new`, 'w');
    try {
      const head = Buffer.alloc(CRC_BYTES);
      let crc = 0;
      let position = CRC_BYTES;
      for (const part of parts) {
        const payload = serialize(part);
        const record = Buffer.allocUnsafe(LENGTH_BYTES + payload.length);
        record.writeUInt32LE(payload.length, 0);
        record.set(payload, LENGTH_BYTES);
        crc = crc32(record, crc);
        await handle.write(record, 0, record.length, position);
        position += record.length;
      }
      head.writeUInt32LE(crc, 0);
      await handle.write(head, 0, CRC_BYTES, 0);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.new`, path);
    await syncDirectory(this.#dir);
    if (!this.#watermarks.includes(watermarkMs)) {
      this.#watermarks.push(watermarkMs);
      this.#watermarks.sort((a, b) => a - b);
    }
  }

  /** The newest usable one at or before that time; rotten ones and those of another version are passed over and removed. */
  async newest(atOrBeforeMs: number, version: number): Promise<EngineSnapshot | undefined> {
    for (const watermarkMs of [...this.#watermarks].reverse()) {
      if (watermarkMs > atOrBeforeMs) continue;
      const snapshot = await this.#load(watermarkMs);
      if (snapshot?.version === version && snapshot.watermarkMs === watermarkMs) return snapshot;
      await this.#remove(watermarkMs);
    }
    return undefined;
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

  async #load(watermarkMs: number): Promise<EngineSnapshot | undefined> {
    try {
      const bytes = await readFile(this.#path(watermarkMs));
      if (crc32(bytes.subarray(CRC_BYTES)) !== bytes.readUInt32LE(0)) return undefined;
      const parts: SnapshotPart[] = [];
      for (let at = CRC_BYTES; at < bytes.length; ) {
        const start = at + LENGTH_BYTES;
        at = start + bytes.readUInt32LE(at);
        parts.push(deserialize(bytes.subarray(start, at)) as SnapshotPart);
      }
      return joinSnapshot(parts);
    } catch {
      return undefined;
    }
  }

  async #remove(watermarkMs: number): Promise<void> {
    this.#watermarks = this.#watermarks.filter((at) => at !== watermarkMs);
    await rm(this.#path(watermarkMs), { force: true });
  }

  #path(watermarkMs: number): string {
    return join(this.#dir, `${watermarkMs}.snap`);
  }
}
