/** Every query of the dashboard's file on a real InfluxDB that the engine has filled: it answers, and with REST's figures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Metric } from '../../server/contract/metrics.ts';
import { openInfluxTimeSeries } from '../../server/db/influx/influxTimeSeries.ts';
import { CONTINUOUS_QUERIES } from '../../server/db/influx/schema.ts';
import { rollupState } from '../../server/db/rollups.ts';
import type { TimeSeries } from '../../server/db/timeSeries.ts';
import { closeLater, duckInMemory, onInflux } from '../db/engines.ts';
import { HOUR, MINUTE } from '../db/rows.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { addMall, fillMall, START } from '../support/movingWorld.ts';

interface Target {
  query: string;
  resultFormat: string;
  alias?: string;
  datasource: unknown;
}
interface Dashboard {
  __inputs: { name: string; pluginId: string }[];
  panels: { title: string; type: string; interval?: string; datasource: unknown; targets: Target[] }[];
  templating: { list: { name: string; type: string; query: string; allValue?: string }[] };
  annotations: { list: { query: string; timeEndColumn: string }[] };
}
const FILE = join(import.meta.dirname, '..', '..', 'server', 'db', 'influx', 'grafana', 'promenade.json');
const dashboard = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard;
const DAYS = 3;
const END = START + DAYS * 24 * HOUR;

interface Found {
  tags?: Record<string, string>;
  columns: string[];
  values: (string | number | boolean | null)[][];
}

onInflux('the dashboard for Grafana', (world) => {
  const panel = (title: string) => dashboard.panels.find((one) => one.title === title)!;
  const zones = dashboard.templating.list.find(({ name }) => name === 'zone')!;

  /** As Grafana fills in what is the chooser's, and the period's. */
  const filled = (query: string, zone: string, interval: string | undefined, fromMs: number, toMs: number): string =>
    query
      .replaceAll('$timeFilter', `time >= ${fromMs}ms and time <= ${toMs}ms`)
      .replaceAll('$__interval', interval ?? '1h')
      .replaceAll('$site', 'mall')
      .replaceAll('$zone', zone === '' ? zones.allValue! : zone)
      .replaceAll('$timezone', 'Europe/Prague');

  async function ask(database: string, query: string): Promise<Found[]> {
    const answer = await fetch(
      `${world.influxd.url}/query?${new URLSearchParams({ q: query, db: database, epoch: 'ms' })}`,
    );
    const body = (await answer.json()) as { error?: string; results: { error?: string; series?: Found[] }[] };
    expect(body.error ?? body.results[0]?.error, query).toBeUndefined();
    return body.results[0]!.series ?? [];
  }

  async function mall() {
    const registry = memoryRegistry();
    await addMall(registry, 'mall');
    const database = world.newDatabase();
    const series = await openInfluxTimeSeries(
      world.parts(await duckInMemory(), registry, world.newFolder(), { database }),
    );
    closeLater(() => series.close());
    await fillMall(series, registry, 'mall', 17, DAYS);
    // What gateways say of themselves is of now, and what continuous queries make of it and of occupancy by hand.
    const nowMs = Date.now();
    await series.chart!(
      'mall',
      nowMs - 20 * MINUTE,
      ['g1', 'g2'].map((id) => ({
        id,
        online: true,
        advertsPerSecond: 120,
        clockOffsetMs: -3,
        outboxBatches: 2,
        droppedBatches: 0,
      })),
    );
    const stretch: [RegExp, number, number][] = [
      [/^occupancy/, START, END],
      [/^gateway/, nowMs - 2 * HOUR, nowMs],
    ];
    for (const { name, query } of CONTINUOUS_QUERIES) {
      const [, fromMs, toMs] = stretch.find(([of]) => of.test(name))!;
      await world.influxd.ask(
        query.replace(' group by', ` where time >= ${fromMs}ms and time < ${toMs}ms group by`),
        database,
      );
    }
    const periodOf = (title: string): [number, number] =>
      /gateway|outbox|Advert/i.test(title) ? [nowMs - 2 * HOUR, nowMs] : [START, END];
    return { series, database, periodOf };
  }

  test('can be imported, and nothing of it needs what Grafana does not know', () => {
    expect(dashboard.__inputs).toEqual([expect.objectContaining({ name: 'DS_PROMENADE', pluginId: 'influxdb' })]);
    const uid = `\${${dashboard.__inputs[0]!.name}}`;
    for (const { title, datasource, targets } of dashboard.panels) {
      expect(datasource, title).toEqual({ type: 'influxdb', uid });
      expect(targets.length, title).toBeGreaterThan(0);
      for (const target of targets) {
        expect(target.datasource).toEqual({ type: 'influxdb', uid });
        expect(filled(target.query, 'a', '1h', 0, 1), title).not.toMatch(/\$[a-z_]/i);
        expect(target.query, title).toContain('$timeFilter');
        // No row of a carrier shows.
        expect(target.query).not.toMatch(/carrier_id|"carrier"|"visits_long"|"rows"."(visits|stays)"/);
      }
    }
    expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
  });

  test('every query answers, and footfall, occupancy and visitors are those of REST', {
    timeout: 120_000,
  }, async () => {
    const { series, database, periodOf } = await mall();
    for (const one of dashboard.panels)
      for (const target of one.targets) {
        const zone = one.title === 'Capture rate' ? 'a' : '';
        const [fromMs, toMs] = periodOf(one.title);
        const found = await ask(database, filled(target.query, zone, one.interval, fromMs, toMs));
        expect(found.length, one.title).toBeGreaterThan(0);
        for (const { columns, values } of found) {
          expect(columns[0], one.title).toBe('time');
          expect(columns.length, one.title).toBeGreaterThan(1);
          expect(values.length, one.title).toBeGreaterThan(0);
          for (const value of values.map((row) => row[1]))
            expect(value === null || typeof value === 'number' || target.resultFormat === 'table', one.title).toBe(
              true,
            );
          expect(
            values.some((row) => row[1] !== null),
            one.title,
          ).toBe(true);
        }
        if (target.alias?.includes('$tag_'))
          expect(
            found.every(({ tags }) => Object.keys(tags ?? {}).length === 1),
            one.title,
          ).toBe(true);
      }
    const [gaps] = dashboard.annotations.list;
    const dark = await ask(database, filled(gaps!.query, '', undefined, START, END));
    expect(dark[0]!.columns).toContain(gaps!.timeEndColumn);
    for (const variable of dashboard.templating.list.filter(({ type }) => type === 'query')) {
      const values = (await ask(database, filled(variable.query, '', undefined, START, END)))[0]!.values.map(
        (row) => row[1],
      );
      expect(values).toEqual(variable.name === 'site' ? ['mall'] : ['a', 'up']);
    }

    const sealedMs = (await rollupState(series.sql, 'mall'))!.sealedMs;
    const told = async (title: string, zone: string): Promise<Map<number, (number | null)[]>> => {
      const { targets, interval } = panel(title);
      const [found] = await ask(database, filled(targets[0]!.query, zone, interval, START, END - 1));
      return new Map(found!.values.map(([atMs, ...values]) => [Number(atMs), values as (number | null)[]]));
    };
    for (const zone of ['', 'a']) {
      const footfall = await told('Footfall', zone);
      let compared = 0;
      for (const point of await rest(series, 'footfall', 'hour', zone)) {
        if (point.atMs + HOUR > sealedMs || point.value === null) continue;
        expect(footfall.get(point.atMs)?.[0] ?? 0, `footfall of ${zone} at ${point.start}`).toBe(point.value);
        if (point.value > 0) compared += 1;
      }
      expect(compared).toBeGreaterThan(5);

      const occupancy = await told('Occupancy, mean and peak', zone);
      compared = 0;
      for (const point of await rest(series, 'occupancy', 'hour', zone)) {
        const found = occupancy.get(point.atMs);
        // Where gateways were silent for a part of the hour, REST's mean is of the rest of it.
        if (!found || point.value === null || silentAround(point.atMs)) continue;
        expect(found, `occupancy of ${zone} at ${point.start}`).toEqual([point.value, point.peak]);
        if (point.value > 0) compared += 1;
      }
      expect(compared).toBeGreaterThan(20);

      const counted = await told('Occupancy as counted', zone);
      const quarters = await series.sql.all<{ bucket_ms: number; carrier_ms: number; peak: number }>(
        `select bucket_ms, sum(carrier_ms) as carrier_ms, max(peak) as peak, count(*) as rows from occupancy
         where site_id = 'mall' and zone_id = $1 and bucket_ms >= $2 and bucket_ms < $3 group by bucket_ms having rows = 1`,
        [zone, START, END],
      );
      expect(quarters.length).toBeGreaterThan(100);
      for (const row of quarters) expect(counted.get(row.bucket_ms)).toEqual([row.carrier_ms / 900_000, row.peak]);

      const visitors = await told('Unique visitors by day', zone);
      const days = (await rest(series, 'unique-visitors', 'day', zone)).filter(({ atMs }) => visitors.has(atMs));
      expect(days.length).toBeGreaterThan(0);
      for (const { atMs, value, low, high } of days) expect(visitors.get(atMs)).toEqual([value, low, high]);
    }
  });

  const silentAround = (atMs: number): boolean => atMs >= START + 29 * HOUR && atMs <= START + 38 * HOUR;
  const rest = async (series: TimeSeries, metric: Metric, interval: 'hour' | '15m' | 'day', zoneId: string) =>
    (
      await series.series({
        siteId: 'mall',
        metric,
        interval,
        fromMs: START,
        toMs: END,
        ...(zoneId === '' ? {} : { zoneId }),
      })
    ).series.map((point) => ({ ...point, atMs: Date.parse(point.start) }));
});
