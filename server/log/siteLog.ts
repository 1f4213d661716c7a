/** The log of one site: one append-only file per UTC hour of the batches' corrected fromMs. What `append` returned from is on disk. */
import { type FileHandle, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRecord } from '../contract/framing.ts';
import type { SeqMark, SightingBatch } from './batch.ts';
import { decodeGroup, encodeGroup, type Names, NameTable, readNames } from './codec.ts';
import { fileNameOf, HOUR_MS, hourOfFileName, scanFile } from './hourFile.ts';

/** Late data may reach back over many hours; more files than this are not held open at once. */
const MAX_OPEN_FILES = 16;

/** Durable length of each hour file. */
export type Positions = Map<number, number>;

interface Writer {
  handle: FileHandle;
  table: NameTable;
}

export interface TailEntry {
  batches: SightingBatch[];
  marks: SeqMark[];
}

export class SiteLog {
  readonly dir: string;
  readonly #lengths: Positions = new Map();
  /** In order of last use. */
  readonly #writers = new Map<number, Writer>();

  constructor(dir: string) {
    this.dir = dir;
  }

  /**
   * Cuts torn tails off and hands over, file by file, what stands beyond `known` (the lengths of a checkpoint). A file of
   * exactly its known length was whole then and is not read.
   */
  async recover(known: Positions, onTail: (entry: TailEntry) => void): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    const hours = (await readdir(this.dir)).map(hourOfFileName).filter((hour) => hour !== undefined);
    for (const hourMs of hours.sort((a, b) => a - b)) {
      const path = this.path(hourMs);
      const { size } = await stat(path);
      const knownLength = known.get(hourMs) ?? 0;
      if (size === knownLength) {
        this.#lengths.set(hourMs, size);
        continue;
      }
      const names: Names = [];
      const goodLength = await scanFile(path, size, (payload, offset) => {
        readNames(payload, names);
        if (offset >= knownLength) onTail(decodeGroup(payload, names));
      });
      if (goodLength < size) await truncateDurably(path, goodLength);
      this.#lengths.set(hourMs, goodLength);
    }
  }

  path(hourMs: number): string {
    return join(this.dir, fileNameOf(hourMs));
  }

  positions(): Positions {
    return new Map(this.#lengths);
  }

  lengthOf(hourMs: number): number {
    return this.#lengths.get(hourMs) ?? 0;
  }

  hours(): number[] {
    return [...this.#lengths.keys()].sort((a, b) => a - b);
  }

  /**
   * Writes one record into one hour's file and waits for the disk. `onDurable` runs in the same turn in which the new length
   * counts, so that nothing is both read from the log and handed over, or neither. Throws where the disk refuses; nothing
   * of the group counts then, and the same group may be tried again.
   */
  async append(
    hourMs: number,
    batches: readonly SightingBatch[],
    marks: readonly SeqMark[],
    onDurable: () => void,
  ): Promise<void> {
    const length = this.lengthOf(hourMs);
    try {
      const writer = await this.#writer(hourMs);
      const record = encodeRecord(encodeGroup(writer.table, batches, marks));
      let written = 0;
      while (written < record.length) {
        const step = await writer.handle.write(record, written, record.length - written, length + written);
        written += step.bytesWritten;
      }
      await writer.handle.datasync();
      this.#lengths.set(hourMs, length + record.length);
    } catch (error) {
      await this.#forget(hourMs);
      throw error;
    }
    onDurable();
  }

  /** Removes the hours that ended at or before `beforeMs`; returns their number. */
  async removeBefore(beforeMs: number): Promise<number> {
    let removed = 0;
    for (const hourMs of this.hours()) {
      if (hourMs + HOUR_MS > beforeMs) break;
      await this.#forget(hourMs);
      await rm(this.path(hourMs), { force: true });
      this.#lengths.delete(hourMs);
      removed++;
    }
    return removed;
  }

  async close(): Promise<void> {
    for (const hourMs of [...this.#writers.keys()]) await this.#forget(hourMs);
  }

  async #writer(hourMs: number): Promise<Writer> {
    const opened = this.#writers.get(hourMs);
    if (opened) {
      this.#writers.delete(hourMs);
      this.#writers.set(hourMs, opened);
      return opened;
    }
    for (const oldest of this.#writers.keys()) {
      if (this.#writers.size < MAX_OPEN_FILES) break;
      await this.#forget(oldest);
    }
    const path = this.path(hourMs);
    const table = new NameTable();
    const isNew = !this.#lengths.has(hourMs);
    const handle = await open(path, isNew ? 'w' : 'r+');
    try {
      if (isNew) {
        await syncDirectory(this.dir);
      } else {
        // A write that failed half-way may have left bytes beyond the durable length.
        await handle.truncate(this.lengthOf(hourMs));
        const names: Names = [];
        await scanFile(path, this.lengthOf(hourMs), (payload) => readNames(payload, names));
        table.load(names);
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    const writer = { handle, table };
    this.#writers.set(hourMs, writer);
    return writer;
  }

  async #forget(hourMs: number): Promise<void> {
    const writer = this.#writers.get(hourMs);
    this.#writers.delete(hourMs);
    await writer?.handle.close().catch(() => {});
  }
}

async function truncateDurably(path: string, length: number): Promise<void> {
  await truncate(path, length);
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new file's name is durable only once its directory is. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
