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

/** Hours that begin on this local day; undefined: none. A day with hours of its own follows neither weekday nor the others' hours. */
function hoursOf(schedule: Schedule, day: DateTime): { from: string; to: string } | undefined {
  const date = day.toISODate()!;
  if (schedule.startsOn !== null && date < schedule.startsOn) return undefined;
  if (schedule.endsOn !== null && date > schedule.endsOn) return undefined;
  const exception = schedule.exceptions.find((one) => one.date === date);
  if (exception !== undefined) return exception.hours ?? undefined;
  return schedule.weekdays.includes(day.weekday) ? schedule : undefined;
}

/** By the clock on the wall: an hour that comes twice counts twice, one that is left out is not missed. */
export function inSchedule(schedule: Schedule | null, nowMs: number, timezone: string): boolean {
  if (schedule === null) return true;
  const local = DateTime.fromMillis(nowMs, { zone: timezone });
  const minuteOfDay = local.hour * 60 + local.minute;
  return [0, 1].some((daysBack) => {
    const hours = hoursOf(schedule, local.minus({ days: daysBack }));
    return hours !== undefined && hoursHold(minuteOfDay, hours.from, hours.to) === daysBack;
  });
}

export function inQuietHours(quiet: Attention['quietHours'], nowMs: number, timezone: string): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const local = DateTime.fromMillis(nowMs, { zone: timezone });
  return hoursHold(local.hour * 60 + local.minute, quiet.from, quiet.to) !== undefined;
}

export const startOfLocalDayMs = (nowMs: number, timezone: string): number =>
  DateTime.fromMillis(nowMs, { zone: timezone }).startOf('day').toMillis();
