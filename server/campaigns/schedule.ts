/** Local hours of a campaign and of the mall's quiet time. Pure. */
import { DateTime } from 'luxon';
import type { Attention, Schedule } from '../contract/campaigns.ts';

const minutesOf = (localTime: string): number => Number(localTime.slice(0, 2)) * 60 + Number(localTime.slice(3, 5));

/** From `from` until before `to`; `to` at or before `from` lies on the next day. Returns the days back to where it began. */
function hoursHold(minuteOfDay: number, from: string, to: string): 0 | 1 | undefined {
  const start = minutesOf(from);
  const end = minutesOf(to);
  if (end > start) return minuteOfDay >= start && minuteOfDay < end ? 0 : undefined;
  if (minuteOfDay >= start) return 0;
  return minuteOfDay < end ? 1 : undefined;
}

export function inSchedule(schedule: Schedule | null, nowMs: number, timezone: string): boolean {
  if (schedule === null) return true;
  const local = DateTime.fromMillis(nowMs, { zone: timezone });
  const daysBack = hoursHold(local.hour * 60 + local.minute, schedule.from, schedule.to);
  if (daysBack === undefined) return false;
  return schedule.weekdays.includes(local.minus({ days: daysBack }).weekday);
}

export function inQuietHours(quiet: Attention['quietHours'], nowMs: number, timezone: string): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const local = DateTime.fromMillis(nowMs, { zone: timezone });
  return hoursHold(local.hour * 60 + local.minute, quiet.from, quiet.to) !== undefined;
}

export const startOfLocalDayMs = (nowMs: number, timezone: string): number =>
  DateTime.fromMillis(nowMs, { zone: timezone }).startOf('day').toMillis();
