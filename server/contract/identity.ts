/** What a shopper's app and the server agree on: beacons that change their numbers with time, and what phones hear. Pure. */
import { z } from 'zod';
import { uuid } from './model.ts';

/**
 * How long one number is on the air: as long as Android may keep a random Bluetooth address at most, so that the number is
 * not what gives a phone away. It is also by how much a phone's clock may be wrong.
 */
export const SLOT_SECONDS = 900;
export const SLOT_MS = SLOT_SECONDS * 1_000;
/** Slots before and after that of the hearing whose numbers are taken: for clocks that are wrong. */
export const SLOTS_TAKEN = 1;
export const SECRET_BYTES = 32;

/** Advertising phones rotate; listening ones advertise nothing. One phone is one or the other: their RSSI do not compare. */
export const identityMode = z.enum(['advertise', 'listen']);
export type IdentityMode = z.infer<typeof identityMode>;

export const identityInput = z.object({ mode: identityMode.default('advertise') });

export const identityView = z.object({
  mode: identityMode,
  since: z.string(),
  /** To advertise under; null for one that listens. */
  uuid: z.string().nullable(),
  slotSeconds: z.int(),
  /** The server's clock, to hold the phone's against. */
  serverMs: z.int(),
});
export type IdentityView = z.infer<typeof identityView>;

export const identityGiven = identityView.extend({
  /** 64 hex digits, told this once; null for one that listens. */
  secretHex: z.string().nullable(),
});
export type IdentityGiven = z.infer<typeof identityGiven>;

/** The fixed beacons of a site, as they are heard on the air anyway: what a phone has to range for. */
export const listenedBeacons = z.object({ uuids: z.array(z.string()) });

/** A minute of hearing at most, as in one batch of a gateway. */
export const MAX_PHONE_SPAN_MS = 60_000;
export const MAX_PHONE_ROWS = 1_000;
const timeMs = z.int().min(0).max(8.64e15);

export const phoneSighting = z.object({
  uuid,
  major: z.int().min(0).max(0xffff),
  minor: z.int().min(0).max(0xffff),
  /** Mean of the second or so in which it was heard. Radios say 0 or 127 for "not known": such are not to be sent. */
  rssiDbm: z.number().min(-120).max(-10),
  /** Advertisements that the mean is of. */
  adverts: z.int().min(1).max(1_000).default(1),
  /** By the phone's clock. */
  atMs: timeMs,
});

export const phoneSightings = z.object({
  /** Rises with each start of the app; `seq` with each message of it. Sent again, a message counts once. */
  epoch: z.int().min(0).max(0xffffffff),
  seq: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** The phone's clock as it sends: the server corrects by it. */
  clockMs: timeMs,
  sightings: z.array(phoneSighting).max(MAX_PHONE_ROWS),
});
export type PhoneSightings = z.infer<typeof phoneSightings>;

export const phoneSightingsAnswer = z.object({
  /** Sightings that are durable now, or were from an earlier sending. */
  accepted: z.int(),
  duplicate: z.boolean(),
  /** Sightings of beacons that are none of this mall's. */
  unknownBeacons: z.int(),
});
export type PhoneSightingsAnswer = z.infer<typeof phoneSightingsAnswer>;

/** For those who run the mall: whether identities work, and whether somebody plays old ones back. Names nobody. */
export const identitiesView = z.object({
  rotatingUuid: z.string().nullable(),
  enrolled: z.object({ advertise: z.int(), listen: z.int() }),
  /** Sightings since the server's start. */
  resolved: z.int(),
  /** Heard outside of their slot and its neighbours. */
  replayed: z.int(),
  /** Of nobody: invented, or of an identity that has ended. */
  unknown: z.int(),
  /** Two identities had the same number: given to neither. */
  ambiguous: z.int(),
  lastReplay: z.object({ at: z.string(), gatewayId: z.string() }).nullable(),
  phones: z.object({ messages: z.int(), sightings: z.int(), unknownBeacons: z.int(), refused: z.int() }),
});
export type IdentitiesView = z.infer<typeof identitiesView>;
