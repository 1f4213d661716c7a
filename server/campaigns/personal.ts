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
  /** Name in the export → column; columns that end in `_ms` are written as times, lists in JSON as lists. Undefined: the ledger tells it in its own words. */
  exported?: Readonly<Record<string, string>>;
}

export const PERSONAL_TABLES: readonly PersonalTable[] = [
  { table: 'shoppers', section: 'profile', erase: 'delete', column: 'id' },
  { table: 'consents', section: 'consents', erase: 'delete' },
  { table: 'pairings', section: 'pairings', erase: 'delete' },
  { table: 'offers', section: 'offers', erase: { blank: ['code', 'short_code'] } },
  {
    table: 'push_subscriptions',
    section: 'pushSubscriptions',
    erase: 'delete',
    exported: { endpoint: 'endpoint', since: 'created_ms' },
  },
  { table: 'offer_decisions', section: 'decisions', erase: { blank: [] } },
  {
    table: 'profiles',
    section: 'quiz',
    erase: 'delete',
    exported: { interests: 'interests', brands: 'brands', changedAt: 'changed_ms' },
  },
  {
    table: 'shopper_references',
    section: 'webShops',
    erase: 'delete',
    exported: { shop: 'tenant_id', reference: 'reference', since: 'created_ms' },
  },
  {
    table: 'baskets',
    section: 'webBaskets',
    erase: 'delete',
    exported: { shop: 'tenant_id', at: 'at_ms', valueMinor: 'value_minor', items: 'items', closedAt: 'closed_ms' },
  },
  // The secret lies in a file and is overwritten with the pairing's end.
  {
    table: 'app_identities',
    section: 'app',
    erase: 'delete',
    exported: { mode: 'mode', since: 'created_ms' },
  },
  // The score stays in the shop's figures; whose it was, and their words, do not.
  {
    table: 'feedback',
    section: 'feedback',
    erase: { blank: ['comment'] },
    exported: { offer: 'offer_id', score: 'score', comment: 'comment', at: 'at_ms' },
  },
  {
    table: 'loyalty_points',
    section: 'points',
    erase: 'delete',
    exported: { source: 'source', points: 'points', at: 'at_ms' },
  },
  // Named only until it was sent, or is no longer to be sent.
  {
    table: 'webhook_deliveries',
    section: 'toldToPartners',
    erase: 'delete',
    exported: { event: 'type', at: 'at_ms' },
  },
  {
    table: 'orders',
    section: 'orders',
    // Bought is bought; by whom is forgotten, the shop's own number of the customer too.
    erase: { blank: ['customer_key'] },
    exported: {
      order: 'order_id',
      tenant: 'tenant_id',
      at: 'at_ms',
      amountMinor: 'amount_minor',
      items: 'items',
      source: 'source',
    },
  },
];

/** Columns that are not the shopper's own link, and why: for the test. */
export const NOT_PERSONAL: Readonly<Record<string, string>> = {
  'erasures.shopper_hash': 'finds whom a restored backup brought back; says nothing of anybody',
};

export const exportSql = ({ table, column, exported = {} }: PersonalTable): string =>
  `select ${Object.values(exported).join(', ')} from ${table} where ${column ?? 'shopper_id'} = $1 limit 100000`;

/** Columns that hold a list in JSON. What people write may begin with a bracket too, and is their words. */
const LISTS: readonly string[] = ['interests', 'brands'];

export const exportedRow = ({ exported = {} }: PersonalTable, row: SqlRow): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(exported).map(([name, column]) => {
      const value = row[column] ?? null;
      if (column.endsWith('_ms') && typeof value === 'number') return [name, new Date(value).toISOString()];
      return [
        name,
        typeof value === 'string' && LISTS.includes(column) && value.startsWith('[') ? JSON.parse(value) : value,
      ];
    }),
  );
