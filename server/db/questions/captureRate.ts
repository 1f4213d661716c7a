/** Of those who came by, what share came in? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import type { Zone } from '../../contract/model.ts';
import { captureFigures } from '../../metrics/captureRate.ts';
import { type Elsewhere, LEAST_SEEN, NOT_ELSEWHERE } from '../../metrics/elsewhere.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import { doubtsByInterval, LAG_SQL, millionthsSql } from './doubts.ts';
import { type Frame, fill, NOTHING } from './frame.ts';
import { lengthCountsByInterval } from './lengthCounts.ts';

/** How far positions can be trusted: `elsewhereOf`, by interval. */
async function elsewhereByInterval(
  context: SiteContext,
  { edges }: Frame,
  zone: Zone,
): Promise<Map<number, Elsewhere>> {
  const others = context.registry.zones.all(context.siteId).filter((one) => one.floorId === zone.floorId).length - 1;
  const minMs = sqlNumber(minLengthMs(context, zone));
  const confirmMs = sqlNumber(Math.round(context.definitions.enterConfirmSeconds * 1_000));
  const rowsOf = (table: string): string =>
    `select start_ms, ${LENGTH_MS} as length_ms, ${LAG_SQL} as lag, zone_id = $2 as own,
       (1000 - coalesce(mass_permille, 0)) / 1000.0::double as elsewhere
     from ${table} where site_id = $1 and floor_id = $3 and kind not in ('staff', 'cart')
       and ${inRange('start_ms', [edges[0]!, edges.at(-1)!])}`;
  const part = `elsewhere / ${Math.max(1, others)}`;
  const passed = `own and length_ms < ${minMs}`;
  const sum = (of: string, where: string): string =>
    `coalesce(cast(sum(${millionthsSql(of)}) filter (where ${where}) as bigint), 0)`;
  const rows = await context.sql.all<{ i: number } & Elsewhere>(
    `with r as (
       select e.i, s.*, greatest(${LEAST_SEEN}::double, 1 - (${confirmMs} + 2 * s.lag) / (s.length_ms + 2 * s.lag)) as seen
       from (${rowsOf('stays')} union all ${rowsOf('open_stays')}) s asof join ${edgesRelation(edges)} e on s.start_ms >= e.from_ms)
     select i, ${sum('elsewhere', `own and length_ms >= ${minMs}`)} as "ownCountedM",
       ${sum('elsewhere', passed)} as "ownBelowM",
       ${sum(part, `not own and length_ms >= ${minMs}`)} as "othersCountedM",
       ${sum(part, `not own and length_ms < ${minMs}`)} as "othersBelowM",
       ${sum('(1 - seen) / seen', passed)} as "passedM", ${sum('(1 - seen) / (seen * seen)', passed)} as "passedVarianceM"
     from r group by i`,
    [context.siteId, zone.id, zone.floorId],
  );
  return new Map(rows.map(({ i, ...sums }) => [i, sums]));
}

export async function captureRate(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const counts = await lengthCountsByInterval(context, frame.edges, frame.zone);
  const certain = await doubtsByInterval(context, frame);
  const elsewhere = frame.zone && (await elsewhereByInterval(context, frame, frame.zone));
  return fill(frame, { ...NOTHING, turnInRatio: null }, (i, coverage) =>
    captureFigures(counts[i]!, coverage, certain[i], elsewhere && (elsewhere.get(i) ?? NOT_ELSEWHERE)),
  );
}
