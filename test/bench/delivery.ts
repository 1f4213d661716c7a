/**
 * From a sighting to a phone, on one machine: a real server with its broker, log, engines and database; gateways that hear
 * `--rate` sightings a second; `--phones` phones with the page open, each paired with a carrier; shoppers who walk through
 * coupon zones. Beside it the limit: a socket.io server that does nothing but emit to as many phones and wait for answers.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BareNews, BareOrder } from './delivery/bare.ts';
import type { LoadNews, LoadOrder } from './delivery/load.ts';
import type { PhonesNews, PhonesOrder } from './delivery/phones.ts';
import { outcome, prepare } from './delivery/world.ts';

const { values } = parseArgs({
  options: {
    phones: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '30' },
    /**
     * Ten thousand people who all arrive in one second are not measured: live at the start, for the analytics half a minute
     * later. Nor is the compiling of code.
     */
    'warm-up': { type: 'string', default: '45' },
    bare: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** Passed on to the server's Node, e.g. --cpu-prof. */
    'node-option': { type: 'string', multiple: true, default: [] },
  },
});
const [phones, rate, seconds, warmUp, bareSeconds] = [
  values.phones,
  values.rate,
  values.seconds,
  values['warm-up'],
  values.bare,
].map(Number) as [number, number, number, number, number];
if (!(phones >= 10 && phones <= 60_000 && rate >= phones && rate <= 20 * phones && seconds >= 5)) {
  process.stderr.write(
    'bench:delivery: --phones is 10 to 60000, --rate one to twenty sightings a second for each of them, --seconds at least 5\n',
  );
  process.exit(2);
}

/** In the contract. */
const ASKED_P99_MS = 1_000;
const NICE = 1_000;
const CLOCK_TICKS_PER_SECOND = 100;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const children: ChildProcess[] = [];
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function start(file: string, args: string[] = [], env: Record<string, string> = {}, options: string[] = []) {
  const child = fork(join(import.meta.dirname, file), args, {
    execArgv: ['--enable-source-maps', '--max-semi-space-size=64', ...options],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  return child;
}
const message = <T>(child: ChildProcess, wanted: (news: T) => boolean = () => true): Promise<T> =>
  new Promise((resolve, reject) => {
    const onMessage = (news: unknown): void => {
      if (!wanted(news as T)) return;
      child.off('message', onMessage);
      resolve(news as T);
    };
    child.on('message', onMessage);
    child.once('exit', (code) => reject(new Error(`a part of the bench ended with code ${code}`)));
  });
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Seconds of processor time that a process has used. */
function processorSeconds(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}
const residentMb = (child: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

interface Quantiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}
function quantiles(all: number[]): Quantiles {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN);
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
const words = ({ count, p50, p95, p99, max }: Quantiles): string =>
  `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, worst ${max} ms (${count})`;

async function connectPhones(url: string): Promise<{ child: ChildProcess; received: Map<string, number> }> {
  const child = start('delivery/phones.js');
  await message(child);
  const received = new Map<string, number>();
  child.on('message', (news: PhonesNews) => {
    if (news.type === 'offers') for (const { id, atMs } of news.offers) received.set(id, atMs);
    else
      say(`  ${news.n} phones are connected${news.refused === undefined ? '' : `; one was refused: ${news.refused}`}`);
  });
  const all = message<PhonesNews>(child, (news) => news.type === 'connected' && news.n >= phones);
  child.send({ url, from: 0, to: phones } satisfies PhonesOrder);
  await all;
  return { child, received };
}

async function bare(perSecond: number): Promise<Quantiles> {
  const child = start('delivery/bare.js');
  const listening = await message<BareNews>(child, (news) => news.type === 'listening');
  if (listening.type !== 'listening') throw new Error('no address');
  const { child: page } = await connectPhones(listening.url);
  const done = message<BareNews>(child, (news) => news.type === 'done');
  child.send({ perSecond, seconds: bareSeconds } satisfies BareOrder);
  const news = await done;
  await Promise.all([stop(page), stop(child)]);
  return quantiles(news.type === 'done' ? news.latenciesMs : []);
}

async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'promenade-delivery-'));
  try {
    say(`Preparing ${phones} shoppers …`);
    await prepare(dataDir, phones, Date.now());
    const server = start(
      '../../server/main.js',
      ['--demo'],
      {
        PROMENADE_DATA_DIR: dataDir,
        PROMENADE_HTTP_PORT: '0',
        PROMENADE_MQTT_EMBEDDED_PORT: '0',
        PROMENADE_DEMO: 'true',
      },
      values['node-option'],
    );
    const ready = await message<{ type: string; url: string; mqttUrl: string }>(
      server,
      (news) => news.type === 'ready',
    );
    say('Connecting phones …');
    const { child: page, received } = await connectPhones(ready.url);
    const load = start('delivery/load.js');
    await message(load);
    let news: LoadNews = { published: 0, answered: 0, worstMs: 0 };
    let worstMs = 0;
    let measuring = false;
    load.on('message', (told: LoadNews) => {
      news = told;
      if (measuring) worstMs = Math.max(worstMs, told.worstMs);
    });
    load.send({ mqttUrl: ready.mqttUrl, carriers: phones, rate } satisfies LoadOrder);
    say(`Walking for ${warmUp} s before it counts, then for ${seconds} s …`);
    await sleep(warmUp * NICE);
    const parts = { server, phones: page, load };
    const names = Object.keys(parts) as (keyof typeof parts)[];
    const before = { ...news, atMs: Date.now(), cpu: names.map((name) => processorSeconds(parts[name])) };
    measuring = true;
    for (let left = seconds; left > 0; left -= 5) {
      await sleep(Math.min(5, left) * NICE);
      say(`  ${news.answered - before.answered} sightings taken, ${received.size} offers came`);
    }
    const untilMs = Date.now();
    const tookSeconds = (untilMs - before.atMs) / 1_000;
    const cpu = names.map((name, i) => (processorSeconds(parts[name]) - before.cpu[i]!) / tookSeconds);
    const taken = news.answered - before.answered;
    const sentRate = (news.published - before.published) / tookSeconds;
    const memoryMb = Math.round(residentMb(server));
    // What was sighted last is still on its way.
    await sleep(3 * NICE);
    await stop(load);
    await stop(page);
    await stop(server);
    const { sent, others } = await outcome(dataDir, before.atMs, untilMs - 1_000);
    const perSecond = Math.max(1, Math.round(sent.length / tookSeconds));
    const toAnswer = quantiles(sent.map((one) => one.latencyMs));
    const arrived = sent.filter((one) => received.has(one.id));
    const toPhone = quantiles(arrived.map((one) => received.get(one.id)! - one.sightingMs));
    // A gateway tells a window when it is over: before that nobody but the gateway knows of the sighting.
    const windowEndMs = (sightingMs: number): number => Math.floor(sightingMs / 1_000) * 1_000 + 1_000;
    const fromWindow = quantiles(arrived.map((one) => received.get(one.id)! - windowEndMs(one.sightingMs)));
    const decided = quantiles(sent.map((one) => one.issuedMs - windowEndMs(one.sightingMs)));
    const pushed = quantiles(arrived.map((one) => received.get(one.id)! - one.issuedMs));
    const limit = bareSeconds > 0 ? await bare(perSecond) : undefined;
    const result = {
      machine: {
        cores: availableParallelism(),
        cpu: cpus()[0]?.model,
        memoryGb: Math.round(totalmem() / 2 ** 30),
        load: loadavg(),
      },
      asked: { phones, rate, seconds, p99Ms: ASKED_P99_MS },
      sightingsPerSecond: { sent: Math.round(sentRate), taken: Math.round(taken / tookSeconds) },
      gatewaysLateMs: worstMs,
      cores: Object.fromEntries(names.map((name, i) => [name, Math.round(cpu[i]! * 100) / 100])),
      serverMemoryMb: memoryMb,
      offersPerSecond: perSecond,
      held: others,
      fromSightingToPhone: toPhone,
      fromSightingToAnswer: toAnswer,
      fromWindowToPhone: fromWindow,
      stages: { fromWindowToReserved: decided, fromReservedToPhone: pushed },
      bareEmitToAnswer: limit,
    };
    if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else print(result);
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    if (values.keep) say(`kept: ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true });
  }

  function print(result: {
    sightingsPerSecond: { sent: number; taken: number };
    gatewaysLateMs: number;
    cores: Record<string, number>;
    serverMemoryMb: number;
    offersPerSecond: number;
    held: { code: string; n: number }[];
    fromSightingToPhone: Quantiles;
    fromSightingToAnswer: Quantiles;
    fromWindowToPhone: Quantiles;
    stages: { fromWindowToReserved: Quantiles; fromReservedToPhone: Quantiles };
    bareEmitToAnswer: Quantiles | undefined;
  }): void {
    const { sent, taken } = result.sightingsPerSecond;
    const lines = [
      `delivery: ${phones} phones, ${sent} sightings/s sent, ${taken} taken (asked ${rate}), ${result.offersPerSecond} offers/s`,
      `machine: ${availableParallelism()} cores for all; used: ${Object.entries(result.cores)
        .map(([name, share]) => `${name} ${share}`)
        .join(', ')}; server ${result.serverMemoryMb} MB; gateways up to ${result.gatewaysLateMs} ms late`,
      `from sighting to phone: ${words(result.fromSightingToPhone)}; asked p99 ${ASKED_P99_MS} ms`,
      `from sighting to the answer in the server: ${words(result.fromSightingToAnswer)}`,
      `from the end of the gateway's window to phone: ${words(result.fromWindowToPhone)}`,
      `  of it to the reservation: ${words(result.stages.fromWindowToReserved)}`,
      `  of it from there to the phone: ${words(result.stages.fromReservedToPhone)}`,
      `held back: ${result.held.map(({ code, n }) => `${code} ${n}`).join(', ') || 'nothing'}`,
    ];
    const limit = result.bareEmitToAnswer;
    if (limit !== undefined)
      lines.push(
        `limit: bare socket.io, emit to answer, as many phones and offers: ${words(limit)}; reservation to phone takes ${(result.stages.fromReservedToPhone.p99 / Math.max(1, limit.p99)).toFixed(1)} times that at p99`,
      );
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

await run();
