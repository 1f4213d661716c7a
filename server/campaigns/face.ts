/** An offer's face: its words in a language, what it is worth and costs, how long it is good. Pure. */
import { DateTime } from 'luxon';
import type { Language, OfferFace, OfferValue } from '../contract/campaigns.ts';

/** The shopper's language, or the site's main one where there is no translation. */
export function wordsOf(face: OfferFace, language: Language): Pick<OfferFace, 'title' | 'text' | 'terms'> {
  const { title, text, terms } = face.translations[language] ?? face;
  return { title, text, terms };
}

/** What it takes from the budget: the most that it can cost. */
export function costMinorOf(value: OfferValue | null): number {
  if (value === null) return 0;
  if (value.type === 'amount') return value.amountMinor;
  return value.type === 'percent' ? value.maxAmountMinor : value.costMinor;
}

/** The first millisecond after a day of the site's calendar, which may have 23 or 25 hours. */
export const endOfLocalDateMs = (date: string, timezone: string): number =>
  DateTime.fromISO(date, { zone: timezone }).startOf('day').plus({ days: 1 }).toMillis();

/** Its minutes, but no longer than its last day. */
export function expiryOf(
  face: Pick<OfferFace, 'validMinutes' | 'validUntil'>,
  issuedMs: number,
  timezone: string,
): number {
  const byMinutes = issuedMs + face.validMinutes * 60_000;
  return face.validUntil === null ? byMinutes : Math.min(byMinutes, endOfLocalDateMs(face.validUntil, timezone));
}
