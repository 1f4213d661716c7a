import { expect, test } from 'vitest';
import { certaintyOf, doorHearingOf, noHearing, noteGap, noteWitnesses } from '../../server/engine/hearing.ts';
import { doorHours, doorSums, doorsOf, endVariance, noEnds, UNMEASURED_DOORS } from '../../server/metrics/doors.ts';
import { NO_DOUBTS } from '../../server/metrics/doubt.ts';
import { edgeSums, occupancyFigures } from '../../server/metrics/occupancy.ts';
import { seededRandom } from '../support/random.ts';

const HOUR = 3_600_000;
const views = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    gatewayId: `g${i}`,
    rssiMeanDbm: -70,
    rssiMaxDbm: -70,
    adverts: 1,
    atMs: 0,
  }));

/** Visits whose adverts reach `atMost` gateways on the mean, and fewer and fewer the nearer the leaving. */
function visits(random: () => number, count: number, reachAt: (leftMs: number) => number) {
  const poisson = (mean: number): number => {
    let [k, product] = [0, random()];
    for (const limit = Math.exp(-mean); product > limit; k += 1) product *= random();
    return k;
  };
  return Array.from({ length: count }, (_, i) => {
    const startMs = 48 * HOUR + Math.floor(random() * HOUR);
    const endMs = startMs + 300_000 + Math.floor(random() * 600_000);
    const hearing = noHearing();
    const heard: number[] = [];
    for (let atMs = startMs + Math.floor(random() * 2_000); atMs < endMs; atMs += 2_000) {
      const gateways = poisson(reachAt(endMs - atMs));
      if (gateways === 0) continue;
      const [first, last] = [heard[0], heard.at(-1)];
      if (first !== undefined && last !== undefined) noteGap(hearing, atMs - last, 20_000, last - first);
      noteWitnesses(hearing, views(gateways));
      heard.push(atMs);
    }
    return {
      truth: { startMs, endMs },
      row: {
        carrierId: `c-${i}`,
        kind: 'tag' as const,
        startMs: heard[0]!,
        endMs: heard.at(-1)!,
        ...certaintyOf(hearing),
        ...doorHearingOf(hearing),
      },
    };
  });
}

const ALWAYS = { fromMs: 0, toMs: 1_000 * HOUR };

test('where people are heard at the doors as elsewhere, so are their lags', () => {
  const rows = visits(seededRandom(1), 300, () => 5).map(({ row }) => row);
  const { first, last } = doorsOf(doorSums(rows, [], ALWAYS));
  for (const door of [first, last]) {
    expect(door.times).toBeGreaterThan(0.95);
    expect(door.times).toBeLessThan(1.06);
    expect(door.spread).toBeLessThan(0.05);
    expect(door.lost).toBeLessThan(0.03);
  }
});

test('who walks out of earshot is known to be gone later, and known worse', () => {
  for (const seed of [2, 3, 4]) {
    // From fifteen seconds before the leaving ever fewer gateways hear them; the coming is heard well.
    const all = visits(seededRandom(seed), 400, (leftMs) => 5 * Math.max(0.3, Math.min(1, leftMs / 15_000)));
    const { first, last } = doorsOf(
      doorSums(
        all.map(({ row }) => row),
        [],
        ALWAYS,
      ),
    );
    expect(first.times).toBeLessThan(1.06);
    expect(last.times).toBeGreaterThan(1.2);
    expect(last.spread).toBeGreaterThan(2 * first.spread);
    const lagMs = all.reduce((sum, { row }) => sum + row.lagMs!, 0);
    const trueMs = all.reduce((sum, { row, truth }) => sum + truth.endMs - row.endMs, 0);
    const off = trueMs / lagMs / last.times - 1;
    expect(Math.abs(off), `seed ${seed}: ${off}`).toBeLessThan(2 * last.spread);
  }
});

test('the occupancy band of such a site holds the truth, as one without the doors would not', () => {
  let [inside, insideUnmeasured] = [0, 0];
  const runs = 60;
  for (let seed = 100; seed < 100 + runs; seed += 1) {
    const all = visits(seededRandom(seed), 60, (leftMs) => 5 * Math.max(0.3, Math.min(1, leftMs / 15_000)));
    const rows = all.map(({ row }) => row);
    const period = [48 * HOUR, 51 * HOUR] as const;
    const truth = all.reduce((sum, one) => sum + one.truth.endMs - one.truth.startMs, 0) / (3 * HOUR);
    // Half a second too long at either end, as whole ticks are.
    const carrierMs = rows.reduce((sum, row) => sum + row.endMs - row.startMs + 1_000, 0);
    const sure = {
      doubts: NO_DOUBTS,
      light: { lit: 1, gateways: 1 },
      sums: edgeSums(rows, [], ...period, 900_000),
    };
    const totals = { carrierMs, measuredMs: 3 * HOUR, peak: 60 };
    const doors = doorsOf(doorSums(rows, [], ALWAYS));
    const { low, high, value } = occupancyFigures(totals, 1, { ...sure, doors });
    expect(low!).toBeLessThanOrEqual(value!);
    if (low! <= truth && truth <= high!) inside += 1;
    const elsewhere = { times: 1, spread: 0, lost: 0 };
    const plain = occupancyFigures(totals, 1, { ...sure, doors: { first: elsewhere, last: elsewhere } });
    if (plain.low! <= truth && truth <= plain.high!) insideUnmeasured += 1;
  }
  expect(inside / runs).toBeGreaterThan(0.9);
  expect(insideUnmeasured).toBeLessThan(inside);
});

test('two or three visits decide little, and none nothing', () => {
  expect(doorsOf({ first: noEnds(), last: noEnds() })).toEqual(UNMEASURED_DOORS);
  const few = { ends: 2, byOne: 0, nearMs2: 6e7, visitMs2: 1e7 };
  const many = { ends: 200, byOne: 0, nearMs2: 6e9, visitMs2: 1e9 };
  const { first, last } = doorsOf({ first: few, last: many });
  expect(first.times).toBeLessThan(3);
  expect(last.times).toBeGreaterThan(5.5);
  expect(first.spread).toBeGreaterThan(5 * last.spread);
  expect(endVariance({ times: 1, spread: 0, lost: 0 })).toBeCloseTo(1 / 3, 9);
  expect(endVariance({ times: 1, spread: 0, lost: 1 })).toBeCloseTo(1, 9);
});

test('an interval is told by the day before its end; while gateways are down by its own hours; staff and rows of before tell nothing', () => {
  expect(doorHours(48 * HOUR, 49 * HOUR, 1)).toEqual({ fromMs: 24 * HOUR, toMs: 49 * HOUR });
  expect(doorHours(48 * HOUR, 49 * HOUR, 0.9)).toEqual({ fromMs: 48 * HOUR, toMs: 49 * HOUR });
  const row = { carrierId: 'c', kind: 'tag' as const, startMs: HOUR, endMs: 2 * HOUR, lagMs: 2_000, gateways: 2 };
  const doors = {
    firstGapMs: 10_000,
    firstLagMs: 100,
    firstGateways: 1,
    lastGapMs: 8_000,
    lastLagMs: 4_000,
    lastGateways: 3,
  };
  const told = { ...row, ...doors };
  const hours = { fromMs: HOUR, toMs: 3 * HOUR };
  expect(doorSums([told], [], hours)).toEqual({
    first: { ends: 1, byOne: 1, nearMs2: 10_000 * 500, visitMs2: 10_000 * 2_000 },
    last: { ends: 1, byOne: 0, nearMs2: 8_000 * 4_000, visitMs2: 8_000 * 2_000 },
  });
  const none = { first: noEnds(), last: noEnds() };
  expect(doorSums([], [told], hours).last).toEqual(none.last);
  expect(doorSums([row, { ...told, kind: 'staff' }], [], hours)).toEqual(none);
  expect(doorSums([told], [], { fromMs: 2 * HOUR, toMs: 2 * HOUR })).toEqual(none);
});
