/** People with the page open: who they are to the mall (a random id, a language), and their pause. */
import { randomBytes } from 'node:crypto';
import type { Language } from '../contract/campaigns.ts';
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

export class Shoppers {
  readonly #duck: Duck;

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  async create(siteId: string, language: Language, nowMs: number): Promise<Shopper> {
    const shopper = { id: newShopperId(), siteId, language, createdMs: nowMs, pausedUntilMs: null };
    await this.#duck.run('insert into shoppers values ($1, $2, $3, $4, null)', [shopper.id, siteId, language, nowMs]);
    return shopper;
  }

  get(shopperId: string): Promise<Shopper | undefined> {
    return this.#duck.get<Shopper>(
      `select id, site_id as "siteId", language, created_ms as "createdMs", paused_until_ms as "pausedUntilMs"
       from shoppers where id = $1`,
      [shopperId],
    );
  }

  async setLanguage(shopperId: string, language: Language): Promise<void> {
    await this.#duck.run('update shoppers set language = $2 where id = $1', [shopperId, language]);
  }

  /** Null ends the pause. */
  async pause(shopperId: string, untilMs: number | null): Promise<void> {
    await this.#duck.run('update shoppers set paused_until_ms = $2 where id = $1', [shopperId, untilMs]);
  }
}
