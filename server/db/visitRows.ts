/** Visits of the site and stays in zones as SQL relations that have the same columns, closed and still open ones alike. */
import { bounceMs, minStayMs, minVisitMs, RESOLUTION_MS } from '../metrics/thresholds.ts';
import type { Registry } from '../registry/types.ts';
import { sqlNumber, sqlString } from './sqlText.ts';

/** Joins a relation t(min_ms, bounce_ms) of the thresholds in force to rows r of visits or stays. */
export function thresholdsRelation(registry: Registry, siteId: string, source: 'visits' | 'stays'): string {
  const { definitions } = registry.definitions(siteId);
  const bounce = sqlNumber(bounceMs(definitions));
  if (source === 'visits')
    return `cross join (select ${sqlNumber(minVisitMs(definitions))} as min_ms, ${bounce} as bounce_ms) t`;
  const own = registry.zones.all(siteId).filter((zone) => zone.minStaySeconds !== null);
  const cases = own.map((zone) => `when ${sqlString(zone.id)} then ${sqlNumber(minStayMs(definitions, zone))}`);
  const fallback = sqlNumber(minStayMs(definitions, undefined));
  const min = cases.length ? `case r.zone_id ${cases.join(' ')} else ${fallback} end` : fallback;
  return `cross join lateral (select ${min} as min_ms, ${bounce} as bounce_ms) t`;
}

/**
 * Columns counted, surely, possibly, below, bounced, dwell_ms of a group: how many were long enough, how many would be if
 * each were a tick shorter or longer than measured, how many were not, and of those that were, the bounced and the sum.
 */
export function lengthCounts(r: string, t: string): string {
  const length = `${r}.end_ms - ${r}.start_ms`;
  const where = (condition: string) => `count(*) filter (where ${condition})`;
  return [
    `${where(`${length} >= ${t}.min_ms`)} as counted`,
    `${where(`${length} >= ${t}.min_ms + ${RESOLUTION_MS}`)} as surely`,
    `${where(`${length} >= ${t}.min_ms - ${RESOLUTION_MS}`)} as possibly`,
    `${where(`${length} < ${t}.min_ms`)} as below`,
    `${where(`${length} >= ${t}.min_ms and ${length} < ${t}.bounce_ms`)} as bounced`,
    `coalesce(sum(${length}) filter (where ${length} >= ${t}.min_ms), 0) as dwell_ms`,
  ].join(', ');
}
