import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { HeardBeacon } from '../../gateway/ibeacon.ts';
import { type Batch, hashUnknown, MAX_CARRIERS_PER_WINDOW, Thinning } from '../../gateway/sightings.ts';
import { MAX_PAYLOAD_BYTES, sightingsMessage } from '../../server/contract/wire.ts';
import { randomInt, seededRandom } from './support/random.ts';

const NOW = 1_780_000_000_000;
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const STRANGER = 'fda50693-a4e2-4fb1-afcf-c6eb07647825';
const KEY = 'ab'.repeat(32);
const CONFIG = { uuids: [UUID], windowMs: 1_000, heartbeatMs: 10_000 };
const COUNTING = { ...CONFIG, unknowns: { keyId: 'day-1', keyHex: KEY, untilMs: NOW + 86_400_000 } };

const heard = (over: Partial<HeardBeacon> = {}): HeardBeacon => ({
  uuid: UUID,
  major: 1,
  minor: 2,
  measuredPowerDbm: -59,
  rssiDbm: -60,
  atMs: NOW,
  ...over,
});
const message = (batch: Batch) => ({ v: 1, epoch: 1, seq: 1, ...batch });

describe('thinning', () => {
  test('gives one row per carrier and window: mean to a tenth, max, count, last heard', () => {
    const thinning = new Thinning(CONFIG);
    for (const [rssiDbm, afterMs] of [
      [-60, 10],
      [-65, 300],
      [-63, 812],
    ] as const)
      thinning.add(heard({ rssiDbm, atMs: NOW + afterMs }));
    thinning.add(heard({ minor: 3, rssiDbm: -80, atMs: NOW + 999 }));
    expect(thinning.advance(NOW + 999)).toEqual([]);
    const batches = thinning.advance(NOW + 1_000);
    expect(batches).toEqual([
      {
        fromMs: NOW,
        toMs: NOW + 1_000,
        uuids: [UUID],
        sightings: [
          [0, 1, 2, -62.7, -60, 3, -59, 812],
          [0, 1, 3, -80, -80, 1, -59, 999],
        ],
      },
    ]);
    expect(sightingsMessage.safeParse(message(batches[0]!)).success).toBe(true);
  });

  test('aligns windows to whole seconds and closes one when the next begins', () => {
    const thinning = new Thinning(CONFIG);
    thinning.add(heard({ atMs: NOW + 750 }));
    thinning.add(heard({ atMs: NOW + 1_250 }));
    const batches = thinning.advance(NOW + 2_000);
    expect(batches.map(({ fromMs, toMs }) => [fromMs - NOW, toMs - NOW])).toEqual([
      [0, 1_000],
      [1_000, 2_000],
    ]);
  });

  test('keeps carriers apart whose ids would collide as signed 32-bit numbers', () => {
    const thinning = new Thinning(CONFIG);
    thinning.add(heard({ major: 0x8000, minor: 1 }));
    thinning.add(heard({ major: 0, minor: 1 }));
    expect(thinning.advance(NOW + 1_000)[0]?.sightings).toHaveLength(2);
  });

  test.each([127, 0, -128, 21, Number.NaN])('drops an RSSI of %d, which is no measurement', (rssiDbm) => {
    const thinning = new Thinning(CONFIG);
    thinning.add(heard({ rssiDbm }));
    expect(thinning.advance(NOW + 1_000)).toEqual([]);
    expect(thinning.counters.badRssi).toBe(1);
  });

  test('sends a heartbeat for quiet time, and none sooner', () => {
    const thinning = new Thinning(CONFIG);
    const batches: Batch[] = [];
    for (let afterMs = 0; afterMs <= 25_000; afterMs += 100) batches.push(...thinning.advance(NOW + afterMs));
    expect(batches).toEqual([
      { fromMs: NOW, toMs: NOW + 10_000, uuids: [], sightings: [] },
      { fromMs: NOW + 10_000, toMs: NOW + 20_000, uuids: [], sightings: [] },
    ]);
    expect(sightingsMessage.safeParse(message(batches[0]!)).success).toBe(true);
  });

  test('claims nothing for the time in which the radio did not listen', () => {
    const thinning = new Thinning(CONFIG);
    thinning.advance(NOW);
    thinning.add(heard({ atMs: NOW + 100 }));
    expect(thinning.interrupt()).toHaveLength(1);
    const batches: Batch[] = [];
    for (let afterMs = 300_000; afterMs <= 311_000; afterMs += 1_000) batches.push(...thinning.advance(NOW + afterMs));
    expect(batches).toEqual([{ fromMs: NOW + 300_000, toMs: NOW + 310_000, uuids: [], sightings: [] }]);
  });

  test('loses nothing and claims nothing false when the clock is set back or forth', () => {
    const thinning = new Thinning(CONFIG);
    thinning.advance(NOW);
    thinning.add(heard({ atMs: NOW + 100 }));
    thinning.add(heard({ atMs: NOW - 3_600_000 }));
    thinning.add(heard({ atMs: NOW - 3_599_000 }));
    const back = thinning.advance(NOW - 3_598_000);
    expect(back.map(({ fromMs }) => fromMs - NOW)).toEqual([0, -3_600_000, -3_599_000]);
    const quiet: Batch[] = [];
    for (let afterMs = 0; afterMs <= 10_000; afterMs += 1_000)
      quiet.push(...thinning.advance(NOW - 3_598_000 + afterMs));
    expect(quiet).toHaveLength(1);
    const forth = thinning.advance(NOW + 7_200_000);
    expect(forth).toHaveLength(1);
    expect(forth[0]!.toMs - forth[0]!.fromMs).toBeLessThanOrEqual(60_000);
  });

  test('a new configuration takes effect with the next window', () => {
    const thinning = new Thinning(CONFIG);
    thinning.add(heard());
    thinning.configure({ ...CONFIG, uuids: [STRANGER] });
    thinning.add(heard({ atMs: NOW + 10 }));
    thinning.add(heard({ atMs: NOW + 1_000 }));
    thinning.add(heard({ uuid: STRANGER, atMs: NOW + 1_010 }));
    const batches = thinning.advance(NOW + 2_000);
    expect(batches.map(({ uuids }) => uuids)).toEqual([[UUID], [STRANGER]]);
    expect(thinning.counters.notAllowed).toBe(1);
  });
});

describe('unknown carriers', () => {
  test('are dropped where the site does not count them', () => {
    const thinning = new Thinning(CONFIG);
    thinning.add(heard({ uuid: STRANGER }));
    expect(thinning.advance(NOW + 1_000)).toEqual([]);
    expect(thinning.counters.notAllowed).toBe(1);
  });

  test('are hashed with HMAC-SHA-256 over uuid, major and minor in big endian', () => {
    const identity = Buffer.from(`${STRANGER.replaceAll('-', '')}8001fffe`, 'hex');
    const expected = createHmac('sha256', Buffer.from(KEY, 'hex')).update(identity).digest('hex').slice(0, 32);
    expect(hashUnknown(Buffer.from(KEY, 'hex'), { uuid: STRANGER, major: 0x8001, minor: 0xfffe })).toBe(expected);

    const thinning = new Thinning(COUNTING);
    thinning.add(heard({ uuid: STRANGER, major: 0x8001, minor: 0xfffe, rssiDbm: -70 }));
    thinning.add(heard({ uuid: STRANGER, major: 0x8001, minor: 0xfffe, rssiDbm: -71, atMs: NOW + 5 }));
    const batches = thinning.advance(NOW + 1_000);
    expect(batches).toEqual([
      {
        fromMs: NOW,
        toMs: NOW + 1_000,
        uuids: [],
        sightings: [],
        unknownKeyId: 'day-1',
        unknowns: [[expected, -70.5, -70, 2, 5]],
      },
    ]);
    expect(sightingsMessage.safeParse(message(batches[0]!)).success).toBe(true);
  });

  test('leave nothing raw: neither in batches nor in what the thinning holds', () => {
    const thinning = new Thinning(COUNTING);
    thinning.add(heard({ uuid: STRANGER, major: 4_242, minor: 31_337 }));
    const held = (value: unknown): string =>
      JSON.stringify(value, (_key, inner) => (inner instanceof Map ? [...inner] : inner));
    const everything = held(thinning) + held(thinning.advance(NOW + 1_000));
    expect(everything).toContain('unknowns');
    for (const raw of [STRANGER, STRANGER.replaceAll('-', ''), '4242', '31337']) expect(everything).not.toContain(raw);
  });

  test('are dropped from the moment at which the key ends, and the key is forgotten', () => {
    const thinning = new Thinning({ ...COUNTING, unknowns: { ...COUNTING.unknowns, untilMs: NOW + 500 } });
    thinning.add(heard({ uuid: STRANGER, atMs: NOW + 499 }));
    thinning.add(heard({ uuid: STRANGER, atMs: NOW + 500 }));
    expect(thinning.advance(NOW + 1_000)[0]?.unknowns?.[0]?.[3]).toBe(1);
    expect(JSON.stringify(thinning)).not.toContain(KEY);
  });
});

describe('a flood', () => {
  test('of 100,000 random identities stays bounded and is counted', () => {
    const seed = 7;
    const random = seededRandom(seed);
    const thinning = new Thinning(COUNTING);
    for (let i = 0; i < 100_000; i += 1)
      thinning.add(
        heard({
          uuid: i % 2 ? UUID : STRANGER,
          major: randomInt(random, 65_536),
          minor: randomInt(random, 65_536),
          rssiDbm: -90,
          atMs: NOW + Math.floor(i / 100),
        }),
      );
    const batches = thinning.advance(NOW + 1_000);
    const known = batches.flatMap(({ sightings }) => sightings);
    const unknowns = batches.flatMap((batch) => batch.unknowns ?? []);
    expect(known).toHaveLength(MAX_CARRIERS_PER_WINDOW);
    expect(unknowns).toHaveLength(MAX_CARRIERS_PER_WINDOW);
    expect(batches.map(({ more }) => more)).toEqual([...Array(9).fill(true), undefined]);
    const tallied = [...known.map((row) => row[5]), ...unknowns.map((row) => row[3])].reduce((a, b) => a + b, 0);
    expect(tallied + thinning.counters.overCapacity, `seed ${seed}`).toBe(100_000);
    for (const batch of batches) {
      const text = JSON.stringify(message(batch));
      expect(text.length).toBeLessThan(MAX_PAYLOAD_BYTES);
      expect(sightingsMessage.safeParse(JSON.parse(text)).success).toBe(true);
    }
  });

  test('over many windows leaves nothing behind', () => {
    const random = seededRandom(8);
    const thinning = new Thinning(COUNTING);
    for (let second = 0; second < 100; second += 1) {
      for (let i = 0; i < 1_000; i += 1)
        thinning.add(heard({ uuid: STRANGER, minor: randomInt(random, 65_536), atMs: NOW + second * 1_000 + i }));
      thinning.advance(NOW + second * 1_000 + 1_000);
    }
    expect(thinning.counters.adverts).toBe(100_000);
    expect(JSON.stringify(thinning).length).toBeLessThan(2_000);
  });
});
