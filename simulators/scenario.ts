/** What a simulated mall is: plan, people, radio, faults. One schema; all faults of a file are reported at once. Pure. */
import { z } from 'zod';
import { id, name, point, uuid } from '../server/contract/model.ts';

const metres = z.number().min(-10_000).max(10_000);
const share = z.number().min(0).max(1);
/** [x low, y low, x high, y high] */
const rect = z
  .tuple([metres, metres, metres, metres])
  .refine(([x0, y0, x1, y1]) => x1 > x0 && y1 > y0, 'must be [x low, y low, x high, y high] with high above low');
export type Rect = z.infer<typeof rect>;
const at = { floor: id, xM: metres, yM: metres };
const clockTime = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/, 'must be a local time such as 09:30');

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const shop = z.object({
  id,
  name,
  floor: id,
  rect,
  door: z.object({
    side: z.enum(['n', 'e', 's', 'w']),
    /** Middle of the door along its side: an x for n and s, a y for e and w. */
    atM: metres,
    widthM: z.number().min(1.5).max(30).default(4),
  }),
  category: z.string().default('general'),
  popularity: z.number().min(0).max(100).default(1),
  dwellMedianMinutes: z.number().min(0.2).max(240).default(8),
  /** Of the logarithm; 0.6 to 0.9 is what shops report. */
  dwellSigma: z.number().min(0).max(2).default(0.7),
  tenant: id.optional(),
  staff: z.int().min(0).max(20).default(1),
});
export type Shop = z.infer<typeof shop>;

const fault = z.discriminatedUnion('type', [
  /** The network is away: the gateway hears on and keeps what it hears. */
  z.object({
    type: z.literal('network'),
    gateways: z.array(z.string()).min(1),
    fromMinute: z.number(),
    minutes: z.number().positive(),
  }),
  /** The power is away: nothing is heard, and the epoch rises when it is back. */
  z.object({
    type: z.literal('power'),
    gateways: z.array(z.string()).min(1),
    fromMinute: z.number(),
    minutes: z.number().positive(),
  }),
  /** Never comes back. */
  z.object({ type: z.literal('dead'), gateways: z.array(z.string()).min(1), fromMinute: z.number() }),
  z.object({
    type: z.literal('clock'),
    gateways: z.array(z.string()).min(1),
    offsetMs: z.number().min(-86_400_000).max(86_400_000),
    driftPpm: z.number().min(-1_000).max(1_000).default(0),
  }),
]);
export type Fault = z.infer<typeof fault>;

export const scenario = z.strictObject({
  site: z.object({ id, name, timezone: z.string().optional(), currency: z.string().default('EUR') }),
  seed: z.int().default(1),
  floors: z
    .array(
      z.object({
        id,
        name,
        level: z.int(),
        widthM: z.number().min(5).max(1_000),
        heightM: z.number().min(5).max(1_000),
        /** Walls besides those of the shops and of the outline. */
        walls: z.array(z.tuple([metres, metres, metres, metres])).default([]),
      }),
    )
    .min(1),
  entrances: z
    .array(
      z.object({
        id,
        name,
        ...at,
        widthM: z.number().min(1.5).max(40).default(5),
        share: z.number().min(0).default(1),
      }),
    )
    .min(1),
  shops: z.array(shop).min(1),
  corridors: z.array(z.object({ id, name, floor: id, rect })).default([]),
  coupons: z
    .array(
      z.object({
        id,
        name,
        ...at,
        radiusM: z.number().min(1).max(100),
        shop: id.optional(),
        offer: z.object({ title: z.string(), text: z.string() }),
      }),
    )
    .default([]),
  connectors: z
    .array(
      z.object({ id, name, secondsPerFloor: z.number().positive().default(20), stops: z.array(z.object(at)).min(2) }),
    )
    .default([]),
  gateways: z.array(z.object({ id, name: name.optional(), ...at, zM: z.number().min(0).max(50).default(3.5) })).min(1),
  hours: z
    .object({
      open: clockTime.default('09:00'),
      close: clockTime.default('21:00'),
      /** Per weekday where it differs; null is closed. */
      days: z.partialRecord(z.enum(WEEKDAYS), z.object({ open: clockTime, close: clockTime }).nullable()).default({}),
    })
    .prefault({}),
  people: z
    .object({
      visitsPerDay: z.number().min(0).max(100_000).default(500),
      /** Relative to the mean day, Monday first. */
      weekdays: z.array(z.number().min(0)).length(7).default([0.8, 0.8, 0.85, 0.9, 1.15, 1.5, 1.0]),
      /** Relative arrivals by local hour 0 to 23. */
      hourly: z
        .array(z.number().min(0))
        .length(24)
        .default([0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 6, 8, 10, 9, 8, 8, 9, 11, 10, 7, 4, 1, 0, 0]),
      /** Spread of the logarithm of a day's total: weather, events. */
      daySigma: z.number().min(0).max(1).default(0.12),
      /** Relative frequency of groups of 1, 2, 3 … */
      groupSizes: z.array(z.number().min(0)).min(1).max(8).default([0.62, 0.27, 0.08, 0.03]),
      meanShops: z.number().min(0).max(20).default(2.6),
      /** Shop visits that are a look from the door. */
      glanceShare: share.default(0.3),
      cartShare: share.default(0.12),
      /** Of people: what they carry. The rest carries nothing that is heard. */
      loyaltyShare: share.default(0.45),
      phoneShare: share.default(0.1),
      unregisteredShare: share.default(0.15),
      foreignShare: share.default(0.04),
      loyaltyMembers: z.int().min(0).max(60_000).default(900),
      phoneMembers: z.int().min(0).max(60_000).default(250),
      /** Of the phones: those whose app rotates its numbers. Each is enrolled at the server. */
      appPhones: z.int().min(0).max(100).default(0),
      carts: z.int().min(0).max(2_000).default(24),
      patrols: z.int().min(0).max(50).default(2),
      demoGuests: z.int().min(0).max(50).default(0),
      /** Of people who carry something: those who carry another thing that is heard as well, a tag and a phone. */
      secondCarrierShare: share.default(0),
      /** Of visits: those after which the same person comes back with the same carrier. */
      returnShare: share.default(0),
      returnAfterMedianMinutes: z.number().min(1).max(600).default(20),
    })
    .prefault({}),
  /** Floor and points that the demo guests walk through in a loop; the first is the coupon zone's, where they linger. */
  guestLoop: z
    .object({ floor: id, points: z.array(point).min(2), lingerSeconds: z.number().min(5).default(24) })
    .optional(),
  radio: z
    .object({
      uuid: uuid.default('8f6a2c1e-5d34-4b7a-9c02-71e4a0b3d5f6'),
      /** Of apps that rotate. */
      rotatingUuid: uuid.default('c1b7a0de-9f43-4a5d-8f7e-2f6a1d9e4b58'),
      /** Of the gateways' own beacons, for apps that listen. */
      beaconUuid: uuid.default('0e6a4f3c-1b0d-4c57-8a53-3f0b2f5f9d10'),
      /** Indoors with people: 2.0 in an empty hall to 3.0 in a crowded shop. */
      pathLossExponent: z.number().min(1.5).max(5).default(2.2),
      powerAt1mDbm: z.number().min(-90).max(-40).default(-60),
      powerSigmaDb: z.number().min(0).max(10).default(2),
      gatewayOffsetSigmaDb: z.number().min(0).max(10).default(2),
      /** Plasterboard or a shop window. */
      wallDb: z.number().min(0).max(30).default(3),
      wallCapDb: z.number().min(0).max(100).default(20),
      floorDb: z.number().min(0).max(60).default(16),
      floorHeightM: z.number().min(2).max(20).default(5),
      bodyDb: z.number().min(0).max(20).default(5),
      shadowSigmaDb: z.number().min(0).max(12).default(3.5),
      shadowCorrelationM: z.number().min(0.5).max(50).default(5),
      carrierShadowSigmaDb: z.number().min(0).max(10).default(2),
      carrierShadowSeconds: z.number().min(1).max(600).default(30),
      ricianK: z.number().min(0).max(50).default(3),
      /** Where half of the packets are lost. */
      sensitivityDbm: z.number().min(-110).max(-60).default(-96),
      /** Share of time in which the scanner listens. */
      scanDuty: z.number().min(0.01).max(1).default(0.92),
      tagIntervalMs: z.number().min(100).max(10_000).default(4_000),
      phoneIntervalMs: z.number().min(100).max(10_000).default(1_500),
      cartIntervalMs: z.number().min(100).max(60_000).default(5_000),
      staffIntervalMs: z.number().min(100).max(60_000).default(10_000),
      guestIntervalMs: z.number().min(100).max(10_000).default(800),
    })
    .prefault({}),
  faults: z.array(fault).default([]),
});
export type Scenario = z.infer<typeof scenario>;

export class ScenarioError extends Error {
  readonly faults: string[];
  constructor(where: string, faults: string[]) {
    super(
      `${where} has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((f) => `  ${f}`).join('\n')}`,
    );
    this.name = 'ScenarioError';
    this.faults = faults;
  }
}

/** What a schema cannot see: references, and places outside of their floor. */
function crossFaults(s: Scenario): string[] {
  const faults: string[] = [];
  const floors = new Map(s.floors.map((floor) => [floor.id, floor]));
  const shops = new Set(s.shops.map((shop) => shop.id));
  const gateways = new Set(s.gateways.map((gateway) => gateway.id));
  const known = [...floors.keys()].join(', ');
  const inside = (path: string, floorId: string, xM: number, yM: number): void => {
    const floor = floors.get(floorId);
    if (!floor) faults.push(`${path}.floor: "${floorId}" is no floor; one of ${known} would be right`);
    else if (xM < 0 || yM < 0 || xM > floor.widthM || yM > floor.heightM)
      faults.push(
        `${path}: (${xM}, ${yM}) lies outside of floor ${floorId}, which is ${floor.widthM} × ${floor.heightM} m`,
      );
  };
  const unique = (path: string, ids: string[]): void => {
    ids.forEach((one, i) => {
      if (ids.indexOf(one) !== i) faults.push(`${path}.${i}.id: "${one}" is used twice; ids must be unique`);
    });
  };
  unique(
    'floors',
    s.floors.map((floor) => floor.id),
  );
  unique(
    'gateways',
    s.gateways.map((gateway) => gateway.id),
  );
  unique(
    'zones (entrances, shops, corridors, coupons)',
    [...s.entrances, ...s.shops, ...s.corridors, ...s.coupons].map((zone) => zone.id),
  );
  s.entrances.forEach((e, i) => {
    inside(`entrances.${i}`, e.floor, e.xM, e.yM);
    const floor = floors.get(e.floor);
    if (floor && e.xM > 0 && e.yM > 0 && e.xM < floor.widthM && e.yM < floor.heightM)
      faults.push(`entrances.${i}: (${e.xM}, ${e.yM}) must lie on the edge of floor ${e.floor}`);
  });
  for (const [i, g] of s.gateways.entries()) inside(`gateways.${i}`, g.floor, g.xM, g.yM);
  for (const [i, c] of s.connectors.entries())
    for (const [j, stop] of c.stops.entries()) inside(`connectors.${i}.stops.${j}`, stop.floor, stop.xM, stop.yM);
  [
    ...s.shops.map((shop, i) => [`shops.${i}`, shop] as const),
    ...s.corridors.map((c, i) => [`corridors.${i}`, c] as const),
  ].forEach(([path, one]) => {
    inside(path, one.floor, one.rect[0], one.rect[1]);
    inside(path, one.floor, one.rect[2], one.rect[3]);
  });
  s.shops.forEach((one, i) => {
    const [x0, y0, x1, y1] = one.rect;
    const [low, high] = one.door.side === 'n' || one.door.side === 's' ? [x0, x1] : [y0, y1];
    if (one.door.atM - one.door.widthM / 2 < low || one.door.atM + one.door.widthM / 2 > high)
      faults.push(`shops.${i}.door.atM: the door must lie within its side, ${low} to ${high} m`);
  });
  s.coupons.forEach((c, i) => {
    inside(`coupons.${i}`, c.floor, c.xM, c.yM);
    if (c.shop && !shops.has(c.shop)) faults.push(`coupons.${i}.shop: "${c.shop}" is no shop`);
  });
  for (const [i, [x, y]] of s.guestLoop?.points.entries() ?? [])
    inside(`guestLoop.points.${i}`, s.guestLoop!.floor, x, y);
  if (s.people.demoGuests > 0 && !s.guestLoop) faults.push('guestLoop: must be given where there are demoGuests');
  const { loyaltyShare, phoneShare, unregisteredShare, foreignShare } = s.people;
  const carried = loyaltyShare + phoneShare + unregisteredShare + foreignShare;
  if (carried > 1 + 1e-9)
    faults.push(`people: the shares of what people carry add up to ${carried.toFixed(2)}; at most 1 would be right`);
  for (const floor of s.floors)
    if (s.floors.length > 1 && !s.connectors.some((c) => c.stops.some((stop) => stop.floor === floor.id)))
      faults.push(`floors: no connector leads to ${floor.id}`);
  s.faults.forEach((f, i) => {
    for (const one of f.gateways)
      if (one !== '*' && !gateways.has(one))
        faults.push(`faults.${i}.gateways: "${one}" is no gateway ("*" is all of them)`);
  });
  return faults;
}

/** Checks a parsed file. Throws ScenarioError with every fault, each with its path. */
export function parseScenario(raw: unknown, where = 'scenario'): Scenario {
  const parsed = scenario.safeParse(raw);
  if (!parsed.success)
    throw new ScenarioError(
      where,
      parsed.error.issues.map((issue) => `${issue.path.join('.') || '(file)'}: ${issue.message}`),
    );
  const faults = crossFaults(parsed.data);
  if (faults.length > 0) throw new ScenarioError(where, faults);
  return parsed.data;
}
