/** Whether a campaign fires for a shopper now, and why. Pure. */
import type { Attention, Campaign } from '../contract/campaigns.ts';
import type { TriggerEvent } from './campaign.ts';
import type { ReasonCode, ReasonParams } from './reasons.ts';
import { inQuietHours, inSchedule } from './schedule.ts';

/** Older ones feed analytics only: where somebody was a minute ago is not where they are. */
export const STALE_AFTER_MS = 60_000;
/** A person walks through a shop front in about as long; later the offer is about a place they have left. */
export const DEADLINE_MS = 5_000;

export interface DecisionContext {
  nowMs: number;
  timezone: string;
  event: TriggerEvent;
  campaign: Campaign;
  attention: Attention;
  consent: { presence: boolean; push: boolean };
  /** Undefined until the shopper has agreed to presence: nothing of theirs is looked up before. */
  shopper:
    | {
        /** Two transmitters have the carrier's identity: nobody knows whose event it is. */
        cloned: boolean;
        paused: boolean;
        phoneConnected: boolean;
        /** Newest offer of this campaign, or the time at which it would have fired for control. */
        lastOfCampaignMs: number | null;
        pushesThisVisit: number;
        pushesOfTenantToday: number;
        inControl: boolean;
      }
    | undefined;
  /** Null: no limit. */
  stockLeft: number | null;
}

export type Decision = { outcome: 'fire' } | { outcome: 'held' | 'control'; code: ReasonCode; params: ReasonParams };

const held = (code: ReasonCode, params: ReasonParams = {}): Decision => ({ outcome: 'held', code, params });

/** Control comes last: those held back at random are compared with those who were sent the offer, so they must pass every other test. */
export function decide(context: DecisionContext): Decision {
  const { nowMs, timezone, event, campaign, attention, consent, shopper, stockLeft } = context;
  if (!consent.presence || shopper === undefined) return held('no-consent', { purpose: 'presence' });
  if (!consent.push) return held('no-consent', { purpose: 'push' });
  if (campaign.status !== 'live') return held('campaign-not-live');
  if (nowMs - event.sightingAtMs > STALE_AFTER_MS)
    return held('stale-sighting', { seconds: Math.round((nowMs - event.sightingAtMs) / 1_000) });
  if (shopper.cloned) return held('cloned');
  if (shopper.paused) return held('paused');
  if (!inSchedule(campaign.schedule, nowMs, timezone)) return held('out-of-schedule');
  if (inQuietHours(attention.quietHours, nowMs, timezone))
    return held('quiet-hours', { from: attention.quietHours!.from, to: attention.quietHours!.to });
  if (shopper.lastOfCampaignMs !== null && nowMs - shopper.lastOfCampaignMs < campaign.cooldownMinutes * 60_000)
    return held('cooldown', { minutes: campaign.cooldownMinutes });
  if (shopper.pushesThisVisit >= attention.pushesPerVisit)
    return held('attention-budget', { limit: 'visit', max: attention.pushesPerVisit });
  if (shopper.pushesOfTenantToday >= attention.pushesPerTenantPerDay)
    return held('attention-budget', { limit: 'tenant-day', max: attention.pushesPerTenantPerDay });
  if (stockLeft !== null && stockLeft <= 0) return held('stock-out');
  if (!shopper.phoneConnected) return held('phone-closed');
  if (shopper.inControl) return { outcome: 'control', code: 'control', params: {} };
  return { outcome: 'fire' };
}

export interface SendContext {
  nowMs: number;
  decidedMs: number;
  consent: { presence: boolean; push: boolean };
  paused: boolean;
  /** An exit trigger does not need it. */
  inZone: boolean;
  campaignLive: boolean;
  erased: boolean;
}

/** Asked again with the offer in hand; undefined: send. */
export function holdAtSend(context: SendContext): { code: ReasonCode; params: ReasonParams } | undefined {
  if (context.erased || !context.consent.presence) return { code: 'no-consent', params: { purpose: 'presence' } };
  if (!context.consent.push) return { code: 'no-consent', params: { purpose: 'push' } };
  if (context.paused) return { code: 'paused', params: {} };
  if (!context.campaignLive) return { code: 'campaign-not-live', params: {} };
  if (!context.inZone) return { code: 'left-zone', params: {} };
  if (context.nowMs - context.decidedMs >= DEADLINE_MS)
    return { code: 'deadline', params: { seconds: DEADLINE_MS / 1_000 } };
  return undefined;
}
