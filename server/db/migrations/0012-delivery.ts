import type { Migration } from './index.ts';

export const delivery: Migration = {
  number: 12,
  name: 'delivery',
  statements: [
    // No index: unique by what is deleted before each insert, and a phone tells its endpoint rarely.
    `create table push_subscriptions (
      endpoint varchar not null, shopper_id varchar not null, p256dh varchar not null, auth varchar not null,
      created_ms bigint not null, seen_ms bigint not null)`,
    // The same event never makes a second offer, even where a crash came before its decision was written.
    'alter table offers add column decision_id varchar',
    // How long it took from the sighting to the hand-over, of nobody.
    `create table offer_handovers (
      site_id varchar not null, route varchar not null, at_ms bigint not null, latency_ms bigint not null)`,
  ],
};
