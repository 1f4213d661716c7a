/** People with the page open: who they are to the mall (a random id, a language), and their pause. */
import { randomBytes } from 'node:crypto';
import type { Language } from '../contract/campaigns.ts';
import { Batches } from '../db/batches.ts';
import type { Duck } from '../db/duckdb.ts';

export interface Shopper {
  id: string;
  siteId: string;
  language: Language;
  createdMs: number;
  pausedUntilMs: number | null;
}

/** The last millisecond that a Date can hold: until resumed by hand. */
export const UNTIL_RESUMED_MS = 8_640_000_000_000_000;

export const isPaused = (shopper: Pick<Shopper, 'pausedUntilMs'>, nowMs: number): boolean =>
  shopper.pausedUntilMs !== null && nowMs < shopper.pausedUntilMs;

const ID_BYTES = 13;
export const newShopperId = (): string => `s-${randomBytes(ID_BYTES).toString('hex')}`;

/** Of the latest asked for; a mall has fewer inside. */
const MAX_CACHED = 50_000;

export class Shoppers {
  readonly #duck: Duck;
  readonly #cached = new Map<string, Shopper>();
  readonly #reads: Batches<string, Shopper | undefined>;
  /** Rises with each change: what was read before it is not kept. */
  #changes = 0;

  constructor(duck: Duck) {
    this.#duck = duck;
    this.#reads = new Batches((ids) => readShoppers(duck, ids));
  }

  async create(siteId: string, language: Language, nowMs: number): Promise<Shopper> {
    const shopper = { id: newShopperId(), siteId, language, createdMs: nowMs, pausedUntilMs: null };
    await this.#duck.run('insert into shoppers values ($1, $2, $3, $4, null)', [shopper.id, siteId, language, nowMs]);
    return shopper;
  }

  /** Of constant cost while the shopper is about: asked for every offer, twice. */
  async get(shopperId: string): Promise<Shopper | undefined> {
    const cached = this.#cached.get(shopperId);
    if (cached !== undefined) return cached;
    const changes = this.#changes;
    const shopper = await this.#reads.add(shopperId);
    if (shopper === undefined || changes !== this.#changes) return shopper;
    this.#cached.set(shopperId, shopper);
    if (this.#cached.size > MAX_CACHED) this.#cached.delete(this.#cached.keys().next().value!);
    return shopper;
  }

  /** For an erasure, before and after its transaction. */
  forget(shopperId: string): void {
    this.#changes++;
    this.#cached.delete(shopperId);
  }

  async setLanguage(shopperId: string, language: Language): Promise<void> {
    await this.#duck.run('update shoppers set language = $2 where id = $1', [shopperId, language]);
    this.forget(shopperId);
  }

  /** Null ends the pause. */
  async pause(shopperId: string, untilMs: number | null): Promise<void> {
    await this.#duck.run('update shoppers set paused_until_ms = $2 where id = $1', [shopperId, untilMs]);
    this.forget(shopperId);
  }
}

async function readShoppers(duck: Duck, ids: string[]): Promise<(Shopper | undefined)[]> {
  const rows = await duck.all<Shopper>(
    `select id, site_id as "siteId", language, created_ms as "createdMs", paused_until_ms as "pausedUntilMs"
     from shoppers where id in (select unnest(from_json($1, '["VARCHAR"]')))`,
    [JSON.stringify(ids)],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}
