/** Numbers, durations and times as people read them. The zone is always the site's, never the browser's. */

/** Written where nothing was measured: never a zero. */
export const NONE = '–';

const numbersOf = (locale: string) => {
  const make = (options: Intl.NumberFormatOptions) => {
    const formatter = new Intl.NumberFormat(locale, options);
    return (value: number) => formatter.format(value);
  };
  return {
    whole: make({ maximumFractionDigits: 0 }),
    tenth: make({ maximumFractionDigits: 1 }),
    compact: make({ notation: 'compact', maximumFractionDigits: 1 }),
    share: make({ style: 'percent', maximumFractionDigits: 0 }),
    shareFine: make({ style: 'percent', maximumFractionDigits: 1 }),
    signedShare: make({ style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }),
    days: make({ style: 'unit', unit: 'day', unitDisplay: 'long', maximumFractionDigits: 1 }),
  };
};

let locale = 'en-GB';
let numbers = numbersOf(locale);
/** From now on; what is on the screen is drawn anew by its page. */
export function setLocale(next: string): void {
  locale = next;
  numbers = numbersOf(next);
}

type Maybe = number | null | undefined;
const or =
  (format: (value: number) => string) =>
  (value: Maybe): string =>
    value === null || value === undefined || Number.isNaN(value) ? NONE : format(value);

export const formatCount = or((value) => numbers.whole(value));
export const formatDecimal = or((value) => numbers.tenth(value));
export const formatCompact = or((value) => numbers.compact(value));
export const formatShare = or((value) => numbers.share(value));
export const formatShareFine = or((value) => numbers.shareFine(value));
export const formatChange = or((value) => numbers.signedShare(value));

const moneys = new Map<string, { digits: number; formatter: Intl.NumberFormat }>();
function moneyOf(currency: string, signed: boolean) {
  const key = `${locale} ${currency} ${signed}`;
  let found = moneys.get(key);
  if (found === undefined) {
    const formatter = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      trailingZeroDisplay: 'stripIfInteger',
      signDisplay: signed ? 'exceptZero' : 'auto',
    });
    found = { digits: formatter.resolvedOptions().maximumFractionDigits ?? 2, formatter };
    moneys.set(key, found);
  }
  return found;
}
/** Minor units in one unit of the currency: 100 for most, 1 for the forint's like. */
export const minorUnits = (currency: string): number => 10 ** moneyOf(currency, false).digits;
/** Minor units as money of the currency; whole amounts without decimals. */
export const formatMoney = (minor: Maybe, currency: string, signed = false): string =>
  or((value) => moneyOf(currency, signed).formatter.format(value / minorUnits(currency)))(minor);
/** The currency's own sign, for a field. */
export const currencySign = (currency: string): string =>
  moneyOf(currency, false)
    .formatter.formatToParts(0)
    .find(({ type }) => type === 'currency')?.value ?? currency;

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
/** Of a file: three digits tell enough. */
export function formatBytes(bytes: number): string {
  const at = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const unit = BYTE_UNITS[at]!;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumSignificantDigits: 3,
  }).format(bytes / 1_000 ** at);
}

/** Small figures, such as visits of one shopper. */
export const formatFine = (value: Maybe, signed = false): string =>
  or((shown) =>
    new Intl.NumberFormat(locale, {
      maximumSignificantDigits: 2,
      signDisplay: signed ? 'exceptZero' : 'auto',
    }).format(shown),
  )(value);

/** `a, b and c`, or `a, b or c`. */
export const formatList = (words: string[], kind: 'conjunction' | 'disjunction' = 'conjunction'): string =>
  new Intl.ListFormat(locale, { type: kind }).format(words);

/** `42 s`, `3 min`, `1 h 05 min`. */
export const formatDuration = or((seconds) => {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes >= 48 * 60) return numbers.days(minutes / 1440);
  if (minutes % 60 === 0 && minutes > 0) return `${minutes / 60} h`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
});

/** How long ago, in the largest unit that says it. */
export const formatAge = or((ageMs) => {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return numbers.days(Math.round(seconds / 86_400));
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
  const key = `${locale} ${timezone}`;
  let found = cache.get(key);
  if (found === undefined) {
    const make = (options: Intl.DateTimeFormatOptions) => {
      const formatter = new Intl.DateTimeFormat(locale, { timeZone: timezone, hourCycle: 'h23', ...options });
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
    cache.set(key, found);
  }
  return found;
}

const monday = Date.UTC(2024, 0, 1);
const names = (style: 'long' | 'short') => {
  const formatter = new Intl.DateTimeFormat(locale, { weekday: style, timeZone: 'UTC' });
  return Array.from({ length: 7 }, (_, index) => formatter.format(monday + index * 86_400_000));
};
/** From Monday. */
export const weekdays = () => names('long');
/** Without the point that some languages end them with: they stand in narrow columns. */
export const weekdaysShort = () => names('short').map((name) => name.replace(/\.$/, ''));
