/** How many were present, on the mean and at the peak? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import { QUARTER_MS } from '../../metrics/localTime.ts';
import { occupancyFigures } from '../../metrics/occupancy.ts';
import { edgesRelation, inRange, sqlNumber } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { coverageRelation, quarterEdges } from './coverage.ts';
import { type Frame, fill, NOTHING } from './frame.ts';

export async function occupancy(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const edges = quarterEdges(frame.edges);
  const range = [edges[0]!, edges.at(-1)!] as const;
  const measured = coverageRelation(context, frame.edges[0]!, frame.edges.at(-1)!, frame.zone?.floorId);
  const rowsOf = (table: string) =>
    `select bucket_ms, carrier_ms, peak from ${table}
     where site_id = $1 and zone_id = $2 and ${inRange('bucket_ms', range)}`;
  const rows = await context.sql.all<{ i: number; carrier_ms: number; measured_ms: number; peak: number }>(
    `with measured as (select bucket_ms from ${measured} group by bucket_ms having sum(reported) > 0),
     present as (
       select bucket_ms, sum(carrier_ms) as carrier_ms, max(peak) as peak
       from (${rowsOf('occupancy')} union all ${rowsOf('open_occupancy')}) group by bucket_ms)
     select e.i, coalesce(sum(p.carrier_ms), 0) as carrier_ms, coalesce(max(p.peak), 0) as peak,
       sum(greatest(0, least(m.bucket_ms + ${QUARTER_MS}, ${sqlNumber(context.progress?.watermarkMs ?? 0)}) - m.bucket_ms))
         as measured_ms
     from measured m left join present p on p.bucket_ms = m.bucket_ms
       asof join ${edgesRelation(edges)} e on m.bucket_ms >= e.from_ms
     group by e.i`,
    [context.siteId, frame.zone?.id ?? ''],
  );
  const totals = new Map(rows.map((row) => [row.i, row]));
  return fill(frame, { ...NOTHING, peak: null }, (i, coverage) => {
    const row = totals.get(i);
    return occupancyFigures(
      { carrierMs: row?.carrier_ms ?? 0, measuredMs: row?.measured_ms ?? 0, peak: row?.peak ?? 0 },
      coverage,
    );
  });
}
