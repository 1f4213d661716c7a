/**
 * Every table of the time series, once: engines, migration between them and export go by this. A new rollup is one more
 * entry here, and its `create table` in a migration.
 */
import type { ColumnType } from './duckdb.ts';

/**
 * rows: as the engine emitted them; a rewind cuts them by emitted_ms. rollup: the settled past, cut from a bucket on and
 * written again. log: entries with an id. state: small, replaced as it changes.
 */
export type TableKind = 'rows' | 'rollup' | 'log' | 'state';

export interface TableColumn {
  name: string;
  type: Exclude<ColumnType, 'BLOB'>;
  nullable: boolean;
}

export interface SeriesTable {
  name: string;
  kind: TableKind;
  /** As in the table, in its order; all begin with or contain site_id. */
  columns: readonly TableColumn[];
  /** By which a period is taken: milliseconds since 1970 UTC, or local days since then. Null: none. */
  time: { column: string; unit: 'ms' | 'days' } | null;
  /** What tells two rows of the same time apart, as far as anything does; few values, but for cells and carriers. */
  keys: readonly string[];
  /** How long: as identified visits are, as aggregates are, or as long as the site. */
  kept: 'visits' | 'aggregates' | 'always';
}

type ColumnSpec = Exclude<ColumnType, 'BLOB'> | `${Exclude<ColumnType, 'BLOB'>}?`;

const columnsOf = (spec: Record<string, ColumnSpec>): TableColumn[] =>
  Object.entries(spec).map(([name, type]) => ({
    name,
    type: type.replace('?', '') as TableColumn['type'],
    nullable: type.endsWith('?'),
  }));

const SITE = { site_id: 'VARCHAR' } as const;
const CERTAINTY = { lag_ms: 'INTEGER?', gateways: 'INTEGER?' } as const;
const VISIT = {
  ...SITE,
  carrier_id: 'VARCHAR',
  kind: 'VARCHAR',
  start_ms: 'BIGINT',
  end_ms: 'BIGINT',
  entrance_zone_id: 'VARCHAR?',
} as const;
const VISIT_CERTAINTY = {
  ...CERTAINTY,
  first_gap_ms: 'INTEGER?',
  first_lag_ms: 'INTEGER?',
  first_gateways: 'INTEGER?',
  last_gap_ms: 'INTEGER?',
  last_lag_ms: 'INTEGER?',
  last_gateways: 'INTEGER?',
} as const;
const STAY = {
  ...SITE,
  carrier_id: 'VARCHAR',
  kind: 'VARCHAR',
  zone_id: 'VARCHAR',
  floor_id: 'VARCHAR',
  start_ms: 'BIGINT',
  end_ms: 'BIGINT',
  visit_start_ms: 'BIGINT',
} as const;
const STAY_CERTAINTY = { ...CERTAINTY, mass_permille: 'INTEGER?' } as const;
const HEAT = {
  ...SITE,
  floor_id: 'VARCHAR',
  bucket_ms: 'BIGINT',
  day: 'INTEGER',
  cell_x: 'INTEGER',
  cell_y: 'INTEGER',
  carrier: 'UINTEGER',
  dwell_ms: 'INTEGER',
} as const;
const OCCUPANCY = {
  ...SITE,
  zone_id: 'VARCHAR',
  bucket_ms: 'BIGINT',
  carrier_ms: 'BIGINT',
  peak: 'INTEGER',
} as const;
const EMITTED = { emitted_ms: 'BIGINT' } as const;
const HOUR_OF_PLACE = { ...SITE, zone_id: 'VARCHAR', from_ms: 'BIGINT', to_ms: 'BIGINT' } as const;

interface TableSpec {
  kind: TableKind;
  columns: Record<string, ColumnSpec>;
  time?: string;
  keys?: readonly string[];
  kept?: SeriesTable['kept'];
}

const SPECS = {
  visits: {
    kind: 'rows',
    columns: { ...VISIT, ...EMITTED, ...VISIT_CERTAINTY },
    time: 'start_ms',
    keys: ['carrier_id'],
    kept: 'visits',
  },
  stays: {
    kind: 'rows',
    columns: { ...STAY, ...EMITTED, ...STAY_CERTAINTY },
    time: 'start_ms',
    keys: ['carrier_id', 'zone_id'],
    kept: 'visits',
  },
  heat: {
    kind: 'rows',
    columns: { ...HEAT, ...EMITTED },
    time: 'bucket_ms',
    keys: ['floor_id', 'cell_x', 'cell_y', 'carrier'],
    kept: 'visits',
  },
  occupancy: {
    kind: 'rows',
    columns: { ...OCCUPANCY, ...EMITTED },
    time: 'bucket_ms',
    keys: ['zone_id'],
    kept: 'aggregates',
  },
  coverage: {
    kind: 'rows',
    columns: { ...SITE, gateway_id: 'VARCHAR', minute_ms: 'BIGINT', ...EMITTED },
    time: 'minute_ms',
    keys: ['gateway_id'],
    kept: 'visits',
  },
  open_visits: { kind: 'state', columns: { ...VISIT, ...VISIT_CERTAINTY }, keys: ['carrier_id'] },
  open_stays: { kind: 'state', columns: { ...STAY, ...STAY_CERTAINTY }, keys: ['carrier_id', 'zone_id'] },
  open_heat: { kind: 'state', columns: HEAT, keys: ['floor_id', 'cell_x', 'cell_y', 'carrier'] },
  open_occupancy: { kind: 'state', columns: OCCUPANCY, keys: ['zone_id'] },
  gateways_heard: {
    kind: 'state',
    columns: { ...SITE, gateway_id: 'VARCHAR', first_ms: 'BIGINT', ...EMITTED },
    keys: ['gateway_id'],
  },
  gateways_awaited: {
    kind: 'state',
    columns: { ...SITE, gateway_id: 'VARCHAR', from_ms: 'BIGINT' },
    keys: ['gateway_id'],
  },
  site_state: {
    kind: 'state',
    columns: {
      ...SITE,
      watermark_ms: 'BIGINT',
      dirty_from_ms: 'BIGINT?',
      checkpoint: 'VARCHAR',
      committed_ms: 'BIGINT',
    },
  },
  rollup_state: {
    kind: 'state',
    columns: {
      ...SITE,
      sealed_ms: 'BIGINT',
      coverage_sealed_ms: 'BIGINT',
      heat_sealed_day: 'INTEGER',
      rows_from_ms: 'BIGINT',
      heat_rows_from_day: 'INTEGER',
      signature: 'VARCHAR',
    },
  },
  recomputations: {
    kind: 'state',
    columns: { ...SITE, from_ms: 'BIGINT', until_ms: 'BIGINT', definitions_version: 'BIGINT' },
  },
  figures_before: {
    kind: 'state',
    columns: {
      ...HOUR_OF_PLACE,
      footfall: 'INTEGER?',
      visitors: 'INTEGER?',
      occupancy: 'DOUBLE?',
      coverage: 'DOUBLE',
    },
    keys: ['zone_id', 'from_ms'],
  },
  visit_quarters: {
    kind: 'rollup',
    columns: {
      ...SITE,
      zone_id: 'VARCHAR',
      bucket_ms: 'BIGINT',
      counted: 'INTEGER',
      surely: 'INTEGER',
      possibly: 'INTEGER',
      below: 'INTEGER',
      bounced: 'INTEGER',
      dwell_ms: 'BIGINT',
    },
    time: 'bucket_ms',
    keys: ['zone_id'],
    kept: 'aggregates',
  },
  coverage_quarters: {
    kind: 'rollup',
    columns: { ...SITE, floor_id: 'VARCHAR', bucket_ms: 'BIGINT', expected: 'INTEGER', reported: 'INTEGER' },
    time: 'bucket_ms',
    keys: ['floor_id'],
    kept: 'aggregates',
  },
  heat_days: {
    kind: 'rollup',
    columns: {
      ...SITE,
      cell_m: 'INTEGER',
      floor_id: 'VARCHAR',
      day: 'INTEGER',
      cell_x: 'INTEGER',
      cell_y: 'INTEGER',
      dwell_ms: 'BIGINT',
      carriers: 'INTEGER',
    },
    time: 'day',
    keys: ['cell_m', 'floor_id', 'cell_x', 'cell_y'],
    kept: 'aggregates',
  },
  figure_seals: {
    kind: 'state',
    columns: {
      ...SITE,
      what: 'VARCHAR',
      place: 'VARCHAR',
      signature: 'VARCHAR',
      from_ms: 'BIGINT',
      sealed_ms: 'BIGINT',
      bound_ms: 'BIGINT',
    },
    keys: ['what', 'place'],
  },
  light_hours: {
    kind: 'rollup',
    columns: {
      ...SITE,
      floor_id: 'VARCHAR',
      hour_ms: 'BIGINT',
      expected: 'INTEGER',
      reported: 'INTEGER',
      minutes: 'INTEGER',
      lit: 'INTEGER',
      quarters: 'INTEGER',
    },
    time: 'hour_ms',
    keys: ['floor_id'],
    kept: 'aggregates',
  },
  dark_windows: {
    kind: 'rollup',
    columns: { ...SITE, floor_id: 'VARCHAR', from_ms: 'BIGINT', to_ms: 'BIGINT' },
    time: 'from_ms',
    keys: ['floor_id'],
    kept: 'aggregates',
  },
  dark_sums: {
    kind: 'rollup',
    columns: {
      ...HOUR_OF_PLACE,
      arrivals: 'INTEGER',
      length_ms: 'BIGINT',
      starts: 'INTEGER',
      ends: 'INTEGER',
    },
    time: 'from_ms',
    keys: ['zone_id'],
    kept: 'aggregates',
  },
  visit_hours: {
    kind: 'rollup',
    columns: {
      ...SITE,
      zone_id: 'VARCHAR',
      hour_ms: 'BIGINT',
      counted: 'INTEGER',
      surely: 'INTEGER',
      possibly: 'INTEGER',
      below: 'INTEGER',
      bounced: 'INTEGER',
      dwell_ms: 'BIGINT',
      false_m: 'BIGINT',
      false_square_m: 'BIGINT',
      missing_m: 'BIGINT',
      missing_square_m: 'BIGINT',
      by_one: 'INTEGER',
      by_two: 'INTEGER',
      by_more: 'INTEGER',
      longest_lag_ms: 'INTEGER',
      darkened: 'INTEGER',
      edge_false_m: 'BIGINT',
      edge_false_square_m: 'BIGINT',
      edge_missing_m: 'BIGINT',
      edge_missing_square_m: 'BIGINT',
      spill_m: 'BIGINT',
      spill_square_m: 'BIGINT',
      edges: 'INTEGER',
      first_lag_ms: 'BIGINT',
      first_lag_square_ms2: 'BIGINT',
      last_lag_ms: 'BIGINT',
      last_lag_square_ms2: 'BIGINT',
      silent_m: 'BIGINT',
      own_counted_m: 'BIGINT',
      own_below_m: 'BIGINT',
      passed_m: 'BIGINT',
      passed_variance_m: 'BIGINT',
      carrier_ms: 'BIGINT',
      peak: 'INTEGER',
    },
    time: 'hour_ms',
    keys: ['zone_id'],
    kept: 'aggregates',
  },
  floor_hours: {
    kind: 'rollup',
    columns: {
      ...SITE,
      floor_id: 'VARCHAR',
      min_ms: 'INTEGER',
      hour_ms: 'BIGINT',
      counted_m: 'BIGINT',
      below_m: 'BIGINT',
    },
    time: 'hour_ms',
    keys: ['floor_id', 'min_ms'],
    kept: 'aggregates',
  },
  door_hours: {
    kind: 'rollup',
    columns: {
      ...SITE,
      hour_ms: 'BIGINT',
      is_last: 'BOOLEAN',
      ends: 'INTEGER',
      by_one: 'INTEGER',
      near_ms2: 'BIGINT',
      visit_ms2: 'BIGINT',
    },
    time: 'hour_ms',
    keys: ['is_last'],
    kept: 'aggregates',
  },
  points: {
    kind: 'rollup',
    columns: {
      ...SITE,
      zone_id: 'VARCHAR',
      metric: 'VARCHAR',
      bucket: 'VARCHAR',
      from_ms: 'BIGINT',
      to_ms: 'BIGINT',
      value: 'DOUBLE?',
      low: 'DOUBLE?',
      high: 'DOUBLE?',
      mean: 'DOUBLE?',
      p90: 'DOUBLE?',
      suppressed: 'BOOLEAN',
    },
    time: 'from_ms',
    keys: ['zone_id', 'metric', 'bucket'],
    kept: 'aggregates',
  },
  zone_pairs: {
    kind: 'rollup',
    columns: {
      ...SITE,
      level: 'VARCHAR',
      day: 'INTEGER',
      a: 'VARCHAR',
      b: 'VARCHAR',
      visits: 'INTEGER',
      unknown: 'INTEGER',
      known: 'INTEGER',
    },
    time: 'day',
    keys: ['level', 'a', 'b'],
    kept: 'aggregates',
  },
  zone_flows: {
    kind: 'rollup',
    columns: {
      ...SITE,
      level: 'VARCHAR',
      day: 'INTEGER',
      from_zone: 'VARCHAR',
      to_zone: 'VARCHAR',
      visits: 'INTEGER',
      unknown: 'INTEGER',
      known: 'INTEGER',
    },
    time: 'day',
    keys: ['level', 'from_zone', 'to_zone'],
    kept: 'aggregates',
  },
  changelog_entries: {
    kind: 'log',
    columns: {
      ...SITE,
      id: 'BIGINT',
      computed_ms: 'BIGINT',
      from_ms: 'BIGINT',
      to_ms: 'BIGINT',
      definitions_version: 'BIGINT',
      causes: 'VARCHAR',
    },
    time: 'from_ms',
    keys: ['id'],
  },
  changelog_cells: {
    kind: 'log',
    columns: {
      entry_id: 'BIGINT',
      ...HOUR_OF_PLACE,
      was_final: 'BOOLEAN',
      footfall_before: 'INTEGER?',
      footfall_after: 'INTEGER?',
      visitors_before: 'INTEGER?',
      visitors_after: 'INTEGER?',
      occupancy_before: 'DOUBLE?',
      occupancy_after: 'DOUBLE?',
      coverage_before: 'DOUBLE',
      coverage_after: 'DOUBLE',
    },
    time: 'from_ms',
    keys: ['entry_id', 'zone_id', 'from_ms'],
  },
} satisfies Record<string, TableSpec>;

export type TableName = keyof typeof SPECS;

export const SERIES_TABLES: readonly SeriesTable[] = Object.entries<TableSpec>(SPECS).map(([name, spec]) => ({
  name,
  kind: spec.kind,
  columns: columnsOf(spec.columns),
  time: spec.time === undefined ? null : { column: spec.time, unit: spec.time === 'day' ? 'days' : 'ms' },
  keys: spec.keys ?? [],
  kept: spec.kept ?? 'always',
}));

const BY_NAME = new Map(SERIES_TABLES.map((table) => [table.name, table]));

export const seriesTable = (name: TableName): SeriesTable => BY_NAME.get(name)!;
