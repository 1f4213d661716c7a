/** The embedded time-series engine. */
import type { Registry } from '../registry/types.ts';
import { commitRows } from './commitRows.ts';
import type { Duck } from './duckdb.ts';
import { expireRows, type Retention } from './expire.ts';
import { affinity } from './questions/affinity.ts';
import { changelog } from './questions/changelog.ts';
import { type SiteContext, siteContext } from './questions/context.ts';
import { flows } from './questions/flows.ts';
import { heatmap } from './questions/heatmap.ts';
import { peakHours } from './questions/peakHours.ts';
import { people } from './questions/people.ts';
import { returning } from './questions/returning.ts';
import { series } from './questions/series.ts';
import { plainSeries } from './seriesSql.ts';
import type { Questions, TimeSeriesWriter } from './timeSeries.ts';

export interface TimeSeries extends TimeSeriesWriter, Questions {
  /** Removes what has outlived its retention. To be called daily, on sites whose clock is the wall's. */
  expire(siteId: string, nowMs: number): Promise<void>;
}

export function openTimeSeries(duck: Duck, registry: Registry, retention?: Retention): TimeSeries {
  /** A question reads one committed state throughout: rows, what is open and rollups belong together. */
  const asking =
    <Query extends { siteId: string; definitionsVersion?: number }, Answer>(
      question: (context: SiteContext, query: Query) => Promise<Answer>,
    ) =>
    (query: Query): Promise<Answer> =>
      duck.snapshot(async (sql) =>
        question(await siteContext(sql, registry, query.siteId, query.definitionsVersion), query),
      );
  return {
    commit: (commit) => duck.bulkTransaction((sql) => commitRows(plainSeries(sql), registry, commit)),
    async lastCheckpoint(siteId) {
      const row = await duck.get<{ watermark_ms: number; dirty_from_ms: number | null; checkpoint: string }>(
        'select watermark_ms, dirty_from_ms, checkpoint from site_state where site_id = $1',
        [siteId],
      );
      return row && { watermarkMs: row.watermark_ms, dirtyFromMs: row.dirty_from_ms, checkpoint: row.checkpoint };
    },
    expire: (siteId, nowMs) =>
      duck.bulkTransaction((sql) => expireRows(plainSeries(sql), registry, siteId, nowMs, retention)),
    series: asking(series),
    peakHours: asking(peakHours),
    heatmap: asking(heatmap),
    affinity: asking(affinity),
    flows: asking(flows),
    returning: asking(returning),
    people: asking(people),
    changelog: asking(changelog),
  };
}
