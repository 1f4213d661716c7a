/** Which zones of a floor are at a point, found by cell. Built once per model. Pure. */
import type { Zone } from '../contract/model.ts';
import { ACCURACY_PER_SIGMA, SAMPLE_X, SAMPLE_Y, SAMPLES } from './gaussian.ts';
import { type Bounds, boundsOf, distanceToBoundary, pointInShape } from './geometry.ts';

/** Finer cells cost memory, coarser ones more point-in-polygon tests along borders. */
const CELL_M = 2;
const MAX_CELLS_PER_SIDE = 512;

interface Cell {
  /** Zones that cover the whole cell. */
  whole: number[];
  /** Zones whose border runs through it. */
  partial: number[];
}
const EMPTY: Cell = { whole: [], partial: [] };

/** Zones below this are left out of a mass list. */
export const MIN_MASS = 0.02;

export interface ZoneMass {
  zoneId: string;
  mass: number;
}

export class FloorZones {
  private readonly zones: readonly Zone[];
  private readonly bounds: Bounds;
  private readonly cellM: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly cells: Cell[];
  private readonly hits: Uint16Array;

  constructor(zones: readonly Zone[]) {
    this.zones = zones;
    this.hits = new Uint16Array(zones.length);
    const bounds = { minXM: Infinity, minYM: Infinity, maxXM: -Infinity, maxYM: -Infinity };
    const each = zones.map((zone) => boundsOf(zone.shape));
    for (const b of each) {
      bounds.minXM = Math.min(bounds.minXM, b.minXM);
      bounds.minYM = Math.min(bounds.minYM, b.minYM);
      bounds.maxXM = Math.max(bounds.maxXM, b.maxXM);
      bounds.maxYM = Math.max(bounds.maxYM, b.maxYM);
    }
    this.bounds = bounds;
    const widthM = zones.length === 0 ? 0 : bounds.maxXM - bounds.minXM;
    const heightM = zones.length === 0 ? 0 : bounds.maxYM - bounds.minYM;
    this.cellM = Math.max(CELL_M, widthM / MAX_CELLS_PER_SIDE, heightM / MAX_CELLS_PER_SIDE);
    this.columns = Math.floor(widthM / this.cellM) + 1;
    this.rows = Math.floor(heightM / this.cellM) + 1;
    this.cells = Array.from({ length: zones.length === 0 ? 0 : this.columns * this.rows }, () => EMPTY);
    zones.forEach((zone, index) => {
      this.lay(zone, index, each[index]!);
    });
  }

  private lay(zone: Zone, index: number, bounds: Bounds): void {
    const halfDiagonalM = this.cellM * Math.SQRT1_2;
    const fromX = Math.floor((bounds.minXM - this.bounds.minXM) / this.cellM);
    const toX = Math.min(this.columns - 1, Math.floor((bounds.maxXM - this.bounds.minXM) / this.cellM));
    const fromY = Math.floor((bounds.minYM - this.bounds.minYM) / this.cellM);
    const toY = Math.min(this.rows - 1, Math.floor((bounds.maxYM - this.bounds.minYM) / this.cellM));
    for (let cy = fromY; cy <= toY; cy++)
      for (let cx = fromX; cx <= toX; cx++) {
        const x = this.bounds.minXM + (cx + 0.5) * this.cellM;
        const y = this.bounds.minYM + (cy + 0.5) * this.cellM;
        const onBorder = distanceToBoundary(zone.shape, x, y) <= halfDiagonalM;
        if (!onBorder && !pointInShape(zone.shape, x, y)) continue;
        const at = cy * this.columns + cx;
        const old = this.cells[at]!;
        this.cells[at] = onBorder
          ? { whole: old.whole, partial: [...old.partial, index] }
          : { whole: [...old.whole, index], partial: old.partial };
      }
  }

  private cellAt(xM: number, yM: number): Cell {
    const cx = Math.floor((xM - this.bounds.minXM) / this.cellM);
    const cy = Math.floor((yM - this.bounds.minYM) / this.cellM);
    if (!(cx >= 0 && cy >= 0 && cx < this.columns && cy < this.rows)) return EMPTY;
    return this.cells[cy * this.columns + cx] ?? EMPTY;
  }

  zonesAt(xM: number, yM: number): Zone[] {
    const cell = this.cellAt(xM, yM);
    return [...cell.whole, ...cell.partial.filter((z) => pointInShape(this.zones[z]!.shape, xM, yM))]
      .sort((a, b) => a - b)
      .map((z) => this.zones[z]!);
  }

  /** The mass of a round Gaussian over every zone that it touches, in the order of the zones. */
  masses(xM: number, yM: number, accuracyM: number): ZoneMass[] {
    if (this.zones.length === 0) return [];
    const sigmaM = accuracyM / ACCURACY_PER_SIGMA;
    const { hits } = this;
    let lowest = hits.length;
    let highest = -1;
    const hit = (z: number): void => {
      hits[z]! += 1;
      if (z < lowest) lowest = z;
      if (z > highest) highest = z;
    };
    for (let i = 0; i < SAMPLES; i++) {
      const x = xM + sigmaM * SAMPLE_X[i]!;
      const y = yM + sigmaM * SAMPLE_Y[i]!;
      const cell = this.cellAt(x, y);
      for (const z of cell.whole) hit(z);
      for (const z of cell.partial) if (pointInShape(this.zones[z]!.shape, x, y)) hit(z);
    }
    const masses: ZoneMass[] = [];
    for (let z = lowest; z <= highest; z++) {
      const mass = hits[z]! / SAMPLES;
      if (mass >= MIN_MASS) masses.push({ zoneId: this.zones[z]!.id, mass });
      hits[z] = 0;
    }
    return masses;
  }
}

/** One index per floor that has zones. */
export function indexZones(zones: readonly Zone[]): Map<string, FloorZones> {
  const byFloor = new Map<string, Zone[]>();
  for (const zone of zones) {
    const list = byFloor.get(zone.floorId);
    if (list) list.push(zone);
    else byFloor.set(zone.floorId, [zone]);
  }
  return new Map([...byFloor].map(([floorId, list]) => [floorId, new FloorZones(list)]));
}
