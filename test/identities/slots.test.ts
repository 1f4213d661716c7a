/** Whose a rotating number is: the slots' tables, beside a plain map and beside the reference that apps follow. */
import { describe, expect, test } from 'vitest';
import { SLOT_MS, SLOT_SECONDS } from '../../server/contract/identity.ts';
import { beaconNumber, slotMessage, slotOf } from '../../server/identities/scheme.ts';
import { MAX_TABLES, SiteSlots } from '../../server/identities/siteSlots.ts';
import { SHARED, SlotTable } from '../../server/identities/slotTable.ts';
import { frameAt } from '../../simulators/rotatingBeacon.ts';
import { seededRandom } from '../support/random.ts';

const NOW = Date.parse('2026-05-06T12:00:00Z');
const UUID = '8d1f6a0e-5b7c-4f59-9d7e-2f1c0c9b6a31';
const carrier = (i: number) => ({ id: `c-${i}`, kind: 'shopper' as const });
const randomSecret = (random: () => number): Buffer =>
  Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)));
const numberOf = (secret: Buffer, slot: number): number => beaconNumber(secret, slotMessage(slot));

describe('the scheme', () => {
  test('server and reference agree at every slot, at its edges too', () => {
    const random = seededRandom(1);
    for (let n = 0; n < 200; n++) {
      const secret = randomSecret(random);
      const slot = Math.floor(random() * 2 ** 31);
      for (const atMs of [slot * SLOT_MS, slot * SLOT_MS + Math.floor(random() * SLOT_MS), (slot + 1) * SLOT_MS - 1]) {
        const frame = frameAt({ uuid: UUID, secretHex: secret.toString('hex'), slotSeconds: SLOT_SECONDS }, atMs);
        expect(slotOf(atMs)).toBe(slot);
        expect(frame.major * 0x10000 + frame.minor).toBe(numberOf(secret, slot));
        expect(frame.untilMs).toBe((slot + 1) * SLOT_MS);
      }
    }
  });
});

describe('a table of one slot', () => {
  test('finds what a map finds, however full, whatever the numbers', () => {
    const random = seededRandom(2);
    for (const spread of [2 ** 32, 5_000, 64]) {
      const table = new SlotTable();
      const map = new Map<number, number>();
      for (let owner = 1; owner <= 3_000; owner++) {
        const number = Math.floor(random() * spread) * (spread === 64 ? 2 ** 20 : 1);
        table.put(number, owner);
        map.set(number, map.has(number) ? SHARED : owner);
      }
      for (const [number, owner] of map) expect(table.find(number)).toBe(owner);
      for (let n = 0; n < 1_000; n++) {
        const number = Math.floor(random() * 2 ** 32);
        expect(table.find(number)).toBe(map.get(number) ?? 0);
      }
      expect(table.size).toBe(map.size);
      expect(table.shared).toBe([...map.values()].filter((owner) => owner === SHARED).length);
    }
  });

  test('the same owner twice is no collision', () => {
    const table = new SlotTable();
    table.put(0, 7);
    table.put(0, 7);
    expect([table.find(0), table.shared]).toEqual([7, 0]);
  });
});

describe('the slots of a site', () => {
  const SLOT = slotOf(NOW);
  const secrets = Array.from({ length: 50 }, (_, i) => randomSecret(seededRandom(100 + i)));
  const filled = async (slot = SLOT): Promise<SiteSlots> => {
    const slots = new SiteSlots();
    secrets.forEach((secret, i) => {
      slots.add(carrier(i), secret);
    });
    await slots.ready(slot);
    return slots;
  };

  test('a number is taken in its slot and one to each side, and then no more', async () => {
    const slots = await filled();
    for (const slot of [SLOT + 1, SLOT + 2, SLOT + 3]) await slots.ready(slot);
    const number = numberOf(secrets[3]!, SLOT);
    for (const near of [SLOT - 1, SLOT, SLOT + 1]) {
      await slots.ready(near);
      expect(slots.resolve(near, number)).toEqual(carrier(3));
    }
    for (const later of [SLOT + 2, SLOT + 3]) expect(slots.resolve(later, number)).toBe('replayed');
    expect(slots.resolve(SLOT, 0x12345678)).toBe('unknown');
  });

  test('the time of the hearing decides: a backlog is resolved under its own slot, not that of now', async () => {
    const slots = await filled();
    const then = SLOT - 8;
    const number = numberOf(secrets[9]!, then);
    expect(slots.isReady(then)).toBe(false);
    await slots.ready(then);
    expect(slots.resolve(then, number)).toEqual(carrier(9));
    expect(slots.resolve(SLOT, number)).toBe('replayed');
  });

  test('who enrols while a slot runs is known at once, who ends is nobody at once, and both while tables are made', async () => {
    const slots = await filled();
    const late = randomSecret(seededRandom(7));
    // A table that is begun and not done.
    expect(slots.prepare(SLOT, 10)).toBe(true);
    slots.add(carrier(99), late);
    expect(slots.resolve(SLOT, numberOf(late, SLOT))).toEqual(carrier(99));
    expect(slots.end('c-5')).toBe(true);
    expect(slots.end('c-5')).toBe(false);
    expect(slots.resolve(SLOT, numberOf(secrets[5]!, SLOT))).toBe('unknown');
    await slots.ready(SLOT + 1);
    expect(slots.resolve(SLOT + 1, numberOf(late, SLOT + 2))).toEqual(carrier(99));
    expect(slots.resolve(SLOT + 1, numberOf(secrets[5]!, SLOT + 2))).toBe('unknown');
    expect(slots.resolve(SLOT + 1, numberOf(secrets[49]!, SLOT + 2))).toEqual(carrier(49));
  });

  test('a number that two have is neither’s, rather than somebody else’s', async () => {
    const slots = await filled();
    slots.add(carrier(77), secrets[0]!);
    expect(slots.resolve(SLOT, numberOf(secrets[0]!, SLOT))).toBe('ambiguous');
    expect(slots.resolve(SLOT, numberOf(secrets[1]!, SLOT))).toEqual(carrier(1));
  });

  test('a new secret of the same carrier ends the old one', async () => {
    const slots = await filled();
    const fresh = randomSecret(seededRandom(8));
    slots.add(carrier(4), fresh);
    expect(slots.resolve(SLOT, numberOf(secrets[4]!, SLOT))).toBe('unknown');
    expect(slots.resolve(SLOT, numberOf(fresh, SLOT))).toEqual(carrier(4));
    expect(slots.size).toBe(50);
  });

  test('the next slot’s table is made ahead in pieces, and then nothing waits', async () => {
    const slots = await filled();
    let pieces = 1;
    while (slots.prepare(SLOT, 10)) pieces++;
    expect(pieces).toBe(5);
    expect(slots.isReady(SLOT + 1)).toBe(true);
    expect(slots.resolve(SLOT + 1, numberOf(secrets[2]!, SLOT + 2))).toEqual(carrier(2));
  });

  test('a day goes by and no more tables are kept than are of use', async () => {
    const slots = await filled();
    for (let slot = SLOT; slot < SLOT + 96; slot++) {
      while (slots.prepare(slot));
      expect(slots.isReady(slot)).toBe(true);
      expect(slots.resolve(slot, numberOf(secrets[1]!, slot))).toEqual(carrier(1));
    }
    // Beyond what is kept an old number is as good as invented.
    expect(slots.resolve(SLOT + 95, numberOf(secrets[1]!, SLOT + 95 - MAX_TABLES - 3))).toBe('unknown');
    expect(slots.resolve(SLOT + 95, numberOf(secrets[1]!, SLOT + 80))).toBe('replayed');
  });
});
