/**
 * How each table of the time series lies in InfluxDB.
 *
 * Rows of carriers, heat and coverage have the time of their emission as point time: a rewind cuts by it, and InfluxQL can
 * only delete by time and tags. What is read by start is found between the start and the longest span after it; the few rows
 * that took longer lie in a measurement of their own, which is read whole. Occupancy and rollups have the time of their
 * bucket, which is what continuous queries and charts group by. Tags are what has few values; a carrier is never one.
 */
import { DAY_MS } from '../../metrics/localTime.ts';
import type { SqlValue } from '../duckdb.ts';
import { sqlNumber } from '../sqlText.ts';
import { SERIES_TABLES, type SeriesTable, type TableColumn } from '../tables.ts';

/** From a visit's start to its emission; a day's question reads so much more. Shoppers rarely stay longer, staff does. */
export const SPAN_MS = 6 * 3_600_000;

/** Few values in any mall: zones, floors, gateways, kinds, sizes of cells. */
const TAGS = new Set(['site_id', 'zone_id', 'floor_id', 'gateway_id', 'kind', 'cell_m']);
/** By one of these a part of a day can be read alone. */
const PARTITIONS = ['zone_id', 'floor_id'];

export type Policy = 'rows' | 'aggregates' | 'kept' | 'state';

export interface Layout {
  table: SeriesTable;
  /** The column that is the point's time, and how many milliseconds one of it is. */
  point: { column: string; unitMs: number };
  /** Times of rows that lie within SPAN_MS before the emission, but for rows that lie apart. */
  spread: readonly string[];
  /** Rows with a longer span; undefined for what is never emitted. */
  apart: string | undefined;
  /** By time of emission, although it has a time of its own. */
  byEmission: boolean;
  tags: readonly TableColumn[];
  fields: readonly TableColumn[];
  /** A field that every point has. */
  certain: string;
  partition: string | undefined;
  policy: Policy;
}

const isTime = ({ name, type }: TableColumn): boolean =>
  type === 'BIGINT' && ['start_ms', 'end_ms', 'visit_start_ms', 'bucket_ms', 'minute_ms'].includes(name);

function layoutOf(table: SeriesTable): Layout {
  const { kind, columns, time, keys, kept } = table;
  const byEmission = kind === 'rows' && kept === 'visits';
  const column = byEmission ? 'emitted_ms' : kind === 'log' ? keys[0]! : time!.column;
  const tags = columns.filter(({ name, nullable }) => TAGS.has(name) && !nullable);
  const fields = columns.filter((one) => one.name !== column && !tags.includes(one));
  const certain = fields.find(({ nullable }) => !nullable);
  // A point without a field is none.
  if (!certain) throw new Error(`${table.name} needs a column besides ids and its time that is never null`);
  return {
    table,
    certain: certain.name,
    point: { column, unitMs: kind !== 'log' && time?.unit === 'days' ? DAY_MS : 1 },
    spread: kind === 'rows' ? columns.filter(isTime).map(({ name }) => name) : [],
    apart: kind === 'rows' ? `${table.name}_long` : undefined,
    byEmission,
    tags,
    fields,
    partition: PARTITIONS.find((name) => keys.includes(name) && tags.some((tag) => tag.name === name)),
    policy: kind === 'log' ? 'state' : byEmission ? 'rows' : 'aggregates',
  };
}

/** All but state tables, which are kept as a whole. */
export const LAYOUTS: ReadonlyMap<string, Layout> = new Map(
  SERIES_TABLES.filter(({ kind }) => kind !== 'state').map((table) => [table.name, layoutOf(table)]),
);

/** SQL: the row lies apart. */
export const isApartSql = ({ spread, apart }: Layout): string =>
  apart === undefined
    ? 'false'
    : `not (${spread.map((name) => `emitted_ms - ${name} between 0 and ${SPAN_MS}`).join(' and ')})`;

/** The same of a row's values. */
export function isApart({ spread }: Layout, emittedMs: number, valueIn: (column: string) => SqlValue): boolean {
  return spread.some((name) => {
    const span = emittedMs - Number(valueIn(name));
    return span < 0 || span > SPAN_MS;
  });
}

/** Point times, inclusive. */
export interface PointRange {
  fromMs: number;
  toMs: number;
}
export const EVER: PointRange = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** What is required of it is only the days of the first and the last point, and what lies apart. */
export const NOTHING: PointRange = { fromMs: Number.POSITIVE_INFINITY, toMs: Number.NEGATIVE_INFINITY };

/** A local day is up to so far from the day of UTC. */
const DAY_BEFORE_MS = 14 * 3_600_000;
const DAY_AFTER_MS = 12 * 3_600_000;

/** Where the points of rows lie whose column is within inclusive bounds; rows that lie apart are not meant. */
export function pointRange(layout: Layout, column: string, from: number, to: number): PointRange {
  const { point, spread, byEmission, table } = layout;
  if (column === point.column) return { fromMs: from * point.unitMs, toMs: to * point.unitMs };
  if (byEmission && spread.includes(column)) return { fromMs: from, toMs: to + SPAN_MS };
  if (byEmission && column === 'day')
    return { fromMs: from * DAY_MS - DAY_BEFORE_MS, toMs: (to + 1) * DAY_MS + DAY_AFTER_MS + SPAN_MS };
  if (!byEmission && table.kind === 'rows' && column === 'emitted_ms') return { fromMs: from - SPAN_MS, toMs: to };
  return EVER;
}

export const meet = (a: PointRange, b: PointRange): PointRange => ({
  fromMs: Math.max(a.fromMs, b.fromMs),
  toMs: Math.min(a.toMs, b.toMs),
});

/** SQL condition: the row's point lies within. */
export const withinSql = ({ point }: Layout, { fromMs, toMs }: PointRange): string =>
  [
    ...(Number.isFinite(fromMs) ? [`${point.column} >= ${sqlNumber(Math.ceil(fromMs / point.unitMs))}`] : []),
    ...(Number.isFinite(toMs) ? [`${point.column} <= ${sqlNumber(Math.floor(toMs / point.unitMs))}`] : []),
    'true',
  ].join(' and ');
