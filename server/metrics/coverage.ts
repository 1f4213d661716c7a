/**
 * Coverage: gateway-minutes that reported ÷ gateway-minutes that were expected. A gateway is expected while it is enabled,
 * from the first minute in which it was ever heard, in whole minutes that lie before the watermark: the future is not
 * expected of anyone. Coverage of a zone is that of the gateways on its floor. Where nothing was expected it is 0, and as
 * where nobody reported, nothing was measured. Pure.
 */
import type { Gateway, SiteModelVersion } from '../contract/model.ts';

export const MINUTE_MS = 60_000;

/** One gateway is expected in the minutes that start in [fromMs, toMs). */
export interface ExpectedSpan {
  gatewayId: string;
  floorId: string;
  fromMs: number;
  toMs: number;
}

const ceilMinute = (atMs: number): number => Math.ceil(atMs / MINUTE_MS) * MINUTE_MS;
const floorMinute = (atMs: number): number => Math.floor(atMs / MINUTE_MS) * MINUTE_MS;

/** Spans in which gateways are expected, by what the models said at the time. `fallback` stands in where no model is kept. */
export function expectedSpans(
  timeline: readonly SiteModelVersion[],
  fallback: readonly Gateway[],
  firstHeardMs: ReadonlyMap<string, number>,
  watermarkMs: number,
): ExpectedSpan[] {
  const versions = timeline.map((version, i) => ({
    // The first model stands for all that lies before it.
    fromMs: i === 0 ? Number.NEGATIVE_INFINITY : version.effectiveFromMs,
    gateways: version.model.gateways,
  }));
  if (versions.length === 0) versions.push({ fromMs: Number.NEGATIVE_INFINITY, gateways: [...fallback] });
  const untilMs = floorMinute(watermarkMs);
  const open = new Map<string, ExpectedSpan>();
  const spans: ExpectedSpan[] = [];
  const close = (span: ExpectedSpan, atMs: number) => {
    const heardMs = firstHeardMs.get(span.gatewayId);
    if (heardMs === undefined) return;
    const fromMs = ceilMinute(Math.max(span.fromMs, floorMinute(heardMs)));
    const toMs = Math.min(ceilMinute(atMs), untilMs);
    if (fromMs < toMs) spans.push({ ...span, fromMs, toMs });
  };
  for (const version of versions) {
    const enabled = new Map(version.gateways.filter((g) => g.enabled).map((g) => [g.id, g.floorId]));
    for (const [id, span] of open) {
      if (enabled.get(id) === span.floorId) continue;
      close(span, version.fromMs);
      open.delete(id);
    }
    for (const [gatewayId, floorId] of enabled)
      if (!open.has(gatewayId)) open.set(gatewayId, { gatewayId, floorId, fromMs: version.fromMs, toMs: 0 });
  }
  for (const span of open.values()) close(span, untilMs);
  return spans;
}

/** The part of each span within [fromMs, toMs). */
export function clipSpans(spans: readonly ExpectedSpan[], fromMs: number, toMs: number): ExpectedSpan[] {
  return spans
    .map((span) => ({
      ...span,
      fromMs: Math.max(span.fromMs, ceilMinute(fromMs)),
      toMs: Math.min(span.toMs, ceilMinute(toMs)),
    }))
    .filter((span) => span.fromMs < span.toMs);
}

export function coverageShare(reported: number, expected: number): number {
  return expected > 0 ? Math.min(1, reported / expected) : 0;
}

/** The definition on plain rows: what SQL must agree with. */
export function coverageOf(
  spans: readonly ExpectedSpan[],
  reported: readonly { gatewayId: string; minuteStartMs: number }[],
  fromMs: number,
  toMs: number,
): { expected: number; reported: number } {
  const parts = clipSpans(spans, fromMs, toMs);
  const seen = new Set<string>();
  for (const row of reported)
    if (
      parts.some(
        (span) => span.gatewayId === row.gatewayId && row.minuteStartMs >= span.fromMs && row.minuteStartMs < span.toMs,
      )
    )
      seen.add(`${row.gatewayId} ${row.minuteStartMs}`);
  return {
    expected: parts.reduce((sum, span) => sum + (span.toMs - span.fromMs) / MINUTE_MS, 0),
    reported: seen.size,
  };
}
