/**
 * What of a campaign's fires the mall's attention budget leaves: all live campaigns replayed together with it over the same
 * history, each fire decided by `decide` and those of one moment ordered by `rank`, as live. Of the campaign itself each
 * fire has one outcome, so that offers, control and held back add up to the triggers; that one held back might get its
 * offer at a later trigger of the same day is left out. Nothing is known of phones, stock and redemptions. Pure.
 */
import type { Attention, Campaign } from '../contract/campaigns.ts';
import type { TriggerEvent } from './campaign.ts';
import { decide } from './decide.ts';
import { inControl } from './experiment.ts';
import { type RankSignals, rank } from './ranking.ts';
import type { Fire } from './rehearsalFires.ts';

export interface Contender {
  campaign: Campaign;
  /** In order of time; of the campaign itself after its cooldown, of others before. */
  fires: readonly Fire[];
}

export interface DayOutcome {
  offers: number;
  control: number;
  /** By reason code; `attention-budget` by its limit as well: `attention-budget/visit`. */
  held: Map<string, number>;
}

interface Person {
  visit: string;
  pushesThisVisit: number;
  day: number;
  pushesToday: number;
  byTenant: Map<string, number>;
  lastPushMs: number | null;
  lastOfCampaignMs: Map<string, number>;
}

interface Bid extends RankSignals {
  contender: Contender;
  fire: Fire;
}

/** Each is taken to be redeemed as often as the others: of a campaign that never ran nothing is known. */
const NO_REDEMPTIONS = { sent: 0, redeemed: 0 };
const ONE_RATE = { mean: 0.1, strength: 1 };
/** Hours and days were looked at when the fires were found. */
const asLive = (campaign: Campaign): Campaign => ({ ...campaign, status: 'live', schedule: null });
const AGREED = { presence: true, push: true, profiling: true };
const ENOUGH = { stock: null, budgetMinor: null };
const FACE = { costMinor: 0, validUntil: null };

/** `isQuiet`: in the mall's quiet hours. */
export function replayBudget(
  subject: Contender,
  others: readonly Contender[],
  attention: Attention,
  isQuiet: (atMs: number) => boolean,
  timezone: string,
): Map<number, DayOutcome> {
  const days = new Map<number, DayOutcome>();
  const pushes = new Pushes();
  const people = new Map<string, Person>();
  const live = new Map([subject, ...others].map((one) => [one, asLive(one.campaign)]));
  const open: Attention = { ...attention, quietHours: null };

  const outcomeOf = ({ contender, fire }: Bid): string => {
    if (isQuiet(fire.atMs)) return 'quiet-hours';
    const person = personOf(people, fire);
    const { id, tenantId, controlShare } = contender.campaign;
    const decision = decide({
      nowMs: fire.atMs,
      timezone,
      event: eventOf(fire),
      campaign: live.get(contender)!,
      attention: open,
      consent: AGREED,
      shopper: {
        cloned: false,
        paused: false,
        phoneConnected: true,
        lastOfCampaignMs: person.lastOfCampaignMs.get(id) ?? null,
        pushesThisVisit: person.pushesThisVisit,
        pushesToday: person.pushesToday,
        pushesOfTenantToday: person.byTenant.get(tenantId ?? '') ?? 0,
        lastPushMs: person.lastPushMs,
        audienceMiss: undefined,
        inControl: inControl(fire.person, id, controlShare),
      },
      left: ENOUGH,
      face: FACE,
    });
    if (decision.outcome === 'fire') {
      pushes.note(contender.campaign);
      note(person, contender.campaign, fire);
      return 'sent';
    }
    if (decision.outcome === 'control') person.lastOfCampaignMs.set(id, fire.atMs);
    return decision.code === 'attention-budget' ? `${decision.code}/${decision.params.limit}` : decision.code;
  };

  for (const together of momentsOf(subject, others)) {
    const ranked = together.length === 1 ? together : rankedOf(together, pushes, people, together[0]!.fire.atMs);
    for (const bid of ranked) {
      const outcome = outcomeOf(bid);
      if (bid.contender !== subject) continue;
      const day = days.get(bid.fire.day) ?? { offers: 0, control: 0, held: new Map() };
      days.set(bid.fire.day, day);
      if (outcome === 'sent') day.offers += 1;
      else if (outcome === 'control') day.control += 1;
      else day.held.set(outcome, (day.held.get(outcome) ?? 0) + 1);
    }
  }
  return days;
}

/** What campaigns and tenants had of all pushes so far. */
class Pushes {
  #all = 0;
  readonly #by = new Map<string, number>();
  note({ id, tenantId }: Campaign): void {
    this.#all += 1;
    for (const key of [`campaign ${id}`, `tenant ${tenantId}`]) this.#by.set(key, (this.#by.get(key) ?? 0) + 1);
  }
  share(key: string): number {
    return this.#all === 0 ? 0 : (this.#by.get(key) ?? 0) / this.#all;
  }
}

/** Fires in order of time, those of one person at one moment together; of people whom the campaign concerns. */
function* momentsOf(subject: Contender, others: readonly Contender[]): Generator<Bid[]> {
  const concerned = new Set(subject.fires.map(({ person }) => person));
  const bids = [subject, ...others].flatMap((contender) =>
    contender.fires.filter(({ person }) => concerned.has(person)).map((fire) => bidOf(contender, fire)),
  );
  bids.sort((a, b) => a.fire.atMs - b.fire.atMs || (a.fire.person < b.fire.person ? -1 : 1));
  for (let from = 0; from < bids.length; ) {
    const { atMs, person } = bids[from]!.fire;
    let to = from + 1;
    while (to < bids.length && bids[to]!.fire.atMs === atMs && bids[to]!.fire.person === person) to += 1;
    yield bids.slice(from, to);
    from = to;
  }
}

const bidOf = (contender: Contender, fire: Fire): Bid => {
  const { campaign } = contender;
  const { trigger } = campaign;
  return {
    contender,
    fire,
    campaign,
    value: campaign.offer.value,
    trigger:
      trigger.type === 'dwell'
        ? { type: 'dwelled', dwellSeconds: trigger.seconds }
        : { type: trigger.type === 'exit' ? 'exited' : 'entered' },
    distanceM: 0,
    profile: undefined,
    lastRedemptionOfTenantMs: null,
    redemptions: NO_REDEMPTIONS,
    tenantShare: 0,
    campaignShare: 0,
    lastPushMs: null,
  };
};

function rankedOf(bids: readonly Bid[], pushes: Pushes, people: Map<string, Person>, nowMs: number): Bid[] {
  const signals = bids.map((bid) => ({
    ...bid,
    tenantShare: pushes.share(`tenant ${bid.contender.campaign.tenantId}`),
    campaignShare: pushes.share(`campaign ${bid.contender.campaign.id}`),
    lastPushMs: people.get(bid.fire.person)?.lastOfCampaignMs.get(bid.contender.campaign.id) ?? null,
  }));
  return rank(signals, ONE_RATE, nowMs).map((one) => one.signals);
}

const eventOf = ({ atMs, zoneId, person }: Fire): TriggerEvent => ({
  type: 'entered',
  carrierId: person,
  kind: 'unknown',
  zoneId,
  atMs,
  sightingAtMs: atMs,
  fix: undefined,
});

function personOf(people: Map<string, Person>, { person: id, visit, day }: Fire): Person {
  let person = people.get(id);
  if (!person) {
    person = {
      visit,
      pushesThisVisit: 0,
      day,
      pushesToday: 0,
      byTenant: new Map(),
      lastPushMs: null,
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

function note(person: Person, { id, tenantId }: Campaign, { atMs }: Fire): void {
  person.pushesThisVisit += 1;
  person.pushesToday += 1;
  person.byTenant.set(tenantId ?? '', (person.byTenant.get(tenantId ?? '') ?? 0) + 1);
  person.lastPushMs = atMs;
  person.lastOfCampaignMs.set(id, atMs);
}
