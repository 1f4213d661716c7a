/**
 * The dashboard's questions to a running server, over REST and with a session as a browser has one, on a mall of a year: 2.8 M
 * visits, 20 M zone visits, 39 M heat rows; while gateways hear shoppers over MQTT. `run` prints the median, the 95th of 100
 * and the slowest of each question beside the limit that it has to keep; then what a page asks at once; then what InfluxQL
 * answers to the same on a part of the same rows.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../support/serverProcess.ts';
import { askInflux } from './query/influxql.ts';
import type { LiveNews } from './query/live.ts';
import { type Asked, kindsOf, pageOf, rankingOf } from './query/questions.ts';
import { FLOORS, GATEWAYS, makeYear, SITE, ZONES } from './query/year.ts';

const LIMIT_MS = 150;
/** A browser has so many connections to a server. */
const CONNECTIONS = 6;
/** As the dashboard does: QUESTIONS_AT_ONCE in web/lib/turns.ts. */
const AT_ONCE = 2;

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    /** Kept between runs: a year takes minutes to make. */
    data: { type: 'string' },
    asks: { type: 'string', default: '20' },
    rate: { type: 'string', default: '3000' },
    /** Only questions whose names hold this. */
    only: { type: 'string', default: '' },
    'no-influx': { type: 'boolean', default: false },
    'influx-days': { type: 'string', default: '30' },
    /** Ends the asking then, whatever is left. */
    minutes: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
    'node-option': { type: 'string', multiple: true, default: [] },
  },
});
const [days, asks, rate, influxDays, minutes] = [
  values.days,
  values.asks,
  values.rate,
  values['influx-days'],
  values.minutes,
].map(Number) as [number, number, number, number, number];
if (!(days >= 2 && days <= 400 && asks >= 3 && rate >= 0 && rate <= 4_500 && influxDays >= 1 && minutes > 0)) {
  process.stderr.write(
    'bench:query: --days is 2 to 400, --asks at least 3, --rate at most 4500 sightings a second, --minutes above 0\n',
  );
  process.exit(2);
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const tell = (text: string): void => {
  if (!values.json) process.stdout.write(`${text}\n`);
};
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** mulberry32 */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Ready {
  url: string;
  mqttUrl: string;
  signInUrl: string;
}

const children = new Set<ChildProcess>();
function start(file: string, args: string[] = [], options: string[] = [], env: Record<string, string> = {}) {
  const child = fork(join(import.meta.dirname, file), args, {
    execArgv: ['--enable-source-maps', '--max-semi-space-size=64', ...options],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
const firstMessage = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`a part of the bench ended with code ${code}`)));
  });
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(timer);
}

/** A browser: keeps its connections, and its session. */
class Browser {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  #cookie = '';

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** From the question to the last byte of its answer, in ms. */
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<{ ms: number; bytes: number }> {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          agent: this.#agent,
          host: this.#url.hostname,
          port: this.#url.port,
          method,
          path: `/api/v1${path}`,
          headers: {
            cookie: this.#cookie,
            ...(body ? { 'content-type': 'application/json', origin: this.#url.origin } : {}),
          },
        },
        (answer) => {
          const cookie = answer.headers['set-cookie']?.[0];
          if (cookie) this.#cookie = cookie.split(';')[0]!;
          let bytes = 0;
          let text = '';
          answer.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (answer.statusCode !== 200) text += chunk.toString();
          });
          answer.on('end', () => {
            if ((answer.statusCode ?? 500) >= 300)
              reject(new Error(`${method} ${path} gave ${answer.statusCode}: ${text}`));
            else resolve({ ms: performance.now() - began, bytes });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body ? JSON.stringify(body) : undefined);
    });
  }

  signIn(link: string): Promise<unknown> {
    const token = new URLSearchParams(link.slice(link.indexOf('?'))).get('token');
    return this.ask('POST', '/auth/welcome', { token });
  }

  close(): void {
    this.#agent.destroy();
  }
}

interface Timing {
  name: string;
  asked: number;
  p50: number;
  p95: number;
  max: number;
}
function timingOf(name: string, took: number[]): Timing {
  const sorted = [...took].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  return { name, asked: sorted.length, p50: at(0.5), p95: at(0.95), max: sorted.at(-1)! };
}
const line = ({ name, asked, p50, p95, max }: Timing): string =>
  `${name.padEnd(44)} ${String(asked).padStart(4)} × ${[p50, p95, max].map((ms) => ms.toFixed(0).padStart(7)).join('')} ${(p95 / LIMIT_MS).toFixed(2).padStart(6)} ×${p95 > LIMIT_MS ? ' over' : ''}`;

async function withServer<T>(
  dataDir: string,
  work: (browser: Browser, server: ChildProcess, ready: Ready) => Promise<T>,
) {
  const config = join(dataDir, 'bench.yaml');
  // Rows of the whole year are there: what is asked is answered from rows wherever figures do not.
  writeFileSync(config, 'retention:\n  identifiedVisitsDays: 500\n');
  const server = start('../../server/main.js', ['--config', config], values['node-option'], {
    PROMENADE_DATA_DIR: dataDir,
    PROMENADE_HTTP_PORT: String(await freePort()),
    PROMENADE_MQTT_EMBEDDED_PORT: String(await freePort()),
  });
  try {
    const ready = await firstMessage<Ready>(server);
    const browser = new Browser(ready.url);
    await browser.signIn(ready.signInUrl);
    try {
      return await work(browser, server, ready);
    } finally {
      browser.close();
    }
  } finally {
    await stop(server);
  }
}

async function askAll(browser: Browser, untilMs: number): Promise<Timing[]> {
  const random = seeded(5);
  const timings: Timing[] = [];
  const kinds = kindsOf(Date.now(), days).filter(({ name }) => name.includes(values.only));
  for (const kind of kinds) {
    const took: number[] = [];
    for (let i = 0; i < asks && (performance.now() < untilMs || i < 3); i += 1) {
      took.push((await browser.ask('GET', kind.ask(random).path)).ms);
      // One server is asked 600 times a minute at most by one address and route.
      await sleep(20);
    }
    const timing = timingOf(kind.name, took);
    timings.push(timing);
    tell(line(timing));
  }
  return timings;
}

/** All of them, as many at a time as the dashboard asks. */
async function together(browser: Browser, questions: readonly Asked[], atOnce: number) {
  const took: number[] = [];
  const queue = [...questions];
  const began = performance.now();
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) took.push((await browser.ask('GET', next.path)).ms);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { took, wholeMs: performance.now() - began };
}

async function askPages(browser: Browser): Promise<{ requests: Timing[]; pages: Timing[] }> {
  const random = seeded(6);
  const requests: Timing[] = [];
  const pages: Timing[] = [];
  for (const [name, length] of [
    ['today', 1],
    ['7 days', 7],
    ['28 days', 28],
    ['90 days', 90],
    ['a year', 365],
  ] as const) {
    if (length > 90 ? days < 200 : length > days) continue;
    for (const zoned of [false, true]) {
      const took: number[] = [];
      const whole: number[] = [];
      for (let i = 0; i < Math.max(3, asks / 4); i += 1) {
        const page = await together(browser, pageOf(Date.now(), length, days, zoned, random), AT_ONCE);
        took.push(...page.took);
        whole.push(page.wholeMs);
        await sleep(200);
      }
      const label = `traffic page, ${zoned ? 'zone' : 'site'}, ${name}`;
      requests.push(timingOf(`${label}: a question`, took));
      pages.push(timingOf(`${label}: all of it`, whole));
      tell(line(requests.at(-1)!));
      tell(line(pages.at(-1)!));
    }
    const ranking = await together(browser, rankingOf(Date.now(), length, days), AT_ONCE);
    requests.push(timingOf(`ranking of 60 zones, ${name}: a question`, ranking.took));
    pages.push(timingOf(`ranking of 60 zones, ${name}: all of it`, [ranking.wholeMs]));
    tell(line(requests.at(-1)!));
    tell(line(pages.at(-1)!));
  }
  return { requests, pages };
}

const HEAD = `${'question over REST, ms'.padEnd(44)} ${'asked'.padStart(6)} ${['p50', 'p95', 'max'].map((name) => name.padStart(7)).join('')}   p95 ÷ ${LIMIT_MS}`;

async function run(): Promise<void> {
  const keptIn = values.data;
  const folder = mkdtempSync(join(tmpdir(), 'promenade-query-'));
  try {
    const source = keptIn ?? join(folder, 'year');
    const made = await makeYear(source, days, Date.now(), say);
    const file = 'promenade.duckdb';
    const bytes = statSync(join(source, file)).size;
    const dataDir = keptIn === undefined ? source : join(folder, 'run');
    if (keptIn !== undefined) {
      const { mkdirSync } = await import('node:fs');
      mkdirSync(dataDir);
      for (const name of [file, `${file}.wal`])
        if (existsSync(join(source, name))) copyFileSync(join(source, name), join(dataDir, name));
    }
    tell(
      `${days} days of ${ZONES} zones on ${FLOORS} floors, ${GATEWAYS} gateways: ${(bytes / 1e6).toFixed(0)} MB. ${
        made.days > 1
          ? `Made ${made.days} days in ${made.rowsSeconds.toFixed(0)} s, rollups ${made.rollupSeconds.toFixed(0)} s, figures ${made.figuresSeconds.toFixed(0)} s (${((made.figuresSeconds * 1_000) / made.days).toFixed(0)} ms a day of the mall, longest turn ${made.longestStepMs.toFixed(0)} ms).`
          : ''
      }`,
    );
    tell(
      `${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, load ${loadavg()[0]!.toFixed(1)} before it began`,
    );
    const result = await withServer(dataDir, async (browser, _server, ready) => {
      let news: LiveNews = { sent: 0, acked: 0 };
      let live: ChildProcess | undefined;
      if (rate > 0) {
        live = start('./query/live.js');
        await firstMessage(live);
        live.send({ url: ready.mqttUrl, rate });
        live.on('message', (message) => {
          news = message as LiveNews;
        });
        say('gateways begin to hear');
        await sleep(15_000);
        if (news.acked === 0) throw new Error('the server acknowledged nothing of what the gateways heard');
      }
      const before = { ...news, atMs: performance.now() };
      tell(HEAD);
      const questions = await askAll(browser, performance.now() + minutes * 60_000);
      const { requests, pages } = values.only === '' ? await askPages(browser) : { requests: [], pages: [] };
      const seconds = (performance.now() - before.atMs) / 1_000;
      const ingest = { sent: (news.sent - before.sent) / seconds, acked: (news.acked - before.acked) / seconds };
      tell(
        `meanwhile ${ingest.sent.toFixed(0)} sightings a second were heard, ${ingest.acked.toFixed(0)} acknowledged as durable; load ${loadavg()[0]!.toFixed(1)}`,
      );
      if (live) await stop(live);
      return { questions, requests, pages, ingest };
    });
    const all = [...result.questions, ...result.requests];
    const over = all.filter(({ p95 }) => p95 > LIMIT_MS);
    tell(
      `${all.length - over.length} of ${all.length} keep p95 ≤ ${LIMIT_MS} ms${over.length > 0 ? `; not: ${over.map(({ name, p95 }) => `${name} ${p95.toFixed(0)}`).join('; ')}` : ''}`,
    );
    const influx = values['no-influx']
      ? undefined
      : await askInflux(join(source, file), Math.min(influxDays, days), Date.now(), say, tell);
    if (values.json)
      process.stdout.write(
        `${JSON.stringify({ days, bytes, rate, site: SITE, limitMs: LIMIT_MS, made, load: loadavg(), ...result, influx })}\n`,
      );
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const child of children) child.kill('SIGKILL');
    process.exit(1);
  });
await run();
