/** iBeacon out of advertisement bytes. Bad radio data yields undefined, never a throw. Pure. */

export interface IBeacon {
  /** Dashed lower case. */
  uuid: string;
  major: number;
  minor: number;
  /** RSSI at 1 m as the beacon declares it; see isTrustedPower. */
  measuredPowerDbm: number;
}

/** One iBeacon advertisement as a scanner heard it. */
export interface HeardBeacon extends IBeacon {
  rssiDbm: number;
  atMs: number;
}

/** Manufacturer data, company id first. */
const COMPANY_AT = 0;
const TYPE_AT = 2;
const LENGTH_AT = 3;
const UUID_AT = 4;
const MAJOR_AT = 20;
const MINOR_AT = 22;
const POWER_AT = 24;
const TOTAL_BYTES = 25;

const APPLE = 0x004c;
const IBEACON_TYPE = 0x02;
const IBEACON_LENGTH = 0x15;

/** Decodes manufacturer data, company id first. Bytes behind the beacon (some tags put their battery there) are ignored. */
export function decodeIBeacon(manufacturerData: Uint8Array): IBeacon | undefined {
  if (manufacturerData.length < TOTAL_BYTES) return undefined;
  const data = Buffer.from(manufacturerData.buffer, manufacturerData.byteOffset, manufacturerData.byteLength);
  if (data.readUInt16LE(COMPANY_AT) !== APPLE) return undefined;
  if (data[TYPE_AT] !== IBEACON_TYPE || data[LENGTH_AT] !== IBEACON_LENGTH) return undefined;
  const hex = data.toString('hex', UUID_AT, MAJOR_AT);
  return {
    uuid: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    major: data.readUInt16BE(MAJOR_AT),
    minor: data.readUInt16BE(MINOR_AT),
    measuredPowerDbm: data.readInt8(POWER_AT),
  };
}

/** Bluetooth tags transmit −40 to +20 dBm and lose about 60 dB on the first metre with antenna and case. */
const MIN_TRUSTED_POWER_DBM = -100;
const MAX_TRUSTED_POWER_DBM = -20;

/** False where a declared power cannot be an RSSI at 1 m: beacons in the field declare −3, +26, +58. */
export const isTrustedPower = (measuredPowerDbm: number): boolean =>
  measuredPowerDbm >= MIN_TRUSTED_POWER_DBM && measuredPowerDbm <= MAX_TRUSTED_POWER_DBM;

export const AD_MANUFACTURER_DATA = 0xff;

export interface AdStructure {
  type: number;
  data: Uint8Array;
}

/** Walks the AD structures of an advertisement; stops at padding and at a structure that is cut off. */
export function* adStructures(advertisement: Uint8Array): Generator<AdStructure> {
  let at = 0;
  while (at + 1 < advertisement.length) {
    const length = advertisement[at]!;
    const end = at + 1 + length;
    if (length === 0 || end > advertisement.length) return;
    yield { type: advertisement[at + 1]!, data: advertisement.subarray(at + 2, end) };
    at = end;
  }
}

/** The iBeacon of one frame's own bytes. */
export function beaconOfAdvertisement(advertisement: Uint8Array): IBeacon | undefined {
  for (const structure of adStructures(advertisement)) {
    if (structure.type !== AD_MANUFACTURER_DATA) continue;
    const beacon = decodeIBeacon(structure.data);
    if (beacon) return beacon;
  }
  return undefined;
}
