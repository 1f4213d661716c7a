/**
 * The database: retention policies, and continuous queries for charts.
 *
 * Rollups that questions read are not made by continuous queries: those run once when a time has passed, and know nothing of
 * data that comes late, of a stretch that is computed anew, of thresholds that have changed, or of distinct carriers. They are
 * sealed by the commit that brings the rows. What a continuous query does well is thinning out gauges for charts.
 */
import type { Retention } from '../expire.ts';
import type { InfluxClient } from './client.ts';
import { InfluxRefused } from './errors.ts';

/**
 * InfluxDB drops a shard by its own clock and without asking whether its rows are in the rollups. Rows go by our own hand
 * before that; the policy is what holds where this server does not run any more.
 */
export const POLICY_MARGIN_DAYS = 7;

interface PolicySpec {
  name: string;
  duration: string;
  shard: string;
}

/** Shards: a day of rows is dropped as one file; five years are sixty; what never expires may be of any year. */
export const policiesOf = (kept: Retention): PolicySpec[] => [
  { name: 'rows', duration: `${Math.ceil(kept.identifiedDays) + POLICY_MARGIN_DAYS}d`, shard: '1d' },
  { name: 'aggregates', duration: `${Math.ceil(kept.aggregatesDays) + POLICY_MARGIN_DAYS}d`, shard: '30d' },
  // Of sites that live in their data, and what was old already when it came.
  { name: 'kept', duration: 'INF', shard: '30d' },
  { name: 'state', duration: 'INF', shard: '520w' },
];

interface ContinuousQuery {
  name: string;
  resample: string;
  query: string;
}

/** Late data of two days is included: what comes later than that is rare, and charts of it are drawn from the quarter hours. */
const LATE = 'for 2d';
const occupancyBy = (name: string, time: string): ContinuousQuery => ({
  name: `occupancy_${name}`,
  resample: `resample every ${time === '1h' ? '15m' : '1h'} ${LATE}`,
  query: `select mean("carrier_ms") / 900000 as "mean", max("peak") as "peak" into "aggregates"."occupancy_${name}" from "aggregates"."occupancy" group by time(${time}), "site_id", "zone_id"`,
});
const GATEWAY_STATUS: ContinuousQuery = {
  name: 'gateway_status_quarters',
  resample: `resample every 5m for 1h`,
  query:
    'select mean("adverts_per_second") as "adverts_per_second", max("outbox_batches") as "outbox_batches", max("dropped_batches") as "dropped_batches", mean("clock_offset_ms") as "clock_offset_ms" into "aggregates"."gateway_status_quarters" from "rows"."gateway_status" group by time(15m), "site_id", "gateway_id"',
};
export const CONTINUOUS_QUERIES: readonly ContinuousQuery[] = [
  occupancyBy('hours', '1h'),
  occupancyBy('days', '1d'),
  GATEWAY_STATUS,
];

const HOURS: Record<string, number> = { h: 1, m: 1 / 60, s: 1 / 3_600, d: 24, w: 168 };
/** `2160h0m0s`, `90d`, `INF` and `0s` in hours. */
export function hoursOf(duration: string): number {
  if (duration === 'INF') return 0;
  let hours = 0;
  for (const [, count, unit] of duration.matchAll(/(\d+)([a-z])/g)) hours += Number(count) * HOURS[unit!]!;
  return hours;
}

/** Makes what is missing and alters what is otherwise. Costs four questions where all is as it should be. */
export async function ensureSchema(client: InfluxClient, kept: Retention, mayCreate: boolean): Promise<void> {
  const { database } = client.server;
  const on = `"${database}"`;
  // An account that may not create databases finds one that is there.
  if (mayCreate) await client.createDatabase();
  await checkLimits(client);
  const [policies, queries] = await client.query([`show retention policies on ${on}`, 'show continuous queries']);
  const known = new Map(policies!.values.map((row) => [String(row[0]), row.map(String)]));
  const changes: string[] = [];
  for (const { name, duration, shard } of policiesOf(kept)) {
    const terms = `retention policy "${name}" on ${on} duration ${duration}`;
    const found = known.get(name);
    if (!found) changes.push(`create ${terms} replication 1 shard duration ${shard}`);
    else if (hoursOf(found[1]!) !== hoursOf(duration) || hoursOf(found[2]!) !== hoursOf(shard))
      changes.push(`alter ${terms} shard duration ${shard}`);
  }
  const own = queries!.series.find(({ name }) => name === database)?.values ?? [];
  const running = new Map(own.map((row) => [String(row[0]), String(row[1])]));
  for (const { name, resample, query } of CONTINUOUS_QUERIES) {
    const text = `create continuous query "${name}" on ${on} ${resample} begin ${query} end`;
    const found = running.get(name);
    if (found !== undefined && plain(found, database) === plain(text, database)) continue;
    if (found !== undefined) changes.push(`drop continuous query "${name}" on ${on}`);
    changes.push(text);
  }
  if (changes.length > 0) await client.query(changes, 'POST');
}

/** InfluxDB says `partial` of whole answers beyond 10,000 rows too, so a limit has to be known before. */
async function checkLimits(client: InfluxClient): Promise<void> {
  let limit: unknown;
  try {
    const [answer] = await client.query(["show diagnostics for 'config-httpd'"]);
    limit = answer!.values[0]?.[answer!.columns.indexOf('max-row-limit')];
  } catch (error) {
    // Only an administrator is told.
    if (error instanceof InfluxRefused) return;
    throw error;
  }
  if (Number(limit) > 0)
    throw new InfluxRefused(
      `InfluxDB at ${client.server.url} cuts answers short at ${limit} rows: max-row-limit in [http] of its configuration must be 0, which is the default`,
    );
}

/** InfluxDB tells a continuous query in its own spelling: database and all names in full, no quotes where it needs none. */
const plain = (text: string, database: string): string =>
  text.toLowerCase().replace(/[\s"]/g, '').replaceAll(`${database.toLowerCase()}.`, '');
