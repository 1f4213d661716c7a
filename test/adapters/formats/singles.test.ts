/** Ruuvi, happy-bubbles, Shelly, Kontakt. */
import { describe, expect, test } from 'vitest';
import { advertisement, BLUE_CHARM, base64, decode, NO_ALIASES, onlyReading, SAMPLES, WATCH } from './support.ts';

const RAW = advertisement(BLUE_CHARM);
const IDENTITY = { uuid: '426c7565-4368-6172-6d42-6561636f6e73', major: 3838, minor: 4949 };

describe('Ruuvi Gateway', () => {
  const TOPIC = 'ruuvi/C8:25:2D:8E:9C:2C/DD:88:00:00:37:77';
  const send = (message: object): ReturnType<typeof decode> => decode('ruuvi', TOPIC, message);
  const TAG = { gw_mac: 'C8:25:2D:8E:9C:2C', rssi: -26, aoa: [], data: RAW, coords: '' };

  test.each([
    [{ gwts: '1653668027', ts: '1653668027' }, 1_653_668_027_000],
    [{ gwts: 1653668028, ts: 1653668027 }, 1_653_668_027_000],
    [{ gwts: 1653668028 }, 1_653_668_028_000],
    [{ cnt: '1425' }, undefined],
    [{ cnt: 1425 }, undefined],
  ])('times %j', (times, atMs) => {
    const { gateway, reading } = onlyReading(send({ ...TAG, ...times }));
    expect(gateway).toBe('c8252d8e9c2c');
    expect(reading).toMatchObject({ ...IDENTITY, rssiDbm: -26, measuredPowerDbm: -59 });
    expect(reading.atMs).toBe(atMs);
  });

  test('a RuuviTag, as its default filter lets through alone, is ignored and shows that the gateway lives', () => {
    const recorded =
      '{"gw_mac":"C8:25:2D:8E:9C:2C","rssi":-26,"aoa":[],"gwts":"1653668027","ts":"1653668027","data":"0201061BFF9904050F18FFFFFFFFFFF0FFEC0414AA96A8DE8E123456789ABC","coords":""}';
    expect(decode('ruuvi', TOPIC, recorded)).toMatchObject({ kind: 'ignored', gateway: 'c8252d8e9c2c' });
  });

  test('the RSSI as a string, all tags in one object, the status of the gateway', () => {
    expect(onlyReading(send({ ...TAG, rssi: '-26' })).reading.rssiDbm).toBe(-26);
    const tags = {
      'DD:88:00:00:37:77': { rssi: -26, timestamp: '1653668027', data: RAW },
      'D4:1A:00:00:00:01': { rssi: -60, timestamp: '1653668027', data: '0201061BFF9904' },
    };
    const history = { data: { coordinates: '', timestamp: '1653668028', gw_mac: 'C8:25:2D:8E:9C:2C', tags } };
    const decoded = decode('ruuvi', 'ruuvi/history', history);
    expect(decoded).not.toHaveProperty('unreadable');
    expect(decoded).toMatchObject({
      kind: 'readings',
      hearings: [{ gateway: 'c8252d8e9c2c', readings: [{ ...IDENTITY, atMs: 1_653_668_027_000 }] }],
    });
    const status = (state: string): unknown => decode('ruuvi', 'ruuvi/C8:25:2D:8E:9C:2C/gw_status', { state });
    expect(status('offline')).toEqual({ kind: 'status', gateway: 'c8252d8e9c2c', online: false });
    expect(status('online')).toMatchObject({ online: true });
    expect(status('lost')).toMatchObject({ kind: 'unknown' });
  });

  test.each([{ data: undefined }, { data: 'xyz' }, { rssi: undefined }, { rssi: 'x' }])('unknown: %j', (wrong) => {
    expect(send({ ...TAG, ...wrong })).toMatchObject({ kind: 'unknown', gateway: 'c8252d8e9c2c' });
  });
});

describe('happy-bubbles', () => {
  const TOPIC = 'happy-bubbles/ble/living-room/ibeacon/e2c56db5dffb48d2b060d0f5a71096e0';
  const BEACON = {
    hostname: 'living-room',
    beacon_type: 'ibeacon',
    mac: 'dd6ed85b7a80',
    rssi: -92,
    uuid: 'e2c56db5dffb48d2b060d0f5a71096e0',
    major: '0068',
    minor: 'fffe',
    tx_power: 'c5',
  };
  const send = (message: object, topic = TOPIC): ReturnType<typeof decode> => decode('happy-bubbles', topic, message);

  test('strings: major and minor are the four hex digits that the firmware prints, tx_power c5 is −59', () => {
    expect(onlyReading(send(BEACON))).toEqual({
      gateway: 'living-room',
      reading: {
        uuid: 'e2c56db5-dffb-48d2-b060-d0f5a71096e0',
        major: 0x68,
        minor: 0xfffe,
        rssiDbm: -92,
        measuredPowerDbm: -59,
        smoothed: false,
      },
    });
  });

  test('a bridge that writes plain decimals or numbers is understood', () => {
    expect(onlyReading(send({ ...BEACON, major: '1', minor: '65535' })).reading).toMatchObject({
      major: 1,
      minor: 65_535,
    });
    expect(onlyReading(send({ ...BEACON, major: 3838, minor: 4949 })).reading).toMatchObject({
      major: 3838,
      minor: 4949,
    });
  });

  test.each(['1a', '3a', '00', '', 'zz', 'c5c5', '-59'])('a power of %j is left out', (tx_power) => {
    expect(onlyReading(send({ ...BEACON, tx_power })).reading).not.toHaveProperty('measuredPowerDbm');
  });

  test('host and uuid also stand in the topic; a raw message is decoded; eddystone is ignored', () => {
    const { hostname: _, uuid: __, ...bare } = BEACON;
    const { gateway, reading } = onlyReading(send(bare));
    expect([gateway, reading.uuid]).toEqual(['living-room', 'e2c56db5-dffb-48d2-b060-d0f5a71096e0']);
    const raw = { hostname: 'hall', mac: 'dd6ed85b7a80', rssi: -70, is_scan_response: '0', data: RAW };
    expect(onlyReading(send(raw, 'happy-bubbles/ble/hall/raw/dd6ed85b7a80')).reading).toMatchObject(IDENTITY);
    const eddystone = { hostname: 'hall', beacon_type: 'eddystone', rssi: -70 };
    expect(send(eddystone, 'happy-bubbles/ble/hall/eddystone/x')).toMatchObject({ kind: 'ignored', gateway: 'hall' });
  });

  test.each([{ major: '' }, { minor: '70000' }, { major: '00g1' }, { rssi: '' }, { uuid: 'x' }])(
    'unknown: %j',
    (wrong) => {
      expect(send({ ...BEACON, ...wrong }, 'happy-bubbles/ble/living-room/ibeacon/x').kind).toBe('unknown');
    },
  );
});

describe('Shelly', () => {
  const TOPIC = 'shellyblugwg3-aabbccddeeff/events/rpc';
  const send = (message: object, topic = TOPIC): ReturnType<typeof decode> => decode('shelly', topic, message);
  const scan = (adv: string, response: string): object => ({
    event: 'ble.scan_result',
    data: [2, [['AA:BB:CC:DD:EE:FF', -50, adv, response]]],
  });

  test('the recorded event, bare: the gateway stands in the topic', () => {
    expect(onlyReading(decode('shelly', TOPIC, SAMPLES[12]!.payload))).toEqual({
      gateway: 'shellyblugwg3-aabbccddeeff',
      reading: { ...IDENTITY, rssiDbm: -50, measuredPowerDbm: -59, smoothed: false },
    });
  });

  test('inside a NotifyEvent: the sender is the gateway, the event has a time', () => {
    expect(onlyReading(decode('shelly', 'mall/shelly/events/rpc', SAMPLES[13]!.payload))).toMatchObject({
      gateway: 'shellyblugwg3-aabbccddeeff',
      reading: { ...IDENTITY, rssiDbm: -97, atMs: 1_786_653_121_630 },
    });
  });

  test('a beacon in the scan response is found too; the first version of the event has one advertisement', () => {
    expect(onlyReading(send(scan('AgEG', base64(RAW)))).reading).toMatchObject(IDENTITY);
    const first = { event: 'ble.scan_result', data: [1, 'AA:BB:CC:DD:EE:FF', -61, base64(RAW), ''] };
    expect(onlyReading(send(first)).reading).toMatchObject({ ...IDENTITY, rssiDbm: -61 });
  });

  test('a script that publishes elsewhere is a gateway under its own topic', () => {
    expect(onlyReading(send(scan(base64(RAW), ''), 'mall/kitchen/ble')).gateway).toBe('mall/kitchen/ble');
    expect(onlyReading(send(scan(base64(RAW), ''), 'x/ShellyPlus1-AABBCC/ble')).gateway).toBe('shellyplus1-aabbcc');
  });

  test('several scripts under one topic are not taken for one gateway: without a sender nobody knows whose it is', () => {
    const bare = scan(base64(RAW), '');
    const shared = { ...NO_ALIASES, sharedTopic: true };
    const of = (message: object, topic: string) => decode('shelly', topic, message, shared);
    expect(of(bare, 'mall/ble')).toMatchObject({ kind: 'unknown', why: expect.stringMatching(/src/) });
    expect(onlyReading(of({ ...bare, src: 'shellyplus1-aabbcc' }, 'mall/ble')).gateway).toBe('shellyplus1-aabbcc');
    expect(onlyReading(of(bare, 'mall/shellyplus1-aabbcc')).gateway).toBe('shellyplus1-aabbcc');
  });

  test('other events are ignored, other versions and broken base64 unknown', () => {
    const event = {
      src: 'shellyplus1-aabbcc',
      method: 'NotifyEvent',
      params: { events: [{ event: 'config_changed' }] },
    };
    expect(send(event)).toMatchObject({ kind: 'ignored', gateway: 'shellyplus1-aabbcc' });
    expect(send({ event: 'ble.scan_result', data: [9, []] }).kind).toBe('unknown');
    expect(send({ event: 'ble.scan_result' }).kind).toBe('unknown');
    expect(send(scan('*', '!')).kind).toBe('unknown');
    expect(send({ event: 'ble.scan_result', data: [2, []] })).toMatchObject({ kind: 'readings' });
  });

  test('online is retained by the device', () => {
    const topic = 'shellyblugwg3-aabbccddeeff/online';
    expect(decode('shelly', topic, 'false')).toEqual({
      kind: 'status',
      gateway: 'shellyblugwg3-aabbccddeeff',
      online: false,
    });
    expect(decode('shelly', topic, 'maybe').kind).toBe('unknown');
  });
});

describe('Kontakt.io', () => {
  const EVENT = {
    companyId: 'b1e0f1c4',
    sourceId: '14:16:9d:82:6d:80',
    trackingId: 'fd:45:0a:68:25:7d',
    rssi: -77,
    timestamp: '2020-06-26T13:37:00Z',
  };
  const send = (message: unknown): ReturnType<typeof decode> => decode('kontakt', 'stream', message);
  const READING = { ...WATCH, rssiDbm: -77, atMs: Date.UTC(2020, 5, 26, 13, 37), smoothed: false };

  test('the recorded event, through the table', () => {
    expect(onlyReading(decode('kontakt', 'stream', SAMPLES[14]!.payload))).toEqual({
      gateway: '14169d826d80',
      reading: READING,
    });
    expect(onlyReading(send(EVENT)).reading).toEqual(READING);
    expect(onlyReading(send({ content: [{ ...EVENT, calibratedRssi1m: -69 }] })).reading).toEqual({
      ...READING,
      measuredPowerDbm: -69,
    });
    expect(onlyReading(send({ ...EVENT, trackingId: 'FD:45:0A:68:25:7D' })).reading).toEqual(READING);
    const upper = { aliases: new Map([['FD:45:0A:68:25:7D', WATCH]]) };
    expect(onlyReading(decode('kontakt', 'stream', EVENT, upper)).reading).toEqual(READING);
  });

  test('without a table nothing can be counted', () => {
    const decoded = decode('kontakt', 'stream', EVENT, NO_ALIASES);
    expect(decoded).toMatchObject({ kind: 'unknown', gateway: '14169d826d80' });
    expect(JSON.stringify(decoded)).not.toContain('fd:45');
  });

  test('many gateways in one message; what the table lacks is counted beside what it has', () => {
    const decoded = send([
      EVENT,
      { ...EVENT, sourceId: '12Bh000T', rssi: -60 },
      { ...EVENT, trackingId: 'ca:26:7b:8a:f1:0c' },
      { ...EVENT, sourceId: undefined },
      { ...EVENT, rssi: undefined, batteryLevel: 99 },
      7,
    ]);
    expect(decoded).toEqual({
      kind: 'readings',
      hearings: [
        { gateway: '14169d826d80', readings: [READING] },
        { gateway: '12Bh000T', readings: [{ ...READING, rssiDbm: -60 }] },
      ],
      unreadable: { count: 3, why: 'the trackingId is not in the table of aliases' },
    });
  });

  test.each([[[]], ['nonsense'], [[7]], [{ ...EVENT, sourceId: '' }]])('unknown: %j', (message) => {
    expect(send(message).kind).toBe('unknown');
  });
});
