/** What the dashboard's pages ask, with their periods and intervals; drawn with a seed, so that two runs ask alike. */
import type { Interval, Metric } from '../../../server/contract/metrics.ts';
import { dayStartMs, isoLocal, localDay } from '../../../server/metrics/localTime.ts';
import { FLOORS, TIMEZONE, ZONES } from './year.ts';

export interface Asked {
  path: string;
}
export interface Kind {
  name: string;
  /** Days of the period; 0.04 is an hour. */
  days: number;
  ask(random: () => number): Asked;
}

const METRICS: Metric[] = ['footfall', 'unique-visitors', 'dwell', 'occupancy', 'capture-rate'];
/** A zone has a capture rate, the whole mall none. */
const ofSite = METRICS.filter((metric) => metric !== 'capture-rate');

/** Local days up to today, or, half of the times, ones of some days ago. */
function period(nowMs: number, days: number, historyDays: number, random: () => number): Record<string, string> {
  const today = localDay(TIMEZONE, nowMs);
  const spare = historyDays - days - 1;
  const ago = spare > 0 && random() < 0.5 ? 1 + Math.floor(random() * Math.min(spare, 60)) : 0;
  const toMs = dayStartMs(TIMEZONE, today - ago + 1);
  return {
    from: isoLocal(TIMEZONE, dayStartMs(TIMEZONE, today - ago + 1 - days)),
    to: isoLocal(TIMEZONE, toMs),
  };
}

const pathOf = (route: string, query: Record<string, string>): Asked => ({
  path: `/sites/mall/${route}?${new URLSearchParams(query)}`,
});

const SPANS: { days: number; name: string; intervals: Interval[] }[] = [
  { days: 1, name: 'today', intervals: ['hour', '15m'] },
  { days: 7, name: '7 days', intervals: ['hour', 'day', 'week'] },
  { days: 28, name: '28 days', intervals: ['day', 'week'] },
  { days: 90, name: '90 days', intervals: ['day', 'week'] },
  { days: 365, name: 'a year', intervals: ['day', 'week'] },
];

/** `historyDays`: as many as there are. */
export function kindsOf(nowMs: number, historyDays: number): Kind[] {
  const kinds: Kind[] = [];
  const spans = SPANS.map((span) => (span.days === 365 ? { ...span, days: Math.min(365, historyDays) } : span)).filter(
    (span) => span.days <= historyDays,
  );
  const zone = (random: () => number): string => `z${Math.floor(random() * ZONES)}`;
  for (const { days, name, intervals } of spans)
    for (const interval of intervals)
      for (const where of ['site', 'zone'] as const)
        for (const metric of where === 'site' ? ofSite : METRICS)
          kinds.push({
            name: `${metric}, ${where}, ${name} by ${interval}`,
            days,
            ask: (random) =>
              pathOf(`metrics/${metric}`, {
                ...period(nowMs, days, historyDays, random),
                interval,
                ...(where === 'zone' ? { zone: zone(random) } : {}),
              }),
          });
  for (const { days, name } of spans) {
    if (days > 1)
      for (const where of ['site', 'zone'] as const)
        kinds.push({
          name: `peak hours, ${where}, ${name}`,
          days,
          ask: (random) =>
            pathOf('metrics/peak-hours', {
              ...period(nowMs, days, historyDays, random),
              ...(where === 'zone' ? { zone: zone(random) } : {}),
            }),
        });
    for (const route of ['affinity', 'flows', 'returning'] as const)
      kinds.push({
        name: `${route}, ${name}`,
        days,
        ask: (random) => pathOf(`metrics/${route}`, period(nowMs, days, historyDays, random)),
      });
    for (const measure of ['dwell', 'carriers'] as const)
      kinds.push({
        name: `heatmap ${measure}, ${name}`,
        days,
        ask: (random) =>
          pathOf('metrics/heatmap', {
            ...period(nowMs, days, historyDays, random),
            floor: `f${Math.floor(random() * FLOORS)}`,
            cellM: ['1', '2', '5'][Math.floor(random() * 3)]!,
            measure,
          }),
      });
    kinds.push({
      name: `people, ${name}`,
      days,
      ask: (random) =>
        pathOf('metrics/people', {
          ...period(nowMs, days, historyDays, random),
          interval: days > 92 ? 'week' : days > 1 ? 'day' : 'hour',
        }),
    });
    kinds.push({
      name: `changelog, ${name}`,
      days,
      ask: (random) => pathOf('changelog', period(nowMs, days, historyDays, random)),
    });
  }
  kinds.push({
    name: 'heatmap dwell, one hour',
    days: 0.04,
    ask: (random) => {
      const day = localDay(TIMEZONE, nowMs) - 1 - Math.floor(random() * Math.min(6, historyDays - 2));
      const fromMs = dayStartMs(TIMEZONE, day) + Math.floor(9 + random() * 12) * 3_600_000;
      return pathOf('metrics/heatmap', {
        from: isoLocal(TIMEZONE, fromMs),
        to: isoLocal(TIMEZONE, fromMs + 3_600_000),
        floor: `f${Math.floor(random() * FLOORS)}`,
        cellM: '1',
        measure: 'dwell',
      });
    },
  });
  return kinds;
}

/** Which of them the traffic page asks at once as it opens. */
export function pageOf(
  nowMs: number,
  days: number,
  historyDays: number,
  zoned: boolean,
  random: () => number,
): Asked[] {
  const whole = period(nowMs, Math.min(days, historyDays), historyDays, () => 1);
  const own = zoned ? { zone: `z${Math.floor(random() * ZONES)}` } : ({} as Record<string, string>);
  const kpi = days <= 92 ? 'day' : 'week';
  const metrics = zoned ? METRICS : ofSite;
  const course = days <= 2 ? 'hour' : kpi;
  return [
    ...metrics.map((metric) => pathOf(`metrics/${metric}`, { ...whole, ...own, interval: kpi })),
    pathOf('metrics/footfall', { ...whole, ...own, interval: course }),
    pathOf('metrics/peak-hours', { ...whole, ...own }),
    ...(zoned ? [] : [pathOf('metrics/returning', whole)]),
    pathOf('metrics/flows', whole),
    pathOf('metrics/affinity', whole),
    pathOf('changelog', { ...whole, ...own }),
  ];
}

/** Its table of zones: three questions each. */
export function rankingOf(nowMs: number, days: number, historyDays: number): Asked[] {
  const whole = period(nowMs, Math.min(days, historyDays), historyDays, () => 1);
  const interval = days <= 2 ? 'day' : 'week';
  return Array.from({ length: 60 }, (_, i) =>
    ['footfall', 'dwell', 'capture-rate'].map((metric) =>
      pathOf(`metrics/${metric}`, { ...whole, interval, zone: `z${i}` }),
    ),
  ).flat();
}
