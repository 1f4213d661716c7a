/** A mall of some weeks around a clock change, sealed as the server seals it, and every question about it with its seals and without. */
import { type Interval, METRICS, type Metric } from '../../server/contract/metrics.ts';
import { questionsOver } from '../../server/db/asking.ts';
import type { ReadSql } from '../../server/db/duckdb.ts';
import { settle } from '../../server/db/figures/settling.ts';
import type { TableName } from '../../server/db/tables.ts';
import type { Questions, SiteCommit, TimeSeries } from '../../server/db/timeSeries.ts';
import type { EngineRows, OpenRows } from '../../server/engine/types.ts';
import { bucketEdges } from '../../server/metrics/localTime.ts';
import type { Registry } from '../../server/registry/types.ts';
import { memoryRegistry } from '../support/memoryRegistry.ts';
import { seededRandom } from '../support/random.ts';
import { below, pick, randomRows } from './randomRows.ts';
import {
  addSite,
  commitOf,
  covered,
  DAY,
  gatewayNamed,
  HOUR,
  MINUTE,
  noRows,
  SECOND,
  stay,
  visit,
  zoneNamed,
} from './rows.ts';

export const ZONE = 'Europe/Prague';
/** Tuesday; the clocks change on Sunday the 29th. */
export const START = Date.parse('2026-03-24T00:00:00+01:00');
const ZONES = [
  zoneNamed('a'),
  zoneNamed('b', { minStaySeconds: 90 }),
  zoneNamed('up', { floorId: 'f2' }),
  zoneNamed('door', { kind: 'entrance', minStaySeconds: 0 }),
];
export const at = (local: string): number => Date.parse(local);

/** What is kept of the settled past: figures, and the rollups beside them. */
export const FIGURES: TableName[] = [
  'figure_seals',
  'light_hours',
  'dark_windows',
  'dark_sums',
  'visit_hours',
  'floor_hours',
  'door_hours',
  'zone_pairs',
  'zone_flows',
  'points',
];
const ROLLUPS: TableName[] = ['visit_quarters', 'coverage_quarters', 'heat_days', 'rollup_state'];

const NO_OPEN: OpenRows = { visits: [], stays: [], heat: [], occupancy: [] };
const SITES = ['mall', 'other'] as const;

/** Nothing of what was done stays. */
class Undone extends Error {}

export interface SealedWorld {
  registry: Registry;
  series: TimeSeries;
  watermarkMs: number;
  open: OpenRows;
}

export async function openWorld(open: (registry: Registry) => Promise<{ series: TimeSeries }>): Promise<SealedWorld> {
  const world = { watermarkMs: START, open: NO_OPEN } as SealedWorld;
  // A change of the model holds from the site's now on.
  world.registry = memoryRegistry({ nowMs: () => world.watermarkMs });
  for (const siteId of SITES) {
    const gateways = [
      gatewayNamed('g1'),
      gatewayNamed('g2'),
      gatewayNamed('up', { floorId: 'f2' }),
      gatewayNamed('g9'),
    ];
    await addSite(world.registry, siteId, ZONE, ZONES, gateways);
    const { definitions } = world.registry.definitions(siteId);
    await world.registry.putDefinitions(siteId, { ...definitions, kAnonymity: 2 });
  }
  world.series = (await open(world.registry)).series;
  return world;
}

/** Nobody reports: within a day, over a midnight, over the night of the clock change. */
export const OUTAGES = [
  { fromMs: at('2026-03-25T13:20:00+01:00'), toMs: at('2026-03-25T15:05:00+01:00') },
  { fromMs: at('2026-03-26T23:30:00+01:00'), toMs: at('2026-03-27T00:40:00+01:00') },
  { fromMs: at('2026-03-29T01:40:00+01:00'), toMs: at('2026-03-29T03:50:00+02:00') },
];

/** Rows as of an engine, from one time to another, and no other gateways than two. */
export function drawn(seed: number, fromMs: number, toMs: number): EngineRows {
  const random = seededRandom(seed);
  const silent = (atMs: number) => OUTAGES.some((one) => atMs >= one.fromMs && atMs < one.toMs);
  const rows = randomRows(random, fromMs, toMs, () => true);
  rows.stays = rows.stays.filter(({ zoneId }) => ZONES.some(({ id }) => id === zoneId));
  // One gateway of each floor is reliable: more than the outages are no windows, and what is touched stays apart.
  rows.coverage = ['g1', 'g2', 'up']
    .flatMap((gatewayId) => covered(gatewayId, fromMs, toMs))
    .filter(({ gatewayId, minuteStartMs }) => !silent(minuteStartMs) && (gatewayId !== 'g2' || random() < 0.9));
  // Whoever is told of, in days enough of them to be told.
  for (let i = 0; i < 9; i += 1) {
    const startMs = fromMs + below(random, Math.max(1, toMs - fromMs - HOUR));
    const kind = pick(random, ['tag', 'unknown', 'shopper'] as const);
    const doors = { firstGapMs: 3_300, firstLagMs: 1_400, firstGateways: 1, lastGapMs: 5_200, lastGateways: 2 };
    const who = `d-${below(random, 20)}`;
    rows.visits.push(
      visit(who, startMs, 30 * MINUTE, { kind, lagMs: 1_800, gateways: 2, ...doors, emittedAtMs: toMs }),
    );
    for (const [k, zoneId] of ['a', 'b', 'up', 'a'].entries())
      rows.stays.push(
        stay(who, zoneId, startMs + k * 6 * MINUTE, 30 * SECOND + below(random, 5 * MINUTE), {
          kind,
          floorId: zoneId === 'up' ? 'f2' : 'f1',
          visitStartMs: startMs,
          massPermille: 400,
          emittedAtMs: toMs,
        }),
      );
  }
  return rows;
}

export async function commit(world: SealedWorld, siteId: string, more: Partial<SiteCommit> = {}): Promise<void> {
  const { rows = noRows() } = more;
  await world.series.commit({ ...commitOf(siteId, world.watermarkMs, rows), open: world.open, ...more });
}

/** All that can be sealed is. */
export async function sealAll(
  { series, registry }: SealedWorld,
  mostMs = 30 * DAY,
  sites: readonly string[] = SITES,
): Promise<void> {
  for (const siteId of sites) while (await settle(series, registry, siteId, mostMs));
}

/** Days of rows on one site or both, in commits of a few hours, sealed now and then on the way. */
export async function fill(world: SealedWorld, untilMs: number, seed: number, stepMs = 23 * HOUR): Promise<void> {
  for (let step = 0; world.watermarkMs < untilMs; step += 1) {
    const fromMs = world.watermarkMs;
    world.watermarkMs = Math.min(untilMs, fromMs + stepMs);
    await commit(world, 'mall', { rows: drawn(seed * 1_000 + step, fromMs, world.watermarkMs) });
    if (step < 2) await commit(world, 'other', { rows: drawn(seed * 2_000 + step, fromMs, world.watermarkMs) });
    if (step === 4) await sealAll(world, 2 * DAY);
  }
  await sealAll(world);
}

export type Answers = Record<string, unknown>;
export interface Asked {
  fromMs: number;
  toMs: number;
}
export interface Wanted {
  /** Days that something happened in. */
  near: Asked;
  /** Else some of each kind. */
  all?: boolean;
  version?: number;
}

/** The questions: of days and weeks, of the days of `near` by hour, and of what begins and ends anywhere. */
export async function answersOf(
  questions: Questions,
  registry: Registry,
  siteId: string,
  { near, all = false, version }: Wanted,
): Promise<Answers> {
  const answers: Answers = {};
  const of = { siteId, ...(version === undefined ? {} : { definitionsVersion: version }) };
  const odd = { fromMs: near.fromMs + 7 * MINUTE, toMs: near.toMs - 1 };
  const week = { fromMs: at('2026-03-23T00:00:00+01:00'), toMs: at('2026-04-06T00:00:00+02:00') };
  const ask = async (what: string, answer: Promise<unknown>) => {
    answers[what] = await answer;
  };
  const series = (metric: Metric, interval: Interval, period: Asked, zoneId?: string) =>
    ask(
      `${metric} by ${interval} of ${zoneId ?? siteId} from ${new Date(period.fromMs).toISOString()}`,
      questions.series({ ...of, ...period, metric, interval, ...(zoneId === undefined ? {} : { zoneId }) }),
    );
  const everywhere = [undefined, ...registry.zones.all(siteId).map(({ id }) => id)];
  if (!all) {
    // Each kind of what is kept, of the site and of zones, in some answer.
    for (const metric of ['footfall', 'occupancy', 'dwell', 'unique-visitors'] as const)
      await series(metric, 'day', week);
    for (const metric of ['dwell', 'unique-visitors'] as const) await series(metric, 'week', week);
    await series('footfall', 'hour', near);
    for (const metric of ['capture-rate', 'dwell', 'unique-visitors'] as const) await series(metric, 'day', week, 'a');
    for (const metric of ['footfall', 'occupancy'] as const) await series(metric, 'hour', near, 'a');
    await series('dwell', 'week', week, 'a');
    for (const zoneId of ['b', 'up'])
      if (registry.zones.get(siteId, zoneId)) await series('footfall', 'day', week, zoneId);
    await ask('affinity', questions.affinity({ ...of, ...week }));
    await ask('flows', questions.flows({ ...of, ...week }));
    return answers;
  }
  for (const zoneId of everywhere)
    for (const metric of METRICS) {
      for (const interval of ['day', 'week'] as const) await series(metric, interval, week, zoneId);
      await series(metric, 'hour', near, zoneId);
      await series(metric, '15m', odd, zoneId);
    }
  for (const period of [week, odd]) {
    await ask(`affinity from ${period.fromMs}`, questions.affinity({ ...of, ...period }));
    await ask(`flows from ${period.fromMs}`, questions.flows({ ...of, ...period }));
  }
  await ask('peak hours', questions.peakHours({ ...of, ...week }));
  await ask('peak hours of a', questions.peakHours({ ...of, ...week, zoneId: 'a' }));
  await ask('flows of a', questions.flows({ ...of, ...week, zoneId: 'a' }));
  await ask('affinity of a', questions.affinity({ ...of, ...week, zoneId: 'a' }));
  await ask('returning', questions.returning({ ...of, ...week }));
  await ask('people', questions.people({ ...of, ...week, interval: 'day' }));
  await ask('changelog', questions.changelog({ siteId, ...week, limit: 50 }));
  for (const measure of ['dwell', 'carriers'] as const)
    await ask(`heat by ${measure}`, questions.heatmap({ ...of, ...week, floorId: 'f1', cellM: 2, measure }));
  return answers;
}

/** What the rows alone say: as on a server that has sealed nothing yet. `rollups`: without them, too. */
export async function ofRowsAlone<T>(
  { series, registry }: Pick<SealedWorld, 'series' | 'registry'>,
  siteId: string,
  ask: (questions: Questions) => Promise<T>,
  rollups = true,
): Promise<T> {
  let answers: { all: T } | undefined;
  const looked = series.change(async (sql) => {
    for (const table of rollups ? [...FIGURES, ...ROLLUPS] : FIGURES) await sql.remove(table, { site_id: siteId });
    // One state throughout: statements that several questions share are asked once.
    answers = { all: await ask(questionsOver((work) => work(sql, 0), registry)) };
    throw new Undone();
  });
  await looked.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error;
  });
  return answers!.all;
}

export const answersOfRows = (
  world: Pick<SealedWorld, 'series' | 'registry'>,
  siteId: string,
  what: Wanted,
  rollups = true,
): Promise<Answers> =>
  ofRowsAlone(world, siteId, (questions) => answersOf(questions, world.registry, siteId, what), rollups);

/** Whole days around a time, by the site's clock. */
export function daysAround(timezone: string, fromMs: number, toMs = fromMs + 1): Asked {
  const edges = bucketEdges(timezone, 'day', fromMs - 2 * HOUR, toMs + 2 * HOUR);
  return { fromMs: edges[0]!, toMs: edges.at(-1)! };
}

/** Each kept figure of a site as text, by table. */
export async function figuresOf(sql: ReadSql, siteId: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of FIGURES) {
    const rows = await sql.all(`select * from ${table} where site_id = $1`, [siteId]);
    found[table] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return found;
}
