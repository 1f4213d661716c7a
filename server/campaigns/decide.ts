/** Whether a campaign fires for a shopper now, and why. Pure. */
import type { Attention, Campaign } from '../contract/campaigns.ts';
import { type AudienceCondition, needsProfiling } from './audience.ts';
import type { TriggerEvent } from './campaign.ts';
import { endOfLocalDateMs } from './face.ts';
import type { Left } from './offerBook.ts';
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
  consent: { presence: boolean; push: boolean; profiling: boolean };
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
        /** Of any tenant. */
        pushesToday: number;
        pushesOfTenantToday: number;
        /** Of any tenant; null: never. */
        lastPushMs: number | null;
        /** What leaves them out of the campaign's audience; undefined: nothing. */
        audienceMiss: AudienceCondition | undefined;
        inControl: boolean;
      }
    | undefined;
  left: Left;
  /** Of the face that this shopper would get. */
  face: { costMinor: number; validUntil: string | null };
}

export type Decision = { outcome: 'fire' } | { outcome: 'held' | 'control'; code: ReasonCode; params: ReasonParams };

const held = (code: ReasonCode, params: ReasonParams = {}): Decision => ({ outcome: 'held', code, params });

/** Control comes last: those held back at random are compared with those who were sent the offer, so they must pass every other test. */
export function decide(context: DecisionContext): Decision {
  const { nowMs, timezone, event, campaign, attention, consent, shopper, left, face } = context;
  if (!consent.presence || shopper === undefined) return held('no-consent', { purpose: 'presence' });
  if (!consent.push) return held('no-consent', { purpose: 'push' });
  if (!consent.profiling && needsProfiling(campaign)) return held('no-consent', { purpose: 'profiling' });
  if (campaign.status !== 'live') return held('campaign-not-live');
  if (nowMs - event.sightingAtMs > STALE_AFTER_MS)
    return held('stale-sighting', { seconds: Math.round((nowMs - event.sightingAtMs) / 1_000) });
  if (shopper.cloned) return held('cloned');
  if (shopper.paused) return held('paused');
  if (!inSchedule(campaign.schedule, nowMs, timezone)) return held('out-of-schedule');
  if (face.validUntil !== null && nowMs >= endOfLocalDateMs(face.validUntil, timezone)) return held('out-of-schedule');
  if (inQuietHours(attention.quietHours, nowMs, timezone))
    return held('quiet-hours', { from: attention.quietHours!.from, to: attention.quietHours!.to });
  if (shopper.audienceMiss !== undefined) return held('not-in-audience', { condition: shopper.audienceMiss });
  if (shopper.lastOfCampaignMs !== null && nowMs - shopper.lastOfCampaignMs < campaign.cooldownMinutes * 60_000)
    return held('cooldown', { minutes: campaign.cooldownMinutes });
  if (shopper.pushesThisVisit >= attention.pushesPerVisit)
    return held('attention-budget', { limit: 'visit', max: attention.pushesPerVisit });
  if (shopper.pushesToday >= attention.pushesPerDay)
    return held('attention-budget', { limit: 'day', max: attention.pushesPerDay });
  if (shopper.pushesOfTenantToday >= attention.pushesPerTenantPerDay)
    return held('attention-budget', { limit: 'tenant-day', max: attention.pushesPerTenantPerDay });
  if (shopper.lastPushMs !== null && nowMs - shopper.lastPushMs < attention.minSpacingMinutes * 60_000)
    return held('attention-budget', { limit: 'spacing', minutes: attention.minSpacingMinutes });
  if (left.stock !== null && left.stock <= 0) return held('stock-out');
  if (left.budgetMinor !== null && left.budgetMinor < face.costMinor) return held('budget-spent');
  if (!shopper.phoneConnected) return held('phone-closed');
  if (shopper.inControl) return { outcome: 'control', code: 'control', params: {} };
  return { outcome: 'fire' };
}

export interface SendContext {
  nowMs: number;
  decidedMs: number;
  consent: { presence: boolean; push: boolean; profiling: boolean };
  needsProfiling: boolean;
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
  if (!context.consent.profiling && context.needsProfiling)
    return { code: 'no-consent', params: { purpose: 'profiling' } };
  if (context.paused) return { code: 'paused', params: {} };
  if (!context.campaignLive) return { code: 'campaign-not-live', params: {} };
  if (!context.inZone) return { code: 'left-zone', params: {} };
  if (context.nowMs - context.decidedMs >= DEADLINE_MS)
    return { code: 'deadline', params: { seconds: DEADLINE_MS / 1_000 } };
  return undefined;
}
