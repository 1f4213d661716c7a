/** Rows of tables as points, and back. Times are text: nanoseconds since 1970 do not fit into a number. */
import type { IPoint } from 'influx';
import type { Columns, SqlValue } from '../duckdb.ts';
import type { TableColumn } from '../tables.ts';
import type { GatewayGauges } from '../timeSeries.ts';
import type { Answer, InfluxValue, MeasurementSchema } from './client.ts';
import { LAYOUTS, type Layout } from './layout.ts';

/** Rows of one millisecond and series are told apart by the nanosecond; of more than that by one more tag. */
export const PER_MS = 1_000_000;
const PART = 'part';

const FIELD_TYPES = {
  VARCHAR: 'STRING',
  BIGINT: 'INTEGER',
  INTEGER: 'INTEGER',
  UINTEGER: 'INTEGER',
  DOUBLE: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
} as const;

export const STATE_MEASUREMENT = 'promenade_state';

/** A string of InfluxQL. */
export const influxString = (value: string): string => `'${value.replace(/[\\']/g, (found) => `\\${found}`)}'`;

/** How gateways are, for charts alone. */
export const GATEWAY_MEASUREMENT = 'gateway_status';

export const gatewayPoints = (
  siteId: string,
  atMs: number,
  policy: string,
  gateways: readonly GatewayGauges[],
): PointBatch => ({
  measurement: GATEWAY_MEASUREMENT,
  policy,
  tags: ['site_id', 'gateway_id'],
  fields: ['online', 'adverts_per_second', 'clock_offset_ms', 'outbox_batches', 'dropped_batches'],
  rows: gateways.map((one) => [
    siteId,
    one.id,
    one.online,
    one.advertsPerSecond,
    one.clockOffsetMs,
    one.outboxBatches,
    one.droppedBatches,
    Math.floor(atMs),
    0,
  ]),
});

export const MEASUREMENTS: MeasurementSchema[] = [
  ...[...LAYOUTS.values()].flatMap(({ table, apart, tags, fields }) =>
    [table.name, ...(apart === undefined ? [] : [apart])].map((measurement) => ({
      measurement,
      tags: [...tags.map(({ name }) => name), PART],
      fields: Object.fromEntries(fields.map(({ name, type }) => [name, FIELD_TYPES[type]])),
    })),
  ),
  {
    measurement: GATEWAY_MEASUREMENT,
    tags: ['site_id', 'gateway_id'],
    fields: {
      online: 'BOOLEAN',
      adverts_per_second: 'FLOAT',
      clock_offset_ms: 'FLOAT',
      outbox_batches: 'INTEGER',
      dropped_batches: 'INTEGER',
    },
  },
  {
    measurement: STATE_MEASUREMENT,
    tags: ['site_id', 'state'],
    fields: { data: 'STRING', parts: 'INTEGER', watermark_ms: 'INTEGER', commit: 'INTEGER' },
  },
];

/** As it goes into the journal: plain JSON. Times are milliseconds with what follows them in nanoseconds. */
export interface PointBatch {
  measurement: string;
  policy: string;
  tags: string[];
  fields: string[];
  /** Tags, fields, milliseconds, number within them. */
  rows: SqlValue[][];
}

const timeText = (ms: number, n: number): string => (ms === 0 ? String(n) : `${ms}${String(n).padStart(6, '0')}`);

export function pointOf({ measurement, tags, fields }: PointBatch, row: readonly SqlValue[]): IPoint {
  const point = { measurement, tags: {} as Record<string, string>, fields: {} as Record<string, SqlValue> };
  tags.forEach((name, i) => {
    const value = row[i];
    // An empty tag is none.
    if (value !== '' && value !== null && value !== undefined) point.tags[name] = String(value);
  });
  fields.forEach((name, i) => {
    const value = row[tags.length + i]!;
    if (value !== null) point.fields[name] = value;
  });
  const [ms, n] = row.slice(-2) as [number, number];
  if (n >= PER_MS) point.tags[PART] = String(Math.floor(n / PER_MS));
  return { ...point, timestamp: timeText(ms, n % PER_MS) };
}

/** What InfluxDB would refuse for ever, or give back as another number. @throws RangeError */
export function checkNumbers({ measurement, tags, fields, rows }: PointBatch): void {
  for (const row of rows)
    for (let i = tags.length; i < row.length; i += 1) {
      const value = row[i];
      if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) continue;
      const name = fields[i - tags.length] ?? 'its time';
      throw new RangeError(
        `${value} of ${measurement}.${name} is ${Number.isFinite(value) ? 'beyond 2^53' : 'no number that InfluxDB can hold'}`,
      );
    }
}

const DEFAULTS: Record<TableColumn['type'], SqlValue> = {
  VARCHAR: '',
  BIGINT: 0,
  INTEGER: 0,
  UINTEGER: 0,
  DOUBLE: 0,
  BOOLEAN: false,
};

function sqlValueOf(value: InfluxValue | undefined, { type, nullable }: TableColumn): SqlValue {
  if (value === null || value === undefined) return nullable ? null : DEFAULTS[type];
  // Tags are text.
  return typeof value === 'string' && type !== 'VARCHAR' ? Number(value) : value;
}

/** Columns to ask for. */
export const selectedOf = ({ table, point }: Layout): string =>
  table.columns
    .filter(({ name }) => name !== point.column)
    .map(({ name }) => `"${name}"`)
    .join(', ');

/** An answer for `selectedOf`, as the table's columns. */
export function columnsOf({ table, point }: Layout, { columns, values }: Answer): Columns {
  const out: Columns = {};
  for (const column of table.columns) {
    if (column.name === point.column) {
      out[column.name] = { type: column.type, values: values.map((row) => Number(row[0]) / point.unitMs) };
      continue;
    }
    const at = columns.indexOf(column.name);
    out[column.name] = { type: column.type, values: values.map((row) => sqlValueOf(row[at], column)) };
  }
  return out;
}
