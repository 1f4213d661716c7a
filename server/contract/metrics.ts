/** Shapes of the metrics' answers. Pure. */
import { z } from 'zod';

export const INTERVALS = ['15m', 'hour', 'day', 'week'] as const;
export type Interval = (typeof INTERVALS)[number];
export const METRICS = ['footfall', 'occupancy', 'dwell', 'unique-visitors', 'capture-rate'] as const;
export type Metric = (typeof METRICS)[number];

/** `value: null` where nothing was measured; low ≤ value ≤ high is meant to hold the truth 95 % of the time. */
export const seriesPoint = z.object({
  start: z.string(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Share of expected gateway-minutes that reported, 0 to 1. */
  coverage: z.number(),
  state: z.enum(['provisional', 'final']),
  /** True where the value is withheld because fewer than k carriers stand behind it. */
  suppressed: z.boolean().optional(),
  /** Further figures of the same definition: dwell has mean, p90; occupancy has peak; capture-rate has turnInRatio. */
  mean: z.number().nullable().optional(),
  p90: z.number().nullable().optional(),
  peak: z.number().nullable().optional(),
  turnInRatio: z.number().nullable().optional(),
});
export type SeriesPoint = z.infer<typeof seriesPoint>;
/** Of an answer under a named version of the definitions. */
export const askedDefinitions = z.object({
  version: z.int(),
  /** Fields that shape the rows themselves and were otherwise when the rows of this period were made. */
  notApplied: z.array(z.string()),
  /** Before it rows have expired: there the numbers are as they were counted at their time. */
  rowsFrom: z.string().nullable(),
});
export type AskedDefinitions = z.infer<typeof askedDefinitions>;
export const series = z.object({
  metric: z.string(),
  interval: z.enum(INTERVALS),
  timezone: z.string(),
  series: z.array(seriesPoint),
  definitions: askedDefinitions.optional(),
});
export type Series = z.infer<typeof series>;

export const peakHours = z.object({
  timezone: z.string(),
  /** grid[weekday 0 = Monday][hour 0..23]: mean footfall of that local hour, null where no day counted. */
  grid: z.array(
    z.array(
      z.object({
        value: z.number().nullable(),
        low: z.number().nullable(),
        high: z.number().nullable(),
        days: z.int(),
      }),
    ),
  ),
  peak: z.object({ weekday: z.int(), hour: z.int(), value: z.number() }).nullable(),
  /** Local days left out for low coverage. */
  excludedDays: z.array(z.object({ day: z.string(), coverage: z.number() })),
});
export type PeakHours = z.infer<typeof peakHours>;

export const HEAT_MEASURES = ['dwell', 'carriers'] as const;
export const heatmap = z.object({
  floor: z.string(),
  cellM: z.number(),
  measure: z.enum(HEAT_MEASURES),
  /** What `value` counts: dwell seconds per square metre, or distinct carriers. */
  unit: z.enum(['secondsPerM2', 'carriers']),
  max: z.number(),
  coverage: z.number(),
  state: z.enum(['provisional', 'final']),
  /** Cells withheld for having fewer than k carriers. */
  suppressedCells: z.int(),
  /** Lower left corner of each cell in metres. */
  cells: z.array(z.object({ xM: z.number(), yM: z.number(), value: z.number() })),
});
export type Heatmap = z.infer<typeof heatmap>;

export const affinity = z.object({
  /** Of A's visitors the share that also visited B in the same visit, and how many times more often than chance. */
  pairs: z.array(
    z.object({
      a: z.string(),
      b: z.string(),
      share: z.number().nullable(),
      lift: z.number().nullable(),
      visitsA: z.number().nullable(),
      visitsBoth: z.number().nullable(),
      suppressed: z.boolean().optional(),
    }),
  ),
  coverage: z.number(),
});
export type Affinity = z.infer<typeof affinity>;

export const flows = z.object({
  /** Successive zone visits within one visit. `null` zone is the outside. */
  flows: z.array(z.object({ from: z.string().nullable(), to: z.string().nullable(), visits: z.number() })),
  /** Flows withheld for having fewer than k carriers, and those that would give them away. */
  suppressed: z.int(),
  coverage: z.number(),
});
export type Flows = z.infer<typeof flows>;

export const returning = z.object({
  identified: z.number().nullable(),
  returning: z.number().nullable(),
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  windowDays: z.number(),
  coverage: z.number(),
});
export type Returning = z.infer<typeof returning>;
