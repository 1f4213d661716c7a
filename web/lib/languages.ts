/** The languages that the pages speak, and which a person gets first. */
import type { Language } from '../../server/contract/campaigns.ts';

export const LANGUAGE_NAMES: Record<Language, string> = {
  en: 'English',
  cs: 'Čeština',
  pl: 'Polski',
  sk: 'Slovenčina',
};
export const LOCALES: Record<Language, string> = { en: 'en-GB', cs: 'cs-CZ', pl: 'pl-PL', sk: 'sk-SK' };

const KEY = 'promenade.language';

export const isLanguage = (text: string | null | undefined): text is Language =>
  text !== null && text !== undefined && Object.hasOwn(LANGUAGE_NAMES, text);

/** What was chosen on this device, else what the browser prefers of those that are spoken here. */
export function firstLanguage(): Language {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(KEY);
  } catch {
    // Storage may be forbidden.
  }
  if (isLanguage(stored)) return stored;
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The choice then lasts as long as the page.
  }
}
