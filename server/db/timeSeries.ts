/** What a time-series engine (DuckDB now, InfluxDB beside it) must do: take the engine's rows exactly once, and answer the questions. */
import type { Changelog } from '../contract/changelog.ts';
import type { LiveGateway } from '../contract/live.ts';
import type {
  Affinity,
  Flows,
  HEAT_MEASURES,
  Heatmap,
  Interval,
  Metric,
  PeakHours,
  Returning,
  Series,
} from '../contract/metrics.ts';
import type { People } from '../contract/people.ts';
import type { EngineRows, OpenRows } from '../engine/types.ts';
import type { ReadSql } from './duckdb.ts';
import type { SeriesSql } from './seriesSql.ts';
import type { TableName } from './tables.ts';

export type { Affinity, Flows, Returning } from '../contract/metrics.ts';

/** What one gateway handed in after its time had been computed. */
export interface Backlog {
  gatewayId: string;
  batches: number;
  /** Time that they cover, without what lies between them. */
  coveredMs: number;
  fromMs: number;
  toMs: number;
  firstArrivedMs: number;
  lastArrivedMs: number;
}
/** Why a stretch is computed anew. */
export interface Causes {
  /** By gateway. */
  backlogs: Backlog[];
  /** The model was changed for a time that had been computed. */
  model: boolean;
  /** Somebody asked for it. */
  rebuild: boolean;
  /** What ended by then had been told as final when the first of it came. */
  finalUntilMs: number;
}
/** A computation anew that is to be explained. It ends with the commit whose watermark reaches `untilMs`. */
export interface Recomputation {
  /** Earliest event time that it concerns. */
  fromMs: number;
  /** How far it had been computed before. */
  untilMs: number;
  causes: Causes;
}
/** It lacks data that it may still hand in. */
export interface AwaitedGateway {
  gatewayId: string;
  fromMs: number;
}

/** One atomic step: all of it is durable, or none. */
export interface SiteCommit {
  siteId: string;
  /** Not null: every row of the site with emittedAtMs > this is removed first, because its stretch was computed anew. */
  rewoundToMs: number | null;
  rows: EngineRows;
  /** Replaces the open rows of the site; undefined leaves them. */
  open: OpenRows | undefined;
  /** All but the heat, of which what was written last stays. A quarter hour that ends in `rows` must not stay. */
  keepOpenHeat?: boolean;
  /** The analytics engine's watermark after this commit. */
  watermarkMs: number;
  /** Earliest event time that is known to need recomputation, null when none: hours from there are provisional. */
  dirtyFromMs: number | null;
  /** The pipeline's own bookkeeping (log lengths, snapshot file), opaque here, given back by `lastCheckpoint`. */
  checkpoint: string;
  committedMs: number;
  /** On each commit of one: figures are compared from before its first commit to after its last, under which the entry is made. */
  recomputation?: Recomputation;
  /** Replaces them; undefined leaves them. */
  awaited?: AwaitedGateway[];
}
/** What a commit made besides rows. */
export interface Committed {
  /** An entry of the changelog was made or changed. */
  changelog: boolean;
}

/** As the last commit left it. */
export interface LastCommit {
  watermarkMs: number;
  dirtyFromMs: number | null;
  checkpoint: string;
  awaited: AwaitedGateway[];
}

export interface TimeSeriesWriter {
  commit(commit: SiteCommit): Promise<Committed>;
  lastCheckpoint(siteId: string): Promise<LastCommit | undefined>;
}

/** Undefined: the definitions in force. */
interface Versioned {
  definitionsVersion?: number;
}

export interface SeriesQuery extends Versioned {
  siteId: string;
  metric: Metric;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  interval: Interval;
  /** Undefined: the whole site. */
  zoneId?: string;
}
export interface PeriodQuery extends Versioned {
  siteId: string;
  fromMs: number;
  toMs: number;
  zoneId?: string;
}
export interface ChangelogQuery {
  siteId: string;
  fromMs: number;
  toMs: number;
  /** Undefined: the whole site. */
  zoneId?: string;
  /** Newest entries. */
  limit: number;
}
export interface PeopleQuery extends PeriodQuery {
  interval: Interval;
}
export interface HeatmapQuery extends Versioned {
  siteId: string;
  floorId: string;
  fromMs: number;
  toMs: number;
  cellM: number;
  measure: (typeof HEAT_MEASURES)[number];
}

/** One file per question behind it. Definitions and time zone come from the registry. */
export interface Questions {
  series(query: SeriesQuery): Promise<Series>;
  peakHours(query: PeriodQuery): Promise<PeakHours>;
  heatmap(query: HeatmapQuery): Promise<Heatmap>;
  affinity(query: PeriodQuery): Promise<Affinity>;
  flows(query: PeriodQuery): Promise<Flows>;
  returning(query: PeriodQuery): Promise<Returning>;
  people(query: PeopleQuery): Promise<People>;
  changelog(query: ChangelogQuery): Promise<Changelog>;
}

export interface CarrierQuery {
  table: 'visits' | 'stays';
  siteId: string;
  carrierId: string;
  /** Those that end from then on. */
  fromMs: number;
  /** Those that start by then. */
  toMs: number;
  /** No shorter ones. @default 0 */
  leastMs?: number;
  /** @default true */
  withOpen?: boolean;
  /** The newest. */
  limit: number;
}
export interface CarrierRow {
  /** '' of a visit. */
  zoneId: string;
  startMs: number;
  endMs: number;
  isOpen: boolean;
}

/** What other parts of the server read of the time series. */
export type SeriesReader = Pick<TimeSeries, 'sql' | 'snapshot' | 'carrierRows'>;

export interface EngineHealth {
  engine: 'duckdb' | 'influx';
  /** Null: all is well. Else in words, since when. */
  problem: { message: string; sinceMs: number } | null;
  /** Gauges by name. */
  figures: Record<string, number>;
}

export type GatewayGauges = Pick<
  LiveGateway,
  'id' | 'online' | 'advertsPerSecond' | 'clockOffsetMs' | 'outboxBatches' | 'droppedBatches'
>;

/** A time-series engine, with all that other parts of the server read of it. */
export interface TimeSeries extends TimeSeriesWriter, Questions {
  /** Removes what has outlived its retention. To be called daily, on sites whose clock is the wall's. */
  expire(siteId: string, nowMs: number): Promise<void>;
  /** The tables of the time series and all others; each statement sees what was committed by then. */
  readonly sql: ReadSql;
  /**
   * Several statements that see one committed state. `work` only reads: it may run again from its beginning. Two snapshots of
   * the same version see the same time series; without one nothing is said of that.
   */
  snapshot<T>(work: (sql: ReadSql, version?: number) => Promise<T>): Promise<T>;
  /** All or nothing. `work` may run again from its beginning. */
  change<T>(work: (sql: SeriesSql) => Promise<T>): Promise<T>;
  /** A period in which all times of the table's rows lie, `toMs` exclusive; null where it has no rows. */
  bounds(table: TableName, siteId: string): Promise<{ fromMs: number; toMs: number } | null>;
  /** Of one carrier, the latest start first; for whoever carried it alone. */
  carrierRows(query: CarrierQuery): Promise<CarrierRow[]>;
  health(): EngineHealth;
  /** How gateways are at a moment of the site, where the engine keeps such for charts; nothing here reads it. */
  chart?(siteId: string, atMs: number, gateways: readonly GatewayGauges[]): Promise<void>;
  close(): Promise<void>;
}
