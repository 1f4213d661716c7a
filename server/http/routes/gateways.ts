/** Gateways: where they hang, and what became of their messages. */
import { z } from 'zod';
import { type FixedBeacon, type Gateway, gateway, id } from '../../contract/model.ts';
import { conflict } from '../../errors.ts';
import { getOr404, inBody, removeOr404, siteParams, withPathId } from '../resources.ts';
import { Reply, type Route, route } from '../route.ts';
import type { Services } from '../services.ts';
import { iso } from '../times.ts';

const fitters = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const gatewayBody = gateway.partial({ id: true });
const params = siteParams.extend({ gateway: id });

const sameBeacon = (a: FixedBeacon, b: FixedBeacon): boolean =>
  a.uuid === b.uuid && a.major === b.major && a.minor === b.minor;

export function gatewayRoutes({ registry, pipeline }: Services): Route[] {
  function checkBeacon(siteId: string, { id: own, beacon }: Gateway): void {
    if (!beacon) return;
    const other = registry.gateways
      .all(siteId)
      .find((one) => one.id !== own && one.beacon && sameBeacon(one.beacon, beacon));
    if (other) throw conflict(`gateway ${other.id} has this beacon already`, 'body.beacon');
    if (registry.carrierByBeacon(siteId, beacon.uuid, beacon.major, beacon.minor))
      throw conflict('somebody carries this beacon: give the gateway another', 'body.beacon');
  }

  return [
    route({
      method: 'get',
      path: '/sites/:site/gateways',
      summary: 'Gateways of the site',
      access: fitters,
      params: siteParams,
      response: z.array(gateway),
      handler: ({ siteId }) => registry.gateways.all(siteId),
    }),
    route({
      method: 'post',
      path: '/sites/:site/gateways',
      summary: 'Register a gateway',
      access: fitters,
      params: siteParams,
      body: gateway,
      response: gateway,
      statuses: [201],
      async handler({ siteId, body }) {
        if (registry.gateways.get(siteId, body.id)) throw conflict(`gateway ${body.id} exists already`, 'body.id');
        checkBeacon(siteId, body);
        await inBody(registry.gateways.put(siteId, body));
        return new Reply(201, body);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/gateways/waiting',
      summary: 'Gateways that publish to this site but are not registered, the latest first',
      access: fitters,
      params: siteParams,
      response: z.array(z.object({ id: z.string(), lastHeard: z.string(), messages: z.int() })),
      handler: ({ siteId }) =>
        pipeline
          .waitingGateways(siteId)
          .filter(({ gatewayId, dismissed }) => !dismissed && registry.gateways.get(siteId, gatewayId) === undefined)
          .sort((a, b) => b.lastSeenMs - a.lastSeenMs)
          .map(({ gatewayId, lastSeenMs, messages }) => ({ id: gatewayId, lastHeard: iso(lastSeenMs), messages })),
    }),
    route({
      method: 'get',
      path: '/sites/:site/gateways/:gateway',
      summary: 'One gateway',
      access: fitters,
      params,
      response: gateway,
      handler: ({ siteId, params }) => getOr404(registry.gateways, siteId, params.gateway, 'gateway'),
    }),
    route({
      method: 'put',
      path: '/sites/:site/gateways/:gateway',
      summary: 'Register, move or change a gateway',
      access: fitters,
      params,
      body: gatewayBody,
      response: gateway,
      async handler({ siteId, params, body }) {
        const next = withPathId(params.gateway, body);
        checkBeacon(siteId, next);
        await inBody(registry.gateways.put(siteId, next));
        return next;
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/gateways/:gateway',
      summary: 'Remove a gateway; what it sends from now on is refused',
      access: fitters,
      params,
      handler: ({ siteId, params }) => removeOr404(registry.gateways, siteId, params.gateway, 'gateway'),
    }),
    route({
      method: 'get',
      path: '/sites/:site/dead-letters',
      summary: 'Messages that could not be taken, each with its reason, the latest first',
      access: fitters,
      params: siteParams,
      query: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
      response: z.array(
        z.object({
          id: z.number(),
          at: z.string(),
          gatewayId: z.string().nullable(),
          topic: z.string(),
          reason: z.string(),
          detail: z.string(),
        }),
      ),
      handler: async ({ siteId, query }) =>
        (await pipeline.deadLetters(siteId, query.limit)).map(({ atMs, siteId: _, ...letter }) => ({
          ...letter,
          at: iso(atMs),
        })),
    }),
    route({
      method: 'get',
      path: '/ingest',
      summary: 'Counters of the ingest since the start of the server, over all sites',
      access: { roles: ['owner'], scope: 'server' },
      response: z.object({
        messages: z.number(),
        batches: z.number(),
        sightings: z.number(),
        duplicates: z.number(),
        notAllowed: z.number(),
        unlinkable: z.number(),
        unresolved: z.number(),
        gaps: z.number(),
        deadLetters: z.record(z.string(), z.number()),
      }),
      handler: () => pipeline.counters(),
    }),
  ];
}
