/** What a till keeps for the time without a network: keys, the own tenant's offers, and what has been used. */

import { VARIANT_A } from '../contract/campaigns.ts';
import type { OfflineKit, OfflineSite } from '../contract/offlineKit.ts';
import type { Duck } from '../db/duckdb.ts';
import type { Registry } from '../registry/types.ts';
import type { Campaigns } from './campaigns.ts';
import { type OfferKeys, refOf } from './offerKeys.ts';
import type { RedemptionRight } from './redemptionBook.ts';

/** A tenant's tills redeem a few hundred a day, and few offers are valid for more than some days. */
const MAX_USED = 5_000;

export interface OfflineKitParts {
  duck: Duck;
  registry: Pick<Registry, 'site'>;
  campaigns: Pick<Campaigns, 'all'>;
  keys: OfferKeys;
}

export async function offlineKit(
  parts: OfflineKitParts,
  rights: readonly RedemptionRight[],
  nowMs: number,
): Promise<OfflineKit> {
  const sites: OfflineSite[] = [];
  for (const siteId of new Set(rights.map((right) => right.siteId))) {
    const site = parts.registry.site(siteId);
    if (site === undefined) continue;
    const here = rights.filter((right) => right.siteId === siteId);
    const mine = (tenantId: string | null) =>
      here.some(({ tenants }) => tenants === 'all' || tenants.tenantId === tenantId);
    // A draft has made no offers.
    const campaigns = parts.campaigns
      .all(siteId)
      .filter((one) => mine(one.tenantId) && ['live', 'paused', 'ended'].includes(one.status));
    const everybody = here.some(({ tenants }) => tenants === 'all');
    const tenantIds = everybody
      ? campaigns.map((one) => one.tenantId)
      : here.map(({ tenants }) => (tenants === 'all' ? null : tenants.tenantId));
    // Makes the first key of a site, so that the till has it before the first offer is out.
    await parts.keys.signer(siteId, nowMs);
    const used = await parts.duck.all<{ id: string; tenantId: string | null; atMs: number }>(
      `select id, tenant_id as "tenantId", redeemed_ms as "atMs" from offers
       where site_id = $1 and redeemed_ms is not null and expires_ms > $2
         and ($3 or coalesce(tenant_id, '') in (select unnest(from_json($4::varchar, '["VARCHAR"]'))))
       order by redeemed_ms desc limit ${MAX_USED}`,
      [siteId, nowMs, everybody, JSON.stringify(tenantIds.map((id) => id ?? ''))],
    );
    sites.push({
      site: { id: site.id, name: site.name, timezone: site.timezone, currency: site.currency },
      keys: (await parts.keys.keys(siteId))
        .filter((key) => key.revokedMs === null)
        .map(({ keyId, publicKey }) => ({ id: keyId, publicKey })),
      tenants: [...new Set(tenantIds.map((id) => refOf('tenant', siteId, id)))],
      faces: campaigns.flatMap((campaign) => {
        const campaignRef = refOf('campaign', siteId, campaign.id);
        return [{ id: VARIANT_A, offer: campaign.offer }, ...campaign.variants].map(({ id, offer }) => ({
          campaignRef,
          variant: id,
          title: offer.title,
          text: offer.text,
          terms: offer.terms,
        }));
      }),
      used: used.map(({ id, atMs }) => ({ offerId: id, atMs })),
    });
  }
  return { serverMs: nowMs, sites };
}
