/** How time series lie in InfluxDB, what of them is in memory, and what is read for a question. */
import { expect, test, vi } from 'vitest';
import { settle } from '../../server/db/figures/settling.ts';
import { InfluxClient } from '../../server/db/influx/client.ts';
import { openInfluxTimeSeries } from '../../server/db/influx/influxTimeSeries.ts';
import { SPAN_MS } from '../../server/db/influx/layout.ts';
import { Planner } from '../../server/db/influx/needs.ts';
import { MEASUREMENTS } from '../../server/db/influx/points.ts';
import { CONTINUOUS_QUERIES, ensureSchema, hoursOf } from '../../server/db/influx/schema.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import { FaultyProxy } from '../support/faultyProxy.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { seededRandom } from '../support/random.ts';
import { writeTable } from '../support/seriesTables.ts';
import { closeLater, duckInMemory, INFLUX_OPTIONS, type InfluxWorld, onInflux } from './engines.ts';
import { addSite, commitOf, covered, DAY, gatewayNamed, HOUR, MINUTE, stay, visit, zoneNamed } from './rows.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const ZONES = [zoneNamed('a'), zoneNamed('b')];

async function open(world: InfluxWorld, more: { nowMs?: () => number; workingRows?: number } = {}) {
  const registry = memoryRegistry();
  await addSite(registry, 'mall', 'Europe/Prague', ZONES, [gatewayNamed('g1')]);
  const proxy = await new FaultyProxy(world.influxd.url).start();
  closeLater(() => proxy.stop());
  const database = world.newDatabase();
  const folder = world.newFolder();
  const again = async (): Promise<TimeSeries> => {
    const duck = await duckInMemory();
    const parts = world.parts(duck, registry, folder, {
      database,
      url: proxy.url,
      ...(more.workingRows === undefined ? {} : { workingRows: more.workingRows }),
    });
    const series = await openInfluxTimeSeries({ ...parts, ...(more.nowMs ? { nowMs: more.nowMs } : {}) });
    closeLater(() => series.close());
    return series;
  };
  const ask = (statement: string) => world.influxd.ask(statement, database);
  return { registry, proxy, database, again, series: await again(), ask };
}

const crowd = (atMs: number, carriers: number) => ({
  visits: Array.from({ length: carriers }, (_, i) => visit(`c-${i}`, atMs + i, 5 * MINUTE)),
  stays: ZONES.flatMap(({ id }) =>
    Array.from({ length: carriers }, (_, i) => stay(`c-${i}`, id, atMs + i, 5 * MINUTE)),
  ),
  coverage: covered('g1', atMs, atMs + HOUR),
});
const footfall = async (series: TimeSeries, fromMs: number, zoneId?: string) =>
  (
    await series.series({
      siteId: 'mall',
      metric: 'footfall',
      interval: 'hour',
      fromMs,
      toMs: fromMs + HOUR,
      ...(zoneId === undefined ? {} : { zoneId }),
    })
  ).series[0]!.value;

test('a plan tells what of each table a statement reads', async () => {
  const planner = await Planner.open();
  const of = async (sql: string, ...params: (string | number)[]) =>
    (await planner.needs(sql, params)).map(({ layout, siteId, range, parts }) => [
      layout.table.name,
      siteId,
      range.fromMs,
      range.toMs,
      parts,
    ]);
  const all = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  // Starts are found at their emission, which comes later.
  expect(
    await of(`select 1 from visits where site_id = $1 and start_ms >= $2 and start_ms < $3`, 'mall', 10, 20),
  ).toEqual([['visits', 'mall', 10, 19 + SPAN_MS, undefined]]);
  expect(
    await of(`select 1 from stays where site_id = 'mall' and start_ms < 20 and end_ms >= 10 and zone_id = 'it''s'`),
  ).toEqual([['stays', 'mall', 10, 19 + SPAN_MS, ["it's"]]]);
  expect(
    await of(`select 1 from occupancy where site_id = 'mall' and bucket_ms between 5 and 9 and zone_id in ('', 'a')`),
  ).toEqual([['occupancy', 'mall', 5, 9, ['', 'a']]]);
  expect(await of(`select 1 from heat where site_id = 'mall' and emitted_ms > 7`)).toEqual([
    ['heat', 'mall', 8, Number.POSITIVE_INFINITY, undefined],
  ]);
  expect(await of('select min(start_ms) from visits')).toEqual([['visits', undefined, ...all, undefined]]);
  // What could let more through is no bound.
  expect(await of(`select 1 from visits where site_id = 'mall' and (start_ms >= 10 or end_ms < 5)`)).toEqual([
    ['visits', 'mall', ...all, undefined],
  ]);
  expect(await of(`select 1 from stays where site_id = 'mall' and zone_id <> 'a' and start_ms % 5 > 1`)).toEqual([
    ['stays', 'mall', ...all, undefined],
  ]);
  // Each of several reads, behind whatever stands between.
  const two = await of(
    `with v as materialized (select * from visits where site_id = 'mall' and start_ms >= 100)
     select * from v join (select * from stays where site_id = 'mall' and start_ms >= 50) s using (carrier_id) where v.start_ms < 200`,
  );
  expect(two.map(([table, , from]) => [table, from])).toEqual(
    expect.arrayContaining([
      ['visits', 100],
      ['stays', 50],
    ]),
  );
  expect(await of('select 1 from open_visits, site_state')).toEqual([]);
  await planner.close();
});

test('durations of InfluxDB', () => {
  expect([hoursOf('97d'), hoursOf('2328h0m0s'), hoursOf('INF'), hoursOf('0s'), hoursOf('52w')]).toEqual([
    2_328, 2_328, 0, 0, 8_736,
  ]);
});

onInflux('InfluxDB', (world) => {
  test('carriers are values and never tags, so that many of them make no more series', async () => {
    const { series, ask } = await open(world);
    await series.commit(commitOf('mall', NOW + HOUR, crowd(NOW, 5)));
    const count = async () => (await ask('show series')).length;
    const few = await count();
    await series.commit(commitOf('mall', NOW + 3 * HOUR, crowd(NOW + 2 * HOUR, 500)));
    expect(await count()).toBe(few);
    for (const { measurement, tags } of MEASUREMENTS)
      expect(
        tags.some((tag) => tag.startsWith('carrier')),
        measurement,
      ).toBe(false);
    const keys = (await ask('show tag keys')).map(String);
    expect(keys).toContain('zone_id');
    expect(keys.filter((key) => key.startsWith('carrier'))).toEqual([]);
    expect(await ask('select count(distinct("carrier_id")) from "kept"."visits"')).toMatchObject([[0, 500]]);
  });

  test('texts come back as they were written, whatever quotes and backslashes meet in them', async () => {
    const { series, again } = await open(world);
    const random = seededRandom(77);
    const letters = ['\\', '\\', '"', "'", ',', '=', ' ', '\n', 'a', 'ž'];
    const anyText = () =>
      Array.from({ length: 1 + Math.floor(random() * 9) }, () => letters[Math.floor(random() * letters.length)]!).join(
        '',
      );
    const texts = [
      'a\\"b',
      'a\\\\"b',
      'a\\',
      '\\\\\\\\"',
      "it\\'s",
      "\\'\\'",
      "\\\\'",
      JSON.stringify({ zone: "\\'", words: 'C:\\"x"\\' }),
      ...Array.from({ length: 200 }, anyText),
    ];
    const ids = texts.map((_, i) => i + 1);
    await writeTable(series, 'changelog_entries', {
      site_id: { type: 'VARCHAR', values: ids.map(() => 'mall') },
      id: { type: 'BIGINT', values: ids },
      ...Object.fromEntries(
        ['computed_ms', 'from_ms', 'to_ms', 'definitions_version'].map((name) => [
          name,
          { type: 'BIGINT' as const, values: ids.map((id) => NOW + id) },
        ]),
      ),
      causes: { type: 'VARCHAR', values: texts },
    });
    const kept = await (await again()).sql.all<{ causes: string }>(
      "select causes from changelog_entries where site_id = 'mall' order by id",
    );
    expect(kept.map(({ causes }) => causes)).toEqual(texts);
  });

  test('retention policies follow the configuration, and what is older than they allow is kept elsewhere', async () => {
    const { database, ask, again, series } = await open(world, { nowMs: () => NOW });
    const policies = async () =>
      Object.fromEntries(
        (await ask(`show retention policies on "${database}"`)).map((row) => [row[0], row.slice(1, 3)]),
      );
    expect(await policies()).toMatchObject({
      rows: [`${97 * 24}h0m0s`, '24h0m0s'],
      kept: ['0s', `${30 * 24}h0m0s`],
      state: ['0s', '87360h0m0s'],
    });
    const client = new InfluxClient({ ...INFLUX_OPTIONS, url: world.influxd.url, database }, []);
    await ensureSchema(client, { identifiedDays: 30, aggregatesDays: 400 }, true);
    expect(await policies()).toMatchObject({
      rows: [`${37 * 24}h0m0s`, '24h0m0s'],
      aggregates: ['9768h0m0s', '720h0m0s'],
    });
    client.close();
    await again();
    expect(await policies()).toMatchObject({ rows: [`${97 * 24}h0m0s`, '24h0m0s'] });
    // By the clock of the server: what was young when it came is under the policy.
    await series.commit(commitOf('mall', NOW - 100 * DAY + HOUR, crowd(NOW - 100 * DAY, 3)));
    expect(await ask('select count("end_ms") from "kept"."visits"')).toMatchObject([[0, 3]]);
    expect(await footfall(await again(), NOW - 100 * DAY)).toBe(3);
  });

  test('of a site that lives in its data nothing expires by itself', async () => {
    const { registry, series, ask } = await open(world, { nowMs: () => Date.now() });
    await registry.putSite({ ...registry.site('mall')!, clock: 'data' });
    const recently = Math.floor(Date.now() / HOUR) * HOUR - 3 * HOUR;
    await series.commit(commitOf('mall', recently + HOUR, crowd(recently, 3)));
    expect(await ask('select count("end_ms") from "kept"."visits"')).toMatchObject([[0, 3]]);
    expect(await ask('select count("end_ms") from "rows"."visits"')).toEqual([]);
    await registry.putSite({ ...registry.site('mall')!, clock: 'wall' });
    await series.commit(commitOf('mall', recently + 3 * HOUR, crowd(recently + 2 * HOUR, 4)));
    expect(await ask('select count("end_ms") from "rows"."visits"')).toMatchObject([[0, 4]]);
    // A question sees both.
    expect([await footfall(series, recently), await footfall(series, recently + 2 * HOUR)]).toEqual([3, 4]);
  });

  test('continuous queries thin out for charts, data that came late included', async () => {
    const { series, ask, database } = await open(world, { nowMs: Date.now });
    const shown = (await ask('show continuous queries')).filter(([, text]) =>
      String(text).includes(` ON ${database} `),
    );
    for (const [, text] of shown) expect(String(text)).toMatch(/RESAMPLE EVERY \d+[mh] FOR \d+[hd]/);
    expect(new Set(shown.map(([name]) => name))).toEqual(new Set(CONTINUOUS_QUERIES.map(({ name }) => name)));
    const hour = Math.floor(Date.now() / DAY) * DAY - 2 * HOUR;
    const quarters = [0, 1, 2, 3, 4].map((quarter) => ({
      zoneId: quarter === 4 ? null : 'a',
      bucketStartMs: hour + (quarter % 4) * 15 * MINUTE,
      carrierMs: (quarter + 1) * 15 * MINUTE,
      peak: 7 - quarter,
      emittedAtMs: hour + HOUR,
    }));
    await series.commit(commitOf('mall', hour + HOUR, { occupancy: quarters }));
    // As the database itself does it every quarter of an hour, of the hours that it looks back.
    const [, text] = shown.find(([name]) => name === 'occupancy_hours')!;
    const query = /BEGIN (.*) END/.exec(String(text))![1]!;
    await ask(query.replace(' GROUP BY', ` WHERE time >= ${hour - HOUR}ms AND time < ${hour + HOUR}ms GROUP BY`));
    expect(await ask(`select "mean", "peak", "zone_id" from "${database}"."aggregates"."occupancy_hours"`)).toEqual(
      expect.arrayContaining([
        [hour, 2.5, 7, 'a'],
        [hour, 5, 3, null],
      ]),
    );
  });

  test('how gateways are is there for charts', async () => {
    const { series, ask } = await open(world, { nowMs: Date.now });
    const atMs = Date.now() - MINUTE;
    const well = { online: true, advertsPerSecond: 12.5, clockOffsetMs: null, outboxBatches: 3, droppedBatches: 0 };
    await series.chart!('mall', atMs, [
      { id: 'g1', ...well },
      { id: 'g2', ...well, online: false, advertsPerSecond: null },
    ]);
    expect(await ask('select "gateway_id", "online", "adverts_per_second" from "rows"."gateway_status"')).toEqual([
      [atMs, 'g1', true, 12.5],
      [atMs, 'g2', false, null],
    ]);
  });

  test('a question reads the days and the zone that it is about, once', async () => {
    const { series, again, proxy, registry } = await open(world);
    for (let day = 0; day < 8; day += 1) {
      const atMs = NOW + day * DAY;
      const coverage = covered('g1', atMs, atMs + DAY);
      await series.commit(commitOf('mall', atMs + DAY, { ...crowd(atMs, 40), coverage }));
    }
    while (await settle(series, registry, 'mall', 30 * DAY));
    const reader = await again();
    proxy.begin(() => undefined);
    const distinct = async () =>
      (
        await reader.series({
          siteId: 'mall',
          metric: 'unique-visitors',
          interval: 'hour',
          fromMs: NOW + 3 * DAY,
          toMs: NOW + 3 * DAY + HOUR,
          zoneId: 'a',
        })
      ).series[0]!.value;
    expect(await distinct()).toBe(40);
    const { rowsRead } = reader.health().figures;
    // Of a day or two one zone's stays and what is kept of the floor, of 12,500 rows.
    expect(rowsRead).toBeGreaterThan(40);
    expect(rowsRead).toBeLessThan(1_000);
    const asked = decodeURIComponent(proxy.passed.map(({ path }) => path).join('\n'));
    expect(asked).toContain(`"zone_id" = 'a'`);
    expect(asked).not.toContain(`"zone_id" = 'b'`);
    proxy.begin(() => 'reset');
    expect(await distinct()).toBe(40);
    expect(proxy.passed).toEqual([]);
  });

  test('memory is bounded: what was longest unused goes, and is read again', async () => {
    const { series, again } = await open(world, { workingRows: 2_000 });
    for (let day = 0; day < 12; day += 1)
      await series.commit(commitOf('mall', NOW + day * DAY + HOUR, crowd(NOW + day * DAY, 100)));
    expect(series.health().figures.workingRows).toBeLessThanOrEqual(2_000);
    const reader = await again();
    for (let round = 0; round < 2; round += 1)
      for (let day = 0; day < 12; day += 1) {
        expect(await footfall(reader, NOW + day * DAY)).toBe(100);
        expect(await footfall(reader, NOW + day * DAY, 'b')).toBe(100);
        expect(reader.health().figures.workingRows).toBeLessThanOrEqual(2_000);
      }
    expect(reader.health().figures.rowsRead).toBeGreaterThan(4_000);
    // A question that needs more has it, and gives it back.
    const { series: days } = await reader.series({
      siteId: 'mall',
      metric: 'unique-visitors',
      interval: 'day',
      fromMs: NOW - HOUR,
      toMs: NOW + 12 * DAY,
    });
    expect(days.filter(({ value }) => value === 100)).toHaveLength(12);
    expect(await footfall(reader, NOW)).toBe(100);
    await vi.waitFor(() => expect(reader.health().figures.workingRows).toBeLessThanOrEqual(2_000), 5_000);
  });

  test('a question that is under way during a commit sees one of the two states, whatever it has to read', async () => {
    const { again, proxy } = await open(world);
    const writer = await again();
    await writer.commit(commitOf('mall', NOW + HOUR, crowd(NOW, 10)));
    for (let round = 0; round < 6; round += 1) {
      const carriers = 20 + round * 10;
      // Slowly, so that questions fall between its requests.
      proxy.begin(() => new Promise((resolve) => setTimeout(resolve, 10)));
      let done = false;
      const commit = writer
        .commit({ ...commitOf('mall', NOW + HOUR, crowd(NOW, carriers)), rewoundToMs: 0 })
        .then(() => {
          done = true;
        });
      const seen = new Set<unknown>();
      while (!done) {
        const both = await writer.snapshot(async (sql) => {
          const of = async (table: string) =>
            (await sql.get<{ n: number }>(`select count(*) as n from ${table} where site_id = 'mall'`))!.n;
          return [await of('visits'), (await of('stays')) / 2];
        });
        expect(both[0]).toBe(both[1]);
        seen.add(both[0]);
      }
      await commit;
      for (const one of seen) expect([round === 0 ? 10 : carriers - 10, carriers]).toContain(one);
      expect(await footfall(writer, NOW)).toBe(carriers);
    }
  });

  test('rows of one carrier are asked of InfluxDB, those that are open and those that took long too', async () => {
    const { again, series } = await open(world);
    const none = { visits: [], heat: [], occupancy: [] };
    const long = stay('c-1', 'b', NOW - 2 * DAY, 30 * HOUR);
    await series.commit({
      ...commitOf('mall', NOW + HOUR, {
        stays: [stay('c-1', 'a', NOW, 5 * MINUTE), stay('c-2', 'a', NOW, MINUTE), long],
      }),
      open: {
        ...none,
        stays: [
          {
            carrierId: 'c-1',
            kind: 'tag',
            zoneId: 'b',
            floorId: 'f1',
            startMs: NOW + MINUTE,
            endMs: NOW + HOUR,
            visitStartMs: NOW,
          },
        ],
      },
    });
    const reader = await again();
    const asked = {
      table: 'stays',
      siteId: 'mall',
      carrierId: 'c-1',
      fromMs: NOW - 3 * DAY,
      toMs: NOW + DAY,
      limit: 10,
    } as const;
    expect(await reader.carrierRows(asked)).toEqual([
      { zoneId: 'b', startMs: NOW + MINUTE, endMs: NOW + HOUR, isOpen: true },
      { zoneId: 'a', startMs: NOW, endMs: NOW + 5 * MINUTE, isOpen: false },
      { zoneId: 'b', startMs: NOW - 2 * DAY, endMs: NOW - 2 * DAY + 30 * HOUR, isOpen: false },
    ]);
    expect(await reader.carrierRows({ ...asked, leastMs: 6 * MINUTE, withOpen: false, limit: 1 })).toMatchObject([
      { startMs: NOW - 2 * DAY },
    ]);
    expect(reader.health().figures.rowsRead).toBe(0);
  });
});
