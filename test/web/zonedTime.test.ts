import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, localDate, localHour, localWeekday, startOfDateMs } from '../../web/lib/zonedTime.ts';

const PRAGUE = 'Europe/Prague';
const HOUR_MS = 3_600_000;

describe('local dates of a site', () => {
  it('a day has 23, 24 or 25 hours', () => {
    const hours = (date: string) => (startOfDateMs(addDays(date, 1), PRAGUE) - startOfDateMs(date, PRAGUE)) / HOUR_MS;
    expect(hours('2026-03-29')).toBe(23);
    expect(hours('2026-06-01')).toBe(24);
    expect(hours('2026-10-25')).toBe(25);
  });

  it('starts a day at local midnight on both sides of the equator and of the date line', () => {
    expect(new Date(startOfDateMs('2026-11-21', PRAGUE)).toISOString()).toBe('2026-11-20T23:00:00.000Z');
    expect(new Date(startOfDateMs('2026-11-21', 'America/New_York')).toISOString()).toBe('2026-11-21T05:00:00.000Z');
    expect(new Date(startOfDateMs('2026-11-21', 'Pacific/Auckland')).toISOString()).toBe('2026-11-20T11:00:00.000Z');
    expect(new Date(startOfDateMs('2026-11-21', 'Asia/Kolkata')).toISOString()).toBe('2026-11-20T18:30:00.000Z');
  });

  it('starts a day whose midnight is skipped at its first instant', () => {
    // Cairo changed its clocks at midnight of 24 April 2026: 00:00 became 01:00.
    const start = startOfDateMs('2026-04-24', 'Africa/Cairo');
    expect(localDate(start, 'Africa/Cairo')).toBe('2026-04-24');
    expect(localDate(start - 1, 'Africa/Cairo')).toBe('2026-04-23');
  });

  it('names date, hour and weekday of an instant', () => {
    const at = Date.parse('2026-11-21T23:30:00Z');
    expect(localDate(at, PRAGUE)).toBe('2026-11-22');
    expect(localHour(at, PRAGUE)).toBe(0);
    expect(localWeekday(at, PRAGUE)).toBe(6);
    expect(localWeekday(at, 'America/New_York')).toBe(5);
  });

  it('counts days across a change of clocks', () => {
    expect(daysBetween('2026-10-24', '2026-10-27')).toBe(3);
    expect(addDays('2026-02-27', 2)).toBe('2026-03-01');
  });
});
