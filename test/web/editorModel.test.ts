import { describe, expect, it } from 'vitest';
import type { Point, Shape, Zone } from '../../server/contract/model.ts';
import { crossingSides, labelPoint, shapeFault } from '../../web/dashboard/map/geometry.ts';
import { changesOf, type Draft, newZoneId, roundShape, withZone } from '../../web/dashboard/views/editor/model.ts';

const square: Point[] = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
];
const bowTie: Point[] = [
  [0, 0],
  [10, 10],
  [10, 0],
  [0, 10],
];
const polygon = (ring: Point[]): Shape => ({ type: 'polygon', rings: [ring] });
const zone = (id: string): Zone => ({
  id,
  floorId: 'f1',
  name: id,
  kind: 'shop',
  shape: polygon(square),
  tenantId: null,
  minStaySeconds: null,
});

describe('shapes', () => {
  it('names the sides that cross', () => {
    expect(crossingSides(bowTie)).toEqual([1, 3]);
    expect(crossingSides(square)).toBeUndefined();
  });

  it('finds a corner that touches a far side', () => {
    const touching: Point[] = [
      [0, 0],
      [10, 0],
      [10, 10],
      [5, 0],
      [0, 10],
    ];
    expect(crossingSides(touching)).toBeDefined();
  });

  it('refuses what is no area', () => {
    expect(shapeFault(polygon(bowTie))).toMatchObject({ key: 'shape.crossing', first: 1, second: 3 });
    expect(shapeFault(polygon(square.slice(0, 2)))).toEqual({ key: 'shape.tooFew' });
    expect(shapeFault({ type: 'circle', xM: 0, yM: 0, radiusM: 0.2 })).toEqual({ key: 'shape.radius' });
    expect(shapeFault(polygon(square))).toBeUndefined();
  });

  it('puts the label of a bent shape inside it', () => {
    const bent: Point[] = [
      [0, 0],
      [10, 0],
      [10, 1],
      [1, 1],
      [1, 9],
      [10, 9],
      [10, 10],
      [0, 10],
    ];
    const [x, y] = labelPoint(polygon(bent));
    expect(x < 1 || y < 1 || y > 9).toBe(true);
  });
});

describe('what a save must send', () => {
  const saved: Draft = { zones: [zone('a'), zone('b')], gateways: [] };

  it('is nothing where nothing changed', () => {
    expect(changesOf(saved, { zones: [zone('b'), zone('a')], gateways: [] })).toEqual([]);
  });

  it('is what was removed, then what is new or different', () => {
    const renamed = withZone(saved, 'b', { name: 'Bakery' });
    const id = newZoneId(renamed.zones);
    const draft = { ...renamed, zones: [...renamed.zones.filter((one) => one.id !== 'a'), zone(id)] };
    expect(changesOf(saved, draft).map(({ how, id }) => [how, id])).toEqual([
      ['remove', 'a'],
      ['update', 'b'],
      ['create', id],
    ]);
  });

  it('rounds to centimetres and keeps a circle a circle', () => {
    expect(roundShape({ type: 'circle', xM: 1.23456, yM: 2, radiusM: 0.1 })).toEqual({
      type: 'circle',
      xM: 1.23,
      yM: 2,
      radiusM: 0.5,
    });
  });
});
