/** What a translation must have: every entry of the English one, and of those with forms all that the language counts by. */
import type { en } from './en.ts';

export type Key = keyof typeof en;
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>>;

/** `Plurals`: what `Intl.PluralRules` says of whole numbers in the language; fractions take the last that fits. */
export type DictionaryOf<Source, Plurals extends Intl.LDMLPluralRule> = {
  readonly [K in keyof Source]: Source[K] extends string ? string : Readonly<Record<Plurals, string>>;
};
export type Dictionary<Plurals extends Intl.LDMLPluralRule> = DictionaryOf<typeof en, Plurals>;
export type Words = Readonly<Record<Key, string | Forms>>;
