/** A floor as a phone draws it: what is finer than a pixel there is left out. Pure. */
import type { Floor, Point, Shape } from '../contract/model.ts';

/** The longer side of a floor is drawn some 400 points wide on a phone, three pixels each. */
const STEPS = 1_200;
const MAX_WALLS = 1_500;

const stepOf = ({ widthM, heightM }: Pick<Floor, 'widthM' | 'heightM'>): number => Math.max(widthM, heightM) / STEPS;
const to = (valueM: number, digits: number): number => Number(valueM.toFixed(digits));
/** To a tenth of a metre, finer where the whole floor is small. */
const digitsOf = (stepM: number): number => (stepM < 0.05 ? 2 : 1);

/** Douglas and Peucker's: drops points that lie within `stepM` of the line between those that stay. */
export function simplifyLine(points: readonly Point[], stepM: number): Point[] {
  if (points.length <= 2) return [...points];
  const keep = new Set([0, points.length - 1]);
  const open: [number, number][] = [[0, points.length - 1]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, until] = span;
    const [ax, ay] = points[from]!;
    const [bx, by] = points[until]!;
    const length = Math.hypot(bx - ax, by - ay);
    let farthest = stepM;
    let at = -1;
    for (let i = from + 1; i < until; i++) {
      const [x, y] = points[i]!;
      const away =
        length === 0 ? Math.hypot(x - ax, y - ay) : Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
      if (away > farthest) [farthest, at] = [away, i];
    }
    if (at >= 0) {
      keep.add(at);
      open.push([from, at], [at, until]);
    }
  }
  return points.filter((_, i) => keep.has(i));
}

/** The ring is opened where it is farthest from its first point, so that both halves are lines. */
function simplifyRing(ring: readonly Point[], stepM: number): Point[] {
  const [x0, y0] = ring[0]!;
  let half = 0;
  let farthest = -1;
  ring.forEach(([x, y], i) => {
    const away = Math.hypot(x - x0, y - y0);
    if (away > farthest) [farthest, half] = [away, i];
  });
  const there = simplifyLine(ring.slice(0, half + 1), stepM);
  const back = simplifyLine([...ring.slice(half), ring[0]!], stepM);
  const simple = [...there, ...back.slice(1, -1)];
  return simple.length >= 3 ? simple : [...ring];
}

export function simplifyShape(shape: Shape, floor: Pick<Floor, 'widthM' | 'heightM'>): Shape {
  const stepM = stepOf(floor);
  const digits = digitsOf(stepM);
  if (shape.type === 'circle')
    return { ...shape, xM: to(shape.xM, digits), yM: to(shape.yM, digits), radiusM: to(shape.radiusM, digits) };
  return {
    type: 'polygon',
    rings: shape.rings.map((ring) => simplifyRing(ring, stepM).map(([x, y]): Point => [to(x, digits), to(y, digits)])),
  };
}

/** The longest ones; shorter than a few pixels they would only be dust. */
export function simplifyWalls(floor: Pick<Floor, 'widthM' | 'heightM' | 'walls'>): Floor['walls'] {
  const stepM = stepOf(floor);
  const digits = digitsOf(stepM);
  const length = ([x1, y1, x2, y2]: Floor['walls'][number]): number => Math.hypot(x2 - x1, y2 - y1);
  return floor.walls
    .filter((wall) => length(wall) >= 3 * stepM)
    .sort((a, b) => length(b) - length(a))
    .slice(0, MAX_WALLS)
    .map(([x1, y1, x2, y2]) => [to(x1, digits), to(y1, digits), to(x2, digits), to(y2, digits)]);
}
