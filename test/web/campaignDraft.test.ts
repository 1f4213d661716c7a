/** A campaign in the making: what it lacks, where each fault is put right, and whom it means in words. */
import { describe, expect, it } from 'vitest';
import { audience, campaignInput } from '../../server/contract/campaigns.ts';
import { blank, lacks, namesNobody, newId, stepOf, tidy } from '../../web/dashboard/views/campaigns/editor/draft.ts';
import { audienceText, heldText } from '../../web/dashboard/views/campaigns/words.ts';

const whole = campaignInput.parse({
  id: 'c',
  name: 'C',
  zoneIds: ['z'],
  trigger: { type: 'enter' },
  offer: { title: 'T', text: 'X', validMinutes: 60 },
});
const lacking = (change: Partial<typeof whole>) => lacks({ ...whole, ...change }).map(({ path }) => path);

describe('what a campaign lacks', () => {
  it('is name, words and a zone at first, and nothing once they are there', () => {
    expect(lacks(blank([], null)).map(({ path }) => path)).toEqual(['name', 'offer.title', 'offer.text', 'zoneIds']);
    expect(lacks(whole)).toEqual([]);
  });

  it('is what the server would refuse: no value under a budget, a day twice, turned ranges, nobody’s basket', () => {
    expect(lacking({ budgetMinor: 1_000 })).toEqual(['offer.value']);
    const day = { date: '2026-12-24', hours: null };
    const schedule = {
      weekdays: [1],
      from: '10:00',
      to: '12:00',
      startsOn: null,
      endsOn: null,
      exceptions: [day, day],
    };
    expect(lacking({ schedule })).toEqual(['schedule.exceptions']);
    expect(lacking({ audience: audience.parse({ recency: { minDays: 9, maxDays: 3 } }) })).toEqual([
      'audience.recency.maxDays',
    ]);
    expect(lacking({ trigger: { type: 'basket', maxAgeHours: 72, minValueMinor: 0 } })).toEqual(['tenantId']);
  });

  it('is put right at the step that has the field', () => {
    expect(['offer.value.percent', 'zoneIds.0', 'trigger.days', 'audience.visited.zoneIds.1'].map(stepOf)).toEqual([
      'what',
      'where',
      'when',
      'who',
    ]);
    expect(['variants.0.offer.title', 'controlShare', ''].map(stepOf)).toEqual(['limits', 'limits', 'check']);
  });
});

it('asks for no profiling where an audience names nobody in particular', () => {
  const all = audience.parse({});
  expect(namesNobody(all)).toBe(true);
  expect(tidy({ ...whole, audience: all }).audience).toBeNull();
  expect(tidy({ ...whole, audience: { ...all, who: 'new' } }).audience).not.toBeNull();
});

it('makes ids of names in any script', () => {
  expect(newId('Žluťoučký kůň', () => 0.123456)).toMatch(/^zlutoucky-kun-[a-z0-9]{4,6}$/);
  expect(newId('☕', () => 0)).toMatch(/^campaign-[a-z0-9]+$/);
});

it('sums an audience up in a sentence, and says why something was held back', () => {
  const names = (ids: string[]) => ids.join(', ');
  expect(audienceText(null, names)).toBe('Every shopper who agreed to offers may get it.');
  expect(
    audienceText(
      audience.parse({
        interests: ['coffee', 'food'],
        frequency: { minVisits: 2, maxVisits: null, withinDays: 30 },
        notVisited: { zoneIds: ['bakery'], withinDays: 7 },
      }),
      names,
    ),
  ).toBe(
    'Only shoppers for whom all of this holds: their interests include coffee or food; they came at least 2 times in the last 30 days; they were not in bakery within 7 days.',
  );
  expect(heldText('attention-budget', 'spacing')).toBe('too soon after another offer');
  expect(heldText('attention-budget/visit')).toBe('enough offers in this visit');
  expect(heldText('not-in-audience', 'tiers')).toBe('not in the audience: loyalty tier');
  expect(heldText('of-the-future')).toBe('of-the-future');
});
