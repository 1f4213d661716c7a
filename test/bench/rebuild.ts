/**
 * A mall-day rebuilt from its log: read, decoded, followed by the engine and committed to the database in pieces, by the code
 * with which a server rebuilds. The day is as crowded as one of 100 million sightings and shorter. Processor time of the
 * whole process counts, as other work on the machine does not stretch it, and what other threads do is not hidden by it.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import { createEngine } from '../../server/engine/engine.ts';
import { Analytics } from '../../server/ingest/analytics.ts';
import { CauseBook } from '../../server/ingest/causes.ts';
import { engineHere } from '../../server/ingest/engineHost.ts';
import { replay } from '../../server/log/replay.ts';
import { SiteLog } from '../../server/log/siteLog.ts';
import type { Registry } from '../../server/registry/types.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { FLOORS, gatewaysOf, HEIGHT_M, WIDTH_M, zonesOf } from './rebuild/crowd.ts';
import { type MallDay, START_MS, writeMallDay } from './rebuild/mallDay.ts';
import { STAGES, type Stage, Stages } from './rebuild/stages.ts';

const SITE = 'mall';
const ASKED_SIGHTINGS = 100e6;
const ASKED_MINUTES = 10;
const MEMORY_EVERY_MS = 100;

const { values } = parseArgs({
  options: {
    sightings: { type: 'string', default: '10000000' },
    carriers: { type: 'string', default: '2000' },
    /** Keeps the log there, and takes the one that is there. */
    dir: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const wanted = { sightings: Number(values.sightings), busiest: Number(values.carriers) };
if (!(wanted.sightings >= 10_000 && wanted.busiest >= 100 && wanted.busiest <= 50_000)) {
  process.stderr.write('bench:rebuild: --sightings is at least 10000, --carriers (at the busiest) 100 to 50000\n');
  process.exit(2);
}
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

async function mallRegistry(): Promise<Registry> {
  const registry = memoryRegistry();
  await registry.putSite({
    id: SITE,
    name: 'Bench',
    timezone: 'Europe/Prague',
    currency: 'EUR',
    clock: 'data',
    uuids: [],
    countUnknowns: true,
    historyFromMs: null,
    historyUntilMs: null,
  });
  const floors = Array.from({ length: FLOORS }, (_, level) => ({
    id: `f${level}`,
    name: `Floor ${level}`,
    level,
    widthM: WIDTH_M,
    heightM: HEIGHT_M,
    outline: null,
    walls: [],
    image: null,
  }));
  await registry.floors.putAll(SITE, floors);
  await registry.zones.putAll(SITE, zonesOf());
  await registry.gateways.putAll(SITE, gatewaysOf());
  return registry;
}

function dayIn(dir: string): MallDay {
  const notes = join(dir, 'day.json');
  const asked = JSON.stringify(wanted);
  if (existsSync(notes)) {
    const { day, asked: was } = JSON.parse(readFileSync(notes, 'utf8')) as { day: MallDay; asked: string };
    if (was === asked) return day;
  }
  say('writing the log …');
  const logDir = join(dir, 'log');
  rmSync(logDir, { recursive: true, force: true });
  const day = writeMallDay(logDir, wanted);
  writeFileSync(notes, JSON.stringify({ day, asked }));
  return day;
}

const stages = new Stages();
let peakRss = 0;
let peakHeap = 0;
const noteMemory = (): void => {
  const { rss, heapUsed } = process.memoryUsage();
  peakRss = Math.max(peakRss, rss);
  peakHeap = Math.max(peakHeap, heapUsed);
};

interface Measured {
  wallMs: number;
  cpuMs: number;
  byStage: Partial<Record<Stage, { wallMs: number; cpuMs: number }>>;
  calls: Record<string, number>;
}
async function measure(work: () => Promise<unknown>): Promise<Measured> {
  stages.restart();
  const wallAt = performance.now();
  await work();
  const wallMs = performance.now() - wallAt;
  const byStage = Object.fromEntries([...stages.spent].map(([stage, spent]) => [stage, { ...spent }]));
  const cpuMs = Object.values(byStage).reduce((sum, spent) => sum + spent.cpuMs, 0);
  return { wallMs, cpuMs, byStage, calls: Object.fromEntries(stages.calls) };
}

async function openLog(dir: string): Promise<SiteLog> {
  const log = new SiteLog(dir);
  // Known lengths are not read again: a server knows them from its checkpoint.
  await log.recover(new Map(), () => {});
  return log;
}

async function readOnly(log: SiteLog): Promise<number> {
  let sightings = 0;
  for await (const { batches } of replay(log, 0, log.positions()))
    for (const batch of batches) sightings += batch.carriers.length;
  return sightings;
}

const dir = values.dir ?? mkdtempSync(join(tmpdir(), 'rebuild-'));
const workDir = mkdtempSync(join(tmpdir(), 'rebuild-db-'));
try {
  const day = dayIn(dir);
  say(
    `${(day.sightings / 1e6).toFixed(2)} million sightings of ${day.visitors} carriers, at most ${day.busiest} at once, ` +
      `${(day.sightings / day.batches).toFixed(1)} a batch; open for ${(day.openSeconds / 3600).toFixed(1)} of ` +
      `${(day.seconds / 3600).toFixed(1)} h; log ${(day.bytes / 1e6).toFixed(0)} MB`,
  );
  const log = await openLog(join(dir, 'log'));
  const registry = await mallRegistry();
  const databasePath = join(workDir, 'bench.duckdb');
  const duck = await Duck.open(databasePath, { threads: 1 });
  await migrate(duck, 0);
  const snapshots = stages.snapshots(join(workDir, 'snapshots'));
  await snapshots.start();
  const endMs = START_MS + day.seconds * 1_000;
  const analytics = new Analytics({
    siteId: SITE,
    log,
    snapshots,
    timeSeries: stages.writer(openTimeSeries(duck, registry)),
    engine: engineHere(stages.engine(createEngine)),
    timeline: () => registry.modelTimeline(SITE),
    bookkeeping: () => ({ newestMs: endMs, prunedBeforeMs: null, received: { toJSON: () => ({}) } }),
    nowMs: () => endMs,
    awaited: () => [],
    onChangelog: () => {},
  });

  let read = 0;
  const limit = await measure(async () => {
    read = await readOnly(log);
  });
  const timer = setInterval(noteMemory, MEMORY_EVERY_MS);
  const left = { watermarkMs: 0, dirtyFromMs: null, awaited: [], causes: new CauseBook(), recomputation: undefined };
  const first = await measure(() => analytics.recover(left, endMs));
  const rowsBefore = await countRows(duck);
  let rebuilt = 0;
  const rebuild = await measure(async () => {
    analytics.markForRebuild(0);
    rebuilt = (await analytics.recompute(0)).sightings;
  });
  clearInterval(timer);
  noteMemory();
  if (read !== day.sightings || rebuilt !== day.sightings)
    throw new Error(`of ${day.sightings} sightings ${read} were read and ${rebuilt} rebuilt`);
  const rowsAfter = await countRows(duck);
  if (JSON.stringify(rowsBefore) !== JSON.stringify(rowsAfter) || rowsAfter.visits === 0)
    throw new Error(`rows ${JSON.stringify(rowsBefore)} became ${JSON.stringify(rowsAfter)} by a rebuild`);
  await duck.close();
  await log.close();
  report(day, { limit, first, rebuild }, rowsAfter, statSync(databasePath).size);
} finally {
  rmSync(workDir, { recursive: true, force: true });
  if (!values.dir) rmSync(dir, { recursive: true, force: true });
}

async function countRows(from: Duck): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['visits', 'stays', 'heat', 'occupancy', 'coverage'])
    counts[table] = (await from.get<{ n: number }>(`select count(*) as n from ${table}`))!.n;
  return counts;
}

function report(
  day: MallDay,
  { limit, first, rebuild }: Record<'limit' | 'first' | 'rebuild', Measured>,
  rows: Record<string, number>,
  databaseBytes: number,
): void {
  const minutes = (ms: number): number => ((ms / day.sightings) * ASKED_SIGHTINGS) / 60_000;
  const line = (name: string, wallMs: number, cpuMs: number, whole: number): string =>
    `${name.padEnd(34)}${Math.round(day.sightings / (cpuMs / 1_000))
      .toLocaleString('en')
      .padStart(
        12,
      )}/s ${((cpuMs / day.sightings) * 1e6).toFixed(0).padStart(7)} ns ${minutes(cpuMs).toFixed(2).padStart(8)} min ` +
    `${((100 * cpuMs) / whole).toFixed(0).padStart(4)} %   (${minutes(wallMs).toFixed(2)} min by the clock)`;
  const lines = [`for ${ASKED_SIGHTINGS / 1e6} million sightings, by processor time of all threads:`];
  lines.push(line('limit: log read and decoded', limit.wallMs, limit.cpuMs, rebuild.cpuMs));
  lines.push(line('first time, nothing to replace', first.wallMs, first.cpuMs, rebuild.cpuMs));
  lines.push(line('rebuild', rebuild.wallMs, rebuild.cpuMs, rebuild.cpuMs));
  const names: Record<Stage, string> = {
    log: '  log read, decoded, into ticks',
    engine: '  engine',
    snapshots: '  snapshots',
    rows: '  rows and commits, changelog',
  };
  for (const stage of STAGES) {
    const spent = rebuild.byStage[stage];
    if (spent) lines.push(line(names[stage], spent.wallMs, spent.cpuMs, rebuild.cpuMs));
  }
  lines.push(
    `ask: ${ASKED_MINUTES} min; the rebuild takes ${(minutes(rebuild.cpuMs) / ASKED_MINUTES).toFixed(2)} times that`,
    `memory at most ${(peakRss / 1e6).toFixed(0)} MB, of it ${(peakHeap / 1e6).toFixed(0)} MB JavaScript; log ${(day.bytes / 1e6).toFixed(0)} MB, database ${(databaseBytes / 1e6).toFixed(0)} MB`,
    `${Object.entries(rows)
      .map(([table, n]) => `${n} ${table}`)
      .join(', ')}; ${rebuild.calls.commits} commits, ${rebuild.calls.snapshots} snapshots`,
    `load of the machine ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ day, limit, first, rebuild, rows, peakRss, peakHeap })}\n`
      : `${lines.join('\n')}\n`,
  );
}
