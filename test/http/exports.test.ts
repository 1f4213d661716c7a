/** Figures as files by REST: asked for, made, downloaded, gone; and nothing that is one carrier's. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXPORT_TABLES, type ExportJob } from '../../server/contract/exports.ts';
import { AGGREGATES } from '../../server/db/parquet/analysisTables.ts';
import { readManifest } from '../../server/db/parquet/manifest.ts';
import { Exports } from '../../server/exports/exports.ts';
import { exportRoutes } from '../../server/http/routes/exports.ts';
import type { Services } from '../../server/http/services.ts';
import { Harness, NOW } from './harness.ts';

const DAY = 86_400_000;
const ASKED = { from: new Date(NOW - 3 * DAY).toISOString(), to: new Date(NOW).toISOString() };

describe('exports', () => {
  let harness: Harness;
  let exports: Exports;
  const problems: string[] = [];
  const made = (services: Services): Exports =>
    new Exports({ ...services, onProblem: (_, error) => problems.push(error.message) });
  beforeAll(async () => {
    harness = await Harness.open({
      routes: (services) => {
        exports = made(services);
        return exportRoutes({ exports, registry: services.registry, reading: services.reading, audit: services.audit });
      },
    });
  });
  afterAll(async () => {
    await exports.stop();
    await harness.close();
  });
  const ask = <T = ExportJob>(method: string, path = '', body?: unknown) =>
    harness.ask<T>(method, `/sites/mall/exports${path}`, { as: 'manager', ...(body === undefined ? {} : { body }) });
  async function finished(id: string): Promise<ExportJob> {
    for (let tries = 0; tries < 500; tries += 1) {
      const { body } = await ask('get', `/${id}`);
      if (body.state === 'done' || body.state === 'failed') return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the export does not end');
  }
  const download = (id: string, file: string) =>
    fetch(`${harness.server.url}/api/v1/sites/mall/exports/${id}/files/${file}`, {
      headers: { cookie: harness.cookies.get('manager')! },
    });

  test('what may be exported is what the API tells', () => {
    expect([...EXPORT_TABLES]).toEqual([...AGGREGATES]);
  });

  test('a site without data is told so; rows of carriers, and what is no table, are refused', async () => {
    expect(await ask('post', '', ASKED)).toMatchObject({
      status: 400,
      body: { error: { path: 'body.from', message: 'site mall has no data yet' } },
    });
    await harness.duck.run("insert into site_state values ('mall', $1, null, '', $1)", [NOW]);
    await harness.duck.run("insert into gateways_heard values ('mall', 'g1', $1, $1)", [NOW - 5 * DAY]);
    await harness.duck.run("insert into coverage_quarters values ('mall', '', $1, 15, 12)", [NOW - 2 * DAY]);
    for (const table of ['visits', 'stays', 'heat', 'open_visits', 'site_state', '../visits'])
      expect(await ask('post', '', { ...ASKED, tables: [table] }), table).toMatchObject({ status: 400 });
    expect(await ask('post', '', { from: ASKED.to, to: ASKED.from })).toMatchObject({
      status: 400,
      body: { error: { path: 'body.to', message: 'must be later than from' } },
    });
    expect(await ask('post', '', { from: ASKED.to, to: new Date(NOW + DAY).toISOString() })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/no whole day of site mall lies in that period/) } },
    });
  });

  test('is made in the background, and its files are what the manifest says', async () => {
    const begun = await ask('post', '', ASKED);
    expect(begun.status).toBe(202);
    const job = await finished(begun.body.id);
    expect(job).toMatchObject({ state: 'done', problem: null, tables: [...EXPORT_TABLES] });
    // Whole local days, the newest of which is not over.
    expect([job.from, job.to]).toEqual(['2026-04-30T22:00:00.000Z', '2026-05-03T22:00:00.000Z']);
    expect(job.filesDone).toBe(job.filesTotal);
    expect(job.files.map(({ table }) => table)).toEqual(['coverage']);
    const { name, bytes } = job.files[0]!;
    const answer = await download(job.id, name);
    expect(answer.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
    const file = await answer.arrayBuffer();
    expect(file.byteLength).toBe(bytes);
    expect(await parquetReadObjects({ file })).toEqual([
      { floor_id: '', start: new Date(NOW - 2 * DAY), expected: 15, reported: 12 },
    ]);
    const told = await download(job.id, 'manifest.json');
    expect(told.headers.get('content-type')).toMatch(/^application\/json(;|$)/);
    const manifest = (await told.json()) as { form: string; files: unknown[] };
    expect(manifest).toMatchObject({ form: 'analysis', kAnonymity: 10, files: [{ sha256: job.files[0]!.sha256 }] });
    // Every zone was asked for, and the whole.
    const asked = harness.questions.asked as { metric?: string; zoneId?: string }[];
    expect(asked.filter(({ metric }) => metric === 'footfall').map(({ zoneId }) => zoneId)).toEqual([
      undefined,
      'door',
      'free-shop',
      'hall',
      'hats-shop',
      'shoes-shop',
    ]);
    const { body } = await harness.ask<{ action: string; subject: string }[]>('get', '/sites/mall/audit', {
      as: 'manager',
    });
    expect(body).toContainEqual(expect.objectContaining({ action: 'exports.create', subject: job.id }));

    for (const other of ['job.json', 'visits-2026-05.parquet', '..%2F..%2Fjob.json', 'manifest.json%00'])
      expect((await download(job.id, other)).status, other).toBeGreaterThanOrEqual(400);
    expect((await harness.ask('get', `/sites/other/exports/${job.id}`, { as: 'stranger' })).status).toBe(404);
    expect((await ask('delete', `/${job.id}`)).status).toBe(204);
    expect((await ask('get', `/${job.id}`)).status).toBe(404);
    expect((await download(job.id, name)).status).toBe(404);
  });

  test('comes as one file too, which any tar unpacks to what the manifest says', async () => {
    const job = await finished((await ask('post', '', ASKED)).body.id);
    const archive = (id: string) =>
      fetch(`${harness.server.url}/api/v1/sites/mall/exports/${id}/archive`, {
        headers: { cookie: harness.cookies.get('manager')! },
      });
    const answer = await archive(job.id);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-tar']);
    const folder = `promenade-mall-${job.id}`;
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${folder}.tar"`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(String(bytes.length)).toBe(answer.headers.get('content-length'));
    const into = mkdtempSync(join(tmpdir(), 'unpacked-'));
    try {
      execFileSync('tar', ['-x', '-C', into], { input: bytes });
      expect(readdirSync(into)).toEqual([folder]);
      const manifest = readManifest(join(into, folder));
      expect(manifest.files.map(({ sha256 }) => sha256)).toEqual(job.files.map(({ sha256 }) => sha256));
      expect(manifest.files.length).toBeGreaterThan(0);
      for (const { path, sha256 } of manifest.files) {
        const file = readFileSync(join(into, folder, path));
        expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
      }
      const unpacked = readdirSync(join(into, folder), { recursive: true, withFileTypes: true });
      expect(unpacked.filter((entry) => entry.isFile())).toHaveLength(1 + manifest.files.length);
    } finally {
      rmSync(into, { recursive: true });
    }
    expect((await archive('x-0123')).status).toBe(404);
    expect((await harness.ask('get', `/sites/other/exports/${job.id}/archive`, { as: 'stranger' })).status).toBe(404);
  });

  test('is bounded, survives a restart, and goes after a week', async () => {
    const first = await finished((await ask('post', '', { ...ASKED, tables: ['coverage'] })).body.id);
    const answers = [];
    for (let i = 0; i < 25; i += 1) answers.push(await ask('post', '', { ...ASKED, tables: ['footfall'] }));
    expect(answers.some(({ status }) => status === 409)).toBe(true);
    for (const { status, body } of answers) if (status === 202) await finished(body.id);
    // A server that was stopped in the middle of one, and a folder that is none of an export.
    const folder = join(harness.dataDir, 'exports', 'mall');
    const job = JSON.parse(readFileSync(join(folder, first.id, 'job.json'), 'utf8')) as object;
    mkdirSync(join(folder, 'x-broken'));
    writeFileSync(join(folder, 'x-broken', 'job.json'), JSON.stringify({ ...job, id: 'x-broken', state: 'running' }));
    mkdirSync(join(folder, 'x-rotten'));
    const next = made(harness.services);
    next.start();
    expect(next.get('mall', first.id)).toMatchObject({ state: 'done', files: [{ table: 'coverage' }] });
    expect(next.get('mall', 'x-broken')).toMatchObject({
      state: 'failed',
      files: [],
      problem: expect.stringMatching(/stopped meanwhile: ask for it again/),
    });
    expect(next.get('mall', 'x-rotten')).toBeUndefined();
    harness.nowMs = NOW + 8 * DAY;
    next.expire();
    expect(next.list('mall')).toEqual([]);
    await next.stop();
    expect(problems).toEqual([]);
  });
});
