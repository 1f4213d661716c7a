/** The demo mall's time zone: one where it is busy right now, so that a newcomer at any hour meets people. Pure. */

/** One or more for every offset that people live at; between them they cover all 24 hours twice over. */
export const DEMO_ZONES = [
  'Europe/Prague',
  'Europe/London',
  'Atlantic/Azores',
  'America/Noronha',
  'America/Sao_Paulo',
  'America/Halifax',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
  'Pacific/Pago_Pago',
  'Pacific/Auckland',
  'Pacific/Guadalcanal',
  'Australia/Brisbane',
  'Asia/Tokyo',
  'Asia/Singapore',
  'Asia/Bangkok',
  'Asia/Dhaka',
  'Asia/Karachi',
  'Asia/Dubai',
  'Europe/Istanbul',
  'Africa/Johannesburg',
] as const;

export function localHour(timezone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return part('hour') + part('minute') / 60;
}

/** The zone whose local time is nearest to 13:00; always between 11:00 and 16:00. The first in the list wins a tie. */
export function busyTimezone(nowMs: number): string {
  let best: string = DEMO_ZONES[0];
  let bestAway = 24;
  for (const zone of DEMO_ZONES) {
    const away = Math.abs(localHour(zone, nowMs) - 13);
    if (away < bestAway) {
      best = zone;
      bestAway = away;
    }
  }
  return best;
}
