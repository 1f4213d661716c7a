import { describe, expect, test } from 'vitest';
import { decode, NO_ALIASES, onlyReading, SAMPLES, WATCH } from './support.ts';

const ID = 'iBeacon:426c7565-4368-6172-6d42-6561636f6e73-3838-4949';
const device = (payload: object, id = ID): ReturnType<typeof decode> =>
  decode('espresense', `espresense/devices/${id}/office`, payload);

describe('ESPresense', () => {
  test('the recorded alias is looked up; its RSSI is taken as the node filtered it', () => {
    const { topic, payload } = SAMPLES[0]!;
    expect(onlyReading(decode('espresense', topic, payload))).toEqual({
      gateway: 'kitchen',
      reading: { ...WATCH, rssiDbm: -86, measuredPowerDbm: -64, smoothed: true },
    });
  });

  test('an alias that no table resolves is counted as unknown, with the node and without the alias', () => {
    const { topic, payload } = SAMPLES[0]!;
    const decoded = decode('espresense', topic, payload, NO_ALIASES);
    expect(decoded).toMatchObject({ kind: 'unknown', gateway: 'kitchen' });
    expect(JSON.stringify(decoded)).not.toMatch(/darrell|58b1294494d3/i);
  });

  test('uuid, major and minor come out of the id, with no time', () => {
    expect(onlyReading(decode('espresense', SAMPLES[1]!.topic, SAMPLES[1]!.payload))).toEqual({
      gateway: 'office',
      reading: {
        uuid: '426c7565-4368-6172-6d42-6561636f6e73',
        major: 3838,
        minor: 4949,
        rssiDbm: -81.1,
        measuredPowerDbm: -59,
        smoothed: true,
      },
    });
  });

  test('a name beside the id changes nothing, and rxAdj is not taken off a second time', () => {
    const { reading } = onlyReading(device({ id: ID, name: 'Blue tag', rssi: -71.5, rxAdj: 6, 'rssi@1m': -59 }));
    expect(reading.rssiDbm).toBe(-71.5);
  });

  test('without an id in the message the one of the topic counts; an alias in the message wins', () => {
    expect(onlyReading(device({ rssi: -70 })).reading).toMatchObject({ major: 3838, minor: 4949 });
    expect(onlyReading(device({ id: 'watch:darrell', rssi: -70 })).reading).toMatchObject(WATCH);
  });

  test.each([0x8000, 0xffff])('major %i stays unsigned', (major) => {
    const id = `iBeacon:426c7565-4368-6172-6d42-6561636f6e73-${major}-65535`;
    expect(onlyReading(device({ id, rssi: -70 })).reading).toMatchObject({ major, minor: 65_535 });
  });

  test.each(['65536-1', '1-70000', '1', '1-2-3', '-1-2'])('an id ending in %s is no iBeacon', (end) => {
    expect(device({ id: `iBeacon:426c7565-4368-6172-6d42-6561636f6e73-${end}`, rssi: -70 }).kind).toBe('unknown');
  });

  test.each(['iBeacon:e5ca1ade-f007-ba11-0000-000000000000-30-41022', 'node:kitchen'])(
    'a node hears another one (%s): never counted',
    (id) => {
      expect(device({ id, rssi: -60 }, id)).toMatchObject({ kind: 'ignored', gateway: 'office' });
    },
  );

  test.each(['apple:1005:9-12', 'tile:e7b1a2c3d4e5', 'md:0157:27', '58b1294494d3'])(
    '%s is another kind of tag',
    (id) => {
      expect(device({ id, rssi: -60 })).toMatchObject({ kind: 'ignored', gateway: 'office' });
    },
  );

  test.each([{}, { rssi: null }, { rssi: 'loud' }, { rssi: -128 }, { rssi: 127 }, { rssi: [] }])(
    'an RSSI of %j is not read',
    (wrong) => {
      expect(device({ id: ID, ...wrong })).toMatchObject({ kind: 'unknown', gateway: 'office' });
    },
  );

  test.each([-3, 26, 58, 0, -101])('a declared power of %i dBm is left out', (power) => {
    expect(onlyReading(device({ id: ID, rssi: -70, 'rssi@1m': power })).reading).not.toHaveProperty('measuredPowerDbm');
  });

  test('the last will and the telemetry tell of the node', () => {
    const status = (payload: string): unknown => decode('espresense', 'espresense/rooms/kitchen/status', payload);
    expect(status('online')).toEqual({ kind: 'status', gateway: 'kitchen', online: true });
    expect(status('offline')).toEqual({ kind: 'status', gateway: 'kitchen', online: false });
    expect(status('')).toMatchObject({ kind: 'unknown', gateway: 'kitchen' });
    expect(decode('espresense', SAMPLES[2]!.topic, SAMPLES[2]!.payload)).toEqual({
      kind: 'status',
      gateway: 'kitchen',
      online: true,
      version: 'v3.3.5',
    });
    expect(decode('espresense', 'espresense/rooms/kitchen/max_distance', '16.00')).toMatchObject({ kind: 'ignored' });
    expect(decode('espresense', 'espresense/settings/irk:abc/config', '{}')).toMatchObject({ kind: 'ignored' });
  });

  test('another root before the topic changes nothing; a topic of another shape is unknown', () => {
    const topic = `mall/north/espresense/devices/${ID}/office`;
    expect(onlyReading(decode('espresense', topic, { rssi: -70 })).gateway).toBe('office');
    expect(decode('espresense', 'espresense/devices', { rssi: -70 }).kind).toBe('unknown');
    expect(decode('espresense', '', { rssi: -70 }).kind).toBe('unknown');
  });
});
