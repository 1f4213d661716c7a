/** What is kept of a payload that nobody can read: what it looked like, and no one's identifier. */
import { describe, expect, test } from 'vitest';
import { FleetTally } from '../../../server/fleets/fleetTally.ts';
import { gatewayIdOf, longGatewayIdOf } from '../../../server/fleets/gatewayIds.ts';
import {
  MAX_SAMPLE_CHARS,
  maskForeignTopic,
  maskPayload,
  maskReason,
  maskTopic,
} from '../../../server/fleets/masks.ts';

const SECRETS = [
  '58b1294494d3',
  '60:87:57:4C:9B:C2',
  'AC233FC03641',
  '1de4b189115e45f6b44e509352269977',
  'f7826da6-4fa2-4e98-8024-bc5b71e0893e',
  "Darrell's Watch",
  'watch:darrell',
  '4c000215426c7565436861726d426561636f6e730efe1355c5',
  'AgEGGv9MABUC94Jtpk+iTpiAJLxbceCJPgABAALF',
];

/** Each of them would tell the whole. */
const partsOf = (secret: string): string[] => {
  const parts = secret.toLowerCase().match(/[a-z0-9]{4,}|[0-9a-f]{2}:[0-9a-f]{2}/g) ?? [];
  expect(parts.length).toBeGreaterThan(0);
  return parts;
};

describe('masks', () => {
  test.each(SECRETS)('nothing of %s is left, wherever it stands', (secret) => {
    const shapes = [
      JSON.stringify({ mac: secret, devices: [{ id: secret }, [secret, -50]], deep: { deeper: { name: secret } } }),
      JSON.stringify({ [secret]: 1, tags: { [secret]: { rssi: -50 } } }),
      JSON.stringify(secret),
      `prefix ${secret} suffix, not JSON {`,
    ];
    for (const shape of shapes) {
      const masked = maskPayload(Buffer.from(shape));
      for (const part of partsOf(secret)) expect(masked.toLowerCase()).not.toContain(part);
    }
    const topic = maskTopic(`home/kitchen/BTtoMQTT/${secret}`, 'home/+/BTtoMQTT/+').toLowerCase();
    for (const part of partsOf(secret)) expect(topic).not.toContain(part);
  });

  test('numbers leave their length, names of fields and kinds of things stay', () => {
    const masked = maskPayload(
      Buffer.from('{"type":"iBeacon","major":4242,"rssi":-63.5,"rssi@1m":-59,"raw data":"0201"}'),
    );
    expect(JSON.parse(masked)).toEqual({
      type: 'iBeacon',
      major: '0000',
      rssi: '-00.0',
      'rssi@1m': '-00',
      'raw data': '0000',
    });
  });

  test('it is bounded whatever comes', () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, 'x'.repeat(9)])));
    for (const payload of [deep, wide, 'x'.repeat(60_000), 'ř'.repeat(20_000)])
      expect(maskPayload(Buffer.from(payload)).length).toBeLessThanOrEqual(MAX_SAMPLE_CHARS + 1);
    expect(maskPayload(Buffer.alloc(100_000))).toBe('100000 bytes');
    expect(maskPayload(Buffer.from([0x82, 0xa1, 0, 1, 0xff]))).toBe('5 bytes that are no text');
    expect(maskPayload(Buffer.alloc(0))).toBe('');
  });

  test('topics keep what the filter names', () => {
    expect(maskTopic('home/kitchen/BTtoMQTT/608757', 'home/+/BTtoMQTT/+')).toBe('home/xxxxxxx/BTtoMQTT/000000');
    expect(maskForeignTopic('espresense/devices/iBeacon:abc/kitchen')).toBe('espresense/xxxxxxx/xxxxxxx:xxx/xxxxxxx');
    expect(maskForeignTopic('58b1294494d3/x')).not.toContain('58b1');
    expect(maskReason('the id 58b1294494d3 is nobody’s')).toBe('the id … is nobody’s');
  });
});

test('a fleet’s reasons are bounded, each with the latest sample now and then', () => {
  const tally = new FleetTally(0);
  const shown = (atMs: number, text: string) => ({ topic: 'a/b', filter: 'a/+', payload: Buffer.from(text), atMs });
  tally.notKnown('why', shown(0, '1'));
  tally.notKnown('why', shown(5_000, '22'));
  tally.notKnown('why', shown(12_000, '333'), 7);
  expect(tally.unknown.get('why')).toEqual({ count: 9, sample: { atMs: 12_000, topic: 'a/x', payload: '"000"' } });
  for (let i = 0; i < 500; i++) {
    tally.ignore(`reason ${'x'.repeat(i)}`);
    tally.notKnown(`reason ${'x'.repeat(i)}`, shown(0, ''));
  }
  expect(tally.ignored.size).toBeLessThanOrEqual(41);
  expect(tally.unknown.size).toBeLessThanOrEqual(41);
  expect([...tally.ignored.values()].reduce((sum, count) => sum + count)).toBe(500);
});

describe('ids of gateways', () => {
  test('are ours by form, always the same, and another for each fleet and name', () => {
    const names = [
      'kitchen',
      'Kitchen',
      'kitchen ',
      'küche',
      '厨房',
      'ac233fc03641',
      'a'.repeat(64),
      '',
      '-',
      'a--b',
      'a-b',
    ];
    const ids = ['esp', 'minew'].flatMap((fleet) => names.map((name) => gatewayIdOf(fleet, name)));
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{1,32}$/);
    expect(new Set(ids).size).toBe(ids.length);
    expect(gatewayIdOf('esp', 'kitchen')).toBe(gatewayIdOf('esp', 'kitchen'));
    expect(gatewayIdOf('esp', 'kitchen')).toMatch(/^kitchen-[a-z0-9]{12}$/);
    expect(longGatewayIdOf('esp', 'kitchen')).toMatch(/^[a-z0-9]{32}$/);
  });

  test('a hundred thousand of them are all different', () => {
    const ids = new Set(Array.from({ length: 100_000 }, (_, i) => gatewayIdOf('f', `gateway ${i}`)));
    expect(ids.size).toBe(100_000);
  });
});
