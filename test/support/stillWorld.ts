/**
 * Carriers that stand still for an hour next to a border: between two shops, between two halves of a corridor, at a coupon
 * circle's edge, in a shop's door. People turn on the spot, so bodies fade; the carriers themselves do not move. Seeded.
 */
import { createEngineWith } from '../../server/engine/engine.ts';
import type { EngineEvent, LogBatch, Sighting } from '../../server/engine/types.ts';
import type { CreatePositioner } from '../../server/positioning/types.ts';
import { RadioModel } from '../../simulators/radio.ts';
import { between, createRandom, normal, type Random } from '../../simulators/random.ts';
import { parseScenario, type Scenario } from '../../simulators/scenario.ts';
import { wallsOf } from '../../simulators/walls.ts';
import { scenarioModel } from './scenarioModel.ts';
import { SimBody } from './simBody.ts';

/** A full UTC hour. */
const T0 = 1_709_542_800_000;
const WIDTH_M = 48;
const HEIGHT_M = 30;
const COUPON = { xM: 34, yM: 15, radiusM: 4 };
export const NEAREST_M = 0.3;
export const FURTHEST_M = 2;
/** Gateways hang this far apart. */
const SPACING_M = [8, 12] as const;
/** What a carrier's first seconds may still get wrong. */
export const SETTLING_MS = 60_000;

export const BORDERS = ['shops', 'corridors', 'coupon', 'door'] as const;
export type Border = (typeof BORDERS)[number];

export interface StillCarrier {
  carrierId: string;
  border: Border;
  xM: number;
  yM: number;
  /** From the border. */
  offM: number;
  /** When it came to stand there. */
  startMs: number;
  /** Entered and exited after it had settled. */
  events: EngineEvent[];
  /** Error of the fix at the end of each minute. */
  errorsM: number[];
  /** Of them, the share within the accuracy that the fix claims. */
  within: number;
}

export interface StillWorld {
  seed: number;
  seconds: number;
  positioner: CreatePositioner;
  /** People who walk about before and meanwhile, so that the site's radio is learned from more than the still ones. */
  walkers?: number;
  warmSeconds?: number;
}

function scenarioOf(random: Random): { scenario: Scenario; spacingM: number } {
  const spacingM = between(random, ...SPACING_M);
  const columns = Math.max(2, Math.round(WIDTH_M / spacingM));
  const rows = Math.max(2, Math.round(HEIGHT_M / spacingM));
  const gateways = Array.from({ length: columns * rows }, (_, i) => ({
    id: `g-${i}`,
    floor: 'f0',
    xM: ((i % columns) + 0.5) * (WIDTH_M / columns) + between(random, -1, 1),
    yM: (Math.floor(i / columns) + 0.5) * (HEIGHT_M / rows) + between(random, -1, 1),
    zM: 3,
  }));
  const shop = (id: string, rect: number[], side: string, atM: number) => ({
    id,
    name: id,
    floor: 'f0',
    rect,
    door: { side, atM, widthM: 4 },
  });
  const scenario = parseScenario(
    {
      site: { id: 'hall', name: 'Hall' },
      floors: [{ id: 'f0', name: 'Ground', level: 0, widthM: WIDTH_M, heightM: HEIGHT_M }],
      entrances: [{ id: 'front', name: 'Front', floor: 'f0', xM: 0, yM: 15, widthM: 6 }],
      corridors: [
        { id: 'west', name: 'West', floor: 'f0', rect: [0, 10, 24, 20] },
        { id: 'east', name: 'East', floor: 'f0', rect: [24, 10, WIDTH_M, 20] },
      ],
      shops: [
        shop('n1', [0, 20, 24, HEIGHT_M], 's', 12),
        shop('n2', [24, 20, WIDTH_M, HEIGHT_M], 's', 36),
        shop('s1', [0, 0, 24, 10], 'n', 10),
        shop('s2', [24, 0, WIDTH_M, 10], 'n', 40),
      ],
      coupons: [{ id: 'coupon', name: 'Coupon', floor: 'f0', ...COUPON, offer: { title: 't', text: 't' } }],
      gateways,
    },
    'still world',
  );
  return { scenario, spacingM };
}

function spotOf(border: Border, random: Random): { xM: number; yM: number; offM: number } {
  const offM = between(random, NEAREST_M, FURTHEST_M) * (random() < 0.5 ? -1 : 1);
  const at = (xM: number, yM: number) => ({ xM, yM, offM: Math.abs(offM) });
  if (border === 'shops') return at(24 + offM, random() < 0.5 ? between(random, 21.5, 29) : between(random, 1, 8.5));
  if (border === 'corridors') return at(24 + offM, between(random, 12, 18));
  if (border === 'coupon') {
    const angle = between(random, 0, 2 * Math.PI);
    const fromM = COUPON.radiusM + offM;
    return at(COUPON.xM + fromM * Math.cos(angle), COUPON.yM + fromM * Math.sin(angle));
  }
  const [doorXM, doorYM] = [[12, 20] as const, [36, 20] as const, [10, 10] as const, [40, 10] as const][
    Math.floor(random() * 4)
  ]!;
  return at(doorXM + between(random, -1.5, 1.5), doorYM + offM);
}

export function runStillWorld(world: StillWorld): { carriers: StillCarrier[]; spacingM: number; gateways: number } {
  const random = createRandom(`still ${world.seed}`);
  const { scenario, spacingM } = scenarioOf(random);
  const model = scenarioModel(scenario);
  const radio = new RadioModel(
    scenario.radio,
    [{ level: 0, walls: wallsOf(scenario, 'f0'), widthM: WIDTH_M }],
    scenario.gateways.map(({ xM, yM, zM }) => ({
      floor: 0,
      level: 0,
      xM,
      yM,
      zM,
      offsetDb: scenario.radio.gatewayOffsetSigmaDb * normal(random),
    })),
    world.seed,
  );
  const warmSeconds = world.warmSeconds ?? 0;
  const startMs = T0 + warmSeconds * 1_000;
  const bodies = new Map<string, SimBody>();
  const carriers = BORDERS.map((border): StillCarrier => {
    const spot = spotOf(border, random);
    const carrierId = `c-${border}`;
    bodies.set(carrierId, new SimBody(random, scenario.radio, T0, spot));
    return { carrierId, border, ...spot, startMs, events: [], errorsM: [], within: 0 };
  });
  const byId = new Map(carriers.map((carrier) => [carrier.carrierId, carrier]));
  for (let i = 0; i < (world.walkers ?? 0); i++) {
    const at = { xM: between(random, 0, WIDTH_M), yM: between(random, 0, HEIGHT_M) };
    bodies.set(`w-${i}`, new SimBody(random, scenario.radio, T0, at, { widthM: WIDTH_M, heightM: HEIGHT_M }));
  }
  const engine = createEngineWith(world.positioner, model, undefined);
  const within = new Map<string, number>();
  const seq = new Int32Array(model.gateways.length);
  for (let second = 0; second < warmSeconds + world.seconds; second++) {
    const fromMs = T0 + second * 1_000;
    const sightings: Sighting[][] = model.gateways.map(() => []);
    for (const [carrierId, body] of bodies) {
      if (byId.has(carrierId) && fromMs < startMs) {
        // Not here yet; its advertising goes on unheard.
        body.play(radio, fromMs, () => {});
        continue;
      }
      body.play(radio, fromMs, (gateway, rssiDbm, atMs) => {
        const list = sightings[gateway]!;
        const last = list.at(-1);
        if (last?.carrierId === carrierId) {
          last.rssiMeanDbm = (last.rssiMeanDbm * last.adverts + rssiDbm) / (last.adverts + 1);
          last.rssiMaxDbm = Math.max(last.rssiMaxDbm, rssiDbm);
          last.adverts += 1;
          last.atMs = atMs;
        } else list.push({ carrierId, kind: 'shopper', rssiMeanDbm: rssiDbm, rssiMaxDbm: rssiDbm, adverts: 1, atMs });
      });
    }
    sightings.forEach((list, i) => {
      if (list.length === 0 && second % 10 !== 0) return;
      seq[i]! += 1;
      engine.add({
        gatewayId: model.gateways[i]!.id,
        epoch: 1,
        seq: seq[i]!,
        fromMs,
        toMs: fromMs + 1_000,
        clockOffsetMs: 0,
        receivedMs: fromMs + 1_200,
        sightings: list,
      } satisfies LogBatch);
    });
    for (const event of engine.advance(fromMs + 1_000).events)
      if ((event.type === 'entered' || event.type === 'exited') && event.atMs > startMs + SETTLING_MS)
        byId.get(event.carrierId)?.events.push(event);
    if (second % 60 === 59 && fromMs > startMs)
      for (const { carrierId, fix } of engine.present()) {
        const carrier = byId.get(carrierId);
        if (!carrier || !fix) continue;
        const errorM = Math.hypot(fix.xM - carrier.xM, fix.yM - carrier.yM);
        carrier.errorsM.push(errorM);
        if (errorM <= fix.accuracyM) within.set(carrierId, (within.get(carrierId) ?? 0) + 1);
      }
  }
  for (const carrier of carriers)
    carrier.within = (within.get(carrier.carrierId) ?? 0) / Math.max(1, carrier.errorsM.length);
  return { carriers, spacingM, gateways: model.gateways.length };
}
