/** What moved after it had been computed, and why: the small print under every chart. */
import { z } from 'zod';
import { changelog as answer, type Changelog } from '../../contract/changelog.ts';
import { id } from '../../contract/model.ts';
import { askedZone } from '../metricQuery.ts';
import { siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import type { Services } from '../services.ts';
import { checkedPeriod, period } from '../times.ts';

const MAX_ENTRIES = 100;

/** Gateways are the mall's; a retailer learns that data was late, not where it was heard. */
const withoutGateways = (told: Changelog): Changelog => ({
  ...told,
  entries: told.entries.map((entry) => ({
    ...entry,
    backlogs: entry.backlogs.map((one) => ({ ...one, gateway: null })),
  })),
  awaited: told.awaited.map((one) => ({ ...one, gateway: null })),
});

export function changelogRoutes({ registry, questions }: Services): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/changelog',
      summary: 'Which hours moved when late data came or models changed, from what to what and why; the newest first',
      access: { roles: ['owner', 'manager', 'retailer'], scope: 'site' },
      params: siteParams,
      query: period.extend({
        zone: id.optional(),
        limit: z.coerce.number().int('must be a whole number').min(1).max(MAX_ENTRIES).default(20),
      }),
      response: answer,
      async handler(context) {
        const { siteId, query, tenantId } = context;
        const zone = askedZone(registry, context, query.zone);
        const told = await questions.changelog({ siteId, ...checkedPeriod(query), ...zone, limit: query.limit });
        return tenantId === null ? told : withoutGateways(told);
      },
    }),
  ];
}
