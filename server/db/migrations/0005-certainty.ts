/** How surely each presence is known: see `Certainty` of the engine's rows. Rows of before have 0, which is "not known". */
import type { Migration } from './index.ts';

const columns = (tables: readonly string[], names: readonly string[]): string[] =>
  tables.flatMap((table) => names.map((name) => `alter table ${table} add column ${name} integer default 0`));

export const certainty: Migration = {
  number: 5,
  name: 'certainty',
  statements: [
    ...columns(['visits', 'open_visits', 'stays', 'open_stays'], ['lag_ms', 'gateways']),
    ...columns(['stays', 'open_stays'], ['mass_permille']),
  ],
};
