/**
 * A campaign's life: draft → rehearsed → (approved by the mall, where it asks for that) → live ⇄ paused → ended. What is
 * changed in substance begins again as a draft, so that nothing goes live that was not rehearsed and approved as it is. Pure.
 */
import type { Attention, Campaign, CampaignInput, Trigger } from '../contract/campaigns.ts';
import type { EngineEvent } from '../engine/types.ts';

export type Status = Campaign['status'];
export type CampaignAction = 'start' | 'pause' | 'end' | 'approve' | 'reject';

const MOVES: Record<CampaignAction, { from: readonly Status[]; to: Status }> = {
  start: { from: ['draft', 'rehearsed', 'approved', 'paused'], to: 'live' },
  approve: { from: ['rehearsed'], to: 'approved' },
  reject: { from: ['rehearsed', 'approved'], to: 'draft' },
  pause: { from: ['live'], to: 'paused' },
  end: { from: ['draft', 'rehearsed', 'approved', 'live', 'paused'], to: 'ended' },
};

/** Undefined where the action is not open to that status. */
export function statusAfter(status: Status, action: CampaignAction): Status | undefined {
  const move = MOVES[action];
  return move.from.includes(status) ? move.to : undefined;
}

/** What was rehearsed says nothing against it, and nobody objects any more. */
export const afterRehearsal = (campaign: Campaign): Campaign =>
  campaign.status === 'draft' ? { ...campaign, status: 'rehearsed', rejection: null } : campaign;

/** The mall's own campaigns ask nobody; one that is paused was live by approval, and has not been changed since. */
export const mayGoLive = ({ tenantId, status }: Campaign, { approvalRequired }: Attention): boolean =>
  !approvalRequired || tenantId === null || status === 'approved' || status === 'paused';

/** Equal as JSON, in whatever order an object's keys came. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** Fields that change nothing of what a shopper sees, or of who and where: only how much and how long. */
function substanceOf(input: CampaignInput): string {
  const { name, stock, budgetMinor, schedule, ...substance } = input;
  return canonical({ ...substance, schedule: schedule && { ...schedule, endsOn: null } });
}

export const isSubstantialChange = (before: CampaignInput, after: CampaignInput): boolean =>
  substanceOf(before) !== substanceOf(after);

/** Undefined: not while it is live. */
export function changed(before: Campaign, input: CampaignInput): Campaign | undefined {
  const { status, rejection, ...known } = before;
  if (!isSubstantialChange(known, input)) return { ...input, status, rejection };
  return status === 'live' ? undefined : { ...input, status: 'draft', rejection };
}

/**
 * Its zone was redrawn: what was rehearsed, approved or live before was so on other ground. A draft is made anew, so that a
 * rehearsal under way sees that it was of what is no more; one that is live stays, for who may redraw under it knows of it.
 */
export const onNewGround = (campaign: Campaign): Campaign =>
  campaign.status === 'live' || campaign.status === 'ended' ? campaign : { ...campaign, status: 'draft' };

/** The events that can complete a trigger. */
export type TriggerEvent = Extract<EngineEvent, { type: 'entered' | 'exited' | 'dwelled' }>;

export function completes(trigger: Trigger, event: TriggerEvent): boolean {
  switch (trigger.type) {
    case 'enter':
      return event.type === 'entered';
    case 'exit':
      return event.type === 'exited';
    case 'dwell':
      return event.type === 'dwelled' && event.dwellSeconds === trigger.seconds;
    // Whether there was an absence, or is a basket, is asked when the entry is decided.
    case 'return':
    case 'basket':
      return event.type === 'entered';
  }
}

/** What the engine has to be asked for: each zone's dwell times, of campaigns that are live. */
export function dwellSecondsOf(campaigns: readonly Campaign[]): Record<string, number[]> {
  const byZone = new Map<string, Set<number>>();
  for (const { status, trigger, zoneIds } of campaigns) {
    if (status !== 'live' || trigger.type !== 'dwell') continue;
    for (const zoneId of zoneIds) byZone.set(zoneId, (byZone.get(zoneId) ?? new Set()).add(trigger.seconds));
  }
  return Object.fromEntries([...byZone].map(([zoneId, seconds]) => [zoneId, [...seconds].sort((a, b) => a - b)]));
}

/** Order in which campaigns that fire together are tried; the attention budget goes to the first that may. */
export function ranked(campaigns: readonly Campaign[]): Campaign[] {
  return [...campaigns].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
