import type { Migration } from './index.ts';

/** A week of quarter hours of each gateway, and how gateways hear each other's carriers. */
export const gatewayHealthTables: Migration = {
  number: 21,
  name: 'gateway-health',
  statements: [
    // minutes: one bit for each in which it reported. Sums and their counts, so that pieces of a quarter hour add up.
    `create table gateway_quarters (
       site_id varchar not null, gateway_id varchar not null, start_ms bigint not null, minutes integer not null,
       statuses integer not null, adverts double not null, weakest_count integer not null, weakest double not null,
       heard_share double, hearing_db double, outbox_batches double, temperature_c double,
       primary key (site_id, gateway_id, start_ms))`,
    // What is known of pairs and what is believed of gateways, as one text: read at the start, written whole.
    `create table cross_hearing (site_id varchar not null primary key, saved_ms bigint not null, json varchar not null)`,
    'alter table gateway_state add column json varchar',
  ],
};
