/** Who redeems what, and brings which orders. */
import { hashToken } from '../auth/secrets.ts';
import type { RedemptionRight } from '../campaigns/redemptionBook.ts';
import { forbidden } from '../errors.ts';
import type { Registry } from '../registry/types.ts';
import type { Grant, RouteContext } from './route.ts';

export const REDEEMERS = ['owner', 'manager', 'retailer', 'till'] as const;

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

export interface RedeemerContext {
  rights: RedemptionRight[];
  byKind: 'account' | 'token';
  byId: string;
  /** The device: one session or token. */
  device: string;
}

export function redeemerOf(
  { principal, credential }: Pick<RouteContext, 'principal' | 'credential'>,
  registry: Pick<Registry, 'sites'>,
): RedeemerContext {
  if (principal === undefined || principal.kind === 'shopper') throw forbidden();
  const byId = principal.kind === 'account' ? principal.accountId : principal.tokenId;
  return {
    rights: rightsOf(principal.grants, registry),
    byKind: principal.kind,
    byId,
    device: credential === undefined ? byId : hashToken(credential),
  };
}

/** On the site of the path: a role with a tenant sees and brings its own only; a till of no tenant the mall's own. */
export function tenantsOf({ role, tenantId }: Pick<RouteContext, 'role' | 'tenantId'>): RedemptionRight['tenants'] {
  if (role === 'owner' || role === 'manager') return 'all';
  if (tenantId !== '') return { tenantId };
  if (role !== 'till') throw forbidden('this account has no shop; ask the mall for one');
  return { tenantId: null };
}
