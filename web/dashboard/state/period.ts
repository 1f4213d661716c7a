/** The period that a view asks about: a preset or two local dates, kept in the address. */
import type { Interval } from '../../../server/contract/metrics.ts';
import type { Site } from '../../../server/contract/model.ts';
import { addDays, daysBetween, isDate, localDate, startOfDateMs } from '../../lib/zonedTime.ts';
import { param, setParams } from './router.ts';

export const PRESETS = ['recording', 'today', 'yesterday', '7d', '28d', '90d', 'custom'] as const;
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

type PeriodSite = Pick<Site, 'timezone' | 'clock' | 'historyFromMs' | 'historyUntilMs'>;

/** The span of a site that lives in recorded or played data. */
const recorded = ({ clock, historyFromMs: fromMs, historyUntilMs: untilMs }: PeriodSite) =>
  clock === 'data' && fromMs !== null && untilMs !== null ? { fromMs, untilMs } : undefined;

export const presetsOf = (site: PeriodSite): readonly Preset[] =>
  recorded(site) ? PRESETS : PRESETS.filter((preset) => preset !== 'recording');

/** What a view shows before anybody has chosen: recordings may be days of a month, and their last week empty. */
export const usualPreset = (site: PeriodSite): Exclude<Preset, 'custom'> => (recorded(site) ? 'recording' : '7d');

export function presetPeriod(preset: Exclude<Preset, 'custom'>, nowMs: number, site: PeriodSite): ChosenPeriod {
  const { timezone } = site;
  const span = recorded(site) ?? { fromMs: nowMs, untilMs: nowMs };
  const today = localDate(nowMs, timezone);
  const yesterday = addDays(today, -1);
  const [first, last] = {
    recording: [localDate(span.fromMs, timezone), localDate(span.untilMs - 1, timezone)],
    today: [today, today],
    yesterday: [yesterday, yesterday],
    '7d': [addDays(today, -6), today],
    '28d': [addDays(today, -27), today],
    '90d': [addDays(today, -89), today],
  }[preset] as [string, string];
  return makePeriod(preset, first, last, timezone);
}

export function chosenPeriod(nowMs: number, site: PeriodSite): ChosenPeriod {
  const { timezone } = site;
  const preset = param('period') as Preset | null;
  const [from, to] = [param('from'), param('to')];
  if (preset === 'custom' && from !== null && to !== null && isDate(from) && isDate(to) && from <= to) {
    const last = daysBetween(from, to) >= MAX_DAYS ? addDays(from, MAX_DAYS - 1) : to;
    return makePeriod('custom', from, last, timezone);
  }
  const known = preset !== null && preset !== 'custom' && presetsOf(site).includes(preset) ? preset : usualPreset(site);
  return presetPeriod(known, nowMs, site);
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
