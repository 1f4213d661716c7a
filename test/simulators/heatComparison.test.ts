import { expect, test } from 'vitest';
import {
  type Cells,
  coarser,
  compareFloor,
  correlation,
  evenHeat,
  floorConfusion,
  jensenShannon,
  shareNear,
  timeByCell,
} from '../../simulators/heatComparison.ts';

const cells = (entries: Record<string, number>): Cells => new Map(Object.entries(entries));

test('time between waypoints is spread along the line', () => {
  const into = new Map<string, Cells>();
  timeByCell(
    [
      { atMs: 20_000, floorId: 'f', xM: 20, yM: 0 },
      { atMs: 0, floorId: 'f', xM: 0, yM: 0 },
      { atMs: 30_000, floorId: 'other', xM: 20, yM: 0 },
    ],
    5,
    into,
  );
  expect([...into.keys()]).toEqual(['f']);
  const heat = into.get('f')!;
  expect([...heat.keys()]).toEqual(['0,0', '1,0', '2,0', '3,0']);
  for (const seconds of heat.values()) expect(seconds).toBeCloseTo(5, 5);
});

test('the same heat scores full, heat elsewhere scores nothing', () => {
  const truth = cells({ '0,0': 5, '1,0': 2, '9,9': 1 });
  const same = compareFloor('f', truth, truth, 5, 0);
  expect(same).toMatchObject({ within5M: 1, within10M: 1, jensenShannonBits: 0 });
  expect(same.correlation).toBeCloseTo(1, 10);
  const elsewhere = cells({ '40,40': 8 });
  expect(shareNear(elsewhere, truth, 5, 10)).toBe(0);
  expect(jensenShannon(elsewhere, truth)).toBeCloseTo(1, 10);
  expect(correlation(elsewhere, truth)!).toBeLessThan(0);
});

test('heat beside the way counts within 10 m, not within 4', () => {
  const truth = cells({ '0,0': 1 });
  const heat = cells({ '1,0': 3, '2,0': 1, '5,0': 4 });
  expect(shareNear(heat, truth, 5, 4)).toBe(0);
  expect(shareNear(heat, truth, 5, 5)).toBe(3 / 8);
  expect(shareNear(heat, truth, 5, 10)).toBe(0.5);
});

test('coarser cells keep the sum, negative indices too', () => {
  expect(coarser(cells({ '0,0': 1, '1,1': 2, '-1,0': 4 }), 2)).toEqual(cells({ '0,0': 3, '-1,0': 4 }));
});

test('floors without anything are null, not zero', () => {
  const empty = compareFloor('f', new Map(), new Map(), 5, 7);
  expect(empty).toMatchObject({ within5M: null, correlation: null, jensenShannonBits: null, suppressedCells: 7 });
  expect(floorConfusion([empty])).toBeNull();
  const half = { ...empty, truthSeconds: 10, heatSeconds: 5 };
  expect(floorConfusion([half, { ...empty, truthSeconds: 0, heatSeconds: 5 }])).toBe(0.5);
});

test('evenly spread heat fills the outline and nothing else', () => {
  const floor = { widthM: 20, heightM: 10, outline: null };
  expect(evenHeat(floor, 5).size).toBe(8);
  const triangle = {
    type: 'polygon' as const,
    rings: [[[0, 0] as [number, number], [20, 0] as [number, number], [0, 10] as [number, number]]],
  };
  const inside = evenHeat({ ...floor, outline: triangle }, 5);
  expect(inside.has('0,0')).toBe(true);
  expect(inside.has('3,1')).toBe(false);
});
