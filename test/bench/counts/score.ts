/** The product's answers for one mall-day beside the truth. */
import type { Interval, Metric, SeriesPoint } from '../../../server/contract/metrics.ts';
import type { TimeSeries } from '../../../server/db/duckTimeSeries.ts';
import type { MallDay } from './malls.ts';
import { openDay, type Recorded } from './play.ts';
import { type Truth, trueCaptureRate, trueDwellSeconds, trueFootfall, trueOccupancy, trueUnique } from './truth.ts';

export const MEASURES = [
  'footfall, hour',
  'footfall, day',
  'unique visitors, hour',
  'unique visitors, day',
  'median dwell, day',
  'mean occupancy, hour',
  'capture rate of the site, day',
  'capture rate of a shop, day',
] as const;
export type Measure = (typeof MEASURES)[number];

export interface Case {
  measure: Measure;
  truth: number;
  value: number;
  low: number;
  high: number;
  coverage: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export async function score(mallDay: MallDay, recorded: Recorded): Promise<Case[]> {
  const opened = await openDay(mallDay, recorded);
  try {
    return await casesOf(mallDay, recorded, opened.series);
  } finally {
    await opened.close();
  }
}

async function casesOf(mallDay: MallDay, { fromMs, toMs, ...recorded }: Recorded, series: TimeSeries): Promise<Case[]> {
  const truth: Truth = { visits: recorded.truth.visits, stays: new Map(recorded.truth.stays) };
  const cases: Case[] = [];
  const ask = async (
    measure: Measure,
    metric: Metric,
    interval: Interval,
    of: (truth: Truth, fromMs: number, toMs: number) => number | undefined,
    zoneId?: string,
  ): Promise<void> => {
    const answer = await series.series({
      siteId: mallDay.scenario.site.id,
      metric,
      interval,
      fromMs,
      toMs,
      ...(zoneId === undefined ? {} : { zoneId }),
    });
    const lengthMs = interval === 'hour' ? HOUR_MS : DAY_MS;
    for (const point of answer.series) {
      const startMs = Date.parse(point.start);
      const is = of(truth, startMs, Math.min(toMs, startMs + lengthMs));
      // Hours in which nobody was there and nobody was seen would be right for nothing.
      if (is === undefined || !isMeasured(point) || (is === 0 && point.value === 0)) continue;
      const { value, low, high, coverage } = point;
      cases.push({ measure, truth: is, value, low, high, coverage });
    }
  };
  await ask('footfall, hour', 'footfall', 'hour', trueFootfall);
  await ask('footfall, day', 'footfall', 'day', trueFootfall);
  await ask('unique visitors, hour', 'unique-visitors', 'hour', trueUnique);
  await ask('unique visitors, day', 'unique-visitors', 'day', trueUnique);
  await ask('median dwell, day', 'dwell', 'day', trueDwellSeconds);
  await ask('mean occupancy, hour', 'occupancy', 'hour', trueOccupancy);
  await ask('capture rate of the site, day', 'capture-rate', 'day', trueCaptureRate);
  for (const { id } of mallDay.scenario.shops)
    await ask('capture rate of a shop, day', 'capture-rate', 'day', (one, a, b) => trueCaptureRate(one, a, b, id), id);
  return cases;
}

type Measured = SeriesPoint & { value: number; low: number; high: number };
const isMeasured = (point: SeriesPoint): point is Measured =>
  point.value !== null && point.low !== null && point.high !== null;

/** Counts and their truths are whole: a band can only hold more than 95 % where one number less would hold too few. */
export const WHOLE: ReadonlySet<Measure> = new Set<Measure>([
  'footfall, hour',
  'footfall, day',
  'unique visitors, hour',
  'unique visitors, day',
]);

export interface Summary {
  cases: number;
  /** Sum of absolute errors ÷ sum of truths: a busy hour counts for more than an idle one. */
  error: number;
  bias: number;
  /** Share of truths within low to high, below low, above high. */
  within: number;
  below: number;
  above: number;
  /** Mean width of the band ÷ mean truth, and as it is. */
  width: number;
  meanWidth: number;
  /** Share of bands that are one number, nothing being in doubt; and of the others, the share that holds the truth. */
  points: number;
  withinOthers: number | null;
  /** Of these others, the share that would if one were taken off the end farther from the value; whole numbers only. */
  withinNarrower: number | null;
}

/** Sums in floating point may differ in the last digit where nothing is wrong. */
const SLACK = 1e-9;
const holds = ({ low, high }: Pick<Case, 'low' | 'high'>, truth: number): boolean =>
  truth >= low - SLACK && truth <= high + SLACK;

const narrower = ({ low, high, value }: Case): Pick<Case, 'low' | 'high'> =>
  high - value >= value - low ? { low, high: high - 1 } : { low: low + 1, high };

export function summarize(cases: readonly Case[]): Summary | undefined {
  if (cases.length === 0) return undefined;
  const sum = (of: (one: Case) => number): number => cases.reduce((total, one) => total + of(one), 0);
  const share = (list: readonly Case[], is: (one: Case) => boolean): number => list.filter(is).length / list.length;
  const truths = sum((one) => one.truth);
  const others = cases.filter((one) => one.high > one.low);
  const whole = WHOLE.has(cases[0]!.measure);
  return {
    cases: cases.length,
    error: sum((one) => Math.abs(one.value - one.truth)) / truths,
    bias: sum((one) => one.value - one.truth) / truths,
    within: share(cases, (one) => holds(one, one.truth)),
    below: share(cases, (one) => one.truth < one.low - SLACK),
    above: share(cases, (one) => one.truth > one.high + SLACK),
    width: sum((one) => one.high - one.low) / truths,
    meanWidth: sum((one) => one.high - one.low) / cases.length,
    points: 1 - others.length / cases.length,
    withinOthers: others.length > 0 ? share(others, (one) => holds(one, one.truth)) : null,
    withinNarrower: whole && others.length > 0 ? share(others, (one) => holds(narrower(one), one.truth)) : null,
  };
}
