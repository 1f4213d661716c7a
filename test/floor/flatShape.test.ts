import { expect, test } from 'vitest';
import type { Shape } from '../../server/contract/model.ts';
import { flatten, holds } from '../../server/floor/flatShape.ts';
import { massInShape } from '../../server/floor/gaussian.ts';
import { pointInShape } from '../../server/floor/geometry.ts';
import { FloorZones, MIN_MASS } from '../../server/floor/zoneIndex.ts';
import { seeded } from '../engine/support.ts';

const shapes: Shape[] = [
  { type: 'circle', xM: 10, yM: 12, radiusM: 4 },
  {
    type: 'polygon',
    rings: [
      [
        [2, 3],
        [18, 3],
        [18, 17],
        [2, 17],
      ],
    ],
  },
  // Four corners at the bounds that are no box: its sides cross.
  {
    type: 'polygon',
    rings: [
      [
        [2, 3],
        [18, 17],
        [18, 3],
        [2, 17],
      ],
    ],
  },
  {
    type: 'polygon',
    rings: [
      [
        [1, 1],
        [19, 2],
        [15, 18],
        [9, 9],
        [3, 16],
      ],
      [
        [5, 4],
        [8, 4],
        [8, 7],
        [5, 7],
      ],
    ],
  },
];

test('a flat shape holds the same points', () => {
  const random = seeded(3);
  for (const shape of shapes) {
    const flat = flatten(shape);
    let inside = 0;
    for (let i = 0; i < 5_000; i++) {
      const xM = 20 * random();
      const yM = 20 * random();
      expect(holds(flat, xM, yM)).toBe(pointInShape(shape, xM, yM));
      if (holds(flat, xM, yM)) inside += 1;
    }
    expect(inside).toBeGreaterThan(500);
  }
});

test('masses by the index, its short cut for the middle of large zones included, are those of each zone alone', () => {
  const random = seeded(4);
  const large: Shape = {
    type: 'polygon',
    rings: [
      [
        [20, 0],
        [80, 0],
        [80, 60],
        [20, 60],
      ],
    ],
  };
  const zones = [...shapes, large].map((shape, i) => ({
    id: `z${i}`,
    floorId: 'f',
    name: '',
    kind: 'shop' as const,
    shape,
    tenantId: null,
    minStaySeconds: null,
  }));
  const index = new FloorZones(zones);
  let whole = 0;
  for (let i = 0; i < 3_000; i++) {
    const xM = 90 * random() - 5;
    const yM = 70 * random() - 5;
    const accuracyM = 0.5 + 8 * random();
    const each = zones
      .map(({ id, shape }) => ({ zoneId: id, mass: massInShape(shape, xM, yM, accuracyM) }))
      .filter(({ mass }) => mass >= MIN_MASS);
    expect(index.masses(xM, yM, accuracyM)).toEqual(each);
    if (each.length === 1 && each[0]!.mass === 1) whole += 1;
  }
  expect(whole).toBeGreaterThan(300);
});
