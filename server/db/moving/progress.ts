/** How far a site has been moved, on disk beside the data, so that a move goes on where it was broken off. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SERIES_TABLES } from '../tables.ts';
import type { Digest } from './digest.ts';
import type { EngineName } from './sides.ts';
import type { Stretch } from './stretch.ts';

export interface Piece {
  stretch: Stretch;
  /** Of the source, once it has been found again in the target. */
  digest?: Digest;
}

export interface Progress {
  siteId: string;
  from: EngineName;
  to: EngineName;
  /** The source's last commit: a source that has gone on since is moved from the beginning. */
  sourceState: string;
  tables: { table: string; pieces: Piece[] }[];
  finishedMs: number | null;
  removedMs: number | null;
}

/** Pieces of tables that have changed since fit into nothing. */
const SCHEMA = createHash('sha256')
  .update(JSON.stringify(SERIES_TABLES.map(({ name, columns }) => [name, columns])))
  .digest('hex')
  .slice(0, 16);
const HEADER = `promenade move 1 ${SCHEMA} `;
const digest = (body: string): string => createHash('sha256').update(body).digest('hex');

export class ProgressFile {
  readonly file: string;

  constructor(dataDir: string, siteId: string, to: EngineName) {
    this.file = join(dataDir, 'moving', `${siteId}-to-${to}.progress`);
  }

  /** Undefined where there is none, or where it is damaged or of another version: all is moved anew then. */
  async read(): Promise<Progress | undefined> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    return text.slice(0, end) === `${HEADER}${digest(body)}` ? (JSON.parse(body) as Progress) : undefined;
  }

  /** Durable once it is done. */
  async write(progress: Progress): Promise<void> {
    mkdirSync(dirname(this.file), { recursive: true });
    const body = JSON.stringify(progress);
    const beside = `${this.file}.new`;
    const file = await open(beside, 'w', 0o600);
    try {
      await file.writeFile(`${HEADER}${digest(body)}\n${body}`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.file);
  }

  remove(): Promise<void> {
    return rm(this.file, { force: true });
  }
}
