/**
 * Where people are now, blurred until k stand behind whatever is drawn. Cells of two metres, renewed each second, would trace
 * a lone person across the floor, so the floor is divided by halves (fixed ones: a box around a person would follow them) for
 * as long as each part still holds k; quarters with fewer are joined to their neighbours. A part's people are spread evenly
 * over its cells. Pure.
 */

export interface HeatCells {
  cellM: number;
  /** Lower left corner in metres, people. */
  cells: [number, number, number][];
  /** Fewer than k people on the floor: nothing is drawn. */
  tooFew: boolean;
}

interface Box {
  x: number;
  y: number;
  /** In cells, a power of two. */
  size: number;
}
type At = readonly [number, number];

const FINEST_CELL_M = 2;
/** What is sent each second to each dashboard stays small in the largest mall. */
const MAX_CELLS = 4_000;

const quarters = ({ x, y, size }: Box): Box[] => {
  const half = size / 2;
  return [
    { x, y, size: half },
    { x: x + half, y, size: half },
    { x, y: y + half, size: half },
    { x: x + half, y: y + half, size: half },
  ];
};
const isIn = ({ x, y, size }: Box, [atX, atY]: At): boolean => atX >= x && atX < x + size && atY >= y && atY < y + size;

/** Regions of boxes with at least `k` points each; `points` are at least `k`. */
function* regions(box: Box, points: readonly At[], k: number): Generator<{ boxes: Box[]; count: number }> {
  if (box.size === 1) {
    yield { boxes: [box], count: points.length };
    return;
  }
  const parts = quarters(box).map((quarter) => ({ quarter, points: points.filter((at) => isIn(quarter, at)) }));
  const few = parts.filter((part) => part.points.length > 0 && part.points.length < k);
  const many = parts.filter((part) => part.points.length >= k).sort((a, b) => b.points.length - a.points.length);
  let rest = few.reduce((sum, part) => sum + part.points.length, 0);
  const joined = few.map((part) => part.quarter);
  if (rest > 0 && rest < k) {
    const partner = many.pop();
    if (partner) {
      joined.push(partner.quarter);
      rest += partner.points.length;
    }
  }
  if (rest > 0) yield { boxes: joined, count: rest };
  for (const part of many) yield* regions(part.quarter, part.points, k);
}

/** `people` are positions on one floor in metres; `k` from the definitions. */
export function liveHeatCells(people: readonly At[], widthM: number, heightM: number, k: number): HeatCells {
  let cellM = FINEST_CELL_M;
  while (Math.ceil(widthM / cellM) * Math.ceil(heightM / cellM) > MAX_CELLS) cellM += 1;
  const columns = Math.max(1, Math.ceil(widthM / cellM));
  const rows = Math.max(1, Math.ceil(heightM / cellM));
  if (people.length < k) return { cellM, cells: [], tooFew: people.length > 0 };
  const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(value / cellM)));
  const points = people.map(([xM, yM]): At => [clamp(xM, columns), clamp(yM, rows)]);
  let size = 1;
  while (size < Math.max(columns, rows)) size *= 2;
  const cells: [number, number, number][] = [];
  for (const { boxes, count } of regions({ x: 0, y: 0, size }, points, k)) {
    const inside = boxes.flatMap((box) => {
      const found: At[] = [];
      for (let x = box.x; x < Math.min(columns, box.x + box.size); x++)
        for (let y = box.y; y < Math.min(rows, box.y + box.size); y++) found.push([x, y]);
      return found;
    });
    const value = Math.round((count / inside.length) * 1_000) / 1_000;
    for (const [x, y] of inside) cells.push([x * cellM, y * cellM, value]);
  }
  return { cellM, cells, tooFew: false };
}
