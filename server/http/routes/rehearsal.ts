/** What a campaign would have done in the last four weeks. A retailer rehearses the own tenant's, and sees no other's zones. */
import { z } from 'zod';
import { afterRehearsal } from '../../campaigns/campaign.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import { forTenant } from '../../campaigns/rehearsalAnswer.ts';
import type { Rehearsals } from '../../campaigns/rehearse.ts';
import type { Campaign } from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import { type Rehearsal, type RehearsalView, rehearsalView } from '../../contract/rehearsal.ts';
import { conflict, notFound } from '../../errors.ts';
import type { Registry } from '../../registry/types.ts';
import { type Access, type Route, type RouteContext, route } from '../route.ts';
import { seenByTenant } from './zones.ts';

export interface RehearsalRouteParts {
  services: Pick<OfferServices, 'campaigns'>;
  registry: Registry;
  rehearsals: Rehearsals;
}

const EVERYONE: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const params = z.object({ site: id, campaign: id });
type Asked = Pick<RouteContext, 'siteId' | 'tenantId'>;

export function rehearsalRoutes({ services, registry, rehearsals }: RehearsalRouteParts): Route[] {
  const { campaigns } = services;

  /** Another tenant's campaign looks as if it did not exist. */
  function require({ siteId, tenantId }: Asked, campaignId: string): Campaign {
    const found = campaigns.get(siteId, campaignId);
    if (found === undefined || (tenantId !== null && found.tenantId !== tenantId))
      throw notFound(`campaign ${campaignId}`);
    return found;
  }

  function viewFor({ siteId, tenantId }: Asked, told: Rehearsal, isCurrent: boolean): RehearsalView {
    if (tenantId === null) return { ...told, isCurrent };
    const isSeen = (zoneId: string): boolean => {
      const zone = registry.zones.get(siteId, zoneId);
      return zone !== undefined && seenByTenant(zone, tenantId);
    };
    return { ...forTenant(told, isSeen), isCurrent };
  }

  return [
    route({
      method: 'post',
      path: '/sites/:site/campaigns/:campaign/rehearsal',
      summary: 'Replays the last four weeks under the campaign; a draft is rehearsed after it. Takes some seconds',
      access: EVERYONE,
      params,
      response: rehearsalView,
      statuses: [200],
      ratePerMinute: 30,
      async handler(context) {
        const { siteId, nowMs } = context;
        const found = require(context, context.params.campaign);
        if (found.status === 'ended') throw conflict('a campaign that has ended cannot be rehearsed: make a new one');
        const told = await rehearsals.rehearse(siteId, found, nowMs);
        // What was changed meanwhile is not what was rehearsed.
        await campaigns.change(siteId, found.id, nowMs, (kept) => (kept === found ? afterRehearsal(found) : kept));
        const now = require(context, found.id);
        const isCurrent = (await rehearsals.newest(siteId, now))?.isCurrent === true;
        return viewFor(context, told, isCurrent);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign/rehearsal',
      summary: 'The newest rehearsal; 404 where there was none',
      access: EVERYONE,
      params,
      response: rehearsalView,
      async handler(context) {
        const found = require(context, context.params.campaign);
        const newest = await rehearsals.newest(context.siteId, found);
        if (newest === undefined) throw notFound(`a rehearsal of campaign ${found.id}`);
        return viewFor(context, newest.rehearsal, newest.isCurrent);
      },
    }),
  ];
}
