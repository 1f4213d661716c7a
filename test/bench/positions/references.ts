/** The simple methods and two peers' published ones, written from their descriptions: a place from the readings of a window. */
import type { SiteModel } from '../../../server/contract/model.ts';
import type { SurveyPoint } from '../../../server/contract/survey.ts';
import { minimize } from './nelderMead.ts';
import type { Reading } from './window.ts';

export interface Estimate {
  floorId: string;
  xM: number;
  yM: number;
}
export interface Context {
  model: SiteModel;
  /** Path loss fitted on the survey, or the usual one: RSSI at 1 m and exponent. */
  powerDbm: number;
  exponent: number;
  survey: readonly SurveyPoint[];
}
export type Method = (readings: readonly Reading[], context: Context) => Estimate | undefined;

/** Pocket height. */
const CARRIER_HEIGHT_M = 1.1;

/** The loudest gateway's floor, and the readings of that floor. */
function onFloor(readings: readonly Reading[]): { floorId: string; near: Reading[] } | undefined {
  const floorId = readings[0]?.gateway.floorId;
  if (floorId === undefined) return undefined;
  return { floorId, near: readings.filter((one) => one.gateway.floorId === floorId) };
}

export const nearestGateway: Method = (readings) => {
  const loudest = readings[0]?.gateway;
  return loudest && { floorId: loudest.floorId, xM: loudest.xM, yM: loudest.yM };
};

export const weightedCentroid: Method = (readings) => {
  const here = onFloor(readings);
  if (!here) return undefined;
  let sum = 0;
  let xM = 0;
  let yM = 0;
  for (const { gateway, rssiDbm } of here.near) {
    // Power does better than amplitude on recorded walks, so it is the fairer reference.
    const weight = 10 ** (rssiDbm / 10);
    sum += weight;
    xM += weight * gateway.xM;
    yM += weight * gateway.yM;
  }
  return { floorId: here.floorId, xM: xM / sum, yM: yM / sum };
};

/** Gauss-Newton in x and y on the dB residuals of the path loss. */
export const logDistanceLeastSquares: Method = (readings, context) => {
  const here = onFloor(readings);
  const start = weightedCentroid(readings, context);
  if (!here || !start || here.near.length < 3) return start;
  const floor = context.model.floors.find((one) => one.id === here.floorId);
  const cost = ([x = 0, y = 0]: readonly number[]): number => {
    let total = 0;
    for (const { gateway, rssiDbm } of here.near) {
      const distanceM = Math.max(0.5, Math.hypot(x - gateway.xM, y - gateway.yM, gateway.zM - CARRIER_HEIGHT_M));
      total += (rssiDbm - context.powerDbm + 10 * context.exponent * Math.log10(distanceM)) ** 2;
    }
    return total;
  };
  const [x = start.xM, y = start.yM] = minimize(cost, [start.xM, start.yM], [2, 2]);
  return {
    floorId: here.floorId,
    xM: Math.min(floor?.widthM ?? x, Math.max(0, x)),
    yM: Math.min(floor?.heightM ?? y, Math.max(0, y)),
  };
};

/** What stands for a gateway that was not heard. */
const NOT_HEARD_DBM = -100;
const NEIGHBOURS = 5;

export const nearestNeighbours: Method = (readings, { survey }) => {
  if (survey.length === 0 || readings.length === 0) return undefined;
  const heard = new Map(readings.map(({ gateway, rssiDbm }) => [gateway.id, rssiDbm]));
  let base = 0;
  for (const rssiDbm of heard.values()) base += (rssiDbm - NOT_HEARD_DBM) ** 2;
  const best: { point: SurveyPoint; distance: number }[] = [];
  for (const point of survey) {
    let distance = base;
    for (const { gatewayId, rssiMeanDbm } of point.heard) {
      const here = heard.get(gatewayId);
      distance +=
        here === undefined
          ? (rssiMeanDbm - NOT_HEARD_DBM) ** 2
          : (here - rssiMeanDbm) ** 2 - (here - NOT_HEARD_DBM) ** 2;
    }
    if (best.length === NEIGHBOURS && distance >= best[NEIGHBOURS - 1]!.distance) continue;
    best.push({ point, distance });
    best.sort((a, b) => a.distance - b.distance);
    best.length = Math.min(best.length, NEIGHBOURS);
  }
  const votes = new Map<string, number>();
  const weightOf = (distance: number): number => 1 / (Math.sqrt(Math.max(0, distance)) + 1);
  for (const { point, distance } of best)
    votes.set(point.floorId, (votes.get(point.floorId) ?? 0) + weightOf(distance));
  const [floorId = ''] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? [];
  let sum = 0;
  let xM = 0;
  let yM = 0;
  for (const { point, distance } of best) {
    if (point.floorId !== floorId) continue;
    const weight = weightOf(distance);
    sum += weight;
    xM += weight * point.xM;
    yM += weight * point.yM;
  }
  return { floorId, xM: xM / sum, yM: yM / sum };
};

/** ESPresense's defaults: RSSI at 1 m −59 dBm, absorption (exponent) 2.7. */
const ESPRESENSE_POWER_DBM = -59;
const ESPRESENSE_EXPONENT = 2.7;
const ESPRESENSE_WEIGHT_SIGMA = 0.3;

/**
 * ESPresense-companion: Nelder-Mead over x, y, z and one scale of all distances (0.5 to 1.5, drawn to 1), the nearest node
 * counting most by a Gaussian over the nodes' ranks, and a steep wall at the floor's bounds.
 */
export const espresense: Method = (readings, context) => {
  const here = onFloor(readings);
  const floor = context.model.floors.find((one) => one.id === here?.floorId);
  if (!here || !floor) return undefined;
  const { near } = here;
  if (near.length < 3) return nearestGateway(readings, context);
  const distances = near.map(({ rssiDbm }) => 10 ** ((ESPRESENSE_POWER_DBM - rssiDbm) / (10 * ESPRESENSE_EXPONENT)));
  const weights = near.map((_, rank) =>
    Math.exp(-((rank / (near.length - 1)) ** 2) / (2 * ESPRESENSE_WEIGHT_SIGMA ** 2)),
  );
  const weightSum = weights.reduce((sum, one) => sum + one, 0);
  const low = [0, 0, 0, 0.5];
  const high = [floor.widthM, floor.heightM, 3, 1.5];
  const cost = (at: readonly number[]): number => {
    const [x = 0, y = 0, z = 0, scale = 1] = at;
    const outside = Math.hypot(...at.map((value, i) => Math.max(0, low[i]! - value, value - high[i]!)));
    let total = 0;
    near.forEach(({ gateway }, i) => {
      const error = Math.hypot(x - gateway.xM, y - gateway.yM, z - gateway.zM) * scale - distances[i]!;
      total += weights[i]! * error * error;
    });
    return total / weightSum + (5 * (1 - scale)) ** 2 + (outside > 0 ? 5 ** (1 + outside) : 0);
  };
  const first = near.slice(0, 3);
  const mean = (of: (one: Reading) => number): number => first.reduce((sum, one) => sum + of(one), 0) / first.length;
  const start = [mean((one) => one.gateway.xM), mean((one) => one.gateway.yM), CARRIER_HEIGHT_M, 1];
  const [x = 0, y = 0] = minimize(cost, start, [1, 1, 0.5, 0.05]);
  return {
    floorId: floor.id,
    xM: Math.min(floor.widthM, Math.max(0, x)),
    yM: Math.min(floor.heightM, Math.max(0, y)),
  };
};

const PULL_FACTOR_DB = 2;
const MAX_RECEIVERS = 5;

/** reelyActive: anchored at the loudest, pulled towards each of the next four by 1 / (2 + Δ dB / 2). */
export const anchorAndPull: Method = (readings) => {
  const here = onFloor(readings);
  if (!here) return undefined;
  const anchor = here.near[0]!;
  let { xM, yM } = anchor.gateway;
  for (const pull of here.near.slice(1, MAX_RECEIVERS)) {
    const behindDb = anchor.rssiDbm - pull.rssiDbm;
    const share = behindDb === 0 ? 1 : 1 / (behindDb / PULL_FACTOR_DB + 2);
    xM += share * (pull.gateway.xM - anchor.gateway.xM);
    yM += share * (pull.gateway.yM - anchor.gateway.yM);
  }
  return { floorId: here.floorId, xM, yM };
};

export const METHODS: Readonly<Record<string, Method>> = {
  nearestGateway,
  weightedCentroid,
  logDistanceLeastSquares,
  nearestNeighbours,
  espresense,
  anchorAndPull,
};
