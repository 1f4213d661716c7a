/** Exports that somebody asked for: made one after another beside the server's work, kept for some days as files. */
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type ExportJob, type ExportTable, exportJob } from '../contract/exports.ts';
import type { Interval } from '../contract/metrics.ts';
import { type AnalysisParts, exportAnalysis } from '../db/parquet/analysis.ts';
import { MANIFEST } from '../db/parquet/manifest.ts';
import type { Period } from '../db/parquet/periods.ts';
import { conflict } from '../errors.ts';
import { tarOf } from './tar.ts';

/** Long enough for a weekend; figures can be exported again. */
const KEPT_MS = 7 * 86_400_000;
/** A site's figures of a year are some 40 MB. */
const KEPT_PER_SITE = 20;
const WAITING_PER_SITE = 3;

export interface ExportsParts extends AnalysisParts {
  dataDir: string;
  clock: () => number;
  onProblem: (what: string, error: Error) => void;
}

export interface ExportRequest {
  siteId: string;
  tables: readonly ExportTable[];
  period: Period;
  interval: Interval;
}

const stored = exportJob.extend({ siteId: z.string(), fromMs: z.number(), toMs: z.number(), expiresMs: z.number() });
type Stored = z.output<typeof stored>;

const JOB = 'job.json';

export class Exports {
  readonly #parts: ExportsParts;
  readonly #folder: string;
  readonly #jobs = new Map<string, Stored>();
  #queue: Stored[] = [];
  #running: { job: Stored; abort: AbortController; ended: Promise<void> } | undefined;
  #stopped = false;

  constructor(parts: ExportsParts) {
    this.#parts = parts;
    this.#folder = join(parts.dataDir, 'exports');
  }

  /** Finds what was made before; what was under way then has failed. */
  start(): void {
    if (!existsSync(this.#folder)) return;
    for (const siteId of foldersIn(this.#folder))
      for (const id of foldersIn(join(this.#folder, siteId))) {
        const job = this.#load(join(this.#folder, siteId, id));
        if (!job) {
          this.#onDisk(() => rmSync(join(this.#folder, siteId, id), { recursive: true, force: true }));
          continue;
        }
        this.#jobs.set(job.id, job);
        if (job.state === 'waiting' || job.state === 'running')
          this.#fail(job, 'the server was stopped meanwhile: ask for it again');
      }
    this.expire();
  }

  #load(folder: string): Stored | undefined {
    try {
      return stored.parse(JSON.parse(readFileSync(join(folder, JOB), 'utf8')));
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue = [];
    this.#running?.abort.abort();
    await this.#running?.ended;
  }

  expire(): void {
    const nowMs = this.#parts.clock();
    for (const job of [...this.#jobs.values()])
      if (job.expiresMs <= nowMs && job !== this.#running?.job) this.#forget(job);
  }

  /** The newest first. */
  list(siteId: string): ExportJob[] {
    return [...this.#jobs.values()]
      .filter((job) => job.siteId === siteId)
      .sort((a, b) => b.expiresMs - a.expiresMs || (a.id < b.id ? -1 : 1))
      .map(viewOf);
  }

  get(siteId: string, id: string): ExportJob | undefined {
    const job = this.#of(siteId, id);
    return job && viewOf(job);
  }

  #of(siteId: string, id: string): Stored | undefined {
    const job = this.#jobs.get(id);
    return job?.siteId === siteId ? job : undefined;
  }

  /** @throws AppError where enough of them wait or are kept */
  request({ siteId, tables, period, interval }: ExportRequest): ExportJob {
    this.expire();
    const own = [...this.#jobs.values()].filter((job) => job.siteId === siteId);
    if (own.length >= KEPT_PER_SITE)
      throw conflict(`${KEPT_PER_SITE} exports of this site are kept already; delete one first`);
    if (own.filter(({ state }) => state === 'waiting').length >= WAITING_PER_SITE)
      throw conflict(
        `${WAITING_PER_SITE} exports of this site are waiting already; try again when one of them is done`,
      );
    const nowMs = this.#parts.clock();
    const iso = (ms: number): string => new Date(ms).toISOString();
    const job: Stored = {
      id: `x-${randomBytes(8).toString('hex')}`,
      siteId,
      state: 'waiting',
      tables: [...tables],
      interval,
      from: iso(period.fromMs),
      to: iso(period.toMs),
      fromMs: period.fromMs,
      toMs: period.toMs,
      createdAt: iso(nowMs),
      expiresAt: iso(nowMs + KEPT_MS),
      expiresMs: nowMs + KEPT_MS,
      filesDone: 0,
      filesTotal: 0,
      rows: 0,
      files: [],
      problem: null,
    };
    this.#save(job);
    this.#jobs.set(job.id, job);
    this.#queue.push(job);
    this.#next();
    return viewOf(job);
  }

  /** Ends it where it is under way. */
  async remove(siteId: string, id: string): Promise<boolean> {
    const job = this.#of(siteId, id);
    if (!job) return false;
    this.#queue = this.#queue.filter((one) => one !== job);
    if (this.#running?.job === job) {
      this.#running.abort.abort();
      await this.#running.ended;
    }
    this.#forget(job);
    return true;
  }

  /** Undefined where there is no such file of a finished export. */
  file(siteId: string, id: string, name: string): { stream: Readable; bytes: number | undefined } | undefined {
    const job = this.#of(siteId, id);
    if (job?.state !== 'done') return undefined;
    const folder = this.#folderOf(job);
    if (name === MANIFEST) return { stream: createReadStream(join(folder, MANIFEST)), bytes: undefined };
    const found = job.files.find((file) => file.name === name);
    if (!found) return undefined;
    return { stream: createReadStream(join(folder, pathOf(found))), bytes: found.bytes };
  }

  /** All files of a finished export as one, in the folders that the manifest names. */
  async archive(siteId: string, id: string): Promise<{ name: string; stream: Readable; bytes: number } | undefined> {
    const job = this.#of(siteId, id);
    if (job?.state !== 'done') return undefined;
    const name = `promenade-${siteId}-${id}`;
    return { name: `${name}.tar`, ...(await tarOf(this.#folderOf(job), [MANIFEST, ...job.files.map(pathOf)], name)) };
  }

  #folderOf({ siteId, id }: Stored): string {
    return join(this.#folder, siteId, id);
  }

  #save(job: Stored): void {
    const folder = this.#folderOf(job);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, JOB), JSON.stringify(job));
  }

  #forget(job: Stored): void {
    this.#jobs.delete(job.id);
    this.#onDisk(() => rmSync(this.#folderOf(job), { recursive: true, force: true }));
  }

  /** A disk that fails is told of, and keeps nothing else from going on. */
  #onDisk(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.onProblem('exports', error as Error);
    }
  }

  #fail(job: Stored, problem: string): void {
    job.state = 'failed';
    job.problem = problem;
    job.files = [];
    this.#onDisk(() => rmSync(this.#folderOf(job), { recursive: true, force: true }));
    this.#onDisk(() => this.#save(job));
  }

  #next(): void {
    if (this.#running || this.#stopped) return;
    const job = this.#queue.shift();
    if (!job) return;
    const abort = new AbortController();
    const ended = this.#make(job, abort.signal).finally(() => {
      this.#running = undefined;
      this.#next();
    });
    this.#running = { job, abort, ended };
  }

  async #make(job: Stored, signal: AbortSignal): Promise<void> {
    const { clock, onProblem } = this.#parts;
    job.state = 'running';
    try {
      const made = await exportAnalysis(
        this.#parts,
        {
          siteId: job.siteId,
          tables: job.tables,
          period: { fromMs: job.fromMs, toMs: job.toMs },
          interval: job.interval,
          folder: this.#folderOf(job),
          nowMs: clock(),
        },
        ({ filesDone, filesTotal, rows }) => Object.assign(job, { filesDone, filesTotal, rows }),
        signal,
      );
      job.files = made.files.map(({ path, table, rows, bytes, sha256 }) => ({
        name: basename(path),
        table,
        rows,
        bytes,
        sha256,
      }));
      job.state = 'done';
      this.#save(job);
    } catch (error) {
      // Who removed it wants no word of it; after a stop the next start says so.
      if (signal.aborted) return;
      onProblem('an export', error as Error);
      this.#fail(job, `it could not be made: ${(error as Error).message}; ask for it again`);
    }
  }
}

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));

/** Below the folder of the export. */
const pathOf = ({ table, name }: ExportJob['files'][number]): string => `${table.replaceAll('-', '_')}/${name}`;

const viewOf = ({ siteId: _s, fromMs: _f, toMs: _t, expiresMs: _e, ...job }: Stored): ExportJob => ({ ...job });
