import { serialize } from 'node:v8';
import { expect, test } from 'vitest';
import type { Fix } from '../../server/engine/types.ts';
import { createPositioner } from '../../server/positioning/index.ts';
import type { HeardView, Position } from '../../server/positioning/types.ts';
import { box, gaussian, NOW, seeded, siteModel, walking } from '../engine/support.ts';

const model = siteModel();

function viewsAt(
  site: typeof model,
  place: { xM: number; yM: number; floorId?: string },
  tickEndMs: number,
  random: () => number,
  { noiseDb = 5, heardShare = 0.7, powerDbm = -62, shadow = new Map<string, number>() } = {},
): HeardView[] {
  return site.gateways
    .filter(() => random() < heardShare)
    .map((gateway) => {
      const floorLossDb = gateway.floorId === (place.floorId ?? 'f0') ? 0 : 18;
      const distanceM = Math.hypot(place.xM - gateway.xM, place.yM - gateway.yM, 1.4);
      const rssiMeanDbm =
        powerDbm -
        21 * Math.log10(distanceM) -
        floorLossDb +
        (shadow.get(gateway.id) ?? 0) +
        noiseDb * gaussian(random);
      return { gatewayId: gateway.id, rssiMeanDbm, rssiMaxDbm: rssiMeanDbm, adverts: 3, atMs: tickEndMs - 100 };
    })
    .filter((view) => view.rssiMeanDbm > -95)
    .sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1));
}

test('walkers are followed within metres, and the stated accuracy holds about 68 % of them', () => {
  const errors: number[] = [];
  let within = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const random = seeded(seed);
    const points = Array.from({ length: 5 }, (): [number, number] => [random() * 40, random() * 20]);
    const at = walking(points, NOW, 15_000);
    const powerDbm = -62 + 6 * gaussian(random);
    // Walls and bodies: what does not change from second to second.
    const shadow = new Map(model.gateways.map((g) => [g.id, 4 * gaussian(random)]));
    const positioner = createPositioner(model, null);
    let state: unknown;
    for (let tick = 1; tick <= 90; tick++) {
      const tickEndMs = NOW + tick * 1_000;
      const place = at(tickEndMs);
      if (!place) break;
      const step = positioner.step(state, tickEndMs, viewsAt(model, place, tickEndMs, random, { powerDbm, shadow }));
      state = step.state;
      const { fix } = step.position;
      if (tick < 4) continue;
      expect(fix).toBeDefined();
      const errorM = Math.hypot(fix!.xM - place.xM, fix!.yM - place.yM);
      errors.push(errorM);
      if (errorM <= fix!.accuracyM) within += 1;
    }
  }
  errors.sort((a, b) => a - b);
  expect(errors.length).toBeGreaterThan(1_500);
  expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(4.5);
  expect(errors[Math.floor(errors.length * 0.9)]).toBeLessThan(8.5);
  expect(within / errors.length).toBeGreaterThan(0.55);
  expect(within / errors.length).toBeLessThan(0.88);
});

test('once it has a place it never moves faster than a run, even when the radio jumps', () => {
  const random = seeded(3);
  const positioner = createPositioner(model, null);
  let state: unknown;
  let last: Fix | undefined;
  for (let tick = 1; tick <= 60; tick++) {
    const place = tick % 20 < 10 ? { xM: 3, yM: 3 } : { xM: 37, yM: 17 };
    const step = positioner.step(state, tick * 1_000, viewsAt(model, place, tick * 1_000, random));
    state = step.state;
    const { fix } = step.position;
    // A first place may be far off, and is corrected at once.
    if (last && fix && tick > 15) expect(Math.hypot(fix.xM - last.xM, fix.yM - last.yM)).toBeLessThanOrEqual(3.01);
    last = fix;
  }
  expect(last).toBeDefined();
});

const twoFloors = siteModel({
  floors: [0, 1].map((level) => ({ ...model.floors[0]!, id: `f${level}`, level })),
  gateways: model.gateways.flatMap((g) => [g, { ...g, id: `${g.id}-up`, floorId: 'f1' }]),
  zones: [box('low', [0, 0, 40, 20]), box('high', [0, 0, 40, 20], { floorId: 'f1' })],
});

test('the floor is the loudest one, and changes only after several ticks', () => {
  const random = seeded(4);
  const positioner = createPositioner(twoFloors, null);
  let state: unknown;
  const floors: (string | undefined)[] = [];
  for (let tick = 1; tick <= 40; tick++) {
    const place = { xM: 12, yM: 8, floorId: tick <= 20 ? 'f0' : 'f1' };
    const step = positioner.step(state, tick * 1_000, viewsAt(twoFloors, place, tick * 1_000, random));
    state = step.state;
    floors.push(step.position.fix?.floorId);
  }
  expect(new Set(floors.slice(0, 22))).toEqual(new Set(['f0']));
  expect(new Set(floors.slice(30))).toEqual(new Set(['f1']));
  expect(floors.filter((floor, i) => i > 0 && floor !== floors[i - 1])).toHaveLength(1);
});

test('heard by one gateway only: a fix at it, with an error that says so', () => {
  const positioner = createPositioner(model, null);
  const heard = (rssiMeanDbm: number): Position =>
    positioner.step(undefined, NOW, [
      { gatewayId: 'g-20-10', rssiMeanDbm, rssiMaxDbm: rssiMeanDbm, adverts: 2, atMs: NOW - 500 },
    ]).position;
  const near = heard(-60).fix!;
  const far = heard(-85).fix!;
  expect(Math.hypot(near.xM - 20, near.yM - 10)).toBeLessThan(0.5);
  expect(near.accuracyM).toBeGreaterThan(1);
  expect(far.accuracyM).toBeGreaterThan(1.5 * near.accuracyM);
});

test('gateways it does not know, and sites without floors, give no fix and no throw', () => {
  const bare = createPositioner(siteModel({ floors: [], gateways: [], zones: [] }), null);
  const view = { gatewayId: 'g-0-0', rssiMeanDbm: -60, rssiMaxDbm: -60, adverts: 1, atMs: NOW };
  expect(bare.step(undefined, NOW, [view]).position).toEqual({ fix: undefined, zoneMass: [] });
  expect(bare.step(undefined, NOW, []).position.fix).toBeUndefined();
});

test('zone masses are those of the fix and its accuracy', () => {
  const random = seeded(8);
  const positioner = createPositioner(model, null);
  let state: unknown;
  let position: Position | undefined;
  for (let tick = 1; tick <= 30; tick++) {
    const step = positioner.step(state, tick * 1_000, viewsAt(model, { xM: 33, yM: 10 }, tick * 1_000, random));
    ({ state, position } = step);
  }
  const mass = (zoneId: string): number => position?.zoneMass.find((z) => z.zoneId === zoneId)?.mass ?? 0;
  expect(mass('b')).toBeGreaterThan(0.8);
  expect(mass('c')).toBeGreaterThan(0.6);
  expect(mass('a')).toBeLessThan(0.2);
});

test('its state can be cloned between any two steps', () => {
  const run = (clone: boolean): string => {
    const random = seeded(9);
    const positioner = createPositioner(model, null);
    let state: unknown;
    const fixes: unknown[] = [];
    for (let tick = 1; tick <= 30; tick++) {
      const step = positioner.step(state, tick * 1_000, viewsAt(model, { xM: tick, yM: 10 }, tick * 1_000, random));
      state = clone ? structuredClone(step.state) : step.state;
      fixes.push(step.position);
    }
    return JSON.stringify(fixes);
  };
  expect(run(true)).toBe(run(false));
});

test('a carrier heard by more and more gateways keeps a state of bounded size', () => {
  const many = siteModel({
    gateways: Array.from({ length: 500 }, (_, i) => ({ ...model.gateways[0]!, id: `g${i}`, xM: i % 40, yM: i % 20 })),
  });
  const positioner = createPositioner(many, null);
  let state: unknown;
  const sizes: number[] = [];
  for (let tick = 0; tick < 25; tick++) {
    const heard = Array.from({ length: 20 }, (_, i) => ({
      gatewayId: `g${tick * 20 + i}`,
      rssiMeanDbm: -70,
      rssiMaxDbm: -70,
      adverts: 1,
      atMs: tick * 1_000 + 500,
    }));
    ({ state } = positioner.step(state, (tick + 1) * 1_000, heard));
    sizes.push(serialize(state).length);
  }
  expect(Math.max(...sizes)).toBeLessThan(8_000);
  expect(sizes.at(-1)! - sizes[5]!).toBeLessThan(200);
});
