/** Numbers, durations and times as people read them. The zone is always the site's, never the browser's. */

export const LOCALE = 'en-GB';
/** Written where nothing was measured: never a zero. */
export const NONE = '–';

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 0 });
const shareFine = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
const signedShare = new Intl.NumberFormat(LOCALE, {
  style: 'percent',
  maximumFractionDigits: 0,
  signDisplay: 'exceptZero',
});

type Maybe = number | null | undefined;
const or =
  (format: (value: number) => string) =>
  (value: Maybe): string =>
    value === null || value === undefined || Number.isNaN(value) ? NONE : format(value);

export const formatCount = or((value) => whole.format(value));
export const formatDecimal = or((value) => tenth.format(value));
export const formatCompact = or((value) => compact.format(value));
export const formatShare = or((value) => share.format(value));
export const formatShareFine = or((value) => shareFine.format(value));
export const formatChange = or((value) => signedShare.format(value));

/** `42 s`, `3 min`, `1 h 05 min`. */
export const formatDuration = or((seconds) => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes >= 48 * 60) return `${tenth.format(minutes / 1440)} days`;
  if (minutes % 60 === 0 && minutes > 0) return `${minutes / 60} h`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
});

/** How long ago, in the largest unit that says it. */
export const formatAge = or((ageMs) => {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
});

export interface SiteFormat {
  time: (atMs: number) => string;
  seconds: (atMs: number) => string;
  date: (atMs: number) => string;
  dateTime: (atMs: number) => string;
  dayMonth: (atMs: number) => string;
  weekdayDate: (atMs: number) => string;
}

const cache = new Map<string, SiteFormat>();
export function siteFormat(timezone: string): SiteFormat {
  let found = cache.get(timezone);
  if (found === undefined) {
    const make = (options: Intl.DateTimeFormatOptions) => {
      const formatter = new Intl.DateTimeFormat(LOCALE, { timeZone: timezone, hourCycle: 'h23', ...options });
      return (atMs: number) => formatter.format(atMs);
    };
    found = {
      time: make({ hour: '2-digit', minute: '2-digit' }),
      seconds: make({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
      date: make({ day: 'numeric', month: 'short', year: 'numeric' }),
      dateTime: make({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
      dayMonth: make({ day: 'numeric', month: 'short' }),
      weekdayDate: make({ weekday: 'short', day: 'numeric', month: 'short' }),
    };
    cache.set(timezone, found);
  }
  return found;
}

const monday = Date.UTC(2024, 0, 1);
const names = (style: 'long' | 'short') => {
  const formatter = new Intl.DateTimeFormat(LOCALE, { weekday: style, timeZone: 'UTC' });
  return Array.from({ length: 7 }, (_, index) => formatter.format(monday + index * 86_400_000));
};
/** From Monday. */
export const WEEKDAYS = names('long');
export const WEEKDAYS_SHORT = names('short');
