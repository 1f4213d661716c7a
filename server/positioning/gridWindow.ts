/** One carrier's probability over the cells that hold it; a rectangle no larger than needed. Pure. */

/** Structured-cloneable. Cells of the floor; all mass lies in them. */
export interface GridWindow {
  column0: number;
  row0: number;
  columns: number;
  rows: number;
  /** Row by row; there may be room for more behind it. */
  p: Float32Array;
}

export const emptyWindow = (): GridWindow => ({ column0: 0, row0: 0, columns: 0, rows: 0, p: new Float32Array(0) });

/** Room is made for a little more than is needed now, and given back when far too large: most seconds need the same. */
const ROOM_SHARE = 1.2;
const ROOM_STEP = 16;
const SPARE_SHARE = 2;
const SPARE_CELLS = 64;

/** For so many cells; what was in it is lost. */
export function makeRoom(window: GridWindow, cells: number): Float32Array {
  const { length } = window.p;
  if (length < cells || length > SPARE_SHARE * cells + SPARE_CELLS)
    window.p = new Float32Array(Math.ceil((cells * ROOM_SHARE) / ROOM_STEP) * ROOM_STEP);
  return window.p;
}

/** A place within the window, drawn by two numbers of [0, 1): as often in each part of it as mass lies there. In cells of the floor. */
export function drawFrom({ column0, row0, columns, rows, p }: GridWindow, u: number, v: number): [number, number] {
  let left = u;
  let mass = 0;
  let r = 0;
  for (; r < rows; r++) {
    mass = 0;
    for (let c = 0; c < columns; c++) mass += p[r * columns + c]!;
    if (left < mass || r === rows - 1) break;
    left -= mass;
  }
  let rest = v * mass;
  let c = 0;
  for (; c < columns - 1; c++) {
    const here = p[r * columns + c]!;
    if (rest < here) break;
    rest -= here;
  }
  const here = p[r * columns + c]!;
  const share = (part: number, whole: number): number => (whole > 0 ? Math.min(0.999, part / whole) : 0.5);
  return [column0 + c + share(rest, here), row0 + r + share(left, mass)];
}
