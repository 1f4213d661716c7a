/** The site cut into cells: one size for all floors, chosen by how far apart the gateways hang. Pure. */
import type { Floor, Gateway, SiteModel } from '../contract/model.ts';
import { pointInShape } from '../floor/geometry.ts';
import type { Tuning } from './tuning.ts';

/** Enough for a floor of 1,000 m at 2 m; beyond it cells grow. */
const MAX_CELLS_PER_SIDE = 512;
/** Gateways within so many spacings are those that could well hear a carrier. */
export const AROUND_SPACINGS = 2;

export interface FloorLattice {
  floorId: string;
  level: number;
  columns: number;
  rows: number;
  /** How readily a carrier is in a cell: 1 where people walk, little outside the outline. */
  weight: Float32Array;
  /** All weights are 1. */
  even: boolean;
  /** Gateways of the floor within hearing of a cell. */
  around: Uint8Array;
}

export interface Lattice {
  cellM: number;
  spacingM: number;
  /** Tells states of another lattice apart. */
  signature: string;
  floors: ReadonlyMap<string, FloorLattice>;
  /** In the order of the model. */
  list: readonly FloorLattice[];
}

/** Gateways would stand this far apart on a square grid; the median over the floors. */
function spacingOf(model: SiteModel): number {
  const spacings: number[] = [];
  for (const floor of model.floors) {
    const count = model.gateways.filter((gateway) => gateway.floorId === floor.id).length;
    if (count > 0) spacings.push(Math.sqrt((floor.widthM * floor.heightM) / count));
  }
  spacings.sort((a, b) => a - b);
  return Math.min(40, Math.max(2, spacings[spacings.length >> 1] ?? 10));
}

const isUneven = (weight: number): boolean => weight !== 1;

function floorLattice(floor: Floor, cellM: number, tuning: Tuning): FloorLattice {
  const columns = Math.max(1, Math.ceil(floor.widthM / cellM));
  const rows = Math.max(1, Math.ceil(floor.heightM / cellM));
  const weight = new Float32Array(columns * rows).fill(1);
  if (floor.outline)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        if (!pointInShape(floor.outline, (column + 0.5) * cellM, (row + 0.5) * cellM))
          weight[row * columns + column] = tuning.outsideWeight;
  const around = new Uint8Array(columns * rows);
  return { floorId: floor.id, level: floor.level, columns, rows, weight, even: !weight.some(isUneven), around };
}

function countAround(floor: FloorLattice, gateway: Gateway, cellM: number, reachM: number): void {
  const reach = Math.ceil(reachM / cellM);
  const column = Math.floor(gateway.xM / cellM);
  const row = Math.floor(gateway.yM / cellM);
  for (let r = Math.max(0, row - reach); r <= Math.min(floor.rows - 1, row + reach); r++)
    for (let c = Math.max(0, column - reach); c <= Math.min(floor.columns - 1, column + reach); c++)
      if ((r - row) ** 2 + (c - column) ** 2 <= reach * reach) {
        const i = r * floor.columns + c;
        floor.around[i] = Math.min(255, floor.around[i]! + 1);
      }
}

export function latticeOf(model: SiteModel, tuning: Tuning): Lattice {
  const spacingM = spacingOf(model);
  const longestM = Math.max(1, ...model.floors.map((floor) => Math.max(floor.widthM, floor.heightM)));
  const cellM = Math.max(
    Math.min(tuning.maxCellM, Math.max(tuning.minCellM, spacingM / tuning.cellsPerSpacing)),
    longestM / MAX_CELLS_PER_SIDE,
  );
  const floors = new Map(model.floors.map((floor) => [floor.id, floorLattice(floor, cellM, tuning)]));
  for (const gateway of model.gateways) {
    const floor = floors.get(gateway.floorId);
    if (floor) countAround(floor, gateway, cellM, AROUND_SPACINGS * spacingM);
  }
  const signature = [cellM, ...[...floors.values()].map((one) => `${one.floorId}:${one.columns}x${one.rows}`)].join(
    ' ',
  );
  return { cellM, spacingM, signature, floors, list: [...floors.values()] };
}
