/** Visits of the site and stays in zones, closed and still open ones alike: which count, and how long they are. */
import type { Definitions } from '../contract/definitions.ts';
import type { Zone } from '../contract/model.ts';
import { minStayMs, minVisitMs, RESOLUTION_MS } from '../metrics/thresholds.ts';
import type { Registry } from '../registry/types.ts';
import { LENGTH_MS, sqlNumber, sqlString } from './sqlText.ts';

/** Which definitions a question is asked under; zones may have a minimum of their own, which is the zone's. */
export interface Thresholds {
  registry: Registry;
  siteId: string;
  definitions: Definitions;
}

/** The shortest length that counts, as SQL: of visits, or of stays by their zone_id. */
export function minLengthSql(
  { registry, siteId, definitions }: Thresholds,
  source: 'visits' | 'stays',
  zone?: Zone,
): string {
  if (source === 'visits') return sqlNumber(minVisitMs(definitions));
  if (zone) return sqlNumber(minStayMs(definitions, zone));
  const own = registry.zones.all(siteId).filter((one) => one.minStaySeconds !== null);
  const fallback = sqlNumber(minStayMs(definitions, undefined));
  if (own.length === 0) return fallback;
  const cases = own.map((one) => `when ${sqlString(one.id)} then ${sqlNumber(minStayMs(definitions, one))}`);
  return `case zone_id ${cases.join(' ')} else ${fallback} end`;
}

export interface LengthSource {
  /** visits, stays or the open ones of either. */
  table: string;
  /** SQL of the zone that a row counts for. */
  zone: string;
  /** SQL condition on the rows. */
  where: string;
  minLength: string;
  bounceMs: number;
}

/**
 * Columns zone, bucket_ms, counted, surely, possibly, below, bounced, dwell_ms by zone and quarter hour of the start: how
 * many were long enough, how many would be if each were a tick shorter or longer than measured, how many were not, and of
 * those that were, the bounced and the sum. `$1` must be the site.
 */
export function lengthCountsSql(source: LengthSource): string {
  const where = (condition: string) => `count(*) filter (where ${condition})`;
  return `select zone, bucket_ms, ${where('length_ms >= min_ms')} as counted,
      ${where(`length_ms >= min_ms + ${RESOLUTION_MS}`)} as surely,
      ${where(`length_ms >= min_ms - ${RESOLUTION_MS}`)} as possibly,
      ${where('length_ms < min_ms')} as below,
      ${where(`length_ms >= min_ms and length_ms < ${sqlNumber(source.bounceMs)}`)} as bounced,
      coalesce(sum(length_ms) filter (where length_ms >= min_ms), 0) as dwell_ms
    from (
      select ${source.zone} as zone, start_ms - start_ms % 900000 as bucket_ms, ${LENGTH_MS} as length_ms,
        ${source.minLength} as min_ms
      from ${source.table} where site_id = $1 and kind not in ('staff', 'cart') and ${source.where})
    group by zone, bucket_ms`;
}
