/**
 * One floor on which some walkers carry tags that the gateways hear, and others phones that hear the gateways' own beacons:
 * the same building both ways, but a beacon's power is not its gateway's gain, and a phone's ear is not a tag's voice.
 */
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type { Gateway, SiteModel } from '../../server/contract/model.ts';
import { createEngine } from '../../server/engine/engine.ts';
import type { Engine, LogBatch, Sighting } from '../../server/engine/types.ts';
import { phoneName } from '../../server/log/batch.ts';
import { RadioModel } from '../../simulators/radio.ts';
import { createRandom, normal } from '../../simulators/random.ts';
import { testScenario } from '../simulators/support.ts';

export const PHONE_T0 = Date.UTC(2025, 2, 3, 8);
const WIDTH_M = 60;
const HEIGHT_M = 36;
const SPEED_MPS = 1.1;
/** Fixes of the first seconds say how little is known, not how well phones do. */
const WARM_UP_SECONDS = 30;

export interface PhoneWorld {
  seed: number;
  seconds: number;
  /** Of each kind. */
  tags: number;
  phones: number;
  /** Of a phone's ear against a usual one. */
  phoneBiasDb: number;
  /** Beacons were set to powers so far apart, and said so. */
  beaconSpreadDb?: number;
  /** Only every so many gateways have a beacon. */
  beaconEvery?: number;
}

export interface Errors {
  medianM: number;
  p90M: number;
  fixes: number;
}

export interface PhoneWorldResult {
  tags: Errors;
  phones: Errors;
  engine: Engine;
  /** All that went in, for a second engine. */
  batches: LogBatch[];
  model: SiteModel;
}

export function phoneModel({ beaconSpreadDb = 0, beaconEvery = 1 }: Partial<PhoneWorld> = {}): SiteModel {
  const gateways: Gateway[] = [];
  let n = 0;
  for (let xM = 6; xM < WIDTH_M; xM += 12)
    for (let yM = 6; yM < HEIGHT_M; yM += 12) {
      const minor = n++;
      const powerDbm = -59 + (minor % 2 === 0 ? beaconSpreadDb : -beaconSpreadDb);
      const beacon = { uuid: '0e6a4f3c-1b0d-4c57-8a53-3f0b2f5f9d10', major: 1, minor, powerDbm };
      gateways.push({
        id: `g-${String(minor).padStart(2, '0')}`,
        floorId: 'f0',
        xM,
        yM,
        zM: 3,
        enabled: true,
        ...(minor % beaconEvery === 0 ? { beacon } : {}),
      });
    }
  return {
    siteId: 's',
    timezone: 'Europe/Prague',
    floors: [
      { id: 'f0', name: 'Ground', level: 0, widthM: WIDTH_M, heightM: HEIGHT_M, outline: null, walls: [], image: null },
    ],
    zones: [],
    gateways,
    definitionsVersion: 1,
    definitions: DEFAULT_DEFINITIONS,
    dwellSecondsByZone: {},
  };
}

class Walker {
  xM: number;
  yM: number;
  heading: [number, number] = [1, 0];
  readonly powerDb: number;
  readonly #random: () => number;
  #to: [number, number];
  #standsUntil = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.powerDb = 2 * normal(random);
    [this.xM, this.yM] = this.#place();
    this.#to = this.#place();
  }
  #place(): [number, number] {
    return [1 + this.#random() * (WIDTH_M - 2), 1 + this.#random() * (HEIGHT_M - 2)];
  }
  step(second: number): void {
    if (second < this.#standsUntil) return;
    const dx = this.#to[0] - this.xM;
    const dy = this.#to[1] - this.yM;
    const leftM = Math.hypot(dx, dy);
    if (leftM < SPEED_MPS) {
      this.#to = this.#place();
      this.#standsUntil = second + Math.floor(this.#random() * 20);
      return;
    }
    this.heading = [dx / leftM, dy / leftM];
    this.xM += (dx / leftM) * SPEED_MPS;
    this.yM += (dy / leftM) * SPEED_MPS;
  }
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
const errorsOf = (all: number[]): Errors => {
  const sorted = all.sort((a, b) => a - b);
  return { medianM: quantile(sorted, 0.5), p90M: quantile(sorted, 0.9), fixes: sorted.length };
};

export function playPhones(world: PhoneWorld): PhoneWorldResult {
  const random = createRandom(`phones/${world.seed}`);
  const model = phoneModel(world);
  const { radio } = testScenario();
  /** The same shadows both ways: they are of the place. The gains at the ends are not the same. */
  const radioWith = (sigmaDb: number): RadioModel =>
    new RadioModel(
      radio,
      [{ level: 0, widthM: WIDTH_M, walls: [] }],
      model.gateways.map(({ xM, yM, zM }) => ({ floor: 0, level: 0, xM, yM, zM, offsetDb: sigmaDb * normal(random) })),
      world.seed,
    );
  const toGateways = radioWith(2);
  const toPhones = radioWith(1);
  const tags = Array.from({ length: world.tags }, (_, i) => ({ id: `c-tag-${i}`, walker: new Walker(random) }));
  const phones = Array.from({ length: world.phones }, (_, i) => ({ id: `c-phone-${i}`, walker: new Walker(random) }));
  const engine = createEngine(model, undefined);
  engine.advance(PHONE_T0);
  const batches: LogBatch[] = [];
  const errors = { tags: [] as number[], phones: [] as number[] };
  for (let second = 0; second < world.seconds; second++) {
    const fromMs = PHONE_T0 + second * 1_000;
    const add = (gatewayId: string, sightings: Sighting[]): void => {
      const batch = {
        gatewayId,
        epoch: 1,
        seq: second + 1,
        fromMs,
        toMs: fromMs + 1_000,
        clockOffsetMs: 0,
        receivedMs: fromMs + 1_000,
        sightings,
      };
      batches.push(batch);
      engine.add(batch);
    };
    /** What each gateway hears of the walker, or the walker of each gateway. */
    const link = (through: RadioModel, walker: Walker, powerDbm: number, adverts: number): Map<number, number[]> => {
      const heard = new Map<number, number[]>();
      for (let n = 0; n < adverts; n++)
        through.advertise(
          random,
          powerDbm,
          0,
          walker.xM,
          walker.yM,
          walker.heading[0],
          walker.heading[1],
          0,
          20,
          (gateway, rssiDbm) => {
            heard.set(gateway, [...(heard.get(gateway) ?? []), rssiDbm]);
          },
        );
      return heard;
    };
    const sightingOf = (carrierId: string, rssiDbm: number[], more: Partial<Sighting> = {}): Sighting => ({
      carrierId,
      kind: 'shopper',
      rssiMeanDbm: rssiDbm.reduce((sum, one) => sum + one, 0) / rssiDbm.length,
      rssiMaxDbm: Math.max(...rssiDbm),
      adverts: rssiDbm.length,
      atMs: fromMs + 500,
      ...more,
    });
    const ofGateways = model.gateways.map((): Sighting[] => []);
    for (const { id, walker } of tags) {
      walker.step(second);
      for (const [gateway, rssi] of link(toGateways, walker, -60 + walker.powerDb, 4))
        ofGateways[gateway]!.push(sightingOf(id, rssi));
    }
    ofGateways.forEach((sightings, i) => {
      add(model.gateways[i]!.id, sightings);
    });
    for (const { id, walker } of phones) {
      walker.step(second);
      const own: Sighting[] = [];
      for (const [gateway, rssi] of link(toPhones, walker, -60 + walker.powerDb + world.phoneBiasDb, 4)) {
        const { id: beaconOf, beacon } = model.gateways[gateway]!;
        if (!beacon) continue;
        const louderDb = beacon.powerDbm + 59;
        own.push(
          sightingOf(
            id,
            rssi.map((one) => Math.max(-120, one + louderDb)),
            { beaconOf },
          ),
        );
      }
      add(phoneName(id), own);
    }
    engine.advance(fromMs + 1_000);
    if (second < WARM_UP_SECONDS) continue;
    const fixes = new Map(engine.present().map(({ carrierId, fix }) => [carrierId, fix]));
    for (const [list, into] of [
      [tags, errors.tags],
      [phones, errors.phones],
    ] as const)
      for (const { id, walker } of list) {
        const fix = fixes.get(id);
        if (fix) into.push(Math.hypot(fix.xM - walker.xM, fix.yM - walker.yM));
      }
  }
  return { tags: errorsOf(errors.tags), phones: errorsOf(errors.phones), engine, batches, model };
}
