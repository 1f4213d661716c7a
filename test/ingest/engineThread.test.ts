import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { EngineRows } from '../../server/engine/types.ts';
import { crowdOf, emptyCrowd, mergeCrowds } from '../../server/ingest/crowd.ts';
import { addPiece, piecesOf } from '../../server/ingest/engineMessages.ts';
import { BatchPacker, BatchUnpacker } from '../../server/ingest/packedBatches.ts';
import { appendRows, emptyRows } from '../../server/ingest/rows.ts';
import { shardOf, shardsOf } from '../../server/ingest/shards.ts';
import { phoneName, type SightingBatch } from '../../server/log/batch.ts';
import { builtDist } from '../support/build.ts';
import { LedgerFleet } from '../support/ledgerGateway.ts';
import { type Harness, makeWorld, rowsOf, SITE, startHarness, T0 } from '../support/pipelineHarness.ts';
import { until } from '../support/until.ts';

const half = 80;
/** What is late is of an epoch of its own: its numbers leave no hole for which others would wait. */
const world = makeWorld(33, half / 2, 9).map((entry, i) =>
  entry.gatewayId === 'g2' && i >= half
    ? { ...entry, message: { ...entry.message, epoch: 4, seq: entry.message.seq - half / 4 } }
    : entry,
);
const fleet = new LedgerFleet();
let harness: Harness | undefined;
let script: URL;
const dir = mkdtempSync(join(tmpdir(), 'engine-thread-'));
/** While it is there the next thread dies in the call that it names; each takes one of them. */
const orders = join(dir, 'orders');

beforeAll(async () => {
  const real = pathToFileURL(join(await builtDist(), 'server/ingest/engineThreadMain.js'));
  const mortal = join(dir, 'mortal.mjs');
  writeFileSync(
    mortal,
    `import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
     import { parentPort } from 'node:worker_threads';
     await import(${JSON.stringify(real.href)});
     const orders = ${JSON.stringify(orders)};
     parentPort.on('message', ({ call }) => {
       if (!existsSync(orders)) return;
       const [first, ...rest] = readFileSync(orders, 'utf8').split(' ');
       if (first !== call) return;
       if (rest.length > 0) writeFileSync(orders, rest.join(' '));
       else rmSync(orders);
       process.exit(7);
     });`,
  );
  script = pathToFileURL(mortal);
}, 120_000);
afterEach(async () => {
  await fleet.disconnect();
  await harness?.close();
  harness = undefined;
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A gateway that is late, a zone that is new, a restart and a rebuild. */
async function run(engineThread: URL | null, harm?: () => Promise<void>): Promise<string> {
  harness = await startHarness({ options: { engineThread } });
  await fleet.connect(harness.url);
  const isLate = (gatewayId: string, i: number): boolean => gatewayId === 'g2' && i < half;
  const inTime = world.filter(({ gatewayId }, i) => !isLate(gatewayId, i));
  for (const entry of inTime.slice(0, half / 2)) fleet.send(entry);
  await fleet.drain();
  const { registry } = harness;
  await registry.zones.put(SITE, { ...registry.zones.get(SITE, 'east')!, id: 'annex', name: 'annex' });
  for (const entry of inTime.slice(half / 2)) fleet.send(entry);
  await fleet.drain();
  await harm?.();
  await harness.pipeline.settle(SITE);
  for (const [i, entry] of world.entries()) if (isLate(entry.gatewayId, i)) fleet.send(entry);
  await fleet.drain();
  await harm?.();
  await harness.pipeline.settle(SITE);
  const settled = await rowsOf(harness.duck);
  if (!harm) expect(harness.problems).toEqual([]);
  await harness.restart();
  await harness.pipeline.rebuild(SITE, 0);
  expect(await rowsOf(harness.duck)).toBe(settled);
  const present = await harness.pipeline.present(SITE);
  expect(present.length).toBeGreaterThan(0);
  const rows = `${settled}\n${JSON.stringify(present)}`;
  await fleet.disconnect();
  await harness.close();
  harness = undefined;
  return rows;
}

let here: string | undefined;
const rowsHere = async (): Promise<string> => {
  here ??= await run(null);
  return here;
};

test('an engine in a thread of its own gives the rows that it gives here', async () => {
  expect(await rowsHere()).toMatch(/open_visits [1-9]/);
  expect(await run(script)).toBe(await rowsHere());
}, 60_000);

test.each(['advance start openRows saveSnapshot'])(
  'threads that die one after another, in %s: started anew, they lose nothing',
  async (calls) => {
    const rows = await run(script, async () => {
      if (harness!.problems.length > 0) return;
      writeFileSync(orders, calls);
      // Something to do, so that they die of it.
      void harness!.pipeline.rebuild(SITE, 0).catch(() => {});
      const deaths = () =>
        harness!.problems.filter((one) => one === `${SITE}: engine: the engine's thread ended with code 7`).length;
      await until(deaths).toBe(calls.split(' ').length);
      expect(existsSync(orders)).toBe(false);
    });
    expect(rows).toBe(await rowsHere());
  },
  30_000,
);

const batch = (seq: number, carriers: SightingBatch['carriers']): SightingBatch => ({
  gatewayId: `g${seq}`,
  epoch: 1,
  seq,
  fromMs: seq * 1_000,
  toMs: seq * 1_000 + 1_000,
  clockOffsetMs: 0,
  receivedMs: seq * 1_000 + 1_200,
  carriers,
  values: Int16Array.from({ length: carriers.length * 5 }, (_, i) => (i * 7_919 + seq) % 30_000),
});

test('batches arrive as they were packed, names only once, and anew when there are too many', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, kind: 'shopper' as const }));
  const packer = new BatchPacker(2);
  const unpacker = new BatchUnpacker();
  const steps = [
    [batch(1, [a!, b!, a!]), batch(2, [])],
    [batch(3, [c!, a!])],
    [batch(4, [c!]), batch(5, [a!, c!])],
    [],
  ];
  const names = steps.map((batches) => {
    const packed = structuredClone(packer.pack(batches));
    expect(unpacker.unpack(packed)).toEqual(batches);
    return [packed.names.map(({ id }) => id).join(''), packed.anew];
  });
  expect(names).toEqual([
    ['ab', false],
    ['c', false],
    ['ca', true],
    ['', false],
  ]);
});

test('rows come in pieces of bounded size, and whole', () => {
  const rows: EngineRows = emptyRows();
  for (let i = 0; i < 10; i++) {
    rows.coverage.push({ gatewayId: `g${i}`, minuteStartMs: i, emittedAtMs: i });
    if (i < 7) rows.occupancy.push({ zoneId: null, bucketStartMs: i, carrierMs: i, peak: i, emittedAtMs: i });
  }
  for (const size of [1, 4, 17, 100]) {
    const pieces = [...piecesOf(rows, size)];
    expect(pieces).toHaveLength(Math.ceil(17 / size));
    expect(pieces.map(({ more }) => more).lastIndexOf(true)).toBe(pieces.length - 2);
    const whole = emptyRows();
    for (const piece of pieces) addPiece(whole, piece.rows);
    expect(whole).toEqual(rows);
  }
  expect([...piecesOf(emptyRows())]).toEqual([{ rows: emptyRows(), more: false }]);
  const twice = emptyRows();
  appendRows(twice, rows);
  expect(twice).toEqual(rows);
});

test('what is live is shared by engines in threads: everybody is seen, once, and a thread that dies is replaced', async () => {
  let now = T0;
  harness = await startHarness({ site: { clock: 'wall' }, clock: () => now, options: { engineThread: script } });
  await fleet.connect(harness.url);
  const { pipeline, problems } = harness;
  const started: string[] = [];
  pipeline.onLiveEvents(({ events }) => {
    for (const event of events) if (event.type === 'visitStarted') started.push(event.carrierId);
  });
  const inFirst = world.filter(({ message }) => message.fromMs < T0 + 30_000);
  for (const entry of inFirst) fleet.send(entry);
  await fleet.drain();
  now = T0 + 30_700;
  await until(async () => (await pipeline.present(SITE)).length).toBeGreaterThan(4);
  const present = await pipeline.present(SITE);
  const ids = present.map(({ carrierId }) => carrierId);
  expect(ids).toEqual([...new Set(ids)].sort());
  expect([...started].sort()).toEqual(ids);
  expect(new Set(ids.map((id) => shardOf(id, 2))).size).toBe(2);
  const people = present.filter(({ kind }) => kind !== 'staff').length;
  await until(() => pipeline.snapshot(SITE)?.occupancy).toBe(people);
  expect(problems).toEqual([]);
  writeFileSync(orders, 'liveStep');
  now += 1_000;
  await until(() => problems.length).toBeGreaterThan(0);
  // Some seconds later it begins anew from the log.
  await until(async () => (await pipeline.present(SITE)).map(({ carrierId }) => carrierId)).toEqual(ids);
}, 30_000);

test('a batch is cut by carrier, a phone goes where its carrier is, and an empty one tells everybody', () => {
  const carriers = Array.from({ length: 20 }, (_, i) => ({ id: `c-${i}`, kind: 'shopper' as const }));
  const whole = batch(3, carriers);
  const parts = shardsOf(whole, 2);
  expect(parts.flatMap((part) => part.carriers.map(({ id }) => id)).sort()).toEqual(
    carriers.map(({ id }) => id).sort(),
  );
  for (const [shard, part] of parts.entries()) {
    expect(part.carriers.length).toBeGreaterThan(5);
    part.carriers.forEach((carrier, row) => {
      expect(shardOf(carrier.id, 2)).toBe(shard);
      const from = carriers.findIndex(({ id }) => id === carrier.id);
      expect([...part.values.slice(5 * row, 5 * row + 5)]).toEqual([...whole.values.slice(5 * from, 5 * from + 5)]);
    });
  }
  expect(shardsOf(batch(4, []), 2)).toEqual([batch(4, []), batch(4, [])]);
  const heard = { ...whole, gatewayId: phoneName('c-9') };
  const own = shardOf('c-9', 2);
  expect(shardsOf(heard, 2)[own]).toEqual(heard);
  expect(shardsOf(heard, 2)[1 - own]!.carriers).toEqual([]);
});

test('the counts of several crowds are those of the whole', () => {
  const at = (carrierId: string, kind: 'shopper' | 'staff', zoneIds: string[], xM: number) => ({
    carrierId,
    kind,
    zoneIds,
    fix: { floorId: 'f0', xM, yM: 1, accuracyM: 1, atMs: 0 },
    lastHeardMs: 0,
  });
  const people = [
    at('a', 'shopper', ['east', 'annex'], 1),
    at('b', 'shopper', ['east'], 2),
    at('c', 'staff', ['east'], 3),
    { ...at('d', 'shopper', [], 4), fix: undefined },
  ];
  const merged = mergeCrowds([crowdOf(people.slice(0, 1)), crowdOf(people.slice(1))]);
  expect(merged).toEqual(crowdOf(people));
  expect(merged).toEqual({
    occupancy: 3,
    zones: new Map([
      ['east', 2],
      ['annex', 1],
    ]),
    places: new Map([['f0', [1, 1, 2, 1]]]),
  });
  expect(mergeCrowds([])).toEqual(emptyCrowd());
});
