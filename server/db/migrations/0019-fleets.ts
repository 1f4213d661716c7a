import type { Migration } from './index.ts';

/** Gateways of other makes: what a site listens to, and every gateway that was heard and is not, or not only, on the plan. */
export const fleets: Migration = {
  number: 19,
  name: 'fleets',
  statements: [
    `create table fleets (
       site_id varchar not null, id varchar not null, json varchar not null, topics_since_ms bigint not null,
       primary key (site_id, id))`,
    // fleet_id '' for one of our own. clock_ms is to be added to its own times, boot_ms to its seconds since the start.
    `create table heard_gateways (
       site_id varchar not null, gateway_id varchar not null, fleet_id varchar not null, format varchar not null,
       name varchar not null, first_seen_ms bigint not null, last_seen_ms bigint not null, messages bigint not null,
       beacons_per_minute double, dismissed boolean not null, clock_ms double, boot_ms double,
       primary key (site_id, gateway_id))`,
  ],
};
