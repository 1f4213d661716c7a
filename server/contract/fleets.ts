/** Gateways of other makes that a mall owns already: a fleet is what publishes in one format under some topics. Pure. */
import { z } from 'zod';
import { id, name, uuid } from './model.ts';

export const FORMATS = [
  'espresense',
  'openmqttgateway',
  'room-assistant',
  'minew',
  'moko',
  'april-brother',
  'ruuvi',
  'happy-bubbles',
  'shelly',
  'kontakt',
] as const;
export type Format = (typeof FORMATS)[number];

export const MAX_FLEETS = 100;
export const MAX_TOPICS = 32;
export const MAX_ALIASES = 20_000;
const MAX_TOPIC_CHARS = 256;
const MAX_ALIAS_CHARS = 256;
const UINT16 = z.int().min(0).max(0xffff);

/** `own`: the gateways' clocks, where the format tells their time; `arrival`: the moment at which a message comes. */
export const fleetClock = z.enum(['own', 'arrival']);

export const beaconAlias = z.object({ uuid, major: UINT16, minor: UINT16 });

export const fleet = z.object({
  id,
  name,
  format: z.enum(FORMATS),
  /** MQTT filters, `+` and `#` as usual. */
  topics: z.array(z.string().min(1).max(MAX_TOPIC_CHARS)).min(1).max(MAX_TOPICS),
  /** The fleet's own name of a beacon → which beacon it is, for formats that do not tell (ESPresense aliases, Kontakt trackingIds). */
  aliases: z
    .record(z.string().min(1).max(MAX_ALIAS_CHARS), beaconAlias)
    .refine((aliases) => Object.keys(aliases).length <= MAX_ALIASES, `must have at most ${MAX_ALIASES} entries`)
    .default({}),
  /** Not listened to while false. */
  enabled: z.boolean().default(true),
  clock: fleetClock.default('own'),
});
export type Fleet = z.infer<typeof fleet>;

/** Without topics those of the format out of the box, where it has some; without a name that of the format. */
export const fleetBody = fleet.partial({ name: true, topics: true });
export type FleetBody = z.infer<typeof fleetBody>;

export const fleetFormat = z.object({
  format: z.enum(FORMATS),
  title: z.string(),
  /** Empty: each installation sets its own. */
  defaultTopics: z.array(z.string()),
  /** Messages tell when something was heard. Those that do not are true only as they come, and are not waited for. */
  timed: z.boolean(),
  /** How long a gateway that says nothing counts as listening. */
  aliveSeconds: z.number(),
  /** Beacons are known by names of the fleet: always, or where the installation gave some. */
  aliases: z.enum(['always', 'possible', 'never']),
});
export type FleetFormat = z.infer<typeof fleetFormat>;

export const unknownPayload = z.object({
  reason: z.string(),
  count: z.int(),
  /** The latest, cut and with everything masked that could name a person: what it looks like, not what it says. */
  sample: z.object({ at: z.string(), topic: z.string(), payload: z.string() }).nullable(),
});

export const fleetGateway = z.object({
  /** Of ours. */
  gatewayId: z.string(),
  /** As the fleet calls it. */
  name: z.string(),
  /** Entered under its id; what it hears is counted. */
  placed: z.boolean(),
  dismissed: z.boolean(),
  online: z.boolean(),
  lastHeard: z.string().nullable(),
  messages: z.int(),
  /** Null while nothing is known of it. */
  clockOffsetMs: z.number().nullable(),
  version: z.string().nullable(),
});

export const fleetHealth = z.object({
  fleetId: z.string(),
  /** Counted since then: the start of the server, or of the fleet's present settings. */
  since: z.string(),
  listening: z.boolean(),
  messages: z.int(),
  /** Beacons in messages, of gateways that are placed. */
  readings: z.int(),
  /** Of them those that became part of a sighting. */
  used: z.int(),
  /** Sightings written: one carrier at one gateway in one second. */
  sightings: z.int(),
  lastHeard: z.string().nullable(),
  ignored: z.array(z.object({ reason: z.string(), count: z.int() })),
  unknown: z.array(unknownPayload),
  gateways: z.array(fleetGateway),
});
export type FleetHealth = z.infer<typeof fleetHealth>;

export const inboxGateway = z.object({
  /** Put a gateway of this id on the plan, and it is heard. */
  id: z.string(),
  suggestedName: z.string(),
  /** Null: one of Promenade's own. */
  fleetId: z.string().nullable(),
  format: z.string(),
  /** As it calls itself. */
  name: z.string(),
  firstHeard: z.string(),
  lastHeard: z.string(),
  messages: z.int(),
  /** Different beacons within its last whole minute; null before there was one. */
  beaconsPerMinute: z.number().nullable(),
  dismissed: z.boolean(),
});
export type InboxGateway = z.infer<typeof inboxGateway>;
