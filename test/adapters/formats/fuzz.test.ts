/** Whatever arrives: no throw, no reading out of range, no identifier in a reason. */
import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { UUID_PATTERN } from '../../../server/contract/wire.ts';
import { ADAPTERS } from '../../../server/ingest/adapters/index.ts';
import type { Decoded, ForeignReading } from '../../../server/ingest/adapters/types.ts';
import { FORMATS, MAX_READINGS } from '../../../server/ingest/adapters/types.ts';
import { seededRandom } from '../../support/random.ts';
import { bytes, NO_ALIASES, OPTIONS, SAMPLES } from './support.ts';

const MUTATIONS_EACH = 1_500;
const SEED = 20_261_122;

function faultOf(reading: ForeignReading): string | undefined {
  const { uuid, major, minor, rssiDbm, measuredPowerDbm, atMs, uptimeMs } = reading;
  if (!UUID_PATTERN.test(uuid)) return 'uuid';
  if (![major, minor].every((half) => Number.isInteger(half) && half >= 0 && half <= 0xffff)) return 'major or minor';
  if (!(rssiDbm >= -127 && rssiDbm <= 20)) return 'RSSI';
  if (
    measuredPowerDbm !== undefined &&
    !(Number.isInteger(measuredPowerDbm) && measuredPowerDbm >= -100 && measuredPowerDbm <= -20)
  )
    return 'measured power';
  if ([atMs, uptimeMs].some((ms) => ms !== undefined && !(Number.isSafeInteger(ms) && ms >= 0))) return 'time';
  return undefined;
}

/** Of gateways, people and devices in the samples. */
const NAMES = /darrell|watch:|kitchen|office|bedroom|living-room|OMG_hall|shellyblu|gw1|[0-9a-f]{2}(:[0-9a-f]{2}){5}/i;

/** Reasons are fixed sentences; a digit is only in what a format is called or limited to. */
const NUMBERS_IN_REASONS = new Set(['-127', '20', '4000', '1', '2']);

function faultIn(decoded: Decoded): string | undefined {
  if (decoded.kind === 'readings') {
    const readings = decoded.hearings.flatMap((hearing) => hearing.readings);
    if (readings.length > MAX_READINGS) return 'too many readings';
    if (decoded.hearings.some(({ gateway }) => gateway.length === 0 || gateway.length > 64)) return 'gateway';
    if (decoded.unreadable && decoded.unreadable.count < 1) return 'unreadable';
    for (const reading of readings) {
      const fault = faultOf(reading);
      if (fault) return fault;
    }
  }
  const why =
    decoded.kind === 'readings' ? (decoded.unreadable?.why ?? 'none') : 'why' in decoded ? decoded.why : 'none';
  if (why.length === 0) return 'no reason';
  if (NAMES.test(why)) return `name in “${why}”`;
  if ((why.match(/-?\d+/g) ?? []).some((digits) => !NUMBERS_IN_REASONS.has(digits))) return `identifier in “${why}”`;
  return undefined;
}

/** Values that a firmware's bug or an attacker puts in a field's place. */
const ODDITIES = [
  'null',
  'true',
  '-1',
  '0',
  '65535',
  '65536',
  '1e999',
  '1e-9',
  '-0',
  '""',
  '"NaN"',
  '{}',
  '[]',
  '[[[]]]',
  '"\\u0000"',
  '9007199254740993',
  '-128',
  '21',
  '"0x10"',
  '{"__proto__":{"rssi":-1}}',
  '"iBeacon:e5ca1ade-f007-ba11-0-0"',
];

function mutated(sample: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * (sample.length + 1));
  const text = Buffer.from(sample).toString('latin1');
  const pick = Math.floor(random() * 6);
  if (pick === 0) return sample.subarray(0, at);
  if (pick === 1) return Buffer.concat([sample.subarray(0, at), sample.subarray(Math.min(sample.length, at + 3))]);
  if (pick === 2) {
    const changed = Buffer.from(sample);
    for (let i = 0; i < 3; i++) changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
    return changed;
  }
  if (pick === 3) {
    const digits = [...text.matchAll(/\d/g)].map((match) => match.index);
    const chosen = digits[Math.floor(random() * digits.length)] ?? 0;
    return Buffer.from(text.slice(0, chosen) + Math.floor(random() * 10) + text.slice(chosen + 1), 'latin1');
  }
  if (pick === 4) {
    const values = [...text.matchAll(/:\s*("[^"]*"|-?[\d.]+|\[\]|true|false)/g)];
    const chosen = values[Math.floor(random() * values.length)];
    if (!chosen) return sample.subarray(at);
    const oddity = ODDITIES[Math.floor(random() * ODDITIES.length)]!;
    return Buffer.from(
      `${text.slice(0, chosen.index)}:${oddity}${text.slice(chosen.index + chosen[0].length)}`,
      'latin1',
    );
  }
  return Buffer.concat([sample.subarray(at), sample.subarray(0, at)]);
}

describe('all formats', () => {
  test('every format has its decoder under its own name, and a sample', () => {
    for (const format of FORMATS) {
      expect(ADAPTERS[format].format).toBe(format);
      expect(SAMPLES.some((sample) => sample.format === format)).toBe(true);
    }
  });

  test.each(SAMPLES.map((sample, i) => ({ ...sample, i })))(
    '$format, sample $i: read as it is, and nothing bad in any truncation or mutation of it',
    ({ format, topic, payload, i }) => {
      const whole = bytes(payload);
      expect(['readings', 'status']).toContain(ADAPTERS[format].decode(topic, whole, OPTIONS).kind);
      const random = seededRandom(SEED + i);
      const inputs = [
        ...Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length)),
        ...Array.from({ length: MUTATIONS_EACH }, () => mutated(whole, random)),
      ];
      const faults = inputs.flatMap((input) =>
        [OPTIONS, NO_ALIASES].flatMap((options) => {
          const fault = faultIn(ADAPTERS[format].decode(topic, input, options));
          return fault ? [{ fault, input: Buffer.from(input).toString('latin1') }] : [];
        }),
      );
      expect(faults).toEqual([]);
      const kinds = new Set(inputs.map((input) => ADAPTERS[format].decode(topic, input, OPTIONS).kind));
      // The fuzz reaches what reads as well as what refuses.
      expect([...kinds]).toEqual(
        expect.arrayContaining(['unknown', format === 'espresense' && i === 2 ? 'status' : 'readings']),
      );
    },
  );

  test('every message at every other decoder and at topics of no shape', () => {
    const topics = [
      '',
      '/',
      '//',
      'a',
      'home/presence',
      'a/b/c/d/e/f',
      'devices',
      'x/online',
      '\u0000/\u0000',
      'é'.repeat(3_000),
    ];
    for (const adapter of Object.values(ADAPTERS))
      for (const sample of SAMPLES)
        for (const topic of [sample.topic, ...topics]) {
          const fault = faultIn(adapter.decode(topic, bytes(sample.payload), OPTIONS));
          expect([adapter.format, topic, fault]).toEqual([adapter.format, topic, undefined]);
        }
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a megabyte and more', Buffer.alloc(1_100_000, 0x20)],
    ['a hundred thousand brackets', Buffer.from('['.repeat(100_000))],
    ['null', Buffer.from('null')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80])],
    ['a byte-order mark alone', Buffer.from([0xef, 0xbb, 0xbf])],
  ])('%s is unknown to every decoder', (_what, payload) => {
    for (const { format, topic } of SAMPLES) {
      const decoded = ADAPTERS[format].decode(topic, payload, OPTIONS);
      expect([format, decoded.kind, faultIn(decoded)]).toEqual([format, 'unknown', undefined]);
    }
  });

  test('a byte-order mark before JSON is passed over', () => {
    const { format, topic, payload } = SAMPLES[0]!;
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(payload)]);
    expect(ADAPTERS[format].decode(topic, marked, OPTIONS).kind).toBe('readings');
  });
});
