/** What a campaign added, and how a shop fares. A retailer sees the own campaigns and shops alone; nothing is told of single people. */
import { z } from 'zod';
import type { Crowd } from '../../campaigns/decisionLog.ts';
import { unitOf } from '../../campaigns/experiment.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import type { Campaign } from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import { insightDefinitions, type Proof, proof, type ShopFigures, shopFigures } from '../../contract/proof.ts';
import { hasComparableSales, type ProofRow, proofRows, redeemTimes } from '../../db/insights/proofRows.ts';
import { customerTotals, knownVisitors, npsScores, type ShopScope, soldRows } from '../../db/insights/shopRows.ts';
import { type SiteContext, siteContext } from '../../db/questions/context.ts';
import type { Questions, SeriesReader } from '../../db/timeSeries.ts';
import { notFound } from '../../errors.ts';
import { PROOF_DEFINITIONS } from '../../insights/definitions.ts';
import { averageOrderValue } from '../../insights/figures/averageOrderValue.ts';
import { conversionRate } from '../../insights/figures/conversionRate.ts';
import { guestShare } from '../../insights/figures/guestShare.ts';
import { FIGURE_DEFINITIONS } from '../../insights/figures/index.ts';
import { lifetimeValue } from '../../insights/figures/lifetimeValue.ts';
import { nps } from '../../insights/figures/nps.ts';
import { purchaseFrequency } from '../../insights/figures/purchaseFrequency.ts';
import { repeatPurchaseRate } from '../../insights/figures/repeatPurchaseRate.ts';
import { BEFORE_MS, WINDOW_MS } from '../../insights/population.ts';
import { proofOf } from '../../insights/proof.ts';
import { MINUTE_MS } from '../../metrics/coverage.ts';
import { DAY_MS, localDay } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams } from '../resources.ts';
import { type Access, type Route, type RouteContext, route } from '../route.ts';
import { checkedPeriod, daysOver, iso, period } from '../times.ts';
import { crowdOf } from './campaignDecisions.ts';

export interface InsightRouteParts {
  services: Pick<OfferServices, 'campaigns' | 'log'>;
  reading: SeriesReader;
  registry: Registry;
  questions: Pick<Questions, 'series' | 'people'>;
}

const EVERYONE: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const inMinutes = (ms: number | null): number | null => (ms === null ? null : ms / 60_000);
/** Who changed tags within the window was unheard for a moment. */
const HEARD_TO_END = 0.98;

/** Whom a web shop could tell apart counts only with a day, now over, on which enough of them were first: see Crowd. */
function inCrowd(rows: readonly ProofRow[], { timezone, k, beforeMs }: Crowd, allByBasket: boolean): ProofRow[] {
  const isTold = ({ byBasket }: ProofRow): boolean => allByBasket || byBasket;
  const firsts = new Map<number, number>();
  for (const row of rows) {
    const day = localDay(timezone, row.firstMs);
    if (isTold(row)) firsts.set(day, (firsts.get(day) ?? 0) + 1);
  }
  return rows.filter(
    (row) => !isTold(row) || (row.firstMs < beforeMs && firsts.get(localDay(timezone, row.firstMs))! >= k),
  );
}

type Asked = Pick<RouteContext, 'siteId' | 'tenantId' | 'nowMs'>;
interface Band {
  value: number;
  low: number;
  high: number;
}

export function insightRoutes({ services, reading, registry, questions }: InsightRouteParts): Route[] {
  /** Another tenant's campaign looks as if it did not exist. */
  function require({ siteId, tenantId }: Asked, campaignId: string): Campaign {
    const found = services.campaigns.get(siteId, campaignId);
    if (found === undefined || (tenantId !== null && found.tenantId !== tenantId))
      throw notFound(`campaign ${campaignId}`);
    return found;
  }

  /** Of a tenant; of all tenants where the campaign is the mall's own. */
  const shopsOf = (siteId: string, tenantId: string | null): string[] =>
    registry.zones
      .all(siteId)
      .filter((zone) => zone.kind === 'shop' && (tenantId === null || zone.tenantId === tenantId))
      .map((zone) => zone.id);

  async function proofFor({ siteId, nowMs }: Asked, campaign: Campaign): Promise<Proof> {
    const context = await siteContext(reading.sql, registry, siteId);
    const { definitions, progress } = context;
    const { tenantId } = campaign;
    const shopZoneIds = shopsOf(siteId, tenantId);
    const crowd = crowdOf(registry, siteId, nowMs);
    const [all, hasSales, times, { wouldFire, control, sent, opened, redeemed }] = await Promise.all([
      proofRows(context, { campaignId: campaign.id, tenantId, shopZoneIds, windowMs: WINDOW_MS, beforeMs: BEFORE_MS }),
      hasComparableSales(context, campaign.id, tenantId),
      redeemTimes(context, campaign.id),
      services.log.funnel(siteId, campaign.id, crowd),
    ]);
    const rows = inCrowd(all, crowd, campaign.trigger.type === 'basket');
    const k = definitions.kAnonymity;
    const told = times.n >= k;
    return {
      campaignId: campaign.id,
      funnel: { wouldFire, control, sent, opened, redeemed },
      timeToRedeemMinutes: {
        median: told ? inMinutes(times.medianMs) : null,
        p90: told ? inMinutes(times.p90Ms) : null,
      },
      currency: registry.site(siteId)!.currency,
      ...proofOf({
        campaign,
        shoppers: rows.map(({ shopperId, heardShare, byBasket: _, ...row }) => ({
          ...row,
          unit: unitOf(shopperId, campaign.id),
          heardToEnd: heardShare >= HEARD_TO_END,
        })),
        settledMs: Math.min(nowMs, progress?.watermarkMs ?? nowMs) - definitions.visitGapMinutes * MINUTE_MS,
        visitsFromMs: context.rowsFromMs,
        hasShop: shopZoneIds.length > 0,
        hasSales,
        k,
      }),
    };
  }

  const taken = ({ siteId, nowMs }: Asked, query: { from: number; to: number }) =>
    daysOver(registry.site(siteId)!.timezone, checkedPeriod(query), nowMs);

  async function visitsOf(siteId: string, zoneIds: readonly string[], fromMs: number, toMs: number) {
    const total: Band = { value: 0, low: 0, high: 0 };
    let measured = false;
    if (fromMs === toMs) return null;
    for (const zoneId of zoneIds) {
      const { series } = await questions.series({ siteId, metric: 'footfall', interval: 'week', zoneId, fromMs, toMs });
      for (const { value, low, high } of series) {
        if (value === null) continue;
        measured = true;
        total.value += value;
        total.low += low ?? value;
        total.high += high ?? value;
      }
    }
    return measured ? total : null;
  }

  async function figuresOf(
    context: SiteContext,
    scope: ShopScope,
    zoneIds: readonly string[],
  ): Promise<Omit<ShopFigures, 'from' | 'to' | 'zoneId' | 'tenantId' | 'currency'>> {
    const { siteId, definitions } = context;
    const { fromMs, toMs } = scope;
    const k = definitions.kAnonymity;
    const [sold, totals, scores, identified, visits, { ratio }] = await Promise.all([
      soldRows(context, scope),
      customerTotals(context, scope),
      npsScores(context, scope),
      knownVisitors(context, scope, zoneIds),
      visitsOf(siteId, zoneIds, fromMs, toMs),
      fromMs === toMs
        ? { ratio: null }
        : questions.people({ siteId, interval: 'week', fromMs: Math.max(fromMs, toMs - DAY_MS), toMs }),
    ]);
    // What redemptions name are the baskets with a coupon, not all that was sold.
    const recordsAll = sold.some(({ source }) => source === 'pos' || source === 'import');
    return {
      conversionRate: conversionRate(
        {
          orders: recordsAll ? sold.filter(({ source }) => source !== 'webshop').length : null,
          visits,
          peoplePerCarrier: ratio && { value: ratio.peoplePerCarrier, low: ratio.low, high: ratio.high },
          identified,
        },
        k,
      ),
      purchaseFrequency: purchaseFrequency(sold, k),
      averageOrderValueMinor: averageOrderValue(sold, k),
      repeatPurchaseRate: repeatPurchaseRate(sold, k),
      guestShare: guestShare(sold, k),
      lifetimeValueMinor: lifetimeValue(totals, k),
      nps: nps(scores, k),
    };
  }

  return [
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign/proof',
      summary:
        'What a campaign added against those held back, with intervals that hold 95 times of 100, or how many more shoppers it takes to say; redemption by variant, by a test that may be looked at at any time',
      access: EVERYONE,
      params: z.object({ site: id, campaign: id }),
      response: proof,
      ratePerMinute: 120,
      handler: (context) => proofFor(context, require(context, context.params.campaign)),
    }),
    route({
      method: 'get',
      path: '/sites/:site/shops/:zone/figures',
      summary:
        'Conversion, purchase frequency, order value, repeat purchases, guests, lifetime value and NPS of a shop, over the whole local days that the period touches and that are over: `from` and `to` of the answer',
      access: EVERYONE,
      params: z.object({ site: id, zone: id }),
      query: period,
      response: shopFigures,
      ratePerMinute: 120,
      async handler(context) {
        const { siteId, tenantId, query, params } = context;
        const { fromMs, toMs } = taken(context, query);
        const zone = registry.zones.get(siteId, params.zone);
        if (zone === undefined || zone.kind !== 'shop' || (tenantId !== null && zone.tenantId !== tenantId))
          throw notFound(`shop ${params.zone}`);
        const scope: ShopScope = {
          tenantId: zone.tenantId,
          zoneId: zone.id,
          isOnlyShop: zone.tenantId !== null && shopsOf(siteId, zone.tenantId).length === 1,
          fromMs,
          toMs,
        };
        return {
          zoneId: zone.id,
          tenantId: zone.tenantId,
          from: iso(fromMs),
          to: iso(toMs),
          currency: registry.site(siteId)!.currency,
          ...(await figuresOf(await siteContext(reading.sql, registry, siteId), scope, [zone.id])),
        };
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/tenants/:tenant/figures',
      summary: 'The same of a tenant: all its shops, and its web shop',
      access: EVERYONE,
      params: z.object({ site: id, tenant: id }),
      query: period,
      response: shopFigures,
      ratePerMinute: 120,
      async handler(context) {
        const { siteId, query, params } = context;
        const { fromMs, toMs } = taken(context, query);
        const zoneIds = shopsOf(siteId, params.tenant);
        if (zoneIds.length === 0 || (context.tenantId !== null && context.tenantId !== params.tenant))
          throw notFound(`tenant ${params.tenant}`);
        const scope: ShopScope = { tenantId: params.tenant, isOnlyShop: zoneIds.length === 1, fromMs, toMs };
        return {
          zoneId: null,
          tenantId: params.tenant,
          from: iso(fromMs),
          to: iso(toMs),
          currency: registry.site(siteId)!.currency,
          ...(await figuresOf(await siteContext(reading.sql, registry, siteId), scope, zoneIds)),
        };
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/insights/definitions',
      summary: 'How each of these figures is counted, and where its interval comes from',
      access: EVERYONE,
      params: siteParams,
      response: insightDefinitions,
      handler: () => ({ definitions: [...PROOF_DEFINITIONS, ...FIGURE_DEFINITIONS] }),
    }),
  ];
}
