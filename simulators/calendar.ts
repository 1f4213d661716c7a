/** Local days and opening hours in UTC milliseconds; right on days of 23 and 25 hours. Pure. */
import { DateTime } from 'luxon';
import { type Scenario, WEEKDAYS } from './scenario.ts';

export interface OpenDay {
  /** ISO date, local. */
  day: string;
  /** 0 is Monday. */
  weekday: number;
  startMs: number;
  openMs: number;
  closeMs: number;
  /** Starts of the local hours that overlap the opening hours, with the local hour of the clock. */
  hours: { hour: number; fromMs: number; toMs: number }[];
}

export const localDay = (timezone: string, atMs: number): string =>
  DateTime.fromMillis(atMs, { zone: timezone }).toISODate() ?? '';

export const addDays = (day: string, days: number): string =>
  DateTime.fromISO(day, { zone: 'utc' }).plus({ days }).toISODate() ?? '';

export const dayStartMs = (timezone: string, day: string): number =>
  DateTime.fromISO(day, { zone: timezone }).startOf('day').toMillis();

/** Undefined on a day on which the mall is closed. */
export function openDay(hours: Scenario['hours'], timezone: string, day: string): OpenDay | undefined {
  const midnight = DateTime.fromISO(day, { zone: timezone }).startOf('day');
  const weekday = midnight.weekday - 1;
  const special = hours.days[WEEKDAYS[weekday]!];
  if (special === null) return undefined;
  const { open, close } = special ?? hours;
  const at = (text: string): number => {
    const [hour, minute] = text.split(':').map(Number) as [number, number];
    return hour === 24 ? midnight.plus({ days: 1 }).toMillis() : midnight.set({ hour, minute }).toMillis();
  };
  const openMs = at(open);
  const closeMs = at(close);
  const list: OpenDay['hours'] = [];
  for (let fromMs = openMs; fromMs < closeMs; ) {
    const local = DateTime.fromMillis(fromMs, { zone: timezone });
    const toMs = Math.min(closeMs, local.startOf('hour').plus({ hours: 1 }).toMillis());
    list.push({ hour: local.hour, fromMs, toMs });
    fromMs = toMs;
  }
  return { day, weekday, startMs: midnight.toMillis(), openMs, closeMs, hours: list };
}
