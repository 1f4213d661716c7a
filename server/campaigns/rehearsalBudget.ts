/**
 * What of a campaign's fires the mall's attention budget leaves: all live campaigns replayed together with it over the same
 * history, for each person one after another, in the order of `decide`. Of the campaign itself each fire has one outcome,
 * so that offers, control and held back add up to the triggers; that one held back might get its offer at a later trigger
 * of the same day is left out. Pure.
 */
import type { Attention } from '../contract/campaigns.ts';
import { inControl } from './experiment.ts';
import type { Fire } from './rehearsalFires.ts';

export interface Contender {
  campaignId: string;
  tenantId: string | null;
  cooldownMs: number;
  controlShare: number;
  /** In order of time; of the campaign itself after its cooldown, of others before. */
  fires: readonly Fire[];
}

/** Codes of `heldPerDay`. */
export const HELD_CODES = [
  'quiet-hours',
  'budget-visit',
  'budget-day',
  'budget-tenant-day',
  'spacing',
  'outranked',
] as const;
export type HeldCode = (typeof HELD_CODES)[number];

export interface DayOutcome {
  offers: number;
  control: number;
  held: Map<HeldCode, number>;
}

interface Person {
  visit: string;
  pushesThisVisit: number;
  day: number;
  pushesToday: number;
  byTenant: Map<string, number>;
  lastPushMs: number;
  /** The last push went to another campaign at the same moment. */
  lastPushCampaign: string;
  lastOfCampaignMs: Map<string, number>;
}

interface Bid {
  contender: Contender;
  fire: Fire;
}

/** `isQuiet`: in the mall's quiet hours. */
export function replayBudget(
  subject: Contender,
  others: readonly Contender[],
  attention: Pick<Attention, 'pushesPerVisit' | 'pushesPerDay' | 'pushesPerTenantPerDay' | 'minSpacingMinutes'>,
  isQuiet: (atMs: number) => boolean,
): Map<number, DayOutcome> {
  const concerned = new Set(subject.fires.map(({ person }) => person));
  const bids: Bid[] = [];
  for (const contender of [subject, ...others])
    for (const fire of contender.fires) if (concerned.has(fire.person)) bids.push({ contender, fire });
  const pushes = new Map<string, number>();
  const pushed = (id: string): number => pushes.get(id) ?? 0;
  bids.sort((a, b) => a.fire.atMs - b.fire.atMs);

  const people = new Map<string, Person>();
  const days = new Map<number, DayOutcome>();
  const take = ({ contender, fire }: Bid): void => {
    const person = personOf(people, fire);
    const outcome = decideBid(contender, fire, person, attention, isQuiet);
    if (outcome === 'sent') {
      pushes.set(contender.campaignId, pushed(contender.campaignId) + 1);
      note(person, contender, fire);
    } else if (outcome === 'control') person.lastOfCampaignMs.set(contender.campaignId, fire.atMs);
    if (contender !== subject || outcome === 'cooldown') return;
    const day = days.get(fire.day) ?? { offers: 0, control: 0, held: new Map() };
    days.set(fire.day, day);
    if (outcome === 'sent') day.offers += 1;
    else if (outcome === 'control') day.control += 1;
    else day.held.set(outcome, (day.held.get(outcome) ?? 0) + 1);
  };
  // At the same moment the one that had fewer pushes so far comes first: fair rotation where nothing else tells them apart.
  for (let from = 0; from < bids.length; ) {
    let to = from + 1;
    while (to < bids.length && bids[to]!.fire.atMs === bids[from]!.fire.atMs) to += 1;
    const together = bids.slice(from, to);
    if (together.length > 1)
      together.sort(
        (a, b) =>
          pushed(a.contender.campaignId) - pushed(b.contender.campaignId) ||
          (a.contender.campaignId < b.contender.campaignId ? -1 : 1),
      );
    for (const bid of together) take(bid);
    from = to;
  }
  return days;
}

function personOf(people: Map<string, Person>, { person: id, visit, day }: Fire): Person {
  let person = people.get(id);
  if (!person) {
    person = {
      visit,
      pushesThisVisit: 0,
      day,
      pushesToday: 0,
      byTenant: new Map(),
      lastPushMs: Number.NEGATIVE_INFINITY,
      lastPushCampaign: '',
      lastOfCampaignMs: new Map(),
    };
    people.set(id, person);
  }
  if (person.visit !== visit) {
    person.visit = visit;
    person.pushesThisVisit = 0;
  }
  if (person.day !== day) {
    person.day = day;
    person.pushesToday = 0;
    person.byTenant.clear();
  }
  return person;
}

function decideBid(
  { campaignId, tenantId, cooldownMs, controlShare }: Contender,
  { atMs, person: personId }: Fire,
  person: Person,
  attention: Parameters<typeof replayBudget>[2],
  isQuiet: (atMs: number) => boolean,
): HeldCode | 'cooldown' | 'control' | 'sent' {
  if (isQuiet(atMs)) return 'quiet-hours';
  if (atMs - (person.lastOfCampaignMs.get(campaignId) ?? Number.NEGATIVE_INFINITY) < cooldownMs) return 'cooldown';
  // Whoever came first at this very moment took the place.
  const rival = person.lastPushMs === atMs && person.lastPushCampaign !== campaignId;
  if (person.pushesThisVisit >= attention.pushesPerVisit) return rival ? 'outranked' : 'budget-visit';
  if (person.pushesToday >= attention.pushesPerDay) return rival ? 'outranked' : 'budget-day';
  if ((person.byTenant.get(tenantId ?? '') ?? 0) >= attention.pushesPerTenantPerDay)
    return rival ? 'outranked' : 'budget-tenant-day';
  if (atMs - person.lastPushMs < attention.minSpacingMinutes * 60_000) return rival ? 'outranked' : 'spacing';
  return inControl(personId, campaignId, controlShare) ? 'control' : 'sent';
}

function note(person: Person, { campaignId, tenantId }: Contender, { atMs }: Fire): void {
  person.pushesThisVisit += 1;
  person.pushesToday += 1;
  person.byTenant.set(tenantId ?? '', (person.byTenant.get(tenantId ?? '') ?? 0) + 1);
  person.lastPushMs = atMs;
  person.lastPushCampaign = campaignId;
  person.lastOfCampaignMs.set(campaignId, atMs);
}
