/** Gateways of other makes that the mall owns already, and the inbox of all that were heard but are not on the plan. */
import { z } from 'zod';
import { FORMATS, fleet, fleetBody, fleetFormat, fleetHealth, inboxGateway } from '../../contract/fleets.ts';
import { id } from '../../contract/model.ts';
import { conflict, notFound } from '../../errors.ts';
import { EXPECTATIONS } from '../../fleets/expectations.ts';
import { OWN_FORMAT } from '../../fleets/heardGateways.ts';
import { ADAPTERS } from '../../ingest/adapters/index.ts';
import type { IngestPipeline } from '../../ingest/pipeline.ts';
import { inBody, siteParams, withPathId } from '../resources.ts';
import { Reply, type Route, route } from '../route.ts';
import { iso } from '../times.ts';

const fitters = { roles: ['owner', 'manager', 'installer'], scope: 'site' } as const;
const params = siteParams.extend({ fleet: id });
const inboxParams = siteParams.extend({ gateway: id });
/** 20,000 aliases of 150 bytes. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface FleetRouteParts {
  pipeline: Pick<IngestPipeline, 'fleets' | 'fleetHealth' | 'waitingGateways' | 'setDismissed'>;
}

export function fleetRoutes({ pipeline }: FleetRouteParts): Route[] {
  const { fleets } = pipeline;
  const found = (siteId: string, fleetId: string) => {
    const one = fleets.get(siteId, fleetId);
    if (!one) throw notFound(`fleet ${fleetId}`);
    return one;
  };
  const dismiss = (siteId: string, gatewayId: string, dismissed: boolean): void => {
    if (!pipeline.setDismissed(siteId, gatewayId, dismissed)) throw notFound(`gateway ${gatewayId} in the inbox`);
  };

  return [
    route({
      method: 'get',
      path: '/sites/:site/fleet-formats',
      summary:
        'Formats of other makes that can be listened to, with their usual topics and what may be expected of them',
      access: fitters,
      params: siteParams,
      response: z.array(fleetFormat),
      handler: () =>
        FORMATS.map((format) => {
          const { title, defaultTopics } = ADAPTERS[format];
          return { format, title, defaultTopics: [...defaultTopics], ...EXPECTATIONS[format] };
        }),
    }),
    route({
      method: 'get',
      path: '/sites/:site/fleets',
      summary: 'Fleets of other makes that the site listens to',
      access: fitters,
      params: siteParams,
      response: z.array(fleet),
      handler: ({ siteId }) => fleets.all(siteId),
    }),
    route({
      method: 'post',
      path: '/sites/:site/fleets',
      summary: 'Listen to a fleet; topics and name are those of its format where they are left out',
      access: fitters,
      params: siteParams,
      body: fleetBody,
      response: fleet,
      statuses: [201],
      maxBodyBytes: MAX_BODY_BYTES,
      async handler({ siteId, body }) {
        if (fleets.get(siteId, body.id)) throw conflict(`fleet ${body.id} exists already`, 'body.id');
        return new Reply(201, await inBody(fleets.put(siteId, body)));
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/fleets/:fleet',
      summary: 'One fleet',
      access: fitters,
      params,
      response: fleet,
      handler: ({ siteId, params }) => found(siteId, params.fleet),
    }),
    route({
      method: 'put',
      path: '/sites/:site/fleets/:fleet',
      summary: 'Listen to a fleet, or change how; what it is counted by begins anew',
      access: fitters,
      params,
      body: fleetBody.partial({ id: true }),
      response: fleet,
      maxBodyBytes: MAX_BODY_BYTES,
      handler: ({ siteId, params, body }) => inBody(fleets.put(siteId, withPathId(params.fleet, body))),
    }),
    route({
      method: 'delete',
      path: '/sites/:site/fleets/:fleet',
      summary: 'Listen to a fleet no longer; its gateways on the plan and what they heard stay',
      access: fitters,
      params,
      async handler({ siteId, params }) {
        if (!(await fleets.remove(siteId, params.fleet))) throw notFound(`fleet ${params.fleet}`);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/fleets/:fleet/health',
      summary: 'What came of a fleet’s messages, by reason; of unknown ones a masked sample; its gateways',
      access: fitters,
      params,
      response: fleetHealth,
      handler({ siteId, params }) {
        found(siteId, params.fleet);
        const health = pipeline.fleetHealth(siteId, params.fleet);
        if (!health) throw notFound(`fleet ${params.fleet}`);
        return health;
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/inbox',
      summary:
        'Gateways that were heard but are not on the plan, of Promenade’s own and of other makes, the latest first. One that is put there under its id leaves the inbox and is heard from then on; nothing of it is counted before',
      access: fitters,
      params: siteParams,
      query: z.object({ dismissed: z.enum(['true', 'false']).optional() }),
      response: z.array(inboxGateway),
      handler: ({ siteId, query }) =>
        pipeline
          .waitingGateways(siteId)
          .filter(({ dismissed }) => query.dismissed === undefined || dismissed === (query.dismissed === 'true'))
          .map(
            ({ gatewayId, fleetId, name, format, firstSeenMs, lastSeenMs, messages, beaconsPerMinute, dismissed }) => ({
              id: gatewayId,
              suggestedName:
                format === OWN_FORMAT ? name : `${fleets.get(siteId, fleetId)?.name ?? format} ${name}`.slice(0, 120),
              fleetId: fleetId === '' ? null : fleetId,
              format,
              name,
              firstHeard: iso(firstSeenMs),
              lastHeard: iso(lastSeenMs),
              messages,
              beaconsPerMinute,
              dismissed,
            }),
          ),
    }),
    route({
      method: 'delete',
      path: '/sites/:site/inbox/:gateway',
      summary: 'Put a gateway of the inbox aside: it is listed as dismissed from now on',
      access: fitters,
      params: inboxParams,
      handler: ({ siteId, params }) => dismiss(siteId, params.gateway, true),
    }),
    route({
      method: 'put',
      path: '/sites/:site/inbox/:gateway',
      summary: 'Take a dismissed gateway back into the inbox',
      access: fitters,
      params: inboxParams,
      handler: ({ siteId, params }) => dismiss(siteId, params.gateway, false),
    }),
  ];
}
