/**
 * Baskets left in web shops, and by what reference a web shop knows a shopper: random, of one tenant, asked for by the
 * shopper's own app. Two tenants cannot tell by it that they have the same customer, and nobody else can read it.
 */
import { randomBytes } from 'node:crypto';
import type { Duck } from '../db/duckdb.ts';

export interface Basket {
  siteId: string;
  tenantId: string;
  basketId: string;
  shopperId: string;
  atMs: number;
  valueMinor: number;
  items: number;
}

export type ClosedBy = 'purchased' | 'emptied' | 'fired';

/** The longest `maxAgeHours` of a campaign: after it nothing fires any more. */
export const BASKETS_KEPT_MS = 30 * 86_400_000;
/** Of one web shop: people fill one, and forget a few. What one shop tells never puts out another's. */
const MAX_OPEN_OF_SHOPPER = 20;
/** Shoppers with a basket that are held in memory; the one who left theirs longest ago is forgotten. */
const MAX_SHOPPERS = 100_000;
const REFERENCE_BYTES = 16;

const COLUMNS = `site_id as "siteId", tenant_id as "tenantId", basket_id as "basketId", shopper_id as "shopperId",
  at_ms as "atMs", value_minor as "valueMinor", items`;

export class Baskets {
  readonly #duck: Duck;
  /** Open ones, asked for at every entry into a zone with such a campaign. */
  readonly #open = new Map<string, Basket[]>();

  constructor(duck: Duck) {
    this.#duck = duck;
  }

  async start(nowMs: number): Promise<void> {
    const rows = await this.#duck.all<Basket>(
      `select ${COLUMNS} from baskets where closed_ms is null and at_ms > $1 order by at_ms`,
      [nowMs - BASKETS_KEPT_MS],
    );
    for (const basket of rows) this.#hold(basket);
  }

  /** The newest that is young and full enough; undefined: none. */
  find(
    siteId: string,
    shopperId: string,
    wanted: { tenantId: string | null; sinceMs: number; minValueMinor: number },
  ): Basket | undefined {
    return this.#open
      .get(shopperId)
      ?.filter(
        (basket) =>
          basket.siteId === siteId &&
          basket.tenantId === wanted.tenantId &&
          basket.atMs >= wanted.sinceMs &&
          basket.valueMinor >= wanted.minValueMinor,
      )
      .sort((a, b) => b.atMs - a.atMs)[0];
  }

  /** The same one for the same tenant, for as long as the shopper agrees to profiling. Undefined: no such shopper. */
  async reference(siteId: string, tenantId: string, shopperId: string, nowMs: number): Promise<string | undefined> {
    return this.#duck.transaction(async (sql) => {
      const known = await sql.get<{ reference: string }>(
        'select reference from shopper_references where site_id = $1 and tenant_id = $2 and shopper_id = $3',
        [siteId, tenantId, shopperId],
      );
      if (known !== undefined) return known.reference;
      if ((await sql.get('select 1 as one from shoppers where id = $1', [shopperId])) === undefined) return undefined;
      const reference = randomBytes(REFERENCE_BYTES).toString('base64url');
      await sql.run('insert into shopper_references values ($1, $2, $3, $4, $5)', [
        reference,
        siteId,
        tenantId,
        shopperId,
        nowMs,
      ]);
      return reference;
    });
  }

  /** Undefined where the reference is not of this tenant, or no longer. By primary key. */
  async shopperOf(siteId: string, tenantId: string, reference: string): Promise<string | undefined> {
    const row = await this.#duck.get<{ shopperId: string }>(
      `select shopper_id as "shopperId" from shopper_references
       where reference = $1 and site_id = $2 and tenant_id = $3`,
      [reference, siteId, tenantId],
    );
    return row?.shopperId;
  }

  /** Told again it changes nothing or is brought up to date; what is closed stays closed, whatever arrives late. */
  async put(basket: Basket, closedBy: ClosedBy | null, nowMs: number): Promise<void> {
    const { siteId, tenantId, basketId, shopperId } = basket;
    const isOpen = await this.#duck.transaction(async (sql) => {
      if ((await sql.get('select 1 as one from shoppers where id = $1', [shopperId])) === undefined) return false;
      const key = [siteId, tenantId, basketId];
      const where = 'site_id = $1 and tenant_id = $2 and basket_id = $3';
      const known = await sql.get<{ atMs: number; closedMs: number | null; shopperId: string }>(
        `select at_ms as "atMs", closed_ms as "closedMs", shopper_id as "shopperId" from baskets where ${where}`,
        key,
      );
      if (known !== undefined) {
        if (known.closedMs !== null || known.shopperId !== shopperId) return false;
        if (closedBy === null && basket.atMs < known.atMs) return false;
      }
      const { atMs, valueMinor, items } = basket;
      const closedMs = closedBy === null ? null : nowMs;
      await sql.run(
        `insert into baskets values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (site_id, tenant_id, basket_id) do update set at_ms = excluded.at_ms,
           value_minor = excluded.value_minor, items = excluded.items, closed_ms = excluded.closed_ms,
           closed_by = excluded.closed_by`,
        [...key, shopperId, atMs, valueMinor, items, closedMs, closedBy],
      );
      return closedBy === null;
    });
    if (closedBy !== null) this.#release(basket);
    if (isOpen) this.#hold(basket);
  }

  /** Where it is open; anything else is closed already. */
  async close(siteId: string, tenantId: string, basketId: string, closedBy: ClosedBy, nowMs: number): Promise<void> {
    const rows = await this.#duck.transaction((sql) =>
      sql.all<{ shopperId: string }>(
        `update baskets set closed_ms = $4, closed_by = $5
         where site_id = $1 and tenant_id = $2 and basket_id = $3 and closed_ms is null
         returning shopper_id as "shopperId"`,
        [siteId, tenantId, basketId, nowMs, closedBy],
      ),
    );
    for (const { shopperId } of rows) this.#release({ siteId, tenantId, basketId, shopperId });
  }

  /** Consent to profiling is gone: with it what web shops know the shopper by. Memory first. */
  async forget(shopperId: string): Promise<void> {
    this.drop(shopperId);
    await this.#duck.transaction(async (sql) => {
      await sql.run('delete from baskets where shopper_id = $1', [shopperId]);
      await sql.run('delete from shopper_references where shopper_id = $1', [shopperId]);
    });
    // One that was being written when this began was written before this deleted it.
    this.drop(shopperId);
  }

  /** From memory alone: none of them fires any more. */
  drop(shopperId: string): void {
    this.#open.delete(shopperId);
  }

  async expire(nowMs: number): Promise<void> {
    const beforeMs = nowMs - BASKETS_KEPT_MS;
    await this.#duck.run('delete from baskets where at_ms < $1', [beforeMs]);
    for (const [shopperId, baskets] of this.#open)
      this.#keep(
        shopperId,
        baskets.filter((one) => one.atMs >= beforeMs),
      );
  }

  #hold(basket: Basket): void {
    this.#release(basket);
    const all = this.#open.get(basket.shopperId) ?? [];
    const isOwn = ({ siteId, tenantId }: Basket): boolean => siteId === basket.siteId && tenantId === basket.tenantId;
    const own = [...all.filter(isOwn), basket].slice(-MAX_OPEN_OF_SHOPPER);
    this.#open.delete(basket.shopperId);
    this.#keep(basket.shopperId, [...all.filter((one) => !isOwn(one)), ...own]);
    if (this.#open.size > MAX_SHOPPERS) this.#open.delete(this.#open.keys().next().value!);
  }

  #release(basket: Pick<Basket, 'siteId' | 'tenantId' | 'basketId' | 'shopperId'>): void {
    const left = this.#open
      .get(basket.shopperId)
      ?.filter(
        (one) => one.siteId !== basket.siteId || one.tenantId !== basket.tenantId || one.basketId !== basket.basketId,
      );
    if (left !== undefined) this.#keep(basket.shopperId, left);
  }

  #keep(shopperId: string, baskets: Basket[]): void {
    if (baskets.length === 0) this.#open.delete(shopperId);
    else this.#open.set(shopperId, baskets);
  }
}
