import { expect, test } from 'vitest';
import { LANGUAGES } from '../../server/contract/campaigns.ts';
import { PURPOSES } from '../../server/contract/offers.ts';
import { type ConsentRow, consentState, expiryMs, grantedPeriods, overlap } from '../../server/privacy/consent.ts';
import { consentTexts, isCurrentText } from '../../server/privacy/consentTexts.ts';
import { NOW, openWorld } from './world.ts';

const row = (state: ConsentRow['state'], atMs: number, purpose: ConsentRow['purpose'] = 'push'): ConsentRow => ({
  purpose,
  state,
  version: 1,
  atMs,
  textHash: 'h',
  language: 'en',
});
const DAY = 86_400_000;

test('none → granted → withdrawn, and expired after twelve months', () => {
  expect(consentState([], 'push', NOW)).toBe('none');
  const granted = [row('granted', NOW)];
  expect(consentState(granted, 'push', NOW)).toBe('granted');
  expect(consentState(granted, 'presence', NOW)).toBe('none');
  expect(new Date(expiryMs(NOW)).toISOString()).toBe('2027-05-06T12:00:00.000Z');
  expect(consentState(granted, 'push', expiryMs(NOW) - 1)).toBe('granted');
  expect(consentState(granted, 'push', expiryMs(NOW))).toBe('expired');
  expect(consentState([...granted, row('withdrawn', NOW + 1)], 'push', NOW + 2)).toBe('withdrawn');
  expect(consentState([...granted, row('withdrawn', NOW + 1), row('granted', NOW + 2)], 'push', NOW + 3)).toBe(
    'granted',
  );
});

test('the periods of consent leave out what was withdrawn and what had expired', () => {
  const rows = [
    row('granted', 0),
    row('granted', 5 * DAY),
    row('withdrawn', 10 * DAY),
    row('granted', 20 * DAY),
    row('granted', 0, 'presence'),
  ];
  expect(grantedPeriods(rows, 'push', 30 * DAY)).toEqual([
    { fromMs: 0, toMs: 10 * DAY },
    { fromMs: 20 * DAY, toMs: 30 * DAY },
  ]);
  expect(grantedPeriods([row('granted', 0)], 'push', 1_000 * DAY)).toEqual([{ fromMs: 0, toMs: expiryMs(0) }]);
  expect(grantedPeriods([row('granted', 0), row('granted', 900 * DAY)], 'push', 1_000 * DAY)).toHaveLength(2);
  expect(
    overlap(
      [{ fromMs: 0, toMs: 10 }],
      [
        { fromMs: 5, toMs: 20 },
        { fromMs: 10, toMs: 30 },
      ],
    ),
  ).toEqual([{ fromMs: 5, toMs: 10 }]);
});

test('only the very words of today count', () => {
  for (const language of LANGUAGES)
    for (const purpose of PURPOSES) {
      const text = consentTexts(language).find((one) => one.purpose === purpose)!;
      expect(isCurrentText({ ...text, language })).toBe(true);
      expect(isCurrentText({ ...text, language, version: 0 })).toBe(false);
      expect(isCurrentText({ ...text, language: language === 'en' ? 'cs' : 'en' })).toBe(false);
    }
  expect(new Set(LANGUAGES.flatMap((language) => consentTexts(language).map((text) => text.textHash))).size).toBe(16);
});

test('who agrees to be recognised is told that partners learn only what sharing says; of nothing else the words are new', () => {
  for (const language of LANGUAGES) {
    const texts = consentTexts(language);
    const of = (purpose: string) => texts.find((one) => one.purpose === purpose)!;
    expect(of('presence').text).toMatch(/partne/i);
    expect(of('presence').version).toBe(3);
    expect([of('push').version, of('profiling').version, of('sharing').version]).toEqual([2, 2, 2]);
  }
});

test('a withdrawal counts for the next question although the disk has not answered, and for one that is being asked', async () => {
  const world = await openWorld();
  const { consents } = world.services;
  const shopperId = await world.shopper('c-1');
  const asked = consents.now(shopperId, NOW);
  const writing = consents.append(shopperId, row('withdrawn', NOW));
  await asked;
  expect((await consents.now(shopperId, NOW)).push).toBe(false);
  await writing;
  expect((await consents.now(shopperId, NOW)).push).toBe(false);
  const { rows } = await world.duck.get<{ rows: number }>('select count(*) as rows from consents').then((got) => got!);
  expect(rows).toBe(3);
  await world.close();
});
