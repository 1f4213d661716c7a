/** The period that a view asks about: a preset or two local dates, kept in the address. */
import type { Interval } from '../../../server/contract/metrics.ts';
import { addDays, daysBetween, isDate, localDate, startOfDateMs } from '../../lib/zonedTime.ts';
import { param, setParams } from './router.ts';

export const PRESETS = ['today', 'yesterday', '7d', '28d', '90d', 'custom'] as const;
export type Preset = (typeof PRESETS)[number];
/** A longer question would not fit a screen; a year of history answers within the server's time. */
export const MAX_DAYS = 400;

export interface ChosenPeriod {
  preset: Preset;
  /** Local dates, both included. */
  firstDate: string;
  lastDate: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  days: number;
}

export function makePeriod(preset: Preset, firstDate: string, lastDate: string, timezone: string): ChosenPeriod {
  return {
    preset,
    firstDate,
    lastDate,
    fromMs: startOfDateMs(firstDate, timezone),
    toMs: startOfDateMs(addDays(lastDate, 1), timezone),
    days: daysBetween(firstDate, lastDate) + 1,
  };
}

export function presetPeriod(preset: Exclude<Preset, 'custom'>, nowMs: number, timezone: string): ChosenPeriod {
  const today = localDate(nowMs, timezone);
  const yesterday = addDays(today, -1);
  const [first, last] = {
    today: [today, today],
    yesterday: [yesterday, yesterday],
    '7d': [addDays(today, -6), today],
    '28d': [addDays(today, -27), today],
    '90d': [addDays(today, -89), today],
  }[preset] as [string, string];
  return makePeriod(preset, first, last, timezone);
}

export function chosenPeriod(nowMs: number, timezone: string, fallback: Exclude<Preset, 'custom'>): ChosenPeriod {
  const preset = param('period') as Preset | null;
  const [from, to] = [param('from'), param('to')];
  if (preset === 'custom' && from !== null && to !== null && isDate(from) && isDate(to) && from <= to) {
    const last = daysBetween(from, to) >= MAX_DAYS ? addDays(from, MAX_DAYS - 1) : to;
    return makePeriod('custom', from, last, timezone);
  }
  const known = preset !== null && preset !== 'custom' && PRESETS.includes(preset) ? preset : fallback;
  return presetPeriod(known, nowMs, timezone);
}

export const previousPeriod = (period: ChosenPeriod, timezone: string): ChosenPeriod =>
  makePeriod('custom', addDays(period.firstDate, -period.days), addDays(period.firstDate, -1), timezone);

export function choosePeriod(period: ChosenPeriod): void {
  setParams(
    period.preset === 'custom'
      ? { period: 'custom', from: period.firstDate, to: period.lastDate }
      : { period: period.preset, from: null, to: null },
  );
}

export const fittingInterval = (period: ChosenPeriod): Interval =>
  period.days <= 2 ? 'hour' : period.days <= 92 ? 'day' : 'week';
