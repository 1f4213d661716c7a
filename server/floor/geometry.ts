/** Shapes on a floor: metres, y up. Pure. */
import type { Point, Shape } from '../contract/model.ts';

export interface Bounds {
  minXM: number;
  minYM: number;
  maxXM: number;
  maxYM: number;
}

export function boundsOf(shape: Shape): Bounds {
  if (shape.type === 'circle')
    return {
      minXM: shape.xM - shape.radiusM,
      minYM: shape.yM - shape.radiusM,
      maxXM: shape.xM + shape.radiusM,
      maxYM: shape.yM + shape.radiusM,
    };
  const bounds = { minXM: Infinity, minYM: Infinity, maxXM: -Infinity, maxYM: -Infinity };
  for (const [x, y] of shape.rings[0] ?? []) {
    bounds.minXM = Math.min(bounds.minXM, x);
    bounds.minYM = Math.min(bounds.minYM, y);
    bounds.maxXM = Math.max(bounds.maxXM, x);
    bounds.maxYM = Math.max(bounds.maxYM, y);
  }
  return bounds;
}

export const boundsMeet = (a: Bounds, b: Bounds): boolean =>
  a.minXM <= b.maxXM && b.minXM <= a.maxXM && a.minYM <= b.maxYM && b.minYM <= a.maxYM;

export function pointInRing(ring: readonly Point[], xM: number, yM: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]!;
    const [xj, yj] = ring[j]!;
    if (yi > yM !== yj > yM && xM < ((xj - xi) * (yM - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** In the outline and in none of its holes. A point on the boundary may fall on either side. */
export function pointInShape(shape: Shape, xM: number, yM: number): boolean {
  if (shape.type === 'circle') {
    const dx = xM - shape.xM;
    const dy = yM - shape.yM;
    return dx * dx + dy * dy <= shape.radiusM * shape.radiusM;
  }
  const { rings } = shape;
  if (!pointInRing(rings[0]!, xM, yM)) return false;
  for (let i = 1; i < rings.length; i++) if (pointInRing(rings[i]!, xM, yM)) return false;
  return true;
}

/** Positive where the ring runs counter-clockwise. */
export function signedRingArea(ring: readonly Point[]): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
    twice += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1];
  return twice / 2;
}

export function areaOf(shape: Shape): number {
  if (shape.type === 'circle') return Math.PI * shape.radiusM * shape.radiusM;
  return shape.rings.reduce((area, ring, i) => area + (i === 0 ? 1 : -1) * Math.abs(signedRingArea(ring)), 0);
}

function squaredDistanceToSegment(xM: number, yM: number, a: Point, b: Point): number {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const lengthSquared = dx * dx + dy * dy;
  const along = lengthSquared === 0 ? 0 : ((xM - a[0]) * dx + (yM - a[1]) * dy) / lengthSquared;
  const t = Math.min(1, Math.max(0, along));
  const awayX = xM - a[0] - t * dx;
  const awayY = yM - a[1] - t * dy;
  return awayX * awayX + awayY * awayY;
}

/** To the nearest edge of outline or hole, from either side; never negative. */
export function distanceToBoundary(shape: Shape, xM: number, yM: number): number {
  if (shape.type === 'circle') return Math.abs(Math.hypot(xM - shape.xM, yM - shape.yM) - shape.radiusM);
  let nearest = Infinity;
  for (const ring of shape.rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
      nearest = Math.min(nearest, squaredDistanceToSegment(xM, yM, ring[j]!, ring[i]!));
  return Math.sqrt(nearest);
}

const turn = (a: Point, b: Point, c: Point): number =>
  Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));

const onSegment = (a: Point, b: Point, c: Point): boolean =>
  c[0] <= Math.max(a[0], b[0]) &&
  c[0] >= Math.min(a[0], b[0]) &&
  c[1] <= Math.max(a[1], b[1]) &&
  c[1] >= Math.min(a[1], b[1]);

/** True also where they only touch. */
export function segmentsIntersect(a: Point, b: Point, c: Point, d: Point): boolean {
  const abc = turn(a, b, c);
  const abd = turn(a, b, d);
  const cda = turn(c, d, a);
  const cdb = turn(c, d, b);
  if (abc !== abd && cda !== cdb) return true;
  return (
    (abc === 0 && onSegment(a, b, c)) ||
    (abd === 0 && onSegment(a, b, d)) ||
    (cda === 0 && onSegment(c, d, a)) ||
    (cdb === 0 && onSegment(c, d, b))
  );
}

/** Two edges (by the index of their first point) of the ring that cross or touch without being neighbours, or undefined. */
export function selfIntersection(ring: readonly Point[]): [number, number] | undefined {
  const n = ring.length;
  const end = (i: number): Point => ring[(i + 1) % n]!;
  const left = (i: number): number => Math.min(ring[i]![0], end(i)[0]);
  // Sorted by their left end, edges can be compared with few others: rings of 5,000 points stay fast.
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => left(a) - left(b) || a - b);
  for (let p = 0; p < n; p++) {
    const i = order[p]!;
    const right = Math.max(ring[i]![0], end(i)[0]);
    for (let q = p + 1; q < n; q++) {
      const j = order[q]!;
      if (left(j) > right) break;
      const [first, second] = i < j ? [i, j] : [j, i];
      const a = ring[first]!;
      const b = end(first);
      const c = ring[second]!;
      const d = end(second);
      if (second === first + 1 || (first === 0 && second === n - 1)) {
        // Neighbours share a point; they are at fault only where one runs back over the other.
        const [shared, before, after] = second === first + 1 ? [b, a, d] : [a, b, c];
        const folded =
          turn(before, shared, after) === 0 &&
          (before[0] - shared[0]) * (after[0] - shared[0]) + (before[1] - shared[1]) * (after[1] - shared[1]) > 0;
        if (folded) return [first, second];
      } else if (segmentsIntersect(a, b, c, d)) return [first, second];
    }
  }
  return undefined;
}

/** What makes a drawn shape unusable, in words for the one who drew it; undefined where it is fine. */
export function shapeProblem(shape: Shape): { path: (string | number)[]; message: string } | undefined {
  if (shape.type === 'circle') return undefined;
  for (const [index, ring] of shape.rings.entries()) {
    const path = ['rings', index];
    const same = ring.findIndex((p, i) => {
      const next = ring[(i + 1) % ring.length]!;
      return p[0] === next[0] && p[1] === next[1];
    });
    if (same >= 0) return { path: [...path, same], message: 'must not repeat the point before it (rings are open)' };
    const crossing = selfIntersection(ring);
    if (crossing)
      return {
        path,
        message: `must not cross itself: the edge after point ${crossing[0] + 1} meets the edge after point ${crossing[1] + 1}`,
      };
    if (Math.abs(signedRingArea(ring)) < 0.01) return { path, message: 'must enclose an area' };
    if (index > 0 && !ring.every(([x, y]) => pointInShape({ type: 'polygon', rings: [shape.rings[0]!] }, x, y)))
      return { path, message: 'a hole must lie inside the outline' };
  }
  return undefined;
}

/** A point well inside the shape: of a regular grid of points, the one furthest from the boundary. */
export function innerPoint(shape: Shape): Point {
  if (shape.type === 'circle') return [shape.xM, shape.yM];
  const STEPS = 16;
  const { minXM, minYM, maxXM, maxYM } = boundsOf(shape);
  let best: Point = shape.rings[0]![0]!;
  let bestDistance = -1;
  for (let iy = 0; iy < STEPS; iy++)
    for (let ix = 0; ix < STEPS; ix++) {
      const x = minXM + ((ix + 0.5) / STEPS) * (maxXM - minXM);
      const y = minYM + ((iy + 0.5) / STEPS) * (maxYM - minYM);
      if (!pointInShape(shape, x, y)) continue;
      const distance = distanceToBoundary(shape, x, y);
      if (distance > bestDistance) {
        best = [x, y];
        bestDistance = distance;
      }
    }
  return best;
}

/**
 * Share of the smaller shape that lies in the larger one, within a few per cent. Looked at where their bounds meet, so
 * that a long thin arm into the other is not missed.
 */
export function overlapShare(a: Shape, b: Shape): number {
  const [small, large] = areaOf(a) <= areaOf(b) ? [a, b] : [b, a];
  const STEPS = 24;
  const bounds = boundsOf(small);
  const other = boundsOf(large);
  const minXM = Math.max(bounds.minXM, other.minXM);
  const minYM = Math.max(bounds.minYM, other.minYM);
  const commonXM = Math.min(bounds.maxXM, other.maxXM) - minXM;
  const commonYM = Math.min(bounds.maxYM, other.maxYM) - minYM;
  const smallM2 = areaOf(small);
  // Neighbours, mostly: their bounds hardly meet, so no need to look closer.
  if (commonXM <= 0 || commonYM <= 0 || commonXM * commonYM < 0.02 * smallM2) return 0;
  let inSmall = 0;
  let inBoth = 0;
  for (let iy = 0; iy < STEPS; iy++)
    for (let ix = 0; ix < STEPS; ix++) {
      const x = minXM + ((ix + 0.5) / STEPS) * commonXM;
      const y = minYM + ((iy + 0.5) / STEPS) * commonYM;
      if (!pointInShape(small, x, y)) continue;
      inSmall += 1;
      if (pointInShape(large, x, y)) inBoth += 1;
    }
  if (inSmall === 0) return 0;
  const whole = commonXM === bounds.maxXM - bounds.minXM && commonYM === bounds.maxYM - bounds.minYM;
  const smallHere = whole ? 1 : Math.min(1, ((inSmall / STEPS ** 2) * commonXM * commonYM) / smallM2);
  return (inBoth / inSmall) * smallHere;
}
