import { describe, expect, test } from 'vitest';
import { CLONE_KEPT_MS, CloneWatch } from '../../server/engine/clones.ts';
import { createEngine } from '../../server/engine/engine.ts';
import type { HeardView } from '../../server/positioning/types.ts';
import { runCloneWorld } from '../support/cloneWorld.ts';
import { heardOnce, NOW, siteModel } from './support.ts';

const gateway = (id: string, xM: number, floorId = 'f0') => ({ id, floorId, xM, yM: 0, zM: 2.5, enabled: true });
/** Each with a neighbour that hears what it hears, a little less. */
const GATEWAYS = [
  ...[gateway('west', 0), gateway('near', 45), gateway('east', 150), gateway('above', 150, 'f1')].flatMap((one) => [
    one,
    { ...one, id: `${one.id}-2`, yM: 10 },
  ]),
];
const view = (gatewayId: string, atMs: number, rssiMeanDbm: number): HeardView => ({
  gatewayId,
  rssiMeanDbm,
  rssiMaxDbm: rssiMeanDbm,
  adverts: 2,
  powerDbm: undefined,
  atMs,
});
const watching = () => {
  const watch = new CloneWatch();
  watch.useGateways(GATEWAYS);
  return watch;
};
/** One tick near a gateway; true where the carrier is found out. */
const near = (watch: CloneWatch, carrierId: string, gatewayId: string, second: number, farDbm = -90) => {
  const atMs = NOW + second * 1_000;
  const far = gatewayId === 'west' ? 'east' : 'west';
  const views = [
    view(gatewayId, atMs - 500, -60),
    view(`${gatewayId}-2`, atMs - 500, -64),
    view(far, atMs - 500, farDbm),
  ];
  return watch.note(carrierId, views, atMs);
};
/** Now here, now there, every `stepSeconds`. */
const alternate = (watch: CloneWatch, carrierId: string, places: string[], seconds: number, stepSeconds = 2) => {
  let found = 0;
  for (let n = 0; n * stepSeconds < seconds; n++)
    if (near(watch, carrierId, places[n % places.length]!, n * stepSeconds)) found++;
  return found;
};

describe('what is a clone', () => {
  test('near two far gateways by turns, again and again', () => {
    const watch = watching();
    expect(alternate(watch, 'c-1', ['west', 'east'], 19)).toBe(0);
    expect(alternate(watch, 'c-1', ['west', 'east'], 60)).toBe(1);
    expect(watch.isCloned('c-1', NOW + 60_000)).toBe(true);
    expect(watch.all(NOW + 60_000)).toMatchObject([{ carrierId: 'c-1' }]);
    expect(watch.isCloned('c-1', NOW + 60_000 + CLONE_KEPT_MS)).toBe(false);
  });

  test.each([
    ['near two gateways that one person can be near', ['west', 'near']],
    ['on two floors, whose plans need not lie one above the other', ['west', 'above']],
  ])('not: %s', (_, places) => {
    expect(alternate(watching(), 'c-1', places, 600)).toBe(0);
  });

  test('not: where a far gateway hears it about as well, so that nobody knows where it is', () => {
    const watch = watching();
    for (let n = 0; n < 300; n++) expect(near(watch, 'c-1', n % 2 ? 'west' : 'east', n * 2, -64)).toBe(false);
  });

  test('not: by one gateway alone', () => {
    const watch = watching();
    for (let n = 0; n < 300; n++) {
      const atMs = NOW + n * 2_000;
      expect(watch.note('c-1', [view(n % 2 ? 'west' : 'east', atMs, -60)], atMs)).toBe(false);
    }
  });

  test('not: once, as by a reflection or a late batch', () => {
    const watch = watching();
    for (const second of [0, 600, 1_200]) {
      near(watch, 'c-1', 'west', second);
      expect(near(watch, 'c-1', 'east', second + 2)).toBe(false);
    }
    expect(watch.all(NOW + 1_300_000)).toEqual([]);
  });

  test('not: who walks from one to the other', () => {
    const watch = watching();
    let found = 0;
    for (let second = 0; second < 4_000; second++) {
      const phase = second % 200;
      if (phase < 60) found += Number(near(watch, 'c-1', 'west', second));
      else if (phase >= 100 && phase < 160) found += Number(near(watch, 'c-1', 'east', second));
    }
    expect(found).toBe(0);
  });

  test('where many contradict themselves it is the gateway that is wrong', () => {
    const watch = watching();
    for (let n = 0; n < 60; n++)
      for (const carrierId of ['c-1', 'c-2', 'c-3', 'c-4', 'c-5'])
        near(watch, carrierId, n % 2 ? 'west' : 'east', n * 2);
    expect(watch.all(NOW + 120_000)).toEqual([]);
  });
});

describe('in the engine', () => {
  const model = siteModel({ gateways: GATEWAYS.filter(({ floorId }) => floorId === 'f0') });
  const batches = (carrierId: string, kind: 'shopper' | 'unknown') =>
    Array.from({ length: 40 }, (_, second) => {
      const place = second % 2 ? 'west' : 'east';
      return [place, `${place}-2`].map((id) => heardOnce(id, carrierId, NOW + second * 1_000 + 100, { kind }));
    }).flat();

  test('told once, shown with who is present, and remembered by a snapshot', () => {
    const engine = createEngine(model, undefined);
    for (const batch of batches('c-1', 'shopper')) engine.add(batch);
    const { events } = engine.advance(NOW + 30_000);
    expect(events.filter(({ type }) => type === 'cloned')).toMatchObject([{ carrierId: 'c-1', kind: 'shopper' }]);
    expect(engine.present()).toMatchObject([{ carrierId: 'c-1', cloned: true }]);
    const again = createEngine(model, structuredClone(engine.snapshot()));
    for (const batch of batches('c-1', 'shopper')) again.add(batch);
    engine.advance(NOW + 40_000);
    expect(again.advance(NOW + 40_000).events.filter(({ type }) => type === 'cloned')).toEqual([]);
    expect(again.clones()).toEqual(engine.clones());
    // The visit ends, the knowledge stays.
    again.advance(NOW + 3_600_000);
    expect(again.present()).toEqual([]);
    expect(again.clones()).toMatchObject([{ carrierId: 'c-1' }]);
  });

  test('beacons of nobody are not watched', () => {
    const engine = createEngine(model, undefined);
    for (const batch of batches('u-1', 'unknown')) engine.add(batch);
    engine.advance(NOW + 40_000);
    expect(engine.clones()).toEqual([]);
  });
});

describe('through the simulated radio', () => {
  // The long version is test/bench/clones.ts.
  test('copies are found, and nobody else is', () => {
    const { found, seconds } = runCloneWorld({
      seed: 'copies',
      carriers: 12,
      cloned: 4,
      seconds: 1_800,
      intervalMs: 1_500,
    });
    expect(found.filter((id) => Number(id.slice(2)) >= 4)).toEqual([]);
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...seconds.values())).toBeLessThan(1_800);
  });

  test('in a hall that reflects, with beacons of very different power, nobody is flagged', () => {
    const { found, carrierHours } = runCloneWorld({
      seed: 'echo',
      carriers: 30,
      cloned: 0,
      seconds: 1_800,
      intervalMs: 1_500,
      powerSigmaDb: 5,
      shadowSigmaDb: 6,
      pathLossExponent: 1.8,
    });
    expect(carrierHours).toBe(15);
    expect(found).toEqual([]);
  });

  test('nor where a gateway is two minutes late', () => {
    const world = { seed: 'late', carriers: 40, cloned: 0, seconds: 1_800, intervalMs: 1_500, lateGateway: 120 };
    expect(runCloneWorld(world).found).toEqual([]);
  });
});
