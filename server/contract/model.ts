/** The resources of a site as REST carries them and as the engine reads them. Metres, floor-local, y up. Pure. */
import { z } from 'zod';
import type { definitions } from './definitions.ts';
import { DEFAULT_CURRENCY } from './money.ts';
import type { RadioSurvey } from './survey.ts';
import { ID_PATTERN } from './topics.ts';
import { UUID_PATTERN } from './wire.ts';

export const id = z.string().regex(ID_PATTERN, 'must be 1 to 32 characters of a-z, 0-9 and -');
/** For people to read: a NUL would end it in the database, half a surrogate pair is no character. */
export const name = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must hold no control characters');
export const uuid = z
  .string()
  .transform((text) => {
    const hex = text.toLowerCase().replaceAll('-', '');
    return /^[0-9a-f]{32}$/.test(hex)
      ? `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
      : text;
  })
  .pipe(z.string().regex(UUID_PATTERN, 'must be an iBeacon UUID, 32 hex digits with or without dashes'));

const metres = z.number().min(-10_000).max(10_000);
export const point = z.tuple([metres, metres]);
export type Point = z.infer<typeof point>;

/** An open ring: the last point is not the first again. */
export const ring = z.array(point).min(3).max(5_000);

export const shape = z.discriminatedUnion('type', [
  z.object({ type: z.literal('polygon'), rings: z.array(ring).min(1).max(50) }),
  z.object({ type: z.literal('circle'), xM: metres, yM: metres, radiusM: z.number().min(0.5).max(500) }),
]);
/** `rings[0]` is the outline, the others are holes. */
export type Shape = z.infer<typeof shape>;

/** `wall`: the site's clock is the server's. `data`: the newest sighting is now; nothing expires or turns live by itself. */
export const siteClock = z.enum(['wall', 'data']);

let currencies: ReadonlySet<string> | undefined;
export const currency = z.string().refine((code) => {
  currencies ??= new Set(Intl.supportedValuesOf('currency'));
  return currencies.has(code);
}, 'must be an ISO 4217 currency such as EUR, CZK or PLN');

export const site = z.object({
  id,
  name,
  timezone: z.string().refine((zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  }, 'must be an IANA time zone such as Europe/Prague'),
  /** Of every amount of this site: prices, baskets, budgets. */
  currency: currency.default(DEFAULT_CURRENCY),
  clock: siteClock.default('wall'),
  /** iBeacon UUIDs that gateways let through. */
  uuids: z.array(uuid).max(64).default([]),
  countUnknowns: z.boolean().default(false),
  /** The one of `uuids` under which shopper apps advertise numbers that change with time: its beacons are looked up by slot. */
  rotatingUuid: uuid.nullable().optional(),
  /** Occupancy as retained MQTT topics, where its clock is the wall's. Left out: yes. */
  publishOccupancy: z.boolean().optional(),
  /** Set while recorded or simulated history is being played in: what the progress bar runs towards. */
  historyFromMs: z.int().nullable().default(null),
  historyUntilMs: z.int().nullable().default(null),
});
export type Site = z.infer<typeof site>;

export const floor = z.object({
  id,
  name,
  /** Order from the lowest up: -1 for B1, 0 for the ground floor. */
  level: z.int().min(-20).max(200),
  widthM: z.number().min(1).max(5_000),
  heightM: z.number().min(1).max(5_000),
  /** Walkable outline; absent: the whole rectangle. */
  outline: shape.nullable().default(null),
  /** Wall segments [x1, y1, x2, y2] in metres. */
  walls: z
    .array(z.tuple([metres, metres, metres, metres]))
    .max(20_000)
    .default([]),
  /** Metres per pixel and the image's lower left corner, where an image was uploaded. */
  image: z
    .object({
      url: z.string(),
      metresPerPixel: z.number().positive(),
      widthPx: z.int(),
      heightPx: z.int(),
      originXM: metres,
      originYM: metres,
    })
    .nullable()
    .default(null),
});
export type Floor = z.infer<typeof floor>;

export const ZONE_KINDS = ['shop', 'corridor', 'entrance', 'coupon', 'other'] as const;
export const zone = z.object({
  id,
  floorId: id,
  name,
  kind: z.enum(ZONE_KINDS),
  shape,
  tenantId: id.nullable().default(null),
  /** Null: the definitions' minStaySeconds. */
  minStaySeconds: z.number().min(0).max(3_600).nullable().default(null),
});
export type Zone = z.infer<typeof zone>;

/** What a fixed beacon advertises, for phones that listen. */
export const fixedBeacon = z.object({
  uuid,
  major: z.int().min(0).max(0xffff),
  minor: z.int().min(0).max(0xffff),
  /** Mean RSSI at 1 m, as measured with a usual phone; beacons of one site may be set to different powers. */
  powerDbm: z.number().min(-110).max(-20).default(-59),
});
export type FixedBeacon = z.infer<typeof fixedBeacon>;

/** What one gateway does otherwise than the others; what is left out is as usual. */
export const gatewaySettings = z.strictObject({
  /** Of one thinning window. A place is worked out once a second: shorter costs the network, longer costs accuracy. */
  windowMs: z.int().min(500).max(5_000).optional(),
  /** A gateway counts as silent after a minute without a word. */
  heartbeatMs: z.int().min(5_000).max(30_000).optional(),
  statusEveryMs: z.int().min(5_000).max(30_000).optional(),
  /** False: counts no unknown carriers although the site does; for one that hangs over a street. */
  unknowns: z.boolean().optional(),
});
export type GatewaySettings = z.infer<typeof gatewaySettings>;

/** Its topics would be those of the zones. */
const RESERVED_GATEWAY_ID = 'zones';

export const gateway = z.object({
  id: id.refine((text) => text !== RESERVED_GATEWAY_ID, 'must not be zones: its topics are those of occupancy'),
  name: name.optional(),
  floorId: id,
  xM: metres,
  yM: metres,
  /** Height of the antenna above the floor. */
  zM: z.number().min(0).max(50).default(2.5),
  /** Not expected to report while false. A plain beacon on a wall is one that never reports and has a `beacon`. */
  enabled: z.boolean().default(true),
  /** Where it advertises as well: phones may tell that they hear it. */
  beacon: fixedBeacon.nullable().optional(),
  settings: gatewaySettings.optional(),
});
export type Gateway = z.infer<typeof gateway>;

export const CARRIER_KINDS = ['shopper', 'tag', 'cart', 'staff', 'unknown'] as const;
export type CarrierKind = (typeof CARRIER_KINDS)[number];
export const carrier = z.object({
  /** Random; what logs and rows carry. Never derived from the beacon. */
  id,
  kind: z.enum(CARRIER_KINDS),
  uuid,
  major: z.int().min(0).max(0xffff),
  minor: z.int().min(0).max(0xffff),
  /** Mean RSSI at 1 m of this fleet, where it was calibrated; declared powers are not trusted. */
  calibratedPowerDbm: z.number().min(-110).max(-20).nullable().default(null),
  label: z.string().max(120).nullable().default(null),
});
export type Carrier = z.infer<typeof carrier>;

/** What the engine needs to know of a site; a new one takes effect at a time and is kept, so that history is computed as it was. */
export interface SiteModel {
  siteId: string;
  timezone: string;
  floors: Floor[];
  zones: Zone[];
  gateways: Gateway[];
  definitionsVersion: number;
  definitions: z.infer<typeof definitions>;
  /** Dwell times at which the engine is to emit `dwelled`, per zone, ascending. */
  dwellSecondsByZone: Record<string, number[]>;
  /** How the site's gateways hear known places, where it was walked; the positioner's radio model learns from it. */
  survey?: RadioSurvey | undefined;
  /**
   * Gateways of makes that do not tell each second all that they hear: that one says nothing of a carrier shows that it did
   * not hear it only as far as a survey found how often it tells. In order of id. Absent: none.
   */
  sparseGateways?: readonly string[] | undefined;
}

export interface SiteModelVersion {
  effectiveFromMs: number;
  model: SiteModel;
}
