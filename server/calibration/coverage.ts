/**
 * Expected accuracy over a floor, from where its gateways hang: per cell the radius that holds a carrier's true place 68 %
 * of the time, and how many gateways can be expected to hear it. See information.ts for the formula. Pure.
 */
import type { Floor, Gateway, SiteModel } from '../contract/model.ts';
import { WallIndex } from '../floor/wallIndex.ts';
import { type CoverageCells, coverageCells } from './coverageCells.ts';
import { errorOf, type Hearing, hear, TERMS } from './information.ts';
import { assumeRadio, type RadioAssumptions, wallLossDb } from './radioAssumptions.ts';

export const DEFAULT_CELL_M = 2;
/** Three circles meet in one point; with fewer a place is a guess along a line. */
export const ENOUGH_GATEWAYS = 3;
/** A gateway counts as in hearing where it hears a carrier at least every other time that a fix is made. */
const IN_HEARING = 0.5;
/** As in the positioner's map: beyond two ceilings nothing is expected. */
const MAX_FLOORS_BETWEEN = 2;

export interface CoverageOptions {
  cellM?: number | undefined;
  /** What the site's positioner has learned of its radio. */
  siteState?: unknown;
  /** Relative traffic at a place; means are weighted by it. Absent: by area. */
  trafficAt?: ((xM: number, yM: number) => number) | undefined;
}

export interface CoverageField {
  floor: Floor;
  cells: CoverageCells;
  radio: RadioAssumptions;
  walls: WallIndex;
  /** TERMS numbers a cell. */
  information: Float64Array;
  errorM: Float64Array;
  /** Gateways in hearing. */
  hearing: Uint16Array;
  /** Share of each cell in every mean; sums to one. */
  weight: Float64Array;
  /** On this floor, disabled ones too: what hangs there cannot be hung there again. */
  hanging: Gateway[];
}

export interface CoverageSummary {
  meanM: number;
  medianM: number;
  p90M: number;
  /** Of the area: what is expected within 3, 5 and 10 m, heard by fewer than ENOUGH_GATEWAYS, and by none. */
  within3M: number;
  within5M: number;
  within10M: number;
  weak: number;
  blind: number;
}

/** A long computation that can be left and taken up again between any two yields. */
export type Steps<T> = Generator<undefined, T>;

export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function weightsOf(cells: CoverageCells, trafficAt: CoverageOptions['trafficAt']): Float64Array {
  const of = (traffic: (i: number) => number): { weights: Float64Array; sum: number } => {
    const weights = cells.areaM2.map((area, i) => area * traffic(i));
    return { weights, sum: weights.reduce((a, b) => a + b, 0) };
  };
  let { weights, sum } = of((i) => Math.max(0, trafficAt ? trafficAt(cells.xM[i]!, cells.yM[i]!) : 1));
  // Nobody was seen anywhere: every square metre counts the same.
  if (!(sum > 0)) ({ weights, sum } = of(() => 1));
  return weights.map((one) => one / sum);
}

export function* coverageSteps(model: SiteModel, floorId: string, options: CoverageOptions = {}): Steps<CoverageField> {
  const floor = model.floors.find((one) => one.id === floorId);
  if (!floor) throw new RangeError(`coverage: the model has no floor ${floorId}`);
  const radio = assumeRadio(model, options.siteState);
  yield;
  const cells = coverageCells(floor, options.cellM ?? DEFAULT_CELL_M);
  const count = cells.xM.length;
  const information = new Float64Array(TERMS * count);
  const hearing = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    information[TERMS * i] = 1 / cells.varianceXM2;
    information[TERMS * i + 2] = 1 / cells.varianceYM2;
    information[TERMS * i + 5] = 1 / radio.powerSdDb ** 2;
  }
  const field: CoverageField = {
    floor,
    cells,
    radio,
    walls: new WallIndex(floor.walls, floor.widthM, floor.heightM),
    information,
    errorM: new Float64Array(count),
    hearing,
    weight: weightsOf(cells, options.trafficAt),
    hanging: model.gateways.filter((gateway) => gateway.floorId === floorId),
  };
  yield;
  const levels = new Map(model.floors.map(({ id, level }) => [id, level]));
  for (const gateway of model.gateways) {
    const apart = Math.abs((levels.get(gateway.floorId) ?? Infinity) - floor.level);
    if (!gateway.enabled || apart > MAX_FLOORS_BETWEEN) continue;
    addGateway(field, gateway, apart * radio.floorLossDb - (radio.offsetDb.get(gateway.id) ?? 0));
    yield;
  }
  for (let i = 0; i < count; i++) field.errorM[i] = errorOf(information, i);
  return field;
}

const view: Hearing = { heard: 0, terms: new Float64Array(TERMS) };

function addGateway(field: CoverageField, gateway: Gateway, lossDb: number): void {
  const { xM, yM, zM } = gateway;
  const { cells, radio, walls, information, hearing } = field;
  const dzM = zM - radio.carrierHeightM;
  for (let i = 0; i < cells.xM.length; i++) {
    const dxM = cells.xM[i]! - xM;
    const dyM = cells.yM[i]! - yM;
    // First without walls: most cells are too far away for walls to matter.
    if (!hear(view, radio, dxM, dyM, dzM, lossDb)) continue;
    const wallsDb = wallLossDb(radio, walls, gateway, cells.xM[i]!, cells.yM[i]!);
    if (wallsDb > 0 && !hear(view, radio, dxM, dyM, dzM, lossDb + wallsDb)) continue;
    for (let k = 0; k < TERMS; k++) information[TERMS * i + k]! += view.terms[k]!;
    if (view.heard >= IN_HEARING) hearing[i]! += 1;
  }
}

export const coverageOf = (model: SiteModel, floorId: string, options?: CoverageOptions): CoverageField =>
  finish(coverageSteps(model, floorId, options));

/** Smallest value that at least `share` of the weight does not exceed. */
export function quantile(values: Float64Array, weight: Float64Array, share: number): number {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const total = weight.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (const i of order) {
    sum += weight[i]!;
    if (sum >= share * total - 1e-12) return values[i]!;
  }
  return values[order.at(-1) ?? 0] ?? 0;
}

export function meanOf(values: Float64Array, weight: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * weight[i]!;
  return sum;
}

export function summaryOf({ cells, errorM, hearing, weight }: CoverageField): CoverageSummary {
  const areaM2 = cells.areaM2.reduce((a, b) => a + b, 0);
  const shareOf = (test: (i: number) => boolean): number => {
    let sum = 0;
    for (let i = 0; i < errorM.length; i++) if (test(i)) sum += cells.areaM2[i]!;
    return areaM2 > 0 ? sum / areaM2 : 0;
  };
  return {
    meanM: meanOf(errorM, weight),
    medianM: quantile(errorM, weight, 0.5),
    p90M: quantile(errorM, weight, 0.9),
    within3M: shareOf((i) => errorM[i]! <= 3),
    within5M: shareOf((i) => errorM[i]! <= 5),
    within10M: shareOf((i) => errorM[i]! <= 10),
    weak: shareOf((i) => hearing[i]! < ENOUGH_GATEWAYS),
    blind: shareOf((i) => hearing[i] === 0),
  };
}
