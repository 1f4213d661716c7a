/**
 * What one commit does to InfluxDB, written down before it is done: InfluxDB knows no transactions, so a commit that a crash
 * interrupts is done again from its beginning at the next start. Its steps are deletes of ranges and points that overwrite,
 * so doing them twice is doing them once.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PointBatch } from './points.ts';

export type Step = { remove: string[] } | { write: PointBatch[] };

export interface Entry {
  database: string;
  /** For the words of a problem. */
  siteId: string;
  steps: Step[];
}

const HEADER = 'promenade influx journal 1 ';

export class Journal {
  readonly #file: string;
  #holds = false;

  /** `folder` is made where it is missing. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, 'influx.journal');
  }

  /** Durable once it is done. */
  async write(entry: Entry): Promise<void> {
    // Written over, what was done of it in part would stay so.
    if (this.#holds)
      throw new Error(
        `${this.#file} names a commit that has not been finished: the next start finishes it, before others`,
      );
    const body = JSON.stringify(entry);
    const beside = `${this.#file}.new`;
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(`${HEADER}${digest(body)}\n${body}`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#file);
    this.#holds = true;
    const folder = await open(dirname(this.#file), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Of a commit that may have been done only in part. */
  async pending(): Promise<Entry | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    // It was durable before it got its name: only a disk that lost what it had been given comes here.
    if (text.slice(0, end) !== `${HEADER}${digest(body)}`)
      throw new Error(
        `${this.#file} is damaged, so a commit that it names may be in InfluxDB in part: move the file away to go on, and let the newest day be computed anew`,
      );
    return JSON.parse(body) as Entry;
  }

  /** Where this is lost in a crash, the commit is done once more. */
  async done(): Promise<void> {
    await rm(this.#file, { force: true });
    this.#holds = false;
  }
}

const digest = (body: string): string => createHash('sha256').update(body).digest('hex');
