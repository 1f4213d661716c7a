import type { Migration } from './index.ts';

/** How visits were heard next to their first and last sighting: see `DoorHearing` of the engine's rows. 0 is "not known". */
export const doorHearing: Migration = {
  number: 9,
  name: 'door-hearing',
  statements: ['visits', 'open_visits'].flatMap((table) =>
    ['first_gap_ms', 'first_lag_ms', 'first_gateways', 'last_gap_ms', 'last_lag_ms', 'last_gateways'].map(
      (name) => `alter table ${table} add column ${name} integer default 0`,
    ),
  ),
};
