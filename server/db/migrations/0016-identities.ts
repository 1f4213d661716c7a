import type { Migration } from './index.ts';

/** Apps that advertise rotating numbers, or listen. The secrets lie in a file of their own; a row names the record. */
export const identities: Migration = {
  number: 16,
  name: 'identities',
  statements: [
    `create table app_identities (
      site_id varchar not null, carrier_id varchar not null, shopper_id varchar not null, mode varchar not null,
      record bigint, created_ms bigint not null)`,
  ],
};
