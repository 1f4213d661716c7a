import type { Migration } from './index.ts';

/** What shoppers say after redeeming, and the points that their baskets earned. */
export const shopperApp: Migration = {
  number: 13,
  name: 'shopper-app',
  statements: [
    // After an erasure the score stays, the person and their words do not.
    `create table feedback (
      offer_id varchar primary key, site_id varchar not null, tenant_id varchar, campaign_id varchar not null,
      shopper_id varchar, score integer not null, comment varchar, at_ms bigint not null)`,
    // The id is site, tenant and order: one that is told twice earns once.
    `create table loyalty_points (
      id varchar primary key, site_id varchar not null, tenant_id varchar, shopper_id varchar not null,
      source varchar not null, points bigint not null, at_ms bigint not null)`,
    'create table loyalty_settings (site_id varchar primary key, json varchar not null, changed_ms bigint not null)',
  ],
};
