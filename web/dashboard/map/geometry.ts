/** What the map and the editor need of plane geometry, in metres. Pure. */
import type { Point, Shape } from '../../../server/contract/model.ts';

export function ringArea(ring: Point[]): number {
  let twice = 0;
  ring.forEach(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length]!;
    twice += x * nextY - nextX * y;
  });
  return twice / 2;
}

export const shapeArea = (shape: Shape): number =>
  shape.type === 'circle'
    ? Math.PI * shape.radiusM ** 2
    : shape.rings.reduce((sum, ring, index) => sum + (index === 0 ? 1 : -1) * Math.abs(ringArea(ring)), 0);

const side = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
const within = (a: Point, b: Point, p: Point): boolean =>
  Math.min(a[0], b[0]) <= p[0] &&
  p[0] <= Math.max(a[0], b[0]) &&
  Math.min(a[1], b[1]) <= p[1] &&
  p[1] <= Math.max(a[1], b[1]);

function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [abc, abd, cda, cdb] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (abc > 0 !== abd > 0 && cda > 0 !== cdb > 0 && abc !== 0 && abd !== 0 && cda !== 0 && cdb !== 0) return true;
  return (
    (abc === 0 && within(a, b, c)) ||
    (abd === 0 && within(a, b, d)) ||
    (cda === 0 && within(c, d, a)) ||
    (cdb === 0 && within(c, d, b))
  );
}

/** The first two sides (counted from 1) that cross or touch, undefined for a simple ring. */
export function crossingSides(ring: Point[]): [number, number] | undefined {
  const count = ring.length;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const neighbours = j === i + 1 || (i === 0 && j === count - 1);
      if (neighbours) continue;
      if (segmentsMeet(ring[i]!, ring[(i + 1) % count]!, ring[j]!, ring[(j + 1) % count]!)) return [i + 1, j + 1];
    }
  }
  return undefined;
}

export function insideRing([x, y]: Point, ring: Point[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]!;
    const [xj, yj] = ring[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}
export function shapeBounds(shape: Shape): Bounds {
  if (shape.type === 'circle') {
    const { xM, yM, radiusM } = shape;
    return { minX: xM - radiusM, minY: yM - radiusM, maxX: xM + radiusM, maxY: yM + radiusM };
  }
  const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const [x, y] of shape.rings[0]!) {
    bounds.minX = Math.min(bounds.minX, x);
    bounds.minY = Math.min(bounds.minY, y);
    bounds.maxX = Math.max(bounds.maxX, x);
    bounds.maxY = Math.max(bounds.maxY, y);
  }
  return bounds;
}

function edgeDistance([x, y]: Point, ring: Point[]): number {
  let nearest = Infinity;
  ring.forEach(([ax, ay], index) => {
    const [bx, by] = ring[(index + 1) % ring.length]!;
    const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2));
    nearest = Math.min(nearest, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
  });
  return nearest;
}

/** Where a label sits well: the centre of mass, or for bent shapes the roomiest of a coarse grid. */
export function labelPoint(shape: Shape): Point {
  if (shape.type === 'circle') return [shape.xM, shape.yM];
  const ring = shape.rings[0]!;
  const area = ringArea(ring);
  if (Math.abs(area) > 1e-6) {
    let [x, y] = [0, 0];
    ring.forEach(([ax, ay], index) => {
      const [bx, by] = ring[(index + 1) % ring.length]!;
      const cross = ax * by - bx * ay;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    });
    const centre: Point = [x / (6 * area), y / (6 * area)];
    if (insideRing(centre, ring)) return centre;
  }
  const { minX, minY, maxX, maxY } = shapeBounds(shape);
  const STEPS = 12;
  let best: Point = [(minX + maxX) / 2, (minY + maxY) / 2];
  let room = -1;
  for (let i = 1; i < STEPS; i++) {
    for (let j = 1; j < STEPS; j++) {
      const candidate: Point = [minX + ((maxX - minX) * i) / STEPS, minY + ((maxY - minY) * j) / STEPS];
      if (!insideRing(candidate, ring)) continue;
      const distance = edgeDistance(candidate, ring);
      if (distance > room) {
        room = distance;
        best = candidate;
      }
    }
  }
  return best;
}

/** What is wrong with a shape in the words of the dictionary, or undefined. */
export type ShapeFault =
  | { key: 'shape.tooFew' }
  | { key: 'shape.crossing'; first: number; second: number }
  | { key: 'shape.tiny' }
  | { key: 'shape.radius' };
export function shapeFault(shape: Shape): ShapeFault | undefined {
  if (shape.type === 'circle') {
    return shape.radiusM >= 0.5 && shape.radiusM <= 500 ? undefined : { key: 'shape.radius' };
  }
  for (const ring of shape.rings) {
    if (ring.length < 3) return { key: 'shape.tooFew' };
    const crossing = crossingSides(ring);
    if (crossing !== undefined) return { key: 'shape.crossing', first: crossing[0], second: crossing[1] };
    if (Math.abs(ringArea(ring)) < 0.25) return { key: 'shape.tiny' };
  }
  return undefined;
}

export const insideShape = (at: Point, shape: Shape): boolean =>
  shape.type === 'circle'
    ? Math.hypot(at[0] - shape.xM, at[1] - shape.yM) <= shape.radiusM
    : shape.rings.every((ring, index) => insideRing(at, ring) === (index === 0));
