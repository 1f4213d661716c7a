import { describe, expect, test } from 'vitest';
import { ALL_ONES_MINOR, advertisement, BLUE_CHARM, decode, onlyReading, SAMPLES } from './support.ts';

const TOPIC = '/gw/ac233fc03641/status';
const GATEWAY = { timestamp: '2026-02-09T00:13:53.668Z', type: 'Gateway', mac: 'AC233FC03641', gatewayFree: 89 };
const BEACON = {
  timestamp: '2026-02-09T00:13:53.667Z',
  type: 'iBeacon',
  mac: 'C3000025EF6A',
  ibeaconUuid: 'E2C56DB5DFFB48D2B060D0F5A71096E0',
  ibeaconMajor: 0,
  ibeaconMinor: 0,
  rssi: -65,
  ibeaconTxPower: -59,
};
const send = (payload: unknown, topic = TOPIC): ReturnType<typeof decode> => decode('minew', topic, payload);

describe('Minew', () => {
  test('the recorded array: upper case undashed uuid, time of the gateway', () => {
    expect(onlyReading(decode('minew', SAMPLES[6]!.topic, SAMPLES[6]!.payload))).toEqual({
      gateway: 'ac233fc03641',
      reading: {
        uuid: 'e2c56db5-dffb-48d2-b060-d0f5a71096e0',
        major: 0,
        minor: 0,
        rssiDbm: -65,
        measuredPowerDbm: -59,
        atMs: Date.UTC(2026, 1, 9, 0, 13, 53, 667),
        smoothed: false,
      },
    });
  });

  test('times come with and without ms; without one of its own, a beacon has the gateway’s', () => {
    const atMs = (timestamp: unknown): number | undefined =>
      onlyReading(send([GATEWAY, { ...BEACON, timestamp }])).reading.atMs;
    expect(atMs('2026-02-09T00:13:53Z')).toBe(Date.UTC(2026, 1, 9, 0, 13, 53));
    expect(atMs('2026-02-09T00:13:53.6Z')).toBe(Date.UTC(2026, 1, 9, 0, 13, 53, 600));
    expect(atMs('2026-02-30T99:13:53Z')).toBe(Date.UTC(2026, 1, 9, 0, 13, 53, 668));
    expect(atMs(undefined)).toBe(Date.UTC(2026, 1, 9, 0, 13, 53, 668));
  });

  test('Unknown carries its advertisement, which is decoded; JSON-RAW has no type at all', () => {
    const rawData = advertisement(BLUE_CHARM).toUpperCase();
    for (const type of ['Unknown', undefined]) {
      const decoded = send([GATEWAY, { timestamp: GATEWAY.timestamp, type, mac: 'C3000025EF6A', rssi: -65, rawData }]);
      expect(onlyReading(decoded).reading).toMatchObject({ major: 3838, minor: 4949, measuredPowerDbm: -59 });
    }
    const odd = onlyReading(send([GATEWAY, { rssi: -65, rawData: advertisement(ALL_ONES_MINOR) }])).reading;
    expect(odd).toMatchObject({ major: 100, minor: 65_535 });
    expect(odd).not.toHaveProperty('measuredPowerDbm');
  });

  test('other tags are passed over; a gateway that hears none has scanned all the same', () => {
    const others = [
      { type: 'S1', mac: 'AC233FA0B1C2', temperature: 21.4, humidity: 40.1, rssi: -70 },
      { type: 'Unknown', mac: '5A0000000001', rssi: -80, rawData: '02011A0BFF4C0010060319DEADBEEF' },
      { type: 'Unknown', mac: '5A0000000002', rssi: -80, rawData: '' },
    ];
    expect(onlyReading(send([GATEWAY, ...others, BEACON])).reading.rssiDbm).toBe(-65);
    const quiet = { kind: 'readings', hearings: [{ gateway: 'ac233fc03641', readings: [] }] };
    expect(send([GATEWAY])).toEqual(quiet);
    expect(send([GATEWAY, ...others])).toEqual(quiet);
    expect(send(GATEWAY)).toEqual(quiet);
  });

  test('without the element of the gateway its MAC stands in the topic, or the message is unknown', () => {
    expect(onlyReading(send([BEACON])).gateway).toBe('ac233fc03641');
    expect(send([BEACON], 'sur/g2/status').kind).toBe('unknown');
  });

  test('a broken element costs only itself, and is counted', () => {
    const broken = [
      { ...BEACON, ibeaconMajor: 65_536 },
      { ...BEACON, rssi: undefined },
      7,
      { rssi: -70, rawData: 'zz' },
    ];
    const decoded = send([GATEWAY, ...broken, BEACON]);
    expect(decoded).toMatchObject({ kind: 'readings', unreadable: { count: 4 } });
    expect(decoded.kind === 'readings' && decoded.hearings[0]?.readings).toHaveLength(1);
    expect(send([GATEWAY, ...broken])).toMatchObject({ kind: 'unknown', gateway: 'ac233fc03641' });
  });

  test('more than a gateway can hear is refused as a whole', () => {
    expect(send([GATEWAY, ...Array.from({ length: 4_001 }, () => BEACON)]).kind).toBe('unknown');
    expect(send([GATEWAY, ...Array.from({ length: 4_000 }, () => BEACON)]).kind).toBe('readings');
  });

  test('an ESPresense node on the wall is no visitor', () => {
    const node = { ...BEACON, ibeaconUuid: 'E5CA1ADEF007BA110000000000000000' };
    expect(send([GATEWAY, node])).toMatchObject({ hearings: [{ readings: [] }] });
  });
});
