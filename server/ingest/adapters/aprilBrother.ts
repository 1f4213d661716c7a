/** April Brother gateway V4: MessagePack (or the same as JSON with hex), its clock counts seconds since boot. Pure. */
import type { Entry } from './entries.ts';
import { advertisementEntry, several, unknown } from './entries.ts';
import { packedText, unpack } from './messagePack.ts';
import { field, gatewayName, hexBytes, isFields, MAX_FOREIGN_BYTES, number, parseJson } from './read.ts';
import type { Adapter } from './types.ts';

/** A device: advertising type, MAC, RSSI, AD structures. */
const RSSI_AT = 7;
const DATA_AT = 8;
const RSSI_OFFSET = 256;
/** The longest that a gateway runs without a restart is years. */
const MAX_UPTIME_SECONDS = 10 * 366 * 86_400;

interface Report {
  mac: string | undefined;
  bootSeconds: number | undefined;
  devices: (Uint8Array | undefined)[];
}

function packedReport(payload: Uint8Array): Report | undefined {
  const message = unpack(payload);
  if (!(message instanceof Map)) return undefined;
  const mac = message.get('mac');
  const devices = message.get('devices');
  if (!Array.isArray(devices)) return undefined;
  return {
    mac: mac instanceof Uint8Array ? gatewayName(packedText(mac)) : undefined,
    bootSeconds: number(message.get('time')),
    devices: devices.map((device) => (device instanceof Uint8Array ? device : undefined)),
  };
}

function jsonReport(payload: Uint8Array): Report | undefined {
  const message = parseJson(payload);
  if (!isFields(message)) return undefined;
  const devices = field(message, 'devices');
  if (!Array.isArray(devices)) return undefined;
  return {
    mac: gatewayName(field(message, 'mac')),
    bootSeconds: number(field(message, 'time')),
    devices: devices.map(hexBytes),
  };
}

function entryOf(device: Uint8Array | undefined, uptimeMs: number | undefined): Entry {
  const rssi = device?.[RSSI_AT];
  if (device === undefined || rssi === undefined) return { broken: 'an element of devices is cut off or not bytes' };
  return advertisementEntry([device.subarray(DATA_AT)], { rssi: rssi - RSSI_OFFSET, uptimeMs });
}

const OPEN_BRACE = 0x7b;

export const aprilBrother: Adapter = {
  format: 'april-brother',
  title: 'April Brother V4',
  // Each installation sets its own.
  defaultTopics: [],
  decode(_topic, payload) {
    if (payload.byteLength > MAX_FOREIGN_BYTES) return unknown('the payload is larger than any gateway sends');
    const report = payload[0] === OPEN_BRACE ? jsonReport(payload) : packedReport(payload);
    if (!report) return unknown('the payload is not a MessagePack map with an array of devices');
    const { mac: gateway, bootSeconds, devices } = report;
    if (gateway === undefined) return unknown('the message has no mac');
    const uptimeMs =
      bootSeconds !== undefined && bootSeconds >= 0 && bootSeconds < MAX_UPTIME_SECONDS
        ? Math.round(bootSeconds * 1_000)
        : undefined;
    return several(
      devices.map((device) => ({ gateway, entry: entryOf(device, uptimeMs) })),
      gateway,
    );
  },
};
