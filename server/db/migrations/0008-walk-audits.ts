import type { Migration } from './index.ts';

/** Walks that certify accuracy: their taps, what was found, and what they taught of the radio. No place but those tapped. */
export const walkAudits: Migration = {
  number: 8,
  name: 'walk-audits',
  statements: [
    `create table walk_audits (
      site_id varchar not null, id varchar not null, carrier_id varchar not null, by_name varchar not null,
      clock_offset_ms bigint not null, started_ms bigint not null, finished_ms bigint, result varchar)`,
    // Times by the phone's clock: how far that is off is known better and better as it sends.
    `create table walk_taps (
      site_id varchar not null, audit_id varchar not null, id varchar not null, floor_id varchar not null,
      x_m double not null, y_m double not null, phone_ms bigint not null, outcome varchar, error_m double)`,
    `create table survey_points (
      site_id varchar not null, audit_id varchar not null, floor_id varchar not null, x_m double not null,
      y_m double not null, seconds double not null, heard varchar not null)`,
  ],
};
