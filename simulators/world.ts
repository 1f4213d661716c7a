/** The mall in motion, second by second: who is where, and which gateway hears which carrier. Pure; driven by its caller. */
import { Building } from './building.ts';
import { addDays, dayStartMs, localDay } from './calendar.ts';
import { Carriers, type SimCarrier } from './carriers.ts';
import { Itinerary } from './itinerary.ts';
import { Mall, type Walker } from './mall.ts';
import { RadioModel } from './radio.ts';
import { createRandom, normal, type Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { Cursor, type Trajectory } from './trajectory.ts';

export const TICK_MS = 1_000;
/** Bluetooth adds a random delay of up to 10 ms to each advertising interval. */
const ADVERT_JITTER_MS = 10;
/** Days end late: staff of a day that closes at midnight is still about a while after. */
const EARLIEST_BEFORE_MIDNIGHT_MS = 2 * 3_600_000;

export type Hear = (gateway: number, carrier: SimCarrier, atMs: number, rssiDbm: number) => void;

export interface Moving {
  walker: Walker;
  cursor: Cursor;
  nextAdvertMs: number;
  shadowDb: number;
  shadowAtMs: number;
}

export class World {
  readonly scenario: Scenario;
  readonly timezone: string;
  readonly building: Building;
  readonly carriers: Carriers;
  readonly radio: RadioModel;
  private readonly mall: Mall;
  private readonly random: Random;
  private readonly onGone: ((walker: Walker) => void) | undefined;
  private waiting: Walker[] = [];
  private moving: Moving[] = [];
  private guests: { moving: Moving; loopMs: number; phaseMs: number; loop: Trajectory; round: number }[] = [];
  private nextDay = '';
  private nextDayMs = Number.POSITIVE_INFINITY;

  constructor(scenario: Scenario, options: { seed: number; timezone: string; onGone?: (walker: Walker) => void }) {
    const { seed, timezone } = options;
    this.scenario = scenario;
    this.timezone = timezone;
    this.onGone = options.onGone;
    this.building = new Building(scenario);
    this.carriers = new Carriers(scenario, seed);
    this.mall = new Mall(scenario, this.building, this.carriers, timezone, seed);
    this.random = createRandom(`${seed}/radio`);
    const levels = new Map(scenario.floors.map((floor, i) => [floor.id, { floor: i, level: floor.level }]));
    const offsets = createRandom(`${seed}/gateways`);
    this.radio = new RadioModel(
      scenario.radio,
      scenario.floors.map((floor, i) => ({
        level: floor.level,
        widthM: floor.widthM,
        walls: this.building.floors[i]!.walls,
      })),
      scenario.gateways.map((gateway) => ({
        ...levels.get(gateway.floor)!,
        xM: gateway.xM,
        yM: gateway.yM,
        zM: gateway.zM,
        offsetDb: scenario.radio.gatewayOffsetSigmaDb * normal(offsets),
      })),
      seed,
    );
  }

  /** Sets the time of the first tick. Whoever came earlier that day and is still there is put in place. */
  begin(atMs: number): void {
    this.nextDay = localDay(this.timezone, atMs);
    this.nextDayMs = Number.NEGATIVE_INFINITY;
    this.loadDays(atMs);
    this.waiting = this.waiting.filter((walker) => walker.endMs > atMs);
  }

  private loadDays(untilMs: number): void {
    while (this.nextDayMs <= untilMs) {
      const day = this.mall.day(this.nextDay);
      this.waiting = [...this.waiting, ...day].sort((a, b) => a.startMs - b.startMs);
      this.nextDay = addDays(this.nextDay, 1);
      this.nextDayMs = dayStartMs(this.timezone, this.nextDay) - EARLIEST_BEFORE_MIDNIGHT_MS;
    }
  }

  /** When the next tick with somebody in it begins; `atMs` itself while anybody is about. */
  nextActiveMs(atMs: number): number {
    this.loadDays(atMs);
    if (this.moving.length > 0 || this.guests.length > 0) return atMs;
    const next = Math.min(this.waiting[0]?.startMs ?? Number.POSITIVE_INFINITY, this.nextDayMs);
    return Math.max(atMs, Math.floor(next / TICK_MS) * TICK_MS);
  }

  /** People about, and carriers on the air. */
  present(): { people: number; carriers: number } {
    let people = this.guests.length;
    let carriers = this.guests.length;
    for (const { walker } of this.moving) {
      if (walker.role === 'visitor') people++;
      if (walker.carrier) carriers++;
    }
    return { people, carriers };
  }

  /** Everybody who is about. */
  walkers(): Walker[] {
    return [...this.moving, ...this.guests.map((guest) => guest.moving)].map(({ walker }) => walker);
  }

  /** Demo guests walk their loop from now on, closed or open, so that a newcomer never waits for a customer. */
  startGuests(atMs: number): void {
    const { guestLoop } = this.scenario;
    if (!guestLoop || this.guests.length > 0) return;
    const floor = this.scenario.floors.findIndex((one) => one.id === guestLoop.floor);
    const { ways } = this.building.floors[floor]!;
    const cells = guestLoop.points.map(([xM, yM]) => ({ floor, cell: ways.nearestFree(xM, yM) }));
    this.carriers.guests.forEach((carrier, i) => {
      const trip = new Itinerary(this.building, createRandom(`guest/${i}`), 0, cells[0]!);
      trip.speedMps = GUEST_MPS;
      trip.wait(guestLoop.lingerSeconds);
      for (const cell of [...cells.slice(1), cells[0]!]) trip.walkTo(cell);
      const loop = trip.path;
      const phaseMs = atMs - Math.round((i / this.carriers.guests.length) * loop.endMs);
      const walker: Walker = {
        carrier,
        role: 'guest',
        path: loop,
        delayMs: 0,
        startMs: atMs,
        endMs: Number.POSITIVE_INFINITY,
      };
      this.guests.push({ moving: this.start(walker, atMs), loopMs: loop.endMs, phaseMs, loop, round: 0 });
    });
  }

  private start(walker: Walker, atMs: number): Moving {
    const intervalMs = walker.carrier?.intervalMs ?? 0;
    return {
      walker,
      cursor: new Cursor(walker.path, walker.delayMs),
      nextAdvertMs: walker.carrier
        ? Math.max(walker.startMs, atMs) + this.random() * intervalMs
        : Number.POSITIVE_INFINITY,
      shadowDb: walker.carrier ? this.scenario.radio.carrierShadowSigmaDb * normal(this.random) : 0,
      shadowAtMs: atMs,
    };
  }

  /** Plays the second from `fromMs`. Ticks come in rising order; those in which nobody is about may be left out. */
  tick(fromMs: number, hear: Hear): void {
    const toMs = fromMs + TICK_MS;
    this.loadDays(toMs);
    let come = 0;
    while (come < this.waiting.length && this.waiting[come]!.startMs < toMs)
      this.moving.push(this.start(this.waiting[come++]!, fromMs));
    if (come > 0) this.waiting = this.waiting.slice(come);
    let advertsPerSecond = 0;
    let gone = false;
    for (const { walker } of this.moving) {
      if (walker.carrier) advertsPerSecond += 1_000 / walker.carrier.intervalMs;
      if (walker.endMs <= fromMs) gone = true;
    }
    if (gone)
      this.moving = this.moving.filter(({ walker }) => {
        if (walker.endMs > fromMs) return true;
        this.onGone?.(walker);
        return false;
      });
    // Carriers of other floors are hardly heard and do not collide.
    const busy = advertsPerSecond / this.building.floors.length;
    for (const moving of this.moving) this.play(moving, Math.min(toMs, moving.walker.endMs), busy, hear);
    for (const guest of this.guests) {
      const round = Math.floor((fromMs - guest.phaseMs) / guest.loopMs);
      if (round !== guest.round) {
        guest.round = round;
        guest.moving.cursor = new Cursor(guest.loop);
      }
      this.play(guest.moving, toMs, busy, hear, guest.phaseMs + round * guest.loopMs);
    }
  }

  private play(moving: Moving, toMs: number, busy: number, hear: Hear, pathStartMs = 0): void {
    const { carrier } = moving.walker;
    if (!carrier) return;
    const { carrierShadowSeconds, carrierShadowSigmaDb } = this.scenario.radio;
    while (moving.nextAdvertMs < toMs) {
      const atMs = Math.floor(moving.nextAdvertMs);
      const kept = Math.exp(-(atMs - moving.shadowAtMs) / (carrierShadowSeconds * 1_000));
      moving.shadowDb =
        moving.shadowDb * kept + carrierShadowSigmaDb * Math.sqrt(1 - kept * kept) * normal(this.random);
      moving.shadowAtMs = atMs;
      const { cursor } = moving;
      cursor.moveTo(atMs - pathStartMs);
      this.radio.advertise(
        this.random,
        carrier.powerAt1mDbm,
        cursor.floor,
        cursor.xM,
        cursor.yM,
        cursor.headingX,
        cursor.headingY,
        moving.shadowDb,
        busy,
        (gateway, rssiDbm) => hear(gateway, carrier, atMs, rssiDbm),
      );
      moving.nextAdvertMs += carrier.intervalMs + this.random() * ADVERT_JITTER_MS;
    }
  }
}

/** Brisk, so that a loop stays short. */
const GUEST_MPS = 1.5;
