import { expect, test } from 'vitest';
import type { Point, Shape, Zone } from '../../server/contract/model.ts';
import { ACCURACY_PER_SIGMA, massInShape } from '../../server/floor/gaussian.ts';
import {
  areaOf,
  boundsOf,
  distanceToBoundary,
  innerPoint,
  overlapShare,
  pointInShape,
  segmentsIntersect,
  selfIntersection,
  shapeProblem,
} from '../../server/floor/geometry.ts';
import { FloorZones, indexZones } from '../../server/floor/zoneIndex.ts';
import { box, gaussian, seeded } from '../engine/support.ts';

const square = (x: number, y: number, side: number): Point[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];
const polygon = (...rings: Point[][]): Shape => ({ type: 'polygon', rings });
const ringed = polygon(square(0, 0, 10), square(4, 4, 2));
const circle: Shape = { type: 'circle', xM: 5, yM: 5, radiusM: 3 };

test('a hole is outside', () => {
  expect(pointInShape(ringed, 1, 1)).toBe(true);
  expect(pointInShape(ringed, 5, 5)).toBe(false);
  expect(pointInShape(ringed, 11, 5)).toBe(false);
  expect(areaOf(ringed)).toBe(96);
});

test('a concave outline keeps its notch outside, whichever way it runs', () => {
  const notched: Point[] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [5, 2],
    [0, 10],
  ];
  for (const ring of [notched, [...notched].reverse()]) {
    expect(pointInShape(polygon(ring), 5, 6)).toBe(false);
    expect(pointInShape(polygon(ring), 5, 1)).toBe(true);
    expect(areaOf(polygon(ring))).toBe(60);
  }
});

test('circle: inside, area, bounds, distance', () => {
  expect(pointInShape(circle, 7, 7)).toBe(true);
  expect(pointInShape(circle, 7.2, 7.2)).toBe(false);
  expect(areaOf(circle)).toBeCloseTo(28.274, 3);
  expect(boundsOf(circle)).toEqual({ minXM: 2, minYM: 2, maxXM: 8, maxYM: 8 });
  expect(distanceToBoundary(circle, 5, 9)).toBeCloseTo(1);
  expect(innerPoint(circle)).toEqual([5, 5]);
});

test('distance to the boundary counts holes and both sides', () => {
  expect(distanceToBoundary(ringed, 3.5, 5)).toBeCloseTo(0.5);
  expect(distanceToBoundary(ringed, -3, -4)).toBeCloseTo(5);
});

test('segments meet when they cross, touch or overlap, and not when they are apart', () => {
  expect(segmentsIntersect([0, 0], [4, 4], [0, 4], [4, 0])).toBe(true);
  expect(segmentsIntersect([0, 0], [4, 0], [2, 0], [2, 3])).toBe(true);
  expect(segmentsIntersect([0, 0], [4, 0], [3, 0], [6, 0])).toBe(true);
  expect(segmentsIntersect([0, 0], [4, 0], [5, 0], [6, 0])).toBe(false);
  expect(segmentsIntersect([0, 0], [4, 0], [0, 1], [4, 1])).toBe(false);
});

test('self-crossing rings are found, simple ones are not accused', () => {
  expect(selfIntersection(square(0, 0, 10))).toBeUndefined();
  const bowTie: Point[] = [
    [0, 0],
    [10, 10],
    [10, 0],
    [0, 10],
  ];
  expect(selfIntersection(bowTie)).toEqual([0, 2]);
  const spike: Point[] = [
    [0, 0],
    [10, 0],
    [4, 0],
    [4, 8],
  ];
  expect(selfIntersection(spike)).toBeDefined();
  const star = Array.from({ length: 4_000 }, (_, i): Point => {
    const radius = i % 2 ? 90 : 100;
    return [radius * Math.cos((i / 4_000) * 2 * Math.PI), radius * Math.sin((i / 4_000) * 2 * Math.PI)];
  });
  expect(selfIntersection(star)).toBeUndefined();
  [star[10], star[2_000]] = [star[2_000]!, star[10]!];
  expect(selfIntersection(star)).toBeDefined();
});

test('what is wrong with a drawn shape is said with its place', () => {
  expect(shapeProblem(ringed)).toBeUndefined();
  expect(shapeProblem(circle)).toBeUndefined();
  expect(shapeProblem(polygon(square(0, 0, 10), square(8, 8, 4)))).toMatchObject({ path: ['rings', 1] });
  expect(shapeProblem(polygon([...square(0, 0, 10), [0, 0]]))?.message).toMatch(/repeat/);
  expect(
    shapeProblem(
      polygon([
        [0, 0],
        [10, 10],
        [10, 0],
        [0, 10],
      ]),
    )?.message,
  ).toMatch(/cross itself/);
});

test('overlap is a share of the smaller shape; neighbours have none', () => {
  expect(overlapShare(polygon(square(0, 0, 10)), polygon(square(10, 0, 10)))).toBe(0);
  expect(overlapShare(polygon(square(0, 0, 100)), circle)).toBe(1);
  expect(overlapShare(polygon(square(0, 0, 10)), polygon(square(5, 0, 10)))).toBeCloseTo(0.5, 1);
  // A dumbbell: two rooms of 10 m, 280 m apart, and a passage of 20 cm between them.
  const dumbbell = polygon([
    [0, 0],
    [10, 0],
    [10, 5],
    [290, 5],
    [290, 0],
    [300, 0],
    [300, 10],
    [290, 10],
    [290, 5.2],
    [10, 5.2],
    [10, 10],
    [0, 10],
  ]);
  expect(overlapShare(dumbbell, polygon(square(285, -10, 30)))).toBeCloseTo(0.4, 1);
  expect(overlapShare(dumbbell, polygon(square(140, -10, 16)))).toBeLessThan(0.02);
});

test('the innermost point of a ring with a hole lies in neither hole nor outside', () => {
  const [x, y] = innerPoint(ringed);
  expect(pointInShape(ringed, x, y)).toBe(true);
  expect(distanceToBoundary(ringed, x, y)).toBeGreaterThan(1.5);
});

test('mass agrees with a large random sample', () => {
  const random = seeded(5);
  for (const shape of [circle, ringed, polygon(square(0, 0, 6))])
    for (const accuracyM of [1, 3, 8]) {
      const sigma = accuracyM / ACCURACY_PER_SIGMA;
      let inside = 0;
      let within = 0;
      for (let i = 0; i < 20_000; i++) {
        const dx = sigma * gaussian(random);
        const dy = sigma * gaussian(random);
        if (pointInShape(shape, 4 + dx, 3 + dy)) inside += 1;
        if (Math.hypot(dx, dy) <= accuracyM) within += 1;
      }
      expect(massInShape(shape, 4, 3, accuracyM)).toBeCloseTo(inside / 20_000, 0.8);
      expect(Math.abs(massInShape(shape, 4, 3, accuracyM) - inside / 20_000)).toBeLessThan(0.07);
      expect(within / 20_000).toBeCloseTo(0.68, 1);
    }
});

test('the index answers as the shapes themselves do, holes and zones off the floor included', () => {
  const random = seeded(6);
  const zones: Zone[] = [
    box('a', [0, 0, 17.3, 9]),
    box('b', [17.3, 0, 30, 9]),
    { ...box('c', [0, 0, 1, 1]), shape: circle },
    { ...box('d', [0, 0, 1, 1]), shape: ringed },
    box('e', [-12, -7, -3, 40]),
  ];
  const index = new FloorZones(zones);
  for (let i = 0; i < 4_000; i++) {
    const x = -20 + random() * 60;
    const y = -15 + random() * 60;
    expect(index.zonesAt(x, y).map((z) => z.id)).toEqual(
      zones.filter((z) => pointInShape(z.shape, x, y)).map((z) => z.id),
    );
  }
  for (let i = 0; i < 200; i++) {
    const x = -20 + random() * 60;
    const y = -15 + random() * 60;
    const accuracyM = 0.5 + random() * 10;
    const expected = zones
      .map((z) => ({ zoneId: z.id, mass: massInShape(z.shape, x, y, accuracyM) }))
      .filter((m) => m.mass > 0);
    expect(index.masses(x, y, accuracyM)).toEqual(expected);
  }
});

test('zones are indexed by floor; a floor without zones has none', () => {
  const floors = indexZones([box('a', [0, 0, 9, 9]), box('b', [0, 0, 9, 9], { floorId: 'f1' })]);
  expect([...floors.keys()]).toEqual(['f0', 'f1']);
  expect(floors.get('f1')?.zonesAt(1, 1)[0]?.id).toBe('b');
  expect(new FloorZones([]).masses(0, 0, 5)).toEqual([]);
});
