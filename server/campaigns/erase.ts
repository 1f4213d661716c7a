/** Erasure of a person: effective at once, with a receipt, and again after a backup was restored. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Erasure } from '../contract/offers.ts';
import type { Duck, WriteSql } from '../db/duckdb.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import type { Subscriptions } from '../push/subscriptions.ts';
import { crockford } from './codes.ts';
import type { Pairings } from './pairings.ts';
import { PERSONAL_TABLES } from './personal.ts';
import type { Shoppers } from './shoppers.ts';

const RECEIPT_CHARS = 12;
const hashOf = (shopperId: string): string => createHash('sha256').update(shopperId).digest('base64url');

export class Eraser {
  readonly #duck: Duck;
  readonly #consents: ConsentStore;
  readonly #pairings: Pairings;
  readonly #subscriptions: Pick<Subscriptions, 'forget'>;
  readonly #shoppers: Pick<Shoppers, 'forget'>;
  readonly #journalFile: string | undefined;

  /** The journal lies beside the database, not in it, so that an older database does not bring an older journal. */
  constructor(parts: {
    duck: Duck;
    consents: ConsentStore;
    pairings: Pairings;
    subscriptions: Pick<Subscriptions, 'forget'>;
    shoppers: Pick<Shoppers, 'forget'>;
    journalFile: string | undefined;
  }) {
    this.#duck = parts.duck;
    this.#consents = parts.consents;
    this.#pairings = parts.pairings;
    this.#subscriptions = parts.subscriptions;
    this.#shoppers = parts.shoppers;
    this.#journalFile = parts.journalFile;
  }

  /** Erases again whom a restored backup brought back. Comes before anything else is read. */
  async start(): Promise<number> {
    const erased = new Set(await this.#journal());
    if (erased.size === 0) return 0;
    const shoppers = await this.#duck.all<{ id: string }>('select id from shoppers');
    const returned = shoppers.filter(({ id }) => erased.has(hashOf(id)));
    for (const { id } of returned) await this.#duck.transaction((sql) => removeRows(sql, id));
    return returned.length;
  }

  async erase(shopperId: string, nowMs: number): Promise<Erasure> {
    // Memory first: no event and no offer is this person's from here on.
    this.#consents.forget(shopperId);
    this.#pairings.forget(shopperId);
    this.#subscriptions.forget(shopperId);
    this.#shoppers.forget(shopperId);
    const receipt = crockford(randomBytes(RECEIPT_CHARS));
    await this.#writeJournal({ shopperHash: hashOf(shopperId), receipt, erasedMs: nowMs });
    const removed = await this.#duck.transaction(async (sql) => {
      await sql.run('insert into erasures values ($1, $2, $3)', [receipt, hashOf(shopperId), nowMs]);
      return removeRows(sql, shopperId);
    });
    this.#pairings.forget(shopperId);
    this.#subscriptions.forget(shopperId);
    this.#shoppers.forget(shopperId);
    // What hangs on the pairing, such as an app's secret, goes before the receipt is given.
    await this.#pairings.settled();
    return { receipt, erasedAt: new Date(nowMs).toISOString(), removed };
  }

  async #journal(): Promise<string[]> {
    if (this.#journalFile === undefined) return [];
    const text = await readFile(this.#journalFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return text.split('\n').flatMap((line) => {
      try {
        return [(JSON.parse(line) as { shopperHash: string }).shopperHash];
      } catch {
        // A last line torn by a crash: its erasure was not answered and is asked for again.
        return [];
      }
    });
  }

  async #writeJournal(entry: { shopperHash: string; receipt: string; erasedMs: number }): Promise<void> {
    if (this.#journalFile === undefined) return;
    await mkdir(dirname(this.#journalFile), { recursive: true });
    const file = await open(this.#journalFile, 'a', 0o600);
    try {
      // On a line of its own even after a torn one.
      await file.write(`\n${JSON.stringify(entry)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}

/** What stays is counts: offers and decisions that name nobody. */
async function removeRows(sql: WriteSql, shopperId: string): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  const count = async (what: string, statement: string): Promise<void> => {
    removed[what] = (await sql.all(statement, [shopperId])).length;
  };
  await count(
    'codes',
    'delete from offer_codes where offer_id in (select id from offers where shopper_id = $1) returning offer_id',
  );
  await sql.run("update offers set state = 'dead' where shopper_id = $1 and redeemed_ms is null", [shopperId]);
  for (const { table, section, erase, column = 'shopper_id' } of PERSONAL_TABLES) {
    if (erase === 'delete') await count(section, `delete from ${table} where ${column} = $1 returning 1`);
    else {
      const blanked = [column, ...erase.blank].map((name) => `${name} = null`).join(', ');
      await count(section, `update ${table} set ${blanked} where ${column} = $1 returning 1`);
    }
  }
  return removed;
}
