/**
 * Which shopper carries which carrier. Who has the code has the tag: at most one shopper a carrier and one carrier a
 * shopper. Another's tag is taken over only when asked for in so many words, and the other is told.
 */
import { randomBytes } from 'node:crypto';
import type { Duck, Sql } from '../db/duckdb.ts';
import { AppError, tooMany, unauthenticated } from '../errors.ts';
import { Attempts } from './attempts.ts';
import { codeHash, crockford, normalise, TAG_CODE_CHARS } from './codes.ts';

export interface Pairing {
  siteId: string;
  carrierId: string;
  shopperId: string;
  fromMs: number;
  toMs: number | null;
}

/** A person mistypes a code a few times; 50 bits at these rates outlast the mall. */
const TRIES_PER_SHOPPER = { max: 5, windowMs: 10 * 60_000 };
/** A mall's Wi-Fi is one address to us, with many people behind it. */
const TRIES_PER_IP = { max: 30, windowMs: 10 * 60_000 };

const SELECT = `select site_id as "siteId", carrier_id as "carrierId", shopper_id as "shopperId", from_ms as "fromMs",
  to_ms as "toMs" from pairings`;

export class Pairings {
  readonly #duck: Duck;
  readonly #byCarrier = new Map<string, Pairing>();
  readonly #byShopper = new Map<string, Pairing>();
  readonly #perShopper = new Attempts(TRIES_PER_SHOPPER);
  readonly #perIp = new Attempts(TRIES_PER_IP);
  readonly #listeners = new Set<(ended: Pairing) => Promise<void> | void>();
  readonly #following = new Set<Promise<void>>();

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  async start(): Promise<void> {
    for (const pairing of await this.#duck.all<Pairing>(`${SELECT} where to_ms is null`)) this.#hold(pairing);
  }

  /** Told in the same turn in which a pairing ends, however it ends; `settled` waits for what the listener still does. */
  onEnded(listener: (ended: Pairing) => Promise<void> | void): void {
    this.#listeners.add(listener);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#following);
  }

  /** Of constant cost: asked for every event of a carrier. */
  ofCarrier(siteId: string, carrierId: string): Pairing | undefined {
    return this.#byCarrier.get(`${siteId}/${carrierId}`);
  }
  ofShopper(shopperId: string): Pairing | undefined {
    return this.#byShopper.get(shopperId);
  }
  /** Past ones too, oldest first. */
  history(shopperId: string): Promise<Pairing[]> {
    return this.#duck.all<Pairing>(`${SELECT} where shopper_id = $1 order by from_ms`, [shopperId]);
  }

  /** Which carrier a printed code names. Tries are counted; a wrong code and one of another site answer alike. */
  async carrierOfCode(siteId: string, shopperId: string, ip: string, typed: string, nowMs: number): Promise<string> {
    const tries: [Attempts, string][] = [
      [this.#perShopper, shopperId],
      [this.#perIp, ip],
    ];
    if (!tries.every(([attempts, key]) => attempts.allowed(key, nowMs)))
      throw tooMany('too many codes were tried: wait ten minutes and read the code on the tag again');
    for (const [attempts, key] of tries) attempts.begin(key, nowMs);
    const code = normalise(typed, TAG_CODE_CHARS);
    const found =
      code === undefined
        ? undefined
        : await this.#duck.get<{ carrierId: string }>(
            'select carrier_id as "carrierId" from carrier_codes where site_id = $1 and code_hash = $2',
            [siteId, codeHash(siteId, 'tag', code)],
          );
    if (found === undefined)
      throw new AppError(404, 'unknown-code', 'no tag has this code: it is ten letters and digits, as printed', 'code');
    for (const [attempts, key] of tries) attempts.succeeded(key);
    return found.carrierId;
  }

  /** Returns the shopper who lost the carrier, if another had it. */
  async pair(
    siteId: string,
    carrierId: string,
    shopperId: string,
    nowMs: number,
    options: { takeover: boolean },
  ): Promise<{ displaced: string | undefined }> {
    const { ended, pairing } = await this.#duck.transaction(async (sql) => {
      // Asked in the lane of writes: an erasure comes either before this, or after it and ends it.
      if ((await sql.get('select 1 as one from shoppers where id = $1', [shopperId])) === undefined)
        throw unauthenticated();
      const holder = await openOf(sql, 'site_id = $1 and carrier_id = $2', [siteId, carrierId]);
      if (holder !== undefined && holder.shopperId !== shopperId && !options.takeover)
        throw new AppError(
          409,
          'carrier-taken',
          'this tag is paired with another phone: take it over if it is yours',
          'code',
        );
      const before = await openOf(sql, 'shopper_id = $1', [shopperId]);
      if (holder !== undefined && before !== undefined && holder.shopperId === shopperId)
        return { ended: [], pairing: before };
      const ended = [holder, before].filter((one) => one !== undefined);
      for (const one of ended)
        await sql.run(
          'update pairings set to_ms = $3, ended_by = $4 where site_id = $1 and carrier_id = $2 and to_ms is null',
          [one.siteId, one.carrierId, nowMs, one === holder ? 'takeover' : 'shopper'],
        );
      const pairing: Pairing = { siteId, carrierId, shopperId, fromMs: nowMs, toMs: null };
      await sql.run('insert into pairings values ($1, $2, $3, $4, null, null)', [siteId, carrierId, shopperId, nowMs]);
      return { ended, pairing };
    });
    for (const one of ended) this.#release(one);
    this.#hold(pairing);
    return { displaced: ended.find((one) => one.shopperId !== shopperId)?.shopperId };
  }

  async unpair(shopperId: string, nowMs: number, endedBy: 'shopper' | 'consent'): Promise<boolean> {
    const pairing = this.#byShopper.get(shopperId);
    // Memory first: no event of the carrier is the shopper's from here on.
    if (pairing !== undefined) this.#release(pairing);
    await this.#duck.run('update pairings set to_ms = $2, ended_by = $3 where shopper_id = $1 and to_ms is null', [
      shopperId,
      nowMs,
      endedBy,
    ]);
    // A pairing that was under way when this began was written before this ended it.
    this.forget(shopperId);
    return pairing !== undefined;
  }

  /** For an erasure, whose transaction deletes the rows. */
  forget(shopperId: string): void {
    const pairing = this.#byShopper.get(shopperId);
    if (pairing !== undefined) this.#release(pairing);
  }

  /** The code printed on a carrier, made at first need. */
  async codeOf(siteId: string, carrierId: string, nowMs: number): Promise<string> {
    return this.#duck.transaction(async (sql) => {
      const known = await sql.get<{ code: string }>(
        'select code from carrier_codes where site_id = $1 and carrier_id = $2',
        [siteId, carrierId],
      );
      if (known !== undefined) return known.code;
      for (;;) {
        const code = crockford(randomBytes(TAG_CODE_CHARS));
        const hash = codeHash(siteId, 'tag', code);
        const taken = await sql.get('select 1 as one from carrier_codes where site_id = $1 and code_hash = $2', [
          siteId,
          hash,
        ]);
        if (taken !== undefined) continue;
        await sql.run('insert into carrier_codes values ($1, $2, $3, $4, $5)', [siteId, hash, carrierId, code, nowMs]);
        return code;
      }
    });
  }

  #hold(pairing: Pairing): void {
    this.#byCarrier.set(`${pairing.siteId}/${pairing.carrierId}`, pairing);
    this.#byShopper.set(pairing.shopperId, pairing);
  }
  #release(pairing: Pairing): void {
    const key = `${pairing.siteId}/${pairing.carrierId}`;
    if (this.#byCarrier.get(key)?.shopperId === pairing.shopperId) this.#byCarrier.delete(key);
    if (this.#byShopper.get(pairing.shopperId)?.carrierId === pairing.carrierId)
      this.#byShopper.delete(pairing.shopperId);
    for (const listener of this.#listeners) {
      const following = listener(pairing);
      if (!following) continue;
      this.#following.add(following);
      void following.finally(() => this.#following.delete(following));
    }
  }
}

const openOf = (sql: Sql, where: string, params: string[]): Promise<Pairing | undefined> =>
  sql.get<Pairing>(`${SELECT} where ${where} and to_ms is null`, params);
