/** Both time-series engines, for tests that say the same of either: a DuckDB in memory, and a real InfluxDB. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { Duck, type ReadSql } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { type InfluxOptions, type InfluxParts, openInfluxTimeSeries } from '../../server/db/influx/influxTimeSeries.ts';
import { Planner } from '../../server/db/influx/needs.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import type { Registry } from '../../server/registry/types.ts';
import { describeWith } from '../support/describeWith.ts';
import { Influxd, influxMissing } from '../support/influxd.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { seededRandom } from '../support/random.ts';
import { addSite, gatewayNamed, zoneNamed } from './rows.ts';

export interface OpenedEngine {
  /** What is not time series; and those too, where they lie in it. */
  duck: Duck;
  series: TimeSeries;
  /** The tables as whoever starts anew finds them: nothing that is only in memory shows. */
  look: ReadSql;
  /** Several statements of one such look. */
  anew<T>(work: (sql: ReadSql) => Promise<T>): Promise<T>;
  /** The engine as a new process opens it on the same data; closed with this. */
  again(options?: Partial<InfluxOptions>): Promise<TimeSeries>;
}
export type OpenedSite = OpenedEngine & { registry: Registry };

export interface TestEngine {
  name: 'DuckDB' | 'InfluxDB';
  /** Closed after the test. */
  open(registry: Registry): Promise<OpenedEngine>;
  /** A site `mall` with two gateways. */
  openSite(timezone?: string, zones?: ReturnType<typeof zoneNamed>[]): Promise<OpenedSite>;
}

type Close = () => Promise<void> | void;

function engineOf(name: TestEngine['name'], open: TestEngine['open']): TestEngine {
  return {
    name,
    open,
    async openSite(timezone = 'Europe/Prague', zones = [zoneNamed('a'), zoneNamed('b')]) {
      const registry = memoryRegistry();
      const opened = await open(registry);
      await addSite(registry, 'mall', timezone, zones, [gatewayNamed('g1'), gatewayNamed('g2')]);
      return { ...opened, registry };
    },
  };
}

/** Newest first. */
const closers: Close[] = [];
const closeAll = async (): Promise<void> => {
  for (const close of closers.splice(0).reverse()) await close();
};

async function memoryDuck(): Promise<Duck> {
  const duck = await Duck.open(':memory:');
  closers.push(() => duck.close());
  await migrate(duck, 0);
  return duck;
}

const duckEngine = (): TestEngine =>
  engineOf('DuckDB', async (registry) => {
    const duck = await memoryDuck();
    const series = openTimeSeries(duck, registry);
    return { duck, series, look: duck, anew: (work) => work(duck), again: async () => series };
  });

export const INFLUX_OPTIONS: Omit<InfluxOptions, 'url' | 'database'> = {
  username: null,
  password: null,
  timeoutMs: 10_000,
  createDatabase: true,
  questionTimeoutMs: 10_000,
  batchPoints: 5_000,
  workingRows: 1_000_000,
};

/** All tests of a file have one InfluxDB, and each a database of its own in it. */
export class InfluxWorld {
  readonly influxd: Influxd;
  #planner: Planner | undefined;
  #databases = 0;

  constructor(influxd = new Influxd()) {
    this.influxd = influxd;
  }

  async start(): Promise<void> {
    await this.influxd.start();
    this.#planner = await Planner.open();
  }

  async stop(): Promise<void> {
    await this.#planner?.close();
    await this.influxd.stop();
  }

  newDatabase(): string {
    this.#databases += 1;
    return `mall_${this.#databases}`;
  }

  newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'promenade-series-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  parts(
    duck: Duck,
    registry: Registry,
    dataDir: string,
    options: Partial<InfluxOptions> & { database: string },
  ): InfluxParts {
    return {
      duck,
      registry,
      dataDir,
      options: { ...INFLUX_OPTIONS, url: this.influxd.url, ...options },
      nowMs: Date.now,
      random: seededRandom(1),
      onProblem: (what, error) => console.error(what, error),
      ...(this.#planner && { planner: this.#planner }),
    };
  }

  engine(): TestEngine {
    return engineOf('InfluxDB', async (registry) => {
      const database = this.newDatabase();
      const folder = this.newFolder();
      const duck = await memoryDuck();
      const open = async (beside: Duck, options: Partial<InfluxOptions> = {}): Promise<TimeSeries> => {
        const series = await openInfluxTimeSeries(this.parts(beside, registry, folder, { database, ...options }));
        closers.push(() => series.close());
        return series;
      };
      /** Of a process of its own. */
      const elsewhere = async <T>(work: (series: TimeSeries) => Promise<T>): Promise<T> => {
        const own = await Duck.open(':memory:');
        const series = await openInfluxTimeSeries(this.parts(own, registry, folder, { database }));
        try {
          return await work(series);
        } finally {
          await series.close();
          await own.close();
        }
      };
      return {
        duck,
        series: await open(duck),
        look: {
          all: (text, params) => elsewhere((series) => series.sql.all(text, params)),
          get: (text, params) => elsewhere((series) => series.sql.get(text, params)),
        },
        anew: (work) => elsewhere((series) => work(series.sql)),
        again: (options) => open(duck, options),
      };
    });
  }
}

/** To be called at the top of a file, once; the body declares tests. */
export function onEachEngine(body: (engine: TestEngine) => void): void {
  describe('DuckDB', () => {
    afterEach(closeAll);
    body(duckEngine());
  });
  describeWith(influxMissing, 'InfluxDB', () => {
    const world = new InfluxWorld();
    beforeAll(() => world.start());
    afterAll(() => world.stop());
    afterEach(closeAll);
    body(world.engine());
  });
}

/** For suites of the InfluxDB engine alone. */
export function onInflux(name: string, body: (world: InfluxWorld) => void, influxd?: () => Influxd): void {
  describeWith(influxMissing, name, () => {
    const world = new InfluxWorld(influxd?.());
    beforeAll(() => world.start());
    afterAll(() => world.stop());
    afterEach(closeAll);
    body(world);
  });
}

export const closeLater = (close: Close): void => {
  closers.push(close);
};
export const duckInMemory = memoryDuck;
