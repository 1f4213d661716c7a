/** A code becomes a discount exactly once: one conditional write, whoever else tries at the same time. */
import type { CodeCheck, Redemption, Voided } from '../contract/offers.ts';
import type { WriteSql } from '../db/duckdb.ts';
import { conflict, notFound, tooMany } from '../errors.ts';
import type { KnownOrder } from '../orders/orders.ts';
import { Attempts } from './attempts.ts';
import { codeHash, type OfferCode, readOfferCode } from './codes.ts';
import { iso, isoOrNull } from './ledger.ts';
import { OFFER_COLUMNS, type Offer } from './offerBook.ts';
import type { OfferKeys } from './offerKeys.ts';
import {
  type Basket,
  type Booked,
  covers,
  type RedemptionBook,
  type RedemptionRight,
  voidableUntilMs,
  type Redeemer as Who,
} from './redemptionBook.ts';

export type { RedemptionRight } from './redemptionBook.ts';

export interface CodeTry {
  code: string;
  rights: readonly RedemptionRight[];
  byId: string;
  ip: string;
  /** The device: one session or token. */
  device: string;
  nowMs: number;
}
export interface RedemptionTry extends CodeTry, Who, Basket {
  /** What the till calls this try: once redeemed under it, it is answered so again. */
  idemKey?: string | null;
}

/** 40 bits and a million open codes: at these rates a guesser waits a lifetime. A cashier mistypes now and then. */
const FAILURES_PER_ACCOUNT = { max: 20, windowMs: 10 * 60_000 };
const FAILURES_PER_DEVICE = { max: 10, windowMs: 10 * 60_000 };
/** All tills of a mall may share one address. */
const FAILURES_PER_IP = { max: 60, windowMs: 10 * 60_000 };

const MESSAGES: Record<Redemption['result'] | 'valid', string> = {
  redeemed: 'Redeemed. Give the customer the offer.',
  valid: 'Valid. Nothing was redeemed yet.',
  'already-redeemed': 'This code was used before. It works once.',
  expired: 'This offer has expired.',
  unknown: 'No offer of this shop has this code. Check the code and try again.',
};

interface Outcome {
  result: Redemption['result'];
  offer?: Offer;
  booked?: Booked;
  known?: KnownOrder[];
}

export interface RedeemerParts {
  book: RedemptionBook;
  keys: OfferKeys;
  /** Told of each redemption, so that the shopper's phone shows it at once. */
  onRedeemed: (shopperId: string) => void;
}

export class Redeemer {
  readonly #parts: RedeemerParts;
  readonly #perAccount = new Attempts(FAILURES_PER_ACCOUNT);
  readonly #perDevice = new Attempts(FAILURES_PER_DEVICE);
  readonly #perIp = new Attempts(FAILURES_PER_IP);

  constructor(parts: RedeemerParts) {
    this.#parts = parts;
  }

  async redeem(attempt: RedemptionTry): Promise<Redemption> {
    const { book } = this.#parts;
    const outcome = await this.#limited(attempt, (read, signedFor) =>
      book.duck.transaction((sql) => this.#once(sql, attempt, read, signedFor)),
    );
    const { result, offer, booked, known = [] } = outcome;
    await book.orders.earn(known);
    if (known.length > 0 || result === 'redeemed') this.#tell(offer);
    return {
      result,
      message: MESSAGES[result],
      id: result === 'redeemed' ? (booked?.id ?? null) : null,
      offerId: offer?.id ?? null,
      ...face(offer),
      voidableUntil: result === 'redeemed' && booked !== undefined ? iso(voidableUntilMs(booked)) : null,
      amountMinor: result === 'redeemed' ? (booked?.amountMinor ?? null) : null,
      currency: offer === undefined ? null : book.currencyOf(offer.siteId),
    };
  }

  /** Redeems nothing; a guess is a guess all the same. */
  async check(attempt: CodeTry): Promise<CodeCheck> {
    const { result, offer } = await this.#limited(attempt, async (read, signedFor): Promise<Outcome> => {
      const found = await this.#find(this.#parts.book.duck, attempt.rights, read, signedFor);
      return found === undefined ? { result: 'unknown' } : { result: stateOf(found, attempt.nowMs), offer: found };
    });
    const shown = result === 'redeemed' ? 'valid' : result;
    return {
      result: shown,
      message: MESSAGES[shown],
      offerId: offer?.id ?? null,
      campaignId: offer?.campaignId ?? null,
      ...face(offer),
    };
  }

  async #limited(
    attempt: CodeTry,
    work: (read: OfferCode, signedFor: ReadonlyMap<string, string>) => Promise<Outcome>,
  ): Promise<Outcome> {
    const read = readOfferCode(attempt.code);
    // What is no code at all is no guess at one.
    if (read === undefined) return { result: 'unknown' };
    // Long and signed codes cannot be guessed; counting their tries would only let a scanner that repeats itself lock a till.
    const tries: [Attempts, string][] =
      read.kind !== 'short'
        ? []
        : [
            [this.#perAccount, attempt.byId],
            [this.#perDevice, attempt.device],
            [this.#perIp, attempt.ip],
          ];
    if (!tries.every(([attempts, key]) => attempts.allowed(key, attempt.nowMs)))
      throw tooMany('too many codes that do not exist: wait ten minutes, or scan the QR code');
    for (const [attempts, key] of tries) attempts.begin(key, attempt.nowMs);
    const outcome = await work(read, await this.#signedFor(read, attempt.rights));
    if (outcome.result !== 'unknown') for (const [attempts, key] of tries) attempts.succeeded(key);
    return outcome;
  }

  /** Sites that signed the code → the offer that it names. */
  async #signedFor(read: OfferCode, rights: readonly RedemptionRight[]): Promise<ReadonlyMap<string, string>> {
    const offers = new Map<string, string>();
    if (read.kind === 'token')
      for (const { siteId } of rights) {
        const verified = await this.#parts.keys.verify(siteId, read.code);
        if (verified?.ok) offers.set(siteId, verified.claims.offerId);
      }
    return offers;
  }

  async #find(
    sql: Pick<WriteSql, 'get'>,
    rights: readonly RedemptionRight[],
    read: OfferCode,
    signedFor: ReadonlyMap<string, string>,
  ): Promise<Offer | undefined> {
    for (const right of rights) {
      const { siteId } = right;
      const signed = signedFor.get(siteId);
      if (read.kind === 'token' && signed === undefined) continue;
      const offer = await sql.get<Offer>(
        `select ${OFFER_COLUMNS} from offers where site_id = $2 and state in ('delivered', 'pushed', 'unconfirmed')
           and id = ${read.kind === 'token' ? '$1' : '(select offer_id from offer_codes where code_hash = $1)'}`,
        [read.kind === 'token' ? signed! : codeHash(siteId, read.kind, read.code), siteId],
      );
      if (offer !== undefined && covers(right, offer)) return offer;
    }
    return undefined;
  }

  async #once(
    sql: WriteSql,
    attempt: RedemptionTry,
    read: OfferCode,
    signedFor: ReadonlyMap<string, string>,
  ): Promise<Outcome> {
    const { nowMs, idemKey = null } = attempt;
    const { book } = this.#parts;
    const offer = await this.#find(sql, attempt.rights, read, signedFor);
    if (offer === undefined) return { result: 'unknown' };
    if (idemKey !== null) {
      const used = await book.usedKey(sql, offer, idemKey);
      if (used !== undefined && used.offerId !== offer.id)
        throw conflict(
          'this idempotency key was used for another code; each try needs one of its own',
          'idempotencyKey',
        );
      if (used?.voided) throw conflict('what was redeemed under this idempotency key was taken back', 'idempotencyKey');
      const booked = used === undefined ? undefined : await book.of(sql, offer.id);
      if (booked !== undefined) return { result: 'redeemed', offer, booked };
    }
    const state = stateOf(offer, nowMs);
    if (state !== 'redeemed') return { result: state, offer };
    const won = await sql.all(
      'update offers set redeemed_ms = $2 where id = $1 and redeemed_ms is null and expires_ms > $2 returning id',
      [offer.id, nowMs],
    );
    if (won.length !== 1) return { result: 'already-redeemed', offer };
    await sql.run("update offers set state = 'delivered', delivered_ms = coalesce(delivered_ms, $2) where id = $1", [
      offer.id,
      nowMs,
    ]);
    const { booked, known } = await book.book(sql, offer, attempt, {
      atMs: nowMs,
      settledMs: null,
      idemKey,
      basket: attempt,
      nowMs,
    });
    return { result: 'redeemed', offer: { ...offer, redeemedMs: nowMs }, booked, known };
  }

  /** Makes the offer usable again, once, within some minutes; the same again is answered the same. */
  async void(given: {
    id: string;
    rights: readonly RedemptionRight[];
    by: Who;
    reason: string | null;
    nowMs: number;
  }): Promise<Voided> {
    const { id, nowMs, by } = given;
    const { book } = this.#parts;
    const missing = () => notFound(`redemption ${id}`);
    const { voided, offer, takeBack } = await book.duck.transaction(async (sql) => {
      const before = await sql.get<{ offerId: string; siteId: string; tenantId: string | null; voidedMs: number }>(
        `select offer_id as "offerId", site_id as "siteId", tenant_id as "tenantId", voided_ms as "voidedMs"
         from redemption_voids where redemption_id = $1`,
        [id],
      );
      const row = await sql.get<Booked & { siteId: string; tenantId: string | null; campaignId: string }>(
        `select id, offer_id as "offerId", idem_key as "idemKey", redeemed_ms as "redeemedMs", till,
           amount_minor as "amountMinor", settled_ms as "settledMs", site_id as "siteId", tenant_id as "tenantId",
           campaign_id as "campaignId"
         from redemptions where id = $1`,
        [id],
      );
      const known = before ?? row;
      if (known === undefined || !given.rights.some((right) => covers(right, known))) throw missing();
      const offer = await sql.get<Offer>(`select ${OFFER_COLUMNS} from offers where id = $1`, [known.offerId]);
      const answered = (voidedMs: number): Voided => ({
        id,
        offerId: known.offerId,
        voidedAt: iso(voidedMs),
        usable: offer !== undefined && offer.shopperId !== null && nowMs < offer.expiresMs,
      });
      if (before !== undefined) return { voided: answered(before.voidedMs), offer: undefined, takeBack: undefined };
      if (row === undefined) throw missing();
      if (nowMs >= voidableUntilMs(row))
        throw conflict(`it was redeemed more than ${minutesOf(row)} minutes ago and stays so`);
      if (await sql.get('select 1 as one from redemption_voids where offer_id = $1', [row.offerId]))
        throw conflict('this offer was taken back once already; that works once');
      await sql.run('insert into redemption_voids values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)', [
        id,
        row.offerId,
        row.siteId,
        row.tenantId,
        row.campaignId,
        row.idemKey,
        row.redeemedMs,
        row.amountMinor,
        row.till,
        nowMs,
        by.byKind,
        by.byId,
        given.reason,
      ]);
      await sql.run('delete from redemptions where id = $1', [id]);
      // Of somebody who was erased nothing becomes usable again.
      await sql.run(
        `update offers set redeemed_ms = null, state = case when shopper_id is null then 'dead' else state end
         where id = $1`,
        [row.offerId],
      );
      const takeBack = await book.orders.removeOfRedemption(sql, row.siteId, row.tenantId, row.offerId);
      const { idemKey: _i, settledMs: _s, ...told } = row;
      await book.told(sql, { ...told, voidedMs: nowMs });
      return { voided: answered(nowMs), offer, takeBack };
    });
    await takeBack?.();
    this.#tell(offer);
    return voided;
  }

  #tell(offer: Offer | undefined): void {
    if (offer?.shopperId != null) this.#parts.onRedeemed(offer.shopperId);
  }
}

const minutesOf = (row: Booked): number =>
  Math.round((voidableUntilMs(row) - Math.max(row.redeemedMs, row.settledMs ?? 0)) / 60_000);

/** What redeeming it now would come to. */
const stateOf = (offer: Offer, nowMs: number): Redemption['result'] =>
  offer.redeemedMs !== null ? 'already-redeemed' : nowMs >= offer.expiresMs ? 'expired' : 'redeemed';

const face = (offer: Offer | undefined) => ({
  title: offer?.title ?? null,
  text: offer?.text ?? null,
  terms: offer?.terms ?? null,
  redeemedAt: isoOrNull(offer?.redeemedMs ?? null),
  expiresAt: offer === undefined ? null : iso(offer.expiresMs),
});
