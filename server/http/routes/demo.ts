/** For trials without a tag: pairs the phone page with a simulated shopper. Does not exist unless the server runs as a demo. */
import { z } from 'zod';
import type { OfferServices } from '../../campaigns/open.ts';
import { shopperMe } from '../../contract/offers.ts';
import { conflict, notFound } from '../../errors.ts';
import type { Pipeline } from '../../ingest/types.ts';
import type { LiveHub } from '../../live/types.ts';
import type { Registry } from '../../registry/types.ts';
import { type Route, route } from '../route.ts';
import { meOf, requirePresence, requireShopper } from './shopper.ts';

/** The simulator labels those so that it walks for whoever comes to try. */
export const GUEST_LABEL = 'demo guest';

export function demoRoutes({
  services,
  registry,
  pipeline,
  hub,
  demo,
}: {
  services: OfferServices;
  registry: Registry;
  pipeline: Pick<Pipeline, 'present'>;
  hub: Pick<LiveHub, 'isConnected' | 'notifyChanged'>;
  demo: boolean;
}): Route[] {
  const { pairings } = services;

  /** One that walks about now, else any; when all are taken, one whose phone has gone. */
  const freeGuest = async (siteId: string): Promise<string | undefined> => {
    const guests = registry.carriers.all(siteId).filter((carrier) => carrier.label?.startsWith(GUEST_LABEL));
    const holder = (carrierId: string): string | undefined => pairings.ofCarrier(siteId, carrierId)?.shopperId;
    const present = new Set((await pipeline.present(siteId)).map((one) => one.carrierId));
    const walkingFirst = guests
      .map((carrier) => carrier.id)
      .sort((a, b) => Number(present.has(b)) - Number(present.has(a)));
    return (
      walkingFirst.find((carrierId) => holder(carrierId) === undefined) ??
      walkingFirst.find((carrierId) => !hub.isConnected(holder(carrierId)!))
    );
  };

  return [
    route({
      method: 'post',
      path: '/demo/pair',
      summary: 'Pairs with a free simulated shopper; 404 unless the server runs as a demo',
      access: { roles: ['shopper'], scope: 'self' },
      body: z.object({}).optional(),
      response: shopperMe,
      handler: async (context) => {
        if (!demo) throw notFound('POST /api/v1/demo/pair');
        const shopper = await requireShopper(services, context.principal);
        await requirePresence(services, shopper, context.nowMs);
        const carrierId = await freeGuest(shopper.siteId);
        if (carrierId === undefined)
          throw conflict('all simulated shoppers are taken: try again in a minute, or start the demo’s simulator');
        const { displaced } = await pairings.pair(shopper.siteId, carrierId, shopper.id, context.nowMs, {
          takeover: true,
        });
        if (displaced !== undefined) hub.notifyChanged(displaced);
        hub.notifyChanged(shopper.id);
        return meOf({ services, registry, demo }, shopper, context.nowMs);
      },
    }),
  ];
}
