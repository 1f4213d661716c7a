import { describe, expect, test } from 'vitest';
import { decode, NO_ALIASES, onlyReading, SAMPLES, WATCH } from './support.ts';

const SENSOR = 'bluetooth-low-energy-presence-sensor';
const ID = 'ble-2f234454cf6d4a0fadf2f4911ba9ffa6-1-2';
const send = (message: object, instance = 'bedroom', id = ID): ReturnType<typeof decode> =>
  decode('room-assistant', `room-assistant/entity/${instance}/${SENSOR}/${id}`, message);

const ENTITY = {
  id: ID,
  distances: {
    bedroom: { lastUpdatedAt: '2021-02-28T14:17:32.605Z', distance: 9.4, outOfRange: false },
    'living-room': { lastUpdatedAt: '2021-02-28T14:17:33.141Z', distance: 3.6, outOfRange: false },
  },
  measuredValues: {
    bedroom: { rssi: -79.81192947697268, measuredPower: -59 },
    'living-room': { rssi: -70.40174705168248, measuredPower: -59 },
  },
  state: 'living-room',
};
const CHANGED = [{ path: '/measuredValues/living-room', newValue: { rssi: -70.40174705168248 } }];

describe('room-assistant', () => {
  test('the recorded entity: identity out of the id, the value under its instance, smoothed and restated', () => {
    expect(onlyReading(decode('room-assistant', SAMPLES[5]!.topic, SAMPLES[5]!.payload))).toEqual({
      gateway: 'gw1',
      reading: {
        uuid: '2f234454-cf6d-4a0f-adf2-f4911ba9ffa6',
        major: 1,
        minor: 2,
        rssiDbm: -60,
        measuredPowerDbm: -52,
        smoothed: true,
        restated: true,
      },
    });
  });

  test('a refresh tells every instance with the time of each', () => {
    const decoded = send({ entity: ENTITY, hasAuthority: true });
    expect(decoded).toMatchObject({
      kind: 'readings',
      hearings: [
        {
          gateway: 'bedroom',
          readings: [{ rssiDbm: -79.81192947697268, atMs: Date.UTC(2021, 1, 28, 14, 17, 32, 605) }],
        },
        { gateway: 'living-room', readings: [{ atMs: Date.UTC(2021, 1, 28, 14, 17, 33, 141) }] },
      ],
    });
  });

  test('an update tells only the instances whose value changed', () => {
    const decoded = send({ entity: ENTITY, diff: CHANGED, hasAuthority: false });
    expect(onlyReading(decoded).gateway).toBe('living-room');
  });

  test('every node of the cluster publishes the same: the copies are equal, whoever sends them', () => {
    const message = { entity: ENTITY, diff: CHANGED, hasAuthority: false };
    expect(send(message, 'kitchen')).toEqual(send({ ...message, hasAuthority: true }, 'living-room'));
  });

  test('an instance that is out of range keeps its last value for hours: not heard', () => {
    const distances = { ...ENTITY.distances, bedroom: { ...ENTITY.distances.bedroom, outOfRange: true } };
    expect(onlyReading(send({ entity: { ...ENTITY, distances } })).gateway).toBe('living-room');
    const gone = { 'living-room': { outOfRange: true }, bedroom: { outOfRange: true } };
    expect(send({ entity: { ...ENTITY, distances: gone } }).kind).toBe('ignored');
  });

  test('an id of their own is looked up; a MAC is another kind of tag', () => {
    const named = { entity: { ...ENTITY, id: 'ble-some-id' }, diff: CHANGED };
    expect(onlyReading(send(named)).reading).toMatchObject(WATCH);
    const topic = `room-assistant/entity/bedroom/${SENSOR}/ble-some-id`;
    expect(decode('room-assistant', topic, named, NO_ALIASES).kind).toBe('unknown');
    expect(send({ entity: { ...ENTITY, id: 'ble-d05f4b8a91c2' } }).kind).toBe('ignored');
  });

  test('an ESPresense node is never counted', () => {
    const id = 'ble-e5ca1adef007ba110000000000000000-1-2';
    expect(send({ entity: { ...ENTITY, id } }).kind).toBe('ignored');
  });

  test('one broken value among good ones is counted, not lost', () => {
    const measuredValues = { ...ENTITY.measuredValues, bedroom: { rssi: 'strong' } };
    expect(send({ entity: { ...ENTITY, measuredValues } })).toMatchObject({
      kind: 'readings',
      unreadable: { count: 1 },
    });
  });

  test('other entities are ignored, other messages unknown', () => {
    expect(decode('room-assistant', 'room-assistant/entity/a/sensor/x', { entity: {} }).kind).toBe('ignored');
    expect(send({ entity: { id: ID } }).kind).toBe('unknown');
    expect(send({}).kind).toBe('unknown');
    expect(send({ entity: { ...ENTITY, id: 'ble-2f234454cf6d4a0fadf2f4911ba9ffa6-65536-2' } }).kind).toBe('unknown');
  });

  test('an instance comes and goes', () => {
    expect(decode('room-assistant', 'room-assistant/status/bedroom', 'offline')).toEqual({
      kind: 'status',
      gateway: 'bedroom',
      online: false,
    });
  });
});
