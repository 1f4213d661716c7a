/** People in a mall of three floors, second by second: staff all day, shoppers who walk and stand. Pure. */
import type { CarrierKind, Gateway, Zone } from '../../../server/contract/model.ts';
import type { CarrierRef } from '../../../server/log/batch.ts';

export const FLOORS = 3;
export const WIDTH_M = 100;
export const HEIGHT_M = 80;
const SPACING_M = 20;
const COLUMNS = WIDTH_M / SPACING_M;
const ROWS = HEIGHT_M / SPACING_M;
const PER_FLOOR = COLUMNS * ROWS;
const ESCALATOR = { xM: WIDTH_M / 2, yM: HEIGHT_M / 2 };
const DOORS = [
  { xM: 4, yM: HEIGHT_M / 2 },
  { xM: WIDTH_M - 4, yM: HEIGHT_M / 2 },
  { xM: WIDTH_M / 2, yM: 4 },
  { xM: WIDTH_M / 2, yM: HEIGHT_M - 4 },
] as const;
const WALK_M_PER_S = 1.1;
const MEAN_VISIT_SECONDS = 2_400;
const MEAN_STAND_SECONDS = 120;
/** Sits in a café, or waits. */
const SITTER_SHARE = 0.25;
const MEAN_SIT_SECONDS = 1_500;
/** With these, four gateways hear a carrier on average. */
const SENSITIVITY_DBM = -101;
const STAFF_SHARE = 0.05;

/** Tags, phones with the mall's own application, and beacons of strangers under a daily key. */
const KINDS: readonly (readonly [kind: CarrierKind, upTo: number])[] = [
  ['tag', 0.5],
  ['shopper', 0.8],
  ['unknown', 1],
];

export const gatewaysOf = (): Gateway[] =>
  Array.from({ length: FLOORS * PER_FLOOR }, (_, i) => ({
    id: `gw-${String(i).padStart(2, '0')}`,
    floorId: `f${Math.floor(i / PER_FLOOR)}`,
    xM: SPACING_M * (0.5 + (i % COLUMNS)),
    yM: SPACING_M * (0.5 + (Math.floor(i / COLUMNS) % ROWS)),
    zM: 3.5,
    enabled: true,
  }));

/** Shops along both sides of each floor, and four entrances. */
export function zonesOf(): Zone[] {
  const zones: Zone[] = [];
  const add = (
    floorId: string,
    name: string,
    kind: Zone['kind'],
    xM: number,
    yM: number,
    w: number,
    h: number,
  ): void => {
    zones.push({
      id: `z-${zones.length}`,
      floorId,
      name,
      kind,
      shape: {
        type: 'polygon',
        rings: [
          [
            [xM, yM],
            [xM + w, yM],
            [xM + w, yM + h],
            [xM, yM + h],
          ],
        ],
      },
      tenantId: null,
      minStaySeconds: null,
    });
  };
  for (let level = 0; level < FLOORS; level++)
    for (let i = 0; i < 10; i++)
      for (const yM of [0, HEIGHT_M - 30]) add(`f${level}`, `Shop ${level}-${i}-${yM}`, 'shop', i * 10, yM, 10, 30);
  for (const { xM, yM } of DOORS) add('f0', `Door ${xM} ${yM}`, 'entrance', xM - 4, yM - 4, 8, 8);
  return zones;
}

export interface Person {
  readonly ref: CarrierRef;
  level: number;
  xM: number;
  yM: number;
  goalLevel: number;
  goalXM: number;
  goalYM: number;
  standsUntilS: number;
  leavesAtS: number;
  readonly sitter: boolean;
  /** Pocket or hand; together with where it is at a gateway. */
  readonly bodyDb: number;
  readonly powerDbm: number | undefined;
}

export interface Heard {
  person: Person;
  gateway: number;
  rssiDbm: number;
}

/** Sum of four uniform ones: close to normal, and a million a second. */
const noise = (random: () => number): number => (random() + random() + random() + random() - 2) * 1.73;

export class Crowd {
  readonly #random: () => number;
  readonly #gateways = gatewaysOf();
  /** Gateways that can be heard from a square of 10 m, by floor. */
  readonly #near: number[][] = [];
  readonly #busiest: number;
  #people: Person[] = [];
  #count = 0;

  constructor(random: () => number, busiest: number) {
    this.#random = random;
    this.#busiest = busiest;
    for (let level = 0; level < FLOORS; level++)
      for (let row = 0; row < HEIGHT_M / 10; row++)
        for (let column = 0; column < WIDTH_M / 10; column++) {
          const near = this.#gateways.flatMap((gateway, i) => {
            const floors = Math.abs(Math.floor(i / PER_FLOOR) - level);
            const distanceM = Math.hypot(gateway.xM - 10 * column - 5, gateway.yM - 10 * row - 5);
            return floors < 2 && distanceM < (floors === 0 ? 36 : 14) ? [i] : [];
          });
          this.#near.push(near);
        }
  }

  get size(): number {
    return this.#people.length;
  }

  get visitors(): number {
    return this.#count;
  }

  /** People come and go towards a share of the busiest, and walk on for a second. */
  step(secondS: number, share: number): void {
    const wanted = Math.round(this.#busiest * share);
    if (wanted === 0) this.#people = [];
    while (this.#people.length < wanted) this.#people.push(this.#arrive(secondS));
    let surplus = this.#people.length - wanted;
    let kept = 0;
    for (const person of this.#people) {
      this.#walk(person, secondS);
      const goes = secondS >= person.leavesAtS || (surplus > 0 && person.leavesAtS - secondS < MEAN_VISIT_SECONDS);
      if (goes) surplus--;
      else this.#people[kept++] = person;
    }
    this.#people.length = kept;
  }

  *hear(): Generator<Heard> {
    const random = this.#random;
    const heard: Heard = { person: undefined as unknown as Person, gateway: 0, rssiDbm: 0 };
    for (const person of this.#people) {
      const column = Math.min(WIDTH_M / 10 - 1, Math.floor(person.xM / 10));
      const row = Math.min(HEIGHT_M / 10 - 1, Math.floor(person.yM / 10));
      const near = this.#near[(person.level * (HEIGHT_M / 10) + row) * (WIDTH_M / 10) + column]!;
      heard.person = person;
      for (const index of near) {
        const gateway = this.#gateways[index]!;
        const throughFloorDb = Math.floor(index / PER_FLOOR) === person.level ? 0 : 16;
        const squaredM = (gateway.xM - person.xM) ** 2 + (gateway.yM - person.yM) ** 2 + 6;
        const rssiDbm =
          (person.powerDbm ?? -62) - 13.5 * Math.log10(squaredM) - throughFloorDb - person.bodyDb + 4 * noise(random);
        if (rssiDbm < SENSITIVITY_DBM + 3 * random()) continue;
        heard.gateway = index;
        heard.rssiDbm = rssiDbm;
        yield heard;
      }
    }
  }

  #arrive(secondS: number): Person {
    const random = this.#random;
    const number = this.#count++;
    const staff = number < STAFF_SHARE * this.#busiest;
    let kind: CarrierKind = 'staff';
    if (!staff) {
      const draw = random();
      kind = KINDS.find(([, upTo]) => draw < upTo)![0];
    }
    const name = `${Math.imul(number + 1, 0x9e3779b1) >>> 0}`.padStart(10, '0');
    const person: Person = {
      ref: { id: kind === 'unknown' ? `u-${name}${name}00000` : `c-${name}${name}`, kind },
      level: 0,
      ...DOORS[Math.floor(random() * DOORS.length)]!,
      goalLevel: 0,
      goalXM: 0,
      goalYM: 0,
      standsUntilS: secondS,
      leavesAtS: staff ? Number.POSITIVE_INFINITY : secondS - Math.log(1 - random()) * MEAN_VISIT_SECONDS,
      sitter: staff || random() < SITTER_SHARE,
      bodyDb: 6 * random(),
      powerDbm: kind === 'tag' ? -59 : undefined,
    };
    this.#choose(person);
    return person;
  }

  #choose(person: Person): void {
    const random = this.#random;
    if (random() < 0.2) person.goalLevel = Math.floor(random() * FLOORS);
    person.goalXM = WIDTH_M * random();
    // In the corridor, or in a shop next to it.
    person.goalYM = HEIGHT_M * (0.1 + 0.8 * random());
  }

  #walk(person: Person, secondS: number): void {
    if (secondS < person.standsUntilS) return;
    const changes = person.level !== person.goalLevel;
    const toX = (changes ? ESCALATOR.xM : person.goalXM) - person.xM;
    const toY = (changes ? ESCALATOR.yM : person.goalYM) - person.yM;
    const distanceM = Math.hypot(toX, toY);
    if (distanceM > WALK_M_PER_S) {
      person.xM += (toX / distanceM) * WALK_M_PER_S;
      person.yM += (toY / distanceM) * WALK_M_PER_S;
      return;
    }
    if (changes) {
      person.level = person.goalLevel;
      return;
    }
    const meanS = person.sitter ? MEAN_SIT_SECONDS : MEAN_STAND_SECONDS;
    person.standsUntilS = secondS - Math.log(1 - this.#random()) * meanS;
    this.#choose(person);
  }
}
