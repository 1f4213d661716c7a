/** One entry of a message → a reading, or why there is none; entries → what the message tells. Pure. */
import { beaconOfAdvertisement, decodeIBeacon, type IBeacon, isTrustedPower } from '../../contract/ibeacon.ts';
import { number, rssiOf, text } from './read.ts';
import type { Alias, Decoded, ForeignReading } from './types.ts';
import { MAX_READINGS } from './types.ts';

export type Entry = { reading: ForeignReading } | { ignored: string } | { broken: string };

/** ESPresense's nodes advertise under this, whoever hears them: boxes on the wall, never visitors. */
const ESPRESENSE_NODES = 'e5ca1ade-f007-ba11-';

export interface Beacon extends Alias {
  /** As declared; kept only where it can be an RSSI at 1 m. */
  power?: unknown;
}

export interface Hearing {
  rssi: unknown;
  atMs?: number | undefined;
  uptimeMs?: number | undefined;
  smoothed?: boolean;
  restated?: boolean;
}

/** The contract carries whole dBm. */
function trustedPower(value: unknown): number | undefined {
  const power = number(value);
  return power !== undefined && isTrustedPower(power) ? Math.round(power) : undefined;
}

export function reading(beacon: Beacon, heard: Hearing): Entry {
  if (beacon.uuid.startsWith(ESPRESENSE_NODES)) return { ignored: 'the beacon of an ESPresense node itself' };
  const rssiDbm = rssiOf(heard.rssi);
  if (rssiDbm === undefined) return { broken: 'the RSSI is missing or not between -127 and 20 dBm' };
  const found: ForeignReading = {
    uuid: beacon.uuid,
    major: beacon.major,
    minor: beacon.minor,
    rssiDbm,
    smoothed: heard.smoothed ?? false,
  };
  const power = trustedPower(beacon.power);
  if (power !== undefined) found.measuredPowerDbm = power;
  if (heard.atMs !== undefined) found.atMs = heard.atMs;
  if (heard.uptimeMs !== undefined) found.uptimeMs = heard.uptimeMs;
  if (heard.restated) found.restated = true;
  return { reading: found };
}

export const OTHER_TAG = 'not an iBeacon';

const entryOf = (beacon: IBeacon | undefined, heard: Hearing): Entry =>
  beacon ? reading({ ...beacon, power: beacon.measuredPowerDbm }, heard) : { ignored: OTHER_TAG };

/** Of an advertisement and its scan response, whichever carries the iBeacon. */
export function advertisementEntry(parts: readonly (Uint8Array | undefined)[], heard: Hearing): Entry {
  const present = parts.filter((part) => part !== undefined);
  if (present.length === 0) return { broken: 'the advertisement is missing or not what the format encodes it in' };
  for (const part of present) {
    const beacon = beaconOfAdvertisement(part);
    if (beacon) return entryOf(beacon, heard);
  }
  return entryOf(undefined, heard);
}

/** Of manufacturer data, company id first. */
export const manufacturerEntry = (data: Uint8Array, heard: Hearing): Entry => entryOf(decodeIBeacon(data), heard);

/** As it is written in the table, or all in one case: MACs come in either. */
export function aliasOf(aliases: ReadonlyMap<string, Alias>, name: unknown): Alias | undefined {
  const found = text(name);
  if (found === undefined) return undefined;
  return aliases.get(found) ?? aliases.get(found.toLowerCase()) ?? aliases.get(found.toUpperCase());
}

export const unknown = (why: string, gateway?: string): Decoded =>
  gateway === undefined ? { kind: 'unknown', why } : { kind: 'unknown', why, gateway };

export const ignored = (why: string, gateway?: string): Decoded =>
  gateway === undefined ? { kind: 'ignored', why } : { kind: 'ignored', why, gateway };

export const NOT_JSON = 'the payload is not a JSON object';

/** A message that tells of one device. */
export function single(gateway: string, entry: Entry): Decoded {
  if ('reading' in entry) return { kind: 'readings', hearings: [{ gateway, readings: [entry.reading] }] };
  return 'ignored' in entry ? ignored(entry.ignored, gateway) : unknown(entry.broken, gateway);
}

/**
 * A message that tells of many: readable entries count though their neighbours are broken. `alive` is the gateway that
 * sent it, if it sends for itself alone: it scanned even where it heard nothing.
 */
export function several(entries: Iterable<{ gateway: string; entry: Entry }>, alive?: string): Decoded {
  const byGateway = new Map<string, ForeignReading[]>(alive === undefined ? [] : [[alive, []]]);
  let broken = 0;
  let why = '';
  let readings = 0;
  for (const { gateway, entry } of entries) {
    const readingsOf = byGateway.get(gateway) ?? [];
    byGateway.set(gateway, readingsOf);
    if ('reading' in entry) {
      readings++;
      if (readings > MAX_READINGS) return unknown(`more than ${MAX_READINGS} readings in one message`, gateway);
      readingsOf.push(entry.reading);
    } else if ('broken' in entry) {
      broken++;
      why ||= entry.broken;
    }
  }
  const [only] = byGateway.size === 1 ? byGateway.keys() : [];
  if (broken > 0 && readings === 0) return unknown(why, only);
  const hearings = [...byGateway].map(([gateway, found]) => ({ gateway, readings: found }));
  return broken > 0
    ? { kind: 'readings', hearings, unreadable: { count: broken, why } }
    : { kind: 'readings', hearings };
}
