import { expect, test } from 'vitest';
import type { SiteModel } from '../../server/contract/model.ts';
import { createEngine } from '../../server/engine/engine.ts';
import type { Engine, EngineOutput } from '../../server/engine/types.ts';
import { append, batchesOf, heardOnce, NOW, nothing, seeded, siteModel, standing, type Walker } from './support.ts';

const before = siteModel();
const after: SiteModel = {
  ...siteModel({ definitions: { visitGapMinutes: 5, exitAfterSeconds: 40 }, dwellSecondsByZone: { b: [100] } }),
  zones: before.zones.filter((zone) => zone.id !== 'c'),
  definitionsVersion: 2,
};
const SWITCH = NOW + 60_000;
const walker: Walker = { carrierId: 'c-1', at: standing(33, 10, NOW, NOW + 120_000) };
const log = batchesOf(before, [walker], NOW, NOW + 120_000, seeded(1));

function engineWith(switchAtMs: number | undefined): Engine {
  const engine = createEngine(before, undefined);
  if (switchAtMs !== undefined) engine.setModel(after, switchAtMs);
  for (const batch of log) engine.add(batch);
  return engine;
}

test('a zone that is taken out ends its stays at that tick; the others go on', () => {
  const output = engineWith(SWITCH).advance(NOW + 3_600_000);
  const [first, ...others] = output.rows.stays;
  expect(first).toMatchObject({ zoneId: 'c', emittedAtMs: SWITCH + 1_000 });
  expect(first!.endMs).toBeLessThan(SWITCH);
  expect(others).toMatchObject([{ zoneId: 'b' }]);
  expect(others[0]!.endMs).toBeGreaterThan(NOW + 110_000);
  expect(output.events.flatMap((e) => (e.type === 'exited' ? [[e.zoneId, e.atMs]] : []))[0]).toEqual([
    'c',
    SWITCH + 1_000,
  ]);
});

test('definitions apply from the switch on', () => {
  const output = engineWith(SWITCH).advance(NOW + 3_600_000);
  const [visit] = output.rows.visits;
  expect(visit!.emittedAtMs - visit!.endMs).toBeGreaterThan(5 * 60_000);
  expect(visit!.emittedAtMs - visit!.endMs).toBeLessThanOrEqual(5 * 60_000 + 1_000);
  const stay = output.rows.stays.find((s) => s.zoneId === 'b');
  expect(stay!.emittedAtMs - stay!.endMs).toBeGreaterThanOrEqual(40_000);
  expect(stay!.emittedAtMs - stay!.endMs).toBeLessThan(41_000);
  expect(output.events.filter((e) => e.type === 'dwelled')).toMatchObject([{ zoneId: 'b', dwellSeconds: 100 }]);
});

test('a shorter gap closes what is overdue at the switch; a longer one keeps it open', () => {
  for (const [minutes, closedAtMs] of [
    [5, NOW + 10 * 60_000 + 1_000],
    [30, NOW + 30 * 60_000 + 1_000],
  ] as const) {
    const engine = createEngine(before, undefined);
    engine.setModel(siteModel({ definitions: { visitGapMinutes: minutes } }), NOW + 600_000);
    engine.add(heardOnce('g-0-0', 'c-1', NOW + 10));
    expect(engine.advance(NOW + 7_200_000).rows.visits.map((v) => v.emittedAtMs)).toEqual([closedAtMs]);
  }
});

test('a switch falls on the same tick however the run is cut', () => {
  const whole = JSON.stringify(engineWith(SWITCH + 1).advance(NOW + 3_600_000));
  const pieces = nothing();
  const engine = engineWith(SWITCH + 1);
  for (let toMs = NOW; toMs <= NOW + 3_600_000; toMs += 7_000) append(pieces, engine.advance(toMs));
  append(pieces, engine.advance(NOW + 3_600_000));
  expect(JSON.stringify(pieces)).toBe(whole);
});

test.each([SWITCH - 5_000, SWITCH, SWITCH + 1_000, SWITCH + 30_000])(
  'restored at %i with the model of that time, and the later ones set, it goes on the same',
  (cutMs) => {
    const whole = JSON.stringify(engineWith(SWITCH).advance(NOW + 3_600_000));
    const first = engineWith(SWITCH);
    const all: EngineOutput = first.advance(cutMs);
    const second = createEngine(cutMs >= SWITCH ? after : before, structuredClone(first.snapshot()));
    if (cutMs < SWITCH) second.setModel(after, SWITCH);
    for (const batch of log) second.add(batch);
    append(all, second.advance(NOW + 3_600_000));
    expect(JSON.stringify(all)).toBe(whole);
  },
);

test('a switch back in time is refused, one before the watermark takes effect at once', () => {
  const engine = createEngine(before, undefined);
  engine.setModel(after, SWITCH);
  expect(() => engine.setModel(before, NOW)).toThrow(/rising order/);
  const late = engineWith(undefined);
  late.advance(SWITCH);
  late.setModel(after, NOW);
  expect(late.advance(NOW + 3_600_000).rows.stays[0]).toMatchObject({ zoneId: 'c', emittedAtMs: SWITCH + 1_000 });
});

test('a gateway that moves is where the model in force says', () => {
  const moved: SiteModel = {
    ...before,
    gateways: before.gateways.map((g) => (g.id === 'g-0-0' ? { ...g, xM: 30, yM: 15 } : g)),
  };
  const engine = createEngine(before, undefined);
  engine.setModel(moved, NOW + 3_600_000);
  engine.add(heardOnce('g-0-0', 'c-1', NOW + 500));
  engine.add(heardOnce('g-0-0', 'c-2', NOW + 3_600_500));
  const { heat } = engine.advance(NOW + 9_000_000).rows;
  // One gateway tells a neighbourhood, not a place.
  expect(heat.map((h) => h.carrierId)).toEqual(['c-1', 'c-2']);
  for (const [i, [xM, yM]] of [[0, 0] as const, [30, 15] as const].entries())
    expect(Math.hypot(heat[i]!.cellX + 0.5 - xM, heat[i]!.cellY + 0.5 - yM)).toBeLessThan(10);
});

test('a zone may have any id, that of a property of every object too', () => {
  const model = siteModel({ zones: [{ ...before.zones[0]!, id: 'constructor' }] });
  const engine = createEngine(model, undefined);
  for (const batch of batchesOf(
    model,
    [{ carrierId: 'c-1', at: standing(3, 10, NOW, NOW + 60_000) }],
    NOW,
    NOW + 60_000,
    seeded(2),
  ))
    engine.add(batch);
  expect(engine.advance(NOW + 3_600_000).rows.stays).toMatchObject([{ zoneId: 'constructor' }]);
});
