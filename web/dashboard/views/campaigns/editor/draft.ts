/** A campaign that is being made: what it begins with, what it lacks, and which step each field stands on. Pure. */
import type {
  Audience,
  Campaign,
  CampaignInput,
  OfferFace,
  Trigger,
} from '../../../../../server/contract/campaigns.ts';
import type { Key } from '../../../i18n/dictionary.ts';

export const STEPS = ['what', 'where', 'when', 'who', 'limits', 'check'] as const;
export type Step = (typeof STEPS)[number];

export interface Fault {
  /** As the server names it, without `body.`. */
  path: string;
  message: string;
}

export const DEFAULT_DWELL_S = 20;
export const FRESH_TRIGGER: Record<Trigger['type'], Trigger> = {
  enter: { type: 'enter' },
  dwell: { type: 'dwell', seconds: DEFAULT_DWELL_S },
  exit: { type: 'exit' },
  return: { type: 'return', days: 30 },
  basket: { type: 'basket', maxAgeHours: 72, minValueMinor: 0 },
};

export const BLANK_FACE: OfferFace = {
  title: '',
  text: '',
  terms: null,
  translations: {},
  imageId: null,
  value: null,
  validMinutes: 120,
  validUntil: null,
};

export const EVERYBODY: Audience = {
  interests: [],
  brands: [],
  tiers: [],
  who: 'all',
  frequency: null,
  recency: null,
  visited: null,
  notVisited: null,
};
/** One that names nobody in particular is no audience: it would ask for a consent that nothing needs. */
export const namesNobody = (audience: Audience): boolean => JSON.stringify(audience) === JSON.stringify(EVERYBODY);

export const blank = (zoneIds: string[], tenantId: string | null): CampaignInput => ({
  id: '',
  name: '',
  tenantId,
  zoneIds,
  trigger: FRESH_TRIGGER.dwell,
  offer: BLANK_FACE,
  variants: [],
  audience: null,
  cooldownMinutes: 24 * 60,
  schedule: null,
  stock: null,
  budgetMinor: null,
  controlShare: 0.1,
});

/** What may be sent back of a campaign. */
export function inputOf(campaign: Campaign): CampaignInput {
  const { status: _, rejection: __, ...input } = campaign;
  return input;
}

/** What is sent: an audience that names nobody is none. */
export const tidy = (form: CampaignInput): CampaignInput => ({
  ...form,
  audience: form.audience === null || namesNobody(form.audience) ? null : form.audience,
});

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 22);
/** A name may come twice, an id not. */
export const newId = (name: string, random: () => number): string =>
  `${slug(name) || 'campaign'}-${random().toString(36).slice(2, 8).padEnd(4, '0')}`;

const STEP_OF: [RegExp, Step][] = [
  [/^(name|tenantId|id|offer)\b/, 'what'],
  [/^zoneIds\b/, 'where'],
  [/^(trigger|schedule)\b/, 'when'],
  [/^audience\b/, 'who'],
  [/^(variants|stock|budgetMinor|cooldownMinutes|controlShare)\b/, 'limits'],
];
/** Where a fault is to be put right; one of no field is told at the end. */
export const stepOf = (path: string): Step => STEP_OF.find(([pattern]) => pattern.test(path))?.[1] ?? 'check';

/** What cannot be sent, by field, before the server is asked. */
export function lacks(form: CampaignInput): { path: string; key: Key }[] {
  const found: { path: string; key: Key }[] = [];
  const faces = [
    { at: 'offer', offer: form.offer },
    ...form.variants.map(({ offer }, index) => ({ at: `variants.${index}.offer`, offer })),
  ];
  if (form.name.trim() === '') found.push({ path: 'name', key: 'campaign.nameMissing' });
  for (const { at, offer } of faces) {
    if (offer.title.trim() === '') found.push({ path: `${at}.title`, key: 'campaign.titleMissing' });
    if (offer.text.trim() === '') found.push({ path: `${at}.text`, key: 'campaign.textMissing' });
    // A budget counts on what each face is worth.
    if (form.budgetMinor !== null && offer.value === null)
      found.push({ path: `${at}.value`, key: 'campaign.valueForBudget' });
    for (const [language, said] of Object.entries(offer.translations)) {
      if (said.title.trim() === '')
        found.push({ path: `${at}.translations.${language}.title`, key: 'campaign.titleMissing' });
      if (said.text.trim() === '')
        found.push({ path: `${at}.translations.${language}.text`, key: 'campaign.textMissing' });
    }
  }
  if (form.trigger.type === 'basket' && form.tenantId === null)
    found.push({ path: 'tenantId', key: 'campaign.basketTenant' });
  if (form.zoneIds.length === 0) found.push({ path: 'zoneIds', key: 'campaign.zoneMissing' });
  const { schedule, audience } = form;
  if (schedule?.weekdays.length === 0) found.push({ path: 'schedule.weekdays', key: 'campaign.weekdayMissing' });
  if (schedule?.startsOn && schedule.endsOn && schedule.endsOn < schedule.startsOn)
    found.push({ path: 'schedule.endsOn', key: 'campaign.endsBefore' });
  const dates = schedule?.exceptions.map(({ date }) => date) ?? [];
  if (dates.includes('')) found.push({ path: 'schedule.exceptions', key: 'campaign.exceptionDay' });
  else if (new Set(dates).size < dates.length)
    found.push({ path: 'schedule.exceptions', key: 'campaign.exceptionTwice' });
  if (audience?.visited?.zoneIds.length === 0)
    found.push({ path: 'audience.visited.zoneIds', key: 'campaign.zoneMissing' });
  if (audience?.notVisited?.zoneIds.length === 0)
    found.push({ path: 'audience.notVisited.zoneIds', key: 'campaign.zoneMissing' });
  const range = audience?.frequency;
  if (range && range.maxVisits !== null && range.maxVisits < range.minVisits)
    found.push({ path: 'audience.frequency.maxVisits', key: 'campaign.rangeTurned' });
  const days = audience?.recency;
  if (days && days.maxDays !== null && days.maxDays < days.minDays)
    found.push({ path: 'audience.recency.maxDays', key: 'campaign.rangeTurned' });
  return found;
}

const keyOf = (siteId: string, id: string) => `promenade.campaign.${siteId}.${id}`;
export const NEW = 'new';
interface Kept {
  atMs: number;
  form: CampaignInput;
}
/** Half-made campaigns stay on this device, for those who are called away. */
export function keepDraft(siteId: string, id: string, form: CampaignInput, nowMs: number): void {
  try {
    localStorage.setItem(keyOf(siteId, id), JSON.stringify({ atMs: nowMs, form } satisfies Kept));
  } catch {
    // Storage may be full or forbidden; then only saving keeps it.
  }
}
export function dropDraft(siteId: string, id: string): void {
  try {
    localStorage.removeItem(keyOf(siteId, id));
  } catch {
    // As above.
  }
}
export function keptDraft(siteId: string, id: string): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(siteId, id)) ?? 'null') as Partial<Kept> | null;
    // A form of an earlier version would break the page: it must at least have today's parts.
    const parts = Object.keys(blank([], null));
    if (kept?.form === undefined || typeof kept.atMs !== 'number') return undefined;
    return parts.every((part) => part in kept.form!) ? { atMs: kept.atMs, form: kept.form } : undefined;
  } catch {
    return undefined;
  }
}

export const isSame = (a: CampaignInput, b: CampaignInput): boolean =>
  JSON.stringify(tidy(a)) === JSON.stringify(tidy(b));
