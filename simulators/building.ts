/** The scenario made walkable: floors with their ways, shops with the places to stand in, connectors between floors. Pure. */
import { Navigation } from './navigation.ts';
import type { Scenario, Shop } from './scenario.ts';
import { ScenarioError } from './scenario.ts';
import { type Wall, wallsOf } from './walls.ts';

export interface Place {
  floor: number;
  cell: number;
}
export interface BuiltFloor {
  id: string;
  level: number;
  walls: Wall[];
  ways: Navigation;
}
export interface BuiltShop {
  shop: Shop;
  floor: number;
  /** Just inside the door. */
  door: Place;
  /** Free cells in it, for browsing. */
  cells: number[];
  /** Those of them near the door, for a look in. */
  doorCells: number[];
}

const GLANCE_DEPTH_M = 4;

export class Building {
  readonly floors: BuiltFloor[];
  readonly shops: BuiltShop[];
  readonly entrances: (Place & { id: string; share: number })[];
  readonly connectors: { stops: Place[]; secondsPerFloor: number }[];
  readonly corridorCells: Place[];

  constructor(scenario: Scenario) {
    const faults: string[] = [];
    const index = new Map(scenario.floors.map((floor, i) => [floor.id, i]));
    this.floors = scenario.floors.map((floor, i) => {
      const walls = wallsOf(scenario, floor.id);
      return {
        id: floor.id,
        level: floor.level,
        walls,
        ways: new Navigation(floor.widthM, floor.heightM, walls, scenario.seed + i),
      };
    });
    const place = (path: string, floorId: string, xM: number, yM: number): Place => {
      const floor = index.get(floorId)!;
      const cell = this.floors[floor]!.ways.nearestFree(xM, yM);
      if (cell < 0) faults.push(`${path}: no free floor within 5 m of (${xM}, ${yM})`);
      return { floor, cell };
    };
    this.entrances = scenario.entrances.map((e, i) => ({
      ...place(`entrances.${i}`, e.floor, e.xM, e.yM),
      id: e.id,
      share: e.share,
    }));
    this.connectors = scenario.connectors.map((c, i) => ({
      secondsPerFloor: c.secondsPerFloor,
      stops: c.stops.map((stop, j) => place(`connectors.${i}.stops.${j}`, stop.floor, stop.xM, stop.yM)),
    }));
    this.shops = scenario.shops.map((shop, i) => {
      const [x0, y0, x1, y1] = shop.rect;
      const { side, atM } = shop.door;
      const doorX = side === 'w' ? x0 + 0.75 : side === 'e' ? x1 - 0.75 : atM;
      const doorY = side === 's' ? y0 + 0.75 : side === 'n' ? y1 - 0.75 : atM;
      const door = place(`shops.${i}.door`, shop.floor, doorX, doorY);
      const { ways } = this.floors[door.floor]!;
      const cells = ways.freeWithin(shop.rect);
      if (cells.length === 0) faults.push(`shops.${i}: ${shop.name} has no free floor to stand on`);
      const doorCells = cells.filter((cell) => {
        const [x, y] = ways.middle(cell);
        return Math.hypot(x - doorX, y - doorY) < GLANCE_DEPTH_M;
      });
      return { shop, floor: door.floor, door, cells, doorCells };
    });
    const shopCells = this.floors.map(() => new Set<number>());
    for (const shop of this.shops) for (const cell of shop.cells) shopCells[shop.floor]!.add(cell);
    this.corridorCells = scenario.corridors.flatMap((corridor) => {
      const floor = index.get(corridor.floor)!;
      return this.floors[floor]!.ways.freeWithin(corridor.rect)
        .filter((cell) => !shopCells[floor]!.has(cell))
        .map((cell) => ({ floor, cell }));
    });
    const from = this.entrances[0];
    if (faults.length === 0 && from)
      this.shops.forEach((shop, i) => {
        if (!Number.isFinite(this.cost(from, shop.door)))
          faults.push(`shops.${i}: no way leads from the first entrance to the door of ${shop.shop.name}`);
      });
    if (faults.length > 0) throw new ScenarioError('scenario', faults);
  }

  /** Stops to ride between, one pair per connector taken; undefined where no chain of connectors leads there. */
  rides(from: Place, toFloor: number): { board: Place; alight: Place; seconds: number }[] | undefined {
    const rides: { board: Place; alight: Place; seconds: number }[] = [];
    let here = from;
    while (here.floor !== toFloor) {
      const levelHere = this.floors[here.floor]!.level;
      const levelTo = this.floors[toFloor]!.level;
      let best: { board: Place; alight: Place; seconds: number } | undefined;
      let bestCost = Number.POSITIVE_INFINITY;
      for (const connector of this.connectors) {
        const board = connector.stops.find((stop) => stop.floor === here.floor);
        if (!board) continue;
        for (const alight of connector.stops) {
          const left = Math.abs(this.floors[alight.floor]!.level - levelTo);
          if (left >= Math.abs(levelHere - levelTo)) continue;
          const cost = this.floors[here.floor]!.ways.field(board.cell, 0)[here.cell]! + left * 1_000;
          if (cost < bestCost) {
            bestCost = cost;
            best = {
              board,
              alight,
              seconds: connector.secondsPerFloor * Math.abs(this.floors[alight.floor]!.level - levelHere),
            };
          }
        }
      }
      if (!best) return undefined;
      rides.push(best);
      here = best.alight;
    }
    return rides;
  }

  /** Rough walking cost in cells, floors included; infinite where no way leads. */
  cost(from: Place, to: Place): number {
    const rides = this.rides(from, to.floor);
    if (!rides) return Number.POSITIVE_INFINITY;
    let cost = 0;
    let here = from;
    for (const { board, alight, seconds } of rides) {
      cost += this.floors[here.floor]!.ways.field(board.cell, 0)[here.cell]! + seconds * 2;
      here = alight;
    }
    return cost + this.floors[to.floor]!.ways.field(to.cell, 0)[here.cell]!;
  }
}
