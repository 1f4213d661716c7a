/** Where one more gateway would lower the expected error of a floor the most. Pure. */
import { pointInShape } from '../floor/geometry.ts';
import { type CoverageField, meanOf, quantile, type Steps } from './coverage.ts';
import { errorOf, type Hearing, hear, TERMS } from './information.ts';
import { wallLossDb } from './radioAssumptions.ts';

/** Places that are looked at before the best of them are refined. */
const CANDIDATES = 400;
const MIN_STEP_M = 1;
const FINE_STEP_M = 0.5;
/** Two antennas side by side hear the same. */
const KEEP_FROM_GATEWAY_M = 1;
/** Proposals nearer to each other than the gateways' spacing, within these bounds, are one and the same. */
const MIN_APART_M = 3;
const MAX_APART_M = 20;
/** Hills that are climbed at most: a floor has few holes worth a gateway. */
const MAX_CLIMBS = 8;
/** The first look at all candidates is taken at every so many cells each way. */
const SPARSE = 2;
const SPARSE_FROM_CELLS = 1_000;
const USUAL_HEIGHT_M = 2.5;
/** Less is not worth a ladder, nor sure enough to be told. */
const LEAST_GAIN = 0.005;
const EVALUATIONS_A_TURN = 2;

export interface Proposal {
  xM: number;
  yM: number;
  zM: number;
  /** Expected error over the floor now and with this gateway. */
  meanBeforeM: number;
  meanAfterM: number;
  p90BeforeM: number;
  p90AfterM: number;
  /** Mean over the surroundings that it is for: as far as the gateways hang apart. */
  nearBeforeM: number;
  nearAfterM: number;
}

const view: Hearing = { heard: 0, terms: new Float64Array(TERMS) };

/** By how much a gateway there lowers the mean error, looked at in these cells; `after`, where given, takes their errors. */
function gainAt(
  field: CoverageField,
  looked: ArrayLike<number>,
  at: { xM: number; yM: number },
  zM: number,
  after?: Float64Array,
): number {
  const { cells, radio, walls, information, errorM, weight } = field;
  const dzM = zM - radio.carrierHeightM;
  let gain = 0;
  for (let k = 0; k < looked.length; k++) {
    const i = looked[k]!;
    if (weight[i] === 0 && !after) continue;
    const dxM = cells.xM[i]! - at.xM;
    const dyM = cells.yM[i]! - at.yM;
    if (!hear(view, radio, dxM, dyM, dzM, 0)) continue;
    const wallsDb = wallLossDb(radio, walls, at, cells.xM[i]!, cells.yM[i]!);
    if (wallsDb > 0 && !hear(view, radio, dxM, dyM, dzM, wallsDb)) continue;
    const next = errorOf(information, i, view.terms);
    gain += weight[i]! * (errorM[i]! - next);
    if (after) after[i] = next;
  }
  return gain;
}

/** Area within reach of a place, as weights that sum to one. */
function nearby({ cells }: CoverageField, xM: number, yM: number, reachM: number): Float64Array {
  const reach = Math.max(reachM, cells.cellM);
  const weights = cells.areaM2.map((areaM2, i) =>
    Math.hypot(cells.xM[i]! - xM, cells.yM[i]! - yM) <= reach ? areaM2 : 0,
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((one) => one / Math.max(1e-9, sum));
}

function heightOf(field: CoverageField): number {
  const heights = field.hanging.map(({ zM }) => zM).sort((a, b) => a - b);
  return heights[heights.length >> 1] ?? USUAL_HEIGHT_M;
}

interface Found {
  xM: number;
  yM: number;
  gain: number;
}

/** The best `wanted` places, the best first, well apart from each other. */
export function* oneMoreSteps(field: CoverageField, wanted = 3): Steps<Proposal[]> {
  const { floor, cells, hanging, errorM, weight } = field;
  const zM = heightOf(field);
  const areaM2 = cells.areaM2.reduce((a, b) => a + b, 0);
  const apartM = Math.min(MAX_APART_M, Math.max(MIN_APART_M, Math.sqrt(areaM2 / (hanging.length + 1))));
  const all = Array.from(errorM, (_, i) => i);
  const sparse =
    all.length < SPARSE_FROM_CELLS
      ? all
      : all.filter((i) => cells.columns[i]! % SPARSE === 0 && cells.rows[i]! % SPARSE === 0);
  const allowed = (xM: number, yM: number): boolean =>
    xM >= 0 &&
    yM >= 0 &&
    xM <= floor.widthM &&
    yM <= floor.heightM &&
    (!floor.outline || pointInShape(floor.outline, xM, yM)) &&
    hanging.every((other) => Math.hypot(other.xM - xM, other.yM - yM) > KEEP_FROM_GATEWAY_M);
  let evaluations = 0;
  const turn = (): boolean => ++evaluations % EVALUATIONS_A_TURN === 0;

  const stepM = Math.max(MIN_STEP_M, Math.sqrt(areaM2 / CANDIDATES));
  const columns = Math.max(1, Math.round(floor.widthM / stepM));
  const rows = Math.max(1, Math.round(floor.heightM / stepM));
  const found: Found[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const xM = ((column + 0.5) * floor.widthM) / columns;
      const yM = ((row + 0.5) * floor.heightM) / rows;
      if (!allowed(xM, yM)) continue;
      found.push({ xM, yM, gain: gainAt(field, sparse, { xM, yM }, zM) });
      if (turn()) yield;
    }
  found.sort((a, b) => b.gain - a.gain || a.yM - b.yM || a.xM - b.xM);

  const near = (list: readonly Found[], place: { xM: number; yM: number }): boolean =>
    list.some((other) => Math.hypot(other.xM - place.xM, other.yM - place.yM) < apartM);
  const tops: Found[] = [];
  const starts: Found[] = [];
  for (const start of found) {
    if (tops.length >= wanted || starts.length >= MAX_CLIMBS) break;
    if (near(tops, start) || near(starts, start)) continue;
    starts.push(start);
    let best = { ...start, gain: gainAt(field, all, start, zM) };
    for (let reachM = stepM / 2; reachM >= FINE_STEP_M; ) {
      let better: Found | undefined;
      for (const [dx, dy] of [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ] as const) {
        const at = { xM: best.xM + dx * reachM, yM: best.yM + dy * reachM };
        if (!allowed(at.xM, at.yM)) continue;
        const gain = gainAt(field, all, at, zM);
        if (gain > (better ?? best).gain + 1e-9) better = { ...at, gain };
        if (turn()) yield;
      }
      if (better) best = better;
      else reachM /= 2;
    }
    // To a decimetre, as a place is written down, unless that leaves the room.
    const rounded = { ...best, xM: Math.round(best.xM * 10) / 10, yM: Math.round(best.yM * 10) / 10 };
    if (allowed(rounded.xM, rounded.yM)) best = rounded;
    // Two ways up the same hill.
    if (!near(tops, best)) tops.push(best);
  }
  // Few hills: what is next best elsewhere, for where the best place is a glass roof.
  for (const other of found) {
    if (tops.length >= wanted) break;
    if (near(tops, other)) continue;
    tops.push({ ...other, gain: gainAt(field, all, other, zM) });
    if (turn()) yield;
  }
  tops.sort((a, b) => b.gain - a.gain);

  const meanBeforeM = meanOf(errorM, weight);
  const p90BeforeM = quantile(errorM, weight, 0.9);
  const after = new Float64Array(errorM.length);
  return tops
    .filter(({ gain }) => gain >= LEAST_GAIN * meanBeforeM)
    .map(({ xM, yM }) => {
      after.set(errorM);
      gainAt(field, all, { xM, yM }, zM, after);
      const around = nearby(field, xM, yM, apartM);
      return {
        xM,
        yM,
        zM,
        meanBeforeM,
        meanAfterM: meanOf(after, weight),
        p90BeforeM,
        p90AfterM: quantile(after, weight, 0.9),
        nearBeforeM: meanOf(errorM, around),
        nearAfterM: meanOf(after, around),
      };
    });
}
