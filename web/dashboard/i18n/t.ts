/** Every string of the dashboard comes through here. `{n}` chooses the plural form where the entry has several. */
import { signal } from '@preact/signals';
import type { Language } from '../../../server/contract/campaigns.ts';
import { formatDecimal, setLocale } from '../../lib/format.ts';
import { LOCALES } from '../../lib/languages.ts';
import type { Key, Words } from './dictionary.ts';
import { en } from './en.ts';

const LOADERS: Record<Language, () => Promise<Words>> = {
  en: async () => en,
  cs: async () => (await import('./cs.ts')).cs,
  pl: async () => (await import('./pl.ts')).pl,
  sk: async () => (await import('./sk.ts')).sk,
};

export const language = signal<Language>('en');
let words: Words = en;
let plural = new Intl.PluralRules(LOCALES.en);

/** The page is drawn anew by whoever watches `language`; words and formats change together. */
export async function speak(wanted: Language): Promise<void> {
  words = await LOADERS[wanted]();
  plural = new Intl.PluralRules(LOCALES[wanted]);
  setLocale(LOCALES[wanted]);
  document.documentElement.lang = wanted;
  language.value = wanted;
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
  const entry = words[key];
  const text =
    typeof entry === 'string' ? entry : (entry[plural.select(Number(values.n))] ?? entry.other ?? entry.many ?? key);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? formatDecimal(value) : value;
  });
}
