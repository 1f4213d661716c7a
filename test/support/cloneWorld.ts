/** Walkers in a long hall with shop walls, heard through the simulator's radio; some identities are worn twice. Seeded. */
import type { Gateway } from '../../server/contract/model.ts';
import { CloneWatch } from '../../server/engine/clones.ts';
import type { HeardView } from '../../server/positioning/types.ts';
import { RadioModel } from '../../simulators/radio.ts';
import { between, createRandom, normal, type Random } from '../../simulators/random.ts';
import { scenario } from '../../simulators/scenario.ts';

const WIDTH_M = 200;
const HEIGHT_M = 40;
const STEP_M = 12;
const T0 = 1_709_542_800_000;
const SPEED_M_PER_S = 1.2;

export interface CloneWorld {
  seed: string;
  carriers: number;
  seconds: number;
  /** How many of the carriers are worn by two people. */
  cloned: number;
  intervalMs: number;
  powerSigmaDb?: number;
  shadowSigmaDb?: number;
  pathLossExponent?: number;
  /** Seconds by which one gateway's clock is late. */
  lateGateway?: number;
}

class Walker {
  xM: number;
  yM: number;
  private goal: [number, number];
  private restUntil = 0;
  private readonly random: Random;
  heading: [number, number] = [1, 0];
  lossDb = 0;
  readonly powerDbm: number;

  constructor(random: Random, xM: number, powerDbm: number) {
    this.random = random;
    this.xM = xM;
    this.yM = between(random, 0, HEIGHT_M);
    this.goal = [this.xM, this.yM];
    this.powerDbm = powerDbm;
  }

  step(second: number): void {
    this.lossDb = 0.97 * this.lossDb + 0.24 * 2 * normal(this.random);
    if (second < this.restUntil) return;
    const [x, y] = this.goal;
    const left = Math.hypot(x - this.xM, y - this.yM);
    if (left <= SPEED_M_PER_S) {
      this.goal = [between(this.random, 0, WIDTH_M), between(this.random, 0, HEIGHT_M)];
      this.restUntil = second + between(this.random, 0, 240);
      return;
    }
    this.heading = [(x - this.xM) / left, (y - this.yM) / left];
    this.xM += this.heading[0] * SPEED_M_PER_S;
    this.yM += this.heading[1] * SPEED_M_PER_S;
  }
}

/** Who was found out. `c-0` to `c-(cloned − 1)` are worn twice. */
export function runCloneWorld(world: CloneWorld): {
  found: string[];
  carrierHours: number;
  seconds: Map<string, number>;
} {
  const random = createRandom(world.seed);
  const settings = {
    ...scenario.shape.radio.parse({}),
    shadowSigmaDb: world.shadowSigmaDb ?? 3.5,
    pathLossExponent: world.pathLossExponent ?? 2.2,
  };
  const gateways: Gateway[] = [];
  for (let xM = STEP_M / 2; xM < WIDTH_M; xM += STEP_M)
    for (let yM = STEP_M / 2; yM < HEIGHT_M; yM += STEP_M)
      gateways.push({ id: `g-${gateways.length}`, floorId: 'f0', xM, yM, zM: 3, enabled: true });
  const radio = new RadioModel(
    settings,
    [{ level: 0, walls: [], widthM: WIDTH_M }],
    gateways.map(({ xM, yM, zM }) => ({ floor: 0, level: 0, xM, yM, zM, offsetDb: 2 * normal(random) })),
    7,
  );
  const powerOf = () => settings.powerAt1mDbm + (world.powerSigmaDb ?? 2) * normal(random);
  const identities = Array.from({ length: world.carriers }, (_, i) => {
    const first = new Walker(random, between(random, 0, WIDTH_M), powerOf());
    return {
      id: `c-${i}`,
      bodies: i < world.cloned ? [first, new Walker(random, between(random, 0, WIDTH_M), powerOf())] : [first],
    };
  });
  const watch = new CloneWatch();
  watch.useGateways(gateways);
  const late: { dueSecond: number; carrierId: string; view: HeardView }[] = [];
  const found: string[] = [];
  const seconds = new Map<string, number>();
  for (let second = 0; second < world.seconds; second++) {
    const nowMs = T0 + (second + 1) * 1_000;
    for (const { id, bodies } of identities) {
      const heard = new Map<number, { sum: number; max: number; adverts: number }>();
      for (const body of bodies) {
        body.step(second);
        const adverts = Math.floor(1_000 / world.intervalMs + random());
        for (let n = 0; n < adverts; n++)
          radio.advertise(
            random,
            body.powerDbm,
            0,
            body.xM,
            body.yM,
            body.heading[0],
            body.heading[1],
            body.lossDb,
            50,
            (gateway, rssiDbm) => {
              const known = heard.get(gateway) ?? { sum: 0, max: -200, adverts: 0 };
              heard.set(gateway, {
                sum: known.sum + rssiDbm,
                max: Math.max(known.max, rssiDbm),
                adverts: known.adverts + 1,
              });
            },
          );
      }
      const views: HeardView[] = [];
      for (const [gateway, { sum, max, adverts }] of heard) {
        const view = {
          gatewayId: `g-${gateway}`,
          rssiMeanDbm: sum / adverts,
          rssiMaxDbm: max,
          adverts,
          powerDbm: undefined,
          atMs: nowMs - 500,
        };
        if (world.lateGateway && gateway === 20)
          late.push({
            dueSecond: second + world.lateGateway,
            carrierId: id,
            view: { ...view, atMs: view.atMs + world.lateGateway * 1_000 },
          });
        else views.push(view);
      }
      for (const one of late) if (one.dueSecond === second && one.carrierId === id) views.push(one.view);
      views.sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
      if (watch.note(id, views, nowMs)) {
        found.push(id);
        seconds.set(id, second);
      }
    }
    while (late.length > 0 && late[0]!.dueSecond <= second) late.shift();
  }
  return {
    found: watch.all(T0 + world.seconds * 1_000).map(({ carrierId }) => carrierId),
    carrierHours: (world.carriers * world.seconds) / 3_600,
    seconds,
  };
}
