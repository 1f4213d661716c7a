/** Where somebody is at any time: knots in time, straight lines between them. Pure. */

export class Trajectory {
  readonly tMs: number[] = [];
  readonly floor: number[] = [];
  readonly xM: number[] = [];
  readonly yM: number[] = [];

  add(tMs: number, floor: number, xM: number, yM: number): void {
    this.tMs.push(tMs);
    this.floor.push(floor);
    this.xM.push(xM);
    this.yM.push(yM);
  }
  get startMs(): number {
    return this.tMs[0] ?? 0;
  }
  get endMs(): number {
    return this.tMs.at(-1) ?? 0;
  }
}

/** Reads a trajectory forward in time; keeps its place, so that each step costs next to nothing. */
export class Cursor {
  floor = 0;
  xM = 0;
  yM = 0;
  /** Direction of the last movement, a unit vector. */
  headingX = 1;
  headingY = 0;
  private knot = 0;
  private readonly path: Trajectory;
  /** Members of a group walk the same way, a step behind each other. */
  private readonly delayMs: number;

  constructor(path: Trajectory, delayMs = 0) {
    this.path = path;
    this.delayMs = delayMs;
  }

  /** Moves to a time that is not before the last one asked for. */
  moveTo(atMs: number): void {
    const { tMs, floor, xM, yM } = this.path;
    const t = Math.max(this.path.startMs, Math.min(this.path.endMs, atMs - this.delayMs));
    while (this.knot < tMs.length - 2 && tMs[this.knot + 1]! <= t) this.knot++;
    const a = this.knot;
    const b = Math.min(a + 1, tMs.length - 1);
    const spanMs = tMs[b]! - tMs[a]!;
    const part = spanMs > 0 ? Math.min(1, Math.max(0, (t - tMs[a]!) / spanMs)) : 1;
    if (floor[a] !== floor[b]) {
      // On an escalator: below for its first half, above for its second.
      const at = part < 0.5 ? a : b;
      this.floor = floor[at]!;
      this.xM = xM[at]!;
      this.yM = yM[at]!;
      return;
    }
    const dx = xM[b]! - xM[a]!;
    const dy = yM[b]! - yM[a]!;
    this.floor = floor[a]!;
    this.xM = xM[a]! + part * dx;
    this.yM = yM[a]! + part * dy;
    const length = Math.hypot(dx, dy);
    if (length > 0.01) {
      this.headingX = dx / length;
      this.headingY = dy / length;
    }
  }
}
