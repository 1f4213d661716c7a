/** May this principal use that, on this site? Pure. */
import { type AppError, forbidden, notFound, unauthenticated } from '../errors.ts';
import { type Access, type Grant, type Principal, ROLES, type Role } from '../http/route.ts';

export type Decision =
  | { ok: true; role: Role | undefined; siteId: string; tenantId: string | null }
  | { ok: false; error: AppError };

const covers = (grant: Grant, siteId: string): boolean => grant.siteId === null || grant.siteId === siteId;
/** The widest role first: an owner who is also a till acts as owner. */
const widestFirst = (a: Grant, b: Grant): number => ROLES.indexOf(a.role) - ROLES.indexOf(b.role);

export const hasTenant = (role: Role): boolean => role === 'retailer' || role === 'till';

/** Problems of a declaration, in words; empty where it is sound. */
export function accessFaults(access: unknown, hasSite: boolean): string[] {
  if (access === null || typeof access !== 'object') return ['declares no access'];
  const declared = access as { public?: unknown; why?: unknown; roles?: unknown; scope?: unknown };
  if (declared.public === true)
    return typeof declared.why === 'string' && declared.why.length > 0 ? [] : ['is public without saying why'];
  const faults: string[] = [];
  const roles = declared.roles;
  if (!Array.isArray(roles) || roles.length === 0) faults.push('names no role');
  else for (const role of roles) if (!ROLES.includes(role as Role)) faults.push(`names the unknown role ${role}`);
  if (declared.scope !== 'site' && declared.scope !== 'server' && declared.scope !== 'self')
    faults.push('has no scope');
  if (declared.scope === 'site' && !hasSite) faults.push('has the scope site but no :site in its path');
  if (declared.scope !== 'site' && hasSite) faults.push('has :site in its path but not the scope site');
  return faults;
}

/**
 * `siteId` is that of the path, for the scope site. A site on which the principal holds nothing looks as if it did not
 * exist: a tenant of one mall need not learn of another.
 */
export function decide(access: Access, principal: Principal | undefined, siteId: string): Decision {
  if (access.public) return { ok: true, role: undefined, siteId, tenantId: null };
  if (!principal) return { ok: false, error: unauthenticated() };
  if (principal.kind === 'shopper') {
    if (access.scope === 'site' && siteId !== principal.siteId) return { ok: false, error: notFound(`site ${siteId}`) };
    if (!access.roles.includes('shopper')) return { ok: false, error: forbidden() };
    return { ok: true, role: 'shopper', siteId: principal.siteId, tenantId: null };
  }
  const here = access.scope === 'site' ? principal.grants.filter((grant) => covers(grant, siteId)) : principal.grants;
  if (access.scope === 'site' && here.length === 0) return { ok: false, error: notFound(`site ${siteId}`) };
  const grant = here.filter((one) => access.roles.includes(one.role)).sort(widestFirst)[0];
  if (!grant) return { ok: false, error: forbidden() };
  return {
    ok: true,
    role: grant.role,
    siteId: access.scope === 'site' ? siteId : (grant.siteId ?? ''),
    tenantId: hasTenant(grant.role) ? (grant.tenantId ?? '') : null,
  };
}

/** Who may hand out this grant: an owner any, a manager those below on the manager's own sites. */
export function mayGrant(granter: Principal, grant: Grant): boolean {
  if (granter.kind === 'shopper') return false;
  if (granter.grants.some((own) => own.role === 'owner')) return true;
  return (
    grant.role !== 'owner' &&
    grant.role !== 'manager' &&
    grant.siteId !== null &&
    granter.grants.some((own) => own.role === 'manager' && own.siteId === grant.siteId)
  );
}
