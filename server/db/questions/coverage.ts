/** How much of what was expected was reported, by interval. */
import type { Interval } from '../../contract/metrics.ts';
import { coverageShare } from '../../metrics/coverage.ts';
import { QUARTER_MS } from '../../metrics/localTime.ts';
import { coverageQuartersSql } from '../coverageRows.ts';
import { edgesRelation } from '../sqlText.ts';
import { type SiteContext, splitPeriod } from './context.ts';
import { type LightSums, lightSealedUntil, sealedLight } from './hourSums.ts';
import { coverageIn, newMinutes } from './minutes.ts';

export interface CoverageCounts {
  expected: number;
  reported: number;
}

/** A relation (floor_id, bucket_ms, expected, reported) of a period; `$1` must be the site. */
export function coverageRelation(context: SiteContext, fromMs: number, toMs: number, floorId?: string): string {
  const { rollup, rows } = splitPeriod(context.coverageSealedMs, fromMs, toMs);
  return coverageQuartersSql(context.spans, rows, {
    withRollup: rollup,
    ...(floorId === undefined ? {} : { floorId }),
  });
}

/** For joins by quarter hour: the first edge moves back to the start of its quarter hour. */
export const quarterEdges = (edges: readonly number[]): number[] => [
  Math.floor(edges[0]! / QUARTER_MS) * QUARTER_MS,
  ...edges.slice(1),
];

/** By interval, and the part of it that sums by hour have told. */
export async function coverageOfFrame(
  context: SiteContext,
  frame: { interval: Interval; edges: readonly number[] },
  floorId: string | undefined,
  measuredToMs: number,
): Promise<{ counts: CoverageCounts[]; light: { untilMs: number; sums: LightSums[] } }> {
  const { edges } = frame;
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const untilMs = lightSealedUntil(context, { ...frame, edges: [...edges] }, floorId);
  const sums = await sealedLight(context, edges, floorId, untilMs, measuredToMs);
  const counts = sums.map(({ expected, reported }) => ({ expected, reported }));
  const restMs = Math.max(fromMs, untilMs);
  const minutes = restMs < toMs ? await newMinutes(context, floorId) : undefined;
  if (minutes && minutes.fromMs <= restMs)
    counts.forEach((count, i) => {
      const [from, to] = [Math.max(edges[i]!, restMs), edges[i + 1]!];
      if (from >= to) return;
      const { expected, reported } = coverageIn(context, floorId, minutes, from, to);
      count.expected += expected;
      count.reported += reported;
    });
  else if (restMs < toMs) {
    const relation = coverageRelation(context, restMs, toMs, floorId);
    const rows = await context.sql.all<{ i: number; expected: number; reported: number }>(
      `select e.i, sum(q.expected) as expected, sum(q.reported) as reported
       from ${relation} q asof join ${edgesRelation(quarterEdges(edges))} e on q.bucket_ms >= e.from_ms group by e.i`,
      [context.siteId],
    );
    for (const row of rows) {
      counts[row.i]!.expected += row.expected;
      counts[row.i]!.reported += row.reported;
    }
  }
  return { counts, light: { untilMs, sums } };
}

export const coverageByInterval = async (
  context: SiteContext,
  edges: readonly number[],
  floorId: string | undefined,
): Promise<CoverageCounts[]> => (await coverageOfFrame(context, { interval: '15m', edges }, floorId, 0)).counts;

/** Of a whole period. */
export async function coverageOfPeriod(
  context: SiteContext,
  fromMs: number,
  toMs: number,
  floorId: string | undefined,
): Promise<number> {
  const { counts } = await coverageOfFrame(context, { interval: 'week', edges: [fromMs, toMs] }, floorId, 0);
  return coverageShare(counts[0]!.reported, counts[0]!.expected);
}
