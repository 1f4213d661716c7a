/** Exports of the mock mall: what is asked for runs one step with each look at the list. Each answer is checked against its contract. */
import { z } from 'zod';
import { EXPORT_TABLES, type ExportJob, exportJob, exportTable } from '../../server/contract/exports.ts';
import { INTERVALS } from '../../server/contract/metrics.ts';
import { Refusal } from './mockCampaigns.ts';
import * as mall from './mockMall.ts';

const DAY_MS = 86_400_000;
const iso = (atMs: number): string => new Date(atMs).toISOString();
const input = z.strictObject({
  tables: z.array(exportTable).min(1),
  interval: z.enum(INTERVALS),
  from: z.string(),
  to: z.string(),
});
const fileOf = (table: ExportJob['tables'][number], month: string, n: number) => ({
  name: `${table.replaceAll('-', '_')}-${month}.parquet`,
  table,
  rows: 2_184 + 731 * n,
  bytes: 48_200 + 91_300 * n,
  sha256: '9f'.repeat(32),
});

export class MockExports {
  #jobs: ExportJob[] = [];

  constructor() {
    this.reset();
  }

  reset(): void {
    const common = {
      interval: 'hour',
      from: '2026-11-01T00:00:00+01:00',
      to: '2026-11-15T00:00:00+01:00',
      createdAt: iso(mall.NOW_MS - DAY_MS),
      expiresAt: iso(mall.NOW_MS + 6 * DAY_MS),
      filesDone: EXPORT_TABLES.length,
      filesTotal: EXPORT_TABLES.length,
      problem: null,
    };
    const files = EXPORT_TABLES.map((table, n) => fileOf(table, '2026-11', n));
    this.#jobs = z.array(exportJob).parse([
      {
        ...common,
        id: 'x-1',
        state: 'done',
        tables: EXPORT_TABLES,
        rows: files.reduce((sum, { rows }) => sum + rows, 0),
        files,
      },
      {
        ...common,
        id: 'x-2',
        state: 'failed',
        tables: ['heatmap'],
        rows: 0,
        files: [],
        problem: 'the server was stopped meanwhile: ask for it again',
      },
    ]);
  }

  /** Undefined where the question is not of exports. */
  answer(asked: {
    method: string;
    what: string | undefined;
    id: string | undefined;
    body: unknown;
    tenantId: string | null;
    empty: boolean;
  }): { body: unknown } | undefined {
    const { method, what, id, body } = asked;
    if (what !== 'exports') return undefined;
    if (asked.tenantId !== null) throw new Refusal(403, 'for owner, manager');
    if (id === undefined && method === 'GET') {
      const exports = asked.empty ? [] : this.#jobs;
      this.#jobs = this.#jobs.map((job) => this.#next(job));
      return { body: { exports } };
    }
    if (id === undefined) {
      const { tables, interval, from, to } = input.parse(body);
      if (Date.parse(to) < Date.parse('2026-01-01T00:00:00+01:00'))
        throw new Refusal(400, 'no whole day of site arkada lies in that period', 'body.from');
      const job: ExportJob = {
        id: `x-${this.#jobs.length + 1}`,
        state: 'running',
        tables,
        interval,
        from,
        to,
        createdAt: iso(mall.NOW_MS),
        expiresAt: iso(mall.NOW_MS + 7 * DAY_MS),
        filesDone: 1,
        filesTotal: tables.length,
        rows: 2_184,
        files: [],
        problem: null,
      };
      this.#jobs = [job, ...this.#jobs];
      return { body: job };
    }
    if (!this.#jobs.some((job) => job.id === id)) throw new Refusal(404, `export ${id} does not exist`);
    if (method === 'DELETE') this.#jobs = this.#jobs.filter((job) => job.id !== id);
    return { body: undefined };
  }

  #next(job: ExportJob): ExportJob {
    if (job.state !== 'running') return job;
    const files = job.tables.map((table, n) => fileOf(table, '2026-11', n));
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    return { ...job, state: 'done', filesDone: job.filesTotal, rows, files };
  }
}
