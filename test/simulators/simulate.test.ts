import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtDist } from '../support/build.ts';
import { TestBroker, until } from './support.ts';

let dist: string;
let folder: string;
beforeAll(async () => {
  dist = await builtDist();
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  out: string;
  err: string;
}
function run(program: string, args: string[], onChild?: (child: ChildProcess) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(dist, 'simulators', program), ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
    onChild?.(child);
  });
}

test('plays a day of the small shop and writes the truth of it, the same each time', async () => {
  const broker = new TestBroker();
  await broker.start();
  try {
    const truths: string[] = [];
    const rows: number[] = [];
    for (const name of ['a', 'b']) {
      const truth = join(folder, `${name}.ndjson`);
      const before = broker.distinct().length;
      const ended = await run('simulate.js', [
        ...['--scenario', 'small-shop', '--mqtt', broker.url, '--timezone', 'Europe/Prague'],
        ...['--from', '2026-03-02T00:00:00+01:00', '--days', '0.6', '--seed', '4', '--truth', truth, '--progress-json'],
      ]);
      expect(ended.err).toBe('');
      expect(ended.code).toBe(0);
      const done = ended.out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { type: string; rows?: number; ackedRows?: number })
        .find((line) => line.type === 'history-done');
      expect(done!.rows).toBeGreaterThan(500);
      expect(done!.ackedRows).toBe(done!.rows);
      rows.push(done!.rows!);
      truths.push(readFileSync(truth, 'utf8'));
      expect(broker.distinct().length).toBeGreaterThan(before);
    }
    expect(rows[1]).toBe(rows[0]);
    expect(truths[1]).toBe(truths[0]);
    expect(truths[0]).toContain('"type":"hour"');
    expect(broker.invalid).toEqual([]);
  } finally {
    await broker.stop();
  }
}, 120_000);

test('live mode ends cleanly on SIGINT and says goodbye for every gateway', async () => {
  const broker = new TestBroker();
  await broker.start();
  try {
    const args = ['--scenario', 'small-shop', '--mqtt', broker.url, '--progress-json'];
    const online = () => new Set(broker.statuses.filter((one) => one.status.online).map((one) => one.gatewayId));
    const ended = await run('simulate.js', args, (child) => {
      void until(() => online().size === 4, 'four gateways online', 50_000).finally(() => child.kill('SIGINT'));
    });
    expect(ended.code).toBe(0);
    const last = new Map(broker.statuses.map(({ gatewayId, status }) => [gatewayId, status.online]));
    expect([...last].sort()).toEqual([
      ['ne', false],
      ['nw', false],
      ['se', false],
      ['sw', false],
    ]);
  } finally {
    await broker.stop();
  }
}, 120_000);

test('all faults of the command line are told at once', async () => {
  const ended = await run('simulate.js', [
    '--speed',
    '4',
    '--server',
    'http://127.0.0.1:1',
    '--acks',
    'me',
    '--scenario',
    'nowhere',
  ]);
  expect(ended.code).toBe(1);
  for (const part of [
    '--mqtt',
    '--speed goes with --from',
    '--server and --token',
    '--acks must be',
    'neither a file nor one of',
  ])
    expect(ended.err).toContain(part);
  expect(ended.err).not.toContain('    at ');
});

test('replay says what it needs', async () => {
  const ended = await run('replay.js', []);
  expect(ended.code).toBe(1);
  expect(ended.err).toContain('--data');
  expect(ended.err).toContain('npm run replay starts a server of its own');
});
