/** Carriers: which beacons are known, and as what. A list of shoppers' carriers is a person's data, so reading it is recorded. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../../auth/secrets.ts';
import { CARRIER_KINDS, type Carrier, carrier, id } from '../../contract/model.ts';
import { badRequest } from '../../errors.ts';
import { actorOf } from '../../privacy/audit.ts';
import { getOr404, inBody, removeOr404, siteParams, withPathId } from '../resources.ts';
import { Reply, type Route, type RouteContext, route } from '../route.ts';
import type { Services } from '../services.ts';

const keepers = { roles: ['owner', 'manager'], scope: 'site' } as const;
const carrierBody = carrier.partial({ id: true });
const params = siteParams.extend({ carrier: id });
/** One fleet's delivery; larger fleets come in several requests. */
const MAX_BULK = 10_000;
const PERSONAL = new Set<Carrier['kind']>(['shopper', 'staff']);

export function carrierRoutes({ registry, audit }: Services): Route[] {
  async function recordRead(
    { principal, siteId, ip }: Pick<RouteContext, 'principal' | 'siteId' | 'ip'>,
    read: readonly Carrier[],
  ): Promise<void> {
    const personal = read.filter((one) => PERSONAL.has(one.kind));
    if (personal.length === 0) return;
    await audit.record({
      actor: actorOf(principal),
      action: 'carriers.read',
      siteId,
      subject: personal.length === 1 ? personal[0]!.id : `${personal.length} carriers of persons`,
      ip,
    });
  }

  /** Under the UUID of rotating numbers a fixed one would never be looked up. */
  function refuseRotating(siteId: string, items: readonly Carrier[], path: (i: number) => string): void {
    const rotating = registry.site(siteId)?.rotatingUuid;
    const at = rotating ? items.findIndex(({ uuid }) => uuid === rotating) : -1;
    if (at >= 0) throw badRequest('is kept for apps whose numbers rotate: take another of the site’s UUIDs', path(at));
  }

  return [
    route({
      method: 'get',
      path: '/sites/:site/carriers',
      summary: 'Carriers by id; `after` continues behind the last id of a page, named in the header x-next-after',
      access: keepers,
      params: siteParams,
      query: z.object({
        kind: z.enum(CARRIER_KINDS).optional(),
        limit: z.coerce.number().int().min(1).max(MAX_BULK).default(1_000),
        after: id.optional(),
      }),
      response: z.array(carrier),
      async handler(context) {
        const { siteId, query } = context;
        const matching = registry.carriers
          .all(siteId)
          .filter(
            (one) =>
              (query.kind === undefined || one.kind === query.kind) &&
              (query.after === undefined || one.id > query.after),
          );
        const page = matching.slice(0, query.limit);
        await recordRead(context, page);
        const last = page.at(-1);
        const more = last && matching.length > page.length;
        return new Reply(200, page, { headers: more ? { 'x-next-after': last.id } : {} });
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/carriers',
      summary: `Register up to ${MAX_BULK} carriers at once, all or none; one without an id gets a random one`,
      access: keepers,
      params: siteParams,
      body: z.array(carrierBody).min(1).max(MAX_BULK),
      maxBodyBytes: 4 * 1024 * 1024,
      response: z.array(carrier),
      statuses: [201],
      async handler({ siteId, body }) {
        const items = body.map((one) => ({ ...one, id: one.id ?? newId(randomBytes, 'c') }));
        refuseRotating(siteId, items, (i) => `body.${i}.uuid`);
        await inBody(registry.carriers.putAll(siteId, items));
        return new Reply(201, items);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/carriers/:carrier',
      summary: 'One carrier',
      access: keepers,
      params,
      response: carrier,
      async handler(context) {
        const one = getOr404(registry.carriers, context.siteId, context.params.carrier, 'carrier');
        await recordRead(context, [one]);
        return one;
      },
    }),
    route({
      method: 'put',
      path: '/sites/:site/carriers/:carrier',
      summary: 'Register or change a carrier',
      access: keepers,
      params,
      body: carrierBody,
      response: carrier,
      async handler({ siteId, params, body }) {
        const next = withPathId(params.carrier, body);
        refuseRotating(siteId, [next], () => 'body.uuid');
        await inBody(registry.carriers.put(siteId, next));
        return next;
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/carriers/:carrier',
      summary: 'Forget a carrier; its beacon counts as unknown from now on',
      access: keepers,
      params,
      async handler({ siteId, params, principal, ip }) {
        await removeOr404(registry.carriers, siteId, params.carrier, 'carrier');
        await audit.record({
          actor: actorOf(principal),
          action: 'carrier.removed',
          siteId,
          subject: params.carrier,
          ip,
        });
      },
    }),
  ];
}
