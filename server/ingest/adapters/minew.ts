/** Minew G1 and MG gateways (JSON-LONG, JSON-RAW): an array whose first element is the gateway, timed by its clock. Pure. */
import type { Entry } from './entries.ts';
import { advertisementEntry, OTHER_TAG, reading, several, unknown } from './entries.ts';
import type { Fields } from './read.ts';
import { field, gatewayName, hexBytes, isFields, isMac, parseJson, text, uint16, uuidOf } from './read.ts';
import { anyTime } from './times.ts';
import type { Adapter } from './types.ts';

const isGateway = (element: unknown): element is Fields =>
  isFields(element) && text(field(element, 'type'))?.toLowerCase() === 'gateway';

function entryOf(element: unknown, gatewayAtMs: number | undefined): Entry {
  if (!isFields(element)) return { broken: 'an element is not an object' };
  const heard = { rssi: field(element, 'rssi'), atMs: anyTime(field(element, 'timestamp')) ?? gatewayAtMs };
  if (field(element, 'ibeaconUuid') !== undefined) {
    const uuid = uuidOf(field(element, 'ibeaconUuid'));
    const major = uint16(field(element, 'ibeaconMajor'));
    const minor = uint16(field(element, 'ibeaconMinor'));
    if (uuid === undefined || major === undefined || minor === undefined)
      return { broken: 'an iBeacon whose uuid, major or minor is missing or out of range' };
    return reading({ uuid, major, minor, power: field(element, 'ibeaconTxPower') }, heard);
  }
  const raw = field(element, 'rawData');
  if (raw === undefined || raw === '') return { ignored: OTHER_TAG };
  return advertisementEntry([hexBytes(raw)], heard);
}

/** Out of the box a gateway publishes under its own MAC: /gw/<mac>/status. */
const macOf = (topic: string): string | undefined => gatewayName(topic.split('/').findLast(isMac));

export const minew: Adapter = {
  format: 'minew',
  title: 'Minew G1, MG series',
  defaultTopics: ['/gw/+/status'],
  decode(topic, payload) {
    const message = parseJson(payload);
    if (!Array.isArray(message) && !isGateway(message)) return unknown('the payload is not a JSON array');
    const elements: unknown[] = Array.isArray(message) ? message : [message];
    const sender = elements.find(isGateway);
    const gateway = (sender && gatewayName(field(sender, 'mac'))) ?? macOf(topic);
    if (gateway === undefined) return unknown('no element of type Gateway with a mac, and no MAC in the topic');
    const gatewayAtMs = sender && anyTime(field(sender, 'timestamp'));
    const devices = elements.filter((element) => !isGateway(element));
    return several(
      devices.map((element) => ({ gateway, entry: entryOf(element, gatewayAtMs) })),
      gateway,
    );
  },
};
