/** What became of a campaign: decisions, what was held back and why, the funnel. Names nobody, and no other tenant. */
import { z } from 'zod';
import type { Campaigns } from '../../campaigns/campaigns.ts';
import type { Crowd, DecisionLog, DecisionRow } from '../../campaigns/decisionLog.ts';
import { iso } from '../../campaigns/ledger.ts';
import { reasonWords } from '../../campaigns/reasons.ts';
import { startOfLocalDayMs } from '../../campaigns/schedule.ts';
import {
  type Campaign,
  type DecisionView,
  decisionView,
  funnel,
  type HeldLog,
  heldLog,
} from '../../contract/campaigns.ts';
import { id } from '../../contract/model.ts';
import { dayText, localDay } from '../../metrics/localTime.ts';
import type { Registry } from '../../registry/types.ts';
import { type Access, type Route, route } from '../route.ts';
import type { Asked } from './campaignChecks.ts';

export interface DecisionRouteParts {
  campaigns: Campaigns;
  log: DecisionLog;
  registry: Registry;
  access: Access;
  /** @throws not-found where it is none, or another tenant's. */
  require: (asked: Asked, campaignId: string) => Campaign;
}

const params = z.object({ site: id, campaign: id });
/** To the second, a row could be matched with who stood there, or with the row of another zone: together they are a path. */
const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const SAMPLES = 50;

export function crowdOf(registry: Pick<Registry, 'site' | 'definitions'>, siteId: string, nowMs: number): Crowd {
  const { timezone } = registry.site(siteId)!;
  const { kAnonymity } = registry.definitions(siteId).definitions;
  return { timezone, k: kAnonymity, beforeMs: startOfLocalDayMs(nowMs, timezone) };
}

export function campaignDecisionRoutes({ campaigns, log, registry, access, require }: DecisionRouteParts): Route[] {
  /** To the mall every campaign has a name; to a tenant its own have. */
  const nameOf = ({ siteId, tenantId }: Asked, campaignId: string | null): string | null => {
    const winner = campaignId === null ? undefined : campaigns.get(siteId, campaignId);
    if (winner === undefined) return tenantId === null ? campaignId : null;
    return tenantId === null || winner.tenantId === tenantId ? winner.name : null;
  };
  const crowd = ({ siteId, nowMs }: { siteId: string; nowMs: number }): Crowd => crowdOf(registry, siteId, nowMs);
  const view = (asked: Asked, row: DecisionRow): DecisionView => ({
    at: iso(Math.floor(row.decidedMs / QUARTER_MS) * QUARTER_MS),
    zoneId: row.zoneId,
    trigger: row.trigger,
    outcome: row.outcome,
    code: row.code,
    reason: row.words,
    variant: row.variant,
    latencyMs: row.latencyMs,
    score: row.score,
    outrankedBy: nameOf(asked, row.outrankedBy),
  });

  return [
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign/decisions',
      summary:
        'What was sent and what was held back, with the reason; names nobody, and times are quarter hours. What came of baskets is shown of days that are over and had enough shoppers with one',
      access,
      params,
      query: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
      response: z.object({ decisions: z.array(decisionView) }),
      handler: async (context) => {
        const found = require(context, context.params.campaign);
        const rows = await log.ofCampaign(context.siteId, found.id, context.query.limit, { crowd: crowd(context) });
        return { decisions: rows.map((row) => view(context, row)) };
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign/held',
      summary:
        'What was held back: counts by reason and by local day, which campaigns ranked higher (named to the mall and to their own tenant), and samples',
      access,
      params,
      query: z.object({ days: z.coerce.number().int().min(1).max(400).default(28) }),
      response: heldLog,
      handler: async (context): Promise<HeldLog> => {
        const { siteId, nowMs, query } = context;
        const found = require(context, context.params.campaign);
        const shown = crowd(context);
        const { timezone } = shown;
        const fromMs = Math.floor((nowMs - query.days * DAY_MS) / QUARTER_MS) * QUARTER_MS;
        const [{ quarters, reasons, winners }, samples] = await Promise.all([
          log.held(siteId, found.id, fromMs, shown),
          log.ofCampaign(siteId, found.id, SAMPLES, { outcome: 'held', crowd: shown }),
        ]);
        const days = new Map<string, HeldLog['byDay'][number]>();
        for (const { startMs, outcome, code, count } of quarters) {
          const date = dayText(localDay(timezone, startMs));
          const day = days.get(date) ?? { date, sent: 0, control: 0, held: {} };
          days.set(date, day);
          if (outcome === 'held') day.held[code] = (day.held[code] ?? 0) + count;
          else day[outcome] += count;
        }
        // Winners without a name are one line: how many there are is not the tenant's to know.
        const byName = new Map<string | null, number>();
        for (const { campaignId, count } of winners) {
          const name = nameOf(context, campaignId);
          byName.set(name, (byName.get(name) ?? 0) + count);
        }
        return {
          from: iso(fromMs),
          to: iso(nowMs),
          byReason: reasons.map(({ code, detail, params: figures, count }) => ({
            code,
            detail,
            reason: reasonWords(code, JSON.parse(figures), 'en'),
            count,
          })),
          byDay: [...days.values()],
          outrankedBy: [...byName].map(([campaign, count]) => ({ campaign, count })),
          samples: samples.map((row) => view(context, row)),
        };
      },
    }),
    route({
      method: 'get',
      path: '/sites/:site/campaigns/:campaign/funnel',
      summary: 'Would fire, sent, opened, redeemed; held back by reason; latency to the phone',
      access,
      params,
      response: funnel,
      handler: (context) => log.funnel(context.siteId, require(context, context.params.campaign).id, crowd(context)),
    }),
  ];
}
