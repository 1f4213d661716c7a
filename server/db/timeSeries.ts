/** What a time-series engine (DuckDB now, InfluxDB beside it) must do: take the engine's rows exactly once, and answer the questions. */
import type { HEAT_MEASURES, Heatmap, Interval, Metric, PeakHours, Series } from '../contract/metrics.ts';
import type { EngineRows, OpenRows } from '../engine/types.ts';

/** One atomic step: all of it is durable, or none. */
export interface SiteCommit {
  siteId: string;
  /** Not null: every row of the site with emittedAtMs > this is removed first, because its stretch was computed anew. */
  rewoundToMs: number | null;
  rows: EngineRows;
  /** Replaces the open rows of the site; undefined leaves them. */
  open: OpenRows | undefined;
  /** The analytics engine's watermark after this commit. */
  watermarkMs: number;
  /** Earliest event time that is known to need recomputation, null when none: hours from there are provisional. */
  dirtyFromMs: number | null;
  /** The pipeline's own bookkeeping (log lengths, snapshot file), opaque here, given back by `lastCheckpoint`. */
  checkpoint: string;
  committedMs: number;
}

export interface TimeSeriesWriter {
  commit(commit: SiteCommit): Promise<void>;
  lastCheckpoint(
    siteId: string,
  ): Promise<{ watermarkMs: number; dirtyFromMs: number | null; checkpoint: string } | undefined>;
}

export interface SeriesQuery {
  siteId: string;
  metric: Metric;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  interval: Interval;
  /** Undefined: the whole site. */
  zoneId?: string;
}
export interface PeriodQuery {
  siteId: string;
  fromMs: number;
  toMs: number;
  zoneId?: string;
}
export interface HeatmapQuery {
  siteId: string;
  floorId: string;
  fromMs: number;
  toMs: number;
  cellM: number;
  measure: (typeof HEAT_MEASURES)[number];
}

export interface Affinity {
  /** Of A's visitors the share that also visited B in the same visit, and how many times more often than chance. */
  pairs: {
    a: string;
    b: string;
    share: number | null;
    lift: number | null;
    visitsA: number | null;
    visitsBoth: number | null;
    suppressed?: boolean;
  }[];
  coverage: number;
}
export interface Flows {
  /** Successive zone visits within one visit. `null` zone is the outside. */
  flows: { from: string | null; to: string | null; visits: number }[];
  /** Pairs withheld for having fewer than k carriers. */
  suppressed: number;
  coverage: number;
}
export interface Returning {
  identified: number | null;
  returning: number | null;
  share: number | null;
  low: number | null;
  high: number | null;
  windowDays: number;
  coverage: number;
}

/** One file per question behind it. Definitions and time zone come from the registry. */
export interface Questions {
  series(query: SeriesQuery): Promise<Series>;
  peakHours(query: PeriodQuery): Promise<PeakHours>;
  heatmap(query: HeatmapQuery): Promise<Heatmap>;
  affinity(query: PeriodQuery): Promise<Affinity>;
  flows(query: PeriodQuery): Promise<Flows>;
  returning(query: PeriodQuery): Promise<Returning>;
}
