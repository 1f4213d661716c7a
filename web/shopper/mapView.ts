/** From a floor in metres, y up, to a drawing, y down. */
import type { Shape } from '../../server/contract/model.ts';
import type { MapFloor } from '../../server/contract/shopper.ts';

export interface View {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Box extends View {
  /** A point at y metres is drawn at flip − y. */
  flip: number;
}

const MARGIN = 0.02;
/** One shop fills the screen. */
const CLOSEST = 10;

export function boxOf({ widthM, heightM }: Pick<MapFloor, 'widthM' | 'heightM'>): Box {
  const margin = Math.max(widthM, heightM) * MARGIN;
  return { x: -margin, y: -margin, width: widthM + 2 * margin, height: heightM + 2 * margin, flip: heightM };
}

export const moved = (view: View, byX: number, byY: number): View => ({ ...view, x: view.x + byX, y: view.y + byY });

/** The point stays where it is on the screen; a factor below 1 comes closer. */
export const zoomed = (view: View, factor: number, atX: number, atY: number): View => ({
  x: atX - (atX - view.x) * factor,
  y: atY - (atY - view.y) * factor,
  width: view.width * factor,
  height: view.height * factor,
});

/** Neither farther than the whole nor closer than a shop, and never beside the floor. */
export function fitted(view: View, box: View): View {
  const width = Math.min(box.width, Math.max(box.width / CLOSEST, view.width));
  const height = (width * box.height) / box.width;
  const within = (from: number, size: number, low: number, whole: number): number =>
    Math.min(low + whole - size, Math.max(low, from));
  const grown = { x: view.x + (view.width - width) / 2, y: view.y + (view.height - height) / 2 };
  return { x: within(grown.x, width, box.x, box.width), y: within(grown.y, height, box.y, box.height), width, height };
}

export function pathOf(shape: Shape, { flip }: Pick<Box, 'flip'>): string {
  if (shape.type === 'circle') {
    const { xM, yM, radiusM: r } = shape;
    return `M${xM - r} ${flip - yM}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  }
  return shape.rings.map((ring) => `M${ring.map(([x, y]) => `${x} ${flip - y}`).join('L')}Z`).join('');
}

const LINES = [0.5, 0.35, 0.65, 0.2, 0.8];

/** Where a name has most room, and how much. */
export function labelAt(shape: Shape, { flip }: Pick<Box, 'flip'>): View {
  if (shape.type === 'circle')
    return { x: shape.xM, y: flip - shape.yM, width: shape.radiusM * 1.7, height: shape.radiusM * 1.2 };
  const ring = shape.rings[0]!;
  const ys = ring.map(([, y]) => y);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const best: View = { x: 0, y: flip - (low + high) / 2, width: 0, height: high - low };
  // The middle line first: another must be clearly longer, as in a shop with a corner.
  for (const share of LINES) {
    const y = low + (high - low) * share;
    const crossings = ring
      .flatMap(([x1, y1], i) => {
        const [x2, y2] = ring[(i + 1) % ring.length]!;
        return y1 > y !== y2 > y ? [x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)] : [];
      })
      .sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const [from, to] = [crossings[i]!, crossings[i + 1]!];
      if (to - from > best.width * 1.15) Object.assign(best, { x: (from + to) / 2, y: flip - y, width: to - from });
    }
  }
  return { ...best, width: best.width * 0.92 };
}
