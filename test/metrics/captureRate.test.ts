import { expect, test } from 'vitest';
import { captureFigures } from '../../server/metrics/captureRate.ts';
import { NO_DOUBTS } from '../../server/metrics/doubt.ts';
import { elsewhereOf, LEAST_SEEN, seenPassing } from '../../server/metrics/elsewhere.ts';
import { NO_COUNTS } from '../../server/metrics/footfall.ts';
import { seededRandom } from '../support/random.ts';

const SURE = { doubts: NO_DOUBTS, light: { lit: 1, gateways: 1 } };
const counted = (yes: number, below: number) => ({ ...NO_COUNTS, counted: yes, surely: yes, possibly: yes, below });

const stays = (zoneId: string, lengths: readonly number[], massPermille: number) =>
  lengths.map((seconds, i) => ({
    carrierId: `c-${i}`,
    kind: 'tag' as const,
    zoneId,
    startMs: i * 1_000,
    endMs: i * 1_000 + seconds * 1_000,
    lagMs: 1_000,
    massPermille,
  }));
const figures = (massPermille: number) => {
  const rows = [
    ...stays('shop', [...Array(40).fill(300), ...Array(10).fill(20)], massPermille),
    ...stays('hall', Array(60).fill(300), massPermille),
  ];
  return captureFigures(counted(40, 10), 1, SURE, elsewhereOf(rows, 'shop', 4, 0, 3_600_000, 30_000, 3_000));
};

test('the surer the positions, the narrower the band of a zone', () => {
  const widths = [300, 600, 900, 1_000].map((mass) => {
    const { value, low, high } = figures(mass);
    expect(value).toBe(0.8);
    expect(low!).toBeLessThan(0.8);
    expect(high!).toBeGreaterThanOrEqual(0.8);
    expect(high!).toBeLessThanOrEqual(1);
    return high! - low!;
  });
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
  expect(widths[0]!).toBeGreaterThan(0.5);
  expect(widths[3]!).toBeLessThan(0.25);
});

test('a passer-by is seen the less the shorter it stays and the seldomer its beacon speaks', () => {
  expect(seenPassing(25_000, 500, 3_000)).toBeGreaterThan(seenPassing(10_000, 500, 3_000));
  expect(seenPassing(25_000, 500, 3_000)).toBeGreaterThan(seenPassing(25_000, 4_000, 3_000));
  expect(seenPassing(1_000, 4_000, 3_000)).toBe(LEAST_SEEN);
  // Were it certain where everybody is, what is left is how many of the quick ones went unseen.
  const random = seededRandom(8);
  let inside = 0;
  for (let run = 0; run < 400; run += 1) {
    const seen: number[] = [];
    let there = 0;
    for (let i = 0; i < 30; i += 1) {
      const seconds = 6 + 22 * random();
      there += 1;
      if (random() < seenPassing(seconds * 1_000, 1_000, 3_000)) seen.push(seconds);
    }
    const rows = stays('shop', [...Array(40).fill(300), ...seen], 1_000);
    const elsewhere = elsewhereOf(rows, 'shop', 4, 0, 3_600_000, 30_000, 3_000);
    const { low, high } = captureFigures(counted(40, seen.length), 1, SURE, elsewhere);
    if (low! <= 40 / (40 + there) && 40 / (40 + there) <= high!) inside += 1;
  }
  expect(inside / 400).toBeGreaterThan(0.94);
});

test('of the site there is no doubt but of lengths', () => {
  expect(captureFigures(counted(9, 1), 1, SURE)).toEqual({ value: 0.9, low: 0.9, high: 0.9, turnInRatio: 9 });
  const doubts = { ...NO_DOUBTS, missingM: 400_000, missingSquareM: 160_000 };
  expect(captureFigures(counted(9, 1), 1, { ...SURE, doubts })).toMatchObject({ low: 0.9, high: 1 });
  expect(captureFigures(counted(0, 0), 1, SURE).value).toBeNull();
});
