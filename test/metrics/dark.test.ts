import { expect, test } from 'vitest';
import { darkWindows, goneUnheard, LONGEST_DARK_MS, presentInDark } from '../../server/metrics/dark.ts';
import { doubtsOf, MILLION } from '../../server/metrics/doubt.ts';
import { seededRandom } from '../support/random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const window = { fromMs: 2 * HOUR, toMs: 2 * HOUR + 30 * MINUTE };

test('dark is what was expected and not reported', () => {
  const span = (gatewayId: string, fromMs: number, toMs: number) => ({ gatewayId, floorId: 'f', fromMs, toMs });
  expect(
    darkWindows(
      [
        { fromMs: 0, toMs: 5 * MINUTE },
        { fromMs: 9 * MINUTE, toMs: 40 * MINUTE },
      ],
      [span('a', 2 * MINUTE, 12 * MINUTE), span('b', 4 * MINUTE, 11 * MINUTE), span('c', 20 * MINUTE, 30 * MINUTE)],
    ),
  ).toEqual([
    { fromMs: 2 * MINUTE, toMs: 5 * MINUTE },
    { fromMs: 9 * MINUTE, toMs: 12 * MINUTE },
    { fromMs: 20 * MINUTE, toMs: 30 * MINUTE },
  ]);
});

test('those who came and went unheard, and their time, are expected as often as they are', () => {
  const random = seededRandom(3);
  const [perMs, meanMs] = [1 / MINUTE, 12 * MINUTE];
  const known = { ...window, arrivals: 118, lengthMs: 118 * meanMs, starts: 0, ends: 0 };
  const runs = 400;
  let gone = 0;
  let goneMs = 0;
  const [, middleMs] = [0, window.fromMs + 10 * MINUTE];
  let present = 0;
  for (let run = 0; run < runs; run += 1)
    for (let atMs = window.fromMs - Math.log(1 - random()) / perMs; atMs < window.toMs; ) {
      const endMs = atMs - Math.log(1 - random()) * meanMs;
      if (endMs < window.toMs) {
        gone += 1;
        goneMs += endMs - atMs;
        if (atMs <= middleMs && endMs > middleMs) present += 1;
      }
      atMs -= Math.log(1 - random()) / perMs;
    }
  const expected = goneUnheard(window, known);
  expect(expected.between(0, 24 * HOUR).mean / (gone / runs)).toBeCloseTo(1, 1);
  expect(expected.presentAt(middleMs) / (present / runs)).toBeCloseTo(1, 0);
  expect(presentInDark([known], 0, 24 * HOUR).presentMs / (goneMs / runs)).toBeCloseTo(1, 1);
  // Parts add up.
  const parts = [0, window.fromMs + 7 * MINUTE, 24 * HOUR];
  expect(expected.between(parts[0]!, parts[1]!).mean + expected.between(parts[1]!, parts[2]!).mean).toBeCloseTo(
    expected.between(0, 24 * HOUR).mean,
    9,
  );
});

test('who is heard up to the dark and from its end on stayed through it: each half of it on the mean, all of it together', () => {
  const known = { ...window, arrivals: 0, lengthMs: 0, starts: 5, ends: 5 };
  const dark = presentInDark([known], 0, 24 * HOUR).presentMs / (window.toMs - window.fromMs);
  expect(dark).toBeGreaterThan(5);
  expect(dark).toBeLessThan(5.1);
});

const row = (startMs: number, endMs: number) => ({
  carrierId: 'c',
  kind: 'tag' as const,
  startMs,
  endMs,
  lagMs: 2_000,
});
const doubtsIn = (rows: ReturnType<typeof row>[], windows: { fromMs: number; toMs: number }[]) =>
  doubtsOf(rows, [0, 2 * HOUR + 15 * MINUTE, 4 * HOUR], MINUTE, 15 * MINUTE, windows);

test('a visit first heard as the light comes back may have begun before an edge within the dark', () => {
  const first = [row(window.toMs + 3_000, 3 * HOUR)];
  const lit = doubtsIn(first, []);
  expect([lit[0]!.missingM, lit[1]!.falseM]).toEqual([0, 0]);
  const [before, after] = doubtsIn(first, [window]);
  expect(before!.missingM / MILLION).toBeCloseTo(0.5, 1);
  expect(after!.falseM).toBe(before!.missingM);
  expect(after!.darkened).toBe(1);
});

test('a visit cut in two by the dark is one, unless it was dark so long that nobody stays', () => {
  const halves = [row(HOUR, window.fromMs - 1_000), row(window.toMs + 2_000, 3 * HOUR)];
  expect(doubtsIn(halves, [])[1]!.falseM).toBe(0);
  expect(doubtsIn(halves, [window])[1]!.falseM).toBe(MILLION);
  const long = { fromMs: window.fromMs, toMs: window.fromMs + LONGEST_DARK_MS + MINUTE };
  const farHalves = [halves[0]!, row(long.toMs + 2_000, 4 * HOUR)];
  expect(doubtsOf(farHalves, [0, 24 * HOUR], MINUTE, 15 * MINUTE, [long])[0]!.falseM).toBe(0);
});
