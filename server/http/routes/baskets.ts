/** Baskets left in web shops, and the reference by which a web shop tells whose they are. */
import { z } from 'zod';
import { BASKETS_KEPT_MS } from '../../campaigns/baskets.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import { basketId, basketInput, basketTaken, shopperReference } from '../../contract/baskets.ts';
import { id } from '../../contract/model.ts';
import { AppError, badRequest, forbidden, notFound, unauthenticated } from '../../errors.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams } from '../resources.ts';
import { type Access, Reply, type Route, route } from '../route.ts';
import type { Asked } from './campaignChecks.ts';

export interface BasketRouteParts {
  services: Pick<OfferServices, 'baskets' | 'consents' | 'shoppers'>;
  registry: Registry;
}

const EVERYONE: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const SELF: Access = { roles: ['shopper'], scope: 'self' };
/** A busy web shop tells of every change of a basket. */
const CALLS_PER_MINUTE = 1_200;
/** Clocks of two machines differ. */
const AHEAD_MS = 5 * 60_000;

export function basketRoutes({ services, registry }: BasketRouteParts): Route[] {
  const { baskets, consents, shoppers } = services;

  function tenantOf({ tenantId }: Asked, named: string | undefined, path: string): string {
    if (tenantId !== null && named !== undefined && named !== tenantId)
      throw forbidden('this account tells of baskets of its own tenant only');
    const tenant = tenantId ?? named;
    if (tenant === undefined) throw badRequest('must name the tenant whose web shop it is', path);
    return tenant;
  }

  return [
    route({
      method: 'get',
      path: '/shopper/reference',
      summary:
        'The reference by which the web shop of one tenant tells whose basket it is: the shopper’s app asks for it and hands it over (as ?ref= of a link, or in the sign-in to the web shop). Random, another one for each tenant, worth nothing to anybody else; gone with the consent to profiling',
      access: SELF,
      query: z.object({ tenant: id }),
      response: shopperReference,
      handler: async ({ principal, query, nowMs }) => {
        const shopper = principal?.kind === 'shopper' ? await shoppers.get(principal.shopperId) : undefined;
        if (shopper === undefined) throw unauthenticated();
        if (!(await consents.now(shopper.id, nowMs)).profiling)
          throw new AppError(409, 'no-consent', 'linking a web shop needs the consent to profiling first');
        if (!registry.zones.all(shopper.siteId).some(({ tenantId }) => tenantId === query.tenant))
          throw notFound(`tenant ${query.tenant}`);
        const reference = await baskets.reference(shopper.siteId, query.tenant, shopper.id, nowMs);
        if (reference === undefined) throw unauthenticated();
        return { tenantId: query.tenant, reference };
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/baskets',
      summary:
        'Webhook of a web shop: a basket was left, changed, bought or emptied. `reference` is what GET /shopper/reference gave the shopper’s app. Told twice it counts once; the newest `at` wins; bought or emptied it is closed for good. A campaign with the trigger “basket” fires when the shopper next enters its zone, once for a basket. The answer is the same whether or not the reference is known',
      access: EVERYONE,
      params: siteParams,
      body: basketInput,
      response: basketTaken,
      statuses: [202],
      ratePerMinute: CALLS_PER_MINUTE,
      handler: async (context) => {
        const { siteId, body, nowMs } = context;
        const tenantId = tenantOf(context, body.tenantId, 'body.tenantId');
        const atMs = body.at === undefined ? nowMs : Date.parse(body.at);
        if (atMs > nowMs + AHEAD_MS) throw badRequest('lies in the future', 'body.at');
        if (atMs < nowMs - BASKETS_KEPT_MS) throw badRequest('lies more than 30 days back', 'body.at');
        const shopperId = await baskets.shopperOf(siteId, tenantId, body.reference);
        if (shopperId !== undefined && (await consents.now(shopperId, nowMs)).profiling) {
          const items = body.items.reduce((sum, item) => sum + item.quantity, 0);
          const basket = {
            siteId,
            tenantId,
            basketId: body.basketId,
            shopperId,
            atMs,
            valueMinor: body.valueMinor,
            items,
          };
          await baskets.put(basket, body.state === 'open' ? null : body.state, nowMs);
        }
        return new Reply(202, { basketId: body.basketId });
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/baskets/:basket',
      summary: 'The basket was bought or emptied: nothing fires for it any more',
      access: EVERYONE,
      params: siteParams.extend({ basket: basketId }),
      query: z.object({ tenant: id.optional() }),
      handler: async (context) => {
        const { siteId, params, query, nowMs } = context;
        await baskets.close(siteId, tenantOf(context, query.tenant, 'query.tenant'), params.basket, 'emptied', nowMs);
      },
    }),
  ];
}
