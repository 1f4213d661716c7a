/**
 * Every table that names a shopper: what an erasure does to its rows and what the export shows of them. A table that is
 * missing here fails the test that looks for columns of that name in the database (test/shopper/personal.test.ts).
 */
import type { SqlRow } from '../db/duckdb.ts';

export interface PersonalTable {
  table: string;
  /** Its name in the receipt, and in the export where `exported` is given. */
  section: string;
  /** `delete`: the rows go. Else they stay as counts that name nobody: these columns become null besides the shopper. */
  erase: 'delete' | { blank: readonly string[] };
  /** Shopper's own column, where it has another name. @default shopper_id */
  column?: string;
  /** Name in the export → column; columns that end in `_ms` are written as times. Undefined: the ledger tells it in its own words. */
  exported?: Readonly<Record<string, string>>;
}

export const PERSONAL_TABLES: readonly PersonalTable[] = [
  { table: 'shoppers', section: 'profile', erase: 'delete', column: 'id' },
  { table: 'consents', section: 'consents', erase: 'delete' },
  { table: 'pairings', section: 'pairings', erase: 'delete' },
  { table: 'offers', section: 'offers', erase: { blank: ['code', 'short_code'] } },
  { table: 'offer_decisions', section: 'decisions', erase: { blank: [] } },
];

/** Columns that are not the shopper's own link, and why: for the test. */
export const NOT_PERSONAL: Readonly<Record<string, string>> = {
  'erasures.shopper_hash': 'finds whom a restored backup brought back; says nothing of anybody',
};

export const exportSql = ({ table, column, exported = {} }: PersonalTable): string =>
  `select ${Object.values(exported).join(', ')} from ${table} where ${column ?? 'shopper_id'} = $1 limit 100000`;

export const exportedRow = ({ exported = {} }: PersonalTable, row: SqlRow): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(exported).map(([name, column]) => {
      const value = row[column] ?? null;
      return [name, column.endsWith('_ms') && typeof value === 'number' ? new Date(value).toISOString() : value];
    }),
  );
