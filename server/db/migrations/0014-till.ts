import type { Migration } from './index.ts';

/** Codes that a till checks without a network and settles later, what was bought, and redemptions that were taken back. */
export const till: Migration = {
  number: 14,
  name: 'till',
  statements: [
    // A retired key has no private half any more and verifies what was signed with it; a revoked one does not even that.
    `create table offer_keys (
      key_id varchar primary key, site_id varchar not null, public_key varchar not null, private_key varchar,
      created_ms bigint not null, retired_ms bigint, revoked_ms bigint)`,
    'alter table redemptions add column id varchar',
    // What the till calls its try: a repetition is the same redemption.
    'alter table redemptions add column idem_key varchar',
    'alter table redemptions add column order_id varchar',
    // Null: redeemed over the network.
    'alter table redemptions add column settled_ms bigint',
    'update redemptions set id = offer_id where id is null',
    `create table redemption_voids (
      redemption_id varchar primary key, offer_id varchar not null, site_id varchar not null, tenant_id varchar,
      campaign_id varchar not null, idem_key varchar, redeemed_ms bigint not null, amount_minor bigint, till varchar,
      voided_ms bigint not null, by_kind varchar not null, by_id varchar not null, reason varchar)`,
    // Every acceptance without a network that was settled, with what came of it.
    `create table settlements (
      site_id varchar not null, tenant_id varchar, idem_key varchar not null, offer_id varchar not null,
      campaign_id varchar, result varchar not null, accepted_ms bigint not null, till_clock_ms bigint not null,
      clock_offset_ms bigint not null, settled_ms bigint not null, by_kind varchar not null, by_id varchar not null,
      till varchar, amount_minor bigint, order_id varchar)`,
    /**
     * What was bought. Money in minor units of the site's currency. `customer_key`: one per tenant and customer; null is
     * a guest. An id is a tenant's own: two tenants may number alike.
     */
    `create table orders (
      site_id varchar not null, tenant_id varchar, order_id varchar not null, zone_id varchar, customer_key varchar,
      shopper_id varchar, offer_id varchar, at_ms bigint not null, amount_minor bigint not null, items bigint,
      source varchar not null, created_ms bigint not null)`,
    // Makes a shop's own numbers of customers into keys that nobody can guess back.
    'create table customer_key_secrets (site_id varchar primary key, secret varchar not null)',
  ],
};
