/** How gateways are, as REST and the live stream carry it. Pure. */
import { z } from 'zod';

export const FINDING_CODES = [
  /** Entered, and nothing ever came of it. */
  'never-heard',
  /** The broker told of its end. */
  'offline',
  /** No word for a minute. */
  'silent',
  /** It says itself what is wrong; `fault` has its sentence. */
  'radio-fault',
  /** It reports, hears no carrier, and its neighbours do. */
  'deaf',
  /** It hears less than it did, by `db`. */
  'hears-less',
  'clock-off',
  'catching-up',
  'dropped-batches',
  'config-refused',
  'config-pending',
  'old-version',
  'radio-restarts',
  'program-restarts',
  /** It seems to hang elsewhere: where, stands in its health. */
  'moved',
  /** It and `other` seem to hang in each other's place. */
  'swapped',
  'crowded-air',
  'noise-up',
  /** Two boxes publish under one id. */
  'duplicate-id',
  /** The box is about to slow down, or has. */
  'hot',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** `fault`: it gives nothing, or nothing right. `warning`: it gives less than it should. `info`: to be known. */
export const SEVERITIES = ['info', 'warning', 'fault'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const gatewayFinding = z.object({
  /** Stable; what a page translates by. */
  code: z.enum(FINDING_CODES),
  severity: z.enum(SEVERITIES),
  /** Since when, milliseconds since 1970 UTC; null where nobody knows. */
  sinceMs: z.number().nullable(),
  /** What the words are filled with. */
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  /** In English: what is wrong. */
  text: z.string(),
  /** In English: what to do next. */
  todo: z.string(),
});
export type GatewayFinding = z.infer<typeof gatewayFinding>;

export const CONFIG_STATES = ['unknown', 'pending', 'confirmed', 'refused'] as const;
/** `unknown`: its program does not say what it runs with. `pending`: sent, and not yet confirmed. */
export const gatewayConfigState = z.object({
  state: z.enum(CONFIG_STATES),
  /** When the configuration was sent, milliseconds since 1970 UTC. */
  sinceMs: z.number().nullable(),
  /** Where it is refused: the gateway's reason. */
  why: z.string().nullable(),
});
export type GatewayConfigState = z.infer<typeof gatewayConfigState>;

const share = z.number().min(0).max(1);

/** Measured of one gateway, next to what is usual for it. */
export const gatewayVitals = z.object({
  /** Advertisements of all kinds a second, usual at this hour of the day; null before three days are known. */
  usualAdvertsPerSecond: z.number().nullable(),
  /** Of the minutes of the last hour: the share in which it reported. */
  coverageHour: share.nullable(),
  /** Of the minutes of the last 24 hours: the share in which it reported. */
  coverageDay: share.nullable(),
  /** When it last heard a carrier of the site, milliseconds since 1970 UTC. */
  lastCarrierMs: z.number().nullable(),
  /** Of the carriers that are nearest to its neighbours: the share that it hears, of late. */
  heardShare: share.nullable(),
  /** The share that it heard before. */
  usualHeardShare: share.nullable(),
  /** Decibels that it hears more than the site's other gateways do from as far, from the carriers that they hear as well. */
  hearingDb: z.number().nullable(),
  /** Decibels that it hears more than it did before; negative: it hears less. */
  hearingChangeDb: z.number().nullable(),
  /** RSSI in dBm that the weakest twentieth of all that it decodes stays below: what is weaker it does not hear. */
  weakestDbm: z.number().nullable(),
  /** The same, usual at this hour of the day; null before three days are known. */
  usualWeakestDbm: z.number().nullable(),
  /** Batches that it declared lost, since the server knows it. */
  lostBatches: z.int(),
  config: gatewayConfigState,
  /** Since its program began. */
  uptimeSeconds: z.number().nullable(),
  /** Times that its radio had to be started again, since its program began. */
  scannerRestarts: z.int().nullable(),
});
export type GatewayVitals = z.infer<typeof gatewayVitals>;

export const gatewayPlace = z.object({ floorId: z.string(), xM: z.number(), yM: z.number() });

/** A gateway that hears as one would hear elsewhere. */
export const gatewayElsewhere = z.object({
  /** The place that fits best what it hears, for a person to confirm. */
  place: gatewayPlace,
  /** 0 to 1. */
  sure: share,
  /** When it was first noticed, milliseconds since 1970 UTC. */
  sinceMs: z.number(),
  /** The gateway that seems to hang at its place instead. */
  swappedWith: z.string().nullable(),
});
export type GatewayElsewhere = z.infer<typeof gatewayElsewhere>;

export const HISTORY_BUCKET_MS = 900_000;
export const HISTORY_DAYS = 7;

/** A quarter hour of one gateway; null where nothing was measured. */
export const gatewayQuarter = z.object({
  start: z.string(),
  /** Of its fifteen minutes: the share in which it reported. */
  coverage: share,
  /** Of all kinds; the mean. */
  advertsPerSecond: z.number().nullable(),
  /** RSSI in dBm that the weakest twentieth of all that it decoded stayed below; the mean. */
  weakestDbm: z.number().nullable(),
  /** Of the carriers that were nearest to its neighbours: the share that it heard. */
  heardShare: share.nullable(),
  /** Decibels that it heard more than the site's other gateways did from as far. */
  hearingDb: z.number().nullable(),
  /** Waiting on its disk; the most. */
  outboxBatches: z.number().nullable(),
  /** Of its box; the highest. */
  temperatureC: z.number().nullable(),
});
export type GatewayQuarter = z.infer<typeof gatewayQuarter>;

export const gatewayHealth = z.object({
  id: z.string(),
  name: z.string().nullable(),
  floorId: z.string(),
  enabled: z.boolean(),
  online: z.boolean(),
  /** When anything of it last came, milliseconds since 1970 UTC. */
  lastSeenMs: z.number().nullable(),
  /** Advertisements of all kinds. */
  advertsPerSecond: z.number().nullable(),
  /** To be added to its times; negative where its clock is ahead. */
  clockOffsetMs: z.number().nullable(),
  /** Waiting on its disk. */
  outboxBatches: z.number().nullable(),
  /** Lost on its side, since its program began. */
  droppedBatches: z.number().nullable(),
  version: z.string().nullable(),
  /** The newest of those that run the same program. */
  newestVersion: z.string().nullable(),
  ...gatewayVitals.shape,
  /** What the gateway's processes take: CPU as a share of one core, and memory. */
  program: z.object({ cpuShare: z.number(), memoryBytes: z.number() }).nullable(),
  /** The machine that it runs on. */
  box: z
    .object({
      temperatureC: z.number().nullable(),
      /** Processes that want to run, over a minute, for each core. */
      load: z.number().nullable(),
      memoryFreeShare: share.nullable(),
      uptimeSeconds: z.number().nullable(),
    })
    .nullable(),
  elsewhere: gatewayElsewhere.nullable(),
  findings: z.array(gatewayFinding),
});
export type GatewayHealthView = z.infer<typeof gatewayHealth>;
/** How much all gateways of a site heard in the last days, for a line beside each. */
export const gatewayAdverts = z.object({
  /** Of the first slot. */
  start: z.string(),
  slotSeconds: z.int(),
  gateways: z.array(
    z.object({
      id: z.string(),
      /** A slot each, up to now; null where it told nothing. */
      advertsPerSecond: z.array(z.number().nullable()),
    }),
  ),
});
export type GatewayAdverts = z.infer<typeof gatewayAdverts>;

export const gatewayHealthWithHistory = gatewayHealth.extend({
  /** Quarter hours of the last days, the oldest first; those in which nothing came are left out. */
  history: z.array(gatewayQuarter),
});
