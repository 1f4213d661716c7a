/** One simulated floor, and somebody who walks over it with a tag: what the gateways hear, and where the walker truly is. */
import type { Floor, Gateway, Zone } from '../../server/contract/model.ts';
import type { SightingsMessage } from '../../server/contract/wire.ts';
import { RadioModel } from '../../simulators/radio.ts';
import { createRandom } from '../../simulators/random.ts';
import { testScenario } from '../simulators/support.ts';

export const WALK_SITE = 'mall';
export const WALK_UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
/** 2024-03-04T09:00:00Z, a Monday. */
export const WALK_START = 1_709_542_800_000;
const WIDTH_M = 48;
const HEIGHT_M = 30;
const SPEED_MPS = 1.1;
/** One stops to aim and tap. */
const STOP_SECONDS = 4;
const ADVERT_MS = 250;

export const walkFloor: Floor = {
  id: 'f0',
  name: 'Ground',
  level: 0,
  widthM: WIDTH_M,
  heightM: HEIGHT_M,
  outline: null,
  walls: [],
  image: null,
};
export const walkGateways: Gateway[] = [8, 24, 40].flatMap((xM, column) =>
  [7, 23].map((yM, row) => ({ id: `g${column}${row}`, floorId: 'f0', xM, yM, zM: 2.5, enabled: true })),
);
const box = (id: string, x0: number, x1: number, kind: Zone['kind'] = 'shop'): Zone => ({
  id,
  floorId: 'f0',
  name: id,
  kind,
  shape: {
    type: 'polygon',
    rings: [
      [
        [x0, 0],
        [x1, 0],
        [x1, HEIGHT_M],
        [x0, HEIGHT_M],
      ],
    ],
  },
  tenantId: id === 'west' ? 'shoes' : null,
  minStaySeconds: null,
});
/** A third of the floor each. */
export const walkZones: Zone[] = [box('west', 0, 16), box('middle', 16, 32, 'entrance'), box('east', 32, WIDTH_M)];
export const walkCarrier = {
  id: 'c-walk',
  kind: 'tag' as const,
  uuid: WALK_UUID,
  major: 1,
  minor: 7,
  calibratedPowerDbm: null,
  label: 'Audit tag',
};

export interface TruthAt {
  atMs: number;
  xM: number;
  yM: number;
}
export interface SimulatedWalk {
  /** Where one stood to tap, in the middle of the stop. */
  stops: TruthAt[];
  truth: (atMs: number) => { xM: number; yM: number };
  endMs: number;
  /** By second from the start: each gateway's batch. */
  batches: { gatewayId: string; message: SightingsMessage }[][];
}

/** Back and forth over the whole floor, with stops. The same seed gives the same radio; `offset` shifts the way. */
export function simulateWalk(radioSeed: number, walkSeed: string, shiftM = 0): SimulatedWalk {
  const random = createRandom(walkSeed);
  const corners: [number, number][] = [];
  for (let i = 0; i < 5; i++) {
    const yM = 4 + i * 5.2 + shiftM;
    const xs = [5, 12, 19, 26, 33, 40, 44].map((xM) => xM + (random() - 0.5) * 2);
    corners.push(...(i % 2 === 0 ? xs : xs.reverse()).map((xM): [number, number] => [xM, yM]));
  }
  const legs: { fromMs: number; toMs: number; a: [number, number]; b: [number, number] }[] = [];
  const stops: TruthAt[] = [];
  let atMs = WALK_START;
  let here = corners[0]!;
  for (const corner of corners) {
    const walkMs = Math.round((1_000 * Math.hypot(corner[0] - here[0], corner[1] - here[1])) / SPEED_MPS);
    legs.push({ fromMs: atMs, toMs: atMs + walkMs, a: here, b: corner });
    atMs += walkMs;
    stops.push({ atMs: atMs + (STOP_SECONDS * 1_000) / 2, xM: corner[0], yM: corner[1] });
    atMs += STOP_SECONDS * 1_000;
    here = corner;
  }
  const truth = (t: number): { xM: number; yM: number } => {
    const leg = legs.findLast(({ fromMs }) => fromMs <= t) ?? legs[0]!;
    const share = Math.min(1, Math.max(0, (t - leg.fromMs) / Math.max(1, leg.toMs - leg.fromMs)));
    return { xM: leg.a[0] + share * (leg.b[0] - leg.a[0]), yM: leg.a[1] + share * (leg.b[1] - leg.a[1]) };
  };
  const radio = new RadioModel(
    testScenario().radio,
    [{ level: 0, walls: [], widthM: WIDTH_M }],
    walkGateways.map(({ xM, yM, zM }) => ({ floor: 0, level: 0, xM, yM, zM, offsetDb: 0 })),
    radioSeed,
  );
  const batches: SimulatedWalk['batches'] = [];
  for (let second = 0; WALK_START + second * 1_000 < atMs; second++) {
    const fromMs = WALK_START + second * 1_000;
    const heard = walkGateways.map(() => ({ sum: 0, max: -127, adverts: 0, lastMs: 0 }));
    for (let offset = 0; offset < 1_000; offset += ADVERT_MS) {
      const place = truth(fromMs + offset);
      const next = truth(fromMs + offset + 500);
      const length = Math.hypot(next.xM - place.xM, next.yM - place.yM) || 1;
      const [hx, hy] = [(next.xM - place.xM) / length, (next.yM - place.yM) / length];
      radio.advertise(random, -60, 0, place.xM, place.yM, hx, hy, 0, 20, (gateway, rssiDbm) => {
        const one = heard[gateway]!;
        one.sum += rssiDbm;
        one.max = Math.max(one.max, rssiDbm);
        one.adverts += 1;
        one.lastMs = offset;
      });
    }
    batches.push(
      walkGateways.map(({ id }, i) => {
        const { sum, max, adverts, lastMs } = heard[i]!;
        const mean = Math.round((10 * sum) / adverts) / 10;
        return {
          gatewayId: id,
          message: {
            v: 1,
            epoch: 1,
            seq: second + 1,
            fromMs,
            toMs: fromMs + 1_000,
            uuids: [WALK_UUID],
            sightings: adverts > 0 ? [[0, 1, 7, mean, max, adverts, -59, lastMs]] : [],
          },
        };
      }),
    );
  }
  return { stops, truth, endMs: atMs, batches };
}
