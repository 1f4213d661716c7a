/** A campaign's life: draft → live ⇄ paused → ended. Pure. */
import type { Campaign, Trigger } from '../contract/campaigns.ts';
import type { EngineEvent } from '../engine/types.ts';

export type Status = Campaign['status'];
export type CampaignAction = 'start' | 'pause' | 'end';

const MOVES: Record<CampaignAction, { from: readonly Status[]; to: Status }> = {
  start: { from: ['draft', 'rehearsed', 'approved', 'paused'], to: 'live' },
  pause: { from: ['live'], to: 'paused' },
  end: { from: ['draft', 'rehearsed', 'approved', 'live', 'paused'], to: 'ended' },
};

/** Undefined where the action is not open to that status. */
export function statusAfter(status: Status, action: CampaignAction): Status | undefined {
  const move = MOVES[action];
  return move.from.includes(status) ? move.to : undefined;
}

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
