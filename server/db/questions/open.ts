/** Visits, or stays in a zone, that are under way: few, and asked for by each question in its own way. */
import type { Zone } from '../../contract/model.ts';
import type { SiteContext } from './context.ts';

export interface OpenRow {
  startMs: number;
  endMs: number;
}

export const openRows = (context: SiteContext, zone: Zone | undefined): Promise<OpenRow[]> =>
  context.sql.all<OpenRow>(
    `select start_ms as "startMs", end_ms as "endMs" from open_${zone ? 'stays' : 'visits'}
     where site_id = $1 and ${zone ? 'zone_id = $2' : "$2 = ''"} and kind not in ('staff', 'cart') order by start_ms, end_ms`,
    [context.siteId, zone?.id ?? ''],
  );
