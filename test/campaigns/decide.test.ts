import { describe, expect, test } from 'vitest';
import { completes, dwellSecondsOf, statusAfter } from '../../server/campaigns/campaign.ts';
import { type DecisionContext, decide, holdAtSend, STALE_AFTER_MS } from '../../server/campaigns/decide.ts';
import { inControl, unitOf } from '../../server/campaigns/experiment.ts';
import { REASON_CODES, reasonWords } from '../../server/campaigns/reasons.ts';
import { inQuietHours, inSchedule, startOfLocalDayMs } from '../../server/campaigns/schedule.ts';
import { audience, DEFAULT_ATTENTION, LANGUAGES, type Schedule, schedule } from '../../server/contract/campaigns.ts';
import { seededRandom } from '../support/random.ts';
import { campaignOf, dwelled, entered, exited, NOW, openWorld, SITE } from './world.ts';

type Shopper = NonNullable<DecisionContext['shopper']>;
const hours = (given: object): Schedule => schedule.parse(given);
const SHOPPER: Shopper = {
  cloned: false,
  paused: false,
  phoneConnected: true,
  lastOfCampaignMs: null,
  pushesThisVisit: 0,
  pushesToday: 0,
  pushesOfTenantToday: 0,
  lastPushMs: null,
  audienceMiss: undefined,
  inControl: false,
};
const context = (given: Partial<DecisionContext> = {}, shopper: Partial<Shopper> = {}): DecisionContext => ({
  nowMs: NOW,
  timezone: 'Europe/Prague',
  event: entered(),
  campaign: campaignOf(),
  attention: DEFAULT_ATTENTION,
  consent: { presence: true, push: true, profiling: true },
  shopper: { ...SHOPPER, ...shopper },
  left: { stock: null, budgetMinor: null },
  face: { costMinor: 0, validUntil: null },
  ...given,
});
const AGREED = { presence: true, push: true, profiling: true };
const UNPROFILED = { ...AGREED, profiling: false };
const GOLD = campaignOf({ audience: audience.parse({ tiers: ['gold'] }) });
const RETURN = campaignOf({ trigger: { type: 'return', days: 7 } });
const NIGHT = Date.parse('2026-05-06T20:30:00Z');

describe('decide', () => {
  test('fires where nothing speaks against it', () => {
    expect(decide(context())).toEqual({ outcome: 'fire' });
    expect(
      decide(context({ left: { stock: 1, budgetMinor: 300 }, face: { costMinor: 300, validUntil: '2026-05-06' } })),
    ).toEqual({ outcome: 'fire' });
  });

  const cases: [name: string, given: DecisionContext, code: string][] = [
    ['no presence', context({ consent: { ...AGREED, presence: false } }), 'no-consent'],
    ['no push', context({ consent: { ...AGREED, push: false } }), 'no-consent'],
    ['an audience without profiling', context({ campaign: GOLD, consent: UNPROFILED }), 'no-consent'],
    ['a return without profiling', context({ campaign: RETURN, consent: UNPROFILED }), 'no-consent'],
    ['nobody is looked up without presence', { ...context(), shopper: undefined }, 'no-consent'],
    ['ended meanwhile', context({ campaign: campaignOf({ status: 'ended' }) }), 'campaign-not-live'],
    ['stale', context({ event: entered({ sightingAtMs: NOW - STALE_AFTER_MS - 1 }) }), 'stale-sighting'],
    ['one identity, two transmitters', context({}, { cloned: true }), 'cloned'],
    ['paused by the shopper', context({}, { paused: true }), 'paused'],
    [
      'another weekday',
      context({ campaign: campaignOf({ schedule: hours({ weekdays: [1, 2], from: '00:00', to: '24:00' }) }) }),
      'out-of-schedule',
    ],
    ['at night', context({ nowMs: NIGHT, event: entered({ atMs: NIGHT }) }), 'quiet-hours'],
    ['its last day is over', context({ face: { costMinor: 0, validUntil: '2026-05-05' } }), 'out-of-schedule'],
    ['not meant', context({ campaign: GOLD }, { audienceMiss: 'tiers' }), 'not-in-audience'],
    ['just had it', context({}, { lastOfCampaignMs: NOW - 59 * 60_000 }), 'cooldown'],
    ['had one this visit', context({}, { pushesThisVisit: 1 }), 'attention-budget'],
    ['had two today', context({}, { pushesToday: 2 }), 'attention-budget'],
    ['had one of this tenant', context({}, { pushesOfTenantToday: 1 }), 'attention-budget'],
    [
      'had another a minute ago',
      context({ attention: { ...DEFAULT_ATTENTION, minSpacingMinutes: 2 } }, { lastPushMs: NOW - 60_000 }),
      'attention-budget',
    ],
    ['nothing left', context({ left: { stock: 0, budgetMinor: null } }), 'stock-out'],
    [
      'less left than it costs',
      context({ left: { stock: 5, budgetMinor: 299 }, face: { costMinor: 300, validUntil: null } }),
      'budget-spent',
    ],
    ['no phone', context({}, { phoneConnected: false }), 'phone-closed'],
  ];
  test.each(cases)('held: %s', (_name, given, code) => {
    expect(decide(given)).toMatchObject({ outcome: 'held', code });
  });

  test('control is asked last, so that it holds only those who would have been sent the offer', () => {
    expect(decide(context({}, { inControl: true }))).toMatchObject({ outcome: 'control', code: 'control' });
    for (const [name, given, code] of cases) {
      const controlled =
        given.shopper === undefined ? given : { ...given, shopper: { ...given.shopper, inControl: true } };
      expect(decide(controlled), name).toMatchObject({ outcome: 'held', code });
    }
  });

  test('a sighting of exactly the limit and a cooldown just over still fire', () => {
    expect(decide(context({ event: entered({ sightingAtMs: NOW - STALE_AFTER_MS }) })).outcome).toBe('fire');
    expect(decide(context({}, { lastOfCampaignMs: NOW - 60 * 60_000 })).outcome).toBe('fire');
  });
});

test.each([
  ['consent to push withdrawn', { consent: { ...AGREED, push: false } }, 'no-consent'],
  ['consent to profiling withdrawn', { consent: UNPROFILED, needsProfiling: true }, 'no-consent'],
  ['erased', { erased: true }, 'no-consent'],
  ['paused', { paused: true }, 'paused'],
  ['left', { inZone: false }, 'left-zone'],
  ['campaign ended', { campaignLive: false }, 'campaign-not-live'],
  ['too late', { nowMs: NOW + 5_000 }, 'deadline'],
])('asked again with the offer in hand: %s', (_name, given, code) => {
  const fine = {
    nowMs: NOW + 300,
    decidedMs: NOW,
    consent: AGREED,
    needsProfiling: false,
    paused: false,
    inZone: true,
    campaignLive: true,
    erased: false,
  };
  expect(holdAtSend(fine)).toBeUndefined();
  expect(holdAtSend({ ...fine, ...given })?.code).toBe(code);
});

test('triggers are completed by their own event alone', () => {
  expect(completes({ type: 'enter' }, entered())).toBe(true);
  expect(completes({ type: 'enter' }, exited())).toBe(false);
  expect(completes({ type: 'exit' }, exited())).toBe(true);
  expect(completes({ type: 'dwell', seconds: 20 }, dwelled(20))).toBe(true);
  expect(completes({ type: 'dwell', seconds: 20 }, dwelled(30))).toBe(false);
});

test('live campaigns of a zone: as they are now, whichever changed last', async () => {
  const world = await openWorld();
  const { campaigns } = world.services;
  const ids = (zoneId: string) => campaigns.liveInZone(SITE, zoneId).map(({ id }) => id);
  await campaigns.put(SITE, campaignOf({ id: 'b', zoneIds: ['front', 'shoes'] }), NOW);
  await campaigns.put(SITE, campaignOf({ id: 'a' }), NOW);
  await campaigns.put(SITE, campaignOf({ id: 'c', status: 'draft' }), NOW);
  expect([ids('front'), ids('shoes'), ids('nowhere')]).toEqual([['a', 'b'], ['b'], []]);
  await campaigns.put(SITE, campaignOf({ id: 'b', zoneIds: ['front', 'shoes'], status: 'paused' }), NOW);
  expect([ids('front'), ids('shoes')]).toEqual([['a'], []]);
  await campaigns.remove(SITE, 'a');
  expect(ids('front')).toEqual([]);
  await world.close();
});

test('asks the engine for the dwell times of live campaigns, each once, ascending', () => {
  const dwell = (id: string, seconds: number, zoneIds: string[], status: 'live' | 'paused' = 'live') =>
    campaignOf({ id, zoneIds, status, trigger: { type: 'dwell', seconds } });
  expect(
    dwellSecondsOf([
      dwell('a', 60, ['front', 'shoes']),
      dwell('b', 20, ['front']),
      dwell('c', 20, ['front']),
      dwell('d', 90, ['front'], 'paused'),
      campaignOf(),
    ]),
  ).toEqual({ front: [20, 60], shoes: [60] });
});

test('a campaign moves from draft to live and back to pause, and ends for good', () => {
  expect(statusAfter('draft', 'start')).toBe('live');
  expect(statusAfter('live', 'pause')).toBe('paused');
  expect(statusAfter('paused', 'start')).toBe('live');
  expect(statusAfter('live', 'end')).toBe('ended');
  expect(statusAfter('draft', 'pause')).toBeUndefined();
  expect(statusAfter('ended', 'start')).toBeUndefined();
});

test('control is sticky, near its share, and independent between campaigns', () => {
  const random = seededRandom(7);
  const shoppers = Array.from({ length: 20_000 }, () => `s-${Math.floor(random() * 2 ** 48).toString(16)}`);
  const inA = shoppers.map((id) => inControl(id, 'a', 0.1));
  const inB = shoppers.map((id) => inControl(id, 'b', 0.1));
  expect(inA).toEqual(shoppers.map((id) => inControl(id, 'a', 0.1)));
  const share = (flags: boolean[]) => flags.filter(Boolean).length / flags.length;
  // Four standard errors of a share of 0.1 in 20,000 are 0.0085.
  expect(Math.abs(share(inA) - 0.1)).toBeLessThan(0.0085);
  expect(Math.abs(share(inB) - 0.1)).toBeLessThan(0.0085);
  expect(Math.abs(share(inA.map((flag, i) => flag && inB[i]!)) - 0.01)).toBeLessThan(0.003);
  // A larger share keeps those who were control already.
  expect(shoppers.every((id) => !inControl(id, 'a', 0.1) || inControl(id, 'a', 0.2))).toBe(true);
  expect(unitOf('s', 'a')).toBeGreaterThanOrEqual(0);
});

describe('local hours', () => {
  const zone = 'Europe/Prague';
  const at = (iso: string) => Date.parse(iso);

  test('quiet hours span midnight and follow local time through both clock changes', () => {
    const quiet = { from: '22:00', to: '08:00' };
    expect(inQuietHours(quiet, at('2026-03-28T20:59:00Z'), zone)).toBe(false);
    expect(inQuietHours(quiet, at('2026-03-28T21:00:00Z'), zone)).toBe(true);
    expect(inQuietHours(quiet, at('2026-03-29T05:59:00Z'), zone)).toBe(true);
    expect(inQuietHours(quiet, at('2026-03-29T06:00:00Z'), zone)).toBe(false);
    expect(inQuietHours(quiet, at('2026-10-25T06:59:00Z'), zone)).toBe(true);
    expect(inQuietHours(quiet, at('2026-10-25T07:00:00Z'), zone)).toBe(false);
    expect(inQuietHours(null, at('2026-10-25T00:00:00Z'), zone)).toBe(false);
  });

  test('a schedule past midnight belongs to the day on which it began', () => {
    const friday = hours({ weekdays: [5], from: '18:00', to: '02:00' });
    expect(inSchedule(friday, at('2026-05-08T17:00:00Z'), zone)).toBe(true);
    expect(inSchedule(friday, at('2026-05-08T23:30:00Z'), zone)).toBe(true);
    expect(inSchedule(friday, at('2026-05-09T17:00:00Z'), zone)).toBe(false);
    expect(inSchedule(friday, at('2026-05-07T23:30:00Z'), zone)).toBe(false);
    expect(inSchedule(hours({ weekdays: [3], from: '00:00', to: '24:00' }), NOW, zone)).toBe(true);
  });

  test('a local day begins at local midnight', () => {
    expect(startOfLocalDayMs(NOW, zone)).toBe(at('2026-05-05T22:00:00Z'));
  });
});

test('every reason has words in every language, with its figures', () => {
  const params = { zone: 'Kavárna', seconds: 20, minutes: 120, max: 2, limit: 'visit', from: '22:00', to: '08:00' };
  const words = LANGUAGES.map((language) => REASON_CODES.map((code) => reasonWords(code, params, language)));
  for (const text of words.flat()) {
    expect(text.length).toBeGreaterThan(10);
    expect(text).not.toMatch(/undefined|NaN/);
  }
  for (const texts of words) expect(new Set(texts).size).toBe(texts.length);
  expect(reasonWords('cooldown', { minutes: 5_760 }, 'pl')).toContain('4 dni');
  expect(reasonWords('cooldown', { minutes: 300 }, 'cs')).toContain('5 hodin');
  expect(reasonWords('attention-budget', { limit: 'visit', max: 22 }, 'pl')).toContain('22 oferty');
});
