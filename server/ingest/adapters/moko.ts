/** MOKO gateways: msg_id 3004 (MK107, MKGW1) and 3070 (MKGW3 and later), the gateway in device_info. Pure. */
import type { Entry } from './entries.ts';
import { advertisementEntry, ignored, NOT_JSON, OTHER_TAG, reading, several, unknown } from './entries.ts';
import type { Fields } from './read.ts';
import { field, fieldsOf, gatewayName, hexBytes, isFields, number, parseJson, uint16, uuidOf } from './read.ts';
import { anyTime } from './times.ts';
import type { Adapter, Decoded } from './types.ts';

const SCANS = new Set([3004, 3070]);
const NET_STATE = 3003;

/** Firmwares differ in how they spell it. */
const RAW_FIELDS = ['raw', 'raw data', 'raw_data', 'adv_data', 'rsp_data'] as const;

function entryOf(item: unknown): Entry {
  if (!isFields(item)) return { broken: 'an element of data is not an object' };
  const wrapped = field(item, 'value');
  const device: Fields = isFields(wrapped) ? wrapped : item;
  const heard = { rssi: field(device, 'rssi'), atMs: anyTime(field(device, 'timestamp')) };
  const raw = RAW_FIELDS.map((name) => field(device, name)).filter((value) => value !== undefined && value !== '');
  if (raw.length > 0) return advertisementEntry(raw.map(hexBytes), heard);
  if (field(device, 'uuid') === undefined) return { ignored: OTHER_TAG };
  const uuid = uuidOf(field(device, 'uuid'));
  const major = uint16(field(device, 'major'));
  const minor = uint16(field(device, 'minor'));
  if (uuid === undefined || major === undefined || minor === undefined)
    return { broken: 'an iBeacon whose uuid, major or minor is missing or out of range' };
  const power = field(device, 'rssi_1m') ?? field(device, 'rssi@1m');
  return reading({ uuid, major, minor, power }, heard);
}

function netState(gateway: string, data: unknown): Decoded {
  const state = field(fieldsOf(data), 'net_state');
  if (state === 'online' || state === 1) return { kind: 'status', gateway, online: true };
  if (state === 'offline' || state === 0) return { kind: 'status', gateway, online: false };
  return unknown('net_state is neither online nor offline', gateway);
}

export const moko: Adapter = {
  format: 'moko',
  title: 'MOKO MK107, MKGW series',
  // Each installation sets its own.
  defaultTopics: [],
  decode(_topic, payload) {
    const message = parseJson(payload);
    if (!isFields(message)) return unknown(NOT_JSON);
    const info = fieldsOf(field(message, 'device_info'));
    const gateway = gatewayName(field(info, 'mac')) ?? gatewayName(field(info, 'device_id'));
    const id = number(field(message, 'msg_id'));
    if (id === undefined) return unknown('the message has no msg_id', gateway);
    if (gateway === undefined) return unknown('the message has no device_info.mac');
    const data = field(message, 'data');
    if (id === NET_STATE) return netState(gateway, data);
    if (!SCANS.has(id)) return ignored('not what the gateway heard', gateway);
    if (!Array.isArray(data)) return unknown('data is not an array', gateway);
    return several(
      data.map((item) => ({ gateway, entry: entryOf(item) })),
      gateway,
    );
  },
};
