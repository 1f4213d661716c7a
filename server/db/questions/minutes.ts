/** Minutes that are too new to be sealed: who reported, by floor. They tell coverage, darkness, light, and what was measured. */
import { clipSpans, MINUTE_MS } from '../../metrics/coverage.ts';
import { type DarkWindow, darkWindows } from '../../metrics/dark.ts';
import { HOUR_MS, QUARTER_MS } from '../../metrics/localTime.ts';
import { lightSignature, sealKey, trustedUntil } from '../figures/seals.ts';
import { inRange, sqlStrings } from '../sqlText.ts';
import type { SiteContext } from './context.ts';
import { spansOf } from './spans.ts';

/** Where more is not sealed, SQL is left to go through it. */
const MOST_MS = 12 * HOUR_MS;

export interface Minutes {
  fromMs: number;
  /** Exclusive: up to where the site has come. */
  toMs: number;
  /** Rising; how many gateways reported in each. */
  lit: { minuteMs: number; reported: number }[];
}

/** Of a floor, or of the site; undefined where too much is not sealed. */
export async function newMinutes(context: SiteContext, floorId: string | undefined): Promise<Minutes | undefined> {
  const { progress, seals, siteId } = context;
  if (!progress) return undefined;
  const seal = seals.get(sealKey('light', floorId ?? ''));
  const fromMs = trustedUntil(seal, lightSignature(context), progress.watermarkMs, context.rowsFromMs);
  const toMs = Math.ceil(progress.watermarkMs / MINUTE_MS) * MINUTE_MS;
  if (toMs - fromMs > MOST_MS) return undefined;
  const { spans, sql } = spansOf(context, floorId, fromMs, toMs);
  if (sql === undefined) return { fromMs, toMs, lit: [] };
  const first = spans[0]!;
  // Mostly the same gateways are expected throughout: a list of them is planned faster than a join.
  const isEven = spans.every((span) => span.fromMs === first.fromMs && span.toMs === first.toMs);
  const where = `where c.site_id = $1 and ${inRange('c.minute_ms', isEven ? [first.fromMs, first.toMs] : [fromMs, toMs])}`;
  const source = isEven
    ? `coverage c ${where} and c.gateway_id in ${sqlStrings(spans.map(({ gatewayId }) => gatewayId))}`
    : `coverage c join span s on s.gateway_id = c.gateway_id and c.minute_ms >= s.from_ms and c.minute_ms < s.to_ms ${where}`;
  const lit = await context.sql.all<{ minuteMs: number; reported: number }>(
    `${isEven ? '' : `with ${sql} `}select c.minute_ms::double as "minuteMs", count(distinct c.gateway_id) as reported
     from ${source} group by c.minute_ms order by c.minute_ms`,
    [siteId],
  );
  return { fromMs, toMs, lit };
}

export function darkIn(
  context: SiteContext,
  floorId: string | undefined,
  { fromMs, toMs, lit }: Minutes,
): DarkWindow[] {
  const { spans } = spansOf(context, floorId, fromMs, toMs);
  const unreported: DarkWindow[] = [];
  let nextMs = fromMs;
  for (const { minuteMs } of lit) {
    if (minuteMs > nextMs) unreported.push({ fromMs: nextMs, toMs: minuteMs });
    nextMs = minuteMs + MINUTE_MS;
  }
  if (nextMs < toMs) unreported.push({ fromMs: nextMs, toMs });
  return darkWindows(unreported, spans);
}

export function coverageIn(
  context: SiteContext,
  floorId: string | undefined,
  minutes: Minutes,
  fromMs: number,
  toMs: number,
): { expected: number; reported: number; lit: number } {
  const { spans } = spansOf(context, floorId, fromMs, toMs);
  const mine = minutes.lit.filter(({ minuteMs }) => minuteMs >= fromMs && minuteMs < toMs);
  return {
    expected: clipSpans(spans, fromMs, toMs).reduce((sum, span) => sum + (span.toMs - span.fromMs) / MINUTE_MS, 0),
    reported: mine.reduce((sum, { reported }) => sum + reported, 0),
    lit: mine.length,
  };
}

/** Starts of the quarter hours of [fromMs, toMs) in which anybody reported; undefined where too much is not sealed. */
export async function measuredQuarters(
  context: SiteContext,
  floorId: string | undefined,
  fromMs: number,
  toMs: number,
): Promise<Set<number> | undefined> {
  const minutes = await newMinutes(context, floorId);
  if (!minutes) return undefined;
  const out = new Set<number>();
  for (const { minuteMs } of minutes.lit)
    if (minuteMs >= fromMs && minuteMs < toMs) out.add(minuteMs - (minuteMs % QUARTER_MS));
  if (fromMs < minutes.fromMs)
    for (const { hour_ms: hourMs, quarters } of await context.sql.all<{ hour_ms: number; quarters: number }>(
      `select hour_ms, quarters from light_hours
       where site_id = $1 and floor_id = $2 and ${inRange('hour_ms', [fromMs - HOUR_MS + 1, Math.min(toMs, minutes.fromMs)])}`,
      [context.siteId, floorId ?? ''],
    ))
      for (let quarter = 0; quarter < 4; quarter += 1) {
        const atMs = hourMs + quarter * QUARTER_MS;
        if ((quarters >> quarter) & 1 && atMs >= fromMs && atMs < toMs) out.add(atMs);
      }
  return out;
}
