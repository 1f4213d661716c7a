/** kill -9, restarts, duplicates and reordering leave exactly the totals of an undisturbed run; the ledger says what was sent. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Heatmap, Series } from '../../server/contract/metrics.ts';
import type { SightingRow, SightingsMessage } from '../../server/contract/wire.ts';
import { onBothEngines } from '../support/onBothEngines.ts';
import { seededRandom } from '../support/random.ts';
import { eventually, ServerProcess } from '../support/serverProcess.ts';
import { StartProgram } from '../support/startProgram.ts';
import { TestGateway } from '../support/testGateway.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const MINUTE_MS = 60_000;
const GATEWAYS = [
  { id: 'g1', xM: 5, yM: 5 },
  { id: 'g2', xM: 25, yM: 5 },
  { id: 'g3', xM: 5, yM: 15 },
  { id: 'g4', xM: 25, yM: 15 },
];
const CARRIERS = 24;

/** Walks of carriers past four gateways, as batches of each gateway. Pure: the same seed and start give the same bytes. */
function ledger(seed: number, startMs: number, minutes: number): Map<string, SightingsMessage[]> {
  const random = seededRandom(seed);
  const walks = Array.from({ length: CARRIERS }, (_, i) => {
    const fromS = Math.floor(random() * (minutes - 12) * 60);
    return {
      minor: i + 1,
      fromS,
      toS: fromS + 90 + Math.floor(random() * 600),
      x0: random() * 30,
      y0: random() * 20,
      x1: random() * 30,
      y1: random() * 20,
    };
  });
  const batches = new Map<string, SightingsMessage[]>(GATEWAYS.map(({ id }) => [id, []]));
  for (let second = 0; second < minutes * 60; second++) {
    for (const gateway of GATEWAYS) {
      const rows: SightingRow[] = [];
      for (const walk of walks) {
        if (second < walk.fromS || second > walk.toS || random() < 0.4) continue;
        const share = (second - walk.fromS) / (walk.toS - walk.fromS);
        const distanceM = Math.hypot(
          walk.x0 + (walk.x1 - walk.x0) * share - gateway.xM,
          walk.y0 + (walk.y1 - walk.y0) * share - gateway.yM,
        );
        const rssiDbm = Math.round((-60 - 20 * Math.log10(Math.max(1, distanceM)) + (random() - 0.5) * 8) * 10) / 10;
        rows.push([0, 1, walk.minor, rssiDbm, rssiDbm, 1, -59, Math.floor(random() * 1000)]);
      }
      if (rows.length === 0 && second % 10 !== 9) continue;
      const list = batches.get(gateway.id)!;
      const fromMs = startMs + second * 1000;
      list.push({ v: 1, epoch: 3, seq: list.length + 1, fromMs, toMs: fromMs + 1000, uuids: [UUID], sightings: rows });
    }
  }
  return batches;
}

const open: ServerProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.kill9();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function startSite(env: Record<string, string> = {}): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'promenade-crash-'));
  folders.push(folder);
  const server = new ServerProcess(folder, env);
  open.push(server);
  await server.start();
  await server.must('POST', '/sites', { id: 'mall', name: 'Mall', timezone: 'Europe/Prague', uuids: [UUID] });
  await server.must('POST', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 30, heightM: 20 });
  const square = (x: number, y: number) => ({
    type: 'polygon',
    rings: [
      [
        [x, y],
        [x + 10, y],
        [x + 10, y + 10],
        [x, y + 10],
      ],
    ],
  });
  await server.must('POST', '/sites/mall/zones', {
    id: 'west',
    floorId: 'f0',
    name: 'West',
    kind: 'shop',
    shape: square(0, 0),
  });
  await server.must('POST', '/sites/mall/zones', {
    id: 'east',
    floorId: 'f0',
    name: 'East',
    kind: 'shop',
    shape: square(20, 10),
  });
  for (const gateway of GATEWAYS) await server.must('POST', '/sites/mall/gateways', { ...gateway, floorId: 'f0' });
  return server;
}

interface Totals {
  footfall: Series;
  unique: Series;
  dwell: Series;
  occupancy: Series;
  westVisits: Series;
  captureRate: Series;
  heat: Heatmap;
}

async function totalsOf(server: ServerProcess, startMs: number, endMs: number): Promise<Totals> {
  const period = `from=${encodeURIComponent(new Date(startMs).toISOString())}&to=${encodeURIComponent(new Date(endMs).toISOString())}`;
  const get = <T>(path: string): Promise<T> => server.must<T>('GET', `/sites/mall/metrics/${path}&${period}`);
  return {
    footfall: await get('footfall?interval=15m'),
    unique: await get('unique-visitors?interval=15m'),
    dwell: await get('dwell?interval=15m'),
    occupancy: await get('occupancy?interval=15m'),
    westVisits: await get('footfall?interval=15m&zone=west'),
    captureRate: await get('capture-rate?interval=15m&zone=east'),
    heat: await get('heatmap?floor=f0&cellM=5&measure=dwell'),
  };
}

/** Everything is acked, late hours are recomputed, and the answers stand still. */
async function settledTotals(
  server: ServerProcess,
  gateways: TestGateway[],
  startMs: number,
  endMs: number,
): Promise<Totals> {
  await eventually(
    'every batch acked',
    async () => (gateways.every((gateway) => gateway.done) ? true : undefined),
    90_000,
  );
  return eventually(
    'final totals',
    async () => {
      const totals = await totalsOf(server, startMs, endMs);
      return totals.footfall.series.every((point) => point.state === 'final') ? totals : undefined;
    },
    90_000,
  );
}

const SEED = 20_26;
const MINUTES = 30;
// Quarter hours, long enough ago that every visit is over and every hour final.
const END_MS = Math.floor((Date.now() - 40 * MINUTE_MS) / (15 * MINUTE_MS)) * 15 * MINUTE_MS;
const START_MS = END_MS - MINUTES * MINUTE_MS;
const BATCHES = ledger(SEED, START_MS, MINUTES);

/** Of an undisturbed run, on DuckDB: what every other run is held against. */
let calmTotals: Promise<Totals> | undefined;
async function undisturbed(): Promise<Totals> {
  const calm = await startSite();
  const gateways = GATEWAYS.map(({ id }) => new TestGateway('mall', id, BATCHES.get(id)!));
  for (const gateway of gateways) await gateway.start(calm.ready.mqttUrl);
  const totals = await settledTotals(calm, gateways, START_MS, END_MS);
  for (const gateway of gateways) await gateway.stop();
  await calm.stop();
  return totals;
}

onBothEngines((engine) => {
  test('kill -9 at random points, duplicates and reordering change no total', async () => {
    const sightings = [...BATCHES.values()].flat().reduce((sum, batch) => sum + batch.sightings.length, 0);
    expect(sightings).toBeGreaterThan(5_000);
    calmTotals ??= undisturbed();
    const expected = await calmTotals;

    const random = seededRandom(SEED + 1);
    const env = engine.env();
    const wild = await startSite(env);
    const wildGateways = GATEWAYS.map(
      ({ id }) => new TestGateway('mall', id, BATCHES.get(id)!, { random, duplicate: 0.2, shuffleRun: 12 }),
    );
    for (const gateway of wildGateways) await gateway.start(wild.ready.mqttUrl);
    let kills = 0;
    while (kills < 6) {
      await new Promise((resolve) => setTimeout(resolve, 150 + random() * 900));
      // By turns the server, and what it writes to, which it then waits for.
      if (engine.influxd && kills % 3 === 2) {
        await engine.influxd.kill();
        await new Promise((resolve) => setTimeout(resolve, 150 + random() * 500));
        await engine.influxd.start();
      } else {
        await wild.kill9();
        await wild.start();
      }
      kills += 1;
    }
    const actual = await settledTotals(wild, wildGateways, START_MS, END_MS);
    // Once more after all has settled: what was committed is found again.
    await wild.kill9();
    await wild.start();
    const again = await settledTotals(wild, wildGateways, START_MS, END_MS);
    for (const gateway of wildGateways) await gateway.stop();

    const visits = expected.footfall.series.reduce((sum, point) => sum + (point.value ?? 0), 0);
    expect(visits).toBeGreaterThan(CARRIERS / 2);
    expect(visits).toBeLessThanOrEqual(CARRIERS);
    expect(expected.heat.cells.length).toBeGreaterThan(0);
    expect(actual).toEqual(expected);
    expect(again).toEqual(expected);
    if (!engine.influxd) return;

    // Moved to the other engine, the server goes on there with the same answers.
    await wild.stop();
    const program = new StartProgram(['migrate', '--to', 'duckdb'], { ...env, PROMENADE_DATA_DIR: wild.dataDir });
    expect(await program.ended, program.output).toBe(0);
    expect(program.output).toMatch(/site mall: [\d,]+ rows moved from InfluxDB to DuckDB, read back and the same/);
    const moved = new ServerProcess(wild.dataDir);
    open.push(moved);
    await moved.start();
    expect(await settledTotals(moved, wildGateways, START_MS, END_MS)).toEqual(expected);
  });
});
