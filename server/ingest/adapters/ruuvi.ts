/** Ruuvi Gateway: one message an advertisement, seconds of its own clock or, without time, a counter. Pure. */
import type { Entry } from './entries.ts';
import { advertisementEntry, NOT_JSON, several, single, unknown } from './entries.ts';
import type { Fields } from './read.ts';
import { field, fieldsOf, gatewayName, hexBytes, isFields, isMac, parseJson, text } from './read.ts';
import { unixTime } from './times.ts';
import type { Adapter, Decoded } from './types.ts';

/** `cnt` counts messages and stands where the gateway has no time: no `ts`, no time. */
function entryOf(device: Fields, fallbackAtMs?: number): Entry {
  const atMs = unixTime(field(device, 'ts')) ?? unixTime(field(device, 'timestamp')) ?? unixTime(field(device, 'gwts'));
  return advertisementEntry([hexBytes(field(device, 'data'))], {
    rssi: field(device, 'rssi'),
    atMs: atMs ?? fallbackAtMs,
  });
}

/** What the gateway posts over HTTP and answers at /history, should somebody forward it: all tags in one object. */
function history(data: Fields, topicGateway: string | undefined): Decoded {
  const gateway = gatewayName(field(data, 'gw_mac')) ?? topicGateway;
  const tags = field(data, 'tags');
  if (gateway === undefined || !isFields(tags)) return unknown('data has no gw_mac or no tags', gateway);
  const atMs = unixTime(field(data, 'timestamp'));
  return several(
    Object.values(tags).map((tag) => ({ gateway, entry: entryOf(fieldsOf(tag), atMs) })),
    gateway,
  );
}

function status(gateway: string | undefined, payload: Uint8Array): Decoded {
  const state = text(field(fieldsOf(parseJson(payload)), 'state'));
  if (gateway === undefined || (state !== 'online' && state !== 'offline'))
    return unknown('the state is neither online nor offline', gateway);
  return { kind: 'status', gateway, online: state === 'online' };
}

export const ruuvi: Adapter = {
  format: 'ruuvi',
  title: 'Ruuvi Gateway',
  defaultTopics: ['ruuvi/+/+'],
  decode(topic, payload) {
    const parts = topic.split('/');
    const topicMac = parts.at(-2);
    const topicGateway = topicMac !== undefined && isMac(topicMac) ? gatewayName(topicMac) : undefined;
    if (parts.at(-1) === 'gw_status') return status(topicGateway, payload);
    const message = parseJson(payload);
    if (!isFields(message)) return unknown(NOT_JSON, topicGateway);
    const data = field(message, 'data');
    if (isFields(data)) return history(data, topicGateway);
    const gateway = gatewayName(field(message, 'gw_mac')) ?? topicGateway;
    if (gateway === undefined) return unknown('the message has no gw_mac');
    return single(gateway, entryOf(message));
  },
};
