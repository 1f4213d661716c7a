/** Losses that the server has yet to hear of; they survive a restart until the broker has confirmed them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type GapMessage, gapMessage } from '../server/contract/wire.ts';
import { writeAtomically } from './atomicFile.ts';

/** Adjoining losses merge, so this many are separate incidents; beyond it the oldest of an epoch are joined. */
const MAX_GAPS = 256;

const isSame = (a: GapMessage, b: GapMessage): boolean =>
  a.epoch === b.epoch && a.fromSeq === b.fromSeq && a.toSeq === b.toSeq && a.reason === b.reason;

export class Gaps {
  private readonly path: string;
  private list: GapMessage[] = [];

  constructor(dir: string) {
    this.path = join(dir, 'gaps.json');
  }

  /** A file that cannot be read is taken for empty: the gateway must run, and says so through `warn`. */
  async load(warn: (sentence: string) => void): Promise<void> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch {
      return;
    }
    try {
      this.list = z.array(gapMessage).parse(JSON.parse(text));
    } catch {
      warn(`${this.path} cannot be read; losses noted there are not reported again`);
    }
  }

  all(): readonly GapMessage[] {
    return this.list;
  }

  async add(gap: GapMessage): Promise<void> {
    const last = this.list.at(-1);
    const isNextTo = last && last.epoch === gap.epoch && last.reason === gap.reason && last.toSeq + 1 === gap.fromSeq;
    // Replaced, never changed: the one being published keeps its extent, and `published` must not remove a longer one.
    if (isNextTo) this.list[this.list.length - 1] = { ...last, toSeq: gap.toSeq };
    else this.list.push(gap);
    if (this.list.length > MAX_GAPS) this.list.shift();
    await this.save();
  }

  async published(gap: GapMessage): Promise<void> {
    const before = this.list.length;
    this.list = this.list.filter((kept) => !isSame(kept, gap));
    if (this.list.length < before) await this.save();
  }

  private async save(): Promise<void> {
    await writeAtomically(this.path, `${JSON.stringify(this.list)}\n`);
  }
}
