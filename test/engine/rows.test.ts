import { expect, test } from 'vitest';
import type { SiteModel } from '../../server/contract/model.ts';
import { createEngine } from '../../server/engine/engine.ts';
import { type EngineOutput, HEAT_BUCKET_MS, type LogBatch } from '../../server/engine/types.ts';
import { batchesOf, heardOnce, NOW, seeded, siteModel, standing, type Walker } from './support.ts';

function play(batches: readonly LogBatch[], toMs: number, model: SiteModel = siteModel()): EngineOutput {
  const engine = createEngine(model, undefined);
  for (const batch of batches) engine.add(batch);
  return engine.advance(toMs);
}

const empty = (gatewayId: string, fromMs: number, toMs: number, seq = 1): LogBatch => ({
  gatewayId,
  epoch: 1,
  seq,
  fromMs,
  toMs,
  clockOffsetMs: 0,
  receivedMs: toMs + 200,
  sightings: [],
});

const model = siteModel();
const walkers: Walker[] = [
  { carrierId: 'c-1', at: standing(33, 10, NOW + 600_000, NOW + 1_500_000) },
  { carrierId: 'c-2', at: standing(5, 10, NOW + 800_000, NOW + 1_000_000) },
  // Goes silent for five minutes, in one visit.
  {
    carrierId: 'c-3',
    at: (atMs) => standing(17, 5, NOW, NOW + 100_000)(atMs) ?? standing(17, 5, NOW + 400_000, NOW + 500_000)(atMs),
  },
];
const output = play(batchesOf(model, walkers, NOW, NOW + 1_600_000, seeded(1)), NOW + 6 * 3_600_000);

test('occupancy of the site adds up to the visits, of a zone to its stays', () => {
  const { visits, stays, occupancy } = output.rows;
  const sum = (zoneId: string | null): number =>
    occupancy.filter((o) => o.zoneId === zoneId).reduce((total, o) => total + o.carrierMs, 0);
  const length = (rows: readonly { startMs: number; endMs: number }[]): number =>
    rows.reduce((total, row) => total + row.endMs - row.startMs, 0);
  expect(visits).toHaveLength(3);
  // Each visit or stay begins and ends within a tick that counts whole.
  expect(Math.abs(sum(null) - length(visits))).toBeLessThanOrEqual(2_000 * visits.length);
  for (const zoneId of ['a', 'b', 'c', 'door']) {
    const own = stays.filter((s) => s.zoneId === zoneId);
    expect(own.length).toBeGreaterThan(0);
    expect(Math.abs(sum(zoneId) - length(own))).toBeLessThanOrEqual(2_000 * own.length);
  }
});

test('occupancy is by quarter hour, with the peak of each, and told once no visit can reach back into it', () => {
  const site = output.rows.occupancy.filter((o) => o.zoneId === null);
  expect(site.map((o) => o.bucketStartMs)).toEqual([NOW, NOW + HEAT_BUCKET_MS]);
  expect(site.map((o) => o.peak)).toEqual([2, 2]);
  for (const row of site) expect(row.emittedAtMs).toBe(row.bucketStartMs + 2 * HEAT_BUCKET_MS + 1_000);
  const keys = output.rows.occupancy.map((o) => `${o.zoneId} ${o.bucketStartMs}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('open occupancy shows the quarter hour under way', () => {
  const engine = createEngine(model, undefined);
  for (const batch of batchesOf(model, walkers, NOW, NOW + 700_000, seeded(1))) engine.add(batch);
  engine.advance(NOW + 700_000);
  const site = engine.openRows().occupancy.find((o) => o.zoneId === null);
  expect(site?.bucketStartMs).toBe(NOW);
  expect(site?.carrierMs).toBeGreaterThan(590_000);
});

test('heat is the time heard, by cell and quarter hour, each cell of a carrier once', () => {
  const { heat } = output.rows;
  const keys = heat.map((h) => `${h.bucketStartMs} ${h.carrierId} ${h.floorId} ${h.cellX} ${h.cellY}`);
  expect(new Set(keys).size).toBe(keys.length);
  const total = (carrierId: string): number =>
    heat.filter((h) => h.carrierId === carrierId).reduce((sum, h) => sum + h.dwellMs, 0);
  expect(total('c-1')).toBeGreaterThan(895_000);
  expect(total('c-1')).toBeLessThanOrEqual(901_000);
  // The silence of five minutes counts for five seconds at most.
  expect(total('c-3')).toBeGreaterThan(195_000);
  expect(total('c-3')).toBeLessThanOrEqual(206_000);
  for (const row of heat) {
    expect(row.emittedAtMs).toBe(row.bucketStartMs + HEAT_BUCKET_MS);
    expect(row.cellX).toBeGreaterThanOrEqual(0);
    expect(row.cellX).toBeLessThanOrEqual(40);
  }
  const near = heat
    .filter((h) => h.carrierId === 'c-1' && Math.hypot(h.cellX + 0.5 - 33, h.cellY + 0.5 - 10) < 6)
    .reduce((sum, h) => sum + h.dwellMs, 0);
  expect(near / total('c-1')).toBeGreaterThan(0.8);
});

test('negative coordinates keep their cells', () => {
  const gateways = [{ id: 'g', floorId: 'nowhere', xM: -7.5, yM: -0.5, zM: 2, enabled: true }];
  const { rows } = play([heardOnce('g', 'c-1', NOW)], NOW + 3_600_000, siteModel({ floors: [], zones: [], gateways }));
  expect(rows.heat).toMatchObject([{ floorId: 'nowhere', cellX: -8, cellY: -1, dwellMs: 1_000, carrierId: 'c-1' }]);
});

test('open heat is what will be told, so far', () => {
  const engine = createEngine(model, undefined);
  engine.add(heardOnce('g-0-0', 'c-1', NOW + 5_000));
  engine.advance(NOW + 10_000);
  const open = engine.openRows().heat;
  expect(open).toMatchObject([{ carrierId: 'c-1', dwellMs: 1_000, bucketStartMs: NOW }]);
  const [told] = engine.advance(NOW + HEAT_BUCKET_MS).rows.heat;
  expect(told).toEqual({ ...open[0], emittedAtMs: NOW + HEAT_BUCKET_MS });
});

test('coverage: every minute that a batch touches, once, empty batches included', () => {
  const { rows } = play(
    [
      empty('g-0-0', NOW + 55_000, NOW + 65_000, 1),
      empty('g-0-0', NOW + 65_000, NOW + 75_000, 2),
      empty('g-0-0', NOW + 115_000, NOW + 120_000, 3),
      empty('g-0-0', NOW + 180_000, NOW + 180_000, 4),
      empty('g-10-0', NOW + 59_000, NOW + 60_000),
    ],
    NOW + 600_000,
  );
  const minutes = (gatewayId: string): number[] =>
    rows.coverage.filter((c) => c.gatewayId === gatewayId).map((c) => (c.minuteStartMs - NOW) / 60_000);
  expect(minutes('g-0-0')).toEqual([0, 1, 3]);
  expect(minutes('g-10-0')).toEqual([0]);
  for (const row of rows.coverage) {
    expect(row.emittedAtMs).toBeGreaterThan(row.minuteStartMs);
    expect(row.emittedAtMs).toBeLessThanOrEqual(row.minuteStartMs + 60_000);
  }
});

test('gateways that the model does not know count for nothing', () => {
  const { rows, events } = play([heardOnce('ghost', 'c-1', NOW), empty('ghost', NOW, NOW + 10_000)], NOW + 3_600_000);
  expect(rows).toEqual({ visits: [], stays: [], heat: [], occupancy: [], coverage: [] });
  expect(events).toEqual([]);
});

test('a site without floors or zones still has visits and coverage', () => {
  const bare = siteModel({ floors: [], zones: [] });
  const { rows } = play(batchesOf(bare, walkers, NOW, NOW + 60_000, seeded(2)), NOW + 3_600_000, bare);
  expect(rows.visits).toHaveLength(1);
  expect(rows.stays).toEqual([]);
  expect(rows.coverage).toHaveLength(15);
});

test('a carrier heard by one gateway only is visited, fixed and given heat, at that gateway', () => {
  const batches = Array.from({ length: 30 }, (_, i) => heardOnce('g-20-10', 'c-1', NOW + i * 1_000 + 300));
  const { rows } = play(batches, NOW + 3_600_000);
  expect(rows.visits).toMatchObject([{ startMs: NOW + 300, endMs: NOW + 29_300 }]);
  expect(rows.heat.reduce((sum, h) => sum + h.dwellMs, 0)).toBe(30_000);
  for (const { cellX, cellY } of rows.heat) expect(Math.hypot(cellX + 0.5 - 20, cellY + 0.5 - 10)).toBeLessThan(6);
});

test('sightings before the watermark are refused and counted, later ones of the same batch taken', () => {
  const engine = createEngine(model, undefined);
  engine.advance(NOW + 1_000);
  const batch = heardOnce('g-0-0', 'c-1', NOW + 999);
  batch.toMs = NOW + 2_000;
  batch.sightings.push({ ...batch.sightings[0]!, atMs: NOW + 1_000 });
  expect(engine.add(batch)).toBe(1);
  const { rows } = engine.advance(NOW + 3_600_000);
  expect(rows.visits).toMatchObject([{ startMs: NOW + 1_000, endMs: NOW + 1_000 }]);
  expect(engine.add(batch)).toBe(2);
});

test('a batch whose sightings lie in several ticks is spread over them, in whatever order it lists them', () => {
  const spread = heardOnce('g-20-10', 'c-1', NOW + 100);
  const [first] = spread.sightings;
  spread.sightings = [4_100, 100, 2_100, 2_900, 9_100].map((ms) => ({ ...first!, atMs: NOW + ms }));
  const single = [100, 2_100, 2_900, 4_100, 9_100].map((ms, i) => heardOnce('g-20-10', 'c-1', NOW + ms, {}, i + 1));
  const rowsOf = (batches: LogBatch[]) => play(batches, NOW + 3_600_000).rows;
  expect(rowsOf([spread])).toEqual(rowsOf(single));
});
