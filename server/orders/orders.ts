/** What was bought: from tills, files, web shops and redemptions. One row an order, however often it is sent. */
import type { OrderSource } from '../contract/orders.ts';
import type { Duck, SqlValue, WriteSql } from '../db/duckdb.ts';
import type { ConsentStore } from '../privacy/consentStore.ts';
import { customerKeyOf, customerSecret, shopperKeyOf } from './customerKeys.ts';

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
/** Points for what known shoppers buy. Both may be told again of the same order and must count it once. */
export interface LoyaltyHook {
  earn(order: KnownOrder): Promise<void>;
  takeBack(order: Pick<KnownOrder, 'siteId' | 'tenantId' | 'orderId'>): Promise<void>;
}

/** `known`: was there, alike. `differs`: was there with other figures, which stay. */
export type Taken = 'taken' | 'known' | 'differs';

/** `withoutOffer`: the shop would have known whose it was without the offer that was redeemed with it. */
interface Whose {
  shopperId: string | null;
  withoutOffer: boolean;
}

interface Stored {
  orderId: string;
  tenantId: string | null;
  offerId: string | null;
  shopperId: string | null;
  amountMinor: number;
  atMs: number;
  source: OrderSource;
}

export interface OrdersParts {
  duck: Duck;
  consents: Pick<ConsentStore, 'nowAndAt'>;
  loyalty?: LoyaltyHook | undefined;
}

const key = (tenantId: string | null, id: string): string => `${tenantId ?? ''}\0${id}`;
/** Ids as one parameter, however many. */
const among = (parameter: string): string => `(select unnest(from_json(${parameter}::varchar, '["VARCHAR"]')))`;

export class Orders {
  readonly #duck: Duck;
  readonly #consents: Pick<ConsentStore, 'nowAndAt'>;
  readonly #loyalty: LoyaltyHook | undefined;

  constructor(parts: OrdersParts) {
    this.#duck = parts.duck;
    this.#consents = parts.consents;
    this.#loyalty = parts.loyalty;
  }

  /** In the order given, what came of each. All in one transaction; points are given once it is durable. */
  async add(siteId: string, orders: readonly NewOrder[], nowMs: number): Promise<Taken[]> {
    const { results, known } = await this.#duck.transaction((sql) => this.addWithin(sql, siteId, orders, nowMs));
    await this.earn(known);
    return results;
  }

  /** Within a transaction of the caller, who calls `earn` with what is known once it is committed. */
  async addWithin(
    sql: WriteSql,
    siteId: string,
    orders: readonly NewOrder[],
    nowMs: number,
  ): Promise<{ results: Taken[]; known: KnownOrder[] }> {
    const before = await this.#stored(sql, siteId, orders);
    const shopperOf = await this.#shoppers(sql, siteId, orders, nowMs);
    const secret = orders.some((order) => order.customerId !== null) ? await customerSecret(sql, siteId) : undefined;
    const fresh = new Map<string, Whose & { order: NewOrder; customerKey: string | null }>();
    const known: KnownOrder[] = [];
    const results: Taken[] = [];
    for (const order of orders) {
      const { tenantId, orderId } = order;
      const twin = fresh.get(key(tenantId, orderId))?.order;
      const stored =
        twin ??
        before.get(key(tenantId, orderId)) ??
        (order.offerId === null ? undefined : before.get(key(tenantId, order.offerId)));
      // The till said what was redeemed; the shop's own record of the same basket says more and takes its place.
      const completes = stored?.source === 'redemption' && order.source !== 'redemption';
      if (stored !== undefined && !completes) {
        // The shop's record came first: what was redeemed says whose it is.
        const orphan = order.source === 'redemption' && 'shopperId' in stored && stored.shopperId === null;
        const shopperId = orphan ? (await shopperOf(order)).shopperId : null;
        if (shopperId !== null) {
          await sql.run(
            `update orders set offer_id = $4, shopper_id = $5, customer_key = coalesce(customer_key, $6)
             where site_id = $1 and tenant_id is not distinct from $2 and order_id = $3`,
            [siteId, tenantId, stored.orderId, order.offerId, shopperId, shopperKeyOf(siteId, tenantId, shopperId)],
          );
          const { amountMinor, atMs, source } = stored;
          known.push({ siteId, tenantId, orderId: stored.orderId, shopperId, amountMinor, atMs, source });
        }
        const alike =
          stored.amountMinor === order.amountMinor && (stored.atMs === order.atMs || order.source === 'redemption');
        results.push(alike ? 'known' : 'differs');
        continue;
      }
      if (stored !== undefined) {
        fresh.delete(key(tenantId, stored.orderId));
        await sql.run('delete from orders where site_id = $1 and tenant_id is not distinct from $2 and order_id = $3', [
          siteId,
          tenantId,
          stored.orderId,
        ]);
      }
      const whole = { ...order, offerId: order.offerId ?? stored?.offerId ?? null };
      const whose = await shopperOf(whole);
      const shopperId = whose.shopperId ?? (stored !== undefined && 'shopperId' in stored ? stored.shopperId : null);
      const customerKey =
        order.customerId !== null
          ? customerKeyOf(secret!, tenantId, order.customerId)
          : shopperId === null
            ? null
            : shopperKeyOf(siteId, tenantId, shopperId);
      fresh.set(key(tenantId, orderId), { order: whole, shopperId, customerKey, withoutOffer: whose.withoutOffer });
      results.push('taken');
      // What a redemption earned is not earned again by the shop's record of it.
      if (shopperId !== null && stored === undefined)
        known.push({
          siteId,
          tenantId,
          orderId,
          shopperId,
          amountMinor: order.amountMinor,
          atMs: order.atMs,
          source: order.source,
        });
    }
    const rows = [...fresh.values()];
    const column = (value: (row: (typeof rows)[number]) => SqlValue) => rows.map(value);
    await sql.append('orders', {
      site_id: { type: 'VARCHAR', values: column(() => siteId) },
      tenant_id: { type: 'VARCHAR', values: column(({ order }) => order.tenantId) },
      order_id: { type: 'VARCHAR', values: column(({ order }) => order.orderId) },
      zone_id: { type: 'VARCHAR', values: column(({ order }) => order.zoneId) },
      customer_key: { type: 'VARCHAR', values: column(({ customerKey }) => customerKey) },
      shopper_id: { type: 'VARCHAR', values: column(({ shopperId }) => shopperId) },
      offer_id: { type: 'VARCHAR', values: column(({ order }) => order.offerId) },
      at_ms: { type: 'BIGINT', values: column(({ order }) => order.atMs) },
      amount_minor: { type: 'BIGINT', values: column(({ order }) => order.amountMinor) },
      items: { type: 'BIGINT', values: column(({ order }) => order.items) },
      source: { type: 'VARCHAR', values: column(({ order }) => order.source) },
      created_ms: { type: 'BIGINT', values: column(() => nowMs) },
      known_without_offer: { type: 'BOOLEAN', values: column(({ withoutOffer }) => withoutOffer) },
    });
    return { results, known };
  }

  async earn(known: readonly KnownOrder[]): Promise<void> {
    if (this.#loyalty !== undefined) for (const order of known) await this.#loyalty.earn(order);
  }

  /** By tenant and order id, and those that a redemption made by tenant and offer id too. */
  async #stored(sql: WriteSql, siteId: string, orders: readonly NewOrder[]): Promise<Map<string, Stored>> {
    const rows = await sql.all<Stored>(
      `select order_id as "orderId", tenant_id as "tenantId", offer_id as "offerId", shopper_id as "shopperId",
         amount_minor as "amountMinor", at_ms as "atMs", source
       from orders where site_id = $1
         and (order_id in ${among('$2')} or (source = 'redemption' and offer_id in ${among('$3')}))`,
      [
        siteId,
        JSON.stringify(orders.map((order) => order.orderId)),
        JSON.stringify(orders.flatMap(({ offerId }) => offerId ?? [])),
      ],
    );
    const stored = new Map<string, Stored>();
    for (const row of rows)
      if (row.source === 'redemption' && row.offerId !== null) stored.set(key(row.tenantId, row.offerId), row);
    for (const row of rows) stored.set(key(row.tenantId, row.orderId), row);
    return stored;
  }

  /**
   * Who redeemed an offer of the tenant; else whom the tenant's web shop knows by the reference, if that person agreed to
   * profiling when it was bought and still does.
   */
  async #shoppers(
    sql: WriteSql,
    siteId: string,
    orders: readonly NewOrder[],
    nowMs: number,
  ): Promise<(order: NewOrder) => Promise<Whose>> {
    const offerIds = orders.flatMap(({ offerId }) => offerId ?? []);
    const references = orders.flatMap(({ shopperRef }) => shopperRef ?? []);
    const found = new Map<string, string>();
    if (offerIds.length > 0)
      for (const row of await sql.all<{ id: string; tenantId: string | null; shopperId: string }>(
        `select id, tenant_id as "tenantId", shopper_id as "shopperId" from offers
         where site_id = $1 and id in ${among('$2')} and redeemed_ms is not null and shopper_id is not null`,
        [siteId, JSON.stringify(offerIds)],
      ))
        found.set(key(row.tenantId, row.id), row.shopperId);
    if (references.length > 0)
      for (const row of await sql.all<{ reference: string; tenantId: string; shopperId: string }>(
        `select reference, tenant_id as "tenantId", shopper_id as "shopperId" from shopper_references
         where site_id = $1 and reference in ${among('$2')}`,
        [siteId, JSON.stringify(references)],
      ))
        found.set(key(row.tenantId, row.reference), row.shopperId);
    return async ({ tenantId, offerId, shopperRef, atMs }) => {
      const named = shopperRef === null ? undefined : found.get(key(tenantId, shopperRef));
      const referred =
        named !== undefined && (await this.#consents.nowAndAt(named, atMs, nowMs)).profiling ? named : undefined;
      const shopperId = (offerId === null ? undefined : found.get(key(tenantId, offerId))) ?? referred;
      return { shopperId: shopperId ?? null, withoutOffer: shopperId !== undefined && shopperId === referred };
    };
  }

  /** The basket that a redemption named is gone with it, and its points; what the shop recorded itself stays. */
  async removeOfRedemption(
    sql: WriteSql,
    siteId: string,
    tenantId: string | null,
    offerId: string,
  ): Promise<() => Promise<void>> {
    const removed = await sql.all<{ orderId: string }>(
      `delete from orders where site_id = $1 and tenant_id is not distinct from $2 and offer_id = $3
         and source = 'redemption' returning order_id as "orderId"`,
      [siteId, tenantId, offerId],
    );
    return async () => {
      for (const { orderId } of removed) await this.#loyalty?.takeBack({ siteId, tenantId, orderId });
    };
  }

  /** Of one tenant, or of all; `fromMs` inclusive, `toMs` exclusive; the oldest first. */
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
