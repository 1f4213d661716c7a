/** A walk as its taps tell it: where the walker was at a moment, as far as that is known. Pure. */
import type { Floor, Point } from '../contract/model.ts';
import { segmentsIntersect } from '../floor/geometry.ts';

export interface Tap {
  id: string;
  floorId: string;
  xM: number;
  yM: number;
  /** By the site's clock. */
  atMs: number;
}
export interface Place {
  floorId: string;
  xM: number;
  yM: number;
}

/** Longer between two taps, and the way between them is anybody's guess. */
export const MAX_LEG_MS = 60_000;
/** Nobody walks faster with a phone in front of the eyes: one of the two taps is wrong. */
const MAX_SPEED_MPS = 2.5;
/** Slower over some metres is no even walk but a halt and a walk, and nobody knows when it ended. */
const MIN_SPEED_MPS = 0.3;
const HALT_M = 3;
/** One stands still to aim and tap. */
export const STAND_MS = 1_500;

export const byTime = (a: Tap, b: Tap): number => a.atMs - b.atMs || (a.id < b.id ? -1 : 1);

export class Walk {
  readonly taps: readonly Tap[];
  readonly #walls: ReadonlyMap<string, Floor['walls']>;
  /** By the index of its first tap. */
  readonly #straight = new Map<number, boolean>();

  constructor(taps: readonly Tap[], floors: readonly Floor[]) {
    this.taps = [...taps].sort(byTime);
    this.#walls = new Map(floors.map((floor) => [floor.id, floor.walls]));
  }

  /** Undefined where it cannot be told. */
  placeAt(atMs: number): Place | undefined {
    const { taps } = this;
    let after = 0;
    while (after < taps.length && taps[after]!.atMs < atMs) after++;
    const before = taps[after - 1];
    const next = taps[after];
    if (before && next && this.#isStraight(after - 1)) {
      const share = (atMs - before.atMs) / Math.max(1, next.atMs - before.atMs);
      return {
        floorId: before.floorId,
        xM: before.xM + share * (next.xM - before.xM),
        yM: before.yM + share * (next.yM - before.yM),
      };
    }
    const near = [before, next]
      .filter((tap) => tap !== undefined)
      .filter((tap) => Math.abs(tap.atMs - atMs) <= STAND_MS)
      .sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))[0];
    return near && { floorId: near.floorId, xM: near.xM, yM: near.yM };
  }

  /** Whether one may take it that the walker went straight and evenly from this tap to the next. */
  #isStraight(index: number): boolean {
    let known = this.#straight.get(index);
    if (known === undefined) {
      known = this.#judge(this.taps[index]!, this.taps[index + 1]!);
      this.#straight.set(index, known);
    }
    return known;
  }

  #judge(from: Tap, to: Tap): boolean {
    const seconds = (to.atMs - from.atMs) / 1_000;
    if (from.floorId !== to.floorId || seconds * 1_000 > MAX_LEG_MS) return false;
    const metres = Math.hypot(to.xM - from.xM, to.yM - from.yM);
    if (metres > Math.max(0.5, MAX_SPEED_MPS * seconds)) return false;
    if (metres > HALT_M && metres < MIN_SPEED_MPS * seconds) return false;
    const a: Point = [from.xM, from.yM];
    const b: Point = [to.xM, to.yM];
    return !(this.#walls.get(from.floorId) ?? []).some(([x1, y1, x2, y2]) =>
      segmentsIntersect(a, b, [x1, y1], [x2, y2]),
    );
  }
}
