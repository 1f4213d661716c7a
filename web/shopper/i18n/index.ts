/** The words of the page in the shopper's language; each dictionary is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { Language } from '../../../server/contract/campaigns.ts';
import type { Dictionary } from './en.ts';

export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  cs: 'Čeština',
  pl: 'Polski',
  sk: 'Slovenčina',
};
const LOCALES: Record<Language, string> = { en: 'en-GB', cs: 'cs-CZ', pl: 'pl-PL', sk: 'sk-SK' };

const LOADERS: Record<Language, () => Promise<Dictionary>> = {
  en: async () => (await import('./en.ts')).en,
  cs: async () => (await import('./cs.ts')).cs,
  pl: async () => (await import('./pl.ts')).pl,
  sk: async () => (await import('./sk.ts')).sk,
};

export const language = signal<Language>('en');
/** Nothing is drawn before `speak` has filled it. */
export const words = signal<Dictionary>(undefined!);

export const isLanguage = (text: string | null | undefined): text is Language =>
  text !== null && text !== undefined && Object.hasOwn(LOADERS, text);

/** What the browser prefers, of those that are spoken here. */
export const browserLanguage = (): Language =>
  navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';

export async function speak(wanted: Language): Promise<void> {
  const dictionary = await LOADERS[wanted]();
  language.value = wanted;
  words.value = dictionary;
  document.documentElement.lang = wanted;
}

export const localeOf = (spoken: Language): string => LOCALES[spoken];

/** In the mall's time zone: `14:05`, or with the day where it was another one. */
export function timeText(iso: string, timezone: string | undefined, nowMs: number): string {
  const at = new Date(iso);
  const zone = timezone === undefined ? {} : { timeZone: timezone };
  const day = new Intl.DateTimeFormat('en-CA', zone);
  const locale = LOCALES[language.value];
  if (day.format(at) === day.format(nowMs))
    return new Intl.DateTimeFormat(locale, { ...zone, hour: '2-digit', minute: '2-digit' }).format(at);
  return new Intl.DateTimeFormat(locale, {
    ...zone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}

const zoned = (timezone: string | undefined): { timeZone?: string } =>
  timezone === undefined ? {} : { timeZone: timezone };

/** `14:05` */
export const clockText = (iso: string, timezone: string | undefined): string =>
  new Intl.DateTimeFormat(LOCALES[language.value], { ...zoned(timezone), hour: '2-digit', minute: '2-digit' }).format(
    new Date(iso),
  );

/** The mall's calendar day, as `2026-05-06`. */
export const localDay = (at: string | number, timezone: string | undefined): string =>
  new Intl.DateTimeFormat('en-CA', zoned(timezone)).format(new Date(at));

const DAY_MS = 86_400_000;
/** Today, yesterday, or the day by its name. */
export function dayText(day: string, timezone: string | undefined, nowMs: number): string {
  if (day === localDay(nowMs, timezone)) return words.value.today;
  if (day === localDay(nowMs - DAY_MS, timezone)) return words.value.yesterday;
  return new Intl.DateTimeFormat(LOCALES[language.value], {
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  }).format(new Date(`${day}T12:00:00Z`));
}

export function dateText(iso: string, timezone: string | undefined): string {
  const zone = timezone === undefined ? {} : { timeZone: timezone };
  return new Intl.DateTimeFormat(LOCALES[language.value], { ...zone, dateStyle: 'medium' }).format(new Date(iso));
}
