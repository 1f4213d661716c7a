/** The words of the page in the shopper's language; each dictionary is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { Language } from '../../../server/contract/campaigns.ts';
import type { Dictionary } from './en.ts';
import { en } from './en.ts';

export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  cs: 'Čeština',
  pl: 'Polski',
  sk: 'Slovenčina',
};
const LOCALES: Record<Language, string> = { en: 'en-GB', cs: 'cs-CZ', pl: 'pl-PL', sk: 'sk-SK' };

const LOADERS: Record<Language, () => Promise<Dictionary>> = {
  en: async () => en,
  cs: async () => (await import('./cs.ts')).cs,
  pl: async () => (await import('./pl.ts')).pl,
  sk: async () => (await import('./sk.ts')).sk,
};

export const language = signal<Language>('en');
export const words = signal<Dictionary>(en);

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

export function dateText(iso: string, timezone: string | undefined): string {
  const zone = timezone === undefined ? {} : { timeZone: timezone };
  return new Intl.DateTimeFormat(LOCALES[language.value], { ...zone, dateStyle: 'medium' }).format(new Date(iso));
}
