import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fullJitterMs } from '../../gateway/backoff.ts';
import { Outbox, type OutboxOptions } from '../../gateway/outbox.ts';
import { Publisher, type PublisherOptions } from '../../gateway/publisher.ts';
import { SendPlan } from '../../gateway/ranges.ts';
import type { ConfigMessage } from '../../server/contract/wire.ts';
import { LedgerServer } from './support/ledgerServer.ts';
import { randomInt, seededRandom } from './support/random.ts';

const NOW = 1_780_000_000_000;
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const SOON = { timeout: 15_000, interval: 20 };

test('the wait before a reconnection is fully jittered and never above 10 s', () => {
  const random = seededRandom(3);
  const waits = Array.from({ length: 2_000 }, (_, i) => fullJitterMs(i % 12, random));
  expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
  expect(Math.max(...waits)).toBeGreaterThan(9_000);
  expect(fullJitterMs(0, () => 1)).toBe(500);
  expect(fullJitterMs(20, () => 0)).toBe(0);
});

test('the plan sends oldest first, and the first of the newest epoch ahead', () => {
  const plan = new SendPlan();
  plan.reset([
    { epoch: 1, fromSeq: 5, toSeq: 9 },
    { epoch: 2, fromSeq: 1, toSeq: 3 },
  ]);
  expect(plan.unsent).toBe(8);
  expect(plan.takeFirstOf(2)).toEqual({ epoch: 2, fromSeq: 1, toSeq: 1 });
  plan.add(2, 4);
  expect(plan.take(3)).toEqual({ epoch: 1, fromSeq: 5, toSeq: 7 });
  expect(plan.take(10)).toEqual({ epoch: 1, fromSeq: 8, toSeq: 9 });
  expect(plan.lowestUnsent(2)).toBe(2);
  expect(plan.take(10)).toEqual({ epoch: 2, fromSeq: 2, toSeq: 4 });
  expect([plan.take(10), plan.unsent]).toEqual([undefined, 0]);
});

describe('the publisher, on a real broker', () => {
  let dir = '';
  let server: LedgerServer;
  let outbox: Outbox;
  let publisher: Publisher | undefined;
  let configs: ConfigMessage[] = [];
  let logged: string[] = [];
  /** The test's own record of what was sent: rows by `epoch/seq`. */
  const sent = new Map<string, number>();

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'promenade-publisher-'));
    server = new LedgerServer();
    await server.start();
    configs = [];
    logged = [];
    sent.clear();
    outbox = await openOutbox();
  });
  afterEach(async () => {
    await publisher?.stop();
    publisher = undefined;
    await outbox.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const openOutbox = (over: Partial<OutboxOptions> = {}): Promise<Outbox> =>
    Outbox.open({
      dir,
      maxBytes: 64 * 1024 * 1024,
      segmentBytes: 4_000,
      nowMs: NOW,
      warn: (s) => logged.push(s),
      ...over,
    });

  function startPublisher(over: Partial<PublisherOptions> = {}): Publisher {
    const started = new Publisher({
      url: server.url,
      siteId: 'mall',
      gatewayId: 'gw-1',
      outbox,
      status: () => ({ online: true, epoch: outbox.epoch, outboxBatches: outbox.unackedBatches }),
      onConfig: (config) => configs.push(config),
      log: (sentence) => logged.push(sentence),
      random: seededRandom(5),
      backlogBatchesPerSecond: 5_000,
      ...over,
    });
    started.start();
    publisher = started;
    return started;
  }

  /** Appends and offers one batch with as many rows as asked. */
  function make(rows = 1): { key: string; durable: Promise<void> } {
    const { seq, payload, durable } = outbox.append((epoch, nextSeq) =>
      Buffer.from(
        JSON.stringify({
          v: 1,
          epoch,
          seq: nextSeq,
          fromMs: NOW + nextSeq * 1_000,
          toMs: NOW + nextSeq * 1_000 + 1_000,
          uuids: [UUID],
          sightings: Array.from({ length: rows }, (_, i) => [0, 1, i, -60.5, -60, 2, -59, 100]),
        }),
      ),
    );
    publisher?.offer({ epoch: outbox.epoch, seq, payload });
    const key = `${outbox.epoch}/${seq}`;
    sent.set(key, rows);
    return { key, durable };
  }
  const totals = () => ({
    batches: server.batches.size,
    rows: [...server.batches.values()].reduce((sum, { sightings }) => sum + sightings.length, 0),
  });
  const expected = () => ({ batches: sent.size, rows: [...sent.values()].reduce((sum, rows) => sum + rows, 0) });
  const allThere = () => vi.waitFor(() => expect(totals()).toEqual(expected()), SOON);
  const isTrimmed = () => vi.waitFor(() => expect(outbox.unackedBatches).toBe(0), SOON);

  test('delivers, and trims by the acknowledgement of the server', async () => {
    startPublisher();
    for (let i = 0; i < 20; i += 1) make(3);
    await allThere();
    await isTrimmed();
    expect(server.invalid).toEqual([]);
    expect(server.arrivals).toHaveLength(20);
  });

  test('keeps everything while the broker confirms but the server does not acknowledge', async () => {
    server.isAcking = false;
    startPublisher();
    for (let i = 0; i < 20; i += 1) make();
    await allThere();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(outbox.unackedBatches).toBe(20);
  });

  test('sends again what the server lost, when acknowledgements stall', async () => {
    startPublisher({ ackStallMs: 300 });
    for (let i = 0; i < 3; i += 1) make();
    await isTrimmed();
    server.losing = 7;
    for (let i = 0; i < 10; i += 1) make();
    await allThere();
    await isTrimmed();
  });

  test('loses and invents nothing over broker restarts, dropped connections and its own restarts', async () => {
    const seed = 11;
    const random = seededRandom(seed);
    startPublisher({ ackStallMs: 1_000 });
    for (let round = 0; round < 9; round += 1) {
      const event = round % 3;
      for (let i = 0; i < 40; i += 1) make(randomInt(random, 4));
      if (event === 0) {
        await server.stop();
        for (let i = 0; i < 30; i += 1) make(randomInt(random, 4));
        await server.start();
      } else if (event === 1) {
        server.dropConnections();
        for (let i = 0; i < 30; i += 1) make(randomInt(random, 4));
      } else {
        await publisher?.stop();
        for (let i = 0; i < 30; i += 1) make(randomInt(random, 4));
        await outbox.close();
        outbox = await openOutbox();
        startPublisher({ ackStallMs: 1_000 });
      }
      await new Promise((resolve) => setTimeout(resolve, randomInt(random, 150)));
    }
    await allThere();
    expect([...server.batches.keys()].sort(), `seed ${seed}`).toEqual([...sent.keys()].sort());
    await isTrimmed();
    expect(server.gaps).toEqual([]);
    expect(server.invalid).toEqual([]);
  });

  test('sends leftovers under the epoch that they were made in, each epoch in order from its first', async () => {
    for (let i = 0; i < 30; i += 1) make();
    await outbox.close();
    const earlier = outbox.epoch;
    outbox = await openOutbox();
    for (let i = 0; i < 30; i += 1) make();
    startPublisher();
    await allThere();
    for (const epoch of [earlier, outbox.epoch]) {
      const seqs = server.arrivals.filter((key) => key.startsWith(`${epoch}/`)).map((key) => Number(key.split('/')[1]));
      expect(seqs).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    }
    await isTrimmed();
  });

  test('lets live batches overtake a long backlog, behind the first of their epoch', async () => {
    for (let i = 0; i < 400; i += 1) make();
    startPublisher({ backlogBatchesPerSecond: 100 });
    await vi.waitFor(() => expect(server.arrivals.length).toBeGreaterThan(0), SOON);
    const { key: live } = make();
    await vi.waitFor(() => expect(server.arrivals).toContain(live), SOON);
    expect(server.arrivals.length).toBeLessThan(200);
    expect(server.arrivals[0]).toBe(`${outbox.epoch}/1`);
    // Acknowledged is only the contiguous part, so nothing of the backlog is trimmed unsent.
    await allThere();
    await isTrimmed();
  });

  test('trims nothing that it has yet to send, whatever the server acknowledges', async () => {
    for (let i = 0; i < 200; i += 1) make();
    startPublisher({ backlogBatchesPerSecond: 50 });
    await vi.waitFor(() => expect(server.arrivals.length).toBeGreaterThan(0), SOON);
    await server.publish('promenade/1/mall/gw-1/ack', JSON.stringify({ epoch: outbox.epoch, seq: 200 }), false);
    await server.publish('promenade/1/mall/gw-1/ack', JSON.stringify({ epoch: outbox.epoch, seq: 10_000 }), false);
    await server.publish('promenade/1/mall/gw-1/ack', JSON.stringify({ epoch: 3, seq: 10 }), false);
    await server.publish('promenade/1/mall/gw-1/ack', 'not json', false);
    await allThere();
    await isTrimmed();
  });

  test('publishes gaps until the broker confirms them', async () => {
    await outbox.close();
    outbox = await openOutbox({ maxBytes: 20_000 });
    for (let i = 0; i < 300; i += 1) await make().durable;
    const [gap] = outbox.gaps();
    expect(gap).toBeDefined();
    const kept = outbox.unackedBatches;
    startPublisher();
    await vi.waitFor(() => expect(server.gaps).toEqual([gap]), SOON);
    await vi.waitFor(() => expect(server.batches.size).toBe(kept), SOON);
    await vi.waitFor(() => expect(outbox.gaps()).toEqual([]), SOON);
    expect(kept + gap!.toSeq - gap!.fromSeq + 1).toBe(300);
    await isTrimmed();
  });
  test('says retained that it is online, regularly, and offline when it ends', async () => {
    startPublisher({ statusEveryMs: 50 });
    await vi.waitFor(() => expect(server.statuses.length).toBeGreaterThan(3), SOON);
    expect(server.statuses.every(({ online, retain }) => online && retain)).toBe(true);
    await publisher?.stop();
    await vi.waitFor(() => expect(server.statuses.at(-1)).toMatchObject({ online: false, retain: true }), SOON);
  });

  test('leaves a last will for when it dies without a word', async () => {
    startPublisher();
    await vi.waitFor(() => expect(server.statuses.at(-1)?.online).toBe(true), SOON);
    server.dropConnections();
    await vi.waitFor(() => expect(server.statuses.some(({ online }) => !online)).toBe(true), SOON);
    await vi.waitFor(() => expect(server.statuses.at(-1)?.online).toBe(true), SOON);
  });

  test('takes the retained configuration, and ignores a wrong one without repeating what it holds', async () => {
    const config = { v: 1, uuids: [UUID], windowMs: 500, heartbeatMs: 5_000 };
    await server.configure('mall', 'gw-1', config);
    startPublisher();
    await vi.waitFor(() => expect(configs).toEqual([config]), SOON);
    const keyHex = 'cd'.repeat(32);
    const wrong = { ...config, windowMs: 0, unknowns: { keyId: 'day-1', keyHex, untilMs: NOW } };
    await server.configure('mall', 'gw-1', wrong);
    await vi.waitFor(
      () =>
        expect(logged.join()).toMatch(
          /Refused a configuration from the server, and goes on with the one before: windowMs: Too small/,
        ),
      SOON,
    );
    expect(configs).toHaveLength(1);
    expect(logged.join()).not.toContain(keyHex);
  });

  test('says once, in words, that there is no connection, and delivers when there is one', async () => {
    await server.stop();
    startPublisher();
    make();
    await vi.waitFor(() => expect(logged.join()).toMatch(/No connection to .*trying again, nothing is lost/), SOON);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(logged.filter((sentence) => sentence.startsWith('No connection'))).toHaveLength(1);
    await server.start();
    await allThere();
  });
});
