/**
 * What is done until it is done. A commit is never given up: after its journal is written it may be in InfluxDB in part, so
 * it is tried until all of it is, with pauses between. A question is tried until its time is over.
 */
import type { Retention } from '../expire.ts';
import { backoffMs, MOST_MS } from './backoff.ts';
import type { Answer, InfluxClient } from './client.ts';
import {
  databaseAway,
  databaseRefuses,
  InfluxAway,
  InfluxDatabaseMissing,
  InfluxRefused,
  InfluxTooLarge,
} from './errors.ts';
import type { Step } from './journal.ts';
import { type PointBatch, pointOf } from './points.ts';
import { ensureSchema } from './schema.ts';

export class StoppedError extends Error {
  constructor() {
    super('stopped while InfluxDB was waited for: what was under way is in the journal, and is done at the next start');
    this.name = 'StoppedError';
  }
}

export interface Problem {
  error: Error;
  sinceMs: number;
}

interface PersistentOptions {
  retention: Retention;
  createDatabase: boolean;
  batchPoints: number;
  nowMs: () => number;
  random: () => number;
  onProblem: (what: string, error: Error) => void;
}

/** Said again so often while it lasts. */
const SAID_EVERY_MS = 60_000;
/** Whoever asks a database that fails hears so after this, though they would wait longer for a slow one. */
const FAILING_MS = 3_000;
/** A last commit takes less, unless InfluxDB is away. */
const GRACE_MS = 5_000;
/** Older than all that the policy keeps. */
const TOO_OLD = /points beyond retention policy/i;
/** Statements that delete are short; InfluxDB does them one after another. */
const REMOVES_PER_REQUEST = 50;

export class Persistent {
  readonly #client: InfluxClient;
  readonly #options: PersistentOptions;
  readonly #stop = new AbortController();
  /** What keeps a commit waiting. */
  problem: Problem | undefined;
  #grace: NodeJS.Timeout | undefined;
  #saidMs = Number.NEGATIVE_INFINITY;
  /** Requests that had to be made again. */
  tries = 0;
  /** The database was found missing and made anew. */
  lost = false;

  constructor(client: InfluxClient, options: PersistentOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** At once where something waits already, else so that what is under way may still come to its end. */
  stopSoon(): void {
    if (this.problem) this.stop();
    else this.#grace = setTimeout(() => this.stop(), GRACE_MS);
  }

  stop(): void {
    clearTimeout(this.#grace);
    this.#stop.abort();
  }

  /** Before anything else. */
  prepare(): Promise<void> {
    return this.#until('InfluxDB is waited for', () => this.#ensure());
  }

  #ensure(): Promise<void> {
    return ensureSchema(this.#client, this.#options.retention, this.#options.createDatabase);
  }

  /** How many points. `late`: of a commit of who knows when; what InfluxDB would have dropped since need not be written. */
  async apply(steps: readonly Step[], late?: 'late'): Promise<number> {
    let written = 0;
    for (const step of steps) {
      if ('remove' in step) {
        for (let i = 0; i < step.remove.length; i += REMOVES_PER_REQUEST) {
          const statements = step.remove.slice(i, i + REMOVES_PER_REQUEST);
          await this.#until('a commit waits', async () => {
            await this.#client.query(statements, 'POST');
          });
        }
        continue;
      }
      for (const [policy, points] of byPolicy(step.write)) {
        written += points.length;
        for (let i = 0; i < points.length; i += this.#options.batchPoints)
          await this.#write(policy, points.slice(i, i + this.#options.batchPoints), late);
      }
    }
    return written;
  }

  async #write(policy: string, points: readonly OwnPoint[], late?: 'late'): Promise<void> {
    // Where too much is refused, or one of many, each half is tried.
    let isWhole = true;
    await this.#until('a commit waits', async () => {
      try {
        await this.#client.write(
          points.map(({ batch, row }) => pointOf(batch, row)),
          policy,
        );
      } catch (error) {
        // The others of the request it has written.
        if (late && error instanceof InfluxRefused && TOO_OLD.test(error.message)) return;
        const splits = error instanceof InfluxTooLarge || (error instanceof InfluxRefused && error.status === 400);
        if (splits && points.length > 1) {
          isWhole = false;
          return;
        }
        if (splits) throw new InfluxRefused(`${(error as Error).message}; the point is ${named(points[0]!)}`);
        throw error;
      }
    });
    if (isWhole) return;
    const half = points.length >> 1;
    await this.#write(policy, points.slice(0, half), late);
    await this.#write(policy, points.slice(half), late);
  }

  /** Reads. Without a deadline it is part of a commit. @throws AppError */
  ask(statements: readonly string[], deadlineMs: number | undefined): Promise<Answer[]> {
    const question = () => this.#client.query(statements);
    if (deadlineMs === undefined) return this.#until('a commit waits', question);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const waitMs = Math.max(0, deadlineMs - this.#options.nowMs());
      timer = setTimeout(() => reject(databaseAway(new Error('it is too slow'))), waitMs);
    });
    const asked = this.#asked(question, deadlineMs);
    asked.catch(() => {});
    return Promise.race([asked, late]).finally(() => clearTimeout(timer));
  }

  async #asked(question: () => Promise<Answer[]>, deadlineMs: number): Promise<Answer[]> {
    let failedMs: number | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await question();
      } catch (error) {
        if (!(error instanceof InfluxAway)) throw databaseRefuses(error as Error);
        const nowMs = this.#options.nowMs();
        failedMs ??= nowMs;
        const pauseMs = backoffMs(attempt, this.#options.random, error.retryAfterMs);
        const untilMs = Math.min(deadlineMs, failedMs + FAILING_MS);
        if (this.#stop.signal.aborted || nowMs + pauseMs >= untilMs) throw databaseAway(error);
        this.tries += 1;
        await this.#pause(pauseMs);
      }
    }
  }

  async #until<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      if (this.#stop.signal.aborted) throw new StoppedError();
      try {
        const value = await work();
        this.problem = undefined;
        return value;
      } catch (error) {
        const passing = error instanceof InfluxAway;
        const refused =
          error instanceof InfluxRefused || error instanceof InfluxDatabaseMissing || error instanceof InfluxTooLarge;
        if (!passing && !refused) throw error;
        if (error instanceof InfluxDatabaseMissing && (await this.#made())) continue;
        this.tries += 1;
        this.#tell(what, error);
        // Until somebody has done something about it, there is no hurry.
        await this.#pause(
          passing
            ? backoffMs(attempt, this.#options.random, error.retryAfterMs)
            : MOST_MS * (0.1 + 0.9 * this.#options.random()),
        );
      }
    }
  }

  async #made(): Promise<boolean> {
    if (!this.#options.createDatabase) return false;
    try {
      await this.#ensure();
    } catch {
      return false;
    }
    this.lost = true;
    this.#options.onProblem(
      'InfluxDB',
      new Error(`the database ${this.#client.server.database} was gone and has been made again: what it held is lost`),
    );
    return true;
  }

  #tell(what: string, error: Error): void {
    const nowMs = this.#options.nowMs();
    this.problem = { error, sinceMs: this.problem?.sinceMs ?? nowMs };
    if (nowMs - this.#saidMs < SAID_EVERY_MS) return;
    this.#saidMs = nowMs;
    this.#options.onProblem(what, error);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#stop.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#stop.signal.addEventListener('abort', done);
    });
  }
}

interface OwnPoint {
  batch: PointBatch;
  row: PointBatch['rows'][number];
}

/** A request is of one policy, whatever its measurements. */
function byPolicy(batches: readonly PointBatch[]): Map<string, OwnPoint[]> {
  const found = new Map<string, OwnPoint[]>();
  for (const batch of batches) {
    const points = found.get(batch.policy) ?? [];
    found.set(batch.policy, points);
    for (const row of batch.rows) points.push({ batch, row });
  }
  return found;
}

/** Without what a carrier could be known by. */
function named({ batch: { measurement, policy, tags, fields }, row }: OwnPoint): string {
  const tagText = tags.map((name, i) => `${name}=${String(row[i])}`).join(',');
  const [ms] = row.slice(-2) as [number];
  return `${policy}.${measurement},${tagText} (${fields.join(', ')}) at ${new Date(ms).toISOString()}`;
}
