import { describe, expect, it } from 'vitest';
import type { SeriesPoint } from '../../server/contract/metrics.ts';
import { begun, changeOf, summarise } from '../../web/dashboard/views/traffic/summary.ts';

const point = (value: number | null, more: Partial<SeriesPoint> = {}): SeriesPoint => ({
  start: '2026-11-20T00:00:00+01:00',
  value,
  low: value === null ? null : value - 2,
  high: value === null ? null : value + 2,
  coverage: value === null ? 0 : 1,
  state: 'final',
  ...more,
});

describe('one figure for a period', () => {
  it('adds footfall and its bands up', () => {
    expect(summarise('footfall', [point(10), point(20)])).toMatchObject({ value: 30, low: 26, high: 34, coverage: 1 });
  });

  it('takes the mean where a sum would count people twice', () => {
    expect(summarise('unique-visitors', [point(10), point(20)]).value).toBe(15);
    expect(summarise('dwell', [point(100), point(200), point(null)]).value).toBe(150);
  });

  it('takes the highest peak of occupancy', () => {
    const summary = summarise('occupancy', [point(10, { peak: 30 }), point(20, { peak: 25 })]);
    expect(summary.value).toBe(30);
    expect(summary.low).toBeCloseTo(24);
  });

  it('tells nothing measured from zero', () => {
    expect(summarise('footfall', [point(0)]).value).toBe(0);
    expect(summarise('footfall', [point(null)])).toMatchObject({ value: null, low: null, coverage: 0 });
    expect(summarise('footfall', [])).toMatchObject({ value: null, coverage: null });
  });

  it('is provisional as soon as one interval is, and carries lost coverage', () => {
    const summary = summarise('footfall', [point(10), point(null, { state: 'provisional' })]);
    expect(summary).toMatchObject({ value: 10, provisional: true, coverage: 0.5 });
  });

  it('leaves intervals out that have not begun', () => {
    const later = point(null, { start: '2026-11-22T00:00:00+01:00' });
    expect(begun([point(1), later], Date.parse('2026-11-21T12:00:00+01:00'))).toHaveLength(1);
  });

  it('calls a change certain only where the bands are apart', () => {
    const of = (value: number) => summarise('footfall', [point(value)]);
    expect(changeOf(of(110), of(100))).toMatchObject({ certain: true });
    expect(changeOf(of(103), of(100))).toMatchObject({ certain: false });
    expect(changeOf(of(10), of(0))).toBeUndefined();
    expect(changeOf(summarise('footfall', [point(null)]), of(10))).toBeUndefined();
  });
});
