/** Local days of a site as spans of time; a day has 23, 24 or 25 hours. Pure. */
import { DateTime } from 'luxon';

export interface LocalDay {
  /** `2024-03-31` */
  name: string;
  startMs: number;
  endMs: number;
}

export function localDayOf(timezone: string, atMs: number): LocalDay {
  const start = DateTime.fromMillis(atMs, { zone: timezone }).startOf('day');
  return {
    name: start.toFormat('yyyy-MM-dd'),
    startMs: start.toMillis(),
    endMs: start.plus({ days: 1 }).startOf('day').toMillis(),
  };
}

/** `14:02` */
export const localTime = (timezone: string, atMs: number): string =>
  DateTime.fromMillis(atMs, { zone: timezone }).toFormat('HH:mm');
