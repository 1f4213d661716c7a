import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engine.ts';
import { joinSnapshot } from '../../server/engine/engineState.ts';
import type { LogBatch, SnapshotPart } from '../../server/engine/types.ts';
import { batchesOf, NOW, seeded, siteModel, standing } from './support.ts';

const model = siteModel();
const CROWD = 450;
const seconds = batchesOf(
  model,
  Array.from({ length: CROWD }, (_, i) => ({
    carrierId: `c-${i}`,
    at: standing((i % 40) + 0.5, (i % 20) + 0.5, NOW, NOW + 5_000),
  })),
  NOW,
  NOW + 5_000,
  seeded(7),
);
const crowded = (): ReturnType<typeof createEngine> => {
  const engine = createEngine(model, undefined);
  for (const batch of seconds as LogBatch[]) engine.add(batch);
  engine.advance(NOW + 5_000);
  return engine;
};

test('the pieces of a crowd, written one by one, make the snapshot', () => {
  const engine = crowded();
  const pieces: Buffer[] = [];
  for (const part of engine.snapshotParts()) pieces.push(serialize(part));
  const sizes = pieces.map((bytes) => {
    const part = deserialize(bytes) as SnapshotPart;
    return part.part === 'head' ? 0 : part.carriers.length;
  });
  expect(Math.max(...sizes)).toBeLessThan(CROWD);
  expect(sizes.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(CROWD);
  const joined = joinSnapshot(pieces.map((bytes) => deserialize(bytes) as SnapshotPart));
  expect(joined).toEqual(engine.snapshot());
  const again = createEngine(model, joined);
  expect(again.openRows()).toEqual(engine.openRows());
  expect(again.openRows().visits).toHaveLength(CROWD);
});

test('pieces of two moments are never mixed', () => {
  const engine = crowded();
  const parts = engine.snapshotParts();
  parts.next();
  engine.advance(NOW + 6_000);
  expect(() => parts.next()).toThrow('the engine went on');
  expect(() => joinSnapshot([...crowded().snapshotParts()].slice(1))).toThrow('head');
});
