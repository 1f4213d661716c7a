import { describe, expect, test } from 'vitest';
import { adStructures, beaconOfAdvertisement, decodeIBeacon, isTrustedPower } from '../../gateway/ibeacon.ts';
import { randomBytes, randomInt, seededRandom } from './support/random.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ad = (type: string, data: string): string =>
  `${(hex(data).length + 1).toString(16).padStart(2, '0')}${type}${data.replaceAll(' ', '')}`;

const VECTORS = [
  {
    data: '4c000215426c7565436861726d426561636f6e730efe1355c5',
    uuid: '426c7565-4368-6172-6d42-6561636f6e73',
    major: 3838,
    minor: 4949,
    measuredPowerDbm: -59,
    isTrusted: true,
  },
  {
    data: '4c000215fda50693a4e24fb1afcfc6eb07647825000100021a',
    uuid: 'fda50693-a4e2-4fb1-afcf-c6eb07647825',
    major: 1,
    minor: 2,
    measuredPowerDbm: 26,
    isTrusted: false,
  },
  {
    data: '4c0002152f234454cf6d4a0fadf2f4911ba9ffa600010002cc',
    uuid: '2f234454-cf6d-4a0f-adf2-f4911ba9ffa6',
    major: 1,
    minor: 2,
    measuredPowerDbm: -52,
    isTrusted: true,
  },
  {
    data: '4c000215fda50693a4e24fb1afcfc6eb076478250064ffff1e',
    uuid: 'fda50693-a4e2-4fb1-afcf-c6eb07647825',
    major: 100,
    minor: 65535,
    measuredPowerDbm: 30,
    isTrusted: false,
  },
];

describe('iBeacon', () => {
  test.each(VECTORS)('decodes $data', ({ data, isTrusted, ...beacon }) => {
    expect(decodeIBeacon(hex(data))).toEqual(beacon);
    expect(isTrustedPower(beacon.measuredPowerDbm)).toBe(isTrusted);
  });

  test('keeps major and minor unsigned from 0x8000 on', () => {
    expect(decodeIBeacon(hex('4c000215fda50693a4e24fb1afcfc6eb076478258000ffffc5'))).toMatchObject({
      major: 0x8000,
      minor: 0xffff,
    });
  });

  test.each([-3, 0, 1, 58, 127, -101, -128])('does not trust %i dBm at 1 m', (power) => {
    expect(isTrustedPower(power)).toBe(false);
  });

  test('is undefined at every truncation', () => {
    const whole = hex(VECTORS[0]!.data);
    for (let length = 0; length < whole.length; length += 1)
      expect(decodeIBeacon(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
  });

  test.each([
    ['another company', '4d000215426c7565436861726d426561636f6e730efe1355c5'],
    ['company bytes swapped', '004c0215426c7565436861726d426561636f6e730efe1355c5'],
    ['an Apple frame of another type', '4c001005426c7565436861726d426561636f6e730efe1355c5'],
    ['a wrong inner length', '4c000214426c7565436861726d426561636f6e730efe1355c5'],
  ])('is undefined for %s', (_what, data) => {
    expect(decodeIBeacon(hex(data))).toBeUndefined();
  });

  test('reads a view into a larger buffer at its own offset', () => {
    const around = Buffer.concat([hex('ffff'), hex(VECTORS[2]!.data), hex('ffff')]);
    expect(decodeIBeacon(around.subarray(2, 27))).toMatchObject({ minor: 2, measuredPowerDbm: -52 });
  });
});

describe('advertisement', () => {
  const beacon = VECTORS[0]!.data;

  test('finds the beacon among other structures', () => {
    const advertisement = hex(ad('01', '06') + ad('ff', '99040512') + ad('ff', beacon) + ad('09', '4d61'));
    expect([...adStructures(advertisement)].map(({ type }) => type)).toEqual([0x01, 0xff, 0xff, 0x09]);
    expect(beaconOfAdvertisement(advertisement)).toMatchObject({ major: 3838, minor: 4949 });
  });

  test('stops at padding and at a truncated structure without throwing', () => {
    expect([...adStructures(hex(`${ad('01', '06')}0000${ad('ff', beacon)}`))]).toHaveLength(1);
    expect(beaconOfAdvertisement(hex(`${ad('01', '06')}1aff4c0002`))).toBeUndefined();
    expect(beaconOfAdvertisement(hex('1a'))).toBeUndefined();
    expect(beaconOfAdvertisement(hex(''))).toBeUndefined();
  });

  test('any bytes give a beacon with values in range, or undefined', () => {
    const seed = 20_260_101;
    const random = seededRandom(seed);
    const whole = hex(ad('01', '06') + ad('ff', beacon));
    let decoded = 0;
    for (let i = 0; i < 20_000; i += 1) {
      // Half of them noise, half of them good frames with a few bytes broken or cut.
      let bytes = randomBytes(random, randomInt(random, 40));
      if (i % 2 === 0) {
        bytes = Buffer.from(whole.subarray(0, whole.length - randomInt(random, 3)));
        for (let k = randomInt(random, 3); k > 0; k -= 1)
          bytes[randomInt(random, bytes.length)] = randomInt(random, 256);
      }
      const found = beaconOfAdvertisement(bytes);
      if (!found) continue;
      decoded += 1;
      expect(found.uuid, `seed ${seed}, round ${i}`).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(found.major).toBeGreaterThanOrEqual(0);
      expect(found.minor).toBeLessThanOrEqual(0xffff);
      expect(Math.abs(found.measuredPowerDbm)).toBeLessThanOrEqual(128);
    }
    expect(decoded).toBeGreaterThan(1_000);
  });
});
