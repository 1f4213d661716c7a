/** `npm run bench:gateway`: what a gateway's two processes take at 1,000 advertisements a second, beside noble alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { LedgerServer } from '../gateway/support/ledgerServer.ts';
import { Air, UUID } from './gateway/air.ts';
import { childrenOf, cpuSeconds, type Memory, memoryOf, together } from './gateway/processes.ts';

const LIMIT_CPU_SHARE = 0.05;
/** The last window has been sent by then. */
const SETTLED_MS = 2_000;
const LIMIT_BYTES = 90 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    warm: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    profile: { type: 'string' },
    flags: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const warmSeconds = Number(values.warm);
const rate = Number(values.rate);
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const here = dirname(fileURLToPath(import.meta.url));
const DIST = join(here, '..', '..');
const ROOT = existsSync(join(DIST, '..', 'package.json')) ? join(DIST, '..') : DIST;
const SUPPORT = join(ROOT, 'test', 'gateway', 'support');

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

interface Cost {
  cpuShare: number;
  cpuShareByProcess: number[];
  togetherBytes: number;
  rssBytes: number;
  pssBytes: number;
  byProcess: Memory[];
}

/** CPU over the measured stretch, memory at its worst sample. */
async function measure(pids: readonly number[], title: string): Promise<Cost> {
  const before = pids.map(cpuSeconds);
  const startedMs = performance.now();
  let byProcess: Memory[] = [];
  while (performance.now() - startedMs < seconds * 1_000) {
    await wait(Math.min(2_000, seconds * 1_000));
    const now = pids.map(memoryOf);
    if (together(now) > together(byProcess)) byProcess = now;
    if (process.stderr.isTTY)
      process.stderr.write(`\r${title}: ${Math.round((performance.now() - startedMs) / 1_000)} of ${seconds} s `);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  const elapsed = (performance.now() - startedMs) / 1_000;
  const shares = pids.map((pid, i) => (cpuSeconds(pid) - before[i]!) / elapsed);
  const sum = (read: (memory: Memory) => number): number => byProcess.reduce((all, one) => all + read(one), 0);
  return {
    cpuShare: shares.reduce((all, one) => all + one, 0),
    cpuShareByProcess: shares,
    togetherBytes: together(byProcess),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    pssBytes: sum(({ pssBytes }) => pssBytes),
    byProcess,
  };
}

const started: ChildProcess[] = [];
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

const standIn = (port: number): Record<string, string> => ({
  NODE_OPTIONS: `--import ${pathToFileURL(join(SUPPORT, 'fakeHci.mjs')).href}`,
  FAKE_HCI: JSON.stringify({ framesPort: port }),
});

/** As the systemd unit starts it. */
function unitFlags(): string[] {
  const unit = readFileSync(join(ROOT, 'gateway', 'promenade-gateway.service'), 'utf8');
  const command = /^ExecStart=\S+ (.*)\/opt\/promenade\/dist\/gateway\/main\.js/m.exec(unit)?.[1] ?? '';
  return command.split(' ').filter(Boolean);
}

async function gatewayCost(air: Air, dir: string) {
  const server = new LedgerServer();
  await server.start();
  const port = await freePort();
  const file = join(dir, 'gateway.yaml');
  writeFileSync(
    file,
    `site: mall\ngateway: gw-1\nmqtt: { url: ${server.url} }\ndataDir: ${join(dir, 'data')}\nuuids: [${UUID}]\nscanner: { kind: noble }\n`,
  );
  const flags = values.flags?.split(' ') ?? unitFlags();
  if (values.profile !== undefined) flags.push('--cpu-prof', `--cpu-prof-dir=${values.profile}`);
  const child = spawn(process.execPath, [...flags, join(DIST, 'gateway', 'main.js'), '--config', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...standIn(port) },
  });
  started.push(child);
  for (let i = 0; i < 100 && childrenOf(child.pid!).length === 0; i++) await wait(50);
  air.start(port, rate);
  await wait(warmSeconds * 1_000);
  air.pause();
  await wait(SETTLED_MS);
  const sentBefore = air.sentOwn;
  const heard = (): number =>
    [...server.batches.values()].flatMap(({ sightings }) => sightings).reduce((sum, row) => sum + row[5], 0);
  const heardBefore = heard();
  air.start(port, rate);
  const scanner = childrenOf(child.pid!);
  const cost = await measure([child.pid!, ...scanner], 'the gateway');
  air.pause();
  const sentOwn = air.sentOwn - sentBefore;
  await wait(SETTLED_MS);
  const arrivedShare = (heard() - heardBefore) / sentOwn;
  await end(child);
  await server.stop();
  return { ...cost, sentOwn, arrivedShare, batches: server.batches.size };
}

async function nobleCost(air: Air) {
  const port = await freePort();
  const child = spawn(process.execPath, [join(SUPPORT, 'nobleAlone.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...standIn(port), NOBLE_REPORT_ALL_HCI_EVENTS: '1' },
  });
  started.push(child);
  await wait(1_500);
  air.start(port, rate);
  await wait(warmSeconds * 1_000);
  const cost = await measure([child.pid!], 'noble alone');
  air.pause();
  await end(child);
  return cost;
}

const dir = mkdtempSync(join(tmpdir(), 'promenade-bench-gateway-'));
const air = new Air(values.seed);
process.on('exit', () => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});
say(`${rate} advertisements a second: ${warmSeconds} s to warm up and ${seconds} s measured, twice`);
const gateway = await gatewayCost(air, dir);
const noble = await nobleCost(air);
air.close();

const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const memoryText = (memory: Memory | undefined): string =>
  memory ? `${mb(memory.rssBytes)} MB RSS (${mb(memory.anonymousBytes)} its own)` : 'no memory';
const verdict = (ok: boolean): string => (ok ? 'within' : 'ABOVE');
const result = {
  advertsPerSecond: rate,
  seconds,
  gateway,
  nobleAlone: noble,
  limit: { cpuShare: LIMIT_CPU_SHARE, bytes: LIMIT_BYTES },
  cpuOfNobleAlone: gateway.cpuShare / noble.cpuShare,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else
  process.stdout.write(
    `${[
      `scanner and publisher: ${percent(gateway.cpuShare)} of a core (publisher ${percent(gateway.cpuShareByProcess[0]!)}, scanner ${percent(gateway.cpuShareByProcess[1] ?? 0)}), ${verdict(gateway.cpuShare <= LIMIT_CPU_SHARE)} ${percent(LIMIT_CPU_SHARE)}`,
      `memory together: ${mb(gateway.togetherBytes)} MB, pages of Node.js that both map counted once, ${verdict(gateway.togetherBytes <= LIMIT_BYTES)} ${mb(LIMIT_BYTES)}; the sum of RSS, which counts them twice, is ${mb(gateway.rssBytes)} MB, of PSS ${mb(gateway.pssBytes)} MB`,
      `  publisher ${memoryText(gateway.byProcess[0])}, scanner ${memoryText(gateway.byProcess[1])}`,
      `noble alone, empty discover handler: ${percent(noble.cpuShare)} of a core, ${memoryText(noble.byProcess[0])}; the gateway takes ${result.cpuOfNobleAlone.toFixed(2)} of its CPU`,
      `of the mall's own advertisements ${(gateway.arrivedShare * 100).toFixed(1)} % came to the broker, in ${gateway.batches} batches`,
    ].join('\n')}\n`,
  );
