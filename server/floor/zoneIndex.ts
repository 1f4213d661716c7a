/** Which zones of a floor are at a point, found by cell. Built once per model. Pure. */
import type { Zone } from '../contract/model.ts';
import { type FlatShape, flatten, holds } from './flatShape.ts';
import { ACCURACY_PER_SIGMA, SAMPLE_REACH, SAMPLE_X, SAMPLE_Y, SAMPLES } from './gaussian.ts';
import { type Bounds, boundsOf, distanceToBoundary, pointInShape } from './geometry.ts';

/** Finer cells cost memory, coarser ones more point-in-polygon tests along borders. */
const CELL_M = 2;
const MAX_CELLS_PER_SIDE = 512;

/** Wider errors than so many cells are looked at sample by sample. */
const MAX_CLEAR = 12;

/** What cells have in common: most cells of a floor share a few of these. */
interface CellKind {
  /** Zones that cover the whole cell. */
  whole: readonly number[];
  /** Zones whose border runs through it. */
  partial: readonly number[];
}
const NOTHING: CellKind = { whole: [], partial: [] };

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
  /** Index into kinds of each cell; 0 is nothing. */
  private readonly cells: Int32Array;
  private readonly kinds: CellKind[] = [NOTHING];
  /** So many cells around each, in every direction, are of its kind, and no border runs through them; −1 with a border. */
  private readonly clear: Int8Array;
  private readonly shapes: readonly FlatShape[];
  private readonly whole: ZoneMass[][] = [];
  // Scratch of `masses`.
  private readonly hits: Uint16Array;
  private readonly kindHits: Uint16Array;
  private readonly touchedKinds = new Int32Array(SAMPLES);

  constructor(zones: readonly Zone[]) {
    this.zones = zones;
    this.shapes = zones.map((zone) => flatten(zone.shape));
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
    this.cells = new Int32Array(zones.length === 0 ? 0 : this.columns * this.rows);
    const kindByZones = new Map<string, number>();
    zones.forEach((zone, index) => {
      this.lay(zone, index, each[index]!, kindByZones);
    });
    this.kindHits = new Uint16Array(this.kinds.length);
    this.clear = this.clearAround();
  }

  /** Beyond the index there is nothing, so its edge counts as a change of kind only for cells that are something. */
  private clearAround(): Int8Array {
    const { cells, kinds, columns, rows } = this;
    const clear = Int8Array.from(cells, (kind) => (kinds[kind]!.partial.length > 0 ? -1 : 0));
    for (let around = 0; around < MAX_CLEAR; around++) {
      let grown = false;
      const before = clear.slice();
      for (let cy = 0; cy < rows; cy++)
        for (let cx = 0; cx < columns; cx++) {
          const at = cy * columns + cx;
          if (before[at] !== around) continue;
          let same = true;
          for (let dy = -1; dy <= 1 && same; dy++)
            for (let dx = -1; dx <= 1 && same; dx++) {
              const x = cx + dx;
              const y = cy + dy;
              if (x < 0 || y < 0 || x >= columns || y >= rows) same = cells[at] === 0;
              else same = before[y * columns + x]! >= around && cells[y * columns + x] === cells[at];
            }
          if (!same) continue;
          clear[at] = around + 1;
          grown = true;
        }
      if (!grown) break;
    }
    return clear;
  }

  private lay(zone: Zone, index: number, bounds: Bounds, kindByZones: Map<string, number>): void {
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
        const key = `${this.cells[at]} ${onBorder} ${index}`;
        let kind = kindByZones.get(key);
        if (kind === undefined) {
          const old = this.kinds[this.cells[at]!]!;
          kind = this.kinds.push(
            onBorder
              ? { whole: old.whole, partial: [...old.partial, index] }
              : { whole: [...old.whole, index], partial: old.partial },
          );
          kind -= 1;
          kindByZones.set(key, kind);
        }
        this.cells[at] = kind;
      }
  }

  private kindAt(xM: number, yM: number): number {
    const cx = Math.floor((xM - this.bounds.minXM) / this.cellM);
    const cy = Math.floor((yM - this.bounds.minYM) / this.cellM);
    if (!(cx >= 0 && cy >= 0 && cx < this.columns && cy < this.rows)) return 0;
    return this.cells[cy * this.columns + cx] ?? 0;
  }

  zonesAt(xM: number, yM: number): Zone[] {
    const { whole, partial } = this.kinds[this.kindAt(xM, yM)]!;
    return [...whole, ...partial.filter((z) => pointInShape(this.zones[z]!.shape, xM, yM))]
      .sort((a, b) => a - b)
      .map((z) => this.zones[z]!);
  }

  /** The kind of all the cells within reach of a point, where they are of one kind without borders. */
  private surely(xM: number, yM: number, reachM: number): number | undefined {
    const cx = Math.floor((xM - this.bounds.minXM) / this.cellM);
    const cy = Math.floor((yM - this.bounds.minYM) / this.cellM);
    if (!(cx >= 0 && cy >= 0 && cx < this.columns && cy < this.rows)) return undefined;
    const at = cy * this.columns + cx;
    return reachM <= this.clear[at]! * this.cellM ? this.cells[at]! : undefined;
  }

  /** One list for all who are in the middle of the same zones. */
  private wholeMasses(kind: number): ZoneMass[] {
    let masses = this.whole[kind];
    if (!masses) {
      masses = this.kinds[kind]!.whole.map((z) => ({ zoneId: this.zones[z]!.id, mass: 1 }));
      this.whole[kind] = masses;
    }
    return masses;
  }

  /** The mass of a round Gaussian over every zone that it touches, in the order of the zones. The list may be others' as well: it must not be changed. */
  masses(xM: number, yM: number, accuracyM: number): ZoneMass[] {
    const { zones, shapes, kinds, cells, clear, hits, kindHits, touchedKinds, columns, rows, cellM } = this;
    const { minXM, minYM } = this.bounds;
    const sigmaM = accuracyM / ACCURACY_PER_SIGMA;
    const sure = this.surely(xM, yM, SAMPLE_REACH * sigmaM);
    if (sure !== undefined) return this.wholeMasses(sure);
    // Samples are counted by kind of cell, of which few are touched; only borders need a look at each sample.
    let touched = 0;
    let lowest = hits.length;
    let highest = -1;
    for (let i = 0; i < SAMPLES; i++) {
      const x = xM + sigmaM * SAMPLE_X[i]!;
      const y = yM + sigmaM * SAMPLE_Y[i]!;
      const across = (x - minXM) / cellM;
      const along = (y - minYM) / cellM;
      if (!(across >= 0 && along >= 0 && across < columns && along < rows)) continue;
      const at = (along | 0) * columns + (across | 0);
      const kind = cells[at]!;
      if (kind === 0) continue;
      if (kindHits[kind]! === 0) touchedKinds[touched++] = kind;
      kindHits[kind]! += 1;
      if (clear[at]! >= 0) continue;
      const { partial } = kinds[kind]!;
      for (let p = 0; p < partial.length; p++) {
        const z = partial[p]!;
        if (!holds(shapes[z]!, x, y)) continue;
        hits[z]! += 1;
        if (z < lowest) lowest = z;
        if (z > highest) highest = z;
      }
    }
    for (let t = 0; t < touched; t++) {
      const kind = touchedKinds[t]!;
      const { whole } = kinds[kind]!;
      for (let w = 0; w < whole.length; w++) {
        const z = whole[w]!;
        hits[z]! += kindHits[kind]!;
        if (z < lowest) lowest = z;
        if (z > highest) highest = z;
      }
      kindHits[kind] = 0;
    }
    const masses: ZoneMass[] = [];
    for (let z = lowest; z <= highest; z++) {
      const mass = hits[z]! / SAMPLES;
      if (mass >= MIN_MASS) masses.push({ zoneId: zones[z]!.id, mass });
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
