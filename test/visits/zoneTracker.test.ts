import { expect, test } from 'vitest';
import { zoneTable } from '../../server/visits/zoneTable.ts';
import {
  currentZoneIds,
  endAll,
  type StayState,
  trackSighted,
  trackSilent,
  type ZoneSink,
} from '../../server/visits/zoneTracker.ts';
import { box, gaussian, seeded } from '../engine/support.ts';

const RULES = { enterConfirmMs: 3_000, exitAfterMs: 20_000 };
const small = box('small', [45, 45, 51, 51], { kind: 'coupon' });
const table = zoneTable([box('a', [0, 0, 40, 40]), box('b', [40, 0, 80, 40]), box('c', [2, 2, 38, 38]), small], {
  a: [60, 10],
});

function track() {
  const stays: StayState[] = [];
  const log: string[] = [];
  const ticksIn = new Map<string, number>();
  let tick = 0;
  const sink: ZoneSink = {
    entered: (stay) => log.push(`${tick} entered ${stay.zoneId}`),
    dwelled: (stay, seconds) => log.push(`${tick} dwelled ${stay.zoneId} ${seconds}`),
    exited: (stay) => log.push(`${tick} exited ${stay.zoneId} ${stay.startMs}-${stay.lastInMs}`),
    wasIn: (stay, from, to) => ticksIn.set(stay.zoneId, (ticksIn.get(stay.zoneId) ?? 0) + (to - from) / 1_000),
  };
  return {
    stays,
    log,
    ticksIn,
    sink,
    /** `seconds` ticks with these masses, heard at half past each. */
    heard(seconds: number, masses: Record<string, number>, accuracyM = 2): void {
      for (let i = 0; i < seconds; i++) {
        tick += 1;
        const list = Object.entries(masses).map(([zoneId, mass]) => ({ zoneId, mass }));
        trackSighted(
          stays,
          { atMs: tick * 1_000 - 500, tickEndMs: tick * 1_000, masses: list, accuracyM },
          table,
          RULES,
          sink,
        );
      }
    },
    silent(seconds: number): void {
      for (let i = 0; i < seconds; i++) trackSilent(stays, ++tick * 1_000, RULES, sink);
    },
  };
}

test('enters after the confirmation, from when it was first in; exits after the time out of it, at when it was last in', () => {
  const t = track();
  t.heard(9, { a: 1 });
  expect(t.log).toEqual(['4 entered a']);
  t.heard(30, { b: 0.1 });
  expect(t.log).toEqual(['4 entered a', '29 exited a 500-8500']);
  expect(t.ticksIn.get('a')).toBe(9);
});

test('an entry that does not hold is none', () => {
  const t = track();
  for (let i = 0; i < 20; i++) {
    t.heard(3, { a: 1 });
    t.heard(1, { a: 0.1 });
  }
  expect(t.log).toEqual([]);
});

test('between the two thresholds one who is in stays, one who is out stays out', () => {
  const outside = track();
  outside.heard(60, { a: 0.45 });
  expect(outside.log).toEqual([]);
  const inside = track();
  inside.heard(5, { a: 0.9 });
  inside.heard(120, { a: 0.45 });
  expect(inside.log.filter((line) => !line.includes('dwelled'))).toEqual(['4 entered a']);
});

test('silence ends a stay as absence does, and a sighting in time goes on with it', () => {
  const t = track();
  t.heard(5, { a: 1 });
  t.silent(19);
  t.heard(1, { a: 1 });
  expect(t.log.filter((line) => line.includes('exited'))).toEqual([]);
  expect(t.ticksIn.get('a')).toBe(25);
  t.silent(20);
  expect(t.log.filter((line) => line.includes('exited'))).toEqual(['45 exited a 500-24500']);
});

test('of neighbours the better one wins; overlapping zones each have their own stay', () => {
  const t = track();
  t.heard(10, { a: 0.6, b: 0.56, c: 0.7 });
  expect(t.log.filter((line) => line.includes('entered'))).toEqual(['4 entered a', '4 entered c']);
});

test('noise at the border makes no flapping', () => {
  const random = seeded(7);
  const t = track();
  t.heard(5, { a: 0.9 });
  let noise = 0;
  let crossings = 0;
  for (let i = 0; i < 1_800; i++) {
    // Fixes are smoothed, so their noise is too: 0.08 in mass, with a memory of a few seconds.
    const before = noise;
    noise = 0.7 * noise + 0.055 * gaussian(random);
    if (before * noise < 0) crossings += 1;
    t.heard(1, { a: 0.5 + noise, b: 0.5 - noise });
  }
  expect(crossings).toBeGreaterThan(300);
  expect(t.log.filter((line) => line.includes('entered')).length).toBeLessThanOrEqual(3);
  expect(t.log.filter((line) => line.includes('exited')).length).toBeLessThanOrEqual(2);
});

test('a small zone is entered with the mass that it can have, not with half', () => {
  const zone = table.get('small')!;
  const attainable = zone.attainable(5);
  expect(attainable).toBeGreaterThan(0.2);
  expect(attainable).toBeLessThan(0.6);
  const t = track();
  t.heard(5, { small: 0.8 * attainable }, 5);
  expect(t.log).toEqual(['4 entered small']);
});

test('a zone far smaller than the error is never entered', () => {
  const t = track();
  t.heard(60, { small: table.get('small')!.attainable(30) }, 30);
  expect(t.log).toEqual([]);
});

test('each dwell threshold fires once in a stay, in rising order, and again in the next stay', () => {
  const t = track();
  t.heard(80, { a: 1 });
  t.silent(30);
  t.heard(15, { a: 1 });
  expect(t.log.filter((line) => line.includes('dwelled'))).toEqual([
    '11 dwelled a 10',
    '61 dwelled a 60',
    '121 dwelled a 10',
  ]);
});

test('the end of the visit ends confirmed stays and forgets the others', () => {
  const t = track();
  t.heard(5, { a: 1 });
  t.heard(1, { a: 1, small: 0.9 });
  endAll(t.stays, t.sink);
  expect(t.stays).toEqual([]);
  expect(t.log.filter((line) => line.includes('exited'))).toEqual(['6 exited a 500-5500']);
});

test('of neighbours it is now in the one that it was in last', () => {
  const t = track();
  t.heard(5, { a: 1, c: 1 });
  t.heard(5, { b: 1 });
  expect(t.stays.map((stay) => stay.zoneId)).toEqual(['a', 'c', 'b']);
  expect(currentZoneIds(t.stays, table)).toEqual(['b']);
});
