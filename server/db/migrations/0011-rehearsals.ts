import type { Migration } from './index.ts';

/** The newest rehearsal of each campaign. Figures over many carriers: no row says anything of one. */
export const rehearsals: Migration = {
  number: 11,
  name: 'rehearsals',
  statements: [
    `create table rehearsals (
      site_id varchar not null, campaign_id varchar not null, of_what varchar not null, rehearsed_ms bigint not null,
      json varchar not null)`,
  ],
};
