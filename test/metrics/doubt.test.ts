import { expect, test } from 'vitest';
import { UNMEASURED_DOORS } from '../../server/metrics/doors.ts';
import {
  doubtfulOf,
  doubtsOf,
  excessChance,
  expectedMinutes,
  MILLION,
  missingOf,
  unheard,
  wrongOf,
} from '../../server/metrics/doubt.ts';
import { dwellOf } from '../../server/metrics/dwell.ts';
import { lengthCounts } from '../../server/metrics/footfall.ts';
import { doubtfulCountBand } from '../../server/metrics/spread.ts';
import { seededRandom } from '../support/random.ts';

const HOUR = 3_600_000;
const MIN_MS = 60_000;

/** Visits around the threshold, heard at every interval from a random moment on; hours as edges. */
function heard(random: () => number, count: number, intervalMs: number) {
  return Array.from({ length: count }, (_, i) => {
    const startMs = random() * 6 * HOUR;
    const endMs = startMs + 20_000 + random() * 200_000;
    const firstMs = startMs + random() * intervalMs;
    const beats = Math.max(0, Math.floor((endMs - firstMs) / intervalMs));
    const seen = { startMs: firstMs, endMs: firstMs + beats * intervalMs };
    return {
      truth: { startMs, endMs },
      row: { carrierId: `c-${i}`, kind: 'tag' as const, lagMs: intervalMs / 2, ...seen },
    };
  });
}

test('bands of hourly counts hold the truth, whatever the advertising interval', () => {
  const edges = [0, 1, 2, 3, 4, 5, 6].map((hour) => hour * HOUR);
  for (const intervalMs of [1_300, 4_700, 9_400]) {
    const random = seededRandom(intervalMs);
    let inside = 0;
    let hours = 0;
    let width = 0;
    let error = 0;
    for (let run = 0; run < 40; run += 1) {
      const visits = heard(random, 400, intervalMs);
      const rows = visits.map((visit) => visit.row);
      const doubts = doubtsOf(rows, edges, MIN_MS, 900_000);
      for (let i = 0; i < 6; i += 1) {
        const [fromMs, toMs] = [edges[i]!, edges[i + 1]!];
        const truth = visits.filter(
          ({ truth: one }) => one.startMs >= fromMs && one.startMs < toMs && one.endMs - one.startMs >= MIN_MS,
        ).length;
        const { counted } = lengthCounts(rows, fromMs, toMs, MIN_MS, 0);
        const band = doubtfulCountBand(counted, wrongOf(doubts[i]!), missingOf(doubts[i]!), { mean: 0, variance: 0 });
        if (band.low <= truth && truth <= band.high) inside += 1;
        hours += 1;
        width += band.high - band.low;
        error += counted - truth;
      }
    }
    expect(inside / hours).toBeGreaterThan(0.95);
    // Seventy an hour: a band is worth having only while it is narrow.
    expect(width / hours).toBeLessThan(6);
    // The value counts by what was heard: where a beacon advertises every nine seconds, some visits look too short.
    expect(Math.abs(error / hours)).toBeLessThan(4);
  }
});

test('the band of the median dwell holds the truth, though what is heard is shorter', () => {
  for (const intervalMs of [1_300, 4_700, 9_400]) {
    const random = seededRandom(intervalMs + 1);
    let inside = 0;
    let short = 0;
    let width = 0;
    const runs = 150;
    for (let run = 0; run < runs; run += 1) {
      const visits = heard(random, 200, intervalMs);
      const rows = visits.map((visit) => visit.row);
      const span: [number, number] = [0, 24 * HOUR];
      const true_ = visits
        .map(({ truth }) => truth.endMs - truth.startMs)
        .filter((lengthMs) => lengthMs >= MIN_MS)
        .sort((a, b) => a - b);
      const truth = (true_[(true_.length - 1) >> 1]! + true_[true_.length >> 1]!) / 2_000;
      const doubts = doubtsOf(rows, span, MIN_MS, 900_000)[0]!;
      const { value, low, high } = dwellOf(doubtfulOf(rows, ...span, MIN_MS, 900_000), 1, {
        doubts,
        light: { lit: 1, gateways: 1 },
        doors: UNMEASURED_DOORS,
      });
      if (low! <= truth && truth <= high!) inside += 1;
      if (value! < truth) short += 1;
      width += high! - low!;
      expect(low!).toBeLessThanOrEqual(value!);
    }
    expect(inside / runs, `every ${intervalMs} ms`).toBeGreaterThan(0.93);
    expect(width / runs, `every ${intervalMs} ms`).toBeLessThan(20);
    if (intervalMs > 9_000) expect(short).toBeGreaterThan(runs / 2);
  }
});

test('what comes back sooner than the gap allows may be one visit, what comes back later is not', () => {
  const row = (startMs: number, endMs: number) => ({
    carrierId: 'c',
    kind: 'tag' as const,
    startMs,
    endMs,
    lagMs: 2_000,
  });
  const rows = (silentMs: number) => [row(HOUR, HOUR + 600_000), row(HOUR + 600_000 + silentMs, 2 * HOUR)];
  const doubtOf = (silentMs: number) => doubtsOf(rows(silentMs), [0, 3 * HOUR], MIN_MS, 900_000)[0]!.falseM / MILLION;
  expect(doubtOf(904_000)).toBeCloseTo(0.5, 6);
  expect(doubtOf(908_000)).toBe(0);
  expect(doubtOf(900_001)).toBeGreaterThan(0.99);
  expect(excessChance(0, 1, 1)).toBe(1);
});

test('what goes unheard at both ends adds up as two uniform lengths do', () => {
  const random = seededRandom(5);
  for (const [beforeMs, afterMs] of [
    [4_000, 4_000],
    [2_000, 600_000],
    [90_000, 1_000],
  ] as const)
    for (const neededMs of [0.1, 0.4, 0.8].map((share) => share * (beforeMs + afterMs))) {
      let reached = 0;
      for (let i = 0; i < 20_000; i += 1) if (beforeMs * random() + afterMs * random() >= neededMs) reached += 1;
      expect(Math.abs(excessChance(neededMs, beforeMs, afterMs) - reached / 20_000)).toBeLessThan(0.015);
    }
});

test('a dead gateway matters as much as the others do not hear its carriers', () => {
  const light = { lit: 1, gateways: 0.9 };
  const seen = (one: number, two: number, more: number) => ({ seenByOne: one, seenByTwo: two, seenByMore: more });
  expect(unheard(seen(90, 0, 0), light).mean).toBeCloseTo(10 + 0.5 / 9, 6);
  expect(unheard(seen(0, 99, 0), light).mean).toBeCloseTo(1 + 0.5 / 99, 6);
  expect(unheard(seen(0, 0, 999), light).mean).toBeCloseTo(1 + 0.5 / 999, 6);
  expect(unheard(seen(5, 5, 5), { lit: 1, gateways: 1 })).toEqual({ mean: 0, variance: 0 });
});

test('minutes in which several gateways are expected count once', () => {
  const span = (gatewayId: string, fromMs: number, toMs: number) => ({ gatewayId, floorId: 'f', fromMs, toMs });
  const spans = [span('a', 0, 10 * MIN_MS), span('b', 5 * MIN_MS, 12 * MIN_MS), span('c', 20 * MIN_MS, HOUR)];
  expect(expectedMinutes(spans, 0, 30 * MIN_MS)).toBe(22);
});
