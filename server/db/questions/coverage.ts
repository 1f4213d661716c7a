/** How much of what was expected was reported, by interval. */
import { coverageShare } from '../../metrics/coverage.ts';
import { QUARTER_MS } from '../../metrics/localTime.ts';
import { coverageQuartersSql } from '../coverageRows.ts';
import { edgesRelation } from '../sqlText.ts';
import { type SiteContext, splitPeriod } from './context.ts';

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

export async function coverageByInterval(
  context: SiteContext,
  edges: readonly number[],
  floorId: string | undefined,
): Promise<CoverageCounts[]> {
  const relation = coverageRelation(context, edges[0]!, edges.at(-1)!, floorId);
  const rows = await context.sql.all<{ i: number; expected: number; reported: number }>(
    `select e.i, sum(q.expected) as expected, sum(q.reported) as reported
     from ${relation} q asof join ${edgesRelation(quarterEdges(edges))} e on q.bucket_ms >= e.from_ms group by e.i`,
    [context.siteId],
  );
  const out = Array.from({ length: edges.length - 1 }, () => ({ expected: 0, reported: 0 }));
  for (const row of rows) out[row.i] = { expected: row.expected, reported: row.reported };
  return out;
}

/** Of a whole period. */
export async function coverageOfPeriod(
  context: SiteContext,
  fromMs: number,
  toMs: number,
  floorId: string | undefined,
): Promise<number> {
  const [counts] = await coverageByInterval(context, [fromMs, toMs], floorId);
  return coverageShare(counts!.reported, counts!.expected);
}
