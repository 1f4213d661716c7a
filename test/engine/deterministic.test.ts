import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engine.ts';
import type { EngineOutput, LogBatch } from '../../server/engine/types.ts';
import {
  append,
  batchesOf,
  NOW,
  nothing,
  seeded,
  shuffled,
  siteModel,
  standing,
  type Walker,
  walking,
} from './support.ts';

const model = siteModel({ dwellSecondsByZone: { c: [5, 30] }, definitions: { visitGapMinutes: 2 } });
const MINUTES = 24;
const END = NOW + MINUTES * 60_000;

function walkers(random: () => number): Walker[] {
  return Array.from({ length: 8 }, (_, i) => {
    const fromMs = NOW + Math.floor(random() * 300_000);
    const points = Array.from({ length: 4 }, (): [number, number] => [random() * 40, random() * 20]);
    const once = walking(points, fromMs, 45_000);
    // Some come back after their visit has ended.
    const again = standing(random() * 40, random() * 20, fromMs + 600_000, fromMs + 700_000);
    return {
      carrierId: `c-${(i * 7) % 8}`,
      kind: i === 3 ? 'staff' : 'shopper',
      at: (atMs) => once(atMs) ?? (i % 2 ? again(atMs) : undefined),
    };
  });
}

const log = batchesOf(model, walkers(seeded(1)), NOW, NOW + 18 * 60_000, seeded(2));

/** Hands the batches over in the given order, each before its ticks, and advances by the given steps. */
function run(batches: readonly LogBatch[], steps: readonly number[]): EngineOutput {
  const engine = createEngine(model, undefined);
  const all = nothing();
  const waiting = [...batches];
  for (const toMs of steps) {
    // Everything that belongs to the ticks up to here, and by chance some that does not yet.
    for (let i = waiting.length - 1; i >= 0; i--)
      if (waiting[i]!.fromMs < toMs || i % 3 === 0) expect(engine.add(waiting.splice(i, 1)[0]!)).toBe(0);
    append(all, engine.advance(toMs));
  }
  return all;
}

const whole = run(log, [END]);
const wholeText = JSON.stringify(whole);

test('the scenario holds something of everything', () => {
  expect(whole.rows.visits.length).toBeGreaterThan(8);
  expect(whole.rows.stays.length).toBeGreaterThan(15);
  expect(whole.rows.heat.length).toBeGreaterThan(100);
  expect(whole.rows.occupancy.length).toBeGreaterThan(4);
  expect(whole.rows.coverage.length).toBe(15 * 18);
  for (const type of ['visitStarted', 'visitEnded', 'entered', 'exited', 'dwelled'])
    expect(whole.events.some((event) => event.type === type)).toBe(true);
});

test.each([11, 12, 13, 14, 15])('order and pieces of arrival change nothing (seed %i)', (seed) => {
  const random = seeded(seed);
  const steps: number[] = [];
  for (let at = NOW; at < END; at += Math.floor(random() * 90_000)) steps.push(at);
  expect(JSON.stringify(run(shuffled(log, random), [...steps, END]))).toBe(wholeText);
});

test('ticking through idle stretches gives what skipping them gives', () => {
  const steps = Array.from({ length: MINUTES * 60 }, (_, i) => NOW + (i + 1) * 1_000);
  expect(JSON.stringify(run(log, steps))).toBe(wholeText);
});

test.each([21, 22, 23, 24])('a snapshot at any tick goes on to the same rows (seed %i)', (seed) => {
  const random = seeded(seed);
  const cuts = Array.from({ length: 4 }, () => NOW + Math.floor(random() * MINUTES * 60) * 1_000).sort((a, b) => a - b);
  let engine = createEngine(model, undefined);
  const all = nothing();
  let fromMs = 0;
  for (const cut of [...cuts, END]) {
    for (const batch of log) if (batch.toMs > fromMs) engine.add(batch);
    append(all, engine.advance(cut));
    const bytes = serialize(engine.snapshot());
    // What the abandoned engine does afterwards must not reach into the snapshot.
    engine.advance(cut + 60_000);
    engine = createEngine(model, deserialize(bytes));
    expect(engine.watermarkMs).toBe(cut);
    fromMs = cut;
  }
  expect(JSON.stringify(all)).toBe(wholeText);
});

test('a snapshot does not follow the engine that made it, nor one that was made from it', () => {
  const engine = createEngine(model, undefined);
  for (const batch of log) engine.add(batch);
  const all = engine.advance(NOW + 300_000);
  const snapshot = engine.snapshot();
  const before = serialize(snapshot);
  const rest = engine.advance(END);
  const second = createEngine(model, snapshot);
  for (const batch of log) second.add(batch);
  expect(JSON.stringify(second.advance(END))).toBe(JSON.stringify(rest));
  expect(serialize(snapshot).equals(before)).toBe(true);
  append(all, rest);
  expect(JSON.stringify(all)).toBe(wholeText);
});

test('a snapshot of another version is refused', () => {
  const snapshot = { ...createEngine(model, undefined).snapshot(), version: 0 };
  expect(() => createEngine(model, snapshot)).toThrow(/version 0/);
});
