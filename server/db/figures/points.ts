/** Finished figures of days and weeks that no sums give: unique visitors and dwell. */
import type { Interval, Metric, SeriesPoint } from '../../contract/metrics.ts';
import type { Zone } from '../../contract/model.ts';
import type { DarkWindow } from '../../metrics/dark.ts';
import { bucketEdges, DAY_MS, dayStartMs, HOUR_MS, localDay, weekdayOf } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import type { ReadSql } from '../duckdb.ts';
import { type SiteContext, siteContext } from '../questions/context.ts';
import { darkOf } from '../questions/dark.ts';
import { dwell } from '../questions/dwell.ts';
import { type Frame, frameOf } from '../questions/frame.ts';
import { type OpenRow, openRows } from '../questions/open.ts';
import { uniqueVisitors } from '../questions/uniqueVisitors.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { sqlNumber } from '../sqlText.ts';
import { cutsOf, hoursSignature, pointsSignature, readSeals, type Seal, sealKey, writeSeals } from './seals.ts';

type PointMetric = 'unique-visitors' | 'dwell';
const BUCKETS = ['day', 'week'] as const;
type Bucket = (typeof BUCKETS)[number];

const ASKED: Record<PointMetric, (context: SiteContext, frame: Frame) => Promise<SeriesPoint[]>> = {
  'unique-visitors': uniqueVisitors,
  dwell,
};
export const isPointMetric = (metric: Metric): metric is PointMetric => Object.hasOwn(ASKED, metric);
export const isPointBucket = (interval: Interval): interval is Bucket =>
  (BUCKETS as readonly string[]).includes(interval);

/** What starts within this after a bucket may belong into it. */
const AFTER_MS = HOUR_MS;
/** Doors are told by the day before, and a repeated visit by the one before it. */
const BEFORE_MS = 26 * HOUR_MS;

/** Open presences of the zone that began before `untilMs`: what is sealed does not hold them. */
const openBefore = async (context: SiteContext, zone: Zone | undefined, untilMs: number): Promise<OpenRow[]> =>
  (await openRows(context, zone)).filter(({ startMs }) => startMs < untilMs);

/** Nothing that is open has a say in the bucket, nor in the windows that lie in it. */
function isClean(
  metric: PointMetric,
  open: readonly OpenRow[],
  windows: readonly DarkWindow[],
  bucket: { fromMs: number; toMs: number },
): boolean {
  if (open.length === 0) return true;
  let { fromMs, toMs } = bucket;
  for (const window of windows)
    if (window.fromMs < bucket.toMs && window.toMs > bucket.fromMs) {
      fromMs = Math.min(fromMs, window.fromMs);
      toMs = Math.max(toMs, window.toMs);
    }
  const untilMs = toMs + AFTER_MS;
  return open.every(
    ({ startMs, endMs }) =>
      startMs >= untilMs || (metric === 'dwell' && startMs < fromMs - BEFORE_MS && endMs >= untilMs + AFTER_MS),
  );
}

interface PointRow {
  from_ms: number;
  to_ms: number;
  value: number | null;
  low: number | null;
  high: number | null;
  mean: number | null;
  p90: number | null;
  suppressed: boolean;
}
export type PointFigures = Omit<SeriesPoint, 'start' | 'coverage' | 'state'>;

const figuresOf = (metric: PointMetric, row: PointRow): PointFigures => ({
  value: row.value,
  low: row.low,
  high: row.high,
  ...(metric === 'dwell' ? { mean: row.mean, p90: row.p90 } : {}),
  ...(row.suppressed ? { suppressed: true } : {}),
});

const NONE_TOLD = { value: null, low: null, high: null, mean: null, p90: null, suppressed: true };

/** By bucket, carriers that were in the zone: of those that stayed in it there were no more. */
async function carriersOf(context: SiteContext, zone: Zone, bucket: Bucket): Promise<Map<number, number>> {
  const rows = await context.sql.all<{ from_ms: number; value: number | null }>(
    `select from_ms, value from points
     where site_id = $1 and zone_id = $2 and metric = 'unique-visitors' and bucket = '${bucket}' and from_ms < $3`,
    [context.siteId, zone.id, context.rowsFromMs],
  );
  return new Map(rows.map((row) => [row.from_ms, row.value ?? 0]));
}

/** Sealed figures by interval of the frame. */
export async function pointsOf(
  context: SiteContext,
  frame: Frame,
  metric: PointMetric,
): Promise<Map<number, PointFigures>> {
  const { edges, zone, interval } = frame;
  const out = new Map<number, PointFigures>();
  const seal = context.seals.get(sealKey('points', zone?.id ?? ''));
  if (!seal || !isPointBucket(interval)) return out;
  const trusted = seal.signature === pointsSignature(context, zone) ? seal.sealedMs : 0;
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const rows = await context.sql.all<PointRow>(
    `select from_ms, to_ms, value, low, high, mean, p90, suppressed from points
     where site_id = $1 and zone_id = $2 and metric = '${metric}' and bucket = '${interval}'
       and from_ms >= ${sqlNumber(fromMs)} and from_ms < ${sqlNumber(toMs)}`,
    [context.siteId, zone?.id ?? ''],
  );
  const last = rows.reduce((most, row) => Math.max(most, row.to_ms), 0);
  if (last === 0) return out;
  const open = await openBefore(context, zone, last + AFTER_MS + DAY_MS);
  const windows = open.length === 0 ? [] : await darkOf(context, frame);
  // How few may show counts as it is now, of what was made before rows expired, too.
  const isOld = zone && metric === 'dwell' && rows.some((row) => row.from_ms < context.rowsFromMs);
  const carriers = isOld ? await carriersOf(context, zone, interval) : undefined;
  const isWithheld = (row: PointRow): boolean =>
    carriers !== undefined && row.value !== null && (carriers.get(row.from_ms) ?? 0) < context.definitions.kAnonymity;
  const indexes = new Map(edges.slice(0, -1).map((edge, i) => [edge, i]));
  for (const row of rows) {
    const i = indexes.get(row.from_ms);
    if (i === undefined || edges[i + 1] !== row.to_ms) continue;
    const isAllThereIs = row.from_ms < context.rowsFromMs;
    const bucket = { fromMs: row.from_ms, toMs: row.to_ms };
    if (!isAllThereIs && (row.to_ms > trusted || !isClean(metric, open, windows, bucket))) continue;
    out.set(i, figuresOf(metric, isAllThereIs && isWithheld(row) ? { ...row, ...NONE_TOLD } : row));
  }
  return out;
}

interface Made {
  zoneId: string;
  metric: PointMetric;
  bucket: Bucket;
  fromMs: number;
  toMs: number;
  point: SeriesPoint;
}

/** Buckets that end in (fromMs, toMs], whole ones, from `leastMs` on; undefined where there is none. */
function wholeEdges(
  timezone: string,
  bucket: Bucket,
  leastMs: number,
  fromMs: number,
  toMs: number,
): number[] | undefined {
  const day = localDay(timezone, fromMs);
  const firstMs = dayStartMs(timezone, bucket === 'day' ? day : day - weekdayOf(day));
  if (firstMs >= toMs) return undefined;
  const edges = bucketEdges(timezone, bucket, firstMs, toMs);
  const isWhole = bucketEdges(timezone, bucket, edges.at(-2)!, toMs + 9 * DAY_MS)[1] === toMs;
  if (!isWhole) edges.pop();
  while (edges.length > 1 && (edges[1]! <= fromMs || edges[0]! < leastMs)) edges.shift();
  return edges.length > 1 ? edges : undefined;
}

interface Task {
  zone: Zone | undefined;
  signature: string;
  fromMs: number;
  toMs: number;
}

/** Places whose points are behind their hours, the one furthest behind first. */
function tasksOf(context: SiteContext): Task[] {
  const { seals, registry, siteId, rowsFromMs } = context;
  return [undefined, ...registry.zones.all(siteId)]
    .flatMap((zone): Task[] => {
      const hours = seals.get(sealKey('hours', zone?.id ?? ''));
      if (!hours || hours.signature !== hoursSignature(context, zone)) return [];
      const signature = pointsSignature(context, zone);
      const seal = seals.get(sealKey('points', zone?.id ?? ''));
      const fromMs = seal && seal.signature === signature ? seal.sealedMs : rowsFromMs;
      const toMs = hours.sealedMs - AFTER_MS;
      return toMs > fromMs ? [{ zone, signature, fromMs, toMs }] : [];
    })
    .sort((a, b) => a.fromMs - b.fromMs);
}

async function make(context: SiteContext, task: Task, firstMs: number, toMs: number): Promise<Made[]> {
  const { timezone, rowsFromMs } = context;
  const made: Made[] = [];
  for (const bucket of BUCKETS) {
    const edges = wholeEdges(timezone, bucket, rowsFromMs, Math.max(task.fromMs, firstMs), toMs);
    if (!edges) continue;
    const frame = await frameOf(context, bucket, edges, task.zone);
    const open = await openBefore(context, task.zone, edges.at(-1)! + AFTER_MS + DAY_MS);
    const windows = open.length === 0 ? [] : await darkOf(context, frame);
    for (const metric of Object.keys(ASKED) as PointMetric[]) {
      const points = await ASKED[metric](context, frame);
      points.forEach((point, i) => {
        const own = { fromMs: edges[i]!, toMs: edges[i + 1]! };
        if (point.coverage > 0 && isClean(metric, open, windows, own))
          made.push({ zoneId: task.zone?.id ?? '', metric, bucket, ...own, point });
      });
    }
  }
  return made;
}

async function write(sql: SeriesSql, siteId: string, made: readonly Made[]): Promise<void> {
  const varchar = (values: string[]) => ({ type: 'VARCHAR', values }) as const;
  const bigint = (values: number[]) => ({ type: 'BIGINT', values }) as const;
  const double = (values: (number | null)[]) => ({ type: 'DOUBLE', values }) as const;
  await sql.append('points', {
    site_id: varchar(made.map(() => siteId)),
    zone_id: varchar(made.map(({ zoneId }) => zoneId)),
    metric: varchar(made.map(({ metric }) => metric)),
    bucket: varchar(made.map(({ bucket }) => bucket)),
    from_ms: bigint(made.map(({ fromMs }) => fromMs)),
    to_ms: bigint(made.map(({ toMs }) => toMs)),
    value: double(made.map(({ point }) => point.value)),
    low: double(made.map(({ point }) => point.low)),
    high: double(made.map(({ point }) => point.high)),
    mean: double(made.map(({ point }) => point.mean ?? null)),
    p90: double(made.map(({ point }) => point.p90 ?? null)),
    suppressed: { type: 'BOOLEAN', values: made.map(({ point }) => point.suppressed === true) },
  });
}

export interface Step {
  cuts: number;
  done: { zone: Zone | undefined; signature: string; toMs: number; before: Seal | undefined }[];
  made: Made[];
}

/** As much as fits into `turnMs`, of one committed state; undefined where nothing is behind. */
export async function computePoints(
  sql: ReadSql,
  registry: Registry,
  siteId: string,
  mostMs: number,
  turnMs: number,
): Promise<Step | undefined> {
  const context = await siteContext(sql, registry, siteId);
  const tasks = tasksOf(context);
  if (tasks.length === 0) return undefined;
  const began = performance.now();
  const step: Step = { cuts: cutsOf(context.seals), done: [], made: [] };
  const first = await sql.get<{ first: number | null }>(
    'select min(hour_ms) as first from light_hours where site_id = $1 and hour_ms >= $2',
    [siteId, Math.min(...tasks.map(({ fromMs }) => fromMs))],
  );
  const leastMs = first?.first ?? Number.MAX_SAFE_INTEGER;
  for (const task of tasks) {
    const toMs = Math.min(task.toMs, Math.max(task.fromMs, leastMs) + mostMs);
    if (leastMs < task.toMs) step.made.push(...(await make(context, task, leastMs, toMs)));
    const key = sealKey('points', task.zone?.id ?? '');
    step.done.push({
      zone: task.zone,
      signature: task.signature,
      toMs: leastMs < task.toMs ? toMs : task.toMs,
      before: context.seals.get(key),
    });
    if (performance.now() - began > turnMs) break;
  }
  return step;
}

/** Unless something of the past was touched meanwhile. */
export async function writePoints(sql: SeriesSql, registry: Registry, siteId: string, step: Step): Promise<void> {
  const context = await siteContext(sql, registry, siteId);
  const seals = await readSeals(sql, siteId);
  if (cutsOf(seals) !== step.cuts) return;
  const kept = new Set<string>();
  for (const { zone, signature, toMs, before } of step.done) {
    const place = zone?.id ?? '';
    const now = zone && registry.zones.get(siteId, zone.id);
    if ((zone && !now) || pointsSignature(context, now) !== signature) continue;
    const key = sealKey('points', place);
    const known = seals.get(key);
    if (known?.sealedMs !== before?.sealedMs || known?.signature !== before?.signature) continue;
    const seal: Seal = {
      what: 'points',
      place,
      signature,
      fromMs: before?.fromMs ?? context.rowsFromMs,
      sealedMs: toMs,
      boundMs: seals.get(sealKey('hours', place))?.boundMs ?? 0,
    };
    if (before && before.signature !== signature)
      await sql.remove('points', { site_id: siteId, zone_id: place, from_ms: { from: context.rowsFromMs } });
    seals.set(key, seal);
    kept.add(place);
  }
  await write(
    sql,
    siteId,
    step.made.filter(({ zoneId }) => kept.has(zoneId)),
  );
  await writeSeals(sql, siteId, seals);
}
