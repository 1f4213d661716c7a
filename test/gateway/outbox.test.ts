import { spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_PENDING_BATCHES, Outbox, type OutboxOptions } from '../../gateway/outbox.ts';
import { sizeOf } from '../../gateway/ranges.ts';
import { encodeRecord } from '../../server/contract/framing.ts';
import { builtDist } from '../support/build.ts';
import { randomInt, seededRandom } from './support/random.ts';

const NOW = 1_780_000_000_000;
let dir = '';
let warnings: string[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promenade-outbox-'));
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const openOutbox = (over: Partial<OutboxOptions> = {}): Promise<Outbox> =>
  Outbox.open({ dir, maxBytes: 64 * 1024 * 1024, nowMs: NOW, warn: (sentence) => warnings.push(sentence), ...over });
const payload = (epoch: number, seq: number): Buffer =>
  Buffer.from(JSON.stringify({ epoch, seq, filler: 'x'.repeat(80) }));
const segments = (): string[] => readdirSync(dir).filter((name) => name.endsWith('.log'));

async function append(outbox: Outbox, count: number): Promise<void> {
  const durable = Array.from({ length: count }, () => outbox.append(payload).durable);
  await Promise.all(durable);
}

async function readAll(outbox: Outbox): Promise<string[]> {
  const found: string[] = [];
  for (const range of outbox.unacked()) {
    for (const batch of await outbox.read(range)) {
      expect(JSON.parse(Buffer.from(batch.payload).toString())).toMatchObject({ epoch: batch.epoch, seq: batch.seq });
      found.push(`${batch.epoch}/${batch.seq}`);
    }
  }
  return found;
}

describe('the outbox', () => {
  test('numbers batches from 1 in each epoch, and the epoch rises by one at each start', async () => {
    const first = await openOutbox();
    await append(first, 3);
    await first.close();
    const second = await openOutbox({ nowMs: 0 });
    await append(second, 2);
    await second.close();
    const third = await openOutbox({ nowMs: NOW * 2 });
    expect([second.epoch, third.epoch]).toEqual([first.epoch + 1, first.epoch + 2]);
    const { epoch } = first;
    expect(await readAll(third)).toEqual(
      [1, 2, 3].map((seq) => `${epoch}/${seq}`).concat([1, 2].map((seq) => `${epoch + 1}/${seq}`)),
    );
    await third.close();
  });

  test('begins a lost epoch file behind every epoch that could have been used', async () => {
    const first = await openOutbox();
    expect(first.epoch).toBeGreaterThan(NOW / 1_000);
    await append(first, 1);
    await first.close();
    rmSync(join(dir, 'epoch'));
    const behindFiles = await openOutbox({ nowMs: 0 });
    expect(behindFiles.epoch).toBe(first.epoch + 1);
    await behindFiles.close();
    writeFileSync(join(dir, 'epoch'), 'garbage');
    const behindTime = await openOutbox({ nowMs: NOW + 3_600_000 });
    expect(behindTime.epoch).toBeGreaterThan(first.epoch + 3_000);
    await behindTime.close();
  });

  test('is trimmed by acknowledgements alone, whole segments at a time', async () => {
    const outbox = await openOutbox({ segmentBytes: 1_000 });
    await append(outbox, 20);
    await append(outbox, 20);
    const before = segments().length;
    expect(before).toBeGreaterThan(3);
    expect(outbox.unackedBatches).toBe(40);
    await outbox.ack(outbox.epoch, 25);
    expect(outbox.unacked()).toEqual([{ epoch: outbox.epoch, fromSeq: 26, toSeq: 40 }]);
    expect(segments().length).toBeLessThan(before);
    await outbox.ack(outbox.epoch, 10);
    expect(outbox.unackedBatches).toBe(15);
    await outbox.ack(outbox.epoch, 40);
    await outbox.close();
    expect(segments()).toEqual([]);
  });

  test('reads what is yet to be written as well as what is on disk', async () => {
    const outbox = await openOutbox({ segmentBytes: 1_000 });
    await append(outbox, 30);
    const last = outbox.append(payload);
    expect(await readAll(outbox)).toHaveLength(31);
    await last.durable;
    expect(await readAll(outbox)).toHaveLength(31);
    await outbox.close();
  });

  test('drops the oldest when full, counts them, and remembers the gap over a restart until it is published', async () => {
    const outbox = await openOutbox({ maxBytes: 5_000, segmentBytes: 1_000 });
    let told = 0;
    outbox.onGap = () => {
      told += 1;
    };
    for (let i = 0; i < 100; i += 1) await append(outbox, 1);
    expect(outbox.bytes).toBeLessThanOrEqual(5_000);
    const [gap, ...others] = outbox.gaps();
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ epoch: outbox.epoch, fromSeq: 1, reason: 'outbox-full' });
    expect(told).toBeGreaterThan(1);
    // Nothing is both kept and lost, and nothing is neither.
    expect(outbox.unacked()).toEqual([{ epoch: outbox.epoch, fromSeq: gap!.toSeq + 1, toSeq: 100 }]);
    expect(outbox.droppedBatches).toBe(gap!.toSeq);
    expect(await readAll(outbox)).toHaveLength(100 - gap!.toSeq);
    await outbox.close();

    const next = await openOutbox();
    expect(next.gaps()).toEqual([gap]);
    await next.gapPublished(gap!);
    await next.close();
    expect((await openOutbox()).gaps()).toEqual([]);
  });

  test('does not count what the server already had as lost', async () => {
    const outbox = await openOutbox({ maxBytes: 5_000, segmentBytes: 1_000 });
    await append(outbox, 5);
    await outbox.ack(outbox.epoch, 5);
    for (let i = 0; i < 60; i += 1) await append(outbox, 1);
    expect(outbox.gaps()[0]?.fromSeq).toBe(6);
    await outbox.close();
  });

  test('cuts a torn last record and keeps everything before it', async () => {
    const outbox = await openOutbox();
    await append(outbox, 10);
    await outbox.close();
    const path = join(dir, segments()[0]!);
    const whole = statSync(path).size;
    const torn = encodeRecord(payload(outbox.epoch, 11));
    for (const cut of [1, 7, 8, 9, torn.length - 1]) {
      appendFileSync(path, torn.subarray(0, cut));
      const reopened = await openOutbox();
      expect(await readAll(reopened), `torn after ${cut} bytes`).toHaveLength(10);
      await reopened.close();
      expect(statSync(path).size).toBe(whole);
    }
    truncateSync(path, whole - 1);
    const shorter = await openOutbox();
    expect(await readAll(shorter)).toHaveLength(9);
    await shorter.close();
  });

  test('takes zeros that a power cut left behind for torn, not for records', async () => {
    const outbox = await openOutbox();
    await append(outbox, 4);
    await outbox.close();
    appendFileSync(join(dir, segments()[0]!), Buffer.alloc(4_096));
    const reopened = await openOutbox();
    expect(await readAll(reopened)).toHaveLength(4);
    await reopened.close();
  });

  test('reports what the medium lost in the middle as a gap and goes on behind it', async () => {
    const outbox = await openOutbox({ segmentBytes: 1_000 });
    for (let i = 0; i < 30; i += 1) await append(outbox, 1);
    await outbox.close();
    const path = join(dir, segments()[1]!);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 0xff;
    writeFileSync(path, bytes);
    const reopened = await openOutbox();
    const found = await readAll(reopened);
    const [gap] = reopened.gaps();
    expect(gap?.reason).toBe('unreadable');
    expect(found).toHaveLength(30 - sizeOf(gap!));
    expect(found).toContain(`${outbox.epoch}/30`);
    await reopened.close();
  });

  test('goes on in memory while the disk fails, counts what it must drop, and catches up when it works again', async () => {
    const outbox = await openOutbox();
    rmSync(dir, { recursive: true });
    const durable: Promise<void>[] = [];
    for (let i = 0; i < MAX_PENDING_BATCHES + 100; i += 1) {
      durable.push(outbox.append(payload).durable);
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]).toMatch(/^Cannot write to .*kept in memory/);
    // One more may stand while the others are just being tried.
    expect(outbox.unackedBatches).toBeLessThanOrEqual(MAX_PENDING_BATCHES + 1);
    expect(await readAll(outbox)).toHaveLength(MAX_PENDING_BATCHES + 100 - outbox.droppedBatches);
    mkdirSync(dir);
    durable.push(outbox.append(payload).durable);
    await Promise.all(durable);
    await outbox.close();

    const reopened = await openOutbox();
    const kept = await readAll(reopened);
    const lost = reopened
      .gaps()
      .flatMap((gap) => Array.from({ length: sizeOf(gap) }, (_, i) => `${gap.epoch}/${gap.fromSeq + i}`));
    expect(reopened.gaps().every(({ reason }) => reason === 'disk-error')).toBe(true);
    expect(new Set([...kept, ...lost]).size).toBe(MAX_PENDING_BATCHES + 101);
    expect(kept.length + lost.length).toBe(MAX_PENDING_BATCHES + 101);
    expect(lost).toHaveLength(outbox.droppedBatches);
    expect(lost.length).toBeGreaterThan(98);
    await reopened.close();
  });

  test('does not keep for a failing disk what the server has already', async () => {
    const outbox = await openOutbox();
    rmSync(dir, { recursive: true });
    for (let i = 0; i < 20; i += 1) outbox.append(payload);
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    await outbox.ack(outbox.epoch, 15);
    expect(outbox.unacked()).toEqual([{ epoch: outbox.epoch, fromSeq: 16, toSeq: 20 }]);
    mkdirSync(dir);
    await outbox.append(payload).durable;
    await outbox.close();
    const reopened = await openOutbox();
    expect(reopened.unacked().at(-1)?.toSeq).toBe(21);
    expect(reopened.unackedBatches).toBeLessThan(21);
    await reopened.close();
  });

  test('survives a gap file that cannot be read', async () => {
    writeFileSync(join(dir, 'gaps.json'), '[{');
    const outbox = await openOutbox();
    await append(outbox, 1);
    expect(outbox.unackedBatches).toBe(1);
    expect(warnings.join()).toContain('gaps.json');
    await outbox.close();
  });
});

describe('kill -9 while appending', () => {
  let outboxModule = '';
  beforeAll(async () => {
    outboxModule = join(await builtDist(), 'gateway', 'outbox.js');
  }, 120_000);

  test('loses nothing that was durable, at any point', async () => {
    const script = join(import.meta.dirname, 'support', 'appendForever.mjs');
    const seed = 42;
    const random = seededRandom(seed);
    const durable = new Map<number, number>();
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, [script, outboxModule, dir, '4000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      const killAfter = 5 + randomInt(random, 40);
      await new Promise<void>((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (output.split('\n').length > killAfter) child.kill('SIGKILL');
        });
        child.on('close', () => resolve());
      });
      const epoch = Number(/epoch (\d+)/.exec(output)?.[1]);
      const seqs = [...output.matchAll(/durable (\d+)\n/g)].map((match) => Number(match[1]));
      expect(seqs.length, `seed ${seed}, round ${round}`).toBeGreaterThan(0);
      durable.set(epoch, seqs.at(-1)!);
      // As if the kill had caught the disk in the midst of a record as well.
      const newest = segments().sort().at(-1)!;
      appendFileSync(join(dir, newest), encodeRecord(payload(epoch, 0)).subarray(0, randomInt(random, 60)));
    }
    expect(durable.size).toBe(5);
    const outbox = await openOutbox();
    const kept = new Map(outbox.unacked().map((range) => [range.epoch, range]));
    for (const [epoch, last] of durable) {
      expect(kept.get(epoch)?.fromSeq, `seed ${seed}, epoch ${epoch}`).toBe(1);
      expect(kept.get(epoch)?.toSeq, `seed ${seed}, epoch ${epoch}`).toBeGreaterThanOrEqual(last);
    }
    const total = [...kept.values()].reduce((sum, range) => sum + sizeOf(range), 0);
    expect(await readAll(outbox)).toHaveLength(total);
    expect(outbox.gaps()).toEqual([]);
    await outbox.close();
  });
});
