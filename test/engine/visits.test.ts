import { expect, test } from 'vitest';
import type { SiteModel } from '../../server/contract/model.ts';
import { createEngine } from '../../server/engine/engine.ts';
import type { EngineOutput, LogBatch } from '../../server/engine/types.ts';
import {
  append,
  batchesOf,
  heardOnce,
  NOW,
  nothing,
  seeded,
  siteModel,
  standing,
  type Walker,
  walking,
} from './support.ts';

const GAP_MS = 15 * 60_000;

function play(batches: readonly LogBatch[], toMs: number, model: SiteModel = siteModel()): EngineOutput {
  const engine = createEngine(model, undefined);
  for (const batch of batches) engine.add(batch);
  return engine.advance(toMs);
}

const spans = (output: EngineOutput): [number, number][] => output.rows.visits.map((v) => [v.startMs, v.endMs]);

test('a gap of exactly the visit gap is still the same visit; a millisecond more is two', () => {
  const first = NOW + 250;
  const same = play([heardOnce('g-0-0', 'c-1', first), heardOnce('g-0-0', 'c-1', first + GAP_MS)], NOW + 2 * 3_600_000);
  expect(spans(same)).toEqual([[first, first + GAP_MS]]);
  const two = play([heardOnce('g-0-0', 'c-1', first), heardOnce('g-0-0', 'c-1', first + GAP_MS + 1)], NOW + 7_200_000);
  expect(spans(two)).toEqual([
    [first, first],
    [first + GAP_MS + 1, first + GAP_MS + 1],
  ]);
});

test('at full seconds too: the visit is open through the tick that holds the end of the gap', () => {
  const same = play([heardOnce('g-0-0', 'c-1', NOW), heardOnce('g-0-0', 'c-1', NOW + GAP_MS)], NOW + 7_200_000);
  expect(spans(same)).toEqual([[NOW, NOW + GAP_MS]]);
  const two = play([heardOnce('g-0-0', 'c-1', NOW), heardOnce('g-0-0', 'c-1', NOW + GAP_MS + 1_000)], NOW + 7_200_000);
  expect(spans(two)).toEqual([
    [NOW, NOW],
    [NOW + GAP_MS + 1_000, NOW + GAP_MS + 1_000],
  ]);
});

test('a visit is closed by time alone, in the tick that ends its gap', () => {
  const engine = createEngine(siteModel(), undefined);
  engine.add(heardOnce('g-0-0', 'c-1', NOW + 250));
  const early = engine.advance(NOW + GAP_MS);
  expect(early.rows.visits).toEqual([]);
  expect(early.events.map((e) => e.type)).toEqual(['visitStarted']);
  expect(engine.openRows().visits).toMatchObject([{ carrierId: 'c-1', startMs: NOW + 250, endMs: NOW + 250 }]);
  const late = engine.advance(NOW + GAP_MS + 1_000);
  expect(late.rows.visits).toMatchObject([{ startMs: NOW + 250, endMs: NOW + 250, emittedAtMs: NOW + GAP_MS + 1_000 }]);
  expect(late.events).toEqual([{ type: 'visitEnded', carrierId: 'c-1', kind: 'shopper', atMs: NOW + GAP_MS + 1_000 }]);
  expect(engine.openRows().visits).toEqual([]);
});

const walkThrough: Walker = {
  carrierId: 'c-1',
  at: walking(
    [
      [4, 10],
      [17, 10],
      [33, 10],
    ],
    NOW,
    60_000,
  ),
};

test('a walk through entrance, shop and coupon zone: stays, their visit, their events in order', () => {
  const model = siteModel({ dwellSecondsByZone: { c: [10, 30, 3_600] } });
  const output = play(batchesOf(model, [walkThrough], NOW, NOW + 260_000, seeded(2)), NOW + 3_600_000, model);
  const { visits, stays } = output.rows;
  expect(visits).toHaveLength(1);
  expect(visits[0]!.entranceZoneId).toBe('door');
  expect(stays.map((s) => s.zoneId).sort()).toEqual(['a', 'b', 'c', 'door']);
  for (const stay of stays) {
    expect(stay).toMatchObject({ carrierId: 'c-1', floorId: 'f0', visitStartMs: visits[0]!.startMs });
    expect(stay.startMs).toBeGreaterThanOrEqual(visits[0]!.startMs);
    expect(stay.endMs).toBeLessThanOrEqual(visits[0]!.endMs);
    expect(stay.emittedAtMs).toBeGreaterThanOrEqual(stay.endMs + 20_000);
    expect(stay.endMs - stay.startMs).toBeGreaterThan(40_000);
    expect(stay.endMs - stay.startMs).toBeLessThan(100_000);
  }
  const order = output.events.flatMap((e) => (e.type === 'entered' ? [e.zoneId] : []));
  expect(order.slice(0, 2)).toEqual(['door', 'a']);
  expect(new Set(order.slice(2))).toEqual(new Set(['b', 'c']));
  const dwelled = output.events.filter((e) => e.type === 'dwelled');
  expect(dwelled.map((e) => e.dwellSeconds)).toEqual([10, 30]);
  for (const event of output.events) {
    expect(event.atMs % 1_000).toBe(0);
    if (event.type === 'entered' || event.type === 'dwelled') {
      expect(event.sightingAtMs).toBeGreaterThanOrEqual(event.atMs - 1_000);
      expect(event.sightingAtMs).toBeLessThan(event.atMs);
      expect(event.fix).toMatchObject({ floorId: 'f0' });
    }
  }
  expect(output.events.map((e) => e.atMs)).toEqual(output.events.map((e) => e.atMs).sort((a, b) => a - b));
});

test('a still carrier on the border of two shops does not flap, however noisy the radio', () => {
  for (const seed of [1, 2, 3]) {
    const model = siteModel();
    const still: Walker = { carrierId: 'c-1', at: standing(25, 10, NOW, NOW + 1_200_000) };
    const batches = batchesOf(model, [still], NOW, NOW + 1_200_000, seeded(seed), { noiseDb: 6, missed: 0.4 });
    const { stays } = play(batches, NOW + 3_600_000, model).rows;
    const byZone = (zoneId: string): number => stays.filter((s) => s.zoneId === zoneId).length;
    expect(stays.length).toBeGreaterThan(0);
    for (const zoneId of ['a', 'b']) expect(byZone(zoneId)).toBeLessThanOrEqual(2);
    expect(byZone('door')).toBe(0);
  }
});

test('stays and visits are told of every kind; occupancy and heat are of people alone', () => {
  const model = siteModel();
  const walkers = (['staff', 'cart', 'shopper', 'tag', 'unknown'] as const).map(
    (kind): Walker => ({ carrierId: `c-${kind}`, kind, at: standing(33, 10, NOW, NOW + 120_000) }),
  );
  const { rows } = play(batchesOf(model, walkers, NOW, NOW + 120_000, seeded(3)), NOW + 7_200_000, model);
  expect(rows.visits.map((v) => v.kind).sort()).toEqual(['cart', 'shopper', 'staff', 'tag', 'unknown']);
  expect(new Set(rows.stays.map((s) => s.kind)).size).toBe(5);
  expect(rows.occupancy.find((o) => o.zoneId === null)?.peak).toBe(3);
  expect(rows.occupancy.find((o) => o.zoneId === 'b')?.peak).toBe(3);
  expect([...new Set(rows.heat.map((h) => h.carrierId))].sort()).toEqual(['c-shopper', 'c-tag', 'c-unknown']);
});

test('midnight and the change to summer time are seconds like any others', () => {
  for (const aroundMs of [Date.UTC(2025, 2, 29, 23), Date.UTC(2025, 2, 30, 1), Date.UTC(2025, 9, 26, 1)]) {
    const shiftMs = aroundMs - 120_000 - NOW;
    const model = siteModel();
    const moved = { ...walkThrough, at: (atMs: number) => walkThrough.at(atMs - shiftMs) };
    const here = play(batchesOf(model, [walkThrough], NOW, NOW + 240_000, seeded(4)), NOW + 3_600_000, model);
    const there = play(
      batchesOf(model, [moved], NOW + shiftMs, NOW + shiftMs + 240_000, seeded(4)),
      NOW + shiftMs + 3_600_000,
      model,
    );
    const relative = (output: EngineOutput, originMs: number) =>
      [...output.rows.visits, ...output.rows.stays].map((row) => [row.startMs - originMs, row.endMs - originMs]);
    expect(relative(there, NOW + shiftMs)).toEqual(relative(here, NOW));
    expect(here.rows.stays.length).toBeGreaterThan(2);
  }
});

test('present: heard within a minute, with where it is', () => {
  const model = siteModel();
  const engine = createEngine(model, undefined);
  const walkers: Walker[] = [
    { carrierId: 'c-2', at: standing(33, 10, NOW, NOW + 60_000) },
    { carrierId: 'c-1', kind: 'staff', at: standing(5, 10, NOW, NOW + 60_000) },
  ];
  for (const batch of batchesOf(model, walkers, NOW, NOW + 60_000, seeded(5))) engine.add(batch);
  engine.advance(NOW + 60_000);
  expect(engine.present()).toMatchObject([
    { carrierId: 'c-1', kind: 'staff', zoneIds: ['door'], fix: { floorId: 'f0' } },
    { carrierId: 'c-2', kind: 'shopper' },
  ]);
  expect(engine.present()[1]!.zoneIds.sort()).toEqual(['b', 'c']);
  engine.advance(NOW + 122_000);
  expect(engine.present()).toEqual([]);
  expect(engine.openRows().visits).toHaveLength(2);
});

test('a tick-by-tick live run tells of an entry within the confirmation and two seconds', () => {
  const model = siteModel();
  const engine = createEngine(model, undefined);
  const walker: Walker = { carrierId: 'c-1', at: standing(33, 10, NOW, NOW + 30_000) };
  const batches = batchesOf(model, [walker], NOW, NOW + 30_000, seeded(6));
  const all = nothing();
  for (let toMs = NOW + 1_000; toMs <= NOW + 30_000; toMs += 1_000) {
    for (const batch of batches) if (batch.toMs === toMs) engine.add(batch);
    append(all, engine.advance(toMs));
  }
  const entered = all.events.find((e) => e.type === 'entered' && e.zoneId === 'c');
  expect(entered?.atMs).toBeLessThanOrEqual(NOW + 8_000);
});
