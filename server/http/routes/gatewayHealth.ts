/** How gateways are, and what each does otherwise than the others. */
import { z } from 'zod';
import { gatewayAdverts, gatewayHealth, gatewayHealthWithHistory } from '../../contract/gatewayHealth.ts';
import { gateway, gatewaySettings, id, name } from '../../contract/model.ts';
import { AppError, notFound } from '../../errors.ts';
import { getOr404, inBody, siteParams } from '../resources.ts';
import { type Route, route } from '../route.ts';
import type { Services } from '../services.ts';

const fitters = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const params = siteParams.extend({ gateway: id });
/** Null takes a setting back to what is usual. */
const settingsPatch = z.strictObject({
  windowMs: gatewaySettings.shape.windowMs.nullable(),
  heartbeatMs: gatewaySettings.shape.heartbeatMs.nullable(),
  statusEveryMs: gatewaySettings.shape.statusEveryMs.nullable(),
  unknowns: gatewaySettings.shape.unknowns.nullable(),
});

export function gatewayHealthRoutes({ registry, pipeline }: Services): Route[] {
  return [
    route({
      method: 'get',
      path: '/sites/:site/gateway-health',
      summary: 'How each gateway is: what it reports, how it hears beside its neighbours, and what is wrong in words',
      access: fitters,
      params: siteParams,
      response: z.array(gatewayHealth),
      handler: ({ siteId }) => pipeline.gatewayHealth(siteId),
    }),
    route({
      method: 'get',
      path: '/sites/:site/gateway-health/adverts',
      summary: 'How much each gateway heard in the last seven days, by the quarter hour, of all in one answer',
      access: fitters,
      params: siteParams,
      response: gatewayAdverts,
      async handler({ siteId }) {
        const found = await pipeline.gatewayAdverts(siteId);
        if (!found) throw new AppError(503, 'not-ready', 'the site is starting: ask again in some seconds');
        return found;
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/gateways/:gateway/health',
      summary: 'How one gateway is, with the quarter hours of its last seven days',
      access: fitters,
      params,
      response: gatewayHealthWithHistory,
      async handler({ siteId, params }) {
        const found = pipeline.gatewayHealth(siteId).find((one) => one.id === params.gateway);
        if (!found) throw notFound(`gateway ${params.gateway}`);
        return { ...found, history: await pipeline.gatewayHistory(siteId, params.gateway) };
      },
    }),
    route({
      method: 'patch',
      path: '/sites/:site/gateways/:gateway',
      summary: 'Name a gateway, switch it on or off, or set what it does otherwise than the others',
      access: fitters,
      params,
      body: z.strictObject({
        name: name.optional(),
        enabled: z.boolean().optional(),
        settings: settingsPatch.optional(),
      }),
      response: gateway,
      async handler({ siteId, params, body }) {
        const known = getOr404(registry.gateways, siteId, params.gateway, 'gateway');
        const { settings: before = {}, ...rest } = known;
        const { settings: changed = {}, ...plain } = body;
        const entries = Object.entries({ ...before, ...changed }).filter(
          ([, value]) => value !== null && value !== undefined,
        );
        const settings = gatewaySettings.parse(Object.fromEntries(entries));
        const next = {
          ...rest,
          ...(plain.name === undefined ? {} : { name: plain.name }),
          ...(plain.enabled === undefined ? {} : { enabled: plain.enabled }),
          ...(entries.length === 0 ? {} : { settings }),
        };
        await inBody(registry.gateways.put(siteId, next));
        return next;
      },
    }),
  ];
}
