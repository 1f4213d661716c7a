/**
 * room-assistant: every instance of the cluster publishes the whole entity, with the last value of every instance.
 * What changed stands in `diff`, when in `distances`; what is merely repeated is marked so. Pure.
 */
import type { Entry } from './entries.ts';
import { aliasOf, ignored, NOT_JSON, OTHER_TAG, reading, several, unknown } from './entries.ts';
import type { Fields } from './read.ts';
import { field, fieldsOf, gatewayName, isFields, isMac, parseJson, text, textOf, uint16, uuidOf } from './read.ts';
import { dateTime } from './times.ts';
import type { Adapter, AdapterOptions, Alias, Decoded } from './types.ts';

const SENSOR = 'bluetooth-low-energy-presence-sensor';
const BEACON_ID = /^ble-([0-9a-f]{32})-(\d{1,5})-(\d{1,5})$/i;
const PREFIX = /^ble-/;
/** More instances than any cluster of theirs. */
const MAX_INSTANCES = 256;

function identityOf(id: string, { aliases }: AdapterOptions): Alias | undefined {
  const alias = aliasOf(aliases, id) ?? aliasOf(aliases, id.replace(PREFIX, ''));
  if (alias) return alias;
  const parts = BEACON_ID.exec(id);
  const uuid = uuidOf(parts?.[1]);
  const major = uint16(parts?.[2]);
  const minor = uint16(parts?.[3]);
  return uuid === undefined || major === undefined || minor === undefined ? undefined : { uuid, major, minor };
}

const VALUE_PATH = /^[/.]?measuredValues[/.]([^/]+)/;

/** The instances whose value is new in this message, if it tells; a refresh has no diff, other diffs no values. */
function changedInstances(diff: unknown): Set<string> | undefined {
  if (!Array.isArray(diff)) return undefined;
  const names = diff
    .slice(0, MAX_INSTANCES)
    .map((change) => VALUE_PATH.exec(text(field(fieldsOf(change), 'path')) ?? '')?.[1])
    .filter((name) => name !== undefined);
  return names.length > 0 ? new Set(names) : undefined;
}

function values(identity: Alias, entity: Fields, diff: unknown): Decoded {
  const measured = field(entity, 'measuredValues');
  if (!isFields(measured)) return unknown('the entity has no measuredValues');
  const distances = fieldsOf(field(entity, 'distances'));
  const changed = changedInstances(diff);
  const entries: { gateway: string; entry: Entry }[] = [];
  for (const [instance, value] of Object.entries(measured).slice(0, MAX_INSTANCES)) {
    if (changed && !changed.has(instance)) continue;
    const distance = fieldsOf(field(distances, instance));
    // The last value stays in the entity for as long as it lives, long after the beacon went.
    if (field(distance, 'outOfRange') === true) continue;
    const gateway = gatewayName(instance);
    if (gateway === undefined) continue;
    const { rssi, power } = { rssi: field(fieldsOf(value), 'rssi'), power: field(fieldsOf(value), 'measuredPower') };
    const atMs = dateTime(field(distance, 'lastUpdatedAt'));
    const entry = reading({ ...identity, power }, { rssi, atMs, smoothed: true, restated: true });
    entries.push({ gateway, entry });
  }
  // A value that is merely repeated shows no radio alive, so there are no empty hearings here.
  const told = entries.filter(({ entry }) => !('ignored' in entry));
  return told.length > 0 ? several(told) : ignored('no instance has a value in range of a beacon that counts');
}

export const roomAssistant: Adapter = {
  format: 'room-assistant',
  title: 'room-assistant',
  defaultTopics: [`room-assistant/entity/+/${SENSOR}/+`, 'room-assistant/status/+'],
  decode(topic, payload, options) {
    const parts = topic.split('/');
    if (parts.at(-2) === 'status') {
      const gateway = gatewayName(parts.at(-1));
      const status = textOf(payload).trim();
      if (gateway === undefined || (status !== 'online' && status !== 'offline'))
        return unknown('the status is neither online nor offline', gateway);
      return { kind: 'status', gateway, online: status === 'online' };
    }
    const message = parseJson(payload);
    const entity = field(fieldsOf(message), 'entity');
    if (!isFields(message)) return unknown(NOT_JSON);
    if (parts.at(-2) !== SENSOR) return ignored('another kind of entity');
    if (!isFields(entity)) return unknown('the message has no entity');
    const id = text(field(entity, 'id')) ?? text(parts.at(-1)) ?? '';
    const identity = identityOf(id, options);
    if (identity) return values(identity, entity, field(message, 'diff'));
    if (isMac(id.replace(PREFIX, ''))) return ignored(OTHER_TAG);
    return unknown('the id is neither ble-<uuid>-<major>-<minor> nor in the table of aliases');
  },
};
