/** Offers that were issued: reserved → delivered | pushed | unconfirmed | dead, then opened, redeemed or expired. */
import { randomBytes } from 'node:crypto';
import type { Campaign, Language } from '../contract/campaigns.ts';
import type { Duck, WriteSql } from '../db/duckdb.ts';
import { codeHash, crockford, LONG_CODE_BYTES, longCode, SHORT_CODE_CHARS } from './codes.ts';
import { faceOf } from './experiment.ts';
import { costMinorOf, expiryOf, wordsOf } from './face.ts';
import type { OfferKeys } from './offerKeys.ts';

/** `pushed`: a push service took it, which is no proof that it arrived; its opening is. */
export type OfferState = 'reserved' | 'delivered' | 'pushed' | 'unconfirmed' | 'dead';

export interface Offer {
  id: string;
  siteId: string;
  tenantId: string | null;
  campaignId: string;
  shopperId: string | null;
  zoneId: string;
  zoneName: string;
  title: string;
  text: string;
  terms: string | null;
  reason: string;
  code: string | null;
  shortCode: string | null;
  state: OfferState;
  issuedMs: number;
  expiresMs: number;
  deliveredMs: number | null;
  openedMs: number | null;
  redeemedMs: number | null;
  /** Of which face of the offer; `a` is the campaign's own. */
  variant: string;
  imageId: string | null;
  /** What it costs the shop at most. */
  costMinor: number;
}

export const OFFER_COLUMNS = `id, site_id as "siteId", tenant_id as "tenantId", campaign_id as "campaignId",
  shopper_id as "shopperId", zone_id as "zoneId", zone_name as "zoneName", title, text, terms, reason, code,
  short_code as "shortCode", state, issued_ms as "issuedMs", expires_ms as "expiresMs", delivered_ms as "deliveredMs",
  opened_ms as "openedMs", redeemed_ms as "redeemedMs", variant, image_id as "imageId", cost_minor as "costMinor"`;
/** In the order of the fields of `Offer`. */
const STORED_COLUMNS = OFFER_COLUMNS.replaceAll(/ as "\w+"/g, '');

/** What the phone may hold: an unconfirmed one may have arrived although its answer did not. */
const OUT = "state in ('reserved', 'delivered', 'pushed', 'unconfirmed')";

export interface Reservation {
  siteId: string;
  campaign: Campaign;
  variant: string;
  /** Of the shopper: picks the words. */
  language: Language;
  timezone: string;
  shopperId: string;
  zoneId: string;
  zoneName: string;
  reason: string;
  nowMs: number;
}

export interface ShopperHistory {
  lastOfCampaignMs: number | null;
  pushesThisVisit: number;
  pushesToday: number;
  pushesOfTenantToday: number;
  lastPushMs: number | null;
}

const OFFER_ID_BYTES = 12;

export class OfferBook {
  readonly #duck: Duck;
  /** Sign the long codes, so that tills can check them without a network; without them codes are random. */
  readonly #keys: OfferKeys | undefined;

  constructor(duck: Duck, keys?: OfferKeys) {
    this.#duck = duck;
    this.#keys = keys;
  }

  /** What a stop cut off between the write and the phone's answer may have arrived. */
  async start(): Promise<void> {
    await this.#duck.run("update offers set state = 'unconfirmed' where state = 'reserved'");
  }

  async history(
    shopperId: string,
    campaign: Campaign,
    siteId: string,
    since: { visitStartMs: number; dayStartMs: number },
  ): Promise<ShopperHistory> {
    const row = await this.#duck.get<ShopperHistory>(
      `select
         greatest(
           max(issued_ms) filter (where campaign_id = $3),
           (select max(decided_ms) from offer_decisions
            where shopper_id = $1 and site_id = $2 and campaign_id = $3 and outcome = 'control')
         ) as "lastOfCampaignMs",
         count(*) filter (where issued_ms >= $4) as "pushesThisVisit",
         count(*) filter (where issued_ms >= $5) as "pushesToday",
         max(issued_ms) as "lastPushMs",
         count(*) filter (where issued_ms >= $5 and tenant_id is not distinct from $6) as "pushesOfTenantToday"
       from offers where shopper_id = $1 and site_id = $2 and ${OUT}`,
      [shopperId, siteId, campaign.id, since.visitStartMs, since.dayStartMs, campaign.tenantId],
    );
    return row!;
  }

  /** When the shopper last redeemed something of each tenant. */
  async lastRedemptions(siteId: string, shopperId: string): Promise<Map<string | null, number>> {
    const rows = await this.#duck.all<{ tenantId: string | null; atMs: number }>(
      `select tenant_id as "tenantId", max(redeemed_ms) as "atMs" from offers
       where shopper_id = $1 and site_id = $2 and redeemed_ms is not null group by tenant_id`,
      [shopperId, siteId],
    );
    return new Map(rows.map(({ tenantId, atMs }) => [tenantId, atMs]));
  }

  /** Null: no limit. */
  async left(siteId: string, campaign: Campaign, nowMs: number): Promise<Left> {
    if (campaign.stock === null && campaign.budgetMinor === null) return { stock: null, budgetMinor: null };
    return leftOf(campaign, await taken(this.#duck, siteId, campaign.id, nowMs));
  }

  /** Takes one from the stock and its cost from the budget, and makes the codes, in one transaction. */
  async reserve(wanted: Reservation): Promise<Offer | 'stock-out' | 'budget-spent' | 'gone'> {
    const { siteId, campaign, shopperId, zoneId, zoneName, reason, nowMs } = wanted;
    const face = faceOf(campaign, wanted.variant);
    const costMinor = costMinorOf(face.value);
    const sign = await this.#keys?.signer(siteId, nowMs);
    return this.#duck.transaction(async (sql) => {
      if ((await sql.get('select 1 as one from shoppers where id = $1', [shopperId])) === undefined) return 'gone';
      if (campaign.stock !== null || campaign.budgetMinor !== null) {
        const left = leftOf(campaign, await taken(sql, siteId, campaign.id, nowMs));
        if (left.stock !== null && left.stock <= 0) return 'stock-out';
        if (left.budgetMinor !== null && left.budgetMinor < costMinor) return 'budget-spent';
      }
      const offer: Offer = {
        id: `o-${randomBytes(OFFER_ID_BYTES).toString('hex')}`,
        siteId,
        tenantId: campaign.tenantId,
        campaignId: campaign.id,
        shopperId,
        zoneId,
        zoneName,
        ...wordsOf(face, wanted.language),
        reason,
        code: longCode(randomBytes(LONG_CODE_BYTES)),
        shortCode: await freeShortCode(sql, siteId),
        state: 'reserved',
        issuedMs: nowMs,
        expiresMs: expiryOf(face, nowMs, wanted.timezone),
        deliveredMs: null,
        openedMs: null,
        redeemedMs: null,
        variant: wanted.variant,
        imageId: face.imageId,
        costMinor,
      };
      if (sign !== undefined) offer.code = sign(offer);
      const { length } = Object.keys(offer);
      await sql.run(
        `insert into offers (${STORED_COLUMNS}) values (${Array.from({ length }, (_, i) => `$${i + 1}`).join(', ')})`,
        Object.values(offer),
      );
      for (const [kind, code] of [
        ['long', offer.code!],
        ['short', offer.shortCode!],
      ] as const)
        await sql.run('insert into offer_codes values ($1, $2, $3)', [codeHash(siteId, kind, code), offer.id, siteId]);
      return offer;
    });
  }

  async handedOver(offerId: string, state: 'delivered' | 'pushed', nowMs: number): Promise<void> {
    await this.#duck.run("update offers set state = $3, delivered_ms = $2 where id = $1 and state = 'reserved'", [
      offerId,
      nowMs,
      state,
    ]);
  }

  async unconfirmed(offerId: string): Promise<void> {
    await this.#duck.run("update offers set state = 'unconfirmed' where id = $1 and state = 'reserved'", [offerId]);
  }

  /** Never sent: gives back its place in the stock, its codes are gone. */
  async kill(offerId: string): Promise<void> {
    await this.#duck.transaction(async (sql) => {
      await sql.run('delete from offer_codes where offer_id = $1', [offerId]);
      await sql.run("update offers set state = 'dead', code = null, short_code = null where id = $1", [offerId]);
    });
  }

  /** Proves also that an unconfirmed one had arrived. Only the first opening is kept. False: not this shopper's. */
  async opened(shopperId: string, offerId: string, nowMs: number): Promise<boolean> {
    return this.#duck.transaction(async (sql) => {
      const rows = await sql.all(
        `update offers set opened_ms = coalesce(opened_ms, $3), delivered_ms = coalesce(delivered_ms, $3),
           state = 'delivered'
         where id = $1 and shopper_id = $2 and ${OUT} returning id`,
        [offerId, shopperId, nowMs],
      );
      return rows.length === 1;
    });
  }

  /** Newest first. */
  wallet(shopperId: string, limit: number): Promise<Offer[]> {
    return this.#duck.all<Offer>(
      `select ${OFFER_COLUMNS} from offers where shopper_id = $1 and state in ('delivered', 'pushed')
       order by issued_ms desc, id limit ${Math.trunc(limit)}`,
      [shopperId],
    );
  }
}

/** What offers that are out or redeemed leave; null: no limit. */
export interface Left {
  stock: number | null;
  budgetMinor: number | null;
}

interface Taken {
  offers: number;
  costMinor: number;
}

const leftOf = ({ stock, budgetMinor }: Campaign, out: Taken): Left => ({
  stock: stock === null ? null : stock - out.offers,
  budgetMinor: budgetMinor === null ? null : budgetMinor - out.costMinor,
});

async function taken(sql: Pick<WriteSql, 'get'>, siteId: string, campaignId: string, nowMs: number): Promise<Taken> {
  const row = await sql.get<Taken>(
    `select count(*) as offers, coalesce(sum(cost_minor), 0)::bigint as "costMinor" from offers
     where site_id = $1 and campaign_id = $2 and (redeemed_ms is not null or (${OUT} and expires_ms > $3))`,
    [siteId, campaignId, nowMs],
  );
  return row!;
}

async function freeShortCode(sql: WriteSql, siteId: string): Promise<string> {
  for (;;) {
    const code = crockford(randomBytes(SHORT_CODE_CHARS));
    const hash = codeHash(siteId, 'short', code);
    if ((await sql.get('select 1 as one from offer_codes where code_hash = $1', [hash])) === undefined) return code;
  }
}
