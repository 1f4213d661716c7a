/**
 * What tills accepted without a network is booked when they are back. A code that two of them accepted counts once, for
 * whoever's reaches the server first; the other is kept and reported, as is everything else that cannot count.
 */
import type { RedemptionConflict, Settlement, SettleResult } from '../contract/offers.ts';
import type { WriteSql } from '../db/duckdb.ts';
import type { KnownOrder } from '../orders/orders.ts';
import type { Campaigns } from './campaigns.ts';
import { readOfferCode } from './codes.ts';
import { iso } from './ledger.ts';
import { OFFER_COLUMNS, type Offer } from './offerBook.ts';
import { type OfferKeys, refOf, type Verified } from './offerKeys.ts';
import {
  type Basket,
  covers,
  type OfferOf,
  type Redeemer,
  type RedemptionBook,
  type RedemptionRight,
} from './redemptionBook.ts';

export interface Accepted extends Basket {
  key: string;
  code: string;
  /** By the till's clock. */
  acceptedMs: number;
}
export interface SettleTry {
  items: readonly Accepted[];
  /** The till's clock as it sent them. */
  tillClockMs: number;
  rights: readonly RedemptionRight[];
  by: Redeemer;
  nowMs: number;
}

/** What a request takes on its way is no wrong clock. */
const CLOCK_TOLERANCE_MS = 5_000;
/** A till holds its clock against the server's when it is online; so much may it drift before it is again. */
const EXPIRY_TOLERANCE_MS = 60_000;
const LISTED = 1_000;
/** One code comes back a few times at most; a till that sends it again and again under new names fills nothing. */
const KEPT_PER_OFFER = 50;

const MESSAGES: Record<SettleResult, string> = {
  settled: 'Settled: it counts.',
  'double-use': 'Another till redeemed this code too, and that one counts.',
  expired: 'The offer had ended when it was accepted; the till’s clock may have been wrong.',
  withdrawn: 'The offer had been withdrawn before it was accepted.',
  revoked: 'The code was signed with a key that is not trusted any more.',
  unknown: 'No offer of this shop has this code.',
};

interface Stored {
  result: SettleResult;
  offerId: string;
}
interface Settled extends Stored {
  title: string | null;
  other: Settlement['other'];
}

export interface SettlerParts {
  book: RedemptionBook;
  keys: OfferKeys;
  campaigns: Pick<Campaigns, 'all'>;
  onRedeemed: (shopperId: string) => void;
}

export class Settler {
  readonly #parts: SettlerParts;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  async settle(given: SettleTry): Promise<{ results: Settlement[]; clockOffsetMs: number }> {
    const apart = given.nowMs - given.tillClockMs;
    const clockOffsetMs = Math.abs(apart) <= CLOCK_TOLERANCE_MS ? 0 : apart;
    const results: Settlement[] = [];
    for (const item of given.items) {
      const settled = await this.#one(item, given, clockOffsetMs);
      results.push({
        key: item.key,
        result: settled?.result ?? 'unknown',
        message: MESSAGES[settled?.result ?? 'unknown'],
        title: settled?.title ?? null,
        offerId: settled?.offerId ?? null,
        other: settled?.other ?? null,
      });
    }
    return { results, clockOffsetMs };
  }

  /** Undefined: nothing of this shop, and nothing is kept of it. */
  async #one(item: Accepted, given: SettleTry, clockOffsetMs: number): Promise<Settled | undefined> {
    const { book, keys } = this.#parts;
    const read = readOfferCode(item.code);
    if (read?.kind !== 'token') return undefined;
    for (const right of given.rights) {
      const verified = await keys.verify(right.siteId, read.code);
      if (verified === undefined || (!verified.ok && verified.why === 'forged')) continue;
      const { settled, known, shopperId } = await book.duck.transaction((sql) =>
        this.#settle(sql, item, given, right, verified, clockOffsetMs),
      );
      await book.orders.earn(known);
      if (shopperId !== null) this.#parts.onRedeemed(shopperId);
      return settled;
    }
    return undefined;
  }

  async #settle(
    sql: WriteSql,
    item: Accepted,
    { by, nowMs }: SettleTry,
    right: RedemptionRight,
    verified: Verified,
    clockOffsetMs: number,
  ): Promise<{ settled: Settled | undefined; known: KnownOrder[]; shopperId: string | null }> {
    const { book } = this.#parts;
    const { offerId, expiresMs } = verified.claims;
    const row = await sql.get<Offer>(`select ${OFFER_COLUMNS} from offers where id = $1 and site_id = $2`, [
      offerId,
      right.siteId,
    ]);
    const offer = row ?? this.#fromClaims(right, verified);
    if (offer === undefined || !covers(right, offer)) return { settled: undefined, known: [], shopperId: null };
    const title = row?.title ?? null;
    const before = await sql.get<Stored>(
      `select result, offer_id as "offerId" from settlements
       where site_id = $1 and tenant_id is not distinct from $2 and idem_key = $3 and offer_id = $4`,
      [offer.siteId, offer.tenantId, item.key, offer.id],
    );
    const booked = await book.of(sql, offer.id);
    const other =
      booked === undefined || booked.idemKey === item.key ? null : { at: iso(booked.redeemedMs), till: booked.till };
    if (before !== undefined)
      return {
        settled: { ...before, title, other: before.result === 'double-use' ? other : null },
        known: [],
        shopperId: null,
      };

    const acceptedMs = Math.min(nowMs, Math.max(item.acceptedMs + clockOffsetMs, row?.issuedMs ?? 0));
    // Redeemed over the network under the same key: only its answer was lost.
    const answerLost = booked !== undefined && booked.idemKey === item.key;
    const voided = (await book.usedKey(sql, offer, item.key))?.voided === true;
    const result: SettleResult = !verified.ok
      ? 'revoked'
      : answerLost || voided
        ? 'settled'
        : booked !== undefined || row?.redeemedMs != null
          ? 'double-use'
          : row?.state === 'dead' && row.shopperId !== null
            ? 'withdrawn'
            : acceptedMs >= Math.max(expiresMs, row?.expiresMs ?? 0) + EXPIRY_TOLERANCE_MS
              ? 'expired'
              : 'settled';
    if (result !== 'settled') {
      const many = await sql.get<{ n: number }>('select count(*) as n from settlements where offer_id = $1', [
        offer.id,
      ]);
      if (many!.n >= KEPT_PER_OFFER)
        return { settled: { result, offerId: offer.id, title, other }, known: [], shopperId: null };
    }
    let known: KnownOrder[] = [];
    const amountMinor = book.amountOf(offer.siteId, item);
    let orderId: string | null = null;
    if (result === 'settled' && !answerLost && !voided) {
      // Whoever was erased meanwhile is named nowhere; that the offer was used stays a count.
      await sql.run(
        `update offers set redeemed_ms = $2, state = 'delivered', delivered_ms = coalesce(delivered_ms, $2)
         where id = $1`,
        [offer.id, acceptedMs],
      );
      ({ known } = await book.book(sql, offer, by, {
        atMs: acceptedMs,
        settledMs: nowMs,
        idemKey: item.key,
        basket: item,
        nowMs,
      }));
    } else if (result !== 'settled' && amountMinor !== null) {
      // It was sold all the same; to whom is only sure where nobody else came with the same code.
      orderId = item.orderId ?? `offline ${item.key}`.slice(0, 64);
      known = await book.order(sql, offer, { orderId, amountMinor, atMs: acceptedMs, nowMs, guest: true });
    }
    await sql.run(
      `insert into settlements (site_id, tenant_id, idem_key, offer_id, campaign_id, result, accepted_ms,
         till_clock_ms, clock_offset_ms, settled_ms, by_kind, by_id, till, amount_minor, order_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        offer.siteId,
        offer.tenantId,
        item.key,
        offer.id,
        offer.campaignId,
        result,
        acceptedMs,
        item.acceptedMs,
        clockOffsetMs,
        nowMs,
        by.byKind,
        by.byId,
        by.till,
        amountMinor,
        orderId,
      ],
    );
    return {
      settled: { result, offerId: offer.id, title, other: result === 'double-use' ? other : null },
      known,
      shopperId: result === 'settled' ? (row?.shopperId ?? null) : null,
    };
  }

  /** Signed by this site, but its row is gone: a database from before the offer was restored. */
  #fromClaims({ siteId, tenants }: RedemptionRight, { claims }: Verified): OfferOf | undefined {
    const campaign = this.#parts.campaigns
      .all(siteId)
      .find((one) => refOf('campaign', siteId, one.id) === claims.campaignRef);
    if (campaign === undefined || refOf('tenant', siteId, campaign.tenantId) !== claims.tenantRef) return undefined;
    if (tenants !== 'all' && tenants.tenantId !== campaign.tenantId) return undefined;
    return { id: claims.offerId, siteId, tenantId: campaign.tenantId, campaignId: campaign.id };
  }

  /** What was accepted without a network and does not count, the newest first. */
  async conflicts(
    siteId: string,
    tenants: RedemptionRight['tenants'],
    fromMs: number,
    toMs: number,
  ): Promise<RedemptionConflict[]> {
    const rows = await this.#parts.book.duck.all<{
      result: SettleResult;
      tenantId: string | null;
      campaignId: string | null;
      offerId: string;
      title: string | null;
      acceptedMs: number;
      settledMs: number;
      till: string | null;
      byKind: string;
      byId: string;
      amountMinor: number | null;
      clockOffsetMs: number;
      otherMs: number | null;
      otherTill: string | null;
    }>(
      `select s.result, s.tenant_id as "tenantId", s.campaign_id as "campaignId", s.offer_id as "offerId", o.title,
         s.accepted_ms as "acceptedMs", s.settled_ms as "settledMs", s.till, s.by_kind as "byKind", s.by_id as "byId",
         s.amount_minor as "amountMinor", s.clock_offset_ms as "clockOffsetMs", r.redeemed_ms as "otherMs",
         r.till as "otherTill"
       from settlements s left join offers o on o.id = s.offer_id
         left join redemptions r on r.offer_id = s.offer_id and s.result = 'double-use'
       where s.site_id = $1 and s.result <> 'settled' and s.settled_ms >= $2 and s.settled_ms < $3
         and ($4 or s.tenant_id is not distinct from $5)
       order by s.settled_ms desc, s.idem_key limit ${LISTED}`,
      [siteId, fromMs, toMs, tenants === 'all', tenants === 'all' ? null : tenants.tenantId],
    );
    const currency = this.#parts.book.currencyOf(siteId);
    return rows.map((row) => ({
      result: row.result,
      message: MESSAGES[row.result],
      tenantId: row.tenantId,
      campaignId: row.campaignId,
      offerId: row.offerId,
      title: row.title,
      acceptedAt: iso(row.acceptedMs),
      settledAt: iso(row.settledMs),
      till: row.till,
      by: { kind: row.byKind, id: row.byId },
      amountMinor: row.amountMinor,
      currency,
      clockOffsetMs: row.clockOffsetMs,
      other: row.otherMs === null ? null : { at: iso(row.otherMs), till: row.otherTill },
    }));
  }
}
