/** Orders, answers and known visitors of a shop: what its figures are counted from. Rows name nobody. */
import type { Order } from '../../insights/figures/figure.ts';
import type { SiteContext } from '../questions/context.ts';
import { inRange, LENGTH_MS, sqlStrings } from '../sqlText.ts';
import { minLengthSql } from '../visitRows.ts';

export interface ShopScope {
  tenantId: string | null;
  /** Undefined: all of the tenant's, its web shop too. */
  zoneId?: string;
  /** The tenant's only shop: orders that name no zone are its own. */
  isOnlyShop: boolean;
  fromMs: number;
  toMs: number;
}

interface SoldRow extends Order {
  source: string;
}

/** Parameters $1 site, $2 tenant, $3 zone or null. */
const whereOf = ({ zoneId, isOnlyShop }: ShopScope): string =>
  `site_id = $1 and tenant_id is not distinct from $2 and ${
    zoneId === undefined
      ? '$3::varchar is null'
      : `source <> 'webshop' and (zone_id = $3${isOnlyShop ? ' or zone_id is null' : ''})`
  }`;
const params = (context: SiteContext, { tenantId, zoneId }: ShopScope) => [context.siteId, tenantId, zoneId ?? null];

export const soldRows = (context: SiteContext, scope: ShopScope): Promise<SoldRow[]> =>
  context.sql.all<SoldRow>(
    `select customer_key as customer, amount_minor as "amountMinor", source from orders
     where ${whereOf(scope)} and ${inRange('at_ms', [scope.fromMs, scope.toMs])} order by at_ms, order_id`,
    params(context, scope),
  );

/** Of known customers who bought in the period: all that each paid up to its end. */
export async function customerTotals(context: SiteContext, scope: ShopScope): Promise<number[]> {
  const rows = await context.sql.all<{ total: number }>(
    `select sum(amount_minor) as total from orders
     where ${whereOf(scope)} and customer_key is not null and at_ms < ${scope.toMs}
     group by customer_key having count(*) filter (where ${inRange('at_ms', [scope.fromMs, scope.toMs])}) > 0
     order by total`,
    params(context, scope),
  );
  return rows.map(({ total }) => total);
}

/** Each shopper's last answer; those of erased shoppers stand for themselves. Of the tenant: an offer is not a shop's. */
export async function npsScores(context: SiteContext, { tenantId, fromMs, toMs }: ShopScope): Promise<number[]> {
  const rows = await context.sql.all<{ score: number }>(
    `select arg_max(score, at_ms) as score from feedback
     where site_id = $1 and tenant_id is not distinct from $2 and ${inRange('at_ms', [fromMs, toMs])}
     group by coalesce(shopper_id, offer_id) order by score`,
    [context.siteId, tenantId],
  );
  return rows.map(({ score }) => score);
}

/**
 * Shoppers with the app who came to one of the zones, and how many of them redeemed an offer there with an order, in the
 * period. A reference in an order that is brought proves no purchase: with invented ones a shop could ask who came, and when.
 */
export async function knownVisitors(
  context: SiteContext,
  scope: ShopScope,
  zoneIds: readonly string[],
): Promise<{ came: number; bought: number }> {
  const { fromMs, toMs } = scope;
  const stays = (table: string) =>
    `select carrier_id, start_ms from ${table} where site_id = $1 and zone_id in ${sqlStrings(zoneIds)}
       and ${inRange('start_ms', [fromMs, toMs])} and ${LENGTH_MS} >= ${minLengthSql(context, 'stays')}`;
  const row = await context.sql.get<{ came: number; bought: number }>(
    `with came as (
       select distinct p.shopper_id from pairings p
         join (${stays('stays')} union all ${stays('open_stays')}) s on s.carrier_id = p.carrier_id
         and s.start_ms >= p.from_ms and (p.to_ms is null or s.start_ms < p.to_ms)
       where p.site_id = $1),
     bought as (
       select distinct shopper_id from orders where ${whereOf(scope)} and source <> 'webshop'
         and shopper_id is not null and ${inRange('at_ms', [fromMs, toMs])}
         and exists (select 1 from offers f where f.id = orders.offer_id and f.site_id = orders.site_id
           and f.tenant_id is not distinct from orders.tenant_id and f.shopper_id = orders.shopper_id
           and ${inRange('f.redeemed_ms', [fromMs, toMs])}))
     select count(*) as came, count(b.shopper_id) as bought from came c left join bought b using (shopper_id)`,
    params(context, scope),
  );
  return row!;
}
