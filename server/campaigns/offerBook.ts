/** Offers that were issued: reserved → delivered | pushed | unconfirmed | dead, then opened, redeemed or expired. */
import { randomBytes } from 'node:crypto';
import type { Campaign, Language } from '../contract/campaigns.ts';
import { Batches } from '../db/batches.ts';
import type { Duck, SqlValue, WriteSql } from '../db/duckdb.ts';
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
  /** Of the decision that it came from: the same event never makes another. */
  decisionId: string | null;
}

export const OFFER_COLUMNS = `id, site_id as "siteId", tenant_id as "tenantId", campaign_id as "campaignId",
  shopper_id as "shopperId", zone_id as "zoneId", zone_name as "zoneName", title, text, terms, reason, code,
  short_code as "shortCode", state, issued_ms as "issuedMs", expires_ms as "expiresMs", delivered_ms as "deliveredMs",
  opened_ms as "openedMs", redeemed_ms as "redeemedMs", variant, image_id as "imageId", cost_minor as "costMinor",
  decision_id as "decisionId"`;
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
  decisionId: string;
  nowMs: number;
}
export type Reserved = Offer | 'stock-out' | 'budget-spent' | 'gone';

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

  readonly #asked: Batches<Asked, ShopperHistory>;
  readonly #taken: Batches<OfCampaign, Taken>;
  readonly #reservations: Batches<Reservation, Reserved>;
  readonly #ends: Batches<End, undefined>;

  constructor(duck: Duck, keys?: OfferKeys) {
    this.#duck = duck;
    this.#keys = keys;
    this.#asked = new Batches((all) => histories(duck, all));
    this.#taken = new Batches((all) => taken(duck, all));
    this.#reservations = new Batches((all) => this.#reserve(all));
    this.#ends = new Batches((all) => end(duck, all));
  }

  /** What a stop cut off between the write and the phone's answer may have arrived. */
  async start(): Promise<void> {
    await this.#duck.run("update offers set state = 'unconfirmed' where state = 'reserved'");
  }

  history(
    shopperId: string,
    campaign: Campaign,
    siteId: string,
    since: { visitStartMs: number; dayStartMs: number },
  ): Promise<ShopperHistory> {
    return this.#asked.add({ shopperId, siteId, campaignId: campaign.id, tenantId: campaign.tenantId, ...since });
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
    return leftOf(campaign, await this.#taken.add({ siteId, campaignId: campaign.id, nowMs }));
  }

  /** Takes one from the stock and its cost from the budget, and makes the codes, in one transaction. */
  reserve(wanted: Reservation): Promise<Reserved> {
    return this.#reservations.add(wanted);
  }

  async #reserve(all: Reservation[]): Promise<Reserved[]> {
    const signers = new Map<string, Awaited<ReturnType<OfferKeys['signer']>>>();
    if (this.#keys !== undefined)
      for (const { siteId, nowMs } of all)
        if (!signers.has(siteId)) signers.set(siteId, await this.#keys.signer(siteId, nowMs));
    return this.#duck.transaction(async (sql) => {
      const known = await existing(
        sql,
        'select id from shoppers where id',
        all.map(({ shopperId }) => shopperId),
      );
      const limited = all.filter(({ campaign }) => campaign.stock !== null || campaign.budgetMinor !== null);
      const out = await taken(
        sql,
        limited.map(({ siteId, campaign, nowMs }) => ({ siteId, campaignId: campaign.id, nowMs })),
      );
      const lefts = new Map<string, Left>(
        limited.map(({ siteId, campaign }, i) => [`${siteId}/${campaign.id}`, leftOf(campaign, out[i]!)]),
      );
      const shortCodes = await freeShortCodes(sql, all);
      const offers: Offer[] = [];
      const answers: Reserved[] = [];
      for (const [i, wanted] of all.entries()) {
        const { siteId, campaign, shopperId } = wanted;
        if (!known.has(shopperId)) {
          answers.push('gone');
          continue;
        }
        const face = faceOf(campaign, wanted.variant);
        const costMinor = costMinorOf(face.value);
        const left = lefts.get(`${siteId}/${campaign.id}`) ?? { stock: null, budgetMinor: null };
        if (left.stock !== null && left.stock <= 0) {
          answers.push('stock-out');
          continue;
        }
        if (left.budgetMinor !== null && left.budgetMinor < costMinor) {
          answers.push('budget-spent');
          continue;
        }
        if (left.stock !== null) left.stock--;
        if (left.budgetMinor !== null) left.budgetMinor -= costMinor;
        const offer = newOffer(wanted, shortCodes[i]!);
        offer.code = signers.get(siteId)?.(offer) ?? offer.code;
        offers.push(offer);
        answers.push(offer);
      }
      await insertOffers(sql, offers);
      return answers;
    });
  }

  handedOver(offerId: string, state: 'delivered' | 'pushed', nowMs: number): Promise<unknown> {
    return this.#ends.add({ id: offerId, state, at_ms: Math.round(nowMs) });
  }

  unconfirmed(offerId: string): Promise<unknown> {
    return this.#ends.add({ id: offerId, state: 'unconfirmed', at_ms: null });
  }

  /** Never sent: gives back its place in the stock, its codes are gone. */
  kill(offerId: string): Promise<unknown> {
    return this.#ends.add({ id: offerId, state: 'dead', at_ms: null });
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

interface OfCampaign {
  siteId: string;
  campaignId: string;
  nowMs: number;
}

/** Of all that are asked for in one look: many shoppers enter the zones of few campaigns. */
async function taken(sql: Pick<WriteSql, 'all'>, asked: OfCampaign[]): Promise<Taken[]> {
  if (asked.length === 0) return [];
  const nowMs = Math.max(...asked.map((one) => one.nowMs));
  const rows = await sql.all<Taken & { siteId: string; campaignId: string }>(
    `select site_id as "siteId", campaign_id as "campaignId", count(*) as offers,
       coalesce(sum(cost_minor), 0)::bigint as "costMinor" from offers
     where site_id in (select unnest(from_json($1, '["VARCHAR"]')))
       and campaign_id in (select unnest(from_json($2, '["VARCHAR"]')))
       and (redeemed_ms is not null or (${OUT} and expires_ms > $3))
     group by all`,
    [
      asList([...new Set(asked.map((one) => one.siteId))]),
      asList([...new Set(asked.map((one) => one.campaignId))]),
      nowMs,
    ],
  );
  const byKey = new Map(rows.map((row) => [`${row.siteId}/${row.campaignId}`, row]));
  return asked.map(({ siteId, campaignId }) => byKey.get(`${siteId}/${campaignId}`) ?? { offers: 0, costMinor: 0 });
}

interface Asked {
  shopperId: string;
  siteId: string;
  campaignId: string;
  tenantId: string | null;
  visitStartMs: number;
  dayStartMs: number;
}

async function histories(sql: Pick<WriteSql, 'all'>, asked: Asked[]): Promise<ShopperHistory[]> {
  const rows = await sql.all<ShopperHistory & { i: number }>(
    `with asked as (select unnest(from_json($1, '[{"i":"BIGINT","shopperId":"VARCHAR","siteId":"VARCHAR",
       "campaignId":"VARCHAR","tenantId":"VARCHAR","visitStartMs":"DOUBLE","dayStartMs":"DOUBLE"}]'), recursive := true)),
     out as (select a.i, max(o.issued_ms) filter (where o.campaign_id = a."campaignId") as last_ms,
         count(o.id) filter (where o.issued_ms >= a."visitStartMs") as visit,
         count(o.id) filter (where o.issued_ms >= a."dayStartMs") as today,
         max(o.issued_ms) as push_ms,
         count(o.id) filter (where o.issued_ms >= a."dayStartMs" and o.tenant_id is not distinct from a."tenantId") as tenant
       from asked a join offers o on o.shopper_id = a."shopperId" and o.site_id = a."siteId" and o.${OUT} group by a.i),
     control as (select a.i, max(d.decided_ms) as last_ms from asked a join offer_decisions d
         on d.shopper_id = a."shopperId" and d.site_id = a."siteId" and d.campaign_id = a."campaignId"
       where d.outcome = 'control' group by a.i)
     select a.i, greatest(out.last_ms, control.last_ms) as "lastOfCampaignMs", coalesce(out.visit, 0) as "pushesThisVisit",
       coalesce(out.today, 0) as "pushesToday", out.push_ms as "lastPushMs", coalesce(out.tenant, 0) as "pushesOfTenantToday"
     from asked a left join out on out.i = a.i left join control on control.i = a.i order by a.i`,
    [JSON.stringify(asked.map((one, i) => ({ i, ...one })))],
  );
  return rows.map(({ i: _, ...history }) => history);
}

const asList = (values: readonly string[]): string => JSON.stringify(values);

async function existing(sql: Pick<WriteSql, 'all'>, select: string, values: string[]): Promise<Set<string>> {
  const rows = await sql.all<{ found: string }>(
    `select x as found from (${select} in (select unnest(from_json($1, '["VARCHAR"]')))) as t(x)`,
    [asList([...new Set(values)])],
  );
  return new Set(rows.map(({ found }) => found));
}

interface End {
  id: string;
  state: Exclude<OfferState, 'reserved'>;
  at_ms: number | null;
}

/** Only what is reserved ends so: an opening may have come before the answer. */
async function end(duck: Duck, ends: End[]): Promise<undefined[]> {
  const dead = ends.filter(({ state }) => state === 'dead').map(({ id }) => id);
  await duck.transaction(async (sql) => {
    await sql.run(
      `update offers set state = e.state, delivered_ms = e.at_ms
       from (select unnest(from_json($1, '[{"id":"VARCHAR","state":"VARCHAR","at_ms":"BIGINT"}]'), recursive := true)) as e
       where offers.id = e.id and offers.state = 'reserved'`,
      [JSON.stringify(ends)],
    );
    if (dead.length === 0) return;
    await sql.run(`delete from offer_codes where offer_id in (select unnest(from_json($1, '["VARCHAR"]')))`, [
      asList(dead),
    ]);
    await sql.run(
      `update offers set code = null, short_code = null where id in (select unnest(from_json($1, '["VARCHAR"]')))`,
      [asList(dead)],
    );
  });
  return ends.map(() => undefined);
}

function newOffer(wanted: Reservation, shortCode: string): Offer {
  const { siteId, campaign, shopperId, zoneId, zoneName, reason, nowMs } = wanted;
  const face = faceOf(campaign, wanted.variant);
  return {
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
    shortCode,
    state: 'reserved',
    issuedMs: nowMs,
    expiresMs: expiryOf(face, nowMs, wanted.timezone),
    deliveredMs: null,
    openedMs: null,
    redeemedMs: null,
    variant: wanted.variant,
    imageId: face.imageId,
    costMinor: costMinorOf(face.value),
    decisionId: wanted.decisionId,
  };
}

/** Rows as JSON: one statement, whatever their number, with columns by name. */
async function insertOffers(sql: WriteSql, offers: Offer[]): Promise<void> {
  if (offers.length === 0) return;
  const names = STORED_COLUMNS.split(',').map((name) => name.trim());
  const rows = offers.map((offer) => Object.fromEntries(Object.values(offer).map((value, i) => [names[i]!, value])));
  const types = Object.fromEntries(names.map((name) => [name, /_(ms|minor)$/.test(name) ? 'BIGINT' : 'VARCHAR']));
  await sql.run(
    `insert into offers (${STORED_COLUMNS}) select ${STORED_COLUMNS}
     from (select unnest(from_json($1, '[${JSON.stringify(types)}]'), recursive := true))`,
    [JSON.stringify(rows)],
  );
  const codes = offers.flatMap(({ id, siteId, code, shortCode }) => [
    [codeHash(siteId, 'long', code!), id, siteId],
    [codeHash(siteId, 'short', shortCode!), id, siteId],
  ]);
  const column = (i: number) => ({ type: 'VARCHAR', values: codes.map((code): SqlValue => code[i]!) }) as const;
  await sql.append('offer_codes', { code_hash: column(0), offer_id: column(1), site_id: column(2) });
}

/** One for each, of its site. */
async function freeShortCodes(sql: WriteSql, all: readonly { siteId: string }[]): Promise<string[]> {
  for (;;) {
    const codes = all.map(() => crockford(randomBytes(SHORT_CODE_CHARS)));
    const hashes = codes.map((code, i) => codeHash(all[i]!.siteId, 'short', code));
    const takenHashes = await existing(sql, 'select code_hash from offer_codes where code_hash', hashes);
    // With 40 bits that is rare enough to throw all of them again.
    if (takenHashes.size === 0 && new Set(hashes).size === hashes.length) return codes;
  }
}
