/** Who carries what: the beacons of the mall's fleet and of its visitors. Pure. */
import type { CarrierKind } from '../server/contract/model.ts';
import { AppPhone } from './appPhone.ts';
import { createRandom, normal } from './random.ts';
import type { Scenario } from './scenario.ts';

export interface SimCarrier {
  /** Unique in a run. */
  key: string;
  kind: CarrierKind;
  uuid: string;
  major: number;
  minor: number;
  /** Known to the server; the others come as unknown carriers. */
  registered: boolean;
  label: string | undefined;
  /** What it really sends, at 1 m; its packets declare `declaredPowerDbm`. */
  powerAt1mDbm: number;
  declaredPowerDbm: number;
  intervalMs: number;
  /** Its app rotates what it is on the air with; major and minor are then nobody's. */
  app?: AppPhone;
}

/** Major number by fleet; a real mall buys its tags in such blocks. */
export const MAJORS = { tag: 1, phone: 2, cart: 3, staff: 4, guest: 9 } as const;
/** Tags handed out but not yet registered: allowed through by their UUID, unknown to the server. */
const UNREGISTERED_MAJOR = 60_000;
/** Beacons that are none of the mall's: earbuds, key finders. */
const FOREIGN_UUID = '5a4bcfce-174e-4bac-a814-092e77f6b7e5';

export class Carriers {
  readonly tags: SimCarrier[];
  readonly phones: SimCarrier[];
  readonly carts: SimCarrier[];
  readonly staff: SimCarrier[];
  readonly guests: SimCarrier[];
  private readonly scenario: Scenario;
  private readonly seed: string;

  constructor(scenario: Scenario, seed: number) {
    this.scenario = scenario;
    this.seed = `${seed}/carriers`;
    const { people, radio, shops } = scenario;
    const fleet = (
      name: keyof typeof MAJORS,
      kind: CarrierKind,
      count: number,
      intervalMs: number,
      label: (i: number) => string | undefined,
    ): SimCarrier[] =>
      Array.from({ length: count }, (_, i) =>
        this.make(`${name}-${i}`, kind, radio.uuid, MAJORS[name], i + 1, true, label(i), intervalMs),
      );
    const staffed = shops.flatMap((shop) => Array.from({ length: shop.staff }, () => shop.name));
    this.tags = fleet('tag', 'tag', people.loyaltyMembers, radio.tagIntervalMs, () => undefined);
    this.phones = fleet('phone', 'shopper', people.phoneMembers, radio.phoneIntervalMs, () => undefined);
    for (const phone of this.phones.slice(0, people.appPhones)) {
      phone.registered = false;
      phone.app = new AppPhone(phone.declaredPowerDbm);
    }
    this.carts = fleet('cart', 'cart', people.carts, radio.cartIntervalMs, (i) => `cart ${i + 1}`);
    this.staff = fleet(
      'staff',
      'staff',
      staffed.length + people.patrols,
      radio.staffIntervalMs,
      (i) => `staff ${staffed[i] ?? 'house'}`,
    );
    this.guests = fleet('guest', 'tag', people.demoGuests, radio.guestIntervalMs, (i) => `demo guest ${i + 1}`);
  }

  /** Those that the server is told of. */
  registered(): SimCarrier[] {
    return [...this.tags, ...this.phones, ...this.carts, ...this.staff, ...this.guests].filter((one) => one.registered);
  }

  /** Those that are to be enrolled. */
  apps(): AppPhone[] {
    return this.phones.flatMap(({ app }) => app ?? []);
  }

  unregistered(key: string): SimCarrier {
    const random = createRandom(`${this.seed}/${key}`);
    const { uuid, tagIntervalMs } = this.scenario.radio;
    const major = UNREGISTERED_MAJOR + Math.floor(random() * 5_000);
    return this.make(key, 'unknown', uuid, major, Math.floor(random() * 65_536), false, undefined, tagIntervalMs);
  }

  foreign(key: string): SimCarrier {
    const random = createRandom(`${this.seed}/${key}`);
    const major = Math.floor(random() * 65_536);
    return this.make(key, 'unknown', FOREIGN_UUID, major, Math.floor(random() * 65_536), false, undefined, 2_000);
  }

  private make(
    key: string,
    kind: CarrierKind,
    uuid: string,
    major: number,
    minor: number,
    registered: boolean,
    label: string | undefined,
    intervalMs: number,
  ): SimCarrier {
    const random = createRandom(`${this.seed}/${key}/power`);
    const { powerAt1mDbm, powerSigmaDb } = this.scenario.radio;
    return {
      key,
      kind,
      uuid,
      major,
      minor,
      registered,
      label,
      powerAt1mDbm: powerAt1mDbm + powerSigmaDb * normal(random),
      declaredPowerDbm: -59,
      // No two crystals and firmwares agree; 10 % spread keeps carriers from falling into step.
      intervalMs: Math.round(intervalMs * (0.9 + 0.2 * random())),
    };
  }
}
