/** Consents: append-only in the database, held in memory so that a withdrawal counts for the very next question. */
import type { Purpose } from '../contract/offers.ts';
import { Batches } from '../db/batches.ts';
import type { Duck } from '../db/duckdb.ts';
import { type ConsentRow, consentState } from './consent.ts';

/** Rows of this many shoppers stay in memory, the latest asked for. */
const MAX_CACHED = 50_000;

export interface ConsentNow {
  presence: boolean;
  push: boolean;
  profiling: boolean;
  /** That others are told. */
  sharing: boolean;
}

export class ConsentStore {
  readonly #duck: Duck;
  readonly #rows = new Map<string, ConsentRow[]>();
  readonly #loading = new Map<string, Promise<ConsentRow[]>>();
  readonly #reads: Batches<string, ConsentRow[]>;
  readonly #listeners = new Set<(shopperId: string, row: ConsentRow | undefined) => void>();

  constructor(duck: Duck) {
    this.#duck = duck;
    this.#reads = new Batches((shopperIds) => readRows(duck, shopperIds));
  }

  async rows(shopperId: string): Promise<readonly ConsentRow[]> {
    return this.#load(shopperId);
  }

  async now(shopperId: string, nowMs: number): Promise<ConsentNow> {
    return this.#nowOf(await this.#load(shopperId), nowMs);
  }

  /** Granted now, and already when it happened: a consent that came later is none to it. */
  async nowAndAt(shopperId: string, eventMs: number, nowMs: number): Promise<ConsentNow> {
    const rows = await this.#load(shopperId);
    const now = this.#nowOf(rows, nowMs);
    const then = this.#nowOf(
      rows.filter((row) => row.atMs <= eventMs),
      eventMs,
    );
    return {
      presence: now.presence && then.presence,
      push: now.push && then.push,
      profiling: now.profiling && then.profiling,
      sharing: now.sharing && then.sharing,
    };
  }

  async append(shopperId: string, row: ConsentRow): Promise<void> {
    const rows = await this.#load(shopperId);
    // Memory first: a withdrawal counts from here on, even if the disk is slow or fails.
    rows.push(row);
    this.#tell(shopperId, row);
    try {
      await this.#duck.run('insert into consents select id, $2, $3, $4, $5, $6, $7 from shoppers where id = $1', [
        shopperId,
        row.purpose,
        row.state,
        row.version,
        row.atMs,
        row.textHash,
        row.language,
      ]);
    } catch (error) {
      if (row.state === 'granted') rows.splice(rows.indexOf(row), 1);
      throw error;
    }
  }

  /** After an erasure: whoever asks next finds nothing. */
  forget(shopperId: string): void {
    this.#keep(shopperId, []);
    this.#tell(shopperId, undefined);
  }

  /** Told of each change as soon as it counts; without a row of an erasure. */
  onChange(listener: (shopperId: string, row: ConsentRow | undefined) => void): void {
    this.#listeners.add(listener);
  }

  #tell(shopperId: string, row: ConsentRow | undefined): void {
    for (const listener of this.#listeners) listener(shopperId, row);
  }

  #nowOf(rows: readonly ConsentRow[], nowMs: number): ConsentNow {
    const granted = (purpose: Purpose): boolean => consentState(rows, purpose, nowMs) === 'granted';
    return {
      presence: granted('presence'),
      push: granted('push'),
      profiling: granted('profiling'),
      sharing: granted('sharing'),
    };
  }

  #keep(shopperId: string, rows: ConsentRow[]): ConsentRow[] {
    this.#rows.delete(shopperId);
    this.#rows.set(shopperId, rows);
    if (this.#rows.size > MAX_CACHED) this.#rows.delete(this.#rows.keys().next().value!);
    return rows;
  }

  /** The same array for everyone who asks, however many ask at once. */
  async #load(shopperId: string): Promise<ConsentRow[]> {
    const cached = this.#rows.get(shopperId);
    if (cached !== undefined) return this.#keep(shopperId, cached);
    let loading = this.#loading.get(shopperId);
    if (loading === undefined) {
      loading = this.#read(shopperId).finally(() => this.#loading.delete(shopperId));
      this.#loading.set(shopperId, loading);
    }
    return loading;
  }

  async #read(shopperId: string): Promise<ConsentRow[]> {
    const rows = await this.#reads.add(shopperId);
    // An erasure may have come between.
    return this.#rows.get(shopperId) ?? this.#keep(shopperId, rows);
  }
}

async function readRows(duck: Duck, shopperIds: string[]): Promise<ConsentRow[][]> {
  const rows = await duck.all<ConsentRow & { shopperId: string }>(
    `select shopper_id as "shopperId", purpose, state, version, at_ms as "atMs", text_hash as "textHash", language
     from consents where shopper_id in (select unnest(from_json($1, '["VARCHAR"]'))) order by at_ms, rowid`,
    [JSON.stringify(shopperIds)],
  );
  const byShopper = new Map<string, ConsentRow[]>(shopperIds.map((id) => [id, []]));
  for (const { shopperId, ...row } of rows) byShopper.get(shopperId)?.push(row);
  return shopperIds.map((id) => byShopper.get(id) ?? []);
}
