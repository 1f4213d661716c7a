/** What late data moved and why, and which gateways' data is still to come. Aggregates only: no row says anything of a carrier. */
import type { Migration } from './index.ts';

const FIGURES = 'footfall integer, visitors integer, occupancy double, coverage double not null';
const CELL = 'site_id varchar not null, zone_id varchar not null, from_ms bigint not null, to_ms bigint not null';
const pair = (name: string, type: string) => `${name}_before ${type}, ${name}_after ${type}`;

export const changelog: Migration = {
  number: 7,
  name: 'changelog',
  statements: [
    `create table changelog_entries (
      site_id varchar not null, id bigint not null, computed_ms bigint not null, from_ms bigint not null,
      to_ms bigint not null, definitions_version bigint not null, causes varchar not null)`,
    // zone_id '' is the site. Null figures: nothing was measured.
    `create table changelog_cells (
      entry_id bigint not null, ${CELL}, was_final boolean not null, ${pair('footfall', 'integer')},
      ${pair('visitors', 'integer')}, ${pair('occupancy', 'double')}, ${pair('coverage', 'double not null')})`,
    // A computation anew that goes on over several commits, and the figures as they were before its first.
    `create table recomputations (
      site_id varchar not null, from_ms bigint not null, until_ms bigint not null, definitions_version bigint not null)`,
    `create table figures_before (${CELL}, ${FIGURES})`,
    'create table gateways_awaited (site_id varchar not null, gateway_id varchar not null, from_ms bigint not null)',
  ],
};
