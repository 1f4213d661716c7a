/** Names of carriers on their way to an engine's thread that goes on after a failure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { engineThread } from '../../server/ingest/engineThread.ts';
import { type CarrierRef, type SightingBatch, VALUES_PER_ROW } from '../../server/log/batch.ts';

const dir = mkdtempSync(join(tmpdir(), 'thread-names-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Tells which carriers it was handed, and fails to take a model, as an engine may. */
const script = join(dir, 'names.mjs');
writeFileSync(
  script,
  `import { parentPort } from 'node:worker_threads';
   let names = [];
   const crowd = { occupancy: 0, zones: new Map(), places: new Map() };
   parentPort.on('message', ({ id, call, batches }) => {
     if (call === 'setModel') return parentPort.postMessage({ id, error: 'no such model', stack: undefined });
     if (batches?.anew) names = [];
     names.push(...(batches?.names ?? []));
     const clones = [...(batches?.carriers ?? [])].map((number) => names[number]?.id ?? 'nobody');
     parentPort.postMessage({ id, value: call === 'liveStep' ? { events: [], crowd, clones } : true });
   });`,
);

const refs = new Map<string, CarrierRef>();
const refOf = (id: string): CarrierRef => {
  const ref = refs.get(id) ?? { id, kind: 'tag' };
  refs.set(id, ref);
  return ref;
};
const batchOf = (...ids: string[]): SightingBatch => ({
  gatewayId: 'g1',
  epoch: 1,
  seq: 1,
  fromMs: 0,
  toMs: 1_000,
  clockOffsetMs: 0,
  receivedMs: 1_000,
  carriers: ids.map(refOf),
  values: new Int16Array(ids.length * VALUES_PER_ROW),
});

test('a step that came too late for a failed engine leaves no name behind that only one side knows', async () => {
  const engine = engineThread('live', pathToFileURL(resolve(script)), () => {});
  try {
    const from = { timeline: [], snapshotPath: undefined, watermarkMs: 0 };
    await engine.start(from);
    expect((await engine.liveStep([batchOf('c-1', 'c-2')], 1_000)).clones).toEqual(['c-1', 'c-2']);
    engine.setModel({} as never, 0);
    await expect.poll(() => engine.lost).toBe(true);
    await expect(engine.liveStep([batchOf('c-3')], 2_000)).rejects.toThrow('lost');
    await engine.start(from);
    const again = [batchOf('c-3'), batchOf('c-4', 'c-1')];
    expect((await engine.liveStep(again, 3_000)).clones).toEqual(['c-3', 'c-4', 'c-1']);
  } finally {
    await engine.stop();
  }
});
