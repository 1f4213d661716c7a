import type { Migration } from './index.ts';

/**
 * What a shopper says of themselves, baskets of web shops, pictures of offers, and which face of an offer somebody got.
 * A web shop knows a shopper by a reference that is random, of one tenant, and stands here alone.
 */
export const deeperCampaigns: Migration = {
  number: 10,
  name: 'campaigns',
  statements: [
    "alter table offers add column variant varchar default 'a'",
    'alter table offers add column image_id varchar',
    // What it may cost the shop at most: counts on the campaign's budget.
    'alter table offers add column cost_minor bigint default 0',
    'alter table offer_decisions add column variant varchar',
    'alter table offer_decisions add column score double',
    'alter table offer_decisions add column outranked_by varchar',
    // Lists as JSON: they are read whole.
    `create table profiles (
      shopper_id varchar primary key, interests varchar not null, brands varchar not null, changed_ms bigint not null)`,
    `create table shopper_references (
      reference varchar primary key, site_id varchar not null, tenant_id varchar not null, shopper_id varchar not null,
      created_ms bigint not null)`,
    // Of what is in a basket only how many things: enough to fire, and to say why.
    `create table baskets (
      site_id varchar not null, tenant_id varchar not null, basket_id varchar not null, shopper_id varchar not null,
      at_ms bigint not null, value_minor bigint not null, items integer not null, closed_ms bigint, closed_by varchar,
      primary key (site_id, tenant_id, basket_id))`,
    `create table campaign_images (
      id varchar primary key, site_id varchar not null, tenant_id varchar, content blob not null,
      content_type varchar not null, width_px integer not null, height_px integer not null, bytes bigint not null,
      uploaded_ms bigint not null)`,
  ],
};
