/** What is done when InfluxDB is away, busy, refuses, or breaks off: nothing is lost, nothing comes twice, nobody hangs. */
import { expect, test } from 'vitest';
import type { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { backoffMs, MOST_MS } from '../../server/db/influx/backoff.ts';
import { type InfluxOptions, openInfluxTimeSeries } from '../../server/db/influx/influxTimeSeries.ts';
import { readTable } from '../../server/db/tableAccess.ts';
import { SERIES_TABLES, type TableName } from '../../server/db/tables.ts';
import type { SiteCommit, TimeSeries } from '../../server/db/timeSeries.ts';
import type { Registry } from '../../server/registry/types.ts';
import { FaultyProxy, type Passing } from '../support/faultyProxy.ts';
import { Influxd } from '../support/influxd.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { seededRandom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { closeLater, duckInMemory, InfluxWorld, onInflux } from './engines.ts';
import { randomOpen, randomRows } from './randomRows.ts';
import { addSite, commitOf, covered, DAY, gatewayNamed, HOUR, MINUTE, stay, visit, zoneNamed } from './rows.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const isWrite = ({ path }: Passing): boolean => path.startsWith('/write');
const isDelete = ({ path }: Passing): boolean => path.includes('delete');
const busy = (retryAfter?: string) => ({
  status: 503,
  body: '{"error":"timeout"}',
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } }),
});

interface Opened {
  registry: Registry;
  duck: Duck;
  proxy: FaultyProxy;
  database: string;
  folder: string;
  series: TimeSeries;
  problems: string[];
  /** As a process opens it that starts anew. */
  again(options?: Partial<InfluxOptions>): Promise<TimeSeries>;
}

async function open(world: InfluxWorld, options: Partial<InfluxOptions> = {}): Promise<Opened> {
  const registry = memoryRegistry();
  await addSite(registry, 'mall', 'Europe/Prague', [zoneNamed('a'), zoneNamed('b')], [gatewayNamed('g1')]);
  const proxy = await new FaultyProxy(world.influxd.url).start();
  closeLater(() => proxy.stop());
  const database = options.database ?? world.newDatabase();
  const folder = world.newFolder();
  const problems: string[] = [];
  const duck = await duckInMemory();
  const again = async (more: Partial<InfluxOptions> = {}): Promise<TimeSeries> => {
    const parts = world.parts(duck, registry, folder, {
      questionTimeoutMs: 3_000,
      url: proxy.url,
      ...options,
      ...more,
      database,
    });
    const series = await openInfluxTimeSeries({
      ...parts,
      // Pauses of a test are short; their spread is looked at above.
      random: () => 0.05,
      onProblem: (what, error) => problems.push(`${what}: ${error.message}`),
    });
    closeLater(() => series.close());
    return series;
  };
  return { registry, duck, proxy, database, folder, problems, again, series: await again() };
}

const day = (atMs: number, carriers: number): SiteCommit =>
  commitOf('mall', atMs + HOUR, {
    visits: Array.from({ length: carriers }, (_, i) => visit(`c-${i}`, atMs + i * 1_000, 5 * MINUTE)),
    stays: Array.from({ length: carriers }, (_, i) => stay(`c-${i}`, 'a', atMs + i * 1_000, 5 * MINUTE)),
    coverage: covered('g1', atMs, atMs + HOUR),
  });

/** All that there is, by table, as a process finds it that starts anew. */
async function allOf(series: TimeSeries): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { name } of SERIES_TABLES) {
    const pieces = [];
    for await (const piece of readTable(series, name as TableName, 'mall')) pieces.push(piece);
    found[name] = pieces;
  }
  return found;
}

const footfall = (series: TimeSeries, fromMs = NOW) =>
  series
    .series({ siteId: 'mall', metric: 'footfall', interval: 'hour', fromMs, toMs: fromMs + HOUR })
    .then((answer) => answer.series[0]!.value);

test('pauses have full jitter and a cap, and what was asked for is kept', () => {
  const random = seededRandom(4);
  const pauses = Array.from({ length: 400 }, (_, i) => backoffMs(i % 12, random));
  expect(Math.max(...pauses)).toBeLessThanOrEqual(MOST_MS);
  expect(Math.max(...pauses)).toBeGreaterThan(MOST_MS * 0.8);
  expect(Math.min(...pauses)).toBeLessThan(20);
  for (let i = 0; i < 12; i += 1) expect(backoffMs(i, random, 4_000)).toBeGreaterThanOrEqual(4_000);
});

onInflux('InfluxDB that fails', (world) => {
  test('a commit waits through 429, 503, resets, silence and answers that break off, and is there once', async () => {
    const { series, proxy, again } = await open(world, { timeoutMs: 700 });
    let seen = 0;
    const faults = [
      busy(),
      { status: 429, headers: { 'retry-after': '0' } },
      'reset',
      'reset-after',
      'hang',
      { status: 500, body: '{"error":"timeout"}' },
      { status: 400, body: '{"error":"partial write: hinted handoff queue not empty dropped=3"}' },
    ] as const;
    // Each request of the commit meets another one first.
    proxy.begin((passing) => {
      if (!isWrite(passing) && !isDelete(passing)) return undefined;
      seen += 1;
      return seen <= faults.length ? faults[seen - 1] : undefined;
    });
    await series.commit(day(NOW, 30));
    expect(seen).toBeGreaterThan(faults.length);
    expect(series.health().problem).toBeNull();
    expect(await footfall(await again())).toBe(30);
  });

  test('what it asks for by Retry-After is kept', async () => {
    const { series, proxy } = await open(world);
    let refusedAt = 0;
    let cameAgainAt = 0;
    proxy.begin((passing) => {
      if (!isWrite(passing)) return undefined;
      if (refusedAt > 0) {
        cameAgainAt ||= performance.now();
        return undefined;
      }
      refusedAt = performance.now();
      return busy('1');
    });
    await series.commit(day(NOW, 3));
    expect(cameAgainAt - refusedAt).toBeGreaterThan(950);
  });

  test('questions see the state before a commit until all of it is done, and 503 where they would need InfluxDB', async () => {
    const { series, proxy, problems, again } = await open(world);
    await series.commit(day(NOW - 20 * DAY, 9));
    await series.commit(day(NOW, 4));
    // Knows the newest day, but not the one before.
    const reader = await again({ questionTimeoutMs: 1_500 });
    expect(await footfall(reader)).toBe(4);
    proxy.begin((passing) => (isWrite(passing) ? busy() : undefined));
    let done = false;
    const commit = reader.commit({ ...day(NOW, 7), rewoundToMs: NOW - DAY }).then(() => {
      done = true;
    });
    await until(() => problems.length > 0).toBe(true);
    expect(problems[0]).toContain('a commit waits: InfluxDB at');
    expect(problems[0]).toContain('503: timeout');
    expect(reader.health().problem?.message).toContain('answered 503');
    expect(await footfall(reader)).toBe(4);
    await expect(footfall(reader, NOW - 20 * DAY)).rejects.toMatchObject({
      status: 503,
      code: 'database-away',
      message: expect.stringContaining('try again later'),
    });
    expect(done).toBe(false);
    proxy.begin(() => undefined);
    await commit;
    expect(await footfall(reader)).toBe(7);
    expect(await footfall(reader, NOW - 20 * DAY)).toBe(9);
    expect(reader.health().problem).toBeNull();
  });

  test('a question waits no longer than it may for an InfluxDB that is silent or gone', async () => {
    const { proxy, again, series } = await open(world);
    await series.commit(day(NOW, 4));
    const reader = await again({ questionTimeoutMs: 600, timeoutMs: 400 });
    for (const fault of ['hang', 'reset', 'cut', busy('30')] as const) {
      proxy.begin(({ path }) => (path.startsWith('/query') ? fault : undefined));
      await expect(footfall(reader), JSON.stringify(fault)).rejects.toMatchObject({
        status: 503,
        code: 'database-away',
      });
    }
    proxy.begin(() => undefined);
    expect(await footfall(reader)).toBe(4);
  });

  test('a commit that was cut off anywhere is finished by the next start, as DuckDB has it', async () => {
    const random = seededRandom(7);
    const { series, proxy, registry, again, duck } = await open(world);
    const plain = openTimeSeries(duck, registry);
    const first = {
      ...commitOf(
        'mall',
        NOW,
        randomRows(random, NOW - 30 * HOUR, NOW, () => false),
      ),
      checkpoint: 'one',
    };
    const second: SiteCommit = {
      ...commitOf(
        'mall',
        NOW + 9 * HOUR,
        randomRows(random, NOW - 10 * HOUR, NOW + 9 * HOUR, () => false),
      ),
      rewoundToMs: NOW - 10 * HOUR,
      open: randomOpen(random, NOW + 9 * HOUR),
      checkpoint: 'two',
    };
    await plain.commit(first);
    await plain.commit(second);
    const wanted = await allOf(plain);
    await series.commit(first);
    // How many requests the second commit takes.
    const rehearsed = await open(world);
    await rehearsed.series.commit(first);
    rehearsed.proxy.begin(() => undefined);
    await rehearsed.series.commit(second);
    const requests = rehearsed.proxy.passed.filter((one) => isWrite(one) || isDelete(one)).length;
    expect(requests).toBeGreaterThan(3);
    let current = series;
    for (let at = 1; at <= requests; at += 1) {
      let changes = 0;
      const fault = at % 2 === 0 ? 'reset' : 'reset-after';
      proxy.begin((passing) => {
        if (!isWrite(passing) && !isDelete(passing)) return undefined;
        changes += 1;
        return changes < at ? undefined : changes === at ? fault : 'reset';
      });
      const commit = current.commit(second);
      commit.catch(() => {});
      await until(() => current.health().problem !== null).toBe(true);
      await current.close();
      await expect(commit).rejects.toThrow('is done at the next start');
      proxy.begin(() => undefined);
      // The next process finds the journal, and is stopped with the whole of it done.
      current = await again();
      expect((await current.lastCheckpoint('mall'))?.checkpoint, `cut off at request ${at}`).toBe('two');
      expect(await allOf(current), `cut off at request ${at}`).toEqual(wanted);
    }
  });

  test('what it refuses for good names the point, keeps the commit waiting, and passes once it is put right', async () => {
    const { series, proxy, problems, database, again } = await open(world);
    // Somebody else writes text where a number belongs.
    await fetch(`${world.influxd.url}/write?db=${database}&rp=kept&precision=ns`, {
      method: 'POST',
      body: `visits,site_id=other,kind=tag end_ms="later" ${NOW - 15 * 60_000}000000`,
    });
    await world.influxd.ask('show measurements', database);
    let done = false;
    const commit = series.commit(day(NOW, 12)).then(() => {
      done = true;
    });
    await until(() => problems.length > 0).toBe(true);
    expect(problems[0]).toMatch(
      /field type conflict.*"end_ms".*the point is kept\.visits,site_id=mall,kind=tag .* at 2026-03-10T/,
    );
    expect(problems[0]).not.toContain('c-0');
    await expect(footfall(series, NOW - 90 * DAY)).resolves.toBeNull();
    expect(done).toBe(false);
    await world.influxd.ask('drop measurement "visits"', database);
    // It is tried again by itself; hours of waiting are not for a test.
    proxy.begin(() => undefined);
    await commit;
    expect(await footfall(await again())).toBe(12);
  }, 40_000);

  test('a body that is too large is sent in parts', async () => {
    const small = await new Influxd({ maxBodySize: 20_000 }).start();
    closeLater(() => small.stop());
    const own = new InfluxWorld(small);
    const { series, again, problems } = await open(own);
    await series.commit(day(NOW, 400));
    expect(problems).toEqual([]);
    expect(await footfall(await again())).toBe(400);
  });

  test('an InfluxDB that would cut answers short is refused, large ones that are whole are taken', async () => {
    const cutting = await new Influxd({ maxRowLimit: 15_000 }).start();
    closeLater(() => cutting.stop());
    const own = new InfluxWorld(cutting);
    const stopping = new AbortController();
    const problems: string[] = [];
    const parts = own.parts(await duckInMemory(), memoryRegistry(), own.newFolder(), { database: 'mall' });
    const refused = openInfluxTimeSeries({
      ...parts,
      onProblem: (_, error) => problems.push(error.message),
      signal: stopping.signal,
    });
    refused.catch(() => {});
    await until(() => problems.length > 0).toBe(true);
    expect(problems[0]).toContain('cuts answers short at 15000 rows: max-row-limit');
    stopping.abort();
    await expect(refused).rejects.toThrow('stopped');

    // InfluxDB calls what has more than 10,000 rows partial, whole as it is.
    const { series, again } = await open(world);
    const gateways = Array.from({ length: 9 }, (_, i) => covered(`g${i}`, NOW, NOW + DAY)).flat();
    await series.commit(commitOf('mall', NOW + DAY, { coverage: gateways }));
    expect(gateways).toHaveLength(12_960);
    const counted = await (await again()).sql.get('select count(*) as n from coverage');
    expect(counted).toEqual({ n: 12_960 });
  });

  test('a database that is gone is made again where that is allowed, else said to be missing', async () => {
    const { series, database, problems, again } = await open(world);
    await series.commit(day(NOW, 5));
    await world.influxd.ask(`drop database "${database}"`);
    await series.commit({ ...day(NOW + 2 * HOUR, 6), checkpoint: 'after' });
    expect(problems.join('\n')).toContain('what it held is lost');
    expect(await footfall(series)).toBeNull();
    expect(await footfall(series, NOW + 2 * HOUR)).toBe(6);
    const restarted = await again();
    expect(await footfall(restarted, NOW + 2 * HOUR)).toBe(6);
    expect((await restarted.lastCheckpoint('mall'))?.checkpoint).toBe('after');

    const refusing = await again({ createDatabase: false });
    await world.influxd.ask(`drop database "${database}"`);
    const commit = refusing.commit(day(NOW + 4 * HOUR, 1));
    commit.catch(() => {});
    await until(() => refusing.health().problem !== null).toBe(true);
    expect(refusing.health().problem?.message).toContain(`InfluxDB has no database ${database}: create it`);
    await refusing.close();
    await expect(commit).rejects.toThrow();
  });

  test('of two servers on one database the one that notices stops writing', async () => {
    const { series, again } = await open(world);
    await series.commit({ ...day(NOW, 5), checkpoint: 'first' });
    const other = await again();
    await other.commit({ ...day(NOW + 2 * HOUR, 3), checkpoint: 'other' });
    await expect(series.commit({ ...day(NOW + 4 * HOUR, 1), checkpoint: 'lost' })).rejects.toThrow(
      'another server writes to the database',
    );
    await other.commit({ ...day(NOW + 4 * HOUR, 2), checkpoint: 'other again' });
    expect((await (await again()).lastCheckpoint('mall'))?.checkpoint).toBe('other again');
  });

  test('a commit that was interrupted is finished in the database that it belongs to', async () => {
    const { series, proxy, registry, folder, database } = await open(world);
    proxy.begin((passing) => (isWrite(passing) ? 'reset' : undefined));
    const commit = series.commit(day(NOW, 5));
    commit.catch(() => {});
    await until(() => series.health().problem !== null).toBe(true);
    await series.close();
    const parts = world.parts(await duckInMemory(), registry, folder, { database: world.newDatabase() });
    await expect(openInfluxTimeSeries(parts)).rejects.toThrow(`start once with influx.database: ${database}`);
    const finished = await openInfluxTimeSeries({ ...parts, options: { ...parts.options, database } });
    closeLater(() => finished.close());
    expect(await footfall(finished)).toBe(5);
  });

  test('InfluxDB that is killed and comes back has all that was promised', async () => {
    const mortal = await new Influxd().start();
    closeLater(() => mortal.stop());
    const { series, again, problems } = await open(new InfluxWorld(mortal));
    await series.commit(day(NOW, 8));
    await mortal.kill();
    const commit = series.commit(day(NOW + 2 * HOUR, 5));
    await until(() => problems.length > 0).toBe(true);
    expect(await footfall(series)).toBe(8);
    await mortal.start();
    await commit;
    const restarted = await again();
    expect([await footfall(restarted), await footfall(restarted, NOW + 2 * HOUR)]).toEqual([8, 5]);
  });

  test('an account that it does not know is named as the fault, and one that it knows may work without being an administrator', async () => {
    const guarded = await new Influxd({ auth: { username: 'root', password: 'rooted-password' } }).start();
    closeLater(() => guarded.stop());
    await fetch(
      `${guarded.url}/query?q=${encodeURIComponent("create user root with password 'rooted-password' with all privileges")}`,
      {
        method: 'POST',
      },
    );
    await guarded.ask('create database "mall"');
    await guarded.ask("create user worker with password 'working'");
    await guarded.ask('grant all on "mall" to worker');
    const own = new InfluxWorld(guarded);
    const { series } = await open(own, { database: 'mall', username: 'root', password: 'rooted-password' });
    await series.commit(day(NOW, 3));
    const worker = await open(own, {
      database: 'mall',
      username: 'worker',
      password: 'working',
      createDatabase: false,
    });
    await worker.series.commit({ ...day(NOW, 2), rewoundToMs: 0 });
    expect(worker.problems).toEqual([]);
    expect(await footfall(await worker.again())).toBe(2);
    const stopping = new AbortController();
    const problems: string[] = [];
    const duck = await duckInMemory();
    const wrong = openInfluxTimeSeries({
      ...own.parts(duck, memoryRegistry(), own.newFolder(), { database: 'mall', username: 'worker', password: 'no' }),
      onProblem: (_, error) => problems.push(error.message),
      signal: stopping.signal,
    });
    wrong.catch(() => {});
    await until(() => problems.length > 0).toBe(true);
    expect(problems[0]).toContain('influx.username and influx.password must be of an account that may use mall');
    stopping.abort();
    await expect(wrong).rejects.toThrow('stopped while InfluxDB was waited for');
  });
});
