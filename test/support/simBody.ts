/** A body with a beacon on it, heard through the simulator's radio. Still ones turn on the spot, others walk from place to place. */
import type { RadioModel } from '../../simulators/radio.ts';
import { between, exponential, normal, pick, type Random } from '../../simulators/random.ts';
import type { Scenario } from '../../simulators/scenario.ts';

/** One who waits shifts their weight and turns about twice a minute. */
const TURN_SECONDS = 30;
/** Phones and tags; what the scenarios of the simulated mall advertise at. */
const INTERVALS_MS = [1_000, 1_500, 4_000];
const BUSY_ADVERTS_PER_SECOND = 50;
const WALK_M = 1.2;

export class SimBody {
  xM: number;
  yM: number;
  private readonly random: Random;
  private readonly radio: Scenario['radio'];
  /** Where it walks about; undefined: it stands. */
  private readonly within: { widthM: number; heightM: number } | undefined;
  private readonly powerDbm: number;
  private readonly intervalMs: number;
  private nextAdvertMs: number;
  private turnMs: number;
  private headingX = 1;
  private headingY = 0;
  private goalXM: number;
  private goalYM: number;
  private lossDb: number;

  constructor(
    random: Random,
    radio: Scenario['radio'],
    startMs: number,
    at: { xM: number; yM: number },
    within?: { widthM: number; heightM: number },
  ) {
    this.random = random;
    this.radio = radio;
    this.within = within;
    this.xM = at.xM;
    this.yM = at.yM;
    this.goalXM = at.xM;
    this.goalYM = at.yM;
    this.powerDbm = radio.powerAt1mDbm + radio.powerSigmaDb * normal(random);
    this.intervalMs = INTERVALS_MS[pick(random, [1, 1, 1])]!;
    this.nextAdvertMs = startMs + random() * this.intervalMs;
    this.turnMs = startMs;
    this.lossDb = radio.carrierShadowSigmaDb * normal(random);
  }

  private move(atMs: number): void {
    const kept = Math.exp(-1 / this.radio.carrierShadowSeconds);
    this.lossDb =
      this.lossDb * kept + this.radio.carrierShadowSigmaDb * Math.sqrt(1 - kept * kept) * normal(this.random);
    if (this.within) {
      const left = Math.hypot(this.goalXM - this.xM, this.goalYM - this.yM);
      if (left < WALK_M) {
        this.goalXM = between(this.random, 0, this.within.widthM);
        this.goalYM = between(this.random, 0, this.within.heightM);
        return;
      }
      this.headingX = (this.goalXM - this.xM) / left;
      this.headingY = (this.goalYM - this.yM) / left;
      this.xM += WALK_M * this.headingX;
      this.yM += WALK_M * this.headingY;
    } else if (atMs >= this.turnMs) {
      const angle = between(this.random, 0, 2 * Math.PI);
      this.headingX = Math.cos(angle);
      this.headingY = Math.sin(angle);
      this.turnMs = atMs + 1_000 * exponential(this.random, TURN_SECONDS);
    }
  }

  /** Plays the second from `fromMs`. */
  play(model: RadioModel, fromMs: number, hear: (gateway: number, rssiDbm: number, atMs: number) => void): void {
    this.move(fromMs);
    for (; this.nextAdvertMs < fromMs + 1_000; this.nextAdvertMs += this.intervalMs + this.random() * 10) {
      const atMs = Math.floor(this.nextAdvertMs);
      model.advertise(
        this.random,
        this.powerDbm,
        0,
        this.xM,
        this.yM,
        this.headingX,
        this.headingY,
        this.lossDb,
        BUSY_ADVERTS_PER_SECOND,
        (gateway, rssiDbm) => hear(gateway, rssiDbm, atMs),
      );
    }
  }
}
