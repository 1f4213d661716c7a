import type { Migration } from './index.ts';

/** Door counters that publish by themselves, and what of a reference count comes from them. */
export const referenceCounters: Migration = {
  number: 6,
  name: 'reference-counters',
  statements: [
    `create table counters (
      site_id varchar not null, id varchar not null, zone_id varchar not null, name varchar, created_ms bigint not null)`,
    'alter table reference_counts add column people_out bigint',
    // Null: entered by hand or from a file.
    'alter table reference_counts add column counter_id varchar',
  ],
};
