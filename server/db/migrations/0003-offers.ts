import type { Migration } from './index.ts';

/**
 * Campaigns, and what a person agreed to. The link from a person to a carrier stands in `pairings` alone and can be erased.
 * Codes have a table of their own so that a dead code is a deleted row.
 */
export const offers: Migration = {
  number: 3,
  name: 'offers',
  statements: [
    `create table campaigns (
      site_id varchar not null, id varchar not null, tenant_id varchar, status varchar not null, json varchar not null,
      created_ms bigint not null, changed_ms bigint not null)`,
    'create table attention_settings (site_id varchar not null, json varchar not null, changed_ms bigint not null)',
    `create table shoppers (
      id varchar not null, site_id varchar not null, language varchar not null, created_ms bigint not null,
      paused_until_ms bigint)`,
    // Append-only: a person's state is the newest row of a purpose.
    `create table consents (
      shopper_id varchar not null, purpose varchar not null, state varchar not null, version bigint not null,
      at_ms bigint not null, text_hash varchar not null, language varchar not null)`,
    `create table pairings (
      site_id varchar not null, carrier_id varchar not null, shopper_id varchar not null,
      from_ms bigint not null, to_ms bigint, ended_by varchar)`,
    `create table carrier_codes (
      site_id varchar not null, code_hash varchar not null, carrier_id varchar not null, code varchar not null,
      created_ms bigint not null)`,
    `create table offers (
      id varchar primary key, site_id varchar not null, tenant_id varchar, campaign_id varchar not null,
      shopper_id varchar, zone_id varchar not null, zone_name varchar not null,
      title varchar not null, text varchar not null, terms varchar, reason varchar not null,
      code varchar, short_code varchar, state varchar not null,
      issued_ms bigint not null, expires_ms bigint not null,
      delivered_ms bigint, opened_ms bigint, redeemed_ms bigint)`,
    `create table offer_codes (
      code_hash varchar primary key, offer_id varchar not null, site_id varchar not null)`,
    `create table offer_decisions (
      id varchar primary key, site_id varchar not null, tenant_id varchar, campaign_id varchar not null,
      shopper_id varchar, zone_id varchar not null, trigger varchar not null, event_at_ms bigint not null,
      sighting_at_ms bigint not null, decided_ms bigint not null, outcome varchar not null, code varchar not null,
      params varchar not null, words varchar not null, offer_id varchar, latency_ms bigint)`,
    `create table redemptions (
      offer_id varchar primary key, site_id varchar not null, tenant_id varchar, campaign_id varchar not null,
      redeemed_ms bigint not null, by_kind varchar not null, by_id varchar not null, till varchar, amount_minor bigint)`,
    // Proof that an erasure was done; the hash finds a person again that a restored backup brought back.
    'create table erasures (receipt varchar not null, shopper_hash varchar not null, erased_ms bigint not null)',
  ],
};
