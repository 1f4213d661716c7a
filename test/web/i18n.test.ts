/** The dictionaries against each other: what the types cannot see. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cs } from '../../web/dashboard/i18n/cs.ts';
import type { Forms, Words } from '../../web/dashboard/i18n/dictionary.ts';
import { en } from '../../web/dashboard/i18n/en.ts';
import { pl } from '../../web/dashboard/i18n/pl.ts';
import { sk } from '../../web/dashboard/i18n/sk.ts';
import { speak, t } from '../../web/dashboard/i18n/t.ts';
import { formatAge, formatDecimal, formatShare, siteFormat, weekdays } from '../../web/lib/format.ts';

const LANGUAGES: Record<string, Words> = { cs, pl, sk };
const texts = (entry: string | Forms): string[] => (typeof entry === 'string' ? [entry] : Object.values(entry));
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

describe.each(Object.entries(LANGUAGES))('%s', (_, words) => {
  it('fills in nothing that the English text does not have, and leaves out no more than the count', () => {
    for (const [key, entry] of Object.entries(words)) {
      const known = new Set(texts((en as Words)[key as keyof Words]).flatMap(holes));
      for (const text of texts(entry)) {
        expect(
          holes(text).filter((name) => !known.has(name)),
          `${key}: ${text}`,
        ).toEqual([]);
        const missing = [...known].filter((name) => name !== 'n' && name !== 'value' && !holes(text).includes(name));
        if (typeof entry === 'string') expect(missing, `${key}: ${text}`).toEqual([]);
      }
    }
  });

  it('was translated, all but what is the same everywhere', () => {
    const same = Object.entries(words).filter(([key, entry]) => entry === (en as Words)[key as keyof Words]);
    expect(same.filter(([, entry]) => typeof entry === 'string' && / \p{L}{3,} /u.test(entry))).toEqual([]);
    expect(same.length).toBeLessThan(45);
  });
});

describe('counting', () => {
  const html = { lang: 'en' };
  beforeAll(() => {
    Object.assign(globalThis, { document: { documentElement: html } });
  });
  afterEach(() => speak('en'));
  const counted = (...counts: number[]) => counts.map((n) => t('flow.visits', { n }));

  it('has the forms of each language', async () => {
    expect(counted(1, 2, 5)).toEqual(['1 visit', '2 visits', '5 visits']);
    await speak('cs');
    expect(counted(1, 2, 4, 5, 22, 0)).toEqual([
      '1 návštěva',
      '2 návštěvy',
      '4 návštěvy',
      '5 návštěv',
      '22 návštěv',
      '0 návštěv',
    ]);
    await speak('sk');
    expect(counted(1, 3, 5)).toEqual(['1 návšteva', '3 návštevy', '5 návštev']);
    await speak('pl');
    expect(counted(1, 2, 5, 12, 22, 25, 0)).toEqual([
      '1 wizyta',
      '2 wizyty',
      '5 wizyt',
      '12 wizyt',
      '22 wizyty',
      '25 wizyt',
      '0 wizyt',
    ]);
  });

  it('writes numbers, days and hours as the language does, and says which it is', async () => {
    const at = Date.parse('2026-11-21T14:24:00Z');
    await speak('cs');
    expect(html.lang).toBe('cs');
    expect(formatDecimal(1234.5).replaceAll(/\s/g, ' ')).toBe('1 234,5');
    expect(formatShare(0.42).replaceAll(/\s/g, ' ')).toBe('42 %');
    expect(formatAge(3 * 86_400_000).replaceAll(/\s/g, ' ')).toBe('3 dny');
    expect(siteFormat('Europe/Prague').dayMonth(at)).toMatch(/21\. (11\.|lis)/);
    expect(weekdays()[0]).toBe('pondělí');
    await speak('pl');
    expect(siteFormat('Europe/Prague').dayMonth(at)).toBe('21 lis');
    expect(weekdays()[6]).toBe('niedziela');
    await speak('en');
    expect(siteFormat('Europe/Prague').dayMonth(at)).toBe('21 Nov');
    expect(formatDecimal(1234.5)).toBe('1,234.5');
  });
});
