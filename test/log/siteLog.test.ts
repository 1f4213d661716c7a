import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CarrierRef, NO_POWER, type SightingBatch, toLogBatch } from '../../server/log/batch.ts';
import { HOUR_MS, hourOf } from '../../server/log/hourFile.ts';
import { readTail, replay } from '../../server/log/replay.ts';
import { SiteLog } from '../../server/log/siteLog.ts';
import { seededRandom } from '../support/random.ts';

const H0 = Date.parse('2024-03-04T09:00:00Z');
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const refs: CarrierRef[] = Array.from({ length: 300 }, (_, i) => ({
  id: i % 3 === 0 ? `u-${String(i).padStart(25, 'x')}` : `c-${i}`,
  kind: (['unknown', 'shopper', 'staff'] as const)[i % 3]!,
}));

function makeBatch(random: () => number, seq: number, fromMs: number, rows = Math.floor(random() * 30)): SightingBatch {
  const values = new Int16Array(rows * 5);
  for (let i = 0; i < rows; i++)
    values.set(
      [
        -Math.floor(random() * 12_700),
        -Math.floor(random() * 10_000),
        Math.floor(random() * 65_536),
        random() < 0.5 ? NO_POWER : -5_900,
        Math.floor(random() * 60_001),
      ],
      i * 5,
    );
  return {
    gatewayId: `g${Math.floor(random() * 5)}`,
    epoch: 0xffffffff,
    seq: seq + 2 ** 40,
    fromMs,
    toMs: fromMs + 1_000,
    clockOffsetMs: -1.7e12,
    receivedMs: fromMs + 1_050,
    carriers: Array.from({ length: rows }, () => refs[Math.floor(random() * refs.length)]!),
    values,
  };
}

async function write(log: SiteLog, batches: SightingBatch[]): Promise<void> {
  const byHour = new Map<number, SightingBatch[]>();
  for (const batch of batches) byHour.set(hourOf(batch.fromMs), [...(byHour.get(hourOf(batch.fromMs)) ?? []), batch]);
  for (const [hour, group] of byHour) await log.append(hour, group, [], () => {});
}

const opened = async (onTail: Parameters<SiteLog['recover']>[1] = () => {}, known = new Map<number, number>()) => {
  const log = new SiteLog(dir);
  await log.recover(known, onTail);
  return log;
};

const plain = (batch: SightingBatch) => JSON.stringify({ ...toLogBatch(batch), raw: [...batch.values] });

test('gives back what was written, in order of event time, each batch once', async () => {
  const random = seededRandom(9);
  const log = await opened();
  const batches = Array.from({ length: 600 }, (_, i) => makeBatch(random, i, H0 + Math.floor(random() * 3 * HOUR_MS)));
  for (let i = 0; i < batches.length; i += 25) await write(log, batches.slice(i, i + 25));
  const read: SightingBatch[] = [];
  let untilMs = 0;
  for await (const slice of replay(log, 0, log.positions())) {
    expect(slice.untilMs).toBeGreaterThanOrEqual(untilMs);
    for (const batch of slice.batches) {
      expect(batch.fromMs).toBeGreaterThanOrEqual(untilMs);
      expect(batch.fromMs).toBeLessThan(slice.untilMs);
      read.push(batch);
    }
    untilMs = slice.untilMs;
  }
  expect(read.map(plain).sort()).toEqual(batches.map(plain).sort());
  const from = H0 + HOUR_MS + 1_234_567;
  const part: SightingBatch[] = [];
  for await (const slice of replay(log, from, log.positions())) part.push(...slice.batches);
  expect(part.map(plain).sort()).toEqual(
    batches
      .filter((batch) => batch.fromMs >= from - 60_000)
      .map(plain)
      .sort(),
  );
  await log.close();
});

test('a sighting costs less than 20 bytes', async () => {
  const random = seededRandom(1);
  const log = await opened();
  await write(
    log,
    Array.from({ length: 100 }, (_, i) => makeBatch(random, i, H0 + i * 1000, 50)),
  );
  await write(
    log,
    Array.from({ length: 100 }, (_, i) => makeBatch(random, i, H0 + i * 1000, 50)),
  );
  const { size } = statSync(log.path(H0));
  expect(size / 10_000).toBeLessThan(20);
  await log.close();
});

test('a torn tail is cut, what stands before it is good, and writing goes on', async () => {
  const random = seededRandom(4);
  const first = await opened();
  const batches = Array.from({ length: 20 }, (_, i) => makeBatch(random, i, H0 + i * 1000));
  for (const batch of batches) await write(first, [batch]);
  const whole = first.positions();
  await first.close();
  for (const harm of ['garbage', 'torn', 'zeros', 'flipped'] as const) {
    const path = first.path(H0);
    const before = readFileSync(path);
    if (harm === 'garbage') appendFileSync(path, Buffer.from('not a record at all, and long enough'));
    if (harm === 'zeros') appendFileSync(path, Buffer.alloc(4_096));
    if (harm === 'torn') truncateSync(path, before.length - 3);
    if (harm === 'flipped') {
      const bytes = Buffer.from(before);
      bytes[bytes.length - 5]! ^= 0xff;
      writeFileSync(path, bytes);
    }
    const found: SightingBatch[] = [];
    const log = await opened(({ batches: tail }) => found.push(...tail));
    const expected = harm === 'garbage' || harm === 'zeros' ? batches.length : batches.length - 1;
    expect(found.map(plain)).toEqual(batches.slice(0, expected).map(plain));
    const extra = makeBatch(random, 99, H0 + 50_000);
    await write(log, [extra]);
    const tail: SightingBatch[] = [];
    await readTail(log, new Map([[H0, 0]]), log.positions(), (batch) => tail.push(batch));
    expect(tail.map(plain)).toEqual([...batches.slice(0, expected), extra].map(plain));
    await log.close();
    writeFileSync(path, before);
  }
  // A file of the length that the checkpoint knows is not read again.
  let read = 0;
  const log = await opened(() => read++, whole);
  expect(read).toBe(0);
  await log.close();
});

test('a write that the disk refuses counts for nothing and can be repeated', async () => {
  const random = seededRandom(6);
  const log = await opened();
  const [a, b] = [makeBatch(random, 1, H0), makeBatch(random, 2, H0 + 1_000)];
  await write(log, [a]);
  const length = log.lengthOf(H0);
  // A directory in the place of the next hour's file stands for a disk that refuses.
  const { mkdirSync } = await import('node:fs');
  mkdirSync(log.path(H0 + HOUR_MS));
  let durable = 0;
  await expect(log.append(H0 + HOUR_MS, [b], [], () => durable++)).rejects.toThrow();
  expect(durable).toBe(0);
  expect(log.lengthOf(H0)).toBe(length);
  rmSync(log.path(H0 + HOUR_MS), { recursive: true });
  await log.append(H0 + HOUR_MS, [b], [], () => durable++);
  expect(durable).toBe(1);
  await log.close();
});

test('marks come back in the recovery, and old hours go', async () => {
  const log = await opened();
  const mark = { gatewayId: 'g', epoch: 2, fromSeq: 3, toSeq: 2 ** 53 - 1, reason: 'outbox-full é', receivedMs: H0 };
  await log.append(H0, [], [mark], () => {});
  await log.append(H0 + HOUR_MS, [makeBatch(seededRandom(1), 1, H0 + HOUR_MS)], [], () => {});
  await log.close();
  const marks: unknown[] = [];
  const again = await opened((entry) => marks.push(...entry.marks));
  expect(marks).toEqual([mark]);
  expect(await again.removeBefore(H0 + HOUR_MS)).toBe(1);
  expect(again.hours()).toEqual([H0 + HOUR_MS]);
  expect(() => statSync(again.path(H0))).toThrow();
  await again.close();
});
