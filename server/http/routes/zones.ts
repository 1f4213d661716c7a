/** Zones: the mall's, and the coupon zones that a retailer draws. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Campaign } from '../../contract/campaigns.ts';
import { id, type Zone, zone } from '../../contract/model.ts';
import { AppError, conflict, forbidden, notFound } from '../../errors.ts';
import { overlapShare, shapeProblem } from '../../floor/geometry.ts';
import { idFromName } from '../../floor/zoneIds.ts';
import { getOr404, inBody, removeOr404, siteParams, withPathId } from '../resources.ts';
import { Reply, type Route, type RouteContext, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';

const zoneBody = named('ZoneInput', zone.partial({ id: true }));
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

/** A retailer's campaign was approved where it is: what is live there is not moved under the mall's eyes. */
function refuseUnderLive(tenantId: string | null, live: readonly Campaign[]): void {
  const [first] = live;
  if (tenantId === null || first === undefined) return;
  const own = live.find((one) => one.tenantId === tenantId);
  throw conflict(
    own === undefined
      ? 'a campaign of the mall is live in this zone: ask the mall to pause it first'
      : `campaign ${own.name} (${own.id}) is live in this zone: pause it first`,
  );
}

export function zoneRoutes({ registry, changeGround }: Pick<Services, 'registry' | 'changeGround'>): Route[] {
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

  type Drawing = Pick<RouteContext, 'siteId' | 'tenantId' | 'nowMs'>;

  async function save({ siteId, tenantId, nowMs }: Drawing, next: Zone): Promise<Zone> {
    checkShape(next);
    if (tenantId !== null) checkTenant(siteId, tenantId, next);
    await changeGround({
      siteId,
      zoneId: next.id,
      nowMs,
      moves: () => {
        // One that was not there too: its id may be that of one that was removed, and is still in campaigns.
        const known = registry.zones.get(siteId, next.id);
        return known?.floorId !== next.floorId || !isDeepStrictEqual(known.shape, next.shape);
      },
      allow: (live) => refuseUnderLive(tenantId, live),
      apply: () => inBody(registry.zones.put(siteId, next)),
    });
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
      async handler(context) {
        const { siteId, body } = context;
        const taken = (zoneId: string) => registry.zones.get(siteId, zoneId) !== undefined;
        if (body.id !== undefined && taken(body.id)) throw conflict(`zone ${body.id} exists already`, 'body.id');
        const next = { ...body, id: body.id ?? idFromName(body.name, body.kind, taken) };
        return new Reply(201, await save(context, next));
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
      summary:
        'Create or replace a zone. Where its shape or floor changes, its campaigns that are rehearsed, approved or paused are drafts again; 409 for a retailer while one is live',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params,
      body: zoneBody,
      response: zone,
      handler: (context) => save(context, withPathId(context.params.zone, context.body)),
    }),
    route({
      method: 'delete',
      path: '/sites/:site/zones/:zone',
      summary: 'Remove a zone; what was counted in it stays. 409 for a retailer while a campaign is live in it',
      access: { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' },
      params,
      async handler({ siteId, tenantId, nowMs, params }) {
        const known = registry.zones.get(siteId, params.zone);
        if (tenantId !== null && known) {
          if (known.tenantId !== tenantId) throw notFound(`zone ${params.zone}`);
          if (known.kind !== 'coupon') throw forbidden('a retailer may remove coupon zones only');
        }
        await changeGround({
          siteId,
          zoneId: params.zone,
          nowMs,
          moves: () => registry.zones.get(siteId, params.zone) !== undefined,
          allow: (live) => refuseUnderLive(tenantId, live),
          apply: () => removeOr404(registry.zones, siteId, params.zone, 'zone'),
        });
      },
    }),
  ];
}
