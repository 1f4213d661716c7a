/** The till. */

import { hashToken } from '../../auth/secrets.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import type { RedemptionRight } from '../../campaigns/redeem.ts';
import { redemption, redemptionInput } from '../../contract/offers.ts';
import { forbidden } from '../../errors.ts';
import type { Registry } from '../../registry/types.ts';
import { type Grant, type Route, route } from '../route.ts';

const REDEEMERS = ['owner', 'manager', 'retailer', 'till'] as const;

/** A manager redeems everything of the mall; a shop's till its own tenant's; a till of no tenant is the mall's own desk. */
function rightsOf(grants: readonly Grant[], registry: Pick<Registry, 'sites'>): RedemptionRight[] {
  return grants.flatMap((grant): RedemptionRight[] => {
    const siteIds = grant.siteId === null ? registry.sites().map((site) => site.id) : [grant.siteId];
    if (grant.role === 'owner' || grant.role === 'manager')
      return siteIds.map((siteId) => ({ siteId, tenants: 'all' as const }));
    const own = grant.role === 'till' || (grant.role === 'retailer' && grant.tenantId !== null);
    return own ? siteIds.map((siteId) => ({ siteId, tenants: { tenantId: grant.tenantId } })) : [];
  });
}

export function redemptionRoutes({
  services,
  registry,
}: {
  services: Pick<OfferServices, 'redeemer'>;
  registry: Pick<Registry, 'sites'>;
}): Route[] {
  return [
    route({
      method: 'post',
      path: '/redemptions',
      summary: 'Redeems a code, once; a code of another tenant is unknown',
      access: { roles: REDEEMERS, scope: 'server' },
      body: redemptionInput,
      response: redemption,
      handler: ({ principal, body, ip, credential, nowMs }) => {
        if (principal === undefined || principal.kind === 'shopper') throw forbidden();
        const byId = principal.kind === 'account' ? principal.accountId : principal.tokenId;
        return services.redeemer.redeem({
          code: body.code,
          rights: rightsOf(principal.grants, registry),
          byKind: principal.kind,
          byId,
          ip,
          device: credential === undefined ? byId : hashToken(credential),
          till: body.till ?? null,
          amountMinor: body.amount === undefined ? null : Math.round(body.amount * 100),
          nowMs,
        });
      },
    }),
  ];
}
