import type { Migration } from './index.ts';

export const ingest: Migration = {
  number: 4,
  name: 'ingest',
  statements: [
    `create table dead_letters (
       id bigint not null,
       at_ms bigint not null,
       site_id varchar,
       gateway_id varchar,
       topic varchar not null,
       reason varchar not null,
       detail varchar not null
     )`,
    `create table gateway_state (
       site_id varchar not null,
       gateway_id varchar not null,
       clock_offset_ms double,
       last_seen_ms bigint,
       version varchar,
       dropped_batches bigint,
       primary key (site_id, gateway_id)
     )`,
    // Without the keys: those lie in files of their own, which can be overwritten and removed; a row outlives its key.
    `create table daily_keys (
       site_id varchar not null,
       local_day varchar not null,
       key_id varchar not null,
       created_ms bigint not null,
       destroyed_ms bigint,
       primary key (site_id, local_day)
     )`,
  ],
};
