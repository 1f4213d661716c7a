/** Campaigns, their decisions and funnels, and the mall's attention settings. A retailer sees its own tenant's alone. */
import { z } from 'zod';
import {
  afterRehearsal,
  type CampaignAction,
  changed,
  isSubstantialChange,
  mayGoLive,
  statusAfter,
} from '../../campaigns/campaign.ts';
import { iso } from '../../campaigns/ledger.ts';
import type { OfferServices } from '../../campaigns/open.ts';
import {
  approvalInput,
  attention,
  type Campaign,
  campaign,
  campaignInput,
  rejectionInput,
} from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import { AppError, conflict, notFound } from '../../errors.ts';
import { idFromName } from '../../floor/zoneIds.ts';
import { DEFAULT_RETENTION_DAYS } from '../../privacy/consentTexts.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams, withPathId } from '../resources.ts';
import { type Access, Reply, type Route, route } from '../route.ts';
import { type Asked, checkedCampaign } from './campaignChecks.ts';
import { campaignDecisionRoutes } from './campaignDecisions.ts';

export interface CampaignRouteParts {
  services: Pick<OfferServices, 'campaigns' | 'log' | 'images'>;
  registry: Registry;
  /** How long visits of identified carriers are kept. @default 90 */
  retentionDays?: number;
  /** Replays history under the campaign and keeps the result; a draft that is started asks for it. */
  rehearse?: (siteId: string, campaign: Campaign, nowMs: number) => Promise<unknown>;
}

const EVERYONE: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const MALL: Access = { roles: ['owner', 'manager'], scope: 'site' };

const campaignBody = campaignInput.partial({ id: true });
const campaignParams = z.object({ site: id, campaign: id });
/** A mall runs dozens; it bounds memory. */
const MAX_CAMPAIGNS = 2_000;

export function campaignRoutes(parts: CampaignRouteParts): Route[] {
  const { services, registry, rehearse, retentionDays = DEFAULT_RETENTION_DAYS } = parts;
  const { campaigns, log, images } = services;

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

  const checked = (asked: Asked, input: z.output<typeof campaignInput>) =>
    checkedCampaign({ registry, images, retentionDays }, asked, input);

  const moved = (found: Campaign, action: CampaignAction): Campaign => {
    const status = statusAfter(found.status, action);
    if (status !== undefined) return { ...found, status };
    const first = action === 'approve' && found.status === 'draft' ? ': rehearse it first' : '';
    throw conflict(`a campaign that is ${found.status} cannot be moved by ${action}${first}`);
  };

  const move = (action: 'pause' | 'end', summary: string): Route =>
    route({
      method: 'post',
      path: `/sites/:site/campaigns/:campaign/${action}`,
      summary,
      access: EVERYONE,
      params: campaignParams,
      response: campaign,
      handler: async (context) => {
        const next = moved(require(context, context.params.campaign), action);
        await campaigns.put(context.siteId, next, context.nowMs);
        return next;
      },
    });

  /** A draft is rehearsed on the way; what was rehearsed is what goes on, so a change meanwhile stops it. */
  async function rehearsed(asked: Asked & { nowMs: number }, found: Campaign): Promise<Campaign> {
    if (found.status !== 'draft') return found;
    await rehearse?.(asked.siteId, found, asked.nowMs);
    const now = require(asked, found.id);
    if (now !== found && now.status === 'draft')
      throw conflict('the campaign was changed while it was rehearsed: look at it and start it again');
    const next = afterRehearsal(now);
    if (next !== now) await campaigns.put(asked.siteId, next, asked.nowMs);
    return next;
  }

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
        const input = await checked(context, { ...body, id: body.id ?? idFromName(body.name, 'campaign', taken) });
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
      summary:
        'Creates a campaign as a draft, or changes one that has not ended. What is changed in substance is a draft again; while it is live only name, stock, budget and the last day of its schedule change',
      access: EVERYONE,
      params: campaignParams,
      body: campaignBody,
      response: campaign,
      handler: async (context) => {
        const { siteId, params, body, nowMs } = context;
        const input = await checked(context, withPathId(params.campaign, body));
        const known = campaigns.get(siteId, params.campaign);
        // An id that another tenant uses is taken; of what it names nothing is told.
        if (known !== undefined && find(context, known.id) === undefined)
          throw conflict(`campaign ${known.id} exists already`, 'body.id');
        if (known?.status === 'ended') throw conflict('a campaign that has ended cannot be changed: make a new one');
        const next =
          known === undefined ? { ...input, status: 'draft' as const, rejection: null } : changed(known, input);
        if (next === undefined)
          throw conflict(
            'while a campaign is live only its name, stock, budget and the last day of its schedule can be changed: pause it first',
          );
        await campaigns.put(siteId, next, nowMs);
        return next;
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/campaigns/:campaign',
      summary: 'Removes a campaign that is neither live nor paused; its decisions stay',
      access: EVERYONE,
      params: campaignParams,
      handler: async (context) => {
        const found = require(context, context.params.campaign);
        if (found.status === 'live' || found.status === 'paused')
          throw conflict(`a campaign that is ${found.status} cannot be removed: end it first`);
        await campaigns.remove(context.siteId, found.id);
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/campaigns/:campaign/start',
      summary: 'Makes a campaign live; a draft is rehearsed first. 409 where the mall asks to approve it before',
      access: EVERYONE,
      params: campaignParams,
      response: campaign,
      handler: async (context) => {
        const { siteId, nowMs } = context;
        const found = require(context, context.params.campaign);
        moved(found, 'start');
        const ready = await rehearsed(context, found);
        if (!mayGoLive(ready, campaigns.attention(siteId)))
          throw new AppError(
            409,
            'approval-required',
            `the mall approves campaigns before they go live: this one is ${ready.status} and waits for that`,
          );
        const live = moved(ready, 'start');
        await campaigns.put(siteId, live, nowMs);
        return live;
      },
    }),
    move('pause', 'Sends no more until it is started again; codes that are out stay good'),
    move('end', 'For good; codes that are out stay good until they expire'),
    route({
      method: 'post',
      path: '/sites/:site/campaigns/:campaign/approve',
      summary: 'The mall agrees to a campaign that was rehearsed; 409 where it is no longer the one that was `seen`',
      access: MALL,
      params: campaignParams,
      body: approvalInput,
      response: campaign,
      handler: async (context) => {
        const found = require(context, context.params.campaign);
        const { seen } = context.body;
        if (seen !== undefined) {
          const { status: _, rejection: __, ...kept } = found;
          if (isSubstantialChange(seen, kept))
            throw conflict('the campaign was changed since you looked at it: read it again', 'body.seen');
        }
        const next = { ...moved(found, 'approve'), rejection: null };
        await campaigns.put(context.siteId, next, context.nowMs);
        return next;
      },
    }),
    route({
      method: 'post',
      path: '/sites/:site/campaigns/:campaign/reject',
      summary: 'The mall sends a campaign back to draft, and says why',
      access: MALL,
      params: campaignParams,
      body: rejectionInput,
      response: campaign,
      handler: async (context) => {
        const { siteId, body, nowMs } = context;
        const rejection = { reason: body.reason, at: iso(nowMs) };
        const next = { ...moved(require(context, context.params.campaign), 'reject'), rejection };
        await campaigns.put(siteId, next, nowMs);
        return next;
      },
    }),
    ...campaignDecisionRoutes({ campaigns, log, registry, access: EVERYONE, require }),
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
