/** Campaigns, their decisions and funnels, and the mall's attention settings. A retailer sees its own tenant's alone. */
import { z } from 'zod';
import { type CampaignAction, statusAfter } from '../../campaigns/campaign.ts';
import { iso } from '../../campaigns/ledger.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import { attention, type Campaign, campaign, campaignInput, decisionView, funnel } from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import { badRequest, conflict, forbidden, notFound } from '../../errors.ts';
import { idFromName } from '../../floor/zoneIds.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams, withPathId } from '../resources.ts';
import { type Access, Reply, type Route, type RouteContext, route } from '../route.ts';

export interface CampaignRouteParts {
  services: Pick<OfferServices, 'campaigns' | 'log'>;
  registry: Registry;
}

const EVERYONE: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const MALL: Access = { roles: ['owner', 'manager'], scope: 'site' };

const campaignBody = campaignInput.partial({ id: true });
const campaignParams = z.object({ site: id, campaign: id });
/** To the second, a row could be matched with who stood there, or with the row of another zone: together they are a path. */
const QUARTER_MS = 900_000;
/** A mall runs dozens; it bounds memory. */
const MAX_CAMPAIGNS = 2_000;

type Asked = Pick<RouteContext, 'siteId' | 'tenantId'>;

export function campaignRoutes({ services, registry }: CampaignRouteParts): Route[] {
  const { campaigns, log } = services;

  /** Another tenant's campaign looks as if it did not exist. */
  const find = ({ siteId, tenantId }: Asked, campaignId: string): Campaign | undefined => {
    const found = campaigns.get(siteId, campaignId);
    return found === undefined || (tenantId !== null && found.tenantId !== tenantId) ? undefined : found;
  };
  const require = (asked: Asked, campaignId: string): Campaign => {
    const found = find(asked, campaignId);
    if (found === undefined) throw notFound(`campaign ${campaignId}`);
    return found;
  };

  /** The input as it may be kept: of the retailer's tenant, in zones that exist and that the tenant may use. */
  const checked = ({ siteId, tenantId }: Asked, input: z.output<typeof campaignInput>) => {
    if (tenantId !== null && input.tenantId !== null && input.tenantId !== tenantId)
      throw forbidden('this account makes campaigns of its own tenant only');
    input.zoneIds.forEach((zoneId, i) => {
      const zone = registry.zones.get(siteId, zoneId);
      if (zone === undefined) throw badRequest(`zone ${zoneId} does not exist`, `body.zoneIds.${i}`);
      if (tenantId !== null && zone.tenantId !== tenantId)
        throw badRequest(`zone ${zoneId} does not belong to tenant ${tenantId}`, `body.zoneIds.${i}`);
    });
    return { ...input, zoneIds: [...new Set(input.zoneIds)], tenantId: tenantId ?? input.tenantId };
  };

  const move = (action: CampaignAction, summary: string): Route =>
    route({
      method: 'post',
      path: `/sites/:site/campaigns/:campaign/${action}`,
      summary,
      access: EVERYONE,
      params: campaignParams,
      response: campaign,
      handler: async (context) => {
        const found = require(context, context.params.campaign);
        const status = statusAfter(found.status, action);
        if (status === undefined) throw conflict(`a campaign that is ${found.status} cannot be moved by ${action}`);
        const moved = { ...found, status };
        await campaigns.put(context.siteId, moved, context.nowMs);
        return moved;
      },
    });

  return [
    route({
      method: 'get',
      path: '/sites/:site/campaigns',
      summary: 'All campaigns, a retailer’s own',
      access: EVERYONE,
      params: siteParams,
      response: z.object({ campaigns: z.array(campaign) }),
      handler: ({ siteId, tenantId }) => ({
        campaigns: campaigns.all(siteId).filter((one) => tenantId === null || one.tenantId === tenantId),
      }),
    }),
    route({
      method: 'post',
      path: '/sites/:site/campaigns',
      summary: 'A new campaign, as a draft',
      access: EVERYONE,
      params: siteParams,
      body: campaignBody,
      response: campaign,
      statuses: [201],
      handler: async (context) => {
        const { siteId, body, nowMs } = context;
        const taken = (campaignId: string): boolean => campaigns.get(siteId, campaignId) !== undefined;
        const input = checked(context, { ...body, id: body.id ?? idFromName(body.name, 'campaign', taken) });
        if (taken(input.id)) throw conflict(`campaign ${input.id} exists already`, 'body.id');
        if (campaigns.all(siteId).length >= MAX_CAMPAIGNS)
          throw conflict(`a site holds at most ${MAX_CAMPAIGNS} campaigns: remove some that have ended`);
        const made: Campaign = { ...input, status: 'draft', rejection: null };
        await campaigns.put(siteId, made, nowMs);
        return new Reply(201, made);
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign',
      summary: 'One campaign',
      access: EVERYONE,
      params: campaignParams,
      response: campaign,
      handler: (context) => require(context, context.params.campaign),
    }),
    route({
      method: 'put',
      path: '/sites/:site/campaigns/:campaign',
      summary: 'Creates a campaign as a draft, or changes one that has not ended; its status stays',
      access: EVERYONE,
      params: campaignParams,
      body: campaignBody,
      response: campaign,
      handler: async (context) => {
        const { siteId, params, body, nowMs } = context;
        const input = checked(context, withPathId(params.campaign, body));
        const known = campaigns.get(siteId, params.campaign);
        // An id that another tenant uses is taken; of what it names nothing is told.
        if (known !== undefined && find(context, known.id) === undefined)
          throw conflict(`campaign ${known.id} exists already`, 'body.id');
        if (known?.status === 'ended') throw conflict('a campaign that has ended cannot be changed: make a new one');
        const changed: Campaign = { ...input, status: known?.status ?? 'draft', rejection: known?.rejection ?? null };
        await campaigns.put(siteId, changed, nowMs);
        return changed;
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/campaigns/:campaign',
      summary: 'Removes a campaign that never started or has ended; its decisions stay',
      access: EVERYONE,
      params: campaignParams,
      handler: async (context) => {
        const found = require(context, context.params.campaign);
        if (found.status !== 'draft' && found.status !== 'ended')
          throw conflict(`a campaign that is ${found.status} cannot be removed: end it first`);
        await campaigns.remove(context.siteId, found.id);
      },
    }),
    move('start', 'Makes a draft or paused campaign live'),
    move('pause', 'Sends no more until it is started again; codes that are out stay good'),
    move('end', 'For good; codes that are out stay good until they expire'),
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign/decisions',
      summary: 'What was sent and what was held back, with the reason; names nobody, and times are quarter hours',
      access: EVERYONE,
      params: campaignParams,
      query: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
      response: z.object({ decisions: z.array(decisionView) }),
      handler: async (context) => {
        const found = require(context, context.params.campaign);
        const rows = await log.ofCampaign(context.siteId, found.id, context.query.limit);
        const views = rows.map((row) => ({
          at: iso(Math.floor(row.decidedMs / QUARTER_MS) * QUARTER_MS),
          zoneId: row.zoneId,
          trigger: row.trigger,
          outcome: row.outcome,
          code: row.code,
          reason: row.words,
          variant: row.variant,
          latencyMs: row.latencyMs,
        }));
        return { decisions: views };
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign/funnel',
      summary: 'Would fire, sent, opened, redeemed; held back by reason; latency to the phone',
      access: EVERYONE,
      params: campaignParams,
      response: funnel,
      handler: (context) => log.funnel(context.siteId, require(context, context.params.campaign).id),
    }),
    route({
      method: 'get',
      path: '/sites/:site/attention',
      summary: 'The attention budget of each shopper, over all tenants',
      access: EVERYONE,
      params: siteParams,
      response: attention,
      handler: ({ siteId }) => campaigns.attention(siteId),
    }),
    route({
      method: 'put',
      path: '/sites/:site/attention',
      summary: 'Changes the attention budget',
      access: MALL,
      params: siteParams,
      body: attention,
      response: attention,
      handler: async ({ siteId, body, nowMs }) => {
        await campaigns.putAttention(siteId, body, nowMs);
        return body;
      },
    }),
  ];
}
