/** Coverage by floor and quarter hour, from the rollup where it is sealed, else from the minutes. */
import { clipSpans, type ExpectedSpan, expectedSpans, MINUTE_MS } from '../metrics/coverage.ts';
import { QUARTER_MS } from '../metrics/localTime.ts';
import type { Registry } from '../registry/types.ts';
import type { ReadSql } from './duckdb.ts';
import { inRange, sqlNumber, sqlString } from './sqlText.ts';

export async function coverageSpans(
  sql: ReadSql,
  registry: Registry,
  siteId: string,
  /** Where the caller knows it. */
  knownWatermarkMs?: number,
): Promise<ExpectedSpan[]> {
  const heard = await sql.all<{ gateway_id: string; first_ms: number }>(
    'select gateway_id, first_ms from gateways_heard where site_id = $1',
    [siteId],
  );
  const watermarkMs =
    knownWatermarkMs ??
    (await sql.get<{ watermark_ms: number }>('select watermark_ms from site_state where site_id = $1', [siteId]))
      ?.watermark_ms;
  if (watermarkMs === undefined) return [];
  return expectedSpans(
    registry.modelTimeline(siteId),
    registry.gateways.all(siteId),
    new Map(heard.map((row) => [row.gateway_id, row.first_ms])),
    watermarkMs,
  );
}

export type Range = readonly [number, number];

/** A relation (floor_id, bucket_ms, expected, reported). `$1` must be the site. `ranges` are read from the minutes. */
export function coverageQuartersSql(
  spans: readonly ExpectedSpan[],
  ranges: readonly Range[],
  options: { withRollup: Range | undefined; floorId?: string },
): string {
  const parts = ranges.flatMap(([from, to]) => clipSpans(spans, from, to));
  const wanted = options.floorId === undefined ? parts : parts.filter((span) => span.floorId === options.floorId);
  const floor = options.floorId === undefined ? '' : ` and floor_id = ${sqlString(options.floorId)}`;
  const relations: string[] = [];
  if (options.withRollup)
    relations.push(
      `select floor_id, bucket_ms, expected, reported from coverage_quarters
       where site_id = $1 and ${inRange('bucket_ms', options.withRollup)}${floor}`,
    );
  if (wanted.length > 0) {
    const values = wanted.map(
      (span) =>
        `(${sqlString(span.gatewayId)}, ${sqlString(span.floorId)}, ${sqlNumber(span.fromMs)}, ${sqlNumber(span.toMs)})`,
    );
    const spanTable = `span(gateway_id, floor_id, from_ms, to_ms) as (values ${values.join(',')})`;
    const reportedIn = (range: Range) =>
      `select s.floor_id, c.minute_ms - c.minute_ms % 900000, 0, count(distinct c.minute_ms)
       from coverage c join span s
         on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms
       where c.site_id = $1 and ${inRange('c.minute_ms', range)}
       group by s.floor_id, c.gateway_id, c.minute_ms - c.minute_ms % 900000`;
    const quarterStart = 's.from_ms - s.from_ms % 900000';
    relations.push(
      `with ${spanTable}
       select floor_id, bucket_ms, sum(expected) as expected, sum(reported) as reported from (
         select floor_id, bucket_ms,
           (least(to_ms, bucket_ms + ${QUARTER_MS}) - greatest(from_ms, bucket_ms)) // ${MINUTE_MS} as expected,
           0 as reported
         from (select s.*, unnest(range(${quarterStart}, s.to_ms, ${QUARTER_MS})) as bucket_ms from span s)
         ${ranges.map((range) => `union all ${reportedIn(range)}`).join('\n')})
       group by floor_id, bucket_ms`,
    );
  }
  if (relations.length === 0)
    return `(select '' as floor_id, 0 as bucket_ms, 0 as expected, 0 as reported where false and $1 <> '')`;
  return `(${relations.map((relation) => `select * from (${relation})`).join(' union all ')})`;
}
