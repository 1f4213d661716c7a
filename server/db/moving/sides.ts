/** An engine as a move sees it: its rows, how many there are of each day, and a way to look anew at what it really holds. */
import { DAY_MS } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import type { Duck } from '../duckdb.ts';
import { openTimeSeries } from '../duckTimeSeries.ts';
import type { Retention } from '../expire.ts';
import { InfluxClient } from '../influx/client.ts';
import { type InfluxParts, openInfluxTimeSeries } from '../influx/influxTimeSeries.ts';
import { LAYOUTS, type Layout } from '../influx/layout.ts';
import { Planner } from '../influx/needs.ts';
import { influxString, sourceOf } from '../influx/workingSet.ts';
import type { SeriesTable } from '../tables.ts';
import type { TimeSeries } from '../timeSeries.ts';
import { type DayCount, orderOf } from './stretch.ts';

export type EngineName = 'duckdb' | 'influx';
export const ENGINE_NAMES: Record<EngineName, string> = { duckdb: 'DuckDB', influx: 'InfluxDB' };

export interface Side {
  readonly engine: EngineName;
  readonly series: TimeSeries;
  /** By day of the column by which a table is moved; of a table without one, all as of day 0. */
  days(table: SeriesTable, siteId: string): Promise<DayCount[]>;
  /** Afterwards nothing is known but what the database holds. */
  lookAnew(): Promise<void>;
  close(): Promise<void>;
}

const countedIn = async (series: TimeSeries, table: SeriesTable, siteId: string): Promise<DayCount[]> => {
  const order = orderOf(table);
  const day = order ? `${order.column} // ${order.perDay}` : '0';
  return series.sql.all<{ day: number; rows: number }>(
    `select ${day} as "day", count(*) as rows from ${table.name} where site_id = $1 group by 1 order by 1`,
    [siteId],
  );
};

export function duckSide(duck: Duck, registry: Registry, kept?: Retention): Side {
  const series = openTimeSeries(duck, registry, kept);
  return {
    engine: 'duckdb',
    series,
    days: (table, siteId) => countedIn(series, table, siteId),
    lookAnew: async () => {},
    close: () => series.close(),
  };
}

/** Far enough for any clock; without an end InfluxDB counts up to its present. */
const UNTIL_MS = Date.UTC(2200, 0, 1);

async function countedByInflux(client: InfluxClient, layout: Layout, siteId: string): Promise<DayCount[]> {
  const { table, apart, fields } = layout;
  const field = fields.find(({ nullable }) => !nullable)!.name;
  const rows = new Map<number, number>();
  for (const measurement of apart === undefined ? [table.name] : [table.name, apart]) {
    const [answer] = await client.query([
      `select count("${field}") from ${sourceOf(layout, measurement)} where "site_id" = ${influxString(siteId)}
       and time >= 0ms and time < ${UNTIL_MS}ms group by time(1d) fill(none)`,
    ]);
    for (const [atMs, count] of answer!.values) {
      const day = Number(atMs) / DAY_MS;
      rows.set(day, (rows.get(day) ?? 0) + Number(count));
    }
  }
  return [...rows].map(([day, count]) => ({ day, rows: count })).sort((a, b) => a.day - b.day);
}

/** Rows of the days that are at hand: one move's reading and writing, not a year's questions. */
export async function influxSide(parts: InfluxParts): Promise<Side> {
  const planner = parts.planner ?? (await Planner.open());
  const client = new InfluxClient(parts.options, []);
  const open = (): Promise<TimeSeries> => openInfluxTimeSeries({ ...parts, planner });
  let series = await open();
  return {
    engine: 'influx',
    get series() {
      return series;
    },
    days(table, siteId) {
      const layout = LAYOUTS.get(table.name);
      return layout ? countedByInflux(client, layout, siteId) : countedIn(series, table, siteId);
    },
    async lookAnew() {
      await series.close();
      series = await open();
    },
    async close() {
      await series.close();
      client.close();
      if (!parts.planner) await planner.close();
    },
  };
}
