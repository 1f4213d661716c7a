/** One file for each local day, or month, of a site. Pure. */
import { DAY_MS, dayStartMs, dayText, localDay } from '../../metrics/localTime.ts';

export type FileSpan = 'day' | 'month';

export interface Period {
  fromMs: number;
  toMs: number;
}
export interface FilePeriod extends Period {
  /** `2026-03-29` or `2026-03`. */
  label: string;
}

const monthOf = (day: number): string => dayText(day).slice(0, 7);

/** Half-open and contiguous, cut to the period. */
export function* filePeriods(timezone: string, span: FileSpan, { fromMs, toMs }: Period): Iterable<FilePeriod> {
  if (toMs <= fromMs) return;
  const last = localDay(timezone, toMs - 1);
  for (let day = localDay(timezone, fromMs); day <= last; ) {
    let next = day + 1;
    while (span === 'month' && next <= last && monthOf(next) === monthOf(day)) next += 1;
    yield {
      label: span === 'day' ? dayText(day) : monthOf(day),
      fromMs: Math.max(fromMs, dayStartMs(timezone, day)),
      toMs: Math.min(toMs, dayStartMs(timezone, next)),
    };
    day = next;
  }
}

/** The same of a table whose time is the local day: milliseconds are days of 86,400 s. */
export const dayPeriods = (span: FileSpan, period: Period): Iterable<FilePeriod> => filePeriods('UTC', span, period);

/** A period of instants as one of local days: those that lie within as a whole. Infinite ends stay. */
export const wholeDays = (timezone: string, { fromMs, toMs }: Period): Period => {
  const first = (): number => {
    const day = localDay(timezone, fromMs);
    return dayStartMs(timezone, day) < fromMs ? day + 1 : day;
  };
  return {
    fromMs: Number.isFinite(fromMs) ? first() * DAY_MS : fromMs,
    toMs: Number.isFinite(toMs) ? localDay(timezone, toMs) * DAY_MS : toMs,
  };
};
