/**
 * Peak hours: mean footfall of each local hour of each weekday, over the local days of the period. Left out: days whose
 * coverage is below `minCoverage` (listed), hours in which nobody reported, and hours that are not whole in the period or
 * not yet over. The hour that autumn repeats is two hours of one day; where a change of offset leaves a part of an hour it
 * weighs as that part. Pure.
 */
import type { PeakHours } from '../contract/metrics.ts';
import { meanCountBand } from './bands.ts';
import { coverageShare } from './coverage.ts';
import { dayText, HOUR_MS, weekdayOf } from './localTime.ts';

/** One hour by the local clock, under one offset. */
export interface HourSample {
  day: number;
  /** 0..23 */
  hour: number;
  /** An hour, less where a change of offset cut it. */
  lengthMs: number;
  /** Whole within the period, and over. */
  complete: boolean;
  expected: number;
  reported: number;
  counted: number;
  surely: number;
  possibly: number;
}

type Cell = { counted: number; surely: number; possibly: number; hours: number; expected: number; reported: number };

export function peakHoursOf(samples: readonly HourSample[], minCoverage: number): Omit<PeakHours, 'timezone'> {
  const days = new Map<number, { expected: number; reported: number }>();
  for (const sample of samples) {
    const day = days.get(sample.day) ?? { expected: 0, reported: 0 };
    day.expected += sample.expected;
    day.reported += sample.reported;
    days.set(sample.day, day);
  }
  const excluded = new Map<number, number>();
  for (const [day, { expected, reported }] of days) {
    const share = coverageShare(reported, expected);
    if (expected > 0 && share < minCoverage) excluded.set(day, share);
  }
  const cells = Array.from({ length: 7 }, () =>
    Array.from({ length: 24 }, () => ({
      cell: { counted: 0, surely: 0, possibly: 0, hours: 0, expected: 0, reported: 0 } satisfies Cell as Cell,
      days: new Set<number>(),
    })),
  );
  for (const sample of samples) {
    if (!sample.complete || sample.reported === 0 || excluded.has(sample.day)) continue;
    const { cell, days: counted } = cells[weekdayOf(sample.day)]![sample.hour]!;
    cell.hours += sample.lengthMs / HOUR_MS;
    for (const name of ['counted', 'surely', 'possibly', 'expected', 'reported'] as const) cell[name] += sample[name];
    counted.add(sample.day);
  }
  let peak: PeakHours['peak'] = null;
  const grid = cells.map((hours, weekday) =>
    hours.map(({ cell, days: counted }, hour) => {
      const coverage = coverageShare(cell.reported, cell.expected);
      const band = meanCountBand(cell.surely, cell.counted, cell.possibly, cell.hours, coverage);
      if (!band) return { value: null, low: null, high: null, days: 0 };
      const value = cell.counted / cell.hours;
      if (value > (peak?.value ?? 0)) peak = { weekday, hour, value };
      return { value, low: Math.min(value, band.low), high: Math.max(value, band.high), days: counted.size };
    }),
  );
  const excludedDays = [...excluded]
    .sort(([a], [b]) => a - b)
    .map(([day, coverage]) => ({ day: dayText(day), coverage }));
  return { grid, peak, excludedDays };
}
