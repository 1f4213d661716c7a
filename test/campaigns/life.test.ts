import { describe, expect, test } from 'vitest';
import { afterRehearsal, changed, mayGoLive, statusAfter } from '../../server/campaigns/campaign.ts';
import { variantOf } from '../../server/campaigns/experiment.ts';
import { costMinorOf, expiryOf, wordsOf } from '../../server/campaigns/face.ts';
import { inSchedule } from '../../server/campaigns/schedule.ts';
import {
  audience,
  type CampaignInput,
  DEFAULT_ATTENTION,
  offerFace,
  schedule,
} from '../../server/contract/campaigns.ts';
import { seededRandom } from '../support/random.ts';
import { campaignOf } from './world.ts';

describe('life of a campaign', () => {
  test('rehearsed, approved or rejected, live', () => {
    expect(statusAfter('draft', 'approve')).toBeUndefined();
    expect(statusAfter('rehearsed', 'approve')).toBe('approved');
    expect(statusAfter('approved', 'reject')).toBe('draft');
    expect(statusAfter('rehearsed', 'reject')).toBe('draft');
    expect(statusAfter('live', 'reject')).toBeUndefined();
    expect(statusAfter('approved', 'start')).toBe('live');
    const rejected = campaignOf({ status: 'draft', rejection: { reason: 'too loud', at: '2026-05-06T12:00:00Z' } });
    expect(afterRehearsal(rejected)).toMatchObject({ status: 'rehearsed', rejection: null });
    expect(afterRehearsal(campaignOf({ status: 'approved' })).status).toBe('approved');
  });

  test('where the mall approves, a tenant’s campaign waits for it, the mall’s own does not', () => {
    const asks = { ...DEFAULT_ATTENTION, approvalRequired: true };
    expect(mayGoLive(campaignOf({ status: 'rehearsed' }), DEFAULT_ATTENTION)).toBe(true);
    expect(mayGoLive(campaignOf({ status: 'rehearsed' }), asks)).toBe(false);
    expect(mayGoLive(campaignOf({ status: 'approved' }), asks)).toBe(true);
    expect(mayGoLive(campaignOf({ status: 'rehearsed', tenantId: null }), asks)).toBe(true);
  });

  const inputOf = (given: Parameters<typeof campaignOf>[0] = {}): CampaignInput => {
    const { status, rejection, ...input } = campaignOf({ schedule: HOURS, ...given });
    return input;
  };
  const HOURS = schedule.parse({ weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '20:00' });
  const minor = inputOf({ name: 'Other', stock: 5, budgetMinor: 900, schedule: { ...HOURS, endsOn: '2026-06-01' } });
  const substantial: Parameters<typeof campaignOf>[0][] = [
    { zoneIds: ['front', 'shoes'] },
    { trigger: { type: 'exit' } },
    { offer: { ...campaignOf().offer, title: 'Free cake' } },
    { offer: { ...campaignOf().offer, imageId: 'i-1' } },
    { variants: [{ id: 'b', offer: campaignOf().offer }] },
    { audience: audience.parse({ who: 'new' }) },
    { cooldownMinutes: 1 },
    { schedule: null },
    { schedule: { ...HOURS, to: '21:00' } },
    { schedule: { ...HOURS, startsOn: '2026-06-01' } },
    { controlShare: 0.2 },
    { tenantId: 'shoes' },
  ];

  test.each(['rehearsed', 'approved', 'paused'] as const)(
    'a change of substance takes it from %s to draft',
    (status) => {
      const before = { ...inputOf(), status, rejection: null };
      expect(changed(before, inputOf())).toEqual(before);
      expect(changed(before, minor)).toEqual({ ...minor, status, rejection: null });
      for (const given of substantial)
        expect(changed(before, inputOf(given))?.status, JSON.stringify(given)).toBe('draft');
    },
  );

  test('while it is live only name, stock, budget and last day change', () => {
    const before = { ...inputOf(), status: 'live' as const, rejection: null };
    expect(changed(before, minor)).toEqual({ ...minor, status: 'live', rejection: null });
    for (const given of substantial) expect(changed(before, inputOf(given)), JSON.stringify(given)).toBeUndefined();
  });

  test('the order in which translations come is no change', () => {
    const words = { title: 'x', text: 'y', terms: null };
    const offer = (translations: object) => offerFace.parse({ ...campaignOf().offer, translations });
    const before = { ...inputOf({ offer: offer({ cs: words, pl: words }) }), status: 'live' as const, rejection: null };
    expect(changed(before, inputOf({ offer: offer({ pl: words, cs: words }) }))?.status).toBe('live');
  });
});

describe('variants', () => {
  const random = seededRandom(5);
  const shoppers = Array.from({ length: 4_000 }, () => `s-${Math.floor(random() * 2 ** 48).toString(16)}`);
  const of = (...ids: string[]) => ({ id: 'coffee', variants: ids.map((id) => ({ id, offer: campaignOf().offer })) });

  test('equal shares, independent between campaigns; one without variants has its own offer alone', () => {
    const share = (id: string) => shoppers.filter((one) => variantOf(one, of('b', 'c', 'd')) === id).length / 4_000;
    // Four standard errors of a share of 0.25 in 4,000 are 0.027.
    for (const id of ['a', 'b', 'c', 'd']) expect(Math.abs(share(id) - 0.25)).toBeLessThan(0.028);
    const both = shoppers.filter(
      (one) => variantOf(one, of('b')) === 'b' && variantOf(one, { ...of('b'), id: 'tea' }) === 'b',
    );
    expect(Math.abs(both.length / 4_000 - 0.25)).toBeLessThan(0.028);
    expect(shoppers.every((one) => variantOf(one, of()) === 'a')).toBe(true);
  });

  test('a variant more moves only those who come to it, a variant less only those who had it', () => {
    for (const shopper of shoppers.slice(0, 1_000)) {
      const two = variantOf(shopper, of('b'));
      const three = variantOf(shopper, of('b', 'c'));
      expect(three === two || three === 'c').toBe(true);
    }
  });
});

describe('schedule in local time', () => {
  const PRAGUE = 'Europe/Prague';
  const at = (local: string) => Date.parse(local);
  const daily = { weekdays: [1, 2, 3, 4, 5, 6, 7], from: '10:00', to: '20:00' };
  const holds = (given: object, iso: string) => inSchedule(schedule.parse(given), at(iso), PRAGUE);

  test('first and last day, both whole', () => {
    const given = { ...daily, from: '00:00', to: '24:00', startsOn: '2026-05-06', endsOn: '2026-05-07' };
    expect(holds(given, '2026-05-05T21:59:00Z')).toBe(false);
    expect(holds(given, '2026-05-05T22:00:00Z')).toBe(true);
    expect(holds(given, '2026-05-07T21:59:00Z')).toBe(true);
    expect(holds(given, '2026-05-07T22:00:00Z')).toBe(false);
  });

  test('hours past midnight belong to the day on which they began, on the last day too', () => {
    const given = { ...daily, from: '22:00', to: '02:00', startsOn: '2026-05-06', endsOn: '2026-05-06' };
    expect(holds(given, '2026-05-05T23:30:00Z')).toBe(false);
    expect(holds(given, '2026-05-06T21:00:00Z')).toBe(true);
    expect(holds(given, '2026-05-06T23:30:00Z')).toBe(true);
    expect(holds(given, '2026-05-07T21:00:00Z')).toBe(false);
  });

  test('a day with hours of its own, and one that is closed, whatever their weekday', () => {
    const given = {
      ...daily,
      weekdays: [1, 2, 3, 4, 5],
      exceptions: [
        { date: '2026-05-06', hours: null },
        { date: '2026-05-09', hours: { from: '12:00', to: '13:00' } },
      ],
    };
    expect(holds(given, '2026-05-06T12:00:00Z')).toBe(false);
    expect(holds(given, '2026-05-07T12:00:00Z')).toBe(true);
    // A Saturday.
    expect(holds(given, '2026-05-09T10:30:00Z')).toBe(true);
    expect(holds(given, '2026-05-09T11:30:00Z')).toBe(false);
  });

  test('a closed day does not cut the night that began before it', () => {
    const given = { ...daily, from: '22:00', to: '02:00', exceptions: [{ date: '2026-05-07', hours: null }] };
    expect(holds(given, '2026-05-06T23:30:00Z')).toBe(true);
    expect(holds(given, '2026-05-07T20:30:00Z')).toBe(false);
  });

  test('the clocks go forward and back', () => {
    const night = { ...daily, from: '01:30', to: '03:30' };
    // 29 March: 02:00 becomes 03:00. 00:30Z is 01:30, 01:00Z is 03:00.
    expect(holds(night, '2026-03-29T00:29:00Z')).toBe(false);
    expect(holds(night, '2026-03-29T00:30:00Z')).toBe(true);
    expect(holds(night, '2026-03-29T01:29:00Z')).toBe(true);
    expect(holds(night, '2026-03-29T01:30:00Z')).toBe(false);
    // 25 October: 03:00 becomes 02:00; 02:30 comes twice.
    for (const iso of ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:29:00Z'])
      expect(holds(night, iso), iso).toBe(true);
    expect(holds(night, '2026-10-25T02:30:00Z')).toBe(false);
    const whole = { ...daily, from: '00:00', to: '24:00', startsOn: '2026-10-25', endsOn: '2026-10-25' };
    expect(holds(whole, '2026-10-24T22:00:00Z')).toBe(true);
    expect(holds(whole, '2026-10-25T22:59:00Z')).toBe(true);
    expect(holds(whole, '2026-10-25T23:00:00Z')).toBe(false);
  });
});

test('an offer’s words, cost and end', () => {
  const face = offerFace.parse({
    title: 'Coffee',
    text: 'Free',
    terms: 'One each.',
    translations: { cs: { title: 'Káva', text: 'Zdarma' } },
    validMinutes: 120,
  });
  expect(wordsOf(face, 'cs')).toEqual({ title: 'Káva', text: 'Zdarma', terms: null });
  expect(wordsOf(face, 'sk')).toEqual({ title: 'Coffee', text: 'Free', terms: 'One each.' });
  expect(costMinorOf(null)).toBe(0);
  expect(costMinorOf({ type: 'percent', percent: 20, maxAmountMinor: 700 })).toBe(700);
  expect(costMinorOf({ type: 'gift', costMinor: 80 })).toBe(80);
  // The day of the change to winter time ends at 23:00Z.
  const issued = Date.parse('2026-10-25T22:30:00Z');
  const until = (validUntil: string | null) => expiryOf({ ...face, validUntil }, issued, 'Europe/Prague') - issued;
  expect(until(null)).toBe(120 * 60_000);
  expect(until('2026-10-25')).toBe(30 * 60_000);
  expect(until('2026-10-26')).toBe(120 * 60_000);
});
