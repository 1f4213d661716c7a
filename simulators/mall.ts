/** Who comes on a local day, when, and which way each goes. The same seed and day give the same people. Pure. */
import type { Building, BuiltShop, Place } from './building.ts';
import { type OpenDay, openDay } from './calendar.ts';
import type { Carriers, SimCarrier } from './carriers.ts';
import { Itinerary, nextShop } from './itinerary.ts';
import { between, createRandom, exponential, lognormal, normal, pick, poisson, type Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Trajectory } from './trajectory.ts';

export interface Walker {
  /** Undefined: a person who carries nothing that is heard. */
  carrier: SimCarrier | undefined;
  /** Carts are no people, and staff are none that are counted. */
  role: 'visitor' | 'staff' | 'cart' | 'guest';
  path: Trajectory;
  delayMs: number;
  startMs: number;
  endMs: number;
  /** Another carrier of a person who has a walker already: no further person. */
  second?: true;
}

/** Nobody sets out for a visit this close to the closing time. */
const LAST_ARRIVAL_BEFORE_CLOSE_MS = 25 * 60_000;
const STAFF_EARLY_MS: [number, number] = [10 * 60_000, 30 * 60_000];
const LEAVE_BEFORE_CLOSE_MS = 6 * 60_000;
/** Of the logarithm of the time that somebody who comes back is away: a smoke outside, or lunch elsewhere. */
const RETURN_SIGMA = 0.8;
/** A tag on a cart sleeps when it stands still for a minute. */
const CART_SLEEP_MS = 60_000;

/** Expected arrivals (people) of each open hour of a day. */
export function expectedArrivals(people: Scenario['people'], day: OpenDay, dayFactor: number): number[] {
  const shares = day.hours.map(({ hour, fromMs, toMs }) => people.hourly[hour]! * ((toMs - fromMs) / 3_600_000));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const expected = people.visitsPerDay * people.weekdays[day.weekday]! * dayFactor;
  return shares.map((share) => (total > 0 ? (expected * share) / total : 0));
}

export class Mall {
  private readonly scenario: Scenario;
  private readonly building: Building;
  private readonly carriers: Carriers;
  private readonly timezone: string;
  private readonly seed: number;
  private readonly loyalty: number[];
  private readonly phoneUse: number[];

  constructor(scenario: Scenario, building: Building, carriers: Carriers, timezone: string, seed: number) {
    this.scenario = scenario;
    this.building = building;
    this.carriers = carriers;
    this.timezone = timezone;
    this.seed = seed;
    // Some members come twice a week, most once in a while.
    const random = createRandom(`${seed}/loyalty`);
    this.loyalty = carriers.tags.map(() => lognormal(random, 1, 1));
    this.phoneUse = carriers.phones.map(() => lognormal(random, 1, 1));
  }

  /** Everybody of a local day, by time of coming; empty where the mall is closed. */
  day(day: string): Walker[] {
    const open = openDay(this.scenario.hours, this.timezone, day);
    if (!open || open.closeMs <= open.openMs) return [];
    const random = createRandom(`${this.seed}/day/${day}`);
    const walkers = [...this.visitors(open, random), ...this.staff(open, random)];
    return walkers.sort((a, b) => a.startMs - b.startMs);
  }

  private visitors(open: OpenDay, random: Random): Walker[] {
    const { people } = this.scenario;
    const dayFactor = Math.exp(people.daySigma * normal(random) - people.daySigma ** 2 / 2);
    const sizes = people.groupSizes;
    const meanGroup = sizes.reduce((sum, w, i) => sum + w * (i + 1), 0) / sizes.reduce((sum, w) => sum + w, 0);
    const usedToday = new Set<SimCarrier>();
    const cartFreeMs = this.carriers.carts.map(() => 0);
    const walkers: Walker[] = [];
    expectedArrivals(people, open, dayFactor).forEach((expected, i) => {
      const { fromMs, toMs } = open.hours[i]!;
      const groups = poisson(random, expected / meanGroup);
      for (let g = 0; g < groups; g++) {
        const startMs = Math.round(fromMs + random() * (toMs - fromMs));
        const size = pick(random, sizes) + 1;
        if (startMs > open.closeMs - LAST_ARRIVAL_BEFORE_CLOSE_MS) continue;
        const path = this.visit(startMs, open.closeMs, random);
        for (let member = 0; member < size; member++) {
          const delayMs = member * Math.round(between(random, 600, 1_600));
          const key = `${open.day}/${i}/${g}/${member}`;
          const first = walker(this.carried(key, usedToday, random), 'visitor', path, delayMs);
          walkers.push(first);
          const { carrier } = first;
          if (!carrier) continue;
          if (people.secondCarrierShare > 0 && random() < people.secondCarrierShare) {
            const other = this.carried(`${key}/second`, usedToday, random);
            if (other) walkers.push({ ...walker(other, 'visitor', path, delayMs), second: true });
          }
          if (people.returnShare > 0 && random() < people.returnShare) {
            const awayMinutes = lognormal(random, people.returnAfterMedianMinutes, RETURN_SIGMA);
            const backMs = Math.round(first.endMs + awayMinutes * 60_000);
            if (backMs <= open.closeMs - LAST_ARRIVAL_BEFORE_CLOSE_MS)
              walkers.push(walker(carrier, 'visitor', this.visit(backMs, open.closeMs, random), 0));
          }
        }
        const cart = random() < people.cartShare ? cartFreeMs.findIndex((freeMs) => freeMs <= startMs) : -1;
        if (cart >= 0) {
          cartFreeMs[cart] = path.endMs + CART_SLEEP_MS;
          walkers.push({ ...walker(this.carriers.carts[cart], 'cart', path, 300), endMs: path.endMs + CART_SLEEP_MS });
        }
      }
    });
    return walkers;
  }

  private carried(key: string, usedToday: Set<SimCarrier>, random: Random): SimCarrier | undefined {
    const { loyaltyShare, phoneShare, unregisteredShare, foreignShare } = this.scenario.people;
    const none = Math.max(0, 1 - loyaltyShare - phoneShare - unregisteredShare - foreignShare);
    const which = pick(random, [loyaltyShare, phoneShare, unregisteredShare, foreignShare, none]);
    if (which === 2) return this.carriers.unregistered(key);
    if (which === 3) return this.carriers.foreign(key);
    if (which === 4) return undefined;
    const [fleet, weights] = which === 0 ? [this.carriers.tags, this.loyalty] : [this.carriers.phones, this.phoneUse];
    // One visit a day and member; on the rare day that nobody fits the person has left the tag at home.
    for (let tries = 0; tries < 8 && fleet.length > 0; tries++) {
      const carrier = fleet[pick(random, weights)]!;
      if (usedToday.has(carrier)) continue;
      usedToday.add(carrier);
      return carrier;
    }
    return undefined;
  }

  private visit(startMs: number, closeMs: number, random: Random): Trajectory {
    const { people } = this.scenario;
    const { building } = this;
    const entrances = building.entrances;
    const entrance =
      entrances[
        pick(
          random,
          entrances.map((one) => one.share),
        )
      ]!;
    const trip = new Itinerary(building, random, startMs, entrance);
    // Taste: each group likes some kinds of shop more than others.
    const taste = new Map<string, number>();
    const weights = building.shops.map(({ shop }) => {
      if (!taste.has(shop.category)) taste.set(shop.category, lognormal(random, 1, 0.7));
      return shop.popularity * taste.get(shop.category)!;
    });
    const wanted: BuiltShop[] = [];
    const count = Math.min(building.shops.length, 1 + poisson(random, Math.max(0, people.meanShops - 1)));
    for (let n = 0; n < count; n++) {
      const i = pick(random, weights);
      if (weights[i]! <= 0) break;
      weights[i] = 0;
      wanted.push(building.shops[i]!);
    }
    const leaveMs = closeMs - LEAVE_BEFORE_CLOSE_MS;
    while (trip.nowMs < leaveMs) {
      const shop = nextShop(building, random, trip.here, wanted);
      if (!shop) break;
      wanted.splice(wanted.indexOf(shop), 1);
      trip.visitShop(shop, random() < people.glanceShare, leaveMs);
      // A look at the phone, a chat.
      if (random() < 0.2) trip.wait(Math.min(120, exponential(random, 40)));
    }
    const exit =
      random() < 0.7
        ? entrance
        : entrances[
            pick(
              random,
              entrances.map((one) => one.share),
            )
          ]!;
    trip.walkTo(exit);
    return trip.path;
  }

  private staff(open: OpenDay, random: Random): Walker[] {
    const walkers: Walker[] = [];
    const posts = this.building.shops.flatMap((shop) => Array.from({ length: shop.shop.staff }, () => shop));
    const entrances = this.building.entrances;
    const from = (): Place => entrances[Math.floor(random() * entrances.length)]!;
    const early = (): number => Math.round(open.openMs - between(random, ...STAFF_EARLY_MS));
    posts.forEach((shop, i) => {
      const door = from();
      const trip = new Itinerary(this.building, random, early(), door);
      if (!trip.walkTo(shop.door)) return;
      const breakMs = open.openMs + (open.closeMs - open.openMs) * between(random, 0.35, 0.6);
      trip.browse(shop.cells, (breakMs - trip.nowMs) / 1_000, 90);
      const lunch =
        this.building.shops[
          pick(
            random,
            this.building.shops.map((one) => (one.shop.category === 'food' ? 1 : 0.001)),
          )
        ]!;
      if (lunch !== shop && trip.walkTo(lunch.door)) {
        trip.browse(lunch.cells, 25 * 60, 200);
        trip.walkTo(shop.door);
      }
      trip.browse(shop.cells, (open.closeMs - trip.nowMs) / 1_000 + between(random, 60, 900), 90);
      trip.walkTo(door);
      walkers.push(walker(this.carriers.staff[i], 'staff', trip.path, 0));
    });
    for (let p = 0; p < this.scenario.people.patrols; p++) {
      const door = from();
      const trip = new Itinerary(this.building, random, early(), door);
      const stops = [...entrances, ...this.building.shops.map((shop) => shop.door)];
      while (trip.nowMs < open.closeMs) {
        if (!trip.walkTo(stops[Math.floor(random() * stops.length)]!)) break;
        trip.wait(between(random, 30, 240));
      }
      trip.walkTo(door);
      walkers.push(walker(this.carriers.staff[posts.length + p], 'staff', trip.path, 0));
    }
    return walkers;
  }
}

const walker = (carrier: SimCarrier | undefined, role: Walker['role'], path: Trajectory, delayMs: number): Walker => ({
  carrier,
  role,
  path,
  delayMs,
  startMs: path.startMs + delayMs,
  endMs: path.endMs + delayMs,
});
