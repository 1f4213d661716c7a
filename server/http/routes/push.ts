/** A phone's subscription to Web Push, for when the page is closed; and how fast offers are handed over. */
import { z } from 'zod';
import type { OfferServices } from '../../campaigns/open.ts';
import { deliveryReport, pushKey, pushSubscription, pushUnsubscribe } from '../../contract/push.ts';
import { AppError, badRequest } from '../../errors.ts';
import { isPoint } from '../../push/encrypt.ts';
import { endpointFault } from '../../push/service.ts';
import { siteParams } from '../resources.ts';
import { type Access, type Route, route } from '../route.ts';
import { checkedPeriod, instant } from '../times.ts';
import { requireShopper } from './shopper.ts';

const SELF: Access = { roles: ['shopper'], scope: 'self' };
const DAY_MS = 86_400_000;

export function pushRoutes({ services }: { services: OfferServices }): Route[] {
  const { push, consents, handOverTimes } = services;
  return [
    route({
      method: 'get',
      path: '/shopper/push-key',
      summary: "The server's public key for Web Push: `applicationServerKey` of a subscription",
      access: SELF,
      response: pushKey,
      handler: async ({ principal }) => {
        await requireShopper(services, principal);
        const sender = push.sender();
        if (sender === undefined) throw new AppError(503, 'not-ready', 'the server is starting: ask again in a moment');
        return { publicKey: sender.publicKey };
      },
    }),
    route({
      method: 'put',
      path: '/shopper/push',
      summary: 'Where offers reach this phone while the page is closed; needs the consent to offers',
      access: SELF,
      ratePerMinute: 60,
      body: pushSubscription,
      handler: async ({ principal, body, nowMs }) => {
        const shopper = await requireShopper(services, principal);
        if (!(await consents.now(shopper.id, nowMs)).push)
          throw new AppError(409, 'no-consent', 'offers to a closed phone need the consent to receive offers first');
        const fault = endpointFault(body.endpoint, push.ports);
        if (fault !== undefined) throw badRequest(`the endpoint ${fault}`, 'body.endpoint');
        if (!isPoint(Buffer.from(body.keys.p256dh, 'base64url')))
          throw badRequest('the key is not a point of P-256', 'body.keys.p256dh');
        await push.subscriptions.put(shopper.id, body, nowMs);
      },
    }),
    route({
      method: 'delete',
      path: '/shopper/push',
      summary: 'Sends nothing more to this endpoint, or to any of this shopper where none is named',
      access: SELF,
      body: pushUnsubscribe,
      handler: async ({ principal, body }) => {
        const shopper = await requireShopper(services, principal);
        if (body === undefined) await push.subscriptions.removeAll(shopper.id);
        else await push.subscriptions.remove(shopper.id, body.endpoint);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/delivery',
      summary:
        'How offers were handed over, and how long it took from the sighting; the last day where no time is given',
      access: { roles: ['owner', 'manager'], scope: 'site' },
      params: siteParams,
      query: z.object({ from: instant.optional(), to: instant.optional() }),
      response: deliveryReport,
      handler: async ({ siteId, query, nowMs }) => {
        const to = query.to ?? nowMs;
        const { fromMs, toMs } = checkedPeriod(
          { from: query.from ?? to - DAY_MS, to },
          { toGiven: query.to !== undefined },
        );
        return handOverTimes.report(siteId, fromMs, toMs);
      },
    }),
  ];
}
