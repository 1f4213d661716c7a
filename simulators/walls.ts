/** Wall segments of a floor: its outline with the entrances left open, its shops with their doors left open. Pure. */
import type { Scenario } from './scenario.ts';

/** [x1, y1, x2, y2] in metres. */
export type Wall = [number, number, number, number];

type Span = [number, number];
interface Line {
  walls: Span[];
  gaps: Span[];
}

/** What is left of `spans` outside of `gaps`, shared stretches once: two shops that meet share one wall. */
function openStretches(spans: Span[], gaps: Span[]): Span[] {
  const merged: Span[] = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  let left = merged;
  for (const [from, to] of gaps)
    left = left.flatMap(([a, b]): Span[] => {
      const pieces: Span[] = [];
      if (from > a) pieces.push([a, Math.min(b, from)]);
      if (to < b) pieces.push([Math.max(a, to), b]);
      return pieces.filter(([p, q]) => q - p > 1e-6);
    });
  return left;
}

export function wallsOf(scenario: Scenario, floorId: string): Wall[] {
  const floor = scenario.floors.find((one) => one.id === floorId);
  if (!floor) return [];
  const horizontal = new Map<number, Line>();
  const vertical = new Map<number, Line>();
  const line = (lines: Map<number, Line>, at: number): Line => {
    const found = lines.get(at) ?? { walls: [], gaps: [] };
    lines.set(at, found);
    return found;
  };
  const box = (x0: number, y0: number, x1: number, y1: number): void => {
    line(horizontal, y0).walls.push([x0, x1]);
    line(horizontal, y1).walls.push([x0, x1]);
    line(vertical, x0).walls.push([y0, y1]);
    line(vertical, x1).walls.push([y0, y1]);
  };
  box(0, 0, floor.widthM, floor.heightM);
  for (const entrance of scenario.entrances.filter((one) => one.floor === floorId)) {
    const gap = (middle: number): Span => [middle - entrance.widthM / 2, middle + entrance.widthM / 2];
    if (entrance.xM <= 0 || entrance.xM >= floor.widthM) line(vertical, entrance.xM).gaps.push(gap(entrance.yM));
    else line(horizontal, entrance.yM).gaps.push(gap(entrance.xM));
  }
  for (const shop of scenario.shops.filter((one) => one.floor === floorId)) {
    const [x0, y0, x1, y1] = shop.rect;
    box(x0, y0, x1, y1);
    const gap: Span = [shop.door.atM - shop.door.widthM / 2, shop.door.atM + shop.door.widthM / 2];
    if (shop.door.side === 'n') line(horizontal, y1).gaps.push(gap);
    if (shop.door.side === 's') line(horizontal, y0).gaps.push(gap);
    if (shop.door.side === 'e') line(vertical, x1).gaps.push(gap);
    if (shop.door.side === 'w') line(vertical, x0).gaps.push(gap);
  }
  const walls: Wall[] = [...floor.walls];
  for (const [y, { walls: spans, gaps }] of horizontal)
    for (const [from, to] of openStretches(spans, gaps)) walls.push([from, y, to, y]);
  for (const [x, { walls: spans, gaps }] of vertical)
    for (const [from, to] of openStretches(spans, gaps)) walls.push([x, from, x, to]);
  return walls;
}

const side = (ax: number, ay: number, bx: number, by: number, px: number, py: number): number =>
  (bx - ax) * (py - ay) - (by - ay) * (px - ax);

/** True where the segment a–b properly crosses or touches the wall. */
export function crosses(ax: number, ay: number, bx: number, by: number, wall: Wall): boolean {
  const [cx, cy, dx, dy] = wall;
  if (Math.max(ax, bx) < Math.min(cx, dx) || Math.min(ax, bx) > Math.max(cx, dx)) return false;
  if (Math.max(ay, by) < Math.min(cy, dy) || Math.min(ay, by) > Math.max(cy, dy)) return false;
  const s1 = side(ax, ay, bx, by, cx, cy);
  const s2 = side(ax, ay, bx, by, dx, dy);
  const s3 = side(cx, cy, dx, dy, ax, ay);
  const s4 = side(cx, cy, dx, dy, bx, by);
  return s1 * s2 <= 0 && s3 * s4 <= 0;
}

export function distanceToWall(px: number, py: number, wall: Wall): number {
  const [ax, ay, bx, by] = wall;
  const lengthSquared = (bx - ax) ** 2 + (by - ay) ** 2;
  const t =
    lengthSquared === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / lengthSquared));
  return Math.hypot(px - (ax + t * (bx - ax)), py - (ay + t * (by - ay)));
}
