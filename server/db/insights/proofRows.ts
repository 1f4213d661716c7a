/** What each shopper of a campaign did before and after the first would-fire. Rows name nobody. */
import type { SiteContext } from '../questions/context.ts';
import { LENGTH_MS, sqlNumber, sqlStrings } from '../sqlText.ts';
import { minLengthSql } from '../visitRows.ts';

export interface ProofRowsQuestion {
  campaignId: string;
  /** Null: the mall's own campaign, which any tenant's sales may follow. */
  tenantId: string | null;
  /** Zones whose visits count. */
  shopZoneIds: readonly string[];
  windowMs: number;
  beforeMs: number;
}

export interface ProofRow {
  /** To be made into the draw at once, and told to nobody. */
  shopperId: string;
  treated: boolean;
  firstMs: number;
  /** A basket of theirs set the campaign off: their web shop knows who they are. */
  byBasket: boolean;
  variant: string | null;
  redeemedInWindow: boolean;
  /** Share of the window in which the shopper had a carrier. */
  heardShare: number;
  visitsBefore: number;
  visits: number;
  salesBeforeMinor: number;
  salesMinor: number;
}

/**
 * Orders of which the shop would know the shopper without an offer of this campaign: told by a reference or with another
 * campaign's offer. `$1` the site, `$2` the campaign.
 */
const INDEPENDENT = `(known_without_offer or (offer_id is not null
  and offer_id not in (select id from offers where site_id = $1 and campaign_id = $2)))`;
const sales = (tenant: string): string =>
  `known_order as (
     select tenant_id, order_id, customer_key, shopper_id, at_ms, amount_minor, ${INDEPENDENT} as independent
     from orders where site_id = $1 and (${tenant})),
   -- A shop's own number of a customer that was once told with the shopper tells the rest of their orders.
   link as (
     select distinct tenant_id, customer_key, shopper_id from known_order
     where independent and shopper_id is not null and customer_key like 'x-%'),
   sale as (
     select shopper_id, at_ms, amount_minor from known_order where independent and shopper_id is not null
     union all
     select l.shopper_id, o.at_ms, o.amount_minor from known_order o
       join link l on l.customer_key = o.customer_key and l.tenant_id is not distinct from o.tenant_id
     where not (o.independent and o.shopper_id is not null))`;

/** An offer that was made stands for its shopper's draw, whatever came of it; of control only the decision tells. */
export async function proofRows(
  context: SiteContext,
  { campaignId, tenantId, shopZoneIds, windowMs, beforeMs }: ProofRowsQuestion,
): Promise<ProofRow[]> {
  const window = sqlNumber(windowMs);
  const before = sqlNumber(beforeMs);
  const stays = (table: string) =>
    `select carrier_id, start_ms from ${table} where site_id = $1 and zone_id in ${sqlStrings(shopZoneIds)}
       and ${LENGTH_MS} >= ${minLengthSql(context, 'stays')}`;
  const rows = await context.sql.all<ProofRow>(
    `with treated as (
       select shopper_id, min(issued_ms) as first_ms, arg_min(variant, issued_ms) as variant from offers
       where site_id = $1 and campaign_id = $2 and shopper_id is not null group by shopper_id),
     control as (
       select shopper_id, min(decided_ms) as first_ms from offer_decisions
       where site_id = $1 and campaign_id = $2 and outcome = 'control' and shopper_id is not null group by shopper_id),
     drawn as (
       select shopper_id, coalesce(t.first_ms <= c.first_ms, c.first_ms is null) as treated, t.variant,
         coalesce(least(t.first_ms, c.first_ms), t.first_ms, c.first_ms) as first_ms
       from treated t full join control c using (shopper_id)),
     carried as (
       select d.shopper_id, d.first_ms, p.carrier_id, p.from_ms, coalesce(p.to_ms, ${sqlNumber(Number.MAX_SAFE_INTEGER)}) as to_ms
       from drawn d join pairings p on p.shopper_id = d.shopper_id and p.site_id = $1),
     heard as (
       select shopper_id, sum(greatest(0, least(to_ms, first_ms + ${window}) - greatest(from_ms, first_ms))) as heard_ms
       from carried group by shopper_id),
     stay as (${stays('stays')} union all ${stays('open_stays')}),
     came as (
       select c.shopper_id, count(*) filter (where s.start_ms >= c.first_ms) as visits,
         count(*) filter (where s.start_ms < c.first_ms) as visits_before
       from carried c join stay s on s.carrier_id = c.carrier_id and s.start_ms >= c.from_ms and s.start_ms < c.to_ms
         and s.start_ms >= c.first_ms - ${before} and s.start_ms < c.first_ms + ${window}
       group by c.shopper_id),
     ${sales('$3::varchar is null or tenant_id = $3')},
     bought as (
       select d.shopper_id, sum(s.amount_minor) filter (where s.at_ms >= d.first_ms) as sales,
         sum(s.amount_minor) filter (where s.at_ms < d.first_ms) as sales_before
       from drawn d join sale s on s.shopper_id = d.shopper_id
         and s.at_ms >= d.first_ms - ${before} and s.at_ms < d.first_ms + ${window}
       group by d.shopper_id),
     basket as (
       select distinct shopper_id from offer_decisions
       where site_id = $1 and campaign_id = $2 and trigger = 'basket' and shopper_id is not null),
     redeemed as (
       select d.shopper_id from drawn d join offers o on o.shopper_id = d.shopper_id and o.site_id = $1
         and o.campaign_id = $2 and o.redeemed_ms >= d.first_ms and o.redeemed_ms < d.first_ms + ${window}
       group by d.shopper_id)
     select d.shopper_id as "shopperId", d.treated, d.first_ms as "firstMs", d.variant,
       r.shopper_id is not null as "redeemedInWindow", w.shopper_id is not null as "byBasket",
       cast(coalesce(h.heard_ms, 0) as double) / ${window} as "heardShare",
       coalesce(c.visits_before, 0) as "visitsBefore", coalesce(c.visits, 0) as visits,
       coalesce(b.sales_before, 0) as "salesBeforeMinor", coalesce(b.sales, 0) as "salesMinor"
     from drawn d
       left join heard h using (shopper_id) left join came c using (shopper_id)
       left join bought b using (shopper_id) left join redeemed r using (shopper_id)
       left join basket w using (shopper_id)
     order by d.first_ms, d.shopper_id`,
    [context.siteId, campaignId, tenantId],
  );
  return rows;
}

/** Whether any sale could be counted on both sides. */
export async function hasComparableSales(
  context: SiteContext,
  campaignId: string,
  tenantId: string | null,
): Promise<boolean> {
  const found = await context.sql.get(
    `with ${sales('$3::varchar is null or tenant_id = $3')} select 1 as one from sale limit 1`,
    [context.siteId, campaignId, tenantId],
  );
  return found !== undefined;
}

/** From the hand-over to the till, of redeemed offers. */
export async function redeemTimes(
  context: SiteContext,
  campaignId: string,
): Promise<{ n: number; medianMs: number | null; p90Ms: number | null }> {
  const row = await context.sql.get<{ n: number; medianMs: number | null; p90Ms: number | null }>(
    `select count(*) as n, quantile_disc(length, 0.5) as "medianMs", quantile_disc(length, 0.9) as "p90Ms" from (
       select greatest(0, redeemed_ms - coalesce(delivered_ms, issued_ms)) as length from offers
       where site_id = $1 and campaign_id = $2 and redeemed_ms is not null)`,
    [context.siteId, campaignId],
  );
  return row!;
}
