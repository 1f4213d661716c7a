/**
 * The engine's rows, what is still open, and the rollups. Bulk tables have no keys and no indexes: rows are appended in
 * the order in which they were emitted, so that emitted_ms, start_ms and bucket_ms rise with the row groups and DuckDB's
 * min/max per row group prunes a period, a rewind and an expiry to the row groups they touch. One table does for all days:
 * measured with DuckDB 1.5, row groups that were deleted whole are freed at the next checkpoint and used again, so a file
 * that a window of days moves through stays as large as the window (60 MB through 60 days of 300,000 rows, 20 kept), and
 * open rows rewritten 1,500 times leave no growth either.
 */
import type { Migration } from './index.ts';

const VISIT = `carrier_id varchar not null, kind varchar not null, start_ms bigint not null, end_ms bigint not null,
  entrance_zone_id varchar`;
const STAY = `carrier_id varchar not null, kind varchar not null, zone_id varchar not null, floor_id varchar not null,
  start_ms bigint not null, end_ms bigint not null, visit_start_ms bigint not null`;
/** `day` counts local days from 1970-01-01; `carrier` hashes the carrier and that day, so no row links two days. */
const HEAT = `floor_id varchar not null, bucket_ms bigint not null, day integer not null, cell_x integer not null,
  cell_y integer not null, carrier uinteger not null, dwell_ms integer not null`;
/** zone_id '' is the site. */
const OCCUPANCY =
  'zone_id varchar not null, bucket_ms bigint not null, carrier_ms bigint not null, peak integer not null';

export const timeSeries: Migration = {
  number: 2,
  name: 'time-series',
  statements: [
    `create table visits (site_id varchar not null, ${VISIT}, emitted_ms bigint not null)`,
    `create table stays (site_id varchar not null, ${STAY}, emitted_ms bigint not null)`,
    `create table heat (site_id varchar not null, ${HEAT}, emitted_ms bigint not null)`,
    `create table occupancy (site_id varchar not null, ${OCCUPANCY}, emitted_ms bigint not null)`,
    `create table coverage (site_id varchar not null, gateway_id varchar not null, minute_ms bigint not null,
      emitted_ms bigint not null)`,
    `create table open_visits (site_id varchar not null, ${VISIT})`,
    `create table open_stays (site_id varchar not null, ${STAY})`,
    `create table open_heat (site_id varchar not null, ${HEAT})`,
    `create table open_occupancy (site_id varchar not null, ${OCCUPANCY})`,
    /** The first minute in which each gateway reported: from there on it is expected. */
    `create table gateways_heard (site_id varchar not null, gateway_id varchar not null, first_ms bigint not null,
      emitted_ms bigint not null)`,
    `create table site_state (site_id varchar not null, watermark_ms bigint not null, dirty_from_ms bigint,
      checkpoint varchar not null, committed_ms bigint not null)`,
    /** Visits (zone_id '') and zone visits by quarter hour of their start, under the thresholds named by the signature. */
    `create table visit_quarters (site_id varchar not null, zone_id varchar not null, bucket_ms bigint not null,
      counted integer not null, surely integer not null, possibly integer not null, below integer not null,
      bounced integer not null, dwell_ms bigint not null)`,
    `create table coverage_quarters (site_id varchar not null, floor_id varchar not null, bucket_ms bigint not null,
      expected integer not null, reported integer not null)`,
    `create table heat_days (site_id varchar not null, cell_m integer not null, floor_id varchar not null,
      day integer not null, cell_x integer not null, cell_y integer not null, dwell_ms bigint not null,
      carriers integer not null)`,
    /** Rollups hold all quarters before their seal and all days before heat_sealed_day; rows are whole from rows_from_ms on. */
    `create table rollup_state (site_id varchar not null, sealed_ms bigint not null,
      coverage_sealed_ms bigint not null, heat_sealed_day integer not null, rows_from_ms bigint not null, heat_rows_from_day integer not null, signature varchar not null)`,
  ],
};
