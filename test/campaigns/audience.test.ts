import { describe, expect, test } from 'vitest';
import {
  AUDIENCE_CONDITIONS,
  type AudienceFacts,
  audienceMiss,
  conditionsOf,
  daysAway,
  needsProfiling,
} from '../../server/campaigns/audience.ts';
import { audience } from '../../server/contract/campaigns.ts';
import { campaignOf } from './world.ts';

const TODAY = 20_000;
const facts = (given: Partial<AudienceFacts> = {}): AudienceFacts => ({
  profile: { interests: ['sport', 'coffee'], brands: ['Adidas'] },
  tier: 'silver',
  // Today, three days ago twice, forty days ago.
  history: {
    visitDays: [TODAY, TODAY - 3, TODAY - 3, TODAY - 40],
    lastDayInZone: new Map([
      ['shoes', TODAY - 3],
      ['cafe', TODAY],
    ]),
  },
  today: TODAY,
  returnWindowDays: 30,
  ...given,
});
const miss = (given: object, more: Partial<AudienceFacts> = {}) => audienceMiss(audience.parse(given), facts(more));
const nobody = { visitDays: [], lastDayInZone: new Map<string, number>() };

describe('one condition at a time', () => {
  test.each<[string, object, Partial<AudienceFacts>]>([
    ['any of the interests', { interests: ['fashion', 'sport'] }, {}],
    ['any of the brands, however written', { brands: ['Puma', 'ADIDAS '] }, {}],
    ['one of the tiers', { tiers: ['silver', 'gold'] }, {}],
    ['returning within the window', { who: 'returning' }, {}],
    ['new: never here', { who: 'new' }, { history: nobody }],
    ['new: not within the window', { who: 'new' }, { history: { ...nobody, visitDays: [TODAY, TODAY - 31] } }],
    ['often enough, today not counted', { frequency: { minVisits: 2, maxVisits: 2, withinDays: 30 } }, {}],
    ['within a longer window', { frequency: { minVisits: 3, maxVisits: null, withinDays: 40 } }, {}],
    ['seldom enough', { frequency: { minVisits: 0, maxVisits: 0, withinDays: 30 } }, { history: nobody }],
    ['lately enough', { recency: { minDays: 3, maxDays: 3 } }, {}],
    ['visited within days', { visited: { zoneIds: ['toys', 'shoes'], withinDays: 3 } }, {}],
    ['visited today', { visited: { zoneIds: ['cafe'], withinDays: 1 } }, {}],
    ['not visited within days', { notVisited: { zoneIds: ['shoes', 'toys'], withinDays: 2 } }, {}],
  ])('in: %s', (_name, given, more) => {
    expect(miss(given, more)).toBeUndefined();
  });

  test.each<[string, object, string, Partial<AudienceFacts>]>([
    ['no such interest', { interests: ['kids'] }, 'interests', {}],
    ['nothing said', { interests: ['sport'] }, 'interests', { profile: undefined }],
    ['no such brand', { brands: ['Puma'] }, 'brands', {}],
    ['another tier', { tiers: ['gold'] }, 'tiers', {}],
    ['here before', { who: 'new' }, 'who', {}],
    ['never here', { who: 'returning' }, 'who', { history: nobody }],
    ['today alone makes nobody returning', { who: 'returning' }, 'who', { history: { ...nobody, visitDays: [TODAY] } }],
    ['too seldom', { frequency: { minVisits: 3, maxVisits: null, withinDays: 39 } }, 'frequency', {}],
    ['too often', { frequency: { minVisits: 0, maxVisits: 1, withinDays: 3 } }, 'frequency', {}],
    ['too lately', { recency: { minDays: 4, maxDays: null } }, 'recency', {}],
    ['too long ago', { recency: { minDays: 0, maxDays: 2 } }, 'recency', {}],
    ['no earlier visit', { recency: { minDays: 0, maxDays: null } }, 'recency', { history: nobody }],
    ['visited before the window', { visited: { zoneIds: ['shoes'], withinDays: 2 } }, 'visited', {}],
    ['visited within the window', { notVisited: { zoneIds: ['shoes'], withinDays: 3 } }, 'notVisited', {}],
  ])('out: %s', (_name, given, condition, more) => {
    expect(miss(given, more)).toBe(condition);
  });
});

test('all that is named must hold, and the first that does not is told', () => {
  expect(miss({ interests: ['sport'], tiers: ['silver'], who: 'returning' })).toBeUndefined();
  expect(miss({ interests: ['sport'], tiers: ['gold'], who: 'new' })).toBe('tiers');
  expect(miss({})).toBeUndefined();
  expect(audienceMiss(null, facts())).toBeUndefined();
});

test('what is named asks for consent to profiling, and so do an earlier visit and a basket', () => {
  expect(conditionsOf(audience.parse({})).size).toBe(0);
  const everything = audience.parse({
    interests: ['sport'],
    brands: ['x'],
    tiers: ['gold'],
    who: 'new',
    frequency: { minVisits: 1, maxVisits: null, withinDays: 5 },
    recency: { minDays: 1, maxDays: null },
    visited: { zoneIds: ['a'], withinDays: 1 },
    notVisited: { zoneIds: ['b'], withinDays: 1 },
  });
  expect([...conditionsOf(everything)]).toEqual([...AUDIENCE_CONDITIONS]);
  expect(needsProfiling(campaignOf())).toBe(false);
  expect(needsProfiling(campaignOf({ audience: audience.parse({}) }))).toBe(false);
  expect(needsProfiling(campaignOf({ audience: audience.parse({ who: 'new' }) }))).toBe(true);
  expect(needsProfiling(campaignOf({ trigger: { type: 'return', days: 3 } }))).toBe(true);
  expect(needsProfiling(campaignOf({ trigger: { type: 'basket', maxAgeHours: 1, minValueMinor: 0 } }))).toBe(true);
});

test('days away count from the last visit on an earlier day', () => {
  expect(daysAway({ ...nobody, visitDays: [TODAY, TODAY - 5, TODAY - 9] }, TODAY)).toBe(5);
  expect(daysAway({ ...nobody, visitDays: [TODAY] }, TODAY)).toBeUndefined();
});
