/** One person's way through the building as a trajectory: walk, browse, ride, leave. Pure. */
import type { Building, BuiltShop, Place } from './building.ts';
import { VARIANTS } from './navigation.ts';
import { between, exponential, lognormal, pick, type Random } from './random.ts';
import { Trajectory } from './trajectory.ts';

/** Slow strollers to people in a hurry, as counted in malls. */
export const WALK_MIN_MPS = 0.6;
export const WALK_MAX_MPS = 1.5;
/** In a shop people drift from shelf to shelf. */
const BROWSE_MPS = 0.5;
const GLANCE_SECONDS: [number, number] = [4, 18];

export class Itinerary {
  readonly path = new Trajectory();
  nowMs: number;
  here: Place;
  private readonly building: Building;
  private readonly random: Random;
  speedMps: number;
  private readonly variant: number;

  constructor(building: Building, random: Random, startMs: number, from: Place) {
    this.building = building;
    this.random = random;
    this.speedMps = between(random, WALK_MIN_MPS, WALK_MAX_MPS);
    this.variant = Math.floor(random() * VARIANTS);
    this.nowMs = startMs;
    this.here = from;
    this.mark();
  }

  private mark(): void {
    const [xM, yM] = this.building.floors[this.here.floor]!.ways.middle(this.here.cell);
    this.path.add(this.nowMs, this.here.floor, xM, yM);
  }

  wait(seconds: number): void {
    if (seconds <= 0) return;
    this.nowMs += Math.round(seconds * 1_000);
    this.mark();
  }

  private stepTo(cell: number, speedMps: number): void {
    const { ways } = this.building.floors[this.here.floor]!;
    const [x0, y0] = ways.middle(this.here.cell);
    const [x1, y1] = ways.middle(cell);
    this.here = { floor: this.here.floor, cell };
    this.nowMs += Math.max(1, Math.round((Math.hypot(x1 - x0, y1 - y0) / speedMps) * 1_000));
    this.mark();
  }

  /** On the same floor. False where no way leads there. */
  private walkOnFloor(cell: number): boolean {
    const turns = this.building.floors[this.here.floor]!.ways.path(this.here.cell, cell, this.variant);
    if (!turns) return false;
    for (const turn of turns.slice(1)) this.stepTo(turn, this.speedMps);
    return true;
  }

  walkTo(to: Place): boolean {
    const rides = this.building.rides(this.here, to.floor);
    if (!rides) return false;
    for (const { board, alight, seconds } of rides) {
      if (!this.walkOnFloor(board.cell)) return false;
      this.nowMs += Math.round(seconds * 1_000);
      this.here = alight;
      this.mark();
    }
    return this.walkOnFloor(to.cell);
  }

  /** Drifts among places in sight until the time is up. */
  browse(cells: readonly number[], seconds: number, meanPauseSeconds = 35): void {
    const untilMs = this.nowMs + seconds * 1_000;
    const { ways } = this.building.floors[this.here.floor]!;
    while (this.nowMs < untilMs - 2_000) {
      for (let tries = 0; tries < 5 && cells.length > 0; tries++) {
        const cell = cells[Math.floor(this.random() * cells.length)]!;
        if (cell === this.here.cell || !ways.clearLine(this.here.cell, cell)) continue;
        this.stepTo(cell, BROWSE_MPS);
        break;
      }
      const leftSeconds = (untilMs - this.nowMs) / 1_000;
      this.wait(Math.min(leftSeconds, 3 + exponential(this.random, meanPauseSeconds)));
    }
  }

  visitShop(shop: BuiltShop, glance: boolean, closeMs: number): void {
    if (!this.walkTo(shop.door)) return;
    if (glance) {
      this.browse(shop.doorCells, between(this.random, ...GLANCE_SECONDS), 4);
      return;
    }
    const wanted = lognormal(this.random, shop.shop.dwellMedianMinutes, shop.shop.dwellSigma) * 60;
    this.browse(shop.cells, Math.max(0, Math.min(wanted, (closeMs - this.nowMs) / 1_000)));
  }
}

/** Takes what is on the way first, more or less: the nearest of the wanted, with some whim. */
export function nextShop(
  building: Building,
  random: Random,
  here: Place,
  wanted: readonly BuiltShop[],
): BuiltShop | undefined {
  if (wanted.length === 0) return undefined;
  return wanted[
    pick(
      random,
      wanted.map((shop) => 1 / (10 + building.cost(here, shop.door)) ** 2),
    )
  ];
}
