/** ESPresense on ESP32 nodes: one message a device and node, identity in the id, RSSI filtered on the node. Pure. */
import { aliasOf, ignored, NOT_JSON, OTHER_TAG, reading, single, unknown } from './entries.ts';
import { field, fieldsOf, gatewayName, isFields, isMac, parseJson, text, textOf, uint16, uuidOf } from './read.ts';
import type { Adapter, AdapterOptions, Alias, Decoded } from './types.ts';

const IBEACON_ID = /^iBeacon:([0-9a-f-]{32,36})-(\d{1,5})-(\d{1,5})$/i;

/** What the firmware itself calls devices that are no iBeacon. An `irk:` is an enrolled phone and wants an alias. */
const OTHER_KINDS =
  /^(ad|altBeacon|apple|bestbuy|eddy|exp|fitbit|flora|garmin|itag|known|md|meater|mifit|msft|name|node|nut|query|roomba|samsung|sd|sonos|therm|tile|tractive|trackr|vanmoof):/i;

function identityOf(id: string, { aliases }: AdapterOptions): Alias | undefined {
  const alias = aliasOf(aliases, id);
  if (alias) return alias;
  const parts = IBEACON_ID.exec(id);
  const uuid = uuidOf(parts?.[1]);
  const major = uint16(parts?.[2]);
  const minor = uint16(parts?.[3]);
  return uuid === undefined || major === undefined || minor === undefined ? undefined : { uuid, major, minor };
}

function device(topicId: string, gateway: string, payload: Uint8Array, options: AdapterOptions): Decoded {
  const message = parseJson(payload);
  if (!isFields(message)) return unknown(NOT_JSON, gateway);
  const id = text(field(message, 'id')) ?? topicId;
  const identity = identityOf(id, options);
  if (!identity) {
    if (OTHER_KINDS.test(id) || isMac(id)) return ignored(OTHER_TAG, gateway);
    return unknown('the id is neither an iBeacon nor in the table of aliases', gateway);
  }
  // The node has filtered the RSSI and subtracted its own rxAdj, which makes nodes comparable: taken as it is.
  const heard = { rssi: field(message, 'rssi'), smoothed: true };
  return single(gateway, reading({ ...identity, power: field(message, 'rssi@1m') }, heard));
}

function room(gateway: string, key: string, payload: Uint8Array): Decoded {
  if (key === 'status') {
    const status = textOf(payload).trim();
    if (status === 'online' || status === 'offline') return { kind: 'status', gateway, online: status === 'online' };
    return unknown('the status is neither online nor offline', gateway);
  }
  if (key !== 'telemetry') return ignored('a setting of the node', gateway);
  const telemetry = parseJson(payload);
  if (!isFields(telemetry)) return unknown(NOT_JSON, gateway);
  const version = text(field(fieldsOf(telemetry), 'ver'));
  return { kind: 'status', gateway, online: true, ...(version ? { version } : {}) };
}

export const espresense: Adapter = {
  format: 'espresense',
  title: 'ESPresense',
  defaultTopics: ['espresense/devices/+/+', 'espresense/rooms/+/status', 'espresense/rooms/+/telemetry'],
  decode(topic, payload, options) {
    // devices/<id>/<node>, rooms/<node>/<key>, settings/<id>/config, companion/…
    const [branch, middle, last] = topic.split('/').slice(-3);
    if (branch === 'settings' || branch === 'companion') return ignored('not of a node');
    const node = gatewayName(branch === 'rooms' ? middle : last);
    if (node === undefined || middle === undefined || last === undefined)
      return unknown('the topic names no device and node');
    if (branch === 'devices') return device(middle, node, payload, options);
    if (branch === 'rooms') return room(node, last, payload);
    return unknown('the topic is neither devices/<id>/<node> nor rooms/<node>/<key>');
  },
};
