/**
 * From a fleet's sightings to the dashboard, on one machine, over real MQTT: what can be sustained, and what it costs.
 *
 * For each mall (gateways × carriers) a generator in a process of its own holds one connection a gateway and publishes as
 * gateways do: one window a second and gateway, all right after the window's end, in messages of at most 400 rows, in the
 * time of the wall. A carrier is heard by up to five gateways at a time; a rate that takes more has shorter windows (w). A
 * third of the carriers walk, the others stand. The same messages go to three:
 *
 * - limit: the server's own embedded broker with nothing behind it but JSON.parse. As fast as its acks come.
 * - points: mosquitto, and a subscriber that writes each sighting as a point into InfluxDB 1.x. As fast as its acks come.
 * - promenade: the server with everything on: durable log, both engines, rows, rollups, a dashboard on socket.io.
 *
 * A rate is sustained where over the measured seconds (which begin once the analytics, half a minute behind by design, has
 * come to that rate) 99 % of what is published is acknowledged (that is: on disk), nothing waits for that for longer than two
 * seconds, the live engine is at most three seconds behind, and the analytics does not fall behind.
 *
 * Publish → live: each second one new carrier comes in, in the batch that is sent last; once the occupancy on the dashboard
 * counts it, all that was published for that second is visible. Of each batch the time from its publication to that moment.
 * Where windows are shorter than a second only those that end with it count: the engine's second is not over before.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { GeneratorNews, GeneratorOrder } from './load/generator.ts';
import type { InfluxOrder } from './load/influxWriter.ts';
import { windowsOf } from './load/pace.ts';
import type { ParserNews } from './load/parser.ts';
import type { Seen, WatcherOrder } from './load/watcher.ts';
import { prepare } from './load/world.ts';

const { values } = parseArgs({
  options: {
    gateways: { type: 'string', default: '10,100,500' },
    carriers: { type: 'string', default: '1000,20000' },
    rate: { type: 'string', default: '60000' },
    /** Of each rate, measured. */
    seconds: { type: 'string', default: '12' },
    /** Of each rate, before that: the analytics is half a minute behind. */
    settle: { type: 'string', default: '36' },
    /** Of limit and points, as fast as they go. */
    flood: { type: 'string', default: '6' },
    /** Goes on from the rate by a quarter more at a time until it is not sustained. */
    search: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: ['limit', 'points', 'promenade'] },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    /** Passed on to the server's Node, e.g. --cpu-prof. */
    'node-option': { type: 'string', multiple: true, default: [] },
  },
});
const numbers = (text: string): number[] => text.split(',').map(Number);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const settleSeconds = Number(values.settle);
const floodSeconds = Number(values.flood);
if (!(rate >= 1_000 && rate <= 1_000_000 && seconds >= 5 && settleSeconds >= 0 && floodSeconds >= 2)) {
  process.stderr.write(
    'bench:load: --rate is 1000 to 1000000 sightings a second, --seconds at least 5, --flood at least 2\n',
  );
  process.exit(2);
}
const wants = (what: string): boolean => values.only.flatMap((one) => one.split(',')).includes(what);

/** In the contract. */
const ASKED_RATE = 60_000;
const ASKED_SHARE = 0.6;
const ASKED_P99_MS = 500;
const MAX_UNACKED_MS = 2_000;
const MAX_LIVE_BEHIND_S = 3;
/** Half a minute by design, and what a commit and a step take. */
const MAX_ANALYTICS_BEHIND_S = 36;
/** Enough for the broker to be never idle. */
const WINDOWS_UNDER_WAY = 4;
const SEARCH_STEP = 1.25;
const CLOCK_TICKS_PER_SECOND = 100;
const INFLUXD = '/usr/bin/influxd';
const MOSQUITTO = '/usr/sbin/mosquitto';
/** As the server is started; see server/start.mjs. */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=64'];

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const children = new Set<ChildProcess>();

function keepTrack(child: ChildProcess): ChildProcess {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
const start = (file: string, args: string[] = [], env: Record<string, string> = {}, options: string[] = []) =>
  keepTrack(
    fork(join(import.meta.dirname, file), args, {
      execArgv: [...NODE_OPTIONS, ...options],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  );
const message = <T>(child: ChildProcess, wanted: (news: T) => boolean = () => true): Promise<T> =>
  new Promise((resolve, reject) => {
    const onMessage = (news: unknown): void => {
      if (!wanted(news as T)) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(news as T);
    };
    const onExit = (code: number | null): void => reject(new Error(`a part of the bench ended with code ${code}`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(timer);
}
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** Seconds of processor time that a process has used, with all its threads. */
function processorSeconds(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}
/** The same of each of its threads, by name. */
function threadSeconds(child: ChildProcess): Map<string, number> {
  const byName = new Map<string, number>();
  for (const tid of readdirSync(`/proc/${child.pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${child.pid}/task/${tid}/stat`, 'utf8');
      const end = stat.lastIndexOf(')');
      const fields = stat.slice(end + 2).split(' ');
      const name = Number(tid) === child.pid ? 'main' : stat.slice(stat.indexOf('(') + 1, end);
      byName.set(name, (byName.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND);
    } catch {
      // A thread that has just ended.
    }
  }
  return byName;
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

type Count = Extract<GeneratorNews, { type: 'count' }>;
type Probed = Extract<GeneratorNews, { type: 'probed' }>;

/** The fleet, in a process of its own. */
class Fleet {
  readonly child = start('load/generator.js');
  counts: Count[] = [];
  probed: Probed[] = [];

  constructor() {
    this.child.on('message', (news: GeneratorNews) => {
      if (news.type === 'count') this.counts.push(news);
      else if (news.type === 'probed') this.probed.push(news);
    });
  }

  order(order: GeneratorOrder): void {
    this.child.send(order);
  }

  async prepare(gateways: number, carriers: number, rates: number[]): Promise<void> {
    const prepared = message<GeneratorNews>(this.child, (news) => news.type === 'prepared');
    this.order({ type: 'prepare', gateways, carriers, rates });
    await prepared;
  }

  async connect(url: string): Promise<void> {
    const connected = message<GeneratorNews>(this.child, (news) => news.type === 'connected');
    const { hostname, port } = new URL(url);
    this.order({ type: 'connect', host: hostname, port: Number(port) });
    await connected;
  }
}

interface Flooded {
  sightingsPerSecond: number;
  /** Processor seconds for a million of them, of all processes but the fleet's. */
  secondsPerMillion: number;
  memoryMb: number;
}

async function flooded(fleet: Fleet, ofRate: number, others: ChildProcess[]): Promise<Flooded> {
  fleet.order({ type: 'flood', rate: ofRate, windowsUnderWay: WINDOWS_UNDER_WAY });
  // Until the code is compiled and InfluxDB knows its series.
  await sleep(Math.min(3, floodSeconds / 2) * 1_000);
  const cpu = (): number => others.reduce((sum, child) => sum + processorSeconds(child), 0);
  await message<GeneratorNews>(fleet.child, (news) => news.type === 'count');
  const [before, cpuBefore, at] = [fleet.counts.at(-1)!, cpu(), performance.now()];
  await sleep(floodSeconds * 1_000);
  await message<GeneratorNews>(fleet.child, (news) => news.type === 'count');
  const [after, cpuAfter, tookSeconds] = [fleet.counts.at(-1)!, cpu(), (performance.now() - at) / 1_000];
  const acked = after.acked - before.acked;
  return {
    sightingsPerSecond: Math.round(acked / tookSeconds),
    secondsPerMillion: (cpuAfter - cpuBefore) / (acked / 1e6),
    memoryMb: Math.round(others.reduce((sum, child) => sum + residentMb(child), 0)),
  };
}

async function limit(gateways: number, carriers: number): Promise<Flooded> {
  const fleet = new Fleet();
  const parser = start('load/parser.js');
  const { url } = await message<ParserNews>(parser);
  await fleet.prepare(gateways, carriers, [rate]);
  await fleet.connect(url);
  const result = await flooded(fleet, rate, [parser]);
  await Promise.all([stop(fleet.child), stop(parser)]);
  return result;
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (tries > 200) throw error;
      await sleep(50);
    }
  }
}

async function points(gateways: number, carriers: number): Promise<Flooded> {
  const dir = mkdtempSync(join(tmpdir(), 'promenade-points-'));
  const [mqttPort, httpPort, rpcPort] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(
    join(dir, 'influx.conf'),
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = "${dir}/meta"
[data]
dir = "${dir}/data"
wal-dir = "${dir}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${httpPort}"
log-enabled = false
[monitor]
store-enabled = false
`,
  );
  writeFileSync(
    join(dir, 'mosquitto.conf'),
    `listener ${mqttPort} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 0
persistence false
`,
  );
  const fleet = new Fleet();
  try {
    const mosquitto = keepTrack(spawn(MOSQUITTO, ['-c', join(dir, 'mosquitto.conf')], { stdio: 'ignore' }));
    const influxd = keepTrack(spawn(INFLUXD, ['run', '-config', join(dir, 'influx.conf')], { stdio: 'ignore' }));
    const influxUrl = `http://127.0.0.1:${httpPort}`;
    await answers(`${influxUrl}/ping`);
    await fetch(`${influxUrl}/query`, { method: 'POST', body: new URLSearchParams({ q: 'create database points' }) });
    const writer = start('load/influxWriter.js');
    await message<string>(writer, (news) => news === 'here');
    const listening = message<string>(writer, (news) => news === 'listening');
    const mqttUrl = `mqtt://127.0.0.1:${mqttPort}`;
    writer.send({ mqttUrl, influxUrl } satisfies InfluxOrder);
    await listening;
    await fleet.prepare(gateways, carriers, [rate]);
    await fleet.connect(mqttUrl);
    const result = await flooded(fleet, rate, [mosquitto, influxd, writer]);
    await stop(fleet.child);
    await stop(writer);
    await Promise.all([stop(influxd), stop(mosquitto)]);
    return result;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Behind {
  liveSeconds: number;
  analyticsSeconds: number;
  pendingSightings: number;
}
async function behind(url: string): Promise<Behind> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string): number => Number(new RegExp(`^promenade_${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  return {
    liveSeconds: of('live_behind_seconds'),
    analyticsSeconds: of('analytics_behind_seconds'),
    pendingSightings: of('pending_sightings'),
  };
}

interface Held {
  rate: number;
  /** Windows a second. */
  windows: number;
  takenPerSecond: number;
  sustained: boolean;
  /** Why not. */
  because: string | null;
  publishToLive: Quantiles;
  secondsPerMillion: number;
  cores: Record<string, number>;
  memoryMb: number;
  fleetLateMs: number;
  fleetCores: number;
  oldestUnackedMs: number;
  behind: { before: Behind; after: Behind; worstLiveSeconds: number };
}

async function promenade(gateways: number, carriers: number, onHeld: (held: Held) => void): Promise<Held[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'promenade-load-'));
  const fleet = new Fleet();
  try {
    const rates = [rate / 2, rate];
    if (values.search)
      for (let next = rate * SEARCH_STEP; next < 10 * rate; next *= SEARCH_STEP) rates.push(Math.round(next));
    // Loops of rates that are never reached would only fill the memory.
    const [half, ...rest] = rates as [number, ...number[]];
    await prepare(dataDir, gateways, carriers, Date.now());
    const server = start(
      '../../server/main.js',
      ['--demo'],
      { PROMENADE_DATA_DIR: dataDir, PROMENADE_HTTP_PORT: '0', PROMENADE_MQTT_EMBEDDED_PORT: '0' },
      values['node-option'],
    );
    const ready = await message<{ type: string; url: string; mqttUrl: string; demoToken: string }>(
      server,
      (news) => news.type === 'ready',
    );
    const watcher = start('load/watcher.js');
    await message<string>(watcher, (news) => (news as unknown) === 'here');
    const seen: Seen[] = [];
    watcher.on('message', (one: Seen) => seen.push(one));
    watcher.send({ url: ready.url, token: ready.demoToken } satisfies WatcherOrder);
    const reachable = rest.slice(0, values.search ? 6 : 1);
    await fleet.prepare(gateways, carriers, [half, ...reachable]);
    await fleet.connect(ready.mqttUrl);
    const all: Held[] = [];
    for (const next of [half, ...reachable]) {
      const held = await hold(next, ready.url, server, seen);
      all.push(held);
      onHeld(held);
      if (!held.sustained && next !== half) break;
    }
    await stop(fleet.child);
    await stop(watcher);
    await stop(server);
    return all;
  } finally {
    if (fleet.child.exitCode === null) fleet.child.kill('SIGKILL');
    if (values.keep) say(`kept: ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true });
  }

  async function hold(ofRate: number, url: string, server: ChildProcess, seen: Seen[]): Promise<Held> {
    fleet.order({ type: 'pace', rate: ofRate });
    await sleep(settleSeconds * 1_000);
    const base = seen.at(-1)?.occupancy ?? 0;
    const offset = fleet.probed.at(-1)?.n ?? 0;
    fleet.probed.length = 0;
    fleet.order({ type: 'probe', on: true });
    await sleep(1_000);
    const before = await behind(url);
    fleet.counts.length = 0;
    const threads = threadSeconds(server);
    const [cpu, fleetCpu] = [processorSeconds(server), processorSeconds(fleet.child)];
    const at = performance.now();
    let worstLiveSeconds = 0;
    for (let left = seconds; left > 0; left--) {
      await sleep(1_000);
      if (left % 2 === 0) worstLiveSeconds = Math.max(worstLiveSeconds, (await behind(url)).liveSeconds);
    }
    const tookSeconds = (performance.now() - at) / 1_000;
    const [cpuUsed, fleetCpuUsed] = [processorSeconds(server) - cpu, processorSeconds(fleet.child) - fleetCpu];
    const threadsAfter = threadSeconds(server);
    fleet.order({ type: 'probe', on: false });
    const after = await behind(url);
    const counts = [...fleet.counts];
    // What was published last is still on its way.
    await sleep(2_000);
    const latencies: number[] = [];
    let unseen = 0;
    for (const { n, publishedAtMs } of fleet.probed) {
      const visible = seen.find(
        ({ occupancy, atMs }) => occupancy >= base - offset + n && atMs >= publishedAtMs.at(-1)!,
      );
      if (visible) for (const publishedMs of publishedAtMs) latencies.push(visible.atMs - publishedMs);
      else unseen++;
    }
    const [first, last] = [counts[0]!, counts.at(-1)!];
    const counted = counts.length - 1;
    const taken = (last.acked - first.acked) / counted;
    const oldestUnackedMs = Math.round(Math.max(...counts.map((count) => count.oldestUnackedMs)));
    const faults = [
      taken < 0.99 * ofRate && `${Math.round(taken)} a second acknowledged`,
      oldestUnackedMs > MAX_UNACKED_MS && `unacknowledged for ${oldestUnackedMs} ms`,
      worstLiveSeconds > MAX_LIVE_BEHIND_S && `live ${worstLiveSeconds.toFixed(1)} s behind`,
      !(after.analyticsSeconds <= MAX_ANALYTICS_BEHIND_S) && `analytics ${after.analyticsSeconds.toFixed(1)} s behind`,
      unseen > 0 && `${unseen} probes never seen`,
    ].filter((fault) => fault !== false);
    const cores: Record<string, number> = {};
    for (const [name, used] of threadsAfter)
      cores[name] = Math.round(((used - (threads.get(name) ?? 0)) / tookSeconds) * 1_000) / 1_000;
    return {
      rate: ofRate,
      windows: windowsOf(gateways, carriers, ofRate).windows,
      takenPerSecond: Math.round(taken),
      sustained: faults.length === 0,
      because: faults.join(', ') || null,
      publishToLive: quantiles(latencies),
      secondsPerMillion: cpuUsed / ((taken * tookSeconds) / 1e6),
      cores,
      memoryMb: Math.round(residentMb(server)),
      fleetLateMs: Math.round(Math.max(...counts.map((count) => count.worstLateMs))),
      fleetCores: fleetCpuUsed / tookSeconds,
      oldestUnackedMs,
      behind: { before, after, worstLiveSeconds },
    };
  }
}

interface Mall {
  gateways: number;
  carriers: number;
  limit?: Flooded;
  points?: Flooded;
  promenade: Held[];
}

const perSecond = (value: number): string => `${Math.round(value / 1_000)}k/s`;
const latency = ({ p50, p95, p99 }: Quantiles): string => `${p50}/${p95}/${p99} ms`;

function describe(held: Held): string {
  const busiest = Object.entries(held.cores)
    .filter(([, used]) => used >= 0.01)
    .sort(([, a], [, b]) => b - a)
    .map(([name, used]) => `${name} ${used.toFixed(2)}`);
  return (
    `  ${perSecond(held.rate)} (w ${held.windows}): ${held.sustained ? 'sustained' : `NOT sustained (${held.because})`}; ` +
    `publish → live ${latency(held.publishToLive)}; ${held.secondsPerMillion.toFixed(1)} CPU s a million; ${held.memoryMb} MB; ` +
    `unacked ≤ ${held.oldestUnackedMs} ms; analytics ${held.behind.after.analyticsSeconds.toFixed(1)} s, live ≤ ${held.behind.worstLiveSeconds.toFixed(1)} s behind; ` +
    `cores: ${busiest.join(', ')}; fleet ${held.fleetCores.toFixed(2)}, ${held.fleetLateMs} ms late`
  );
}

function print(malls: Mall[]): void {
  const rows = [
    [
      'gateways',
      'carriers',
      'limit',
      'points',
      'promenade',
      'of limit',
      'of points',
      'half: p50/p95/p99',
      'full: p50/p95/p99',
      'MB',
      'CPU s/M',
      '(limit',
      'points)',
    ],
  ];
  for (const mall of malls) {
    const best = mall.promenade.filter(({ sustained }) => sustained).at(-1);
    const [half] = mall.promenade;
    const full = mall.promenade.find((held) => held.rate === rate);
    const share = (of: Flooded | undefined): string =>
      of && best ? `${Math.round((100 * best.rate) / of.sightingsPerSecond)} %` : '–';
    rows.push([
      String(mall.gateways),
      String(mall.carriers),
      mall.limit ? perSecond(mall.limit.sightingsPerSecond) : '–',
      mall.points ? perSecond(mall.points.sightingsPerSecond) : '–',
      best ? perSecond(best.rate) : '–',
      share(mall.limit),
      share(mall.points),
      half ? latency(half.publishToLive) : '–',
      full ? latency(full.publishToLive) : '–',
      full ? String(full.memoryMb) : '–',
      full ? full.secondsPerMillion.toFixed(1) : '–',
      mall.limit ? mall.limit.secondsPerMillion.toFixed(1) : '–',
      mall.points ? mall.points.secondsPerMillion.toFixed(1) : '–',
    ]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  '));
  lines.push(
    `asked: ${perSecond(ASKED_RATE)} sustained, ${100 * ASKED_SHARE} % of the limit, publish → live p99 ${ASKED_P99_MS} ms at half of it` +
      `${values.search ? '' : '; the rate was held at what is asked, --search looks for the highest'}`,
    `machine: ${availableParallelism()} cores for all, ${cpus()[0]?.model}; load before ${loadBefore.map((load) => load.toFixed(1)).join(' ')}`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

const loadBefore = loadavg();
const malls: Mall[] = [];
try {
  const canPoint = existsSync(INFLUXD) && existsSync(MOSQUITTO);
  if (wants('points') && !canPoint)
    say(`points: left out, for ${existsSync(INFLUXD) ? MOSQUITTO : INFLUXD} is missing (Debian: influxdb, mosquitto)`);
  for (const gateways of numbers(values.gateways))
    for (const carriers of numbers(values.carriers)) {
      say(`${gateways} gateways, ${carriers} carriers`);
      const mall: Mall = { gateways, carriers, promenade: [] };
      malls.push(mall);
      const flood = (name: string, { sightingsPerSecond, secondsPerMillion, memoryMb }: Flooded): void =>
        say(
          `  ${name}: ${perSecond(sightingsPerSecond)}, ${secondsPerMillion.toFixed(1)} CPU s a million, ${memoryMb} MB`,
        );
      if (wants('limit')) {
        mall.limit = await limit(gateways, carriers);
        flood('limit', mall.limit);
      }
      if (wants('points') && canPoint) {
        mall.points = await points(gateways, carriers);
        flood('points', mall.points);
      }
      if (wants('promenade'))
        await promenade(gateways, carriers, (held) => {
          mall.promenade.push(held);
          say(describe(held));
        });
    }
  if (values.json) {
    const machine = {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      load: loadBefore,
    };
    process.stdout.write(`${JSON.stringify({ machine, asked: { rate, seconds, settleSeconds }, malls })}\n`);
  } else print(malls);
} finally {
  for (const child of children) child.kill('SIGKILL');
}
