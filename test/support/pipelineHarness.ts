/** A whole pipeline on a free port with a database of its own, and what it takes to feed and compare it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAedesSource } from '../../server/broker/aedesSource.ts';
import type { Site } from '../../server/contract/model.ts';
import type { SightingRow, SightingsMessage } from '../../server/contract/wire.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { TimeSeriesWriter } from '../../server/db/timeSeries.ts';
import {
  createPipeline,
  type IngestPipeline,
  type PipelineOptions,
  type PipelineParts,
} from '../../server/ingest/pipeline.ts';
import type { Clock, MessageSource } from '../../server/ingest/types.ts';
import type { Registry } from '../../server/registry/types.ts';
import { memoryRegistry } from './memoryRegistry.ts';
import { seededRandom } from './random.ts';

export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
export const SITE = 'mall';
/** 2024-03-04T09:00:00Z, a Monday. */
export const T0 = 1_709_542_800_000;
export const GATEWAYS = [
  { id: 'g1', xM: 2, yM: 2 },
  { id: 'g2', xM: 18, yM: 2 },
  { id: 'g3', xM: 2, yM: 18 },
  { id: 'g4', xM: 18, yM: 18 },
];

export const site = (over: Partial<Site> = {}): Site => ({
  id: SITE,
  name: 'Mall',
  timezone: 'Europe/Prague',
  currency: 'EUR',
  clock: 'data',
  uuids: [UUID],
  countUnknowns: false,
  historyFromMs: null,
  historyUntilMs: null,
  ...over,
});

const square = (x0: number, y0: number, x1: number, y1: number): [number, number][] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];

/** One floor of 20 m × 20 m with four gateways, two shops and some carriers. */
export async function fillRegistry(
  registry: Registry,
  over: Partial<Site> = {},
  siteId = SITE,
  gateways = GATEWAYS,
): Promise<void> {
  await registry.putSite(site(over));
  await registry.floors.put(siteId, {
    id: 'f0',
    name: 'Ground',
    level: 0,
    widthM: 20,
    heightM: 20,
    outline: null,
    walls: [],
    image: null,
  });
  await registry.gateways.putAll(
    siteId,
    gateways.map((gateway) => ({ ...gateway, floorId: 'f0', zM: 2.5, enabled: true })),
  );
  const shop = (id: string, ring: [number, number][]) => ({
    id,
    floorId: 'f0',
    name: id,
    kind: 'shop' as const,
    shape: { type: 'polygon' as const, rings: [ring] },
    tenantId: null,
    minStaySeconds: null,
  });
  await registry.zones.putAll(siteId, [shop('west', square(0, 0, 10, 20)), shop('east', square(10, 0, 20, 20))]);
  await registry.carriers.putAll(
    siteId,
    Array.from({ length: 8 }, (_, i) => ({
      id: `c-${i}`,
      kind: i === 7 ? ('staff' as const) : ('shopper' as const),
      uuid: UUID,
      major: 1,
      minor: i,
      calibratedPowerDbm: -60,
      label: null,
    })),
  );
}

export interface World {
  gatewayId: string;
  message: SightingsMessage;
}

/** `seconds` of walking carriers (registered 0 to 7, unknown above) as every gateway's batches, in order of time. */
export function makeWorld(seed: number, seconds: number, carriers: number, fromMs = T0): World[] {
  const random = seededRandom(seed);
  const world: World[] = [];
  const epochs = new Map(GATEWAYS.map(({ id }) => [id, { epoch: 3, seq: 0 }]));
  const phase = Array.from({ length: carriers }, () => random() * 7);
  const speed = Array.from({ length: carriers }, () => 0.01 + random() * 0.03);
  const arrives = Array.from({ length: carriers }, () => Math.floor(random() * seconds * 0.4));
  const leaves = Array.from({ length: carriers }, (_, i) => arrives[i]! + seconds * (0.2 + random() * 0.4));
  for (let second = 0; second < seconds; second++) {
    for (const gateway of GATEWAYS) {
      const counter = epochs.get(gateway.id)!;
      const rows: SightingRow[] = [];
      for (let i = 0; i < carriers; i++) {
        if (second < arrives[i]! || second > leaves[i]! || random() < 0.2) continue;
        const xM = 10 + 9 * Math.sin(phase[i]! + second * speed[i]!);
        const yM = 10 + 8 * Math.cos(phase[i]! * 2 + second * speed[i]!);
        const distanceM = Math.max(1, Math.hypot(xM - gateway.xM, yM - gateway.yM));
        const rssi = Math.round((-60 - 22 * Math.log10(distanceM) + (random() - 0.5) * 6) * 10) / 10;
        if (rssi < -95) continue;
        rows.push([
          0,
          1,
          i,
          rssi,
          Math.round(rssi) + 2,
          1 + Math.floor(random() * 9),
          -59,
          Math.floor(random() * 1000),
        ]);
      }
      counter.seq++;
      const startMs = fromMs + second * 1000;
      world.push({
        gatewayId: gateway.id,
        message: {
          v: 1,
          epoch: 3,
          seq: counter.seq,
          fromMs: startMs,
          toMs: startMs + 1000,
          uuids: [UUID],
          sightings: rows,
        },
      });
    }
  }
  return world;
}

export interface Harness {
  registry: Registry;
  duck: Duck;
  dataDir: string;
  pipeline: IngestPipeline;
  url: string;
  problems: string[];
  /** A new pipeline on the same directory and database, as after a restart; a new broker too. */
  restart(): Promise<void>;
  close(): Promise<void>;
  /** Stops it, and leaves its directory to others to begin with. */
  leave(): Promise<string>;
}

export interface HarnessOptions {
  /** Begins with a copy of what another left, as after a restart. */
  from?: string;
  clock?: Clock;
  options?: PipelineOptions;
  site?: Partial<Site>;
  seed?: number;
  /** Stands between the pipeline and its database. */
  timeSeries?: (real: TimeSeriesWriter) => TimeSeriesWriter;
  registry?: (pipelineNow: (siteId: string) => number) => Registry;
  rotating?: PipelineParts['rotating'];
  /** A connection to another broker than the embedded one. */
  source?: () => MessageSource;
}

export async function startHarness(setup: HarnessOptions = {}): Promise<Harness> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipeline-'));
  if (setup.from !== undefined) cpSync(setup.from, dataDir, { recursive: true });
  const duck = await Duck.open(join(dataDir, 'db.duckdb'), { threads: 1, memoryLimit: '256MB' });
  await migrate(duck, 1);
  let pipeline: IngestPipeline | undefined;
  const registry = memoryRegistry({ nowMs: (siteId) => pipeline?.nowMs(siteId) ?? 0 });
  await fillRegistry(registry, setup.site);
  const random = seededRandom(setup.seed ?? 1);
  const problems: string[] = [];
  const open = async (): Promise<{ pipeline: IngestPipeline; url: string }> => {
    const source = setup.source?.() ?? createAedesSource({ host: '127.0.0.1', port: 0 });
    const opened = createPipeline({
      source,
      registry,
      timeSeries: setup.timeSeries?.(openTimeSeries(duck, registry)) ?? openTimeSeries(duck, registry),
      duck,
      dataDir,
      ...(setup.rotating ? { rotating: setup.rotating } : {}),
      clock: setup.clock ?? (() => T0 + 86_400_000),
      random: (bytes) => Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))),
      onProblem: (what, error) => problems.push(`${what}: ${error.message}`),
      options: { commitEveryMs: 300, quietMs: 200, maxDirtyMs: 1_000, idleMs: 400, ...setup.options },
    });
    await opened.start();
    return { pipeline: opened, url: source.url };
  };
  const first = await open();
  pipeline = first.pipeline;
  const harness: Harness = {
    registry,
    duck,
    dataDir,
    problems,
    ...first,
    async restart() {
      await harness.pipeline.abandon();
      const next = await open();
      pipeline = next.pipeline;
      harness.pipeline = next.pipeline;
      harness.url = next.url;
    },
    async close() {
      await harness.leave();
      rmSync(dataDir, { recursive: true, force: true });
    },
    async leave() {
      await harness.pipeline.stop();
      await duck.close();
      return dataDir;
    },
  };
  return harness;
}

/** All rows of the site, final and open, as one text. */
export async function rowsOf(duck: Duck): Promise<string> {
  const parts: string[] = [];
  for (const table of [
    'visits',
    'stays',
    'heat',
    'occupancy',
    'coverage',
    'open_visits',
    'open_stays',
    'open_heat',
    'open_occupancy',
  ]) {
    const rows = await duck.all(`select * from ${table} order by all`);
    parts.push(`${table} ${rows.length}`, ...rows.map((row) => JSON.stringify(row)));
  }
  return parts.join('\n');
}
