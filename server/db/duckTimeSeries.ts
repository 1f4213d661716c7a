/** The embedded time-series engine. */
import type { Registry } from '../registry/types.ts';
import { commitRows } from './commitRows.ts';
import type { Duck } from './duckdb.ts';
import type { TimeSeriesWriter } from './timeSeries.ts';

export function openTimeSeries(duck: Duck, registry: Registry): TimeSeriesWriter {
  return {
    commit: (commit) => duck.transaction((sql) => commitRows(sql, registry, commit)),
    async lastCheckpoint(siteId) {
      const row = await duck.get<{ watermark_ms: number; dirty_from_ms: number | null; checkpoint: string }>(
        'select watermark_ms, dirty_from_ms, checkpoint from site_state where site_id = $1',
        [siteId],
      );
      return row && { watermarkMs: row.watermark_ms, dirtyFromMs: row.dirty_from_ms, checkpoint: row.checkpoint };
    },
  };
}
