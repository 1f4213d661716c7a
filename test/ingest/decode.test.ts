import { expect, test } from 'vitest';
import { sightingsMessage } from '../../server/contract/wire.ts';
import { decodeSightings, isSightingsMessage } from '../../server/ingest/decode.ts';
import { seededRandom } from '../support/random.ts';

const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function valid(random: () => number): Record<string, unknown> {
  const integer = (below: number) => Math.floor(random() * below);
  const fromMs = 1.7e12 + integer(1e9);
  const message: Record<string, unknown> = {
    v: 1,
    epoch: integer(5),
    seq: integer(1000),
    fromMs,
    toMs: fromMs + integer(60_001),
    uuids: [UUID, UUID.replaceAll('f', 'a')].slice(0, 1 + integer(2)),
    sightings: [],
  };
  message.sightings = Array.from({ length: integer(4) }, () => [
    integer((message.uuids as string[]).length),
    integer(0x10000),
    integer(0x10000),
    -127 + random() * 147,
    -integer(100),
    1 + integer(0xffff),
    -integer(128),
    integer(60_001),
  ]);
  if (random() < 0.4) {
    message.unknownKeyId = '2024-03-04-ab12cd34';
    message.unknowns = Array.from({ length: integer(3) }, () => ['0123456789abcdef'.repeat(2), -60.5, -58, 3, 12]);
  }
  if (random() < 0.2) message.more = random() < 0.5;
  return message;
}

const HOSTILE: unknown[] = [
  null,
  undefined,
  true,
  false,
  '',
  '1',
  'x',
  [],
  {},
  [[]],
  -1,
  -0,
  0,
  1,
  2,
  0.5,
  -0.5,
  255,
  256,
  65_535,
  65_536,
  1e21,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 32,
  2 ** 32 - 1,
  8.64e15,
  8.64e15 + 2,
  -127,
  -127.1,
  20,
  20.1,
  -128,
  -129,
  127,
  128,
  60_000,
  60_001,
  4_000,
  UUID,
  UUID.toUpperCase(),
  `${UUID} `,
  'a'.repeat(33),
  '0123456789abcdef'.repeat(2),
  Number.NaN,
  Number.POSITIVE_INFINITY,
]; // prettier-ignore

test('the hand-made check gives the verdict of the schema, whatever is done to a message', () => {
  const seed = 20_240_304;
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  let accepted = 0;
  let refused = 0;
  for (let i = 0; i < 30_000; i++) {
    const message = valid(random);
    const changes = Math.floor(random() * 3);
    for (let k = 0; k < changes; k++) {
      const path = random();
      const rows = message[pick(['sightings', 'unknowns', 'uuids'])];
      if (path < 0.4)
        message[pick([...Object.keys(message), 'extra', 'unknowns', 'unknownKeyId', 'more'])] = pick(HOSTILE);
      else if (path < 0.5) delete message[pick(Object.keys(message))];
      else if (Array.isArray(rows) && rows.length > 0) {
        const at = Math.floor(random() * rows.length);
        const row: unknown = rows[at];
        if (Array.isArray(row) && random() < 0.8) {
          if (random() < 0.15) row.push(1);
          else if (random() < 0.1) row.pop();
          else row[Math.floor(random() * row.length)] = pick(HOSTILE);
        } else rows[at] = pick(HOSTILE);
      }
    }
    const expected = sightingsMessage.safeParse(message).success;
    if (isSightingsMessage(message) !== expected)
      throw new Error(`seed ${seed}, case ${i}: the schema says ${expected} to ${JSON.stringify(message)}`);
    if (expected) accepted++;
    else refused++;
  }
  expect(accepted).toBeGreaterThan(5_000);
  expect(refused).toBeGreaterThan(5_000);
});

test('a sparse or oversized list is refused like by the schema', () => {
  const message = { ...valid(seededRandom(1)), uuids: [UUID] };
  const row = [0, 1, 2, -60, -58, 3, -59, 12];
  for (const sightings of [
    Array.from({ length: 4_000 }, () => row),
    Array.from({ length: 4_001 }, () => row),
    new Array(2),
  ])
    expect(isSightingsMessage({ ...message, sightings })).toBe(
      sightingsMessage.safeParse({ ...message, sightings }).success,
    );
});

test('a refusal names the field and what would be right, and quotes nothing that was sent', () => {
  const message = valid(seededRandom(3));
  const secret = 'de305d54-75b4-431b-adb2-eb6b9e546014-secret';
  const wrong = decodeSightings(bytes({ ...message, uuids: [secret] }));
  expect(wrong).toMatchObject({ ok: false, reason: 'schema', epoch: message.epoch, seq: message.seq });
  expect(JSON.stringify(wrong)).toContain('uuids.0');
  expect(JSON.stringify(wrong)).not.toContain('secret');
  const torn = decodeSightings(bytes(`{"v":1,"uuids":["${secret}`));
  expect(torn).toMatchObject({ ok: false, reason: 'not-json' });
  expect(JSON.stringify(torn)).not.toContain('secret');
  expect(
    decodeSightings(bytes({ ...message, sightings: [], toMs: (message.fromMs as number) + 60_001 })),
  ).toMatchObject({
    ok: false,
    reason: 'span',
  });
});
