/** The table of redemptions: one write that only one can win, the basket beside it, and what is read back. */
import { randomBytes } from 'node:crypto';
import { newId } from '../auth/secrets.ts';
import { toMinor } from '../contract/money.ts';
import type { RedemptionRow, VoidRow } from '../contract/offers.ts';
import type { Duck, WriteSql } from '../db/duckdb.ts';
import type { KnownOrder, Orders } from '../orders/orders.ts';
import type { Registry } from '../registry/types.ts';
import { iso, isoOrNull } from './ledger.ts';

/** Where somebody may redeem: all of a site, or the offers of one tenant; null tenant: only the mall's own. */
export interface RedemptionRight {
  siteId: string;
  tenants: 'all' | { tenantId: string | null };
}

export const covers = (right: RedemptionRight, offer: { siteId: string; tenantId: string | null }): boolean =>
  right.siteId === offer.siteId && (right.tenants === 'all' || right.tenants.tenantId === offer.tenantId);

export interface Redeemer {
  byKind: 'account' | 'token';
  byId: string;
  till: string | null;
}

/** As a till names it; at most one of the two amounts. */
export interface Basket {
  amount?: number | undefined;
  amountMinor?: number | null | undefined;
  orderId?: string | null | undefined;
}

/** A cashier who notices while the customer is still there, or the next one complains. */
export const VOID_WITHIN_MS = 15 * 60_000;
const LISTED = 1_000;

export interface Booked {
  id: string;
  offerId: string;
  idemKey: string | null;
  redeemedMs: number;
  till: string | null;
  amountMinor: number | null;
  settledMs: number | null;
}
/** Of a redemption that is made or taken back, for those who tell others. */
export interface RedemptionTold {
  siteId: string;
  tenantId: string | null;
  campaignId: string;
  id: string;
  offerId: string;
  redeemedMs: number;
  till: string | null;
  amountMinor: number | null;
  currency: string;
  /** Taken back. */
  voidedMs?: number;
}

const BOOKED = `id, offer_id as "offerId", idem_key as "idemKey", redeemed_ms as "redeemedMs", till,
  amount_minor as "amountMinor", settled_ms as "settledMs"`;

export interface OfferOf {
  id: string;
  siteId: string;
  tenantId: string | null;
  campaignId: string;
}

/** Of a shop's zones the one that sells, where there is only one. */
export function shopZoneOf(registry: Pick<Registry, 'zones'>, siteId: string, tenantId: string | null): string | null {
  if (tenantId === null) return null;
  const shops = registry.zones.all(siteId).filter((zone) => zone.kind === 'shop' && zone.tenantId === tenantId);
  return shops.length === 1 ? shops[0]!.id : null;
}

export const voidableUntilMs = ({ redeemedMs, settledMs }: Pick<Booked, 'redeemedMs' | 'settledMs'>): number =>
  Math.max(redeemedMs, settledMs ?? 0) + VOID_WITHIN_MS;

export class RedemptionBook {
  readonly duck: Duck;
  readonly orders: Orders;
  readonly #registry: Pick<Registry, 'zones' | 'site'>;
  #tell: ((sql: WriteSql, told: RedemptionTold) => Promise<void>) | undefined;

  constructor(duck: Duck, orders: Orders, registry: Pick<Registry, 'zones' | 'site'>) {
    this.duck = duck;
    this.orders = orders;
    this.#registry = registry;
  }

  /** Called within the transaction: what is told is durable with it, or not at all. */
  onTold(tell: (sql: WriteSql, told: RedemptionTold) => Promise<void>): void {
    this.#tell = tell;
  }

  async told(sql: WriteSql, told: Omit<RedemptionTold, 'currency'>): Promise<void> {
    await this.#tell?.(sql, { ...told, currency: this.currencyOf(told.siteId) });
  }

  currencyOf(siteId: string): string {
    return this.#registry.site(siteId)!.currency;
  }

  amountOf(siteId: string, { amount, amountMinor }: Basket): number | null {
    return amount === undefined ? (amountMinor ?? null) : toMinor(amount, this.currencyOf(siteId));
  }

  of(sql: Pick<WriteSql, 'get'>, offerId: string): Promise<Booked | undefined> {
    return sql.get<Booked>(`select ${BOOKED} from redemptions where offer_id = $1`, [offerId]);
  }

  /** What the key was used for before by this tenant's tills, taken back or not. */
  async usedKey(
    sql: Pick<WriteSql, 'get'>,
    { siteId, tenantId }: OfferOf,
    idemKey: string,
  ): Promise<{ offerId: string; voided: boolean } | undefined> {
    return sql.get<{ offerId: string; voided: boolean }>(
      `select offer_id as "offerId", false as voided from redemptions
         where site_id = $1 and tenant_id is not distinct from $2 and idem_key = $3
       union all
       select offer_id, true from redemption_voids
         where site_id = $1 and tenant_id is not distinct from $2 and idem_key = $3
       limit 1`,
      [siteId, tenantId, idemKey],
    );
  }

  /** The caller has won the offer within the same transaction, and calls `orders.earn` once it is committed. */
  async book(
    sql: WriteSql,
    offer: OfferOf,
    by: Redeemer,
    what: { atMs: number; settledMs: number | null; idemKey: string | null; basket: Basket; nowMs: number },
  ): Promise<{ booked: Booked; known: KnownOrder[] }> {
    const amountMinor = this.amountOf(offer.siteId, what.basket);
    const id = newId(randomBytes, 'rd');
    const orderId = amountMinor === null ? null : (what.basket.orderId ?? id);
    await sql.run(
      `insert into redemptions (offer_id, site_id, tenant_id, campaign_id, redeemed_ms, by_kind, by_id, till,
         amount_minor, id, idem_key, order_id, settled_ms)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        offer.id,
        offer.siteId,
        offer.tenantId,
        offer.campaignId,
        what.atMs,
        by.byKind,
        by.byId,
        by.till,
        amountMinor,
        id,
        what.idemKey,
        orderId,
        what.settledMs,
      ],
    );
    const booked: Booked = {
      id,
      offerId: offer.id,
      idemKey: what.idemKey,
      redeemedMs: what.atMs,
      till: by.till,
      amountMinor,
      settledMs: what.settledMs,
    };
    const known = await this.order(sql, offer, { orderId, amountMinor, atMs: what.atMs, nowMs: what.nowMs });
    const { siteId, tenantId, campaignId } = offer;
    const { till } = by;
    await this.told(sql, {
      siteId,
      tenantId,
      campaignId,
      id,
      offerId: offer.id,
      redeemedMs: what.atMs,
      till,
      amountMinor,
    });
    return { booked, known };
  }

  /** `guest`: whoever it was, it may not have been the one whom the offer was made to. */
  async order(
    sql: WriteSql,
    { id, siteId, tenantId }: OfferOf,
    what: { orderId: string | null; amountMinor: number | null; atMs: number; nowMs: number; guest?: boolean },
  ): Promise<KnownOrder[]> {
    if (what.amountMinor === null || what.orderId === null) return [];
    const { known } = await this.orders.addWithin(
      sql,
      siteId,
      [
        {
          tenantId,
          orderId: what.orderId,
          zoneId: shopZoneOf(this.#registry, siteId, tenantId),
          atMs: what.atMs,
          amountMinor: what.amountMinor,
          items: null,
          source: 'redemption',
          offerId: what.guest ? null : id,
          shopperRef: null,
          customerId: null,
        },
      ],
      what.nowMs,
    );
    return known;
  }

  /** The newest first. */
  async list(
    rights: readonly RedemptionRight[],
    fromMs: number,
    toMs: number,
    nowMs: number,
  ): Promise<RedemptionRow[]> {
    const rows = await this.duck.all<
      Booked & OfferOf & { title: string | null; orderId: string | null; siteId: string }
    >(
      `select ${BOOKED.replaceAll(/(^|, )(\w+)/g, '$1r.$2')}, r.site_id as "siteId", r.tenant_id as "tenantId",
         r.campaign_id as "campaignId", r.order_id as "orderId", o.title
       from redemptions r left join offers o on o.id = r.offer_id
       where r.redeemed_ms >= $1 and r.redeemed_ms < $2 and (${rightsSql(rights, 'r')})
       order by r.redeemed_ms desc, r.id limit ${LISTED}`,
      [fromMs, toMs, ...rightsParams(rights)],
    );
    return rows.map((row) => ({
      id: row.id,
      siteId: row.siteId,
      tenantId: row.tenantId,
      offerId: row.offerId,
      campaignId: row.campaignId,
      title: row.title ?? row.campaignId,
      at: iso(row.redeemedMs),
      till: row.till,
      amountMinor: row.amountMinor,
      currency: this.currencyOf(row.siteId),
      orderId: row.orderId,
      settledAt: isoOrNull(row.settledMs),
      voidableUntil: nowMs < voidableUntilMs(row) ? iso(voidableUntilMs(row)) : null,
    }));
  }

  /** What was taken back, the newest first. */
  async voids(rights: readonly RedemptionRight[], fromMs: number, toMs: number): Promise<VoidRow[]> {
    const rows = await this.duck.all<
      Omit<VoidRow, 'redeemedAt' | 'voidedAt' | 'by' | 'currency' | 'title'> & {
        siteId: string;
        title: string | null;
        redeemedMs: number;
        voidedMs: number;
        byKind: string;
        byId: string;
      }
    >(
      `select v.redemption_id as id, v.site_id as "siteId", v.tenant_id as "tenantId", v.offer_id as "offerId",
         v.campaign_id as "campaignId", o.title, v.redeemed_ms as "redeemedMs", v.voided_ms as "voidedMs",
         v.by_kind as "byKind", v.by_id as "byId", v.till, v.amount_minor as "amountMinor", v.reason
       from redemption_voids v left join offers o on o.id = v.offer_id
       where v.voided_ms >= $1 and v.voided_ms < $2 and (${rightsSql(rights, 'v')})
       order by v.voided_ms desc, v.redemption_id limit ${LISTED}`,
      [fromMs, toMs, ...rightsParams(rights)],
    );
    return rows.map(({ siteId, redeemedMs, voidedMs, byKind, byId, ...row }) => ({
      ...row,
      title: row.title ?? row.campaignId,
      redeemedAt: iso(redeemedMs),
      voidedAt: iso(voidedMs),
      by: { kind: byKind, id: byId },
      currency: this.currencyOf(siteId),
    }));
  }
}

/** From `$3` on: a site and a tenant for each right. */
function rightsSql(rights: readonly RedemptionRight[], table: string): string {
  if (rights.length === 0) return 'false';
  return rights
    .map(({ tenants }, i) => {
      const site = `${table}.site_id = $${3 + 2 * i}`;
      return tenants === 'all'
        ? `(${site} and $${4 + 2 * i}::varchar is null)`
        : `(${site} and ${table}.tenant_id is not distinct from $${4 + 2 * i}::varchar)`;
    })
    .join(' or ');
}
const rightsParams = (rights: readonly RedemptionRight[]): (string | null)[] =>
  rights.flatMap(({ siteId, tenants }) => [siteId, tenants === 'all' ? null : tenants.tenantId]);
