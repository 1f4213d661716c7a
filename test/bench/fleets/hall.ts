/** A corridor with three shops on either side, and people who go in and out of them: what is on the air, and the truth. Seeded. */
import type { SiteModel } from '../../../server/contract/model.ts';
import { RadioModel } from '../../../simulators/radio.ts';
import { between, createRandom, lognormal, normal, pick, type Random } from '../../../simulators/random.ts';
import { parseScenario, type Scenario } from '../../../simulators/scenario.ts';
import { Cursor, Trajectory } from '../../../simulators/trajectory.ts';
import type { Beacon } from '../../../simulators/virtualGateway.ts';
import { wallsOf } from '../../../simulators/walls.ts';
import { scenarioModel } from '../../support/scenarioModel.ts';

/** A full UTC hour. */
export const HALL_START = 1_709_542_800_000;
export const HALL_UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const WIDTH_M = 48;
const HEIGHT_M = 30;
const SHOP_M = 16;
const MIDDLE_Y = 15;
const DOORS = { n: 20, s: 10 };
const COLUMNS = 5;
const ROWS = 3;
/** Tags and phones of members. */
const INTERVALS_MS = [500, 1_000, 1_500];
const BUSY_ADVERTS_PER_SECOND = 50;
const SURVEY_INTERVAL_MS = 200;
/** In a shop people stand for a while, then drift on. */
const STAND_SECONDS: [number, number] = [15, 60];
const DWELL_SECONDS = 200;
const DWELL_SIGMA = 0.7;

export interface Advert {
  atMs: number;
  gateway: number;
  carrier: number;
  rssiDbm: number;
}

export interface TrueStay {
  carrier: number;
  zoneId: string;
  startMs: number;
  endMs: number;
}

export interface Hall {
  /** Its gateways are `g-0`, `g-1`, …, in the order of `Advert.gateway`. */
  model: SiteModel;
  beacons: Beacon[];
  seconds: number;
  /** In order of time. */
  adverts: Advert[];
  stays: TrueStay[];
  placeOf: (carrier: number, atMs: number) => { xM: number; yM: number };
}

const SHOPS = (['n', 's'] as const).flatMap((side) =>
  [0, 1, 2].map((i) => ({ id: `${side}${i}`, side, x0: i * SHOP_M, doorXM: (i + 0.5) * SHOP_M })),
);

function hallScenario(random: Random): Scenario {
  return parseScenario(
    {
      site: { id: 'hall', name: 'Hall' },
      floors: [{ id: 'f0', name: 'Ground', level: 0, widthM: WIDTH_M, heightM: HEIGHT_M }],
      entrances: [{ id: 'front', name: 'Front', floor: 'f0', xM: 0, yM: MIDDLE_Y, widthM: 6 }],
      corridors: [{ id: 'mid', name: 'Middle', floor: 'f0', rect: [0, DOORS.s, WIDTH_M, DOORS.n] }],
      shops: SHOPS.map(({ id, side, x0, doorXM }) => ({
        id,
        name: id,
        floor: 'f0',
        rect: side === 'n' ? [x0, DOORS.n, x0 + SHOP_M, HEIGHT_M] : [x0, 0, x0 + SHOP_M, DOORS.s],
        door: { side: side === 'n' ? 's' : 'n', atM: doorXM, widthM: 4 },
      })),
      gateways: Array.from({ length: COLUMNS * ROWS }, (_, i) => ({
        id: `g-${i}`,
        floor: 'f0',
        xM: ((i % COLUMNS) + 0.5) * (WIDTH_M / COLUMNS) + between(random, -1, 1),
        yM: (Math.floor(i / COLUMNS) + 0.5) * (HEIGHT_M / ROWS) + between(random, -1, 1),
        zM: 3,
      })),
    },
    'hall',
  );
}

/** In by the front, from shop to shop until the time is up. */
function wander(random: Random, endMs: number): { path: Trajectory; stays: Omit<TrueStay, 'carrier'>[] } {
  const path = new Trajectory();
  const stays: Omit<TrueStay, 'carrier'>[] = [];
  const speedMps = between(random, 0.6, 1.5);
  let [nowMs, xM, yM] = [HALL_START + between(random, 0, 30_000), 0.5, MIDDLE_Y + between(random, -2, 2)];
  const stand = (seconds: number): void => {
    nowMs += seconds * 1_000;
    path.add(nowMs, 0, xM, yM);
  };
  const walk = (toX: number, toY: number, mps = speedMps): void => {
    nowMs += (1_000 * Math.hypot(toX - xM, toY - yM)) / mps;
    [xM, yM] = [toX, toY];
    path.add(nowMs, 0, xM, yM);
  };
  path.add(nowMs, 0, xM, yM);
  let last = '';
  while (nowMs < endMs) {
    const others = SHOPS.filter(({ id }) => id !== last);
    const shop =
      others[
        pick(
          random,
          others.map(() => 1),
        )
      ]!;
    last = shop.id;
    const doorX = shop.doorXM + between(random, -1.5, 1.5);
    const doorY = DOORS[shop.side];
    const inward = shop.side === 'n' ? 1 : -1;
    walk(doorX, MIDDLE_Y + between(random, -3, 3));
    walk(doorX, doorY);
    const startMs = nowMs;
    const leaveMs = nowMs + 1_000 * lognormal(random, DWELL_SECONDS, DWELL_SIGMA);
    while (nowMs < Math.min(leaveMs, endMs)) {
      walk(shop.x0 + between(random, 1, SHOP_M - 1), doorY + inward * between(random, 1, 9), 0.6);
      stand(between(random, ...STAND_SECONDS));
    }
    walk(doorX, doorY);
    stays.push({ zoneId: shop.id, startMs, endMs: Math.min(nowMs, endMs) });
    walk(doorX, MIDDLE_Y + between(random, -3, 3));
  }
  return { path, stays: stays.filter((stay) => stay.endMs > stay.startMs) };
}

/** `walkers`: the first so many bear the surveyors' own beacon, which advertises often. */
export function makeHall(seed: number, carriers: number, seconds: number, walkers = 0): Hall {
  const random = createRandom(`hall ${seed}`);
  const scenario = hallScenario(random);
  const model = scenarioModel(scenario);
  const { radio: settings } = scenario;
  const radio = new RadioModel(
    settings,
    [{ level: 0, walls: wallsOf(scenario, 'f0'), widthM: WIDTH_M }],
    scenario.gateways.map(({ xM, yM, zM }) => ({
      floor: 0,
      level: 0,
      xM,
      yM,
      zM,
      offsetDb: settings.gatewayOffsetSigmaDb * normal(random),
    })),
    seed,
  );
  const endMs = HALL_START + seconds * 1_000;
  const adverts: Advert[] = [];
  const stays: TrueStay[] = [];
  const paths: Trajectory[] = [];
  const beacons: Beacon[] = [];
  for (let carrier = 0; carrier < carriers; carrier++) {
    const { path, stays: own } = wander(random, endMs);
    paths.push(path);
    stays.push(...own.map((stay) => ({ ...stay, carrier })));
    beacons.push({ uuid: HALL_UUID, major: 0x8000 + seed, minor: carrier + 1, declaredPowerDbm: -59 });
    const powerDbm = settings.powerAt1mDbm + settings.powerSigmaDb * normal(random);
    const usualMs =
      INTERVALS_MS[
        pick(
          random,
          INTERVALS_MS.map(() => 1),
        )
      ]!;
    const intervalMs = carrier < walkers ? SURVEY_INTERVAL_MS : usualMs;
    const cursor = new Cursor(path);
    let lossDb = settings.carrierShadowSigmaDb * normal(random);
    let lossMs = path.startMs;
    for (let at = path.startMs + random() * intervalMs; at < endMs; at += intervalMs + random() * 10) {
      const atMs = Math.floor(at);
      cursor.moveTo(atMs);
      const kept = Math.exp(-(atMs - lossMs) / 1_000 / settings.carrierShadowSeconds);
      lossDb = lossDb * kept + settings.carrierShadowSigmaDb * Math.sqrt(1 - kept * kept) * normal(random);
      lossMs = atMs;
      const { xM, yM, headingX, headingY } = cursor;
      radio.advertise(
        random,
        powerDbm,
        0,
        xM,
        yM,
        headingX,
        headingY,
        lossDb,
        BUSY_ADVERTS_PER_SECOND,
        (gateway, rssiDbm) => adverts.push({ atMs, gateway, carrier, rssiDbm }),
      );
    }
  }
  adverts.sort((a, b) => a.atMs - b.atMs);
  return {
    model,
    beacons,
    seconds,
    adverts,
    stays,
    placeOf(carrier, atMs) {
      const cursor = new Cursor(paths[carrier]!);
      cursor.moveTo(atMs);
      return { xM: cursor.xM, yM: cursor.yM };
    },
  };
}
