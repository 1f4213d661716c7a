/** A mall whose time series have all there is: late data, rewinds, rollups, figures, open rows, a changelog. And all that can be asked of it. */
import { type Interval, METRICS } from '../../server/contract/metrics.ts';
import type { ReadSql } from '../../server/db/duckdb.ts';
import { settle } from '../../server/db/figures/settling.ts';
import { type Digest, digestOf } from '../../server/db/moving/digest.ts';
import { SERIES_TABLES } from '../../server/db/tables.ts';
import type { SiteCommit, TimeSeries } from '../../server/db/timeSeries.ts';
import type { Registry } from '../../server/registry/types.ts';
import { below, randomOpen, randomRows, ZONES } from '../db/randomRows.ts';
import { addSite, commitOf, covered, DAY, gatewayNamed, HOUR, MINUTE, stay, visit } from '../db/rows.ts';
import { seededRandom } from './random.ts';

/** Monday 00:00 in Prague; a clock change lies within. */
export const START = Date.parse('2026-03-23T00:00:00+01:00');
export const DAYS = 4;
export const END = START + DAYS * DAY;

export async function addMall(registry: Registry, siteId: string): Promise<void> {
  const gateways = [gatewayNamed('g1'), gatewayNamed('g2'), gatewayNamed('up', { floorId: 'f2' })];
  await addSite(registry, siteId, 'Europe/Prague', ZONES, gateways);
  await registry.putDefinitions(siteId, { ...registry.definitions(siteId).definitions, kAnonymity: 3 });
}

/** Commits as an analytics engine would, in steps of hours. */
export async function fillMall(
  series: TimeSeries,
  registry: Registry,
  siteId: string,
  seed: number,
  days = DAYS,
): Promise<void> {
  const endMs = START + days * DAY;
  const random = seededRandom(seed);
  const silent = (atMs: number) => atMs >= START + 30 * HOUR && atMs < START + 37 * HOUR;
  let watermarkMs = START;
  while (watermarkMs < endMs) {
    const rewinds = watermarkMs > START + DAY && random() < 0.3;
    const rewoundToMs = rewinds ? watermarkMs - below(random, 20 * HOUR) : null;
    const fromMs = rewoundToMs ?? watermarkMs;
    watermarkMs = Math.min(endMs, watermarkMs + 3 * HOUR + below(random, 8 * HOUR));
    const made = randomRows(random, fromMs, watermarkMs, silent);
    // A crowd, so that there are figures which are told.
    for (let i = 0; i < 12; i += 1) {
      const startMs = fromMs + HOUR + i * MINUTE;
      if (startMs + 40 * MINUTE > watermarkMs) continue;
      made.visits.push(visit(`d-${i}`, startMs, 25 * MINUTE, { emittedAtMs: watermarkMs }));
      made.stays.push(stay(`d-${i}`, 'a', startMs, 10 * MINUTE, { emittedAtMs: watermarkMs }));
    }
    await series.commit({
      ...commitOf(siteId, watermarkMs, made),
      rewoundToMs,
      open: randomOpen(random, watermarkMs),
      dirtyFromMs: watermarkMs >= endMs ? endMs - HOUR : null,
      checkpoint: JSON.stringify({ v: 1, 'a "quoted" \\ text': 'with\nlines, and=signs' }),
      awaited: [{ gatewayId: 'g2', fromMs: watermarkMs - HOUR }],
    });
  }
  // Late data of a day that was final: an entry of the changelog.
  const late: SiteCommit = {
    ...commitOf(siteId, endMs, {
      visits: Array.from({ length: 9 }, (_, i) =>
        visit(`late-${i}`, START + 34 * HOUR + i * MINUTE, 20 * MINUTE, { emittedAtMs: endMs }),
      ),
      coverage: covered('g1', START + 33 * HOUR, START + 37 * HOUR).map((row) => ({ ...row, emittedAtMs: endMs })),
    }),
    open: randomOpen(random, endMs),
    recomputation: {
      fromMs: START + 33 * HOUR,
      untilMs: endMs,
      causes: { backlogs: [], model: false, rebuild: true, finalUntilMs: endMs - DAY },
    },
  };
  await series.commit(late);
  while (await settle(series, registry, siteId, 30 * DAY));
}

/** Every question, of several periods, zones and intervals. */
export async function answersOf(series: TimeSeries, siteId: string): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const periods: { name: string; fromMs: number; toMs: number; intervals: Interval[] }[] = [
    { name: 'all', fromMs: START - DAY, toMs: END + DAY, intervals: ['day', 'week'] },
    { name: 'dark', fromMs: START + 25 * HOUR + 7 * MINUTE, toMs: START + 40 * HOUR + 1, intervals: ['hour'] },
    { name: 'newest', fromMs: END - 5 * HOUR, toMs: END + HOUR, intervals: ['15m'] },
  ];
  for (const { name, fromMs, toMs, intervals } of periods) {
    for (const zoneId of [undefined, 'a']) {
      const period = { siteId, fromMs, toMs, ...(zoneId === undefined ? {} : { zoneId }) };
      const key = `${name} ${zoneId ?? 'site'}`;
      for (const metric of METRICS)
        for (const interval of intervals)
          answers[`${metric} ${interval} ${key}`] = await series.series({ ...period, metric, interval });
      answers[`peak hours ${key}`] = await series.peakHours(period);
      answers[`affinity ${key}`] = await series.affinity(period);
      answers[`flows ${key}`] = await series.flows(period);
      answers[`returning ${key}`] = await series.returning(period);
      answers[`changelog ${key}`] = await series.changelog({ ...period, limit: 50 });
    }
    for (const floorId of ['f1', 'f2'])
      for (const measure of ['dwell', 'carriers'] as const)
        for (const cellM of [1, 5])
          answers[`heat ${name} ${floorId} ${measure} ${cellM}`] = await series.heatmap({
            siteId,
            floorId,
            fromMs,
            toMs,
            cellM,
            measure,
          });
  }
  const whole = { siteId, fromMs: START, toMs: END };
  answers.people = await series.people({ ...whole, interval: 'day' });
  answers['people of a door'] = await series.people({ ...whole, zoneId: 'door', interval: 'day' });
  for (const table of ['visits', 'stays'] as const)
    answers[`${table} of one`] = await series.carrierRows({
      table,
      siteId,
      carrierId: 'd-3',
      fromMs: START,
      toMs: END,
      limit: 500,
    });
  answers.checkpoint = (await series.lastCheckpoint(siteId)) ?? null;
  return answers;
}

/** Every table of the site, whatever the order of its rows. */
export async function tablesOf(sql: ReadSql, siteId: string): Promise<Record<string, Digest>> {
  const found: Record<string, Digest> = {};
  for (const table of SERIES_TABLES) found[table.name] = await digestOf(sql, table, siteId, null);
  return found;
}
