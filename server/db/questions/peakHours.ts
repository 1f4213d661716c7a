/** At which hour of which weekday do most come? */
import type { PeakHours } from '../../contract/metrics.ts';
import { badRequest } from '../../errors.ts';
import { checkPeriod, DAY_MS, HOUR_MS, MAX_BUCKETS, QUARTER_MS, stretches } from '../../metrics/localTime.ts';
import { type HourSample, peakHoursOf } from '../../metrics/peakHours.ts';
import { sqlList } from '../sqlText.ts';
import type { PeriodQuery } from '../timeSeries.ts';
import { type SiteContext, zoneOf } from './context.ts';
import { coverageRelation } from './coverage.ts';
import { type CountsRow, lengthCountsRelation, sumsOf } from './lengthCounts.ts';

export async function peakHours(context: SiteContext, query: PeriodQuery): Promise<PeakHours> {
  const { fromMs, toMs } = query;
  checkPeriod(fromMs, toMs);
  if (toMs - fromMs > MAX_BUCKETS * DAY_MS) throw badRequest(`must be at most ${MAX_BUCKETS} days after from`, 'to');
  const zone = zoneOf(context, query.zoneId);
  const parts = stretches(context.timezone, fromMs, toMs);
  // The quarter hour that the period begins in lies before it.
  const starts = parts.map((part, s) => (s === 0 ? Math.floor(part.fromMs / QUARTER_MS) * QUARTER_MS : part.fromMs));
  const byHour = (relation: string, sums: string) =>
    `select s.s as part, (q.bucket_ms + s.offset_ms) // ${HOUR_MS} as hour, ${sums}
     from ${relation} q asof join (select unnest(range(${parts.length})) as s, unnest(${sqlList(starts)}) as from_ms,
       unnest(${sqlList(parts.map((part) => part.offsetMs))}) as offset_ms) s on q.bucket_ms >= s.from_ms
     group by part, hour`;
  const counts = await context.sql.all<CountsRow & { part: number; hour: number }>(
    byHour(lengthCountsRelation(context, fromMs, toMs, zone), sumsOf('q')),
    [context.siteId, zone?.id ?? ''],
  );
  const coverage = await context.sql.all<{ part: number; hour: number; expected: number; reported: number }>(
    byHour(
      coverageRelation(context, fromMs, toMs, zone?.floorId),
      'sum(q.expected) as expected, sum(q.reported) as reported',
    ),
    [context.siteId],
  );
  const countsOf = new Map(counts.map((row) => [`${row.part} ${row.hour}`, row]));
  const samples = coverage.map((row): HourSample => {
    const part = parts[row.part]!;
    const startMs = Math.max(row.hour * HOUR_MS - part.offsetMs, part.fromMs);
    const endMs = Math.min((row.hour + 1) * HOUR_MS - part.offsetMs, part.toMs);
    const counted = countsOf.get(`${row.part} ${row.hour}`);
    // An hour that the period cuts is not whole; one that a change of offset cuts is as whole as it gets.
    const cut =
      row.hour * HOUR_MS - part.offsetMs < fromMs || (endMs === toMs && (toMs + part.offsetMs) % HOUR_MS !== 0);
    return {
      day: Math.floor((row.hour * HOUR_MS) / DAY_MS),
      hour: ((row.hour % 24) + 24) % 24,
      lengthMs: endMs - startMs,
      complete: !cut && endMs <= (context.progress?.watermarkMs ?? 0),
      expected: row.expected,
      reported: row.reported,
      counted: counted?.counted ?? 0,
      surely: counted?.surely ?? 0,
      possibly: counted?.possibly ?? 0,
    };
  });
  return { timezone: context.timezone, ...peakHoursOf(samples, context.definitions.minCoverage) };
}
