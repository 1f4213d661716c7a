/** Who a beacon is: a registered carrier by its random id, any other by a hash under the day's key. Nothing raw goes past here. */
import { createHmac } from 'node:crypto';
import type { CarrierRef } from '../log/batch.ts';
import { NO_POWER, placeRef } from '../log/batch.ts';
import type { Registry } from '../registry/types.ts';
import type { DailyKey } from './dailyKeys.ts';

export interface Identity {
  ref: CarrierRef;
  powerCenti: number;
}

/** A mall sees some ten thousand carriers a day; a flood of invented ones must not fill the memory. */
const MAX_CACHED = 100_000;
/** 128 bits as base 36. */
const ID_CHARS = 25;

const beaconNumber = (major: number, minor: number): number => major * 0x10000 + minor;

/** The first 32 hex digits of HMAC-SHA-256(key, uuid bytes + major + minor), as gateways make them too. */
export function hashBeacon(key: Buffer, uuid: string, major: number, minor: number): string {
  const bytes = Buffer.alloc(20);
  bytes.write(uuid.replaceAll('-', ''), 0, 'hex');
  bytes.writeUInt16BE(major, 16);
  bytes.writeUInt16BE(minor, 18);
  return createHmac('sha256', key).update(bytes).digest('hex').slice(0, 32);
}

/** An id as topics, log and rows know them: `u-` and 25 characters of a-z and 0-9. */
export const unknownIdOf = (hashHex: string): string =>
  `u-${BigInt(`0x${hashHex}`).toString(36).padStart(ID_CHARS, '0')}`;

export class Identities {
  readonly #registry: Registry;
  readonly #siteId: string;
  /** Per uuid and beacon number; null where none is registered. */
  #registered = new Map<string, Map<number, Identity | null>>();
  #registeredSize = 0;
  /** Per key, uuid and beacon number. */
  #unknown = new Map<string, Map<number, Identity>>();
  #hashed = new Map<string, Identity>();
  #unknownSize = 0;
  /** Gateways by the beacon that they are. */
  #fixed: Map<string, Map<number, CarrierRef>> | undefined;
  #fixedHashes = new Map<string, Set<string>>();

  constructor(registry: Registry, siteId: string) {
    this.#registry = registry;
    this.#siteId = siteId;
  }

  /** After a change of carriers. */
  forgetRegistered(): void {
    this.#registered = new Map();
    this.#registeredSize = 0;
  }

  /** After a change of gateways. */
  forgetFixed(): void {
    this.#fixed = undefined;
    this.#fixedHashes = new Map();
  }

  /** The gateway whose beacon this is. */
  fixedAt(uuid: string, major: number, minor: number): CarrierRef | undefined {
    if (!this.#fixed) {
      this.#fixed = new Map();
      for (const { id, beacon } of this.#registry.gateways.all(this.#siteId))
        if (beacon) {
          const ofUuid = this.#fixed.get(beacon.uuid) ?? new Map<number, CarrierRef>();
          this.#fixed.set(beacon.uuid, ofUuid.set(beaconNumber(beacon.major, beacon.minor), placeRef(id)));
        }
    }
    return this.#fixed.get(uuid)?.get(beaconNumber(major, minor));
  }

  isFixed(uuid: string, major: number, minor: number): boolean {
    return this.fixedAt(uuid, major, minor) !== undefined;
  }

  /** The same of a hash that the gateway made with this key. */
  isFixedHash(key: DailyKey, hashHex: string): boolean {
    let hashes = this.#fixedHashes.get(key.id);
    if (!hashes) {
      hashes = new Set();
      for (const { beacon } of this.#registry.gateways.all(this.#siteId))
        if (beacon) hashes.add(hashBeacon(key.key, beacon.uuid, beacon.major, beacon.minor));
      this.#fixedHashes.set(key.id, hashes);
    }
    return hashes.has(hashHex);
  }

  /** After the destruction of a key: the cache is a table from beacon to hash. */
  forgetUnknown(): void {
    this.#unknown = new Map();
    this.#hashed = new Map();
    this.#unknownSize = 0;
    this.#fixedHashes = new Map();
  }

  registered(uuid: string, major: number, minor: number): Identity | undefined {
    let ofUuid = this.#registered.get(uuid);
    if (!ofUuid) {
      ofUuid = new Map();
      this.#registered.set(uuid, ofUuid);
    }
    const number = beaconNumber(major, minor);
    const cached = ofUuid.get(number);
    if (cached !== undefined) return cached ?? undefined;
    const carrier = this.#registry.carrierByBeacon(this.#siteId, uuid, major, minor);
    const identity: Identity | null = carrier
      ? {
          ref: { id: carrier.id, kind: carrier.kind },
          powerCenti: carrier.calibratedPowerDbm === null ? NO_POWER : Math.round(carrier.calibratedPowerDbm * 100),
        }
      : null;
    if (++this.#registeredSize > MAX_CACHED) {
      this.forgetRegistered();
      return identity ?? undefined;
    }
    ofUuid.set(number, identity);
    return identity ?? undefined;
  }

  unknown(key: DailyKey, uuid: string, major: number, minor: number): Identity {
    const scope = `${key.id} ${uuid}`;
    let ofUuid = this.#unknown.get(scope);
    if (!ofUuid) {
      ofUuid = new Map();
      this.#unknown.set(scope, ofUuid);
    }
    const number = beaconNumber(major, minor);
    let identity = ofUuid.get(number);
    if (!identity) {
      identity = this.hashed(key, hashBeacon(key.key, uuid, major, minor));
      ofUuid.set(number, identity);
    }
    return identity;
  }

  /** Of a hash that the gateway made with this key. */
  hashed(key: DailyKey, hashHex: string): Identity {
    const name = `${key.id} ${hashHex}`;
    let identity = this.#hashed.get(name);
    if (!identity) {
      if (++this.#unknownSize > MAX_CACHED) this.forgetUnknown();
      identity = { ref: { id: unknownIdOf(hashHex), kind: 'unknown' }, powerCenti: NO_POWER };
      this.#hashed.set(name, identity);
    }
    return identity;
  }
}
