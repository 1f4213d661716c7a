/** OpenMQTTGateway and Theengs gateway: one message an advertisement, the gateway's name only in the topic. Pure. */
import { ignored, manufacturerEntry, NOT_JSON, OTHER_TAG, reading, single, unknown } from './entries.ts';
import type { Fields } from './read.ts';
import { field, fieldsOf, gatewayName, hexBytes, isFields, parseJson, text, textOf, uint16, uuidOf } from './read.ts';
import type { Adapter, Decoded } from './types.ts';

const DEVICES = 'BTtoMQTT';
/** `home/presence/<gw>`, `home/home_presence/<gw>` of older firmware, `home/TheengsGateway/presence`. */
const PRESENCE = /^(home_)?presence$/;

/** With presenceUseBeaconUuid the id is the uuid, with pubBeaconUuidForTopic the topic ends in it. */
function beaconUuid(message: Fields, topicEnd: string | undefined): string | undefined {
  return uuidOf(field(message, 'uuid')) ?? uuidOf(field(message, 'id')) ?? uuidOf(topicEnd);
}

function device(gateway: string, topicEnd: string | undefined, payload: Uint8Array): Decoded {
  const message = parseJson(payload);
  if (!isFields(message)) return unknown(NOT_JSON, gateway);
  const rssi = field(message, 'rssi');
  if (field(message, 'state') !== undefined && rssi === undefined)
    return ignored('a device that the gateway has not heard for a while', gateway);
  const uuid = beaconUuid(message, topicEnd);
  const major = uint16(field(message, 'major'));
  const minor = uint16(field(message, 'minor'));
  if (uuid !== undefined && major !== undefined && minor !== undefined) {
    // A declared power of 0 dBm or more is left out and appears as `volt`, a tenth of it: no RSSI at 1 m, so not read.
    const power = field(message, 'txpower') ?? field(message, 'power');
    return single(gateway, reading({ uuid, major, minor, power }, { rssi }));
  }
  const manufacturerData = field(message, 'manufacturerdata');
  if (manufacturerData !== undefined) {
    const bytes = hexBytes(manufacturerData);
    return bytes
      ? single(gateway, manufacturerEntry(bytes, { rssi }))
      : unknown('manufacturerdata is not hexadecimal', gateway);
  }
  if (text(field(message, 'model_id'))?.toUpperCase() === 'IBEACON' || field(message, 'uuid') !== undefined)
    return unknown('an iBeacon whose uuid, major or minor is missing or out of range', gateway);
  return ignored(field(message, 'id') === undefined ? 'not of a device' : OTHER_TAG, gateway);
}

/** `online`, `offline`; Theengs gateways once wrote 1 and 0, newer firmware {"state":"online"}. */
function lastWill(gateway: string, payload: Uint8Array): Decoded {
  const plain = textOf(payload).trim();
  const state = text(field(fieldsOf(parseJson(payload)), 'state')) ?? plain;
  if (state === 'online' || state === '1') return { kind: 'status', gateway, online: true };
  if (state === 'offline' || state === '0') return { kind: 'status', gateway, online: false };
  return unknown('the last will is neither online nor offline', gateway);
}

function system(gateway: string, payload: Uint8Array): Decoded {
  const message = parseJson(payload);
  if (!isFields(message)) return unknown(NOT_JSON, gateway);
  const version = text(field(message, 'version'));
  return { kind: 'status', gateway, online: true, ...(version ? { version } : {}) };
}

export const openMqttGateway: Adapter = {
  format: 'openmqttgateway',
  title: 'OpenMQTTGateway, Theengs gateway',
  defaultTopics: [`home/+/${DEVICES}/+`, 'home/+/LWT', 'home/+/SYStoMQTT'],
  decode(topic, payload) {
    const parts = topic.split('/');
    const at = parts.lastIndexOf(DEVICES);
    if (at > 0) {
      const gateway = gatewayName(parts[at - 1]);
      if (gateway === undefined) return unknown('the topic names no gateway');
      return device(gateway, parts[at + 1], payload);
    }
    if (parts.some((part) => PRESENCE.test(part)))
      return ignored('a copy for presence of what comes under BTtoMQTT as well');
    const gateway = gatewayName(parts.at(-2));
    if (gateway !== undefined && parts.at(-1) === 'LWT') return lastWill(gateway, payload);
    if (gateway !== undefined && parts.at(-1) === 'SYStoMQTT') return system(gateway, payload);
    return unknown('the topic is not <gateway>/BTtoMQTT/<device>');
  },
};
