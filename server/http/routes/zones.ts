/** Zones: the mall's, and the coupon zones that a retailer draws. */
import { z } from 'zod';
import { id, type Zone, zone } from '../../contract/model.ts';
import { AppError, conflict, forbidden, notFound } from '../../errors.ts';
import { overlapShare, shapeProblem } from '../../floor/geometry.ts';
import { idFromName } from '../../floor/zoneIds.ts';
import { getOr404, inBody, removeOr404, siteParams, withPathId } from '../resources.ts';
import { Reply, type Route, route } from '../route.ts';
import type { Services } from '../services.ts';

const zoneBody = zone.partial({ id: true });
const params = siteParams.extend({ zone: id });
/** Drawn by hand, shapes that only touch overlap by a sliver. */
const SLIVER_SHARE = 0.02;

/** A tenant sees its own zones, and the ways that lead there. */
export const seenByTenant = (one: Zone, tenantId: string): boolean =>
  one.tenantId === tenantId || (one.tenantId === null && (one.kind === 'corridor' || one.kind === 'entrance'));

export function checkShape(one: Pick<Zone, 'shape'>): void {
  const problem = shapeProblem(one.shape);
  if (problem) throw new AppError(400, 'bad-shape', problem.message, ['body.shape', ...problem.path].join('.'));
}

export function zoneRoutes({ registry }: Services): Route[] {
  /** What a tenant may draw: coupon zones of its own, and none over another's shop, whose visitors they would count. */
  function checkTenant(siteId: string, tenantId: string, next: Zone): void {
    const known = registry.zones.get(siteId, next.id);
    if (known && known.tenantId !== tenantId) throw notFound(`zone ${next.id}`);
    if (known && known.kind !== 'coupon') throw forbidden('a retailer may change coupon zones only');
    if (next.kind !== 'coupon')
      throw new AppError(403, 'forbidden', 'a retailer may draw coupon zones only', 'body.kind');
    if (next.tenantId !== tenantId) throw new AppError(403, 'forbidden', `must be ${tenantId}`, 'body.tenantId');
    const foreign = registry.zones
      .all(siteId)
      .some(
        (other) =>
          other.floorId === next.floorId &&
          other.tenantId !== tenantId &&
          (other.kind === 'shop' || (other.tenantId !== null && other.kind !== 'coupon')) &&
          overlapShare(next.shape, other.shape) > SLIVER_SHARE,
      );
    if (foreign) throw new AppError(403, 'forbidden', "must not lie over another tenant's zone", 'body.shape');
  }

  async function save(siteId: string, tenantId: string | null, next: Zone): Promise<Zone> {
    checkShape(next);
    if (tenantId !== null) checkTenant(siteId, tenantId, next);
    await inBody(registry.zones.put(siteId, next));
    return next;
  }

  return [
    route({
      method: 'get',
      path: '/sites/:site/zones',
      summary: 'Zones; a retailer gets those of the own tenant, corridors and entrances',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params: siteParams,
      response: z.array(zone),
      handler: ({ siteId, tenantId }) =>
        registry.zones.all(siteId).filter((one) => tenantId === null || seenByTenant(one, tenantId)),
    }),
    route({
      method: 'post',
      path: '/sites/:site/zones',
      summary: 'Create a zone; without an id one is made from its name',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params: siteParams,
      body: zoneBody,
      response: zone,
      statuses: [201],
      async handler({ siteId, tenantId, body }) {
        const taken = (zoneId: string) => registry.zones.get(siteId, zoneId) !== undefined;
        if (body.id !== undefined && taken(body.id)) throw conflict(`zone ${body.id} exists already`, 'body.id');
        const next = { ...body, id: body.id ?? idFromName(body.name, body.kind, taken) };
        return new Reply(201, await save(siteId, tenantId, next));
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/zones/:zone',
      summary: 'One zone',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params,
      response: zone,
      handler({ siteId, tenantId, params }) {
        const one = getOr404(registry.zones, siteId, params.zone, 'zone');
        if (tenantId !== null && !seenByTenant(one, tenantId)) throw notFound(`zone ${params.zone}`);
        return one;
      },
    }),
    route({
      method: 'put',
      path: '/sites/:site/zones/:zone',
      summary: 'Create or replace a zone',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params,
      body: zoneBody,
      response: zone,
      handler: ({ siteId, tenantId, params, body }) => save(siteId, tenantId, withPathId(params.zone, body)),
    }),
    route({
      method: 'delete',
      path: '/sites/:site/zones/:zone',
      summary: 'Remove a zone; what was counted in it stays',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params,
      async handler({ siteId, tenantId, params }) {
        const known = registry.zones.get(siteId, params.zone);
        if (tenantId !== null && known) {
          if (known.tenantId !== tenantId) throw notFound(`zone ${params.zone}`);
          if (known.kind !== 'coupon') throw forbidden('a retailer may remove coupon zones only');
        }
        await removeOr404(registry.zones, siteId, params.zone, 'zone');
      },
    }),
  ];
}
