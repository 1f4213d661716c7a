/** The gateway as it runs in the field: the emitted program, a recording for a radio, a real broker. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { builtDist } from '../support/build.ts';
import { LedgerServer } from './support/ledgerServer.ts';
import { orReason, skipWithoutNoble } from './support/noble.ts';

const SOON = { timeout: 20_000, interval: 30 };
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const STRANGER = 'fda50693a4e24fb1afcfc6eb07647825';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'support', 'fakeHci.mjs')).href;

let main = '';
let dir = '';
let server: LedgerServer;
const running: ChildProcess[] = [];

beforeAll(async () => {
  main = join(await builtDist(), 'gateway', 'main.js');
}, 120_000);
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'promenade-gateway-'));
  server = new LedgerServer();
  await server.start();
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface Run {
  child: ChildProcess;
  output: () => { stdout: string; stderr: string };
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

function run(yaml: string, over: { env?: Record<string, string>; execArgv?: string[] } = {}): Run {
  const file = join(dir, 'gateway.yaml');
  writeFileSync(file, yaml);
  const child = spawn(process.execPath, [...(over.execArgv ?? []), main, '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...over.env },
  });
  running.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, output: () => output, ended };
}

const config = (scanner: string): string =>
  `site: mall\ngateway: gw-1\nmqtt: { url: ${server.url} }\ndataDir: ${join(dir, 'data')}\nuuids: [${UUID}]\nscanner: ${scanner}\n`;

/** `count` advertisements of an allowed and of an unknown beacon each, 20 ms apart. */
function record(count: number): string {
  const file = join(dir, 'adverts.ndjson');
  const lines = Array.from({ length: count }, (_, i) => [
    { atMs: i * 20, rssiDbm: -60 - (i % 5), manufacturerData: `4c000215${UUID.replaceAll('-', '')}00010002c5` },
    { atMs: i * 20 + 5, rssiDbm: -70, advertisement: `0201061aff4c000215${STRANGER}10e97a69c5` },
    { atMs: i * 20 + 6, rssiDbm: -70, advertisement: '020106' },
  ]);
  writeFileSync(
    file,
    `${lines
      .flat()
      .map((line) => JSON.stringify(line))
      .join('\n')}\nnot a line\n`,
  );
  return file;
}
const heardAdverts = (): number =>
  [...server.batches.values()].flatMap(({ sightings }) => sightings).reduce((sum, row) => sum + row[5], 0);

/** Every process that runs the scanner's child. */
const scannerProcesses = (): number =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return commandLine.includes('scannerChild') && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dir);
      } catch {
        return false;
      }
    }).length;

describe('what it says instead of starting', () => {
  const noAdapter = { FAKE_HCI: JSON.stringify({ frames: [], scenario: { bindError: 'ENODEV' } }) };
  const cases = [
    // Where the machine that tests has an adapter, the stand-in alone can tell.
    ...(existsSync('/sys/class/bluetooth') ? [] : [{ where: 'as this machine is', env: {} }]),
    { where: 'as the kernel reports it', env: { NODE_OPTIONS: `--import ${PRELOAD}`, ...noAdapter } },
  ];
  test.skipIf(skipWithoutNoble).each(cases)(
    `without a Bluetooth adapter, $where: one sentence that says what to do${orReason}`,
    async ({ env }) => {
      const { ended, output } = run(config('{ kind: noble }'), { env: { GATEWAY_TEST_DIR: dir, ...env } });
      const { code } = await ended;
      expect(code).toBe(69);
      expect(output().stderr.trim().split('\n')).toHaveLength(1);
      expect(output().stderr).toMatch(/^(No Bluetooth adapter|No permission).*(set scanner\.kind to replay|setcap)/);
      expect(output().stdout).toBe('');
      await vi.waitFor(() => expect(scannerProcesses()).toBe(0), SOON);
    },
  );

  test('with a faulty configuration: all faults, and the exit code that stops systemd from trying again', async () => {
    const { ended, output } = run('site: Mall\nscanner: { kind: noble }\n');
    expect((await ended).code).toBe(78);
    expect(output().stderr).toMatch(/has 3 faults:\n {2}- site: .*\n {2}- gateway: .*\n {2}- mqtt: /);
  });

  test('without a recording: which one', async () => {
    const { ended, output } = run(config('{ kind: replay, file: missing.ndjson }'));
    expect((await ended).code).toBe(69);
    expect(output().stderr).toMatch(/missing\.ndjson cannot be read; name an existing file/);
  });

  test('with a folder that it may not use: which one', async () => {
    const blocked = join(dir, 'blocked');
    writeFileSync(blocked, '');
    const { ended, output } = run(
      config('{ kind: replay, file: adverts.ndjson }').replace(join(dir, 'data'), join(blocked, 'data')),
    );
    expect((await ended).code).toBe(78);
    expect(output().stderr).toMatch(/blocked\/data \(ENOTDIR\); make dataDir a folder/);
  });
});

describe('a run on a recording', () => {
  test('delivers every advertisement of allowed beacons, and nothing of others', async () => {
    record(100);
    const { child, ended, output } = run(config('{ kind: replay, file: adverts.ndjson, speed: 2 }'));
    await vi.waitFor(() => expect(heardAdverts()).toBe(100), SOON);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(server.statuses.at(-1)).toMatchObject({ online: false, retain: true });
    expect(server.invalid).toEqual([]);
    const said = server.raw.join('\n') + output().stdout + output().stderr;
    for (const raw of [STRANGER, 'fda50693', '4329,31337', '10e97a69']) expect(said).not.toContain(raw);
    expect(output().stdout).toMatch(/1 lines of .* were skipped/);
  });

  test('counts unknown beacons under the key that the server sends, which never reaches the disk', async () => {
    record(2_000);
    const keyHex = 'ef'.repeat(32);
    await server.configure('mall', 'gw-1', {
      v: 1,
      uuids: [UUID],
      windowMs: 500,
      heartbeatMs: 1_000,
      unknowns: { keyId: 'day-1', keyHex, untilMs: Date.now() + 3_600_000 },
    });
    const { child, ended, output } = run(config('{ kind: replay, file: adverts.ndjson }'));
    const hashes = () =>
      new Set([...server.batches.values()].flatMap(({ unknowns }) => (unknowns ?? []).map((row) => row[0])));
    await vi.waitFor(() => expect(hashes().size).toBe(1), SOON);
    const kept = join(dir, 'data', 'server-config.json');
    await vi.waitFor(() => expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ windowMs: 500 }), SOON);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    const files = readdirSync(join(dir, 'data')).map((name) => readFileSync(join(dir, 'data', name), 'latin1'));
    const everywhere = files.join() + server.raw.join() + output().stdout + output().stderr;
    for (const raw of [keyHex, STRANGER, 'fda50693', '4329,31337', '10e97a69']) expect(everywhere).not.toContain(raw);
  });

  test('tells which configuration it runs with, also after a restart without a broker; refuses nonsense in words', async () => {
    record(3_000);
    const good = { v: 1, id: 'one', uuids: [UUID], windowMs: 500, heartbeatMs: 1_000, statusEveryMs: 1_000 };
    await server.configure('mall', 'gw-1', good);
    const first = run(config('{ kind: replay, file: adverts.ndjson }'));
    const last = () => server.statuses.at(-1);
    await vi.waitFor(() => expect(last()).toMatchObject({ configId: 'one', version: expect.any(String) }), SOON);
    // Applied, without a restart: windows of half a second.
    const spans = () => [...server.batches.values()].map(({ fromMs, toMs }) => toMs - fromMs);
    await vi.waitFor(() => expect(spans()).toContain(500), SOON);
    await server.configure('mall', 'gw-1', { ...good, id: 'two', windowMs: 5, heartbeatMs: 'often' });
    await vi.waitFor(
      () =>
        expect(last()).toMatchObject({
          configId: 'one',
          configRefused: {
            id: 'two',
            why: expect.stringMatching(/^windowMs: Too small.*; heartbeatMs: Invalid input/),
          },
        }),
      SOON,
    );
    await server.configure('mall', 'gw-1', { ...good, id: 'three', heartbeatMs: 2_000, windowMs: 1_000 });
    await vi.waitFor(() => expect(last()).toMatchObject({ configId: 'three' }), SOON);
    expect(last()).not.toHaveProperty('configRefused');
    const dbm = expect.any(Number);
    await vi.waitFor(
      () =>
        expect(last()).toMatchObject({
          airDbm: [dbm, dbm, dbm],
          scannerRestarts: 0,
          program: { memoryBytes: expect.any(Number) },
          box: { load: expect.any(Number), memoryFreeShare: expect.any(Number) },
        }),
      SOON,
    );
    const kept = join(dir, 'data', 'server-config.json');
    await vi.waitFor(() => expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ id: 'three' }), SOON);
    first.child.kill('SIGKILL');
    await first.ended;
    server.forget('mall', 'gw-1');
    await server.stop();
    await server.start();
    server.statuses.length = 0;
    const second = run(config('{ kind: replay, file: adverts.ndjson }'));
    await vi.waitFor(() => expect(last()).toMatchObject({ online: true, configId: 'three' }), SOON);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  test('kill -9 in the midst and an absent broker lose nothing that was kept', async () => {
    record(1_000);
    await server.stop();
    const first = run(config('{ kind: replay, file: adverts.ndjson }'));
    const kept = (): number =>
      readdirSync(join(dir, 'data'))
        .filter((name) => name.endsWith('.log'))
        .reduce((sum, name) => sum + readFileSync(join(dir, 'data', name), 'latin1').split('"v":1').length - 1, 0);
    await vi.waitFor(() => expect(kept()).toBeGreaterThan(2), SOON);
    first.child.kill('SIGKILL');
    await first.ended;
    const batches = kept();
    await server.start();
    const second = run(config('{ kind: replay, file: adverts.ndjson }').replace(UUID, STRANGER));
    const epochs = () => [...new Set([...server.batches.keys()].map((key) => Number(key.split('/')[0])))].sort();
    const ofFirst = () => [...server.batches.values()].filter(({ epoch }) => epoch === epochs()[0]);
    await vi.waitFor(() => expect(ofFirst()).toHaveLength(batches), SOON);
    expect(ofFirst().map(({ seq }) => seq)).toEqual(Array.from({ length: batches }, (_, i) => i + 1));
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
    expect(server.gaps).toEqual([]);
  });
});

describe.skipIf(skipWithoutNoble)(`a run on noble, with a stand-in for its socket${orReason}`, () => {
  const FRAME = '043e2a020103016655443322c11e0201061aff4c000215f7826da64fa24e988024bc5b71e0893e00010002c5c4';
  const env = () => ({
    NODE_OPTIONS: `--import ${PRELOAD}`,
    FAKE_HCI: JSON.stringify({ frames: [FRAME], everyMs: 100 }),
    GATEWAY_TEST_DIR: dir,
  });

  test('goes from HCI bytes to the broker, and leaves no process behind', async () => {
    const { child, ended } = run(config('{ kind: noble }'), { env: env() });
    await vi.waitFor(() => expect(server.batches.size).toBeGreaterThan(2), SOON);
    const rows = [...server.batches.values()].flatMap(({ sightings }) => sightings);
    expect(rows[0]?.slice(0, 5)).toEqual([0, 1, 2, -60, -60]);
    expect(scannerProcesses()).toBe(1);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 0, signal: null });
    await vi.waitFor(() => expect(scannerProcesses()).toBe(0), SOON);
  });

  test('kill -9 of the gateway ends its scanner too', async () => {
    const { child, ended } = run(config('{ kind: noble }'), { env: env() });
    await vi.waitFor(() => expect(server.batches.size).toBeGreaterThan(0), SOON);
    child.kill('SIGKILL');
    await ended;
    await vi.waitFor(() => expect(scannerProcesses()).toBe(0), SOON);
    await vi.waitFor(() => expect(server.statuses.at(-1)?.online).toBe(false), SOON);
  });
});
