/** Webhooks: whom this site tells what, and what became of each delivery. */
import { z } from 'zod';
import { id, type Zone } from '../../contract/model.ts';
import {
  delivery,
  deliveryState,
  type EventType,
  TEST_EVENT,
  type WebhookInput,
  type WebhookView,
  webhook,
  webhookInput,
  webhookWithSecret,
} from '../../contract/outgoing.ts';
import { AppError, badRequest, forbidden, notFound } from '../../errors.ts';
import type { Outgoing } from '../../outgoing/open.ts';
import type { DeliveryRow } from '../../outgoing/outbox.ts';
import { urlFault } from '../../outgoing/post.ts';
import type { Webhook } from '../../outgoing/webhooks.ts';
import { type Audit, actorOf } from '../../privacy/audit.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams } from '../resources.ts';
import { type Access, Reply, type Route, type RouteContext, route } from '../route.ts';
import { instant, iso } from '../times.ts';

export interface WebhookRouteParts {
  outgoing: Outgoing;
  registry: Registry;
  audit: Pick<Audit, 'record'>;
}

const MANAGERS: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const params = siteParams.extend({ webhook: id });
const deliveryParams = params.extend({ delivery: id });
/** A test or a replay is a person's click. */
const CLICKS_PER_MINUTE = 60;
/** Each may give the engines another model, which is kept for as long as sightings are. */
const CHANGES_PER_MINUTE = 30;
const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : iso(atMs));

type Asked = Pick<RouteContext, 'siteId' | 'tenantId' | 'principal' | 'nowMs' | 'ip'>;

export function webhookRoutes({ outgoing, registry, audit }: WebhookRouteParts): Route[] {
  const { webhooks, outbox } = outgoing;

  function requireOwn({ siteId, tenantId }: Asked, webhookId: string): Webhook {
    const found = webhooks.get(siteId, webhookId);
    // A manager sees all of the mall's, its tenants' too: they leave the mall's server.
    if (found === undefined || (tenantId !== null && found.tenantId !== tenantId))
      throw notFound(`webhook ${webhookId}`);
    return found;
  }

  async function view(one: Webhook, nowMs: number): Promise<WebhookView> {
    const { siteId: _s, secret: _n, previousSecret, previousUntilMs, createdMs, ...shown } = one;
    return {
      ...shown,
      previousSecretUntil: previousSecret === null ? null : isoOrNull(previousUntilMs),
      createdAt: iso(createdMs),
      figures: await outgoing.figures(one, nowMs),
    };
  }

  function checkZones(siteId: string, tenantId: string | null, zones: readonly string[], path: string): void {
    zones.forEach((zoneId, i) => {
      const zone: Zone | undefined = registry.zones.get(siteId, zoneId);
      if (zone === undefined || (tenantId !== null && zone.tenantId !== tenantId))
        throw badRequest(`${zoneId} is not a zone ${tenantId === null ? 'of this site' : 'of yours'}`, `${path}.${i}`);
    });
  }

  function check({ siteId }: Asked, tenantId: string | null, input: WebhookInput): void {
    if (tenantId === '') throw forbidden('this account has no shop; ask the mall for one');
    const fault = urlFault(input.url, outgoing.allowsPrivate(tenantId));
    if (fault !== undefined) throw badRequest(fault, 'body.url');
    checkZones(siteId, tenantId, input.zones, 'body.zones');
    const wants = (event: EventType): boolean => input.events.includes(event);
    if (wants('carrier.dwelled') && input.dwellSeconds.length === 0)
      throw badRequest('must name at least one length for carrier.dwelled', 'body.dwellSeconds');
    if (wants('occupancy.threshold') && input.thresholds.length === 0)
      throw badRequest('must name at least one threshold for occupancy.threshold', 'body.thresholds');
    const { kAnonymity: k } = registry.definitions(siteId).definitions;
    input.thresholds.forEach(({ zone, limit, hysteresis }, i) => {
      const path = `body.thresholds.${i}`;
      if (limit - hysteresis < k)
        throw badRequest(
          `limit − hysteresis must be at least ${k}: of fewer than that nothing is told`,
          `${path}.limit`,
        );
      if (zone !== null) checkZones(siteId, tenantId, [zone], `${path}.zone`);
      else if (tenantId !== null) throw badRequest("must name a zone: the mall's total is the mall's", `${path}.zone`);
    });
  }

  const record = (asked: Asked, action: string, webhookId: string, detail?: string): Promise<void> =>
    audit.record({
      actor: actorOf(asked.principal),
      action: `webhook.${action}`,
      siteId: asked.siteId,
      subject: webhookId,
      detail: detail ?? null,
      ip: asked.ip,
    });

  const shownDelivery = (row: DeliveryRow) => ({
    id: row.id,
    sequence: row.sequence,
    type: row.type,
    state: row.state,
    at: iso(row.atMs),
    attempts: row.attempts,
    lastAttemptAt: isoOrNull(row.lastMs),
    nextAttemptAt: isoOrNull(row.nextMs),
    lastStatus: row.lastStatus,
    lastError: row.lastError,
    replayable: row.replayable && row.state !== 'pending',
  });

  return [
    route({
      method: 'get',
      path: '/sites/:site/webhooks',
      summary: 'Webhooks of the site; a retailer gets those of the own tenant',
      access: MANAGERS,
      params: siteParams,
      response: z.array(webhook),
      handler: ({ siteId, tenantId, nowMs }) =>
        Promise.all(
          webhooks
            .all(siteId)
            .filter((one) => tenantId === null || one.tenantId === tenantId)
            .map((one) => view(one, nowMs)),
        ),
    }),
    route({
      method: 'post',
      path: '/sites/:site/webhooks',
      summary:
        'Tell a receiver of events. The secret of its signatures is answered this once. Events of carriers are told only of those who agreed to it',
      access: MANAGERS,
      params: siteParams,
      body: webhookInput,
      response: webhookWithSecret,
      statuses: [201],
      ratePerMinute: CHANGES_PER_MINUTE,
      async handler(context) {
        const { siteId, tenantId, nowMs, body } = context;
        check(context, tenantId, body);
        const made = await webhooks.create(siteId, tenantId, body, nowMs);
        await record(context, 'create', made.id, `${new URL(made.url).host}: ${made.events.join(', ')}`);
        return new Reply(201, { ...(await view(made, nowMs)), secret: made.secret });
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/webhooks/:webhook',
      summary: 'One webhook, with the figures of its deliveries',
      access: MANAGERS,
      params,
      response: webhook,
      handler: (context) => view(requireOwn(context, context.params.webhook), context.nowMs),
    }),
    route({
      method: 'put',
      path: '/sites/:site/webhooks/:webhook',
      summary: 'Change a webhook; enabling one that was switched off because its receiver was gone starts it anew',
      access: MANAGERS,
      params,
      body: webhookInput,
      response: webhook,
      ratePerMinute: CHANGES_PER_MINUTE,
      async handler(context) {
        const before = requireOwn(context, context.params.webhook);
        check(context, before.tenantId, context.body);
        const changed = await webhooks.change(before, context.body);
        await record(context, 'change', before.id, `${new URL(changed.url).host}: ${changed.events.join(', ')}`);
        return view(changed, context.nowMs);
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/webhooks/:webhook',
      summary: 'Remove a webhook with all its deliveries',
      access: MANAGERS,
      params,
      ratePerMinute: CHANGES_PER_MINUTE,
      async handler(context) {
        const found = requireOwn(context, context.params.webhook);
        await webhooks.remove(found);
        await record(context, 'remove', found.id);
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/webhooks/:webhook/secret',
      summary: 'A new secret, answered this once; for a day deliveries are signed with the one before as well',
      access: MANAGERS,
      params,
      response: webhookWithSecret,
      ratePerMinute: CLICKS_PER_MINUTE,
      async handler(context) {
        const rotated = await webhooks.rotate(requireOwn(context, context.params.webhook), context.nowMs);
        await record(context, 'rotate', rotated.id);
        return { ...(await view(rotated, context.nowMs)), secret: rotated.secret };
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/webhooks/:webhook/test',
      summary: 'Sends an event of type webhook.test; what became of it is in the deliveries',
      access: MANAGERS,
      params,
      statuses: [202],
      ratePerMinute: CLICKS_PER_MINUTE,
      async handler(context) {
        const found = requireOwn(context, context.params.webhook);
        if (!found.enabled) throw new AppError(409, 'disabled', 'the webhook is switched off: switch it on first');
        await outbox.add([
          { webhook: found, type: TEST_EVENT, atMs: context.nowMs, data: { message: 'Promenade reaches you.' } },
        ]);
        return new Reply(202, undefined);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/webhooks/:webhook/deliveries',
      summary: 'Deliveries, the newest first; those that were given up are dead, and wait for a replay for a week',
      access: MANAGERS,
      params,
      query: z.object({
        state: deliveryState.optional(),
        /** Only those with a lower sequence number: the next page. */
        before: z.coerce.number().int().min(0).optional(),
        limit: z.coerce.number().int().min(1).max(1_000).default(100),
      }),
      response: z.object({ deliveries: z.array(delivery) }),
      handler: async (context) => {
        const { state, before, limit } = context.query;
        const rows = await outbox.list(requireOwn(context, context.params.webhook).id, {
          limit,
          ...(state === undefined ? {} : { state }),
          ...(before === undefined ? {} : { beforeSeq: before }),
        });
        return { deliveries: rows.map(shownDelivery) };
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/webhooks/:webhook/deliveries/:delivery/replay',
      summary: 'Sends one again, under the id that it had',
      access: MANAGERS,
      params: deliveryParams,
      statuses: [202],
      ratePerMinute: CLICKS_PER_MINUTE,
      async handler(context) {
        const found = requireOwn(context, context.params.webhook);
        if ((await outbox.replay(found.id, { id: context.params.delivery }, context.nowMs)) === 0)
          throw new AppError(
            409,
            'not-replayable',
            'nothing is left of it to send: it is still to be sent, was of a person, or lies too far back',
          );
        await record(context, 'replay', found.id, context.params.delivery);
        return new Reply(202, undefined);
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/webhooks/:webhook/replay',
      summary: 'Sends everything again that was given up and happened since then',
      access: MANAGERS,
      params,
      body: z.object({ since: instant }),
      response: z.object({ replayed: z.int() }),
      ratePerMinute: CLICKS_PER_MINUTE,
      async handler(context) {
        const found = requireOwn(context, context.params.webhook);
        const { since } = context.body;
        const replayed = await outbox.replay(found.id, { deadSinceMs: since }, context.nowMs);
        await record(context, 'replay', found.id, `${replayed} since ${iso(since)}`);
        return { replayed };
      },
    }),
  ];
}
