/** Carriers whose identity two transmitters have, for whoever replaces tags. Ids alone: where they were is nobody's to see. */
import { z } from 'zod';
import { id } from '../../contract/model.ts';
import { siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import type { Services } from '../services.ts';
import { iso } from '../times.ts';

const answer = named(
  'Clones',
  z.object({
    clones: z.array(z.object({ carrierId: id, firstFound: z.string(), lastFound: z.string() })),
  }),
);

export function cloneRoutes({ pipeline }: Services): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/clones',
      summary: 'Carriers heard at two far places at once within the last day, the newest first; they get no offers',
      access: { roles: ['owner', 'manager', 'installer'], scope: 'site' },
      params: siteParams,
      response: answer,
      handler: ({ siteId }) => ({
        clones: pipeline
          .clones(siteId)
          .sort((a, b) => b.lastMs - a.lastMs)
          .map(({ carrierId, firstMs, lastMs }) => ({
            carrierId,
            firstFound: iso(firstMs),
            lastFound: iso(lastMs),
          })),
      }),
    }),
  ];
}
