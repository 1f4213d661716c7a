/** Webhooks, and what leaves by MQTT, as REST and receivers see them. Pure. */
import { z } from 'zod';
import { id, name } from './model.ts';

/** Of a person only with the consent to sharing. */
export const CARRIER_EVENTS = ['carrier.entered', 'carrier.exited', 'carrier.dwelled'] as const;
export const EVENT_TYPES = [
  'occupancy.threshold',
  'zone.counts',
  'offer.sent',
  'redemption.made',
  'redemption.voided',
  ...CARRIER_EVENTS,
] as const;
export const eventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof eventType>;
/** Asked for by hand. */
export const TEST_EVENT = 'webhook.test';

export const sharesPersons = (events: readonly EventType[]): boolean =>
  events.some((event) => (CARRIER_EVENTS as readonly string[]).includes(event));

const MAX_URL = 2_000;
const MAX_LISTED = 200;

export const occupancyThreshold = z.object({
  /** Null: the whole site. */
  zone: id.nullable().default(null),
  /** `rose` is told once so many are present. */
  limit: z.int().min(1).max(1_000_000),
  /** `fell` is told once fewer than limit − hysteresis are, so that coming and going at the limit tells nothing. */
  hysteresis: z.int().min(0).max(1_000_000).default(0),
  /** It must last so long. */
  forSeconds: z.int().min(0).max(3_600).default(10),
});
export type OccupancyThreshold = z.infer<typeof occupancyThreshold>;

export const COUNT_INTERVALS = ['15m', 'hour'] as const;
export type CountInterval = (typeof COUNT_INTERVALS)[number];

export const webhookInput = z.object({
  url: z.string().trim().min(1).max(MAX_URL),
  name: name.nullable().default(null),
  events: z
    .array(eventType)
    .min(1)
    .max(EVENT_TYPES.length)
    .transform((events) => [...new Set(events)]),
  /** Only of these; empty: of all that the owner of the webhook may see. */
  zones: z.array(id).max(MAX_LISTED).default([]),
  campaigns: z.array(id).max(MAX_LISTED).default([]),
  thresholds: z.array(occupancyThreshold).max(50).default([]),
  /** How long a stay must last for `carrier.dwelled`; each is told once a stay. */
  dwellSeconds: z.array(z.int().min(5).max(7_200)).max(5).default([]),
  countsInterval: z.enum(COUNT_INTERVALS).default('15m'),
  enabled: z.boolean().default(true),
});
export type WebhookInput = z.infer<typeof webhookInput>;

export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'withdrawn', 'expired'] as const;
export const deliveryState = z.enum(DELIVERY_STATES);
export type DeliveryState = z.infer<typeof deliveryState>;

export const deliveryFigures = z.object({
  /** Waiting to be sent, now. */
  pending: z.int(),
  /** Given up, and kept for a replay. */
  dead: z.int(),
  /** In the last 24 hours. */
  delivered: z.int(),
  /** Not taken because too many were waiting; the next delivery tells it to the receiver. */
  dropped: z.int(),
  /** Failures in a row; 0 where the last one was taken. */
  failing: z.int(),
  retryAt: z.string().nullable(),
});
export type DeliveryFigures = z.infer<typeof deliveryFigures>;

export const webhook = z.object({
  id: z.string(),
  /** Whose it is; null: the mall's. */
  tenantId: z.string().nullable(),
  url: z.string(),
  name: z.string().nullable(),
  events: z.array(eventType),
  zones: z.array(z.string()),
  campaigns: z.array(z.string()),
  thresholds: z.array(occupancyThreshold),
  dwellSeconds: z.array(z.int()),
  countsInterval: z.enum(COUNT_INTERVALS),
  enabled: z.boolean(),
  /** `gone`: the receiver answered 410. */
  disabledReason: z.enum(['gone']).nullable(),
  /** Until when deliveries are signed with the secret before as well. */
  previousSecretUntil: z.string().nullable(),
  createdAt: z.string(),
  figures: deliveryFigures,
});
export type WebhookView = z.infer<typeof webhook>;

/** The secret is shown this once. */
export const webhookWithSecret = webhook.extend({ secret: z.string() });

export const delivery = z.object({
  id: z.string(),
  sequence: z.int(),
  type: z.string(),
  state: deliveryState,
  /** Of what it tells. */
  at: z.string(),
  attempts: z.int(),
  lastAttemptAt: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  /** HTTP status of the last answer. */
  lastStatus: z.int().nullable(),
  /** Begin of the last answer, or why there was none. */
  lastError: z.string().nullable(),
  /** False once nothing is left to send again: it was of a person, or too long ago. */
  replayable: z.boolean(),
});
export type DeliveryView = z.infer<typeof delivery>;

// What receivers get

const figure = z.object({
  /** Null where nothing was measured, or where fewer than k carriers stand behind it. */
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  suppressed: z.boolean(),
  state: z.enum(['provisional', 'final']),
});
export const zoneFigures = z.object({
  /** Null: the whole site. */
  zone: z.string().nullable(),
  coverage: z.number(),
  footfall: figure,
  occupancy: figure,
});
export type ZoneFigures = z.infer<typeof zoneFigures>;

const envelope = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    type: z.literal(type),
    /** When it happened, ISO 8601. */
    timestamp: z.string(),
    site: z.string(),
    webhook: z.string(),
    /** Rises by one with each event of the webhook; they may arrive in another order. */
    sequence: z.int(),
    /** Events before this one that were not taken because too many were waiting. */
    dropped: z.int(),
    data,
  });

const carrierData = z.object({
  /** A random name of one visit for this webhook alone. */
  visitor: z.string(),
  zone: z.string(),
});
const redemptionData = z.object({
  id: z.string(),
  offer: z.string(),
  campaign: z.string(),
  tenant: z.string().nullable(),
  redeemedAt: z.string(),
  till: z.string().nullable(),
  amountMinor: z.int().nullable(),
  currency: z.string(),
});

export const OUTGOING_EVENTS = {
  'occupancy.threshold': envelope(
    'occupancy.threshold',
    z.object({
      zone: z.string().nullable(),
      direction: z.enum(['rose', 'fell']),
      limit: z.int(),
      hysteresis: z.int(),
      /** Null below k. */
      occupancy: z.int().nullable(),
    }),
  ),
  'zone.counts': envelope(
    'zone.counts',
    z.object({
      interval: z.enum(COUNT_INTERVALS),
      from: z.string(),
      to: z.string(),
      /** 1, then one more each time that late data changed a number. */
      revision: z.int(),
      zones: z.array(zoneFigures),
    }),
  ),
  'offer.sent': envelope(
    'offer.sent',
    z.object({
      campaign: z.string(),
      tenant: z.string().nullable(),
      from: z.string(),
      to: z.string(),
      /** Offers sent in this time, to at least k shoppers. Null where zones are named and some of theirs are withheld. */
      sent: z.int().nullable(),
      /** Each null where fewer than k shoppers stand behind it, or where that would follow from it. */
      byZone: z.array(z.object({ zone: z.string(), variant: z.string().nullable(), sent: z.int().nullable() })),
    }),
  ),
  'redemption.made': envelope('redemption.made', redemptionData),
  'redemption.voided': envelope('redemption.voided', redemptionData.extend({ voidedAt: z.string() })),
  'carrier.entered': envelope('carrier.entered', carrierData),
  'carrier.exited': envelope('carrier.exited', carrierData),
  'carrier.dwelled': envelope('carrier.dwelled', carrierData.extend({ dwellSeconds: z.number() })),
  [TEST_EVENT]: envelope(TEST_EVENT, z.object({ message: z.string() })),
} as const;
/** Any of them, for receivers. */
export const outgoingEvent = z.discriminatedUnion('type', [
  OUTGOING_EVENTS['occupancy.threshold'],
  OUTGOING_EVENTS['zone.counts'],
  OUTGOING_EVENTS['offer.sent'],
  OUTGOING_EVENTS['redemption.made'],
  OUTGOING_EVENTS['redemption.voided'],
  OUTGOING_EVENTS['carrier.entered'],
  OUTGOING_EVENTS['carrier.exited'],
  OUTGOING_EVENTS['carrier.dwelled'],
  OUTGOING_EVENTS[TEST_EVENT],
]);
export type OutgoingType = keyof typeof OUTGOING_EVENTS;
export type OutgoingData<T extends OutgoingType> = z.infer<(typeof OUTGOING_EVENTS)[T]>['data'];

// Retained topics

/** Retained at `promenade/1/{site}/occupancy` and `promenade/1/{site}/zones/{zone}/occupancy`. */
export const occupancyMessage = z.object({
  /** Null while fewer than k are present, and where nothing is measured. */
  occupancy: z.int().nullable(),
  /** Since when it is so many, by the site's clock. */
  atMs: z.int(),
  /** True where it is withheld because fewer than k are present. */
  suppressed: z.boolean(),
});
export type OccupancyMessage = z.infer<typeof occupancyMessage>;
