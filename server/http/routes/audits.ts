/** Walk audits and their certificates. The carrier is one that nobody has paired, in the hand of whoever walks. */
import { z } from 'zod';
import type { Audits } from '../../audits/audits.ts';
import type { StoredAudit, StoredTap } from '../../audits/store.ts';
import type { Auth } from '../../auth/auth.ts';
import { certificatesOf, forTenant } from '../../calibration/certificate.ts';
import type { Tap } from '../../calibration/walk.ts';
import {
  auditCarrier,
  auditInput,
  certificates,
  heardNow,
  type WalkAudit,
  type WalkedTap,
  walkAudit,
  walkAuditDetail,
  waypointsInput,
  waypointsTaken,
} from '../../contract/calibration.ts';
import { type Carrier, id } from '../../contract/model.ts';
import { notFound } from '../../errors.ts';
import type { IngestPipeline } from '../../ingest/pipeline.ts';
import { type Audit, actorOf } from '../../privacy/audit.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams } from '../resources.ts';
import { type Principal, Reply, type Route, route } from '../route.ts';
import { iso } from '../times.ts';

const fitters = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const readers = { roles: ['owner', 'manager', 'retailer', 'installer'], scope: 'site' } as const;
const params = siteParams.extend({ audit: id });
const carrierParams = siteParams.extend({ carrier: id });
/** A drawer of tags; whoever has more searches by the label. */
const MAX_CARRIERS = 200;

export function auditRoutes({
  audits,
  registry,
  pipeline,
  auth,
  journal,
}: {
  audits: Audits;
  registry: Pick<Registry, 'carriers' | 'zones' | 'gateways'>;
  pipeline: Pick<IngestPipeline, 'nowMs' | 'listen'>;
  auth: Pick<Auth, 'account'>;
  journal: Pick<Audit, 'record'>;
}): Route[] {
  const byOf = (principal: Principal | undefined): string => {
    if (principal?.kind === 'account') return auth.account(principal.accountId)?.name ?? principal.email;
    return principal?.kind === 'token' ? principal.label : '';
  };
  const shown = (siteId: string, one: StoredAudit): WalkAudit => ({
    id: one.id,
    carrierId: one.carrierId,
    carrierLabel: registry.carriers.get(siteId, one.carrierId)?.label ?? null,
    by: one.by,
    started: iso(one.startedMs),
    finished: one.finishedMs === null ? null : iso(one.finishedMs),
    taps: one.taps,
  });
  const tapShown = ({ id, floorId, xM, yM, atMs, outcome, errorM }: StoredTap & Tap): WalkedTap => ({
    id,
    floorId,
    xM,
    yM,
    at: iso(atMs),
    errorM,
    outcome: outcome === null ? 'pending' : (outcome as WalkedTap['outcome']),
  });
  const detail = async (siteId: string, one: StoredAudit) => ({
    ...shown(siteId, one),
    waypoints: (await audits.taps(siteId, one)).map(tapShown),
  });
  const own = async (siteId: string, carrierId: string): Promise<Carrier> => {
    const carrier = registry.carriers.get(siteId, carrierId);
    if (!carrier || !(await audits.walkable(siteId))(carrier)) throw notFound(`carrier ${carrierId}`);
    return carrier;
  };

  return [
    route({
      method: 'get',
      path: '/sites/:site/audit-carriers',
      summary: `Carriers that one may walk with: those that no shopper has paired, at most ${MAX_CARRIERS}, by label`,
      access: fitters,
      params: siteParams,
      query: z.object({ search: z.string().trim().max(120).default('') }),
      response: z.array(auditCarrier),
      async handler({ siteId, query }) {
        const walkable = await audits.walkable(siteId);
        const wanted = query.search.toLowerCase();
        const text = (one: Carrier): string => `${one.label ?? ''} ${one.id} ${one.major}/${one.minor}`.toLowerCase();
        return registry.carriers
          .all(siteId)
          .filter((one) => walkable(one) && text(one).includes(wanted))
          .sort((a, b) => Number(a.label === null) - Number(b.label === null) || text(a).localeCompare(text(b)))
          .slice(0, MAX_CARRIERS)
          .map(({ id, kind, label }) => ({ id, kind, label }));
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/audit-carriers/:carrier/heard',
      summary:
        'Whether the carrier in the hand is heard now; ask every two seconds, the first question starts the listening',
      access: fitters,
      params: carrierParams,
      response: heardNow,
      async handler({ siteId, params }) {
        const carrier = await own(siteId, params.carrier);
        const nowMs = pipeline.nowMs(siteId);
        const heard = pipeline.listen(siteId, carrier.id);
        const seconds = (sinceMs: number): number => Math.max(0, Math.round((nowMs - sinceMs) / 100) / 10);
        return {
          gateways: heard?.gateways ?? 0,
          lastHeardSecondsAgo: heard?.lastHeardMs == null ? null : seconds(heard.lastHeardMs),
          listeningSeconds: heard ? seconds(heard.sinceMs) : 0,
        };
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/audits',
      summary: 'Walk audits, the newest first',
      access: fitters,
      params: siteParams,
      response: z.array(walkAudit),
      handler: async ({ siteId }) => (await audits.all(siteId)).map((one) => shown(siteId, one)),
    }),
    route({
      method: 'post',
      path: '/sites/:site/audits',
      summary: 'Begin a walk with a carrier in the hand; the same id again is the same walk',
      access: fitters,
      params: siteParams,
      body: auditInput,
      response: walkAudit,
      statuses: [201],
      async handler({ siteId, body, principal, ip }) {
        const { carrierId, clockMs } = body;
        const begun = await audits.begin(siteId, { id: body.id, carrierId, clockMs, by: byOf(principal) });
        await journal.record({ actor: actorOf(principal), action: 'audit.began', siteId, subject: carrierId, ip });
        return new Reply(201, shown(siteId, begun));
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/audits/:audit',
      summary: 'A walk with its taps, and how far off the fix was at each',
      access: fitters,
      params,
      response: walkAuditDetail,
      handler: async ({ siteId, params }) => detail(siteId, await audits.get(siteId, params.audit)),
    }),
    route({
      method: 'post',
      path: '/sites/:site/audits/:audit/waypoints',
      summary: 'Add places where the walker stood, each with the time of the phone; the same id again is taken once',
      access: fitters,
      params,
      body: waypointsInput,
      response: waypointsTaken,
      handler: ({ siteId, params, body }) => audits.addTaps(siteId, params.audit, body),
    }),
    route({
      method: 'delete',
      path: '/sites/:site/audits/:audit/waypoints/:waypoint',
      summary: 'Take a tap back, while the walk is under way',
      access: fitters,
      params: params.extend({ waypoint: id }),
      handler: ({ siteId, params }) => audits.removeTap(siteId, params.audit, params.waypoint),
    }),
    route({
      method: 'post',
      path: '/sites/:site/audits/:audit/finish',
      summary: 'End the walk: its taps are held against the fixes of those moments, and then teach the radio model',
      access: fitters,
      params,
      response: walkAuditDetail,
      handler: async ({ siteId, params }) => detail(siteId, await audits.finish(siteId, params.audit)),
    }),
    route({
      method: 'delete',
      path: '/sites/:site/audits/:audit',
      summary: 'Remove a walk with its taps, its certificates, and what it taught the radio model',
      access: fitters,
      params,
      handler: ({ siteId, params }) => audits.remove(siteId, params.audit),
    }),
    route({
      method: 'get',
      path: '/sites/:site/certificates',
      summary: 'The newest certified accuracy of each zone and floor, and whether it still holds',
      access: readers,
      params: siteParams,
      response: certificates,
      async handler({ siteId, tenantId }) {
        const finished = (await audits.finished(siteId)).flatMap(({ id, by, finishedMs, result }) =>
          finishedMs === null || result === null ? [] : [{ id, by, finishedMs, ...result }],
        );
        const zones = registry.zones.all(siteId);
        const all = certificatesOf(finished, zones, registry.gateways.all(siteId));
        return { certificates: tenantId === null ? all : forTenant(all, zones, tenantId) };
      },
    }),
  ];
}
