/** What was bought: from tills, files, web shops and redemptions. One row an order, however often it is sent. */
import type { OrderSource } from '../contract/orders.ts';
import type { Duck, WriteSql } from '../db/duckdb.ts';
import { customerKeyOf, shopperKeyOf } from './customerKeys.ts';

/** One order as questions read it; money in minor units of the site's currency. */
export interface OrderRow {
  siteId: string;
  /** The tenant's own number: unique per tenant. */
  orderId: string;
  /** Null: sold by the mall itself. */
  tenantId: string | null;
  zoneId: string | null;
  /** Stable per tenant and customer, whether or not the customer is a shopper known here; null: a guest. */
  customerKey: string | null;
  /** Null: not a shopper known here, or one who was erased. */
  shopperId: string | null;
  atMs: number;
  amountMinor: number;
  source: OrderSource;
}

/** An order whose fields were checked. */
export interface NewOrder {
  tenantId: string | null;
  orderId: string;
  zoneId: string | null;
  atMs: number;
  amountMinor: number;
  items: number | null;
  source: OrderSource;
  /** What ties it to somebody: a redeemed offer, the reference that a web shop has of a shopper, or the shop's own number. */
  offerId: string | null;
  shopperRef: string | null;
  customerId: string | null;
}

export interface KnownOrder {
  siteId: string;
  tenantId: string | null;
  orderId: string;
  shopperId: string;
  amountMinor: number;
  atMs: number;
  source: OrderSource;
}
/** Points for what known shoppers buy. Both are called again after a repetition and must count an order once. */
export interface LoyaltyHook {
  earn(order: KnownOrder, nowMs: number): Promise<void>;
  takeBack(order: Omit<KnownOrder, 'amountMinor' | 'atMs' | 'source'>, nowMs: number): Promise<void>;
}

/** `known`: was there, alike. `differs`: was there with other figures, which stay. */
export type Taken = 'taken' | 'known' | 'differs';

interface Stored {
  orderId: string;
  tenantId: string | null;
  offerId: string | null;
  amountMinor: number;
  atMs: number;
  source: OrderSource;
}

/** How a shopper is found by what a web shop knows of one. */
export type ShopperOfReference = (
  sql: Pick<WriteSql, 'get'>,
  key: { siteId: string; tenantId: string; reference: string },
) => Promise<string | undefined>;

export interface OrdersParts {
  duck: Duck;
  shopperOfReference: ShopperOfReference;
  loyalty?: LoyaltyHook | undefined;
}

const sameTenant = 'tenant_id is not distinct from $2';

export class Orders {
  readonly #duck: Duck;
  readonly #shopperOfReference: ShopperOfReference;
  readonly #loyalty: LoyaltyHook | undefined;

  constructor(parts: OrdersParts) {
    this.#duck = parts.duck;
    this.#shopperOfReference = parts.shopperOfReference;
    this.#loyalty = parts.loyalty;
  }

  /** In the order given, what came of each. All in one transaction; points are given once it is durable. */
  async add(siteId: string, orders: readonly NewOrder[], nowMs: number): Promise<Taken[]> {
    const known: KnownOrder[] = [];
    const results = await this.#duck.transaction(async (sql) => {
      const taken: Taken[] = [];
      for (const order of orders) taken.push(await this.#addOne(sql, siteId, order, nowMs, known));
      return taken;
    });
    await this.earn(known, nowMs);
    return results;
  }

  /** Within a transaction of the caller, who calls `earn` with what is returned once it is committed. */
  async addWithin(sql: WriteSql, siteId: string, order: NewOrder, nowMs: number): Promise<KnownOrder[]> {
    const known: KnownOrder[] = [];
    await this.#addOne(sql, siteId, order, nowMs, known);
    return known;
  }

  async earn(known: readonly KnownOrder[], nowMs: number): Promise<void> {
    if (this.#loyalty !== undefined) for (const order of known) await this.#loyalty.earn(order, nowMs);
  }

  async #addOne(sql: WriteSql, siteId: string, order: NewOrder, nowMs: number, known: KnownOrder[]): Promise<Taken> {
    const { tenantId, orderId } = order;
    const before = await sql.get<Stored>(
      `select order_id as "orderId", tenant_id as "tenantId", offer_id as "offerId", amount_minor as "amountMinor",
         at_ms as "atMs", source
       from orders where site_id = $1 and ${sameTenant}
         and (order_id = $3 or ($4::varchar is not null and offer_id = $4 and source = 'redemption'))
       order by order_id = $3 desc limit 1`,
      [siteId, tenantId, orderId, order.offerId],
    );
    // The till said what was redeemed; the shop's own record of the same basket says more and takes its place.
    const completes = before?.source === 'redemption' && order.source !== 'redemption';
    if (before !== undefined && !completes)
      return before.amountMinor === order.amountMinor && (before.atMs === order.atMs || order.source === 'redemption')
        ? 'known'
        : 'differs';
    const offerId = order.offerId ?? before?.offerId ?? null;
    const shopperId = await this.#shopperOf(sql, siteId, { ...order, offerId });
    if (before !== undefined)
      await sql.run(`delete from orders where site_id = $1 and ${sameTenant} and order_id = $3`, [
        siteId,
        tenantId,
        before.orderId,
      ]);
    const customerKey =
      order.customerId !== null
        ? await customerKeyOf(sql, siteId, tenantId, order.customerId)
        : shopperId === null
          ? null
          : shopperKeyOf(siteId, tenantId, shopperId);
    await sql.run(
      `insert into orders (site_id, tenant_id, order_id, zone_id, customer_key, shopper_id, offer_id, at_ms,
         amount_minor, items, source, created_ms)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        siteId,
        tenantId,
        orderId,
        order.zoneId,
        customerKey,
        shopperId,
        offerId,
        order.atMs,
        order.amountMinor,
        order.items,
        order.source,
        nowMs,
      ],
    );
    if (shopperId !== null)
      known.push({
        siteId,
        tenantId,
        // Points stay with the name under which they were first given.
        orderId: before?.orderId ?? orderId,
        shopperId,
        amountMinor: order.amountMinor,
        atMs: order.atMs,
        source: order.source,
      });
    return 'taken';
  }

  async #shopperOf(sql: WriteSql, siteId: string, order: NewOrder): Promise<string | null> {
    const { tenantId, offerId, shopperRef } = order;
    if (offerId !== null) {
      const offer = await sql.get<{ shopperId: string | null }>(
        `select shopper_id as "shopperId" from offers
         where site_id = $1 and ${sameTenant} and id = $3 and redeemed_ms is not null`,
        [siteId, tenantId, offerId],
      );
      if (offer?.shopperId != null) return offer.shopperId;
    }
    if (shopperRef === null || tenantId === null) return null;
    return (await this.#shopperOfReference(sql, { siteId, tenantId, reference: shopperRef })) ?? null;
  }

  /** An order that a redemption made is gone with it; what the shop recorded itself stays. */
  async removeOfRedemption(
    sql: WriteSql,
    siteId: string,
    tenantId: string | null,
    offerId: string,
  ): Promise<Omit<KnownOrder, 'amountMinor' | 'atMs' | 'source'>[]> {
    const rows = await sql.all<{ orderId: string; shopperId: string | null }>(
      `delete from orders where site_id = $1 and ${sameTenant} and offer_id = $3 and source = 'redemption'
       returning order_id as "orderId", shopper_id as "shopperId"`,
      [siteId, tenantId, offerId],
    );
    return rows.flatMap(({ orderId, shopperId }) =>
      shopperId === null ? [] : [{ siteId, tenantId, orderId, shopperId }],
    );
  }

  async takeBack(orders: readonly Omit<KnownOrder, 'amountMinor' | 'atMs' | 'source'>[], nowMs: number): Promise<void> {
    if (this.#loyalty !== undefined) for (const order of orders) await this.#loyalty.takeBack(order, nowMs);
  }

  /** Of one tenant, or of all (`tenants: 'all'`); `fromMs` inclusive, `toMs` exclusive; the oldest first. */
  between(
    siteId: string,
    tenants: 'all' | { tenantId: string | null },
    fromMs: number,
    toMs: number,
  ): Promise<OrderRow[]> {
    return this.#duck.all<OrderRow>(
      `select site_id as "siteId", order_id as "orderId", tenant_id as "tenantId", zone_id as "zoneId",
         customer_key as "customerKey", shopper_id as "shopperId", at_ms as "atMs", amount_minor as "amountMinor", source
       from orders where site_id = $1 and at_ms >= $2 and at_ms < $3 and ($4 or tenant_id is not distinct from $5)
       order by at_ms, order_id`,
      [siteId, fromMs, toMs, tenants === 'all', tenants === 'all' ? null : tenants.tenantId],
    );
  }
}
