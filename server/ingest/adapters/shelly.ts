/** Shelly Gen2 and later: a script's ble.scan_result event, bare or inside a NotifyEvent, advertisements in base64. Pure. */
import type { Entry } from './entries.ts';
import { advertisementEntry, ignored, NOT_JSON, several, unknown } from './entries.ts';
import type { Fields } from './read.ts';
import { base64Bytes, field, fieldsOf, gatewayName, isFields, parseJson, textOf } from './read.ts';
import { unixTime } from './times.ts';
import type { Adapter, Decoded } from './types.ts';

const SCAN_RESULT = 'ble.scan_result';
/** The first version told of one advertisement an event, the second of a batch. */
const ONE_EACH = 1;
const BATCH = 2;

const DEVICE_ID = /^shelly[a-z0-9]*-[0-9a-f]{6,12}$/i;

/** The sender, else the device of the topic, else the topic: scripts may publish anywhere, but each under its own. */
function gatewayOf(message: Fields, topic: string, sharedTopic = false): string | undefined {
  const parts = topic.split('/');
  const prefix = topic.endsWith('/events/rpc') ? parts.slice(0, -2).join('/') : undefined;
  const name =
    gatewayName(field(message, 'src')) ??
    gatewayName(parts.find((part) => DEVICE_ID.test(part))) ??
    (sharedTopic ? undefined : gatewayName(prefix ?? topic));
  return name?.toLowerCase();
}

/** [MAC, RSSI, advertisement, scan response] */
function entryOf(result: unknown, atMs: number | undefined): Entry {
  if (!Array.isArray(result)) return { broken: 'a scan result is not an array' };
  const [, rssi, advertisement, response] = result as unknown[];
  return advertisementEntry([base64Bytes(advertisement), base64Bytes(response)], { rssi, atMs });
}

function entriesOf(event: Fields, outerAtMs: number | undefined): Entry[] {
  const data = field(event, 'data');
  const atMs = unixTime(field(event, 'ts')) ?? outerAtMs;
  if (Array.isArray(data) && data[0] === ONE_EACH) return [entryOf(data.slice(1), atMs)];
  if (Array.isArray(data) && data[0] === BATCH && Array.isArray(data[1]))
    return data[1].map((result) => entryOf(result, atMs));
  return [{ broken: 'the scan result is of no version that is known (1 or 2)' }];
}

function online(topic: string, payload: Uint8Array): Decoded {
  const gateway = gatewayOf({}, topic.slice(0, -'/online'.length));
  const state = textOf(payload).trim();
  if (gateway === undefined || (state !== 'true' && state !== 'false'))
    return unknown('online is neither true nor false', gateway);
  return { kind: 'status', gateway, online: state === 'true' };
}

export const shelly: Adapter = {
  format: 'shelly',
  title: 'Shelly Gen2 and later',
  defaultTopics: ['+/events/rpc', '+/online'],
  decode(topic, payload, { sharedTopic }) {
    if (topic.endsWith('/online')) return online(topic, payload);
    const message = parseJson(payload);
    if (!isFields(message)) return unknown(NOT_JSON);
    const gateway = gatewayOf(message, topic, sharedTopic);
    if (gateway === undefined)
      return unknown(
        sharedTopic
          ? 'the message names no device: let the script send src, or publish under a topic of its own for each'
          : 'neither the message nor the topic names a device',
      );
    const params = fieldsOf(field(message, 'params'));
    const events = field(params, 'events');
    const scans = (Array.isArray(events) ? events : [message])
      .map(fieldsOf)
      .filter((event) => field(event, 'event') === SCAN_RESULT);
    if (scans.length === 0) return ignored('not a scan result', gateway);
    const outerAtMs = unixTime(field(params, 'ts'));
    const entries = scans.flatMap((event) => entriesOf(event, outerAtMs));
    return several(
      entries.map((entry) => ({ gateway, entry })),
      gateway,
    );
  },
};
