/** When which gateways were expected to report. */
import { clipSpans, type ExpectedSpan } from '../../metrics/coverage.ts';
import { sqlNumber, sqlString } from '../sqlText.ts';
import type { SiteContext } from './context.ts';

/** Spans of the period, of the zone's floor, with their relation span(gateway_id, from_ms, to_ms). */
export function spansOf(
  context: SiteContext,
  floorId: string | undefined,
  fromMs: number,
  toMs: number,
): { spans: ExpectedSpan[]; sql: string | undefined } {
  const spans = clipSpans(context.spans, fromMs, toMs).filter(
    (span) => floorId === undefined || span.floorId === floorId,
  );
  const values = spans.map(
    (span) => `(${sqlString(span.gatewayId)}, ${sqlNumber(span.fromMs)}, ${sqlNumber(span.toMs)})`,
  );
  return {
    spans,
    sql: values.length > 0 ? `span(gateway_id, from_ms, to_ms) as (values ${values.join(',')})` : undefined,
  };
}
