import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { unpack } from '../../../server/ingest/adapters/messagePack.ts';
import { APRIL_BROTHER_DEVICE, decode, onlyReading, pack, SAMPLES } from './support.ts';

const DEVICE = Buffer.from(APRIL_BROTHER_DEVICE, 'hex');
const report = (fields: object): ReturnType<typeof decode> =>
  decode('april-brother', 'april/gw', pack({ v: '1.5.3', mid: 1, time: 86_400, mac: 'B0B21CA7F3C4', ...fields }));
const READING = {
  uuid: 'eb6d4696-24be-4663-b152-30d46b0e9cc9',
  major: 13,
  minor: 42,
  rssiDbm: -50,
  measuredPowerDbm: -64,
  uptimeMs: 86_400_000,
  smoothed: false,
};

describe('April Brother', () => {
  test('the recorded device: RSSI is the byte less 256, the time is since boot', () => {
    const { topic, payload } = SAMPLES[9]!;
    expect(onlyReading(decode('april-brother', topic, payload))).toEqual({ gateway: 'b0b21ca7f3c4', reading: READING });
  });

  test('the device of the manual', () => {
    const device = Buffer.from('00123b6a1a64cfaa0201061aff4c000215b5b182c7eab14988aa99b5c1517008d90001cf64c5', 'hex');
    expect(onlyReading(report({ devices: [device] })).reading).toMatchObject({
      uuid: 'b5b182c7-eab1-4988-aa99-b5c1517008d9',
      major: 1,
      minor: 0xcf64,
      rssiDbm: -86,
    });
  });

  test('devices packed as text instead of bytes, and the same as JSON with hex', () => {
    const asText = Buffer.concat([
      Buffer.from([0x83]),
      pack('time'),
      pack(86_400),
      pack('mac'),
      pack('B0B21CA7F3C4'),
      pack('devices'),
      Buffer.from([0x91, 0xd9, DEVICE.length]),
      DEVICE,
    ]);
    expect(onlyReading(decode('april-brother', 't', asText)).reading).toEqual(READING);
    const json = { time: 86_400, mac: 'B0B21CA7F3C4', devices: [APRIL_BROTHER_DEVICE] };
    expect(onlyReading(decode('april-brother', 't', json))).toEqual({ gateway: 'b0b21ca7f3c4', reading: READING });
  });

  test('other tags and an empty scan are a sign of life; a device cut off is counted', () => {
    expect(report({ devices: [] })).toEqual({
      kind: 'readings',
      hearings: [{ gateway: 'b0b21ca7f3c4', readings: [] }],
    });
    const other = Buffer.concat([DEVICE.subarray(0, 8), Buffer.from('0201060303aafe', 'hex')]);
    expect(report({ devices: [other] })).toMatchObject({ hearings: [{ readings: [] }] });
    expect(report({ devices: [DEVICE, DEVICE.subarray(0, 7), 'x', 7] })).toMatchObject({ unreadable: { count: 3 } });
  });

  test('without a mac or devices it is unknown; without a time it has none', () => {
    expect(report({ mac: null, devices: [] }).kind).toBe('unknown');
    expect(report({ devices: 'none' }).kind).toBe('unknown');
    expect(onlyReading(report({ time: -1, devices: [DEVICE] })).reading).not.toHaveProperty('uptimeMs');
  });
});

describe('MessagePack', () => {
  test.each([
    ['c0', null],
    ['c3', true],
    ['7f', 127],
    ['ff', -1],
    ['ccff', 255],
    ['cdffff', 65_535],
    ['ceffffffff', 0xffffffff],
    ['cf0000000100000000', 0x100000000],
    ['d080', -128],
    ['d18000', -32_768],
    ['d2ffffffff', -1],
    ['d3ffffffffffffffff', -1],
    ['ca3fc00000', 1.5],
    ['cb3ff8000000000000', 1.5],
    ['93010203', [1, 2, 3]],
  ])('%s', (hex, value) => {
    expect(unpack(Buffer.from(hex, 'hex'))).toEqual(value);
  });

  test.each([
    ['nothing', ''],
    ['bytes behind the value', '0101'],
    ['an array that claims four thousand million', 'ddffffffff01'],
    ['a map that claims the same', 'dfffffffff'],
    ['bytes that claim more than there are', 'c6ffffffff00'],
    ['a key that is no text', '810102'],
    ['the unused tag', 'c1'],
    ['an extension', 'd40100'],
    ['a thousand arrays in each other', `${'91'.repeat(1_000)}01`],
  ])('%s is not read', (_what, hex) => {
    expect(unpack(Buffer.from(hex, 'hex'))).toBeUndefined();
  });
});
