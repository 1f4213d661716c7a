/** Kontakt.io's stream, forwarded to MQTT: many gateways in one message, beacons by trackingId alone. Pure. */
import type { Entry } from './entries.ts';
import { aliasOf, reading, several, unknown } from './entries.ts';
import { field, gatewayName, isFields, parseJson } from './read.ts';
import { anyTime } from './times.ts';
import type { Adapter, AdapterOptions } from './types.ts';

function entryOf(event: unknown, { aliases }: AdapterOptions): { gateway: string | undefined; entry: Entry } {
  if (!isFields(event)) return { gateway: undefined, entry: { broken: 'an element is not an object' } };
  const gateway = gatewayName(field(event, 'sourceId'));
  if (gateway === undefined) return { gateway, entry: { broken: 'an event has no sourceId' } };
  if (field(event, 'rssi') === undefined) return { gateway, entry: { ignored: 'an event without an RSSI' } };
  const beacon = aliasOf(aliases, field(event, 'trackingId'));
  if (!beacon) return { gateway, entry: { broken: 'the trackingId is not in the table of aliases' } };
  const power = field(event, 'calibratedRssi1m');
  const heard = { rssi: field(event, 'rssi'), atMs: anyTime(field(event, 'timestamp')) };
  return { gateway, entry: reading({ ...beacon, power }, heard) };
}

export const kontakt: Adapter = {
  format: 'kontakt',
  title: 'Kontakt.io',
  // The stream comes by whatever the installation forwards it with.
  defaultTopics: [],
  decode(_topic, payload, options) {
    const message = parseJson(payload);
    const content = isFields(message) ? field(message, 'content') : undefined;
    const events: unknown = Array.isArray(content) ? content : message;
    if (!Array.isArray(events) && !isFields(events)) return unknown('the payload is no JSON object or array');
    const entries = (Array.isArray(events) ? events : [events]).map((event) => entryOf(event, options));
    const nameless = entries.filter(({ gateway }) => gateway === undefined);
    const named = entries.flatMap(({ gateway, entry }) => (gateway === undefined ? [] : [{ gateway, entry }]));
    const first = nameless[0]?.entry;
    if (named.length === 0) return unknown(first && 'broken' in first ? first.broken : 'the array is empty');
    const decoded = several(named);
    if (decoded.kind !== 'readings' || !first || !('broken' in first)) return decoded;
    const { count, why } = decoded.unreadable ?? { count: 0, why: first.broken };
    return { ...decoded, unreadable: { count: count + nameless.length, why } };
  },
};
