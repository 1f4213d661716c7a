/** Position error against a zone's shape, beside brute force. */
import { describe, expect, test } from 'vitest';
import {
  between,
  catchmentOf,
  misplaced,
  neededForFires,
  outsideByFix,
  type PresenceCell,
  takingCells,
} from '../../server/campaigns/rehearsalErrors.ts';
import type { Shape } from '../../server/contract/model.ts';
import { areaOf, pointInShape } from '../../server/floor/geometry.ts';
import { seededRandom } from '../support/random.ts';

const circle: Shape = { type: 'circle', xM: 12.3, yM: 10.7, radiusM: 3 };
const corner: Shape = {
  type: 'polygon',
  rings: [
    [
      [8, 8],
      [16, 8],
      [16, 11],
      [11, 11],
      [11, 16],
      [8, 16],
    ],
  ],
};

/** A busy lane along y = 14 … 15, and few people elsewhere. */
function crowd(random: () => number): PresenceCell[] {
  const cells: PresenceCell[] = [];
  for (let cellX = 0; cellX < 26; cellX++)
    for (let cellY = 0; cellY < 26; cellY++) {
      const dwellMs = (cellY === 14 ? 900 : 60) * (0.5 + random());
      cells.push({ carrier: `${cellX}/${cellY}`, cellX, cellY, dwellMs });
    }
  return cells;
}

function bruteForce(cells: readonly PresenceCell[], shape: Shape, sigmaM: number, random: () => number) {
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let measured = 0;
  let outside = 0;
  let fromLane = 0;
  for (const { cellX, cellY, dwellMs } of cells)
    for (let i = 0; i < 600; i++) {
      const x = cellX + random();
      const y = cellY + random();
      if (!pointInShape(shape, x + sigmaM * gauss(), y + sigmaM * gauss())) continue;
      measured += dwellMs;
      if (pointInShape(shape, x, y)) continue;
      outside += dwellMs;
      if (cellY === 14) fromLane += dwellMs;
    }
  return { falseShare: outside / measured, fromLane: fromLane / measured };
}

/** Far fewer fires than carriers: presence alone counts. */
const FEW = 1e-6;

describe('catchment', () => {
  test.each([0.4, 1.5, 4, 9])('sends as much into the zone as the zone is large, at %d m', (sigmaM) => {
    for (const shape of [circle, corner]) {
      const sum = catchmentOf(shape, sigmaM).reduce((total, { caught }) => total + caught, 0);
      expect(sum / areaOf(shape)).toBeCloseTo(1, 1);
    }
  });

  test('with hardly an error it is the zone itself', () => {
    for (const { inside, caught } of catchmentOf(corner, 0.01)) expect(Math.abs(caught - inside)).toBeLessThan(0.1);
  });
});

describe('false fires', () => {
  test.each([
    [circle, 1],
    [circle, 3],
    [corner, 1.5],
    [corner, 5],
  ] as const)('agree with people thrown at random (%#)', (shape, sigmaM) => {
    const random = seededRandom(7);
    const cells = crowd(random);
    const truth = bruteForce(cells, shape, sigmaM, random);
    // Within a cell on the border, inside and outside are taken alike.
    const told = misplaced(cells, catchmentOf(shape, sigmaM), FEW, (_, cellY) => (cellY === 14 ? 'lane' : null));
    expect(Math.abs(told.falseShare! - truth.falseShare)).toBeLessThan(0.025);
    expect(Math.abs(told.spill.get('lane')! - truth.fromLane)).toBeLessThan(0.025);
    const spilt = [...told.spill.values()].reduce((a, b) => a + b, 0);
    expect(spilt).toBeCloseTo(told.falseShare!, 6);
  });

  test('grow as the zone shrinks below the error', () => {
    const cells = crowd(seededRandom(7));
    const shares = [6, 3, 1.5, 0.75].map(
      (radiusM) => misplaced(cells, catchmentOf({ ...circle, radiusM }, 2), FEW, () => null).falseShare!,
    );
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBeLessThan(0.4);
    expect(shares[3]).toBeGreaterThan(0.8);
  });

  test('count fires, not time: an hour inside is one fire, as is a minute next door that was measured inside', () => {
    const catchment = catchmentOf({ type: 'circle', xM: 10, yM: 10, radiusM: 4 }, 1.5);
    const inside = { carrier: 'a', cellX: 9, cellY: 9, dwellMs: 3_600_000 };
    const nextDoor = { carrier: 'b', cellX: 14, cellY: 9, dwellMs: 60_000 };
    const { falseShare } = misplaced([inside, nextDoor], catchment, 2, () => null);
    expect(falseShare).toBeGreaterThan(0.45);
    expect(falseShare).toBeLessThan(0.55);
    expect(misplaced([], catchment, 2, () => null).falseShare).toBeNull();
  });

  test('of those who might have set it off, as many did as are told to: the ones that were there longest', () => {
    const catchment = catchmentOf({ type: 'circle', xM: 10, yM: 10, radiusM: 4 }, 1.5);
    const inside = Array.from({ length: 5 }, (_, i) => ({ carrier: `a${i}`, cellX: 9, cellY: 9, dwellMs: 600_000 }));
    const passing = Array.from({ length: 50 }, (_, i) => ({ carrier: `b${i}`, cellX: 15, cellY: 9, dwellMs: 20_000 }));
    const share = (fires: number): number =>
      misplaced([...inside, ...passing], catchment, fires, () => null).falseShare!;
    expect(share(5)).toBeLessThan(0.1);
    expect(share(10)).toBeGreaterThan(0.4);
    expect(share(55)).toBeGreaterThan(0.85);
  });
});

describe('whom the tracker takes in', () => {
  const area = (radiusM: number, sigmaM: number): number =>
    takingCells({ type: 'circle', xM: 10, yM: 10, radiusM }, sigmaM).reduce((sum, { taken }) => sum + taken, 0);

  test('a zone that is larger than the error: whoever is in it', () => {
    expect(area(10, 1) / (Math.PI * 100)).toBeCloseTo(1, 1);
  });

  test('a smaller one: a wider surrounding, until the radio cannot tell it at all', () => {
    expect(area(4, 4)).toBeGreaterThan(1.05 * Math.PI * 16);
    expect(area(1, 4)).toBe(0);
  });
});

describe('two ways to look at false fires', () => {
  test('the value lies between, the band holds both', () => {
    const both = between({ value: 0.2, low: 0.15, high: 0.3 }, 0.5);
    expect(both.value).toBeCloseTo(0.35);
    expect(both.low).toBeLessThan(0.151);
    expect(both.high).toBeGreaterThan(0.7);
    expect(between({ value: 0.2, low: 0.15, high: 0.3 }, null)).toEqual({ value: 0.2, low: 0.15, high: 0.3 });
  });

  test('by the fix alone, a small zone is mostly missed', () => {
    const small = outsideByFix({ ...circle, radiusM: 4 }, 4)!;
    const large = outsideByFix({ ...circle, radiusM: 15 }, 1)!;
    expect(small).toBeGreaterThan(0.5);
    expect(large).toBeLessThan(0.1);
  });
});

test('the time that as many reach as set it off', () => {
  expect(neededForFires([10, 10, 10], 3)).toBe(0);
  expect(neededForFires([], 0)).toBe(0);
  for (const fires of [0.5, 1, 2.5, 4]) {
    const measured = [1, 4, 9, 30, 100, 0];
    const needed = neededForFires(measured, fires);
    const sum = measured.reduce((all, ms) => all + (ms >= needed ? 1 : ms / needed), 0);
    expect(sum).toBeCloseTo(fires, 6);
  }
});
