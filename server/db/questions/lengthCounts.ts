/** Visits, or stays in a zone, that started in each interval, by their length against the threshold. */
import type { Zone } from '../../contract/model.ts';
import type { LengthCounts } from '../../metrics/footfall.ts';
import { bounceMs } from '../../metrics/thresholds.ts';
import type { Range } from '../coverageRows.ts';
import { edgesRelation, inRange } from '../sqlText.ts';
import { lengthCountsSql, minLengthSql } from '../visitRows.ts';
import { type SiteContext, splitPeriod } from './context.ts';
import { quarterEdges } from './coverage.ts';
import { isKnown, openStarts, presencesOfRows } from './doubts.ts';
import type { Frame } from './frame.ts';
import { sealedSums } from './hourSums.ts';

const SUMS = ['counted', 'surely', 'possibly', 'below', 'bounced', 'dwell_ms'] as const;
export type CountsRow = Record<(typeof SUMS)[number], number>;

/** A relation (bucket_ms, counted, surely, …) by quarter hour. Parameters: $1 the site, $2 the zone or ''. */
export function lengthCountsRelation(
  context: SiteContext,
  fromMs: number,
  toMs: number,
  zone: Zone | undefined,
  /** Of open ones. */
  openFromMs = fromMs,
): string {
  const { rollup, rows } =
    fromMs < toMs ? splitPeriod(context.trustedMs, fromMs, toMs) : { rollup: undefined, rows: [] };
  const source = zone ? 'stays' : 'visits';
  // A range each: under an `or` of ranges no row group would be left out.
  const from = (table: string, range: Range) =>
    lengthCountsSql({
      table,
      zone: "''",
      where: `${zone ? 'zone_id = $2' : "$2 = ''"} and ${inRange('start_ms', range)}`,
      minLength: minLengthSql(context, source, zone),
      bounceMs: bounceMs(context.definitions),
    });
  const columns = `bucket_ms, ${SUMS.join(', ')}`;
  const parts = [...rows.map((range) => from(source, range)), from(`open_${source}`, [openFromMs, toMs])].map(
    (part) => `select ${columns} from (${part})`,
  );
  if (rollup)
    parts.push(
      `select ${columns} from visit_quarters
       where site_id = $1 and zone_id = $2 and ${inRange('bucket_ms', rollup)}`,
    );
  return `(${parts.join(' union all ')})`;
}

export const sumsOf = (q: string): string => SUMS.map((name) => `sum(${q}.${name}) as ${name}`).join(', ');

export const countsOf = (row: CountsRow): LengthCounts => ({
  counted: row.counted,
  surely: row.surely,
  possibly: row.possibly,
  below: row.below,
  bounced: row.bounced,
  dwellMs: row.dwell_ms,
});

const plus = (a: LengthCounts, b: LengthCounts): LengthCounts => ({
  counted: a.counted + b.counted,
  surely: a.surely + b.surely,
  possibly: a.possibly + b.possibly,
  below: a.below + b.below,
  bounced: a.bounced + b.bounced,
  dwellMs: a.dwellMs + b.dwellMs,
});

/** From the sums of whole hours, where they are sealed, from rows (or their quarter hours) after them, and from what is open. */
export async function lengthCountsByInterval(context: SiteContext, frame: Frame): Promise<LengthCounts[]> {
  const { edges, zone, sealedMs } = frame;
  const toMs = edges.at(-1)!;
  const sealed = await sealedSums(context, frame);
  const out = sealed.map(({ lengths }) => lengths);
  if (isKnown(context, frame, edges[0]!)) {
    for (const [i, { lengths }] of await presencesOfRows(context, frame)) out[i] = plus(out[i]!, lengths);
    return out;
  }
  const fromMs = Math.max(edges[0]!, Math.min(sealedMs, toMs));
  if (fromMs >= toMs && (await openStarts(context, frame)).length === 0) return out;
  const relation = lengthCountsRelation(context, fromMs, toMs, zone, edges[0]!);
  const rows = await context.sql.all<CountsRow & { i: number }>(
    `select e.i, ${sumsOf('q')}
     from ${relation} q asof join ${edgesRelation(quarterEdges(edges))} e on q.bucket_ms >= e.from_ms group by e.i`,
    [context.siteId, zone?.id ?? ''],
  );
  for (const row of rows) out[row.i] = plus(out[row.i]!, countsOf(row));
  return out;
}
