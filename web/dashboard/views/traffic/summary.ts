/** One figure for a period out of a series, with its band, coverage and state. Pure. */
import type { Metric, SeriesPoint } from '../../../../server/contract/metrics.ts';

export interface Summary {
  value: number | null;
  low: number | null;
  high: number | null;
  coverage: number | null;
  provisional: boolean;
  suppressed: boolean;
}

const NOTHING: Summary = { value: null, low: null, high: null, coverage: null, provisional: false, suppressed: false };

/** Points that have begun: the rest of today is no outage. */
export const begun = (points: SeriesPoint[], nowMs: number): SeriesPoint[] =>
  points.filter((point) => Date.parse(point.start) < nowMs);

/**
 * Footfall adds up, and its bands add up too (they may all err the same way). Distinct visitors, dwell and capture rate
 * do not: their figure is the mean of the intervals. Of occupancy the highest peak counts.
 */
export function summarise(metric: Metric, points: SeriesPoint[]): Summary {
  if (points.length === 0) return NOTHING;
  const measured = points.filter((point) => point.value !== null);
  const coverage = points.reduce((sum, point) => sum + point.coverage, 0) / points.length;
  const common = {
    coverage,
    provisional: points.some((point) => point.state === 'provisional'),
    suppressed: points.some((point) => point.suppressed === true),
  };
  if (measured.length === 0) return { ...NOTHING, ...common };
  const sum = (pick: (point: SeriesPoint) => number | null) =>
    measured.reduce((total, point) => total + (pick(point) ?? point.value!), 0);
  if (metric === 'footfall') {
    return { value: sum(({ value }) => value), low: sum(({ low }) => low), high: sum(({ high }) => high), ...common };
  }
  if (metric === 'occupancy') {
    const top = measured.reduce((best, point) =>
      (point.peak ?? point.value!) > (best.peak ?? best.value!) ? point : best,
    );
    const value = top.peak ?? top.value!;
    const scale = top.value === null || top.value === 0 ? 1 : value / top.value;
    return {
      value,
      low: top.low === null ? null : top.low * scale,
      high: top.high === null ? null : top.high * scale,
      ...common,
    };
  }
  const count = measured.length;
  return {
    value: sum(({ value }) => value) / count,
    low: sum(({ low }) => low) / count,
    high: sum(({ high }) => high) / count,
    ...common,
  };
}

export type Change = { share: number; certain: boolean } | undefined;

/** A change is certain only where the bands do not overlap. */
export function changeOf(now: Summary, before: Summary): Change {
  if (now.value === null || before.value === null || before.value === 0) return undefined;
  const apart =
    now.low !== null &&
    now.high !== null &&
    before.low !== null &&
    before.high !== null &&
    (now.low > before.high || now.high < before.low);
  return { share: now.value / before.value - 1, certain: apart };
}
