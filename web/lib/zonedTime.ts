/** Local dates of a site's IANA zone, by Intl alone. A local day has 23, 24 or 25 hours. Pure. */

const formatters = new Map<string, Intl.DateTimeFormat>();
function partsFormatter(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timezone, formatter);
  }
  return formatter;
}

/** The local wall clock at an instant, read as if it were UTC. */
function wallMs(atMs: number, timezone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of partsFormatter(timezone).formatToParts(atMs)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
}

/** `2026-11-22` of an instant. */
export const localDate = (atMs: number, timezone: string): string =>
  new Date(wallMs(atMs, timezone)).toISOString().slice(0, 10);

export const localHour = (atMs: number, timezone: string): number => new Date(wallMs(atMs, timezone)).getUTCHours();

/** 0 = Monday. */
export const localWeekday = (atMs: number, timezone: string): number =>
  (new Date(wallMs(atMs, timezone)).getUTCDay() + 6) % 7;

/** The first instant of a local date. */
export function startOfDateMs(date: string, timezone: string): number {
  const wall = Date.parse(`${date}T00:00:00Z`);
  let guess = wall - (wallMs(wall, timezone) - wall);
  guess += wall - wallMs(guess, timezone);
  // Where midnight is skipped by a clock change, the day starts at the first instant that bears its date.
  while (localDate(guess, timezone) < date) guess += 900_000;
  return guess;
}

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

export const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
