/** A campaign in words: what triggers it, when, for whom, for what. */
import type {
  Audience,
  Campaign,
  CampaignInput,
  Interest,
  OfferValue,
  Schedule,
  Tier,
} from '../../../../server/contract/campaigns.ts';
import type { Site, Zone } from '../../../../server/contract/model.ts';
import {
  formatDuration,
  formatList,
  formatMoney,
  formatShareFine,
  siteFormat,
  weekdaysShort,
} from '../../../lib/format.ts';
import { startOfDateMs } from '../../../lib/zonedTime.ts';
import type { Key } from '../../i18n/dictionary.ts';
import { t } from '../../i18n/t.ts';

/** In the order in which they are offered; the server's list, without what the server needs to check it. */
export const INTERESTS = Object.keys({
  fashion: 1,
  shoes: 1,
  sport: 1,
  beauty: 1,
  electronics: 1,
  home: 1,
  books: 1,
  kids: 1,
  food: 1,
  coffee: 1,
  health: 1,
  entertainment: 1,
} satisfies Record<Interest, 1>) as Interest[];
export const TIERS: Tier[] = ['member', 'silver', 'gold'];
export const STATUS_TONE = {
  draft: '',
  rehearsed: 'accent',
  approved: 'good',
  live: 'good',
  paused: 'warn',
  ended: '',
} as const satisfies Record<Campaign['status'], string>;

export const currencyOf = (site: Site): string => site.currency;

export function triggerText({ trigger }: Pick<CampaignInput, 'trigger'>): string {
  switch (trigger.type) {
    case 'dwell':
      return t('trigger.dwell', { n: trigger.seconds });
    case 'return':
      return t('trigger.returnAfter', { n: trigger.days });
    default:
      return t(`trigger.${trigger.type}`);
  }
}

export const dayText = (date: string, site: Site): string =>
  siteFormat(site.timezone).date(startOfDateMs(date, site.timezone) + 12 * 3_600_000);

function daysText(weekdays: number[]): string {
  const days = [...new Set(weekdays)].sort((a, b) => a - b);
  if (days.length === 7) return t('campaign.everyDay');
  const names = weekdaysShort();
  const first = days[0] ?? 1;
  const last = days.at(-1) ?? 1;
  if (days.length >= 3 && last - first === days.length - 1) return `${names[first - 1]}–${names[last - 1]}`;
  return days.map((day) => names[day - 1]).join(', ');
}
export function scheduleText(schedule: Schedule | null, site: Site): string {
  if (schedule === null) return t('campaign.anyTime');
  const { from, to, startsOn, endsOn, exceptions } = schedule;
  const hours = t(to <= from ? 'campaign.scheduleNight' : 'campaign.scheduleText', {
    days: daysText(schedule.weekdays),
    from,
    to,
  });
  const dates =
    startsOn !== null && endsOn !== null
      ? t('campaign.fromTo', { from: dayText(startsOn, site), to: dayText(endsOn, site) })
      : startsOn !== null
        ? t('campaign.fromDay', { day: dayText(startsOn, site) })
        : endsOn !== null
          ? t('campaign.toDay', { day: dayText(endsOn, site) })
          : '';
  const but = exceptions.length === 0 ? '' : t('campaign.exceptionsSaid', { n: exceptions.length });
  return [hours, dates, but].filter((part) => part !== '').join('; ');
}

export function valueText(value: OfferValue | null, currency: string): string {
  if (value === null) return t('value.none');
  if (value.type === 'amount') return t('value.amountSaid', { amount: formatMoney(value.amountMinor, currency) });
  if (value.type === 'percent')
    return t('value.percentSaid', {
      percent: formatShareFine(value.percent / 100),
      amount: formatMoney(value.maxAmountMinor, currency),
    });
  return value.costMinor === 0
    ? t('value.gift')
    : t('value.giftSaid', { amount: formatMoney(value.costMinor, currency) });
}
/** As it stands on the coupon. */
export function valueBadge(value: OfferValue | null, currency: string): string | undefined {
  if (value === null) return undefined;
  if (value.type === 'amount') return `−${formatMoney(value.amountMinor, currency)}`;
  if (value.type === 'percent') return `−${formatShareFine(value.percent / 100)}`;
  return t('value.giftBadge');
}

export const zoneNamesOf =
  (zones: Zone[]) =>
  (ids: string[]): string =>
    ids.map((id) => zones.find((zone) => zone.id === id)?.name ?? id).join(', ');

/** What must hold, one by one; nothing: everybody. */
export function audienceClauses(audience: Audience, zoneNames: (ids: string[]) => string): string[] {
  const any = (words: string[]) => formatList(words, 'disjunction');
  const clauses: string[] = [];
  if (audience.who !== 'all') clauses.push(t(`audience.said.${audience.who}`));
  if (audience.interests.length > 0)
    clauses.push(
      t('audience.said.interests', { list: any(audience.interests.map((one) => t(`interest.${one}`).toLowerCase())) }),
    );
  if (audience.brands.length > 0) clauses.push(t('audience.said.brands', { list: any(audience.brands) }));
  if (audience.tiers.length > 0)
    clauses.push(t('audience.said.tiers', { list: any(audience.tiers.map((one) => t(`tier.${one}`).toLowerCase())) }));
  const { frequency, recency, visited, notVisited } = audience;
  if (frequency !== null)
    clauses.push(
      frequency.maxVisits === null
        ? t('audience.said.frequencyFrom', { min: frequency.minVisits, days: frequency.withinDays })
        : t('audience.said.frequency', {
            min: frequency.minVisits,
            max: frequency.maxVisits,
            days: frequency.withinDays,
          }),
    );
  if (recency !== null)
    clauses.push(
      recency.maxDays === null
        ? t('audience.said.recencyFrom', { min: recency.minDays })
        : t('audience.said.recency', { min: recency.minDays, max: recency.maxDays }),
    );
  if (visited !== null && visited.zoneIds.length > 0)
    clauses.push(t('audience.said.visited', { zones: zoneNames(visited.zoneIds), days: visited.withinDays }));
  if (notVisited !== null && notVisited.zoneIds.length > 0)
    clauses.push(t('audience.said.notVisited', { zones: zoneNames(notVisited.zoneIds), days: notVisited.withinDays }));
  return clauses;
}
export function audienceText(audience: Audience | null, zoneNames: (ids: string[]) => string): string {
  const clauses = audience === null ? [] : audienceClauses(audience, zoneNames);
  return clauses.length === 0 ? t('audience.everybody') : t('audience.only', { list: clauses.join('; ') });
}

/** Reasons for which an offer is held back; what the server adds later is shown by its code. */
const HELD: Record<string, Key> = {
  'no-consent': 'held.no-consent',
  'campaign-not-live': 'held.campaign-not-live',
  'stale-sighting': 'held.stale-sighting',
  cloned: 'held.cloned',
  paused: 'held.paused',
  'out-of-schedule': 'held.out-of-schedule',
  'quiet-hours': 'held.quiet-hours',
  cooldown: 'held.cooldown',
  'attention-budget': 'held.attention-budget',
  'attention-budget/visit': 'held.budget.visit',
  'attention-budget/day': 'held.budget.day',
  'attention-budget/tenant-day': 'held.budget.tenant-day',
  'attention-budget/spacing': 'held.budget.spacing',
  'no-consent/push': 'held.consent.push',
  'no-consent/profiling': 'held.consent.profiling',
  'stock-out': 'held.stock-out',
  'budget-spent': 'held.budget-spent',
  'not-in-audience': 'held.not-in-audience',
  control: 'held.control',
  outranked: 'held.outranked',
  'phone-closed': 'held.phone-closed',
  'left-zone': 'held.left-zone',
  deadline: 'held.deadline',
  'not-acknowledged': 'held.not-acknowledged',
};
const CONDITIONS: Record<string, Key> = {
  interests: 'audience.interests',
  brands: 'audience.brands',
  tiers: 'audience.tiers',
  who: 'audience.who',
  frequency: 'audience.frequency',
  recency: 'audience.recency',
  visited: 'audience.visited',
  notVisited: 'audience.notVisited',
};
/** `detail`: the budget's limit, the audience's condition, the consent's purpose; also joined to the code by a slash. */
export function heldText(code: string, detail?: string | null): string {
  const [bare = code, part = detail ?? undefined] = code.split('/', 2);
  const key = (part === undefined ? undefined : HELD[`${bare}/${part}`]) ?? HELD[bare];
  const text = key === undefined ? code : t(key);
  const condition = bare === 'not-in-audience' && part !== undefined ? CONDITIONS[part] : undefined;
  return condition === undefined ? text : `${text}: ${t(condition).toLowerCase()}`;
}

export const limitsText = (campaign: CampaignInput, currency: string): string =>
  [
    campaign.stock === null ? t('limits.noStock') : t('limits.stock', { n: campaign.stock }),
    campaign.budgetMinor === null
      ? undefined
      : t('limits.budget', { amount: formatMoney(campaign.budgetMinor, currency) }),
    t('limits.again', { span: formatDuration(campaign.cooldownMinutes * 60) }),
    campaign.variants.length === 0 ? undefined : t('limits.variants', { n: campaign.variants.length + 1 }),
    t('limits.control', { share: formatShareFine(campaign.controlShare) }),
  ]
    .filter((part) => part !== undefined)
    .join('; ');
