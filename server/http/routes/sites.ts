/** Sites, their definitions, and what is kept of who read what. */
import { z } from 'zod';
import { definitions } from '../../contract/definitions.ts';
import { type Site, site } from '../../contract/model.ts';
import { badRequest, conflict } from '../../errors.ts';
import { actorOf } from '../../privacy/audit.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams, withPathId } from '../resources.ts';
import { Reply, type Route, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';
import { iso } from '../times.ts';

const siteBody = named('SiteInput', site.partial({ id: true }));
const siteAnswer = named(
  'Site',
  site.extend({
    /** 0..1 while history is being played in, else null. */
    historyProgress: z.number().nullable(),
  }),
);
const definitionsAnswer = named(
  'DefinitionsVersion',
  z.object({ version: z.int(), createdMs: z.number(), definitions }),
);
const auditAnswer = z.array(
  z.object({
    at: z.string(),
    actorKind: z.string(),
    actorId: z.string(),
    action: z.string(),
    siteId: z.string().nullable(),
    subject: z.string().nullable(),
    detail: z.string().nullable(),
    ip: z.string().nullable(),
  }),
);
const auditQuery = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) });

function checkHistory({ historyFromMs, historyUntilMs }: Site): void {
  if (historyFromMs !== null && historyUntilMs !== null && historyUntilMs <= historyFromMs)
    throw badRequest('must lie after historyFromMs', 'body.historyUntilMs');
}

/** Beacons with a number of their own and rotating ones do not go under one UUID: it could not be told which is which. */
function checkRotating(registry: Registry, { id, uuids, rotatingUuid }: Site): void {
  if (!rotatingUuid) return;
  if (!uuids.includes(rotatingUuid)) throw badRequest('must be one of uuids', 'body.rotatingUuid');
  const fixed = registry.sites().some((one) => one.id === id)
    ? registry.carriers.all(id).find(({ uuid }) => uuid === rotatingUuid)
    : undefined;
  if (fixed)
    throw badRequest(`carrier ${fixed.id} has a fixed number under it: take a UUID of its own`, 'body.rotatingUuid');
}

export function siteRoutes({ registry, pipeline, audit }: Services): Route[] {
  const answer = (one: Site) => ({
    ...one,
    // The snapshot is up to a second old, the site's clock is not.
    historyProgress: one.clock === 'data' ? (pipeline.snapshot(one.id)?.historyProgress ?? null) : null,
  });
  const entries = async (filter: { siteId?: string; limit: number }) =>
    (await audit.entries(filter)).map(({ atMs, ...entry }) => ({ at: iso(atMs), ...entry }));

  return [
    route({
      method: 'get',
      path: '/sites',
      summary: 'Sites on which the caller has a role',
      access: { roles: ['owner', 'manager', 'retailer', 'installer', 'till'], scope: 'self' },
      response: z.array(siteAnswer),
      handler({ principal }) {
        if (!principal || principal.kind === 'shopper') return [];
        const { grants } = principal;
        return registry
          .sites()
          .filter((one) => grants.some((grant) => grant.siteId === null || grant.siteId === one.id))
          .map(answer);
      },
    }),
    route({
      method: 'post',
      path: '/sites',
      summary: 'Create a site',
      access: { roles: ['owner'], scope: 'server' },
      body: site,
      response: siteAnswer,
      statuses: [201],
      async handler({ body }) {
        if (registry.site(body.id)) throw conflict(`site ${body.id} exists already; change it with PUT`, 'body.id');
        checkHistory(body);
        checkRotating(registry, body);
        await registry.putSite(body);
        return new Reply(201, answer(body));
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site',
      summary: 'One site',
      access: { roles: ['owner', 'manager', 'retailer', 'installer', 'till'], scope: 'site' },
      params: siteParams,
      response: siteAnswer,
      handler: ({ siteId }) => answer(registry.site(siteId)!),
    }),
    route({
      method: 'put',
      path: '/sites/:site',
      summary: 'Change a site',
      access: { roles: ['owner', 'manager'], scope: 'site' },
      params: siteParams,
      body: siteBody,
      response: siteAnswer,
      async handler({ siteId, body }) {
        const changed = withPathId(siteId, body);
        checkHistory(changed);
        checkRotating(registry, changed);
        await registry.putSite(changed);
        return answer(changed);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/definitions',
      summary: 'The definitions in force',
      access: { roles: ['owner', 'manager', 'retailer'], scope: 'site' },
      params: siteParams,
      response: definitionsAnswer,
      handler: ({ siteId }) => registry.definitions(siteId),
    }),
    route({
      method: 'put',
      path: '/sites/:site/definitions',
      summary: 'New definitions, as a new version; what is left out gets its default',
      access: { roles: ['owner', 'manager'], scope: 'site' },
      params: siteParams,
      body: definitions,
      response: definitionsAnswer,
      async handler({ siteId, body, principal, ip }) {
        const version = await registry.putDefinitions(siteId, body);
        await audit.record({
          actor: actorOf(principal),
          action: 'definitions.changed',
          siteId,
          subject: `version ${version.version}`,
          ip,
        });
        return version;
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/definitions/versions',
      summary: 'Every version of the definitions, the oldest first',
      access: { roles: ['owner', 'manager'], scope: 'site' },
      params: siteParams,
      response: z.array(definitionsAnswer),
      handler: ({ siteId }) => registry.definitionsVersions(siteId),
    }),
    route({
      method: 'get',
      path: '/sites/:site/audit',
      summary: 'Who read or changed what on this site, the newest first',
      access: { roles: ['owner', 'manager'], scope: 'site' },
      params: siteParams,
      query: auditQuery,
      response: auditAnswer,
      handler: ({ siteId, query }) => entries({ siteId, limit: query.limit }),
    }),
    route({
      method: 'get',
      path: '/audit',
      summary: 'Who read or changed what on this server, the newest first',
      access: { roles: ['owner'], scope: 'server' },
      query: auditQuery,
      response: auditAnswer,
      handler: ({ query }) => entries({ limit: query.limit }),
    }),
  ];
}
