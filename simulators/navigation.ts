/** Ways round the walls of one floor: a grid of free cells, distance fields kept per destination, paths pulled straight. Pure. */
import type { Point } from '../server/contract/model.ts';
import { hash01 } from './random.ts';
import { distanceToWall, type Wall } from './walls.ts';

export const CELL_M = 0.5;
/**
 * A free cell's middle keeps this far from every wall. Above half a cell's diagonal (0.354 m), so that no step between
 * free neighbours and no straight line through free cells can touch a wall.
 */
export const CLEARANCE_M = 0.36;
/** People keep off walls where they can; the cost falls to nothing at this distance. */
const COMFORT_M = 1.6;
/** Different people take different lines through a corridor: so many variants of each field. */
export const VARIANTS = 4;
const VARIANT_PATCH_CELLS = 8;
/** Straightens no further than this, or the variants would all collapse onto the same tight line. */
const LOOKAHEAD_CELLS = 14;

const STEP_C = [1, -1, 0, 0, 1, 1, -1, -1];
const STEP_R = [0, 0, 1, -1, 1, -1, 1, -1];
const STEP_LENGTH = [1, 1, 1, 1, Math.SQRT2, Math.SQRT2, Math.SQRT2, Math.SQRT2];
const STEP_COUNT = 8;
/** More quarter cells than the dearest step costs, so that a ring of them never laps itself. */
const BUCKETS = 64;

export class Navigation {
  readonly columns: number;
  readonly rows: number;
  private readonly free: Uint8Array;
  private readonly cost: Float32Array;
  private readonly fields = new Map<number, Float32Array>();
  private readonly variantWeights: Float32Array[] = [];
  private readonly seed: number;

  constructor(widthM: number, heightM: number, walls: readonly Wall[], seed: number) {
    this.columns = Math.ceil(widthM / CELL_M);
    this.rows = Math.ceil(heightM / CELL_M);
    this.seed = seed;
    const cells = this.columns * this.rows;
    const clearance = new Float32Array(cells).fill(COMFORT_M);
    for (const wall of walls) {
      const reach = COMFORT_M + CELL_M;
      const c0 = Math.max(0, Math.floor((Math.min(wall[0], wall[2]) - reach) / CELL_M));
      const c1 = Math.min(this.columns - 1, Math.ceil((Math.max(wall[0], wall[2]) + reach) / CELL_M));
      const r0 = Math.max(0, Math.floor((Math.min(wall[1], wall[3]) - reach) / CELL_M));
      const r1 = Math.min(this.rows - 1, Math.ceil((Math.max(wall[1], wall[3]) + reach) / CELL_M));
      for (let r = r0; r <= r1; r++)
        for (let c = c0; c <= c1; c++) {
          const away = distanceToWall((c + 0.5) * CELL_M, (r + 0.5) * CELL_M, wall);
          const cell = r * this.columns + c;
          if (away < clearance[cell]!) clearance[cell] = away;
        }
    }
    this.free = new Uint8Array(cells);
    this.cost = new Float32Array(cells);
    for (let cell = 0; cell < cells; cell++) {
      const xM = ((cell % this.columns) + 0.5) * CELL_M;
      const yM = (Math.floor(cell / this.columns) + 0.5) * CELL_M;
      this.free[cell] = clearance[cell]! >= CLEARANCE_M && xM < widthM && yM < heightM ? 1 : 0;
      this.cost[cell] = 1 + 1.2 * (1 - clearance[cell]! / COMFORT_M);
    }
  }

  middle(cell: number): Point {
    return [((cell % this.columns) + 0.5) * CELL_M, (Math.floor(cell / this.columns) + 0.5) * CELL_M];
  }

  isFree(cell: number): boolean {
    return this.free[cell] === 1;
  }

  /** The free cell nearest to a place, or -1 where there is none within 5 m. */
  nearestFree(xM: number, yM: number): number {
    const c = Math.floor(xM / CELL_M);
    const r = Math.floor(yM / CELL_M);
    let best = -1;
    let bestAway = Number.POSITIVE_INFINITY;
    for (let ring = 0; ring <= 10; ring++) {
      if (best >= 0 && ring * CELL_M > bestAway + CELL_M) break;
      for (let dr = -ring; dr <= ring; dr++)
        for (let dc = -ring; dc <= ring; dc++) {
          if (Math.max(Math.abs(dr), Math.abs(dc)) !== ring) continue;
          const cc = c + dc;
          const rr = r + dr;
          if (cc < 0 || rr < 0 || cc >= this.columns || rr >= this.rows) continue;
          const cell = rr * this.columns + cc;
          if (!this.isFree(cell)) continue;
          const [x, y] = this.middle(cell);
          const away = Math.hypot(x - xM, y - yM);
          if (away < bestAway) {
            bestAway = away;
            best = cell;
          }
        }
    }
    return best;
  }

  /** Free cells within a rectangle [x low, y low, x high, y high]. */
  freeWithin(rect: readonly [number, number, number, number]): number[] {
    const cells: number[] = [];
    for (let cell = 0; cell < this.free.length; cell++) {
      if (!this.isFree(cell)) continue;
      const [x, y] = this.middle(cell);
      if (x > rect[0] && x < rect[2] && y > rect[1] && y < rect[3]) cells.push(cell);
    }
    return cells;
  }

  private weights(variant: number): Float32Array {
    const kept = this.variantWeights[variant];
    if (kept) return kept;
    const weights = this.cost.map((cost, cell) => {
      const c = Math.floor((cell % this.columns) / VARIANT_PATCH_CELLS);
      const r = Math.floor(cell / this.columns / VARIANT_PATCH_CELLS);
      return cost * (1 + 0.5 * hash01(this.seed, variant, c, r));
    });
    this.variantWeights[variant] = weights;
    return weights;
  }

  /** Walking cost from every cell to `target`; infinite where no way leads. */
  field(target: number, variant: number): Float32Array {
    const key = target * VARIANTS + variant;
    const kept = this.fields.get(key);
    if (kept) return kept;
    const { columns, rows, free } = this;
    const distance = new Float32Array(free.length).fill(Number.POSITIVE_INFINITY);
    const weight = this.weights(variant);
    // Buckets of quarter cells, each a linked list: a step costs at least one cell, so this is exact and needs no heap.
    const heads = new Int32Array(BUCKETS).fill(-1);
    const entryCell = new Int32Array(free.length * STEP_COUNT + 1);
    const entryNext = new Int32Array(free.length * STEP_COUNT + 1);
    let entries = 1;
    let open = 1;
    entryCell[0] = target;
    entryNext[0] = -1;
    heads[0] = 0;
    distance[target] = 0;
    for (let b = 0; open > 0; b = (b + 1) % BUCKETS) {
      let entry = heads[b]!;
      heads[b] = -1;
      while (entry >= 0) {
        open--;
        const cell = entryCell[entry]!;
        entry = entryNext[entry]!;
        const here = distance[cell]!;
        if (Math.floor(here * 4) % BUCKETS !== b) continue;
        const c = cell % columns;
        const r = (cell - c) / columns;
        for (let s = 0; s < STEP_COUNT; s++) {
          const cc = c + STEP_C[s]!;
          const rr = r + STEP_R[s]!;
          if (cc < 0 || rr < 0 || cc >= columns || rr >= rows) continue;
          const next = rr * columns + cc;
          if (free[next] === 0) continue;
          const through = Math.fround(here + (STEP_LENGTH[s]! * (weight[cell]! + weight[next]!)) / 2);
          if (through >= distance[next]!) continue;
          distance[next] = through;
          const slot = Math.floor(through * 4) % BUCKETS;
          entryCell[entries] = next;
          entryNext[entries] = heads[slot]!;
          heads[slot] = entries++;
          open++;
        }
      }
    }
    this.fields.set(key, distance);
    return distance;
  }

  /** True where the straight line between two free cells' middles passes free cells only. */
  clearLine(from: number, to: number): boolean {
    let c = from % this.columns;
    let r = Math.floor(from / this.columns);
    const c1 = to % this.columns;
    const r1 = Math.floor(to / this.columns);
    const dc = Math.abs(c1 - c);
    const dr = Math.abs(r1 - r);
    const sc = c1 > c ? 1 : -1;
    const sr = r1 > r ? 1 : -1;
    let error = dc - dr;
    for (let n = dc + dr; n > 0; n--) {
      if (error === 0) {
        // Exactly through a corner: both neighbours are touched.
        if (!this.isFree(r * this.columns + c + sc) || !this.isFree((r + sr) * this.columns + c)) return false;
        c += sc;
        r += sr;
        n--;
        error += 2 * (dc - dr);
      } else if (error > 0) {
        c += sc;
        error -= 2 * dr;
      } else {
        r += sr;
        error += 2 * dc;
      }
      if (!this.isFree(r * this.columns + c)) return false;
    }
    return true;
  }

  /** Cells at which a walker turns, both ends among them; undefined where no way leads. */
  path(from: number, target: number, variant: number): number[] | undefined {
    const field = this.field(target, variant);
    if (!Number.isFinite(field[from] ?? Number.POSITIVE_INFINITY)) return undefined;
    const cells = [from];
    for (let cell = from; cell !== target; ) {
      const c = cell % this.columns;
      const r = (cell - c) / this.columns;
      let best = cell;
      for (let s = 0; s < STEP_COUNT; s++) {
        const cc = c + STEP_C[s]!;
        const rr = r + STEP_R[s]!;
        if (cc < 0 || rr < 0 || cc >= this.columns || rr >= this.rows) continue;
        const next = rr * this.columns + cc;
        if (field[next]! < field[best]!) best = next;
      }
      if (best === cell) return undefined;
      cell = best;
      cells.push(cell);
    }
    const turns = [from];
    for (let i = 0; i < cells.length - 1; ) {
      let reach = Math.min(cells.length - 1, i + LOOKAHEAD_CELLS);
      while (reach > i + 1 && !this.clearLine(cells[i]!, cells[reach]!)) reach--;
      turns.push(cells[reach]!);
      i = reach;
    }
    return turns;
  }
}
