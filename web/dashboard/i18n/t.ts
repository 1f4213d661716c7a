/** Every string of the dashboard comes through here. `{n}` chooses the plural form where the entry has several. */
import { formatDecimal, LOCALE } from '../../lib/format.ts';
import { en } from './en.ts';

export type Key = keyof typeof en;
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const plural = new Intl.PluralRules(LOCALE);

export function t(key: Key, values: Record<string, string | number> = {}): string {
  const entry: string | Forms = en[key];
  const text = typeof entry === 'string' ? entry : (entry[plural.select(Number(values.n))] ?? entry.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? formatDecimal(value) : value;
  });
}
