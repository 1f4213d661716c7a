import { expect, test } from 'vitest';
import {
  bucketEdges,
  dayStartMs,
  dayText,
  isoLocal,
  localDay,
  MAX_BUCKETS,
  weekdayOf,
} from '../../server/metrics/localTime.ts';

const at = (iso: string) => Date.parse(iso);
const HOUR = 3_600_000;
const starts = (zone: string, interval: '15m' | 'hour' | 'day' | 'week', from: string, to: string) =>
  bucketEdges(zone, interval, at(from), at(to)).map((edge) => isoLocal(zone, edge));

test('the spring day of Prague has 23 hours and no hour 2', () => {
  const edges = bucketEdges('Europe/Prague', 'day', at('2026-03-28T23:00Z'), at('2026-03-30T22:00Z'));
  expect(edges.map((edge) => isoLocal('Europe/Prague', edge))).toEqual([
    '2026-03-29T00:00:00+01:00',
    '2026-03-30T00:00:00+02:00',
    '2026-03-31T00:00:00+02:00',
  ]);
  expect((edges[1]! - edges[0]!) / HOUR).toBe(23);
  expect(starts('Europe/Prague', 'hour', '2026-03-29T00:00Z', '2026-03-29T03:00Z')).toEqual([
    '2026-03-29T01:00:00+01:00',
    '2026-03-29T03:00:00+02:00',
    '2026-03-29T04:00:00+02:00',
    '2026-03-29T05:00:00+02:00',
  ]);
});

test('the autumn day of Prague has 25 hours, hour 2 twice with different offsets', () => {
  const edges = bucketEdges('Europe/Prague', 'day', at('2026-10-24T22:00Z'), at('2026-10-25T23:00Z'));
  expect((edges[1]! - edges[0]!) / HOUR).toBe(25);
  const hours = starts('Europe/Prague', 'hour', '2026-10-24T22:00Z', '2026-10-25T23:00Z');
  expect(hours).toHaveLength(26);
  expect(hours.slice(1, 5)).toEqual([
    '2026-10-25T01:00:00+02:00',
    '2026-10-25T02:00:00+02:00',
    '2026-10-25T02:00:00+01:00',
    '2026-10-25T03:00:00+01:00',
  ]);
  expect(bucketEdges('Europe/Prague', '15m', at('2026-10-24T22:00Z'), at('2026-10-25T23:00Z'))).toHaveLength(101);
});

test('half an hour of daylight saving on Lord Howe leaves half hours of their own', () => {
  // 2026-04-05 02:00 +11 becomes 01:30 +10:30.
  expect(starts('Australia/Lord_Howe', 'hour', '2026-04-04T14:00Z', '2026-04-04T16:30Z')).toEqual([
    '2026-04-05T01:00:00+11:00',
    '2026-04-05T01:30:00+10:30',
    '2026-04-05T02:00:00+10:30',
    '2026-04-05T03:00:00+10:30',
  ]);
  // 2026-10-04 02:00 +10:30 becomes 02:30 +11.
  expect(starts('Australia/Lord_Howe', 'hour', '2026-10-03T14:30Z', '2026-10-03T17:00Z')).toEqual([
    '2026-10-04T01:00:00+10:30',
    '2026-10-04T02:30:00+11:00',
    '2026-10-04T03:00:00+11:00',
    '2026-10-04T04:00:00+11:00',
  ]);
  const day = bucketEdges('Australia/Lord_Howe', 'day', at('2026-04-04T13:00Z'), at('2026-04-05T13:30Z'));
  expect((day[1]! - day[0]!) / HOUR).toBe(24.5);
});

test('hours of Nepal start at a quarter past in UTC', () => {
  const edges = bucketEdges('Asia/Kathmandu', 'hour', at('2026-01-01T00:15Z'), at('2026-01-01T02:15Z'));
  expect(edges.map((edge) => new Date(edge).toISOString().slice(11, 16))).toEqual(['00:15', '01:15', '02:15']);
  expect(isoLocal('Asia/Kathmandu', edges[0]!)).toBe('2026-01-01T06:00:00+05:45');
});

test('where midnight does not exist the day starts at one, and where it comes twice no day starts twice', () => {
  // Cairo: 2024-04-26 00:00 becomes 01:00; 2024-11-01 00:00 becomes 2024-10-31 23:00.
  expect(starts('Africa/Cairo', 'day', '2024-04-25T22:00Z', '2024-04-26T21:00Z')).toEqual([
    '2024-04-26T01:00:00+03:00',
    '2024-04-27T00:00:00+03:00',
  ]);
  expect(starts('Africa/Cairo', 'day', '2024-10-30T21:00Z', '2024-11-01T22:00Z')).toEqual([
    '2024-10-31T00:00:00+03:00',
    '2024-11-01T00:00:00+02:00',
    '2024-11-02T00:00:00+02:00',
  ]);
  // Havana: 2025-11-02 01:00 becomes 00:00.
  expect(starts('America/Havana', 'day', '2025-11-02T04:00Z', '2025-11-03T05:00Z')).toEqual([
    '2025-11-02T00:00:00-04:00',
    '2025-11-03T00:00:00-05:00',
  ]);
});

test('a day that a country skipped is no bucket', () => {
  // Apia went from 29 to 31 December 2011.
  expect(starts('Pacific/Apia', 'day', '2011-12-29T10:00Z', '2011-12-31T10:00Z')).toEqual([
    '2011-12-29T00:00:00-10:00',
    '2011-12-31T00:00:00+14:00',
    '2012-01-01T00:00:00+14:00',
  ]);
});

test('weeks start on Monday by the local date', () => {
  expect(starts('Europe/Prague', 'week', '2026-03-22T23:00Z', '2026-04-05T22:00Z')).toEqual([
    '2026-03-23T00:00:00+01:00',
    '2026-03-30T00:00:00+02:00',
    '2026-04-06T00:00:00+02:00',
  ]);
  expect(weekdayOf(localDay('Europe/Prague', at('2026-03-22T23:00Z')))).toBe(0);
  expect(weekdayOf(localDay('Europe/Prague', at('2026-03-22T22:59Z')))).toBe(6);
});

test('a period that starts or ends within an interval cuts it there', () => {
  expect(starts('Europe/Prague', 'hour', '2026-01-01T09:07Z', '2026-01-01T11:30Z')).toEqual([
    '2026-01-01T10:07:00+01:00',
    '2026-01-01T11:00:00+01:00',
    '2026-01-01T12:00:00+01:00',
    '2026-01-01T12:30:00+01:00',
  ]);
});

test.each(['Europe/Prague', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns', 'Africa/Casablanca'])(
  'in %s every time probed in two years lies in the bucket of its own local date and hour',
  (zone) => {
    const from = at('2025-01-01T00:00Z');
    const to = at('2026-12-31T00:00Z');
    const days = bucketEdges(zone, 'day', from, to);
    let i = 0;
    for (let atMs = from; atMs < to; atMs += 97 * 60_000) {
      while (atMs >= days[i + 1]!) i += 1;
      expect(localDay(zone, atMs)).toBe(localDay(zone, days[i]!));
    }
    const spring = at('2026-03-01T00:00Z');
    const hours = bucketEdges(zone, 'hour', spring, spring + 100 * 24 * HOUR);
    i = 0;
    for (let atMs = spring; atMs < spring + 100 * 24 * HOUR; atMs += 11 * 60_000) {
      while (atMs >= hours[i + 1]!) i += 1;
      const [here, start] = [isoLocal(zone, atMs), isoLocal(zone, hours[i]!)];
      expect(`${here.slice(0, 13)}${here.slice(19)}`).toBe(`${start.slice(0, 13)}${start.slice(19)}`);
    }
    expect(hours.every((edge, index) => index === 0 || edge > hours[index - 1]!)).toBe(true);
  },
);

test('finds the first instant of a local day', () => {
  for (const [zone, iso] of [
    ['Europe/Prague', '2026-03-29T00:00:00+01:00'],
    ['Africa/Cairo', '2024-04-26T01:00:00+03:00'],
    ['Pacific/Kiritimati', '2026-01-05T00:00:00+14:00'],
    ['Pacific/Pago_Pago', '2026-01-05T00:00:00-11:00'],
  ] as const) {
    const day = localDay(zone, at(iso));
    expect(dayStartMs(zone, day)).toBe(at(iso));
    expect(dayText(day)).toBe(iso.slice(0, 10));
  }
});

test('names what is wrong with a period', () => {
  const now = at('2026-01-01T00:00Z');
  const fault = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(fault(() => bucketEdges('Europe/Prague', 'hour', now, now))).toMatchObject({ status: 400, path: 'to' });
  expect(fault(() => bucketEdges('Europe/Prague', 'hour', Number.NaN, now))).toMatchObject({
    status: 400,
    path: 'from',
  });
  expect(fault(() => bucketEdges('Europe/Prague', 'hour', now, Number.POSITIVE_INFINITY))).toMatchObject({
    path: 'to',
  });
  expect(fault(() => bucketEdges('Mars/Olympus', 'hour', now, now + 1))).toMatchObject({
    status: 400,
    path: 'timezone',
  });
  const most = now + MAX_BUCKETS * HOUR;
  expect(bucketEdges('Europe/Prague', 'hour', now, most)).toHaveLength(MAX_BUCKETS + 1);
  expect(fault(() => bucketEdges('Europe/Prague', 'hour', now, most + 1))).toMatchObject({
    status: 400,
    path: 'interval',
  });
});
