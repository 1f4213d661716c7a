/** Instants and periods in queries and bodies: ISO 8601 with an offset, turned into milliseconds at the door. */
import { z } from 'zod';
import { INTERVALS, type Interval } from '../contract/metrics.ts';
import { badRequest } from '../errors.ts';
import { dayStartMs, localDay } from '../metrics/localTime.ts';

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i;
const EXAMPLE = 'such as 2026-05-04T10:00:00+02:00';

/** Milliseconds, or what is wrong with the text. */
export function parseInstant(text: string): number | string {
  // An unescaped + of the offset arrives in a query as a space.
  const whole = text.trim().replace(/ (?=\d\d:?\d\d$)/, '+');
  const match = INSTANT.exec(whole);
  if (!match) {
    const lacksOffset = /^\d{4}-\d\d-\d\d(T[\d:.]+)?$/.test(whole);
    return lacksOffset
      ? `must have a time and an offset from UTC, ${EXAMPLE}: local times are ambiguous when clocks change`
      : `must be an ISO 8601 time with an offset, ${EXAMPLE}`;
  }
  const atMs = Date.parse(whole);
  const [, year, month, day] = match;
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number.isNaN(atMs) || Number(day) > lastDay) return `must be a time that exists, ${EXAMPLE}`;
  return atMs;
}

export const instant = z
  .string()
  .meta({ format: 'date-time', example: '2026-05-04T10:00:00+02:00' })
  .transform((text, ctx) => {
    const parsed = parseInstant(text);
    if (typeof parsed === 'number') return parsed;
    ctx.issues.push({ code: 'custom', input: text, message: parsed });
    return z.NEVER;
  });

/** Aggregates are kept for five years; nothing asks for more at once. */
const MAX_PERIOD_MS = 6 * 366 * 86_400_000;

export const period = z.object({ from: instant, to: instant });

/** @param asked where it was asked, and whether an end was: without one the beginning is what may be wrong */
export function checkedPeriod(
  { from, to }: { from: number; to: number },
  { where = 'query', toGiven = true }: { where?: 'query' | 'body'; toGiven?: boolean } = {},
): { fromMs: number; toMs: number } {
  const refuse = (ofTo: string, ofFrom: string) =>
    toGiven ? badRequest(ofTo, `${where}.to`) : badRequest(ofFrom, `${where}.from`);
  if (to <= from) throw refuse('must be later than from', 'must lie in the past, for no to is given');
  if (to - from > MAX_PERIOD_MS)
    throw refuse('must lie at most six years after from', 'must lie at most six years back, for no to is given');
  return { fromMs: from, toMs: to };
}

/**
 * The whole local days that a period touches, but for those not yet over: an end that moves through a day would tell when in
 * it somebody came. Empty, with both ends alike, where none of them is over.
 */
export function daysOver(
  timezone: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const first = localDay(timezone, fromMs);
  const afterLast = Math.min(localDay(timezone, toMs - 1) + 1, localDay(timezone, nowMs));
  return { fromMs: dayStartMs(timezone, first), toMs: dayStartMs(timezone, Math.max(first, afterLast)) };
}

const INTERVAL_MS: Record<Interval, number> = {
  '15m': 900_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};
/** A year of quarter hours is 35,040. */
const MAX_POINTS = 40_000;

export const interval = z.enum(INTERVALS, `must be one of ${INTERVALS.join(', ')}`);

export function checkedPoints(fromMs: number, toMs: number, step: Interval): void {
  const points = (toMs - fromMs) / INTERVAL_MS[step];
  if (points > MAX_POINTS)
    throw badRequest(
      `gives ${Math.ceil(points)} points over this period; at most ${MAX_POINTS} are answered, so ask for a longer interval or a shorter period`,
      'query.interval',
    );
}

export const iso = (atMs: number): string => new Date(atMs).toISOString();
