/** How many walls lie between two places of a floor, without looking at every wall. Pure. */
import type { Floor } from '../contract/model.ts';

type Wall = Floor['walls'][number];

/** About the depth of a small shop: few walls in a bucket, few buckets on a line. */
const BUCKET_M = 4;
/** Rounding must not lose a wall that runs along a bucket's edge. */
const EDGE_M = 1e-6;

const side = (ax: number, ay: number, bx: number, by: number, px: number, py: number): number =>
  (bx - ax) * (py - ay) - (by - ay) * (px - ax);

/** True where the segment a–b crosses or touches the wall. */
function crosses(ax: number, ay: number, bx: number, by: number, [cx, cy, dx, dy]: Wall): boolean {
  if (Math.max(ax, bx) < Math.min(cx, dx) || Math.min(ax, bx) > Math.max(cx, dx)) return false;
  if (Math.max(ay, by) < Math.min(cy, dy) || Math.min(ay, by) > Math.max(cy, dy)) return false;
  return (
    side(ax, ay, bx, by, cx, cy) * side(ax, ay, bx, by, dx, dy) <= 0 &&
    side(cx, cy, dx, dy, ax, ay) * side(cx, cy, dx, dy, bx, by) <= 0
  );
}

export class WallIndex {
  private readonly walls: readonly Wall[];
  private readonly columns: number;
  private readonly rows: number;
  private readonly buckets: number[][];
  /** The last question in which a wall was looked at. */
  private readonly seen: Int32Array;
  private question = 0;
  private spanFrom = 0;
  private spanTo = 0;

  constructor(walls: readonly Wall[], widthM: number, heightM: number) {
    this.walls = walls;
    this.columns = Math.max(1, Math.ceil(widthM / BUCKET_M));
    this.rows = Math.max(1, Math.ceil(heightM / BUCKET_M));
    this.buckets = walls.length > 0 ? Array.from({ length: this.columns * this.rows }, () => []) : [];
    this.seen = new Int32Array(walls.length);
    for (let i = 0; i < walls.length; i++) this.enter(i);
  }

  private column(xM: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor(xM / BUCKET_M)));
  }

  private row(yM: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor(yM / BUCKET_M)));
  }

  /** First and last row of buckets that a segment touches within a column of buckets, into `span`. */
  private rowsWithin(x1: number, y1: number, x2: number, y2: number, c: number, first: number, last: number): void {
    let low = Math.min(y1, y2);
    let high = Math.max(y1, y2);
    if (first !== last) {
      const slope = (y2 - y1) / (x2 - x1);
      const left = c === first ? Math.min(x1, x2) : c * BUCKET_M;
      const right = c === last ? Math.max(x1, x2) : (c + 1) * BUCKET_M;
      const a = y1 + slope * (left - x1);
      const b = y1 + slope * (right - x1);
      low = Math.max(low, Math.min(a, b));
      high = Math.min(high, Math.max(a, b));
    }
    this.spanFrom = this.row(low - EDGE_M);
    this.spanTo = this.row(high + EDGE_M);
  }

  private enter(i: number): void {
    const [x1, y1, x2, y2] = this.walls[i]!;
    const first = this.column(Math.min(x1, x2));
    const last = this.column(Math.max(x1, x2));
    for (let c = first; c <= last; c++) {
      this.rowsWithin(x1, y1, x2, y2, c, first, last);
      for (let r = this.spanFrom; r <= this.spanTo; r++) this.buckets[r * this.columns + c]!.push(i);
    }
  }

  /** Counts no further than `atMost`. */
  between(x1: number, y1: number, x2: number, y2: number, atMost: number): number {
    if (this.walls.length === 0) return 0;
    this.question += 1;
    let count = 0;
    const first = this.column(Math.min(x1, x2));
    const last = this.column(Math.max(x1, x2));
    for (let c = first; c <= last; c++) {
      this.rowsWithin(x1, y1, x2, y2, c, first, last);
      const to = this.spanTo;
      for (let r = this.spanFrom; r <= to; r++) {
        const bucket = this.buckets[r * this.columns + c]!;
        for (let k = 0; k < bucket.length; k++) {
          const i = bucket[k]!;
          if (this.seen[i] === this.question) continue;
          this.seen[i] = this.question;
          if (!crosses(x1, y1, x2, y2, this.walls[i]!)) continue;
          count += 1;
          if (count >= atMost) return count;
        }
      }
    }
    return count;
  }
}
