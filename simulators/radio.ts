/** From a carrier's place to what a gateway hears: path loss, walls, floors, bodies, fading, collisions, lost packets. Pure. */
import { hash01, type Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { crosses, type Wall } from './walls.ts';

export interface RadioGateway {
  floor: number;
  level: number;
  xM: number;
  yM: number;
  zM: number;
  offsetDb: number;
}

/** A tag in a pocket or on a bag. */
const CARRIED_HEIGHT_M = 1.1;
/** Nearer than this the far-field law means nothing. */
const MIN_DISTANCE_M = 0.4;
const CELL_M = 1;
/** Fading lifts a packet by so much at most once in a few thousand: what lies further below is never heard. */
const FADE_HEADROOM_DB = 11;
/** Width of the step from all lost to all heard round the sensitivity, as receivers' data sheets show it. */
const SENSITIVITY_STEP_DB = 1.2;
/** An iBeacon on one advertising channel. */
const PACKET_SECONDS = 0.000376;

/** Gateways that can be heard in one cell, with what walls and frozen shadowing take. */
interface CellView {
  gateways: Int32Array;
  staticLossDb: Float32Array;
}

export class RadioModel {
  readonly gateways: readonly RadioGateway[];
  private readonly settings: Scenario['radio'];
  private readonly floors: readonly { level: number; walls: readonly Wall[]; widthM: number }[];
  private readonly seed: number;
  private readonly views = new Map<number, CellView>();

  constructor(
    settings: Scenario['radio'],
    floors: readonly { level: number; walls: readonly Wall[]; widthM: number }[],
    gateways: readonly RadioGateway[],
    seed: number,
  ) {
    this.settings = settings;
    this.floors = floors;
    this.gateways = gateways;
    this.seed = seed;
  }

  /** Smooth random field per gateway, frozen in space: the same place always has the same shadow. */
  private shadowDb(gateway: number, floor: number, xM: number, yM: number): number {
    const { shadowCorrelationM, shadowSigmaDb } = this.settings;
    const u = xM / shadowCorrelationM;
    const v = yM / shadowCorrelationM;
    const i = Math.floor(u);
    const j = Math.floor(v);
    const at = (a: number, b: number): number => {
      const key = gateway * 64 + floor;
      const low = 1 - hash01(this.seed, key, a, b);
      return Math.sqrt(-2 * Math.log(low)) * Math.cos(2 * Math.PI * hash01(this.seed + 1, key, a, b));
    };
    const fu = u - i;
    const fv = v - j;
    const w = [(1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv] as const;
    const value = at(i, j) * w[0] + at(i + 1, j) * w[1] + at(i, j + 1) * w[2] + at(i + 1, j + 1) * w[3];
    // Interpolation lowers the spread between lattice points; this brings it back.
    return (shadowSigmaDb * value) / Math.hypot(...w);
  }

  wallsBetween(floor: number, x0: number, y0: number, x1: number, y1: number): number {
    let count = 0;
    for (const wall of this.floors[floor]!.walls) if (crosses(x0, y0, x1, y1, wall)) count++;
    return count;
  }

  private distance(gateway: RadioGateway, floor: number, xM: number, yM: number): number {
    const levels = gateway.level - this.floors[floor]!.level;
    const dz = gateway.zM - CARRIED_HEIGHT_M + levels * this.settings.floorHeightM;
    return Math.max(MIN_DISTANCE_M, Math.hypot(gateway.xM - xM, gateway.yM - yM, dz));
  }

  private pathLossDb(distanceM: number): number {
    return 10 * this.settings.pathLossExponent * Math.log10(distanceM);
  }

  private view(floor: number, xM: number, yM: number): CellView {
    const c = Math.floor(xM / CELL_M);
    const r = Math.floor(yM / CELL_M);
    const key = floor * 16_777_216 + r * 4_096 + c;
    const kept = this.views.get(key);
    if (kept) return kept;
    const { settings } = this;
    const x = (c + 0.5) * CELL_M;
    const y = (r + 0.5) * CELL_M;
    const heard: number[] = [];
    const losses: number[] = [];
    const floorLevel = this.floors[floor]!.level;
    this.gateways.forEach((gateway, i) => {
      const storeys = Math.abs(gateway.level - floorLevel);
      const strongest = settings.powerAt1mDbm + 2 * settings.powerSigmaDb + gateway.offsetDb + FADE_HEADROOM_DB;
      const far = strongest - this.pathLossDb(this.distance(gateway, floor, x, y)) - storeys * settings.floorDb;
      if (far + 2 * settings.shadowSigmaDb < settings.sensitivityDbm) return;
      const walls = Math.min(
        settings.wallCapDb,
        settings.wallDb * this.wallsBetween(floor, gateway.xM, gateway.yM, x, y),
      );
      const loss = walls + storeys * settings.floorDb + this.shadowDb(i, floor, x, y) - gateway.offsetDb;
      if (far - walls - this.shadowDb(i, floor, x, y) < settings.sensitivityDbm) return;
      heard.push(i);
      losses.push(loss);
    });
    const view = { gateways: Int32Array.from(heard), staticLossDb: Float32Array.from(losses) };
    this.views.set(key, view);
    return view;
  }

  /**
   * One advertisement. Calls `hear` for each gateway that receives it. `busyAdvertsPerSecond` is what else is on the air
   * nearby; `carrierLossDb` the slow shadowing of this carrier (hand, bag, crowd).
   */
  advertise(
    random: Random,
    powerAt1mDbm: number,
    floor: number,
    xM: number,
    yM: number,
    headingX: number,
    headingY: number,
    carrierLossDb: number,
    busyAdvertsPerSecond: number,
    hear: (gateway: number, rssiDbm: number) => void,
  ): void {
    const { settings } = this;
    const view = this.view(floor, xM, yM);
    const k = settings.ricianK;
    const line = Math.sqrt(k / (k + 1));
    const scatter = Math.sqrt(1 / (2 * (k + 1)));
    // Unslotted: a packet is lost when another begins within one packet's length before or after.
    const clear = Math.exp(-2 * busyAdvertsPerSecond * PACKET_SECONDS);
    for (let n = 0; n < view.gateways.length; n++) {
      const index = view.gateways[n]!;
      const gateway = this.gateways[index]!;
      const distanceM = this.distance(gateway, floor, xM, yM);
      const facing = (headingX * (gateway.xM - xM) + headingY * (gateway.yM - yM)) / distanceM;
      const bodyLossDb = (settings.bodyDb * (1 - facing)) / 2;
      const meanDbm = powerAt1mDbm - this.pathLossDb(distanceM) - view.staticLossDb[n]! - bodyLossDb - carrierLossDb;
      if (meanDbm + FADE_HEADROOM_DB < settings.sensitivityDbm) continue;
      const spread = scatter * Math.sqrt(-2 * Math.log(1 - random()));
      const power = line * line + 2 * line * spread * Math.cos(2 * Math.PI * random()) + spread * spread;
      const rssiDbm = meanDbm + 10 * Math.log10(power + 1e-6);
      const received =
        (clear * settings.scanDuty) / (1 + Math.exp((settings.sensitivityDbm - rssiDbm) / SENSITIVITY_STEP_DB));
      if (random() < received) hear(index, Math.max(-127, Math.min(20, Math.round(rssiDbm))));
    }
  }
}
