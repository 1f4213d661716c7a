/** Sums and figures of the settled past, so that a year is not counted from its rows again: see server/db/figures. */
import type { Migration } from './index.ts';

export const figures: Migration = {
  number: 18,
  name: 'figures',
  statements: [
    /** What of a place is settled, and under which signature: of `what` from from_ms to sealed_ms; rows that start from bound_ms on change none of it. */
    `create table figure_seals (site_id varchar not null, what varchar not null, place varchar not null,
      signature varchar not null, from_ms bigint not null, sealed_ms bigint not null, bound_ms bigint not null)`,
    /** By local hour. floor_id '' is the site; quarters: a bit for each quarter hour of it in which anybody reported. */
    `create table light_hours (site_id varchar not null, floor_id varchar not null, hour_ms bigint not null,
      expected integer not null, reported integer not null, minutes integer not null, lit integer not null, quarters integer not null)`,
    `create table dark_windows (site_id varchar not null, floor_id varchar not null, from_ms bigint not null, to_ms bigint not null)`,
    /** What was counted of a zone ('' the site) around a window. */
    `create table dark_sums (site_id varchar not null, zone_id varchar not null, from_ms bigint not null, to_ms bigint not null,
      arrivals integer not null, length_ms bigint not null, starts integer not null, ends integer not null)`,
    /** Sums over the closed visits (zone_id '') and stays that start in a local hour, or end in it (last_…). */
    `create table visit_hours (site_id varchar not null, zone_id varchar not null, hour_ms bigint not null,
      counted integer not null, surely integer not null, possibly integer not null, below integer not null,
      bounced integer not null, dwell_ms bigint not null,
      false_m bigint not null, false_square_m bigint not null, missing_m bigint not null, missing_square_m bigint not null,
      by_one integer not null, by_two integer not null, by_more integer not null,
      longest_lag_ms integer not null, darkened integer not null,
      edge_false_m bigint not null, edge_false_square_m bigint not null, edge_missing_m bigint not null, edge_missing_square_m bigint not null,
      spill_m bigint not null, spill_square_m bigint not null,
      edges integer not null, first_lag_ms bigint not null, first_lag_square_ms2 bigint not null,
      last_lag_ms bigint not null, last_lag_square_ms2 bigint not null, silent_m bigint not null,
      own_counted_m bigint not null, own_below_m bigint not null, passed_m bigint not null, passed_variance_m bigint not null,
      carrier_ms bigint not null, peak integer not null)`,
    /** How far the stays of a floor may have been elsewhere, by whether they were min_ms long. */
    `create table floor_hours (site_id varchar not null, floor_id varchar not null, min_ms integer not null,
      hour_ms bigint not null, counted_m bigint not null, below_m bigint not null)`,
    /** How visits of the site were heard first and last, by hour of UTC. */
    `create table door_hours (site_id varchar not null, hour_ms bigint not null, is_last boolean not null,
      ends integer not null, by_one integer not null, near_ms2 bigint not null, visit_ms2 bigint not null)`,
    /** Finished figures of whole days and weeks, of the metrics that no sums give. */
    /** Visits to two zones (a before b), to one (b ''), and all (both ''), by local day and by week (`day` its Monday). */
    `create table zone_pairs (site_id varchar not null, level varchar not null, day integer not null, a varchar not null, b varchar not null,
      visits integer not null, unknown integer not null, known integer not null)`,
    /** From zone to zone, '' the outside. */
    `create table zone_flows (site_id varchar not null, level varchar not null, day integer not null, from_zone varchar not null, to_zone varchar not null,
      visits integer not null, unknown integer not null, known integer not null)`,
    /** Rises with every change of a time series, in its transaction: what was read at the same version is the same. */
    'create table series_version (version bigint not null)',
    'insert into series_version values (0)',
    `create table points (site_id varchar not null, zone_id varchar not null, metric varchar not null, bucket varchar not null,
      from_ms bigint not null, to_ms bigint not null, value double, low double, high double, mean double, p90 double,
      suppressed boolean not null)`,
  ],
};
