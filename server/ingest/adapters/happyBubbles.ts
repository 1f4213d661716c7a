/** happy-bubbles: one message an advertisement, everything but the RSSI as a string. Pure. */
import { advertisementEntry, ignored, NOT_JSON, OTHER_TAG, reading, single, unknown } from './entries.ts';
import { field, gatewayName, hexBytes, isFields, parseJson, text, uint16, uuidOf } from './read.ts';
import type { Adapter } from './types.ts';

const FOUR_HEX = /^[0-9a-f]{4}$/i;
const HEX_BYTE = /^[0-9a-f]{2}$/i;

/** The firmware prints the two bytes as four hex digits ("0068" is 104); bridges to it write plain decimals. */
function halfOf(value: unknown): number | undefined {
  const digits = text(value);
  return digits !== undefined && FOUR_HEX.test(digits) ? Number.parseInt(digits, 16) : uint16(value);
}

/** "c5" is −59. */
function powerOf(value: unknown): number | undefined {
  const digits = text(value);
  if (digits === undefined || !HEX_BYTE.test(digits)) return undefined;
  const byte = Number.parseInt(digits, 16);
  return byte >= 0x80 ? byte - 0x100 : byte;
}

export const happyBubbles: Adapter = {
  format: 'happy-bubbles',
  title: 'happy-bubbles',
  defaultTopics: ['happy-bubbles/ble/+/ibeacon/+'],
  decode(topic, payload) {
    // happy-bubbles/ble/<host>/<kind>/<uuid or MAC>
    const [host, kind, end] = topic.split('/').slice(-3);
    const message = parseJson(payload);
    const gateway = (isFields(message) ? gatewayName(field(message, 'hostname')) : undefined) ?? gatewayName(host);
    if (!isFields(message)) return unknown(NOT_JSON, gateway);
    if (gateway === undefined) return unknown('neither the message nor the topic names a host');
    const heard = { rssi: field(message, 'rssi') };
    const type = text(field(message, 'beacon_type')) ?? kind;
    if (type === 'raw') return single(gateway, advertisementEntry([hexBytes(field(message, 'data'))], heard));
    if (type !== 'ibeacon') return ignored(OTHER_TAG, gateway);
    const uuid = uuidOf(field(message, 'uuid')) ?? uuidOf(end);
    const major = halfOf(field(message, 'major'));
    const minor = halfOf(field(message, 'minor'));
    if (uuid === undefined || major === undefined || minor === undefined)
      return unknown('an iBeacon whose uuid, major or minor is missing or out of range', gateway);
    return single(gateway, reading({ uuid, major, minor, power: powerOf(field(message, 'tx_power')) }, heard));
  },
};
