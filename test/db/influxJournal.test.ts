/** The journal of InfluxDB: a commit that stands in it is done before another one, and what can never be done never stands in it. */
import { expect, test } from 'vitest';
import type { Columns } from '../../server/db/duckdb.ts';
import { openInfluxTimeSeries } from '../../server/db/influx/influxTimeSeries.ts';
import { Journal } from '../../server/db/influx/journal.ts';
import { readTable } from '../../server/db/tableAccess.ts';
import { seriesTable, type TableName } from '../../server/db/tables.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import type { Registry } from '../../server/registry/types.ts';
import { FaultyProxy } from '../support/faultyProxy.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { closeLater, duckInMemory, type InfluxWorld, onInflux } from './engines.ts';
import { addSite, commitOf, DAY, gatewayNamed, HOUR, MINUTE, visit, zoneNamed } from './rows.ts';

const NOW = Date.UTC(2026, 2, 10, 12);

async function openWorld(world: InfluxWorld) {
  const registry: Registry = memoryRegistry();
  for (const id of ['mall', 'other']) await addSite(registry, id, 'UTC', [zoneNamed('a')], [gatewayNamed('g1')]);
  const proxy = await new FaultyProxy(world.influxd.url).start();
  closeLater(() => proxy.stop());
  const [database, folder, duck] = [world.newDatabase(), world.newFolder(), await duckInMemory()];
  const open = async (signal?: AbortSignal): Promise<TimeSeries> => {
    const series = await openInfluxTimeSeries({
      ...world.parts(duck, registry, folder, { database, url: proxy.url }),
      random: () => 0.05,
      onProblem: () => {},
      ...(signal && { signal }),
    });
    closeLater(() => series.close());
    return series;
  };
  return { proxy, folder, database, open };
}

const rowsOf = async (series: TimeSeries, table: TableName, siteId = 'mall'): Promise<number> => {
  let rows = 0;
  for await (const columns of readTable(series, table, siteId)) rows += Object.values(columns)[0]!.values.length;
  return rows;
};
const visits = (atMs: number, count: number) =>
  commitOf('mall', atMs + HOUR, {
    visits: Array.from({ length: count }, (_, i) => visit(`c-${i}`, atMs + i * MINUTE, 5 * MINUTE)),
  });

onInflux('the journal of InfluxDB', (world) => {
  test('keeps a commit that a stop left half done, whatever else is asked for on the way out', async () => {
    const { proxy, open } = await openWorld(world);
    const stop = new AbortController();
    const series = await open(stop.signal);
    await series.commit(visits(NOW, 5));
    let refused = 0;
    proxy.fault = ({ path }) => {
      if (!path.startsWith('/write')) return undefined;
      refused += 1;
      return { status: 503, body: '{"error":"timeout"}' };
    };
    // Its removals are done, what comes in their place is not.
    const half = series.commit({ ...visits(NOW, 3), rewoundToMs: NOW });
    // Of a site that has nothing yet, so that InfluxDB need not be asked for it.
    const next = series.change((sql) => sql.remove('recomputations', { site_id: 'other' }));
    const ends = Promise.allSettled([half, next]);
    await expect.poll(() => refused).toBeGreaterThan(1);
    stop.abort();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await series.close();

    proxy.fault = () => undefined;
    expect(await rowsOf(await open(), 'visits')).toBe(3);
  });

  test('is not begun for numbers that InfluxDB cannot hold', async () => {
    const { open } = await openWorld(world);
    const series = await open();
    await series.commit(visits(NOW, 2));
    const pointOf = (value: number): Columns => {
      const columns: Columns = {};
      for (const { name, type } of seriesTable('points').columns)
        columns[name] = { type, values: [type === 'VARCHAR' ? 'a' : type === 'BOOLEAN' ? false : 1] };
      columns.site_id = { type: 'VARCHAR', values: ['mall'] };
      columns.value = { type: 'DOUBLE', values: [value] };
      return columns;
    };
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])
      await expect(series.change((sql) => sql.append('points', pointOf(value)))).rejects.toThrow(
        /points\.value|value of points/,
      );
    expect(await rowsOf(series, 'points')).toBe(0);
    await series.change((sql) => sql.append('points', pointOf(0.5)));
    expect(await rowsOf(await open(), 'points')).toBe(1);
  });

  test('is done at a start that comes weeks later, but for rows that InfluxDB would have dropped meanwhile', async () => {
    const { folder, database, open } = await openWorld(world);
    const nowMs = Date.now();
    const columns = seriesTable('visits').columns.filter(
      ({ name }) => !['site_id', 'kind', 'emitted_ms'].includes(name),
    );
    const row = (atMs: number) => [
      'mall',
      'tag',
      ...columns.map(({ name }) => (name.endsWith('_id') ? 'c-1' : ['start_ms', 'end_ms'].includes(name) ? atMs : 1)),
      atMs,
      0,
    ];
    await new Journal(folder).write({
      database,
      siteId: 'mall',
      steps: [
        {
          write: [
            {
              measurement: 'visits',
              policy: 'rows',
              tags: ['site_id', 'kind'],
              fields: columns.map(({ name }) => name),
              rows: [row(nowMs - 1_000 * DAY), row(nowMs - DAY)],
            },
          ],
        },
      ],
    });
    expect(await rowsOf(await open(), 'visits')).toBe(1);
  });
});
