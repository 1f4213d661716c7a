/** Of those who came by, what share came in? */
import type { SeriesPoint } from '../../contract/metrics.ts';
import type { Zone } from '../../contract/model.ts';
import { captureFigures } from '../../metrics/captureRate.ts';
import { type Elsewhere, LEAST_SEEN, NOT_ELSEWHERE, withEvenPart } from '../../metrics/elsewhere.ts';
import { confirmMsOf } from '../figures/seals.ts';
import { edgesRelation, inRange, LENGTH_MS, sqlNumber } from '../sqlText.ts';
import { minLengthMs, type SiteContext } from './context.ts';
import { doubtsByInterval, LAG_SQL, millionthsSql } from './doubts.ts';
import { type Frame, fill, NOTHING } from './frame.ts';
import { sealedFloor, sealedSums } from './hourSums.ts';
import { lengthCountsByInterval } from './lengthCounts.ts';

/** How far positions can be trusted: `elsewhereOf`, by interval. */
async function elsewhereByInterval(context: SiteContext, frame: Frame, zone: Zone): Promise<Elsewhere[]> {
  const { edges } = frame;
  const others = context.registry.zones.all(context.siteId).filter((one) => one.floorId === zone.floorId).length - 1;
  const sealed = await sealedSums(context, frame);
  const floor = await sealedFloor(context, frame);
  const restMs = Math.max(edges[0]!, Math.min(floor.untilMs, frame.sealedMs, edges.at(-1)!));
  // Where the floor is sealed less far than the zone, both are read from rows.
  const whole = floor.untilMs >= Math.min(frame.sealedMs, edges.at(-1)!);
  const rows = await elsewhereOfRows(context, frame, zone, whole ? restMs : edges[0]!);
  return edges.slice(0, -1).map((_, i) => {
    const row = rows.get(i) ?? NOT_ELSEWHERE;
    if (!whole) return withEvenPart(row, others);
    const { own } = sealed[i]!;
    const all = floor.byInterval.get(i) ?? { countedM: 0, belowM: 0 };
    return withEvenPart(
      {
        ownCountedM: own.ownCountedM + row.ownCountedM,
        ownBelowM: own.ownBelowM + row.ownBelowM,
        othersCountedM: all.countedM - own.ownCountedM + row.othersCountedM,
        othersBelowM: all.belowM - own.ownBelowM + row.othersBelowM,
        passedM: own.passedM + row.passedM,
        passedVarianceM: own.passedVarianceM + row.passedVarianceM,
      },
      others,
    );
  });
}

interface ZoneSums {
  i: number;
  zoneId: string;
  countedM: number;
  belowM: number;
  passedM: number;
  passedVarianceM: number;
}

/** Of closed stays that start from `restMs` on, and of open ones. All zones of a floor ask the same of the database. */
async function elsewhereOfRows(
  context: SiteContext,
  { edges }: Frame,
  zone: Zone,
  restMs: number,
): Promise<Map<number, Elsewhere>> {
  const toMs = edges.at(-1)!;
  const minMs = sqlNumber(minLengthMs(context, zone));
  const confirmMs = sqlNumber(confirmMsOf(context.definitions));
  const rowsOf = (table: string, fromMs: number): string =>
    `select start_ms, ${LENGTH_MS} as length_ms, ${LAG_SQL} as lag, zone_id,
       1000 * (1000 - coalesce(mass_permille, 0)) as elsewhere_m
     from ${table} where site_id = $1 and floor_id = $2 and kind not in ('staff', 'cart')
       and ${inRange('start_ms', [fromMs, toMs])}`;
  const sum = (of: string, where: string): string => `coalesce(cast(sum(${of}) filter (where ${where}) as bigint), 0)`;
  const closed = restMs < toMs ? `${rowsOf('stays', restMs)} union all ` : '';
  const [long, short] = [`length_ms >= ${minMs}`, `length_ms < ${minMs}`];
  const rows = await context.sql.all<ZoneSums>(
    `with r as (
       select e.i, s.*, greatest(${LEAST_SEEN}::double, 1 - (${confirmMs} + 2 * s.lag) / (s.length_ms + 2 * s.lag)) as seen
       from (${closed}${rowsOf('open_stays', edges[0]!)}) s asof join ${edgesRelation(edges)} e on s.start_ms >= e.from_ms)
     select i, zone_id as "zoneId", ${sum('elsewhere_m', long)} as "countedM", ${sum('elsewhere_m', short)} as "belowM",
       ${sum(millionthsSql('(1 - seen) / seen'), short)} as "passedM",
       ${sum(millionthsSql('(1 - seen) / (seen * seen)'), short)} as "passedVarianceM"
     from r group by i, zone_id`,
    [context.siteId, zone.floorId],
  );
  const out = new Map<number, Elsewhere>();
  for (const { i, zoneId, countedM, belowM, passedM, passedVarianceM } of rows) {
    const known = out.get(i) ?? { ...NOT_ELSEWHERE };
    out.set(i, known);
    if (zoneId === zone.id) {
      known.ownCountedM += countedM;
      known.ownBelowM += belowM;
      known.passedM += passedM;
      known.passedVarianceM += passedVarianceM;
    } else {
      known.othersCountedM += countedM;
      known.othersBelowM += belowM;
    }
  }
  return out;
}

export async function captureRate(context: SiteContext, frame: Frame): Promise<SeriesPoint[]> {
  const counts = await lengthCountsByInterval(context, frame);
  const certain = await doubtsByInterval(context, frame);
  const elsewhere = frame.zone && (await elsewhereByInterval(context, frame, frame.zone));
  return fill(frame, { ...NOTHING, turnInRatio: null }, (i, coverage) =>
    captureFigures(counts[i]!, coverage, certain[i], elsewhere?.[i]),
  );
}
