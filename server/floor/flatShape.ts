/** A shape as bare numbers, for the many points that are looked up in it. Pure. */
import type { Shape } from '../contract/model.ts';
import { boundsOf } from './geometry.ts';

export interface FlatShape {
  minXM: number;
  minYM: number;
  maxXM: number;
  maxYM: number;
  /** Its bounds are all there is to it. */
  isBox: boolean;
  /** Of a circle, else 0. */
  radiusM: number;
  /** From and to of every edge of outline and holes: x, y, x, y. */
  edges: Float64Array;
}

export function flatten(shape: Shape): FlatShape {
  const bounds = boundsOf(shape);
  if (shape.type === 'circle') return { ...bounds, isBox: false, radiusM: shape.radiusM, edges: new Float64Array(0) };
  const edges: number[] = [];
  for (const ring of shape.rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) edges.push(...ring[i]!, ...ring[j]!);
  const { minXM, minYM, maxXM, maxYM } = bounds;
  const outline = shape.rings[0] ?? [];
  // The four corners, each once: a ring that goes from corner to corner along the sides.
  const isBox =
    shape.rings.length === 1 &&
    outline.length === 4 &&
    outline.every(
      ([x, y], i) =>
        (x === minXM || x === maxXM) &&
        (y === minYM || y === maxYM) &&
        (x === outline[(i + 1) % 4]![0]) !== (y === outline[(i + 1) % 4]![1]),
    );
  return { ...bounds, isBox, radiusM: 0, edges: Float64Array.from(edges) };
}

/** The same as `pointInShape`, but for points on the boundary. */
export function holds(flat: FlatShape, xM: number, yM: number): boolean {
  const { minXM, minYM, maxXM, maxYM, edges } = flat;
  if (xM < minXM || xM > maxXM || yM < minYM || yM > maxYM) return false;
  if (flat.isBox) return true;
  if (flat.radiusM > 0) {
    const dx = xM - (minXM + maxXM) / 2;
    const dy = yM - (minYM + maxYM) / 2;
    return dx * dx + dy * dy <= flat.radiusM * flat.radiusM;
  }
  // Even-odd over all rings: a hole lies within the outline, so a point in it has crossed both.
  let inside = false;
  for (let e = 0; e < edges.length; e += 4) {
    const yi = edges[e + 1]!;
    const yj = edges[e + 3]!;
    if (yi > yM === yj > yM) continue;
    const xi = edges[e]!;
    if (xM < ((edges[e + 2]! - xi) * (yM - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
