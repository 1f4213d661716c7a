import { describe, expect, test } from 'vitest';
import { advertisement, BLUE_CHARM, decode, onlyReading, SAMPLES } from './support.ts';

const RAW = advertisement(BLUE_CHARM);
const send = (message: object): ReturnType<typeof decode> => decode('moko', 'any/topic', message);
const scan = (value: object, msg_id = 3004): ReturnType<typeof decode> =>
  send({ msg_id, device_info: { mac: '409151A65C96' }, data: [msg_id === 3004 ? { type: 0, value } : value] });
const VALUE = { timestamp: '2021-01-01&17:10:16+08', mac: 'f95bc0ec4e56', rssi: -53 };
const AT_MS = Date.UTC(2021, 0, 1, 9, 10, 16);

describe('MOKO', () => {
  test('3004: the date is of the zone it names', () => {
    expect(onlyReading(decode('moko', SAMPLES[7]!.topic, SAMPLES[7]!.payload))).toEqual({
      gateway: '409151a65c96',
      reading: {
        uuid: '426c7565-4368-6172-6d42-6561636f6e73',
        major: 3838,
        minor: 4949,
        rssiDbm: -53,
        measuredPowerDbm: -59,
        atMs: AT_MS,
        smoothed: false,
      },
    });
  });

  test.each([
    ['2021-01-01&17:10:16+08', AT_MS],
    ['2021-01-01&09:10:16+00', AT_MS],
    ['2021-01-01&04:10:16-05', AT_MS],
    ['2021-01-01&14:40:16+0530', AT_MS],
    ['2021-01-01&14:40:16+05:30', AT_MS],
    ['2021-01-01&09:10:16', AT_MS],
    ['2021-01-01&25:10:16+08', undefined],
    ['2021-13-01&17:10:16+08', undefined],
    ['2021-01-01&17:10:16+99', undefined],
    ['yesterday', undefined],
  ])('the time %s', (timestamp, atMs) => {
    expect(onlyReading(scan({ ...VALUE, timestamp, raw: RAW })).reading.atMs).toBe(atMs);
  });

  test.each(['raw', 'raw data', 'raw_data'])('the advertisement stands in %j', (name) => {
    expect(onlyReading(scan({ ...VALUE, [name]: RAW.toUpperCase() })).reading).toMatchObject({ major: 3838 });
  });

  test('3070: Unix seconds, advertisement and scan response apart', () => {
    expect(onlyReading(decode('moko', SAMPLES[8]!.topic, SAMPLES[8]!.payload)).reading).toMatchObject({
      atMs: 1_609_492_216_000,
      major: 3838,
      minor: 4949,
    });
    const response = { timestamp: 1_609_492_216, rssi: -53, adv_data: '020106', rsp_data: RAW };
    expect(onlyReading(scan(response, 3070)).reading).toMatchObject({ major: 3838 });
    expect(onlyReading(scan({ ...response, timestamp: 1_609_492_216_123 }, 3070)).reading.atMs).toBe(1_609_492_216_123);
  });

  test('an iBeacon that the gateway decoded itself, without the raw bytes', () => {
    const decoded = { ...VALUE, uuid: 'E2C56DB5DFFB48D2B060D0F5A71096E0', major: 40_000, minor: 2, rssi_1m: -61 };
    expect(onlyReading(scan(decoded)).reading).toMatchObject({ major: 40_000, minor: 2, measuredPowerDbm: -61 });
    expect(scan({ ...decoded, major: 70_000 }).kind).toBe('unknown');
  });

  test('other tags, an empty scan: the gateway lives', () => {
    const quiet = { kind: 'readings', hearings: [{ gateway: '409151a65c96', readings: [] }] };
    expect(send({ msg_id: 3004, device_info: { mac: '409151A65C96' }, data: [] })).toEqual(quiet);
    expect(scan({ ...VALUE, raw: '0201060303aafe' })).toEqual(quiet);
    expect(scan(VALUE)).toEqual(quiet);
  });

  test('net_state is a status; other messages are not of the radio', () => {
    const told = (net_state: unknown): unknown =>
      send({ msg_id: 3003, device_info: { device_id: '409151a65c96' }, data: { net_state } });
    expect(told('online')).toEqual({ kind: 'status', gateway: '409151a65c96', online: true });
    expect(told('offline')).toMatchObject({ online: false });
    expect(told('half')).toMatchObject({ kind: 'unknown' });
    expect(send({ msg_id: 2001, device_info: { mac: '409151A65C96' }, data: {} })).toMatchObject({ kind: 'ignored' });
  });

  test.each([
    [{ device_info: { mac: '409151A65C96' }, data: [] }],
    [{ msg_id: 3004, data: [] }],
    [{ msg_id: 3004, device_info: { mac: '409151A65C96' }, data: {} }],
  ])('unknown: %j', (message) => {
    expect(send(message).kind).toBe('unknown');
  });
});
