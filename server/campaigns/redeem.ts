/** A code becomes a discount exactly once: one conditional write, whoever else tries at the same time. */
import type { Redemption } from '../contract/offers.ts';
import type { Duck } from '../db/duckdb.ts';
import { tooMany } from '../errors.ts';
import { Attempts } from './attempts.ts';
import { codeHash, readOfferCode } from './codes.ts';
import { OFFER_COLUMNS, type Offer } from './offerBook.ts';

/** Where somebody may redeem: all of a site, or the offers of one tenant; null tenant: only the mall's own. */
export interface RedemptionRight {
  siteId: string;
  tenants: 'all' | { tenantId: string | null };
}

export interface RedemptionTry {
  code: string;
  rights: readonly RedemptionRight[];
  byKind: 'account' | 'token';
  byId: string;
  ip: string;
  /** The device: one session or token. */
  device: string;
  till: string | null;
  amountMinor: number | null;
  nowMs: number;
}

/** 40 bits and a million open codes: at these rates a guesser waits a lifetime. A cashier mistypes now and then. */
const FAILURES_PER_ACCOUNT = { max: 20, windowMs: 10 * 60_000 };
const FAILURES_PER_DEVICE = { max: 10, windowMs: 10 * 60_000 };
/** All tills of a mall may share one address. */
const FAILURES_PER_IP = { max: 60, windowMs: 10 * 60_000 };

const MESSAGES: Record<Redemption['result'], string> = {
  redeemed: 'Redeemed. Give the customer the offer.',
  'already-redeemed': 'This code was used before. It works once.',
  expired: 'This offer has expired.',
  unknown: 'No offer of this shop has this code. Check the code and try again.',
};

interface Outcome {
  result: Redemption['result'];
  offer: Offer | undefined;
}

export class Redeemer {
  readonly #duck: Duck;
  readonly #perAccount = new Attempts(FAILURES_PER_ACCOUNT);
  readonly #perDevice = new Attempts(FAILURES_PER_DEVICE);
  readonly #perIp = new Attempts(FAILURES_PER_IP);

  /** Told of each redemption, so that the shopper's phone shows it at once. */
  readonly #onRedeemed: (shopperId: string) => void;

  constructor(duck: Duck, onRedeemed: (shopperId: string) => void) {
    this.#duck = duck;
    this.#onRedeemed = onRedeemed;
  }

  async redeem(attempt: RedemptionTry): Promise<Redemption> {
    const read = readOfferCode(attempt.code);
    // What is neither a long nor a short code is no guess at one.
    if (read === undefined) return answer('unknown', undefined);
    // A long code cannot be guessed; counting its tries would only let a scanner that repeats itself lock a till.
    const tries: [Attempts, string][] =
      read.kind === 'long'
        ? []
        : [
            [this.#perAccount, attempt.byId],
            [this.#perDevice, attempt.device],
            [this.#perIp, attempt.ip],
          ];
    if (!tries.every(([attempts, key]) => attempts.allowed(key, attempt.nowMs)))
      throw tooMany('too many codes that do not exist: wait ten minutes, or scan the QR code');
    for (const [attempts, key] of tries) attempts.begin(key, attempt.nowMs);
    const { result, offer } = await this.#once(attempt, read);
    if (result !== 'unknown') for (const [attempts, key] of tries) attempts.succeeded(key);
    if (result === 'redeemed' && offer?.shopperId != null) this.#onRedeemed(offer.shopperId);
    return answer(result, offer);
  }

  #once(attempt: RedemptionTry, read: { kind: 'long' | 'short'; code: string }): Promise<Outcome> {
    const { nowMs } = attempt;
    return this.#duck.transaction(async (sql) => {
      for (const right of attempt.rights) {
        const offer = await sql.get<Offer>(
          `select ${OFFER_COLUMNS} from offers where site_id = $2 and state in ('delivered', 'pushed', 'unconfirmed')
             and id = (select offer_id from offer_codes where code_hash = $1)`,
          [codeHash(right.siteId, read.kind, read.code), right.siteId],
        );
        if (offer === undefined || !covers(right, offer)) continue;
        if (offer.redeemedMs !== null) return { result: 'already-redeemed', offer };
        if (nowMs >= offer.expiresMs) return { result: 'expired', offer };
        const won = await sql.all(
          'update offers set redeemed_ms = $2 where id = $1 and redeemed_ms is null and expires_ms > $2 returning id',
          [offer.id, nowMs],
        );
        if (won.length !== 1) return { result: 'already-redeemed', offer };
        await sql.run(
          "update offers set state = 'delivered', delivered_ms = coalesce(delivered_ms, $2) where id = $1",
          [offer.id, nowMs],
        );
        await sql.run(
          `insert into redemptions (offer_id, site_id, tenant_id, campaign_id, redeemed_ms, by_kind, by_id, till,
             amount_minor, id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $1)`,
          [
            offer.id,
            offer.siteId,
            offer.tenantId,
            offer.campaignId,
            nowMs,
            attempt.byKind,
            attempt.byId,
            attempt.till,
            attempt.amountMinor,
          ],
        );
        return { result: 'redeemed', offer: { ...offer, redeemedMs: nowMs } };
      }
      return { result: 'unknown', offer: undefined };
    });
  }
}

const covers = (right: RedemptionRight, offer: Offer): boolean =>
  right.tenants === 'all' || right.tenants.tenantId === offer.tenantId;

const answer = (result: Redemption['result'], offer: Offer | undefined): Redemption => ({
  result,
  message: MESSAGES[result],
  title: offer?.title ?? null,
  text: offer?.text ?? null,
  terms: offer?.terms ?? null,
  redeemedAt: offer?.redeemedMs == null ? null : new Date(offer.redeemedMs).toISOString(),
  expiresAt: offer === undefined ? null : new Date(offer.expiresMs).toISOString(),
});
