/** Seals what was reported by floor and hour, and the windows in which nobody did. */
import { clipSpans, type ExpectedSpan, MINUTE_MS } from '../../metrics/coverage.ts';
import type { DarkWindow } from '../../metrics/dark.ts';
import { expectedMinutes } from '../../metrics/doubt.ts';
import { bucketEdges, HOUR_MS, hourStartMs, nextEdgeMs, QUARTER_MS } from '../../metrics/localTime.ts';
import type { Columns } from '../duckdb.ts';
import type { SiteContext } from '../questions/context.ts';
import { unreportedSpans } from '../questions/dark.ts';
import { spansOf } from '../questions/spans.ts';
import type { SeriesSql } from '../seriesSql.ts';
import { edgesRelation, inRange } from '../sqlText.ts';
import { lightSignature, type Seal, sealKey } from './seals.ts';

/** Gateways hand in their batches within seconds; an hour and a quarter later a minute that is not there is late or lost. */
const LIGHT_AFTER_MS = 75 * MINUTE_MS;

interface LitHour {
  i: number;
  reported: number;
  lit: number;
  quarters: number;
}

async function litHours(context: SiteContext, floor: string, edges: readonly number[]): Promise<Map<number, LitHour>> {
  const [fromMs, toMs] = [edges[0]!, edges.at(-1)!];
  const { sql } = spansOf(context, floor === '' ? undefined : floor, fromMs, toMs);
  if (sql === undefined) return new Map();
  const rows = await context.sql.all<LitHour>(
    `with ${sql}, m as (
       select c.minute_ms, count(distinct c.gateway_id) as reported
       from coverage c join span s on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms
       where c.site_id = $1 and ${inRange('c.minute_ms', [fromMs, toMs])} group by c.minute_ms)
     select e.i, cast(sum(m.reported) as bigint) as reported, count(*) as lit,
       cast(bit_or(1 << ((m.minute_ms - e.from_ms) // ${QUARTER_MS})::integer) as integer) as quarters
     from m asof join ${edgesRelation(edges)} e on m.minute_ms >= e.from_ms group by e.i`,
    [context.siteId],
  );
  return new Map(rows.map((row) => [row.i, row]));
}

const expectedIn = (spans: readonly ExpectedSpan[], fromMs: number, toMs: number): number =>
  clipSpans(spans, fromMs, toMs).reduce((sum, span) => sum + (span.toMs - span.fromMs) / MINUTE_MS, 0);

async function write(
  sql: SeriesSql,
  context: SiteContext,
  floor: string,
  edges: readonly number[],
  windows: readonly DarkWindow[],
): Promise<void> {
  const lit = await litHours(context, floor, edges);
  const spans = context.spans.filter((span) => floor === '' || span.floorId === floor);
  const rows = edges.slice(0, -1).flatMap((fromMs, i) => {
    const expected = expectedIn(spans, fromMs, edges[i + 1]!);
    if (expected === 0) return [];
    return [{ fromMs, expected, minutes: expectedMinutes(spans, fromMs, edges[i + 1]!), ...lit.get(i) }];
  });
  const integer = (values: number[]) => ({ type: 'INTEGER', values }) as const;
  const bigint = (values: number[]) => ({ type: 'BIGINT', values }) as const;
  const place = (count: number): Columns => ({
    site_id: { type: 'VARCHAR', values: Array.from({ length: count }, () => context.siteId) },
    floor_id: { type: 'VARCHAR', values: Array.from({ length: count }, () => floor) },
  });
  await sql.append('light_hours', {
    ...place(rows.length),
    hour_ms: bigint(rows.map((row) => row.fromMs)),
    expected: integer(rows.map((row) => row.expected)),
    reported: integer(rows.map((row) => row.reported ?? 0)),
    minutes: integer(rows.map((row) => row.minutes)),
    lit: integer(rows.map((row) => row.lit ?? 0)),
    quarters: integer(rows.map((row) => row.quarters ?? 0)),
  });
  await sql.append('dark_windows', {
    ...place(windows.length),
    from_ms: bigint(windows.map((window) => window.fromMs)),
    to_ms: bigint(windows.map((window) => window.toMs)),
  });
}

/** No window lies across it, whatever is dark up to `toMs` may go on. */
function endBefore(timezone: string, windows: readonly DarkWindow[], toMs: number): number {
  let endMs = toMs;
  for (const window of [...windows].reverse())
    if (window.toMs >= toMs || (window.fromMs < endMs && window.toMs > endMs))
      endMs = Math.min(endMs, hourStartMs(timezone, window.fromMs));
  return endMs;
}

/** From here on light can be made anew: a window in which rows have expired stays whole, for what was counted around it does. */
export function lightFromMs(timezone: string, windows: readonly DarkWindow[], rowsFromMs: number): number {
  let madeFromMs = rowsFromMs;
  for (const { fromMs, toMs } of [...windows].sort((a, b) => a.fromMs - b.fromMs))
    if (fromMs < madeFromMs && toMs > madeFromMs)
      madeFromMs = hourStartMs(timezone, toMs) === toMs ? toMs : nextEdgeMs(timezone, 'hour', toMs);
  return madeFromMs;
}

/** One step of one floor. True where it went on. */
async function sealFloor(sql: SeriesSql, context: SiteContext, seal: Seal, mostMs: number): Promise<boolean> {
  const { timezone, progress } = context;
  const targetMs = hourStartMs(timezone, (progress?.watermarkMs ?? 0) - LIGHT_AFTER_MS);
  const floor = seal.place === '' ? undefined : seal.place;
  const { spans } = spansOf(context, floor, 0, targetMs);
  const firstMs = spans.reduce((least, span) => Math.min(least, span.fromMs), targetMs);
  const fromMs = Math.max(seal.sealedMs, seal.fromMs, hourStartMs(timezone, firstMs));
  if (targetMs <= seal.sealedMs) return false;
  if (fromMs >= targetMs) {
    seal.sealedMs = targetMs;
    return true;
  }
  for (const toMs of new Set([hourStartMs(timezone, Math.min(targetMs, fromMs + mostMs)), targetMs])) {
    if (toMs <= fromMs) continue;
    const windows = await unreportedSpans(context, floor, fromMs, toMs);
    const endMs = endBefore(timezone, windows, toMs);
    if (endMs <= fromMs) continue;
    for (let partMs = fromMs; partMs < endMs; ) {
      const next = hourStartMs(timezone, Math.min(endMs, partMs + 60 * 24 * HOUR_MS));
      const edges = bucketEdges(timezone, 'hour', partMs, next);
      const mine = windows.filter((window) => window.toMs <= endMs && window.fromMs >= partMs && window.fromMs < next);
      await write(sql, context, seal.place, edges, mine);
      partMs = next;
    }
    seal.sealedMs = endMs;
    return true;
  }
  return false;
}

/** Each floor, and the site, goes on by as much as `mostMs`. */
export async function sealLight(sql: SeriesSql, context: SiteContext, mostMs: number): Promise<boolean> {
  const { seals, siteId, registry, rowsFromMs } = context;
  const signature = lightSignature(context);
  let more = false;
  for (const place of ['', ...registry.floors.all(siteId).map(({ id }) => id)]) {
    const key = sealKey('light', place);
    const seal = seals.get(key) ?? {
      what: 'light',
      place,
      signature,
      fromMs: rowsFromMs,
      sealedMs: rowsFromMs,
      boundMs: 0,
    };
    if (seal.signature !== signature) {
      seal.signature = signature;
      const windows = await sql.all<DarkWindow>(
        'select from_ms as "fromMs", to_ms as "toMs" from dark_windows where site_id = $1 and floor_id = $2 and to_ms > $3',
        [siteId, place, rowsFromMs],
      );
      seal.sealedMs = Math.min(seal.sealedMs, lightFromMs(context.timezone, windows, rowsFromMs));
      await sql.remove('light_hours', { site_id: siteId, floor_id: place, hour_ms: { from: seal.sealedMs } });
      await sql.remove('dark_windows', { site_id: siteId, floor_id: place, to_ms: { above: seal.sealedMs } });
    }
    seals.set(key, seal);
    if (await sealFloor(sql, context, seal, mostMs)) more = true;
  }
  return more;
}
