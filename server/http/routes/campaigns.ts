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
  type CampaignInput,
  campaign,
  campaignInput,
  rejectionInput,
} from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import { AppError, conflict, notFound } from '../../errors.ts';
import { idFromName } from '../../floor/zoneIds.ts';
import { type Audit, actorOf } from '../../privacy/audit.ts';
import { DEFAULT_RETENTION_DAYS } from '../../privacy/consentTexts.ts';
import type { Registry } from '../../registry/types.ts';
import { siteParams, withPathId } from '../resources.ts';
import { type Access, Reply, type Route, type RouteContext, route } from '../route.ts';
import { named } from '../schemaNames.ts';
import { type Asked, checkedCampaign } from './campaignChecks.ts';
import { campaignDecisionRoutes } from './campaignDecisions.ts';

export interface CampaignRouteParts {
  /** Who started, approved and rejected what, and changed the budget of attention. */
  audit?: Pick<Audit, 'record'>;
  services: Pick<OfferServices, 'campaigns' | 'log' | 'images'>;
  registry: Registry;
  /** How long visits of identified carriers are kept. @default 90 */
  retentionDays?: number;
  /** Replays history under the campaign and keeps the result; a draft that is started asks for it. */
  rehearse?: (siteId: string, campaign: Campaign, nowMs: number) => Promise<unknown>;
}

const EVERYONE: Access = { roles: ['owner', 'manager', 'retailer'], scope: 'site' };
const MALL: Access = { roles: ['owner', 'manager'], scope: 'site' };

const campaignBody = named('CampaignDraft', campaignInput.partial({ id: true }));
const campaignParams = z.object({ site: id, campaign: id });
/** A mall runs dozens; it bounds memory. */
const MAX_CAMPAIGNS = 2_000;
/** A tenant that makes them by a script leaves room for the others. */
export const MAX_CAMPAIGNS_OF_TENANT = 200;

export function campaignRoutes(parts: CampaignRouteParts): Route[] {
  const { services, registry, rehearse, retentionDays = DEFAULT_RETENTION_DAYS } = parts;
  const { campaigns, log, images } = services;

  /** Another tenant's campaign looks as if it did not exist. */
  const own = ({ tenantId }: Asked, campaignId: string, known: Campaign | undefined): Campaign => {
    if (known === undefined || (tenantId !== null && known.tenantId !== tenantId))
      throw notFound(`campaign ${campaignId}`);
    return known;
  };
  const require = (asked: Asked, campaignId: string): Campaign =>
    own(asked, campaignId, campaigns.get(asked.siteId, campaignId));

  type Changing = Asked & { nowMs: number; params: { campaign: string } };
  const change = <Next extends Campaign | undefined>(context: Changing, next: (known: Campaign) => Next) => {
    const { siteId, nowMs, params } = context;
    return campaigns.change(siteId, params.campaign, nowMs, (known) => next(own(context, params.campaign, known)));
  };

  const checked = (asked: Asked, input: z.output<typeof campaignInput>) =>
    checkedCampaign({ registry, images, retentionDays }, asked, input);

  type Acting = Pick<RouteContext, 'principal' | 'siteId' | 'ip'>;
  const audited = async ({ principal, siteId, ip }: Acting, action: string, subject: string, detail?: string) => {
    const actor = actorOf(principal);
    await parts.audit?.record({ actor, action, siteId, subject, ip, ...(detail === undefined ? {} : { detail }) });
  };

  function draft(siteId: string, input: CampaignInput): Campaign {
    const all = campaigns.all(siteId);
    if (all.length >= MAX_CAMPAIGNS)
      throw conflict(`a site holds at most ${MAX_CAMPAIGNS} campaigns: remove some that have ended`);
    const { tenantId } = input;
    if (tenantId !== null && all.filter((one) => one.tenantId === tenantId).length >= MAX_CAMPAIGNS_OF_TENANT)
      throw conflict(`a tenant holds at most ${MAX_CAMPAIGNS_OF_TENANT} campaigns: remove some that have ended`);
    return { ...input, status: 'draft', rejection: null };
  }

  /** Also where a removed campaign of another tenant had the id: what is known of that one stays with it. */
  async function mustBeFree(siteId: string, { id, tenantId }: CampaignInput): Promise<void> {
    if (await log.isOfAnother(siteId, id, tenantId)) throw conflict(`campaign ${id} exists already`, 'body.id');
  }

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
      handler: (context) => change(context, (known) => moved(known, action)),
    });

  /** A draft is rehearsed on the way; what was rehearsed is what goes on, so a change meanwhile stops it. */
  async function rehearsed(context: Changing): Promise<Campaign> {
    const found = require(context, context.params.campaign);
    moved(found, 'start');
    if (found.status !== 'draft') return found;
    await rehearse?.(context.siteId, found, context.nowMs);
    return change(context, (now) => {
      if (now !== found && now.status === 'draft')
        throw conflict('the campaign was changed while it was rehearsed: look at it and start it again');
      return afterRehearsal(now);
    });
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
        const others = new Set<string>();
        const taken = (campaignId: string): boolean =>
          others.has(campaignId) || campaigns.get(siteId, campaignId) !== undefined;
        const named = (): string => idFromName(body.name, 'campaign', taken);
        let input = await checked(context, { ...body, id: body.id ?? named() });
        while (body.id === undefined && (await log.isOfAnother(siteId, input.id, input.tenantId))) {
          others.add(input.id);
          input = { ...input, id: named() };
        }
        await mustBeFree(siteId, input);
        const made = await campaigns.change(siteId, input.id, nowMs, (known) => {
          if (known !== undefined) throw conflict(`campaign ${input.id} exists already`, 'body.id');
          return draft(siteId, input);
        });
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
        const { siteId, tenantId, params, body, nowMs } = context;
        const input = await checked(context, withPathId(params.campaign, body));
        await mustBeFree(siteId, input);
        return campaigns.change(siteId, params.campaign, nowMs, (known) => {
          if (known === undefined) return draft(siteId, input);
          // An id that another tenant uses is taken; of what it names nothing is told.
          if (tenantId !== null && known.tenantId !== tenantId)
            throw conflict(`campaign ${known.id} exists already`, 'body.id');
          if (known.status === 'ended') throw conflict('a campaign that has ended cannot be changed: make a new one');
          const next = changed(known, input);
          if (next === undefined)
            throw conflict(
              'while a campaign is live only its name, stock, budget and the last day of its schedule can be changed: pause it first',
            );
          return next;
        });
      },
    }),
    route({
      method: 'delete',
      path: '/sites/:site/campaigns/:campaign',
      summary: 'Removes a campaign that is neither live nor paused; its decisions stay',
      access: EVERYONE,
      params: campaignParams,
      handler: async (context) => {
        await change(context, ({ status }) => {
          if (status === 'live' || status === 'paused')
            throw conflict(`a campaign that is ${status} cannot be removed: end it first`);
          return undefined;
        });
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
        await rehearsed(context);
        const started = await change(context, (ready) => {
          const live = moved(ready, 'start');
          if (ready.status === 'draft')
            throw conflict('the campaign was changed while it was rehearsed: look at it and start it again');
          if (!mayGoLive(ready, campaigns.attention(context.siteId)))
            throw new AppError(
              409,
              'approval-required',
              `the mall approves campaigns before they go live: this one is ${ready.status} and waits for that`,
            );
          return live;
        });
        await audited(context, 'campaign.started', started.id);
        return started;
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
        const approved = await change(context, (known) => {
          const { seen } = context.body;
          const { status: _, rejection: __, ...input } = known;
          if (seen !== undefined && isSubstantialChange(seen, input))
            throw conflict('the campaign was changed since you looked at it: read it again', 'body.seen');
          return { ...moved(known, 'approve'), rejection: null };
        });
        await audited(context, 'campaign.approved', approved.id);
        return approved;
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
        const { reason } = context.body;
        const rejection = { reason, at: iso(context.nowMs) };
        const rejected = await change(context, (known) => ({ ...moved(known, 'reject'), rejection }));
        await audited(context, 'campaign.rejected', rejected.id, reason);
        return rejected;
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
      handler: async (context) => {
        const { siteId, body, nowMs } = context;
        await campaigns.putAttention(siteId, body, nowMs);
        await audited(context, 'attention.changed', siteId, JSON.stringify(body));
        return body;
      },
    }),
  ];
}
