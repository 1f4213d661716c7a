import { expect, test } from 'vitest';
import type { Point } from '../../server/contract/model.ts';
import { areaOf } from '../../server/floor/geometry.ts';
import { simplifyLine, simplifyShape, simplifyWalls } from '../../server/floor/simplify.ts';

const floor = { widthM: 120, heightM: 80 };

test('points on a line go, corners stay', () => {
  const line: Point[] = [
    [0, 0],
    [1, 0.01],
    [2, 0],
    [2, 5],
  ];
  expect(simplifyLine(line, 0.1)).toEqual([
    [0, 0],
    [2, 0],
    [2, 5],
  ]);
});

test('a ring of a thousand points keeps its area with a few', () => {
  const ring = Array.from({ length: 1_000 }, (_, i): Point => {
    const angle = (i / 1_000) * 2 * Math.PI;
    return [60 + 30 * Math.cos(angle), 40 + 30 * Math.sin(angle)];
  });
  const before = { type: 'polygon' as const, rings: [ring] };
  const after = simplifyShape(before, floor);
  expect(after.type === 'polygon' && after.rings[0]!.length).toBeLessThan(80);
  expect(after.type === 'polygon' && after.rings[0]!.length).toBeGreaterThan(20);
  expect(areaOf(after) / areaOf(before)).toBeCloseTo(1, 1);
  const triangle = {
    type: 'polygon' as const,
    rings: [
      [
        [0, 0],
        [9, 0],
        [0, 0.01],
      ] as Point[],
    ],
  };
  expect(simplifyShape(triangle, floor)).toMatchObject({
    rings: [
      [
        [0, 0],
        [9, 0],
        [0, 0],
      ],
    ],
  });
});

test('of walls only those that show are kept, the longest first', () => {
  const walls: [number, number, number, number][] = [
    [0, 0, 0.1, 0],
    [0, 0, 3.1234, 0],
    [0, 0, 0, 50],
  ];
  expect(simplifyWalls({ ...floor, walls })).toEqual([
    [0, 0, 0, 50],
    [0, 0, 3.1, 0],
  ]);
});
