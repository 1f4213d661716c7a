import { describe, expect, test } from 'vitest';
import {
  type CoverageField,
  type CoverageOptions,
  coverageOf,
  ENOUGH_GATEWAYS,
  finish,
  summaryOf,
} from '../../server/calibration/coverage.ts';
import { MAX_CELLS } from '../../server/calibration/coverageCells.ts';
import { oneMoreSteps, type Proposal } from '../../server/calibration/oneMoreGateway.ts';
import { assumeRadio } from '../../server/calibration/radioAssumptions.ts';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type { Floor, Gateway, SiteModel } from '../../server/contract/model.ts';
import { pointInShape } from '../../server/floor/geometry.ts';
import { WallIndex } from '../../server/floor/wallIndex.ts';
import { createGridPositioner } from '../../server/positioning/gridPositioner.ts';
import { createRandom } from '../../simulators/random.ts';
import { crosses } from '../../simulators/walls.ts';
import { blocksOf, compare } from '../bench/positions/compareCoverage.ts';
import { hallModel, walkHall } from '../support/coverageWorld.ts';

type Place = [number, number];

function hall(widthM: number, heightM: number, places: readonly Place[], more: Partial<Floor> = {}): SiteModel {
  return {
    siteId: 'hall',
    timezone: 'Europe/Prague',
    floors: [{ id: 'f0', name: 'Ground', level: 0, widthM, heightM, outline: null, walls: [], image: null, ...more }],
    zones: [],
    gateways: places.map(([xM, yM], i): Gateway => ({ id: `g-${i}`, floorId: 'f0', xM, yM, zM: 3, enabled: true })),
    definitionsVersion: 1,
    definitions: DEFAULT_DEFINITIONS,
    dwellSecondsByZone: {},
  };
}

function grid(widthM: number, heightM: number, stepM: number): Place[] {
  const places: Place[] = [];
  for (let y = stepM / 2; y < heightM; y += stepM) for (let x = stepM / 2; x < widthM; x += stepM) places.push([x, y]);
  return places;
}

const fieldOf = (model: SiteModel, options?: CoverageOptions): CoverageField => coverageOf(model, 'f0', options);
const oneMore = (model: SiteModel, options?: CoverageOptions): Proposal[] =>
  finish(oneMoreSteps(fieldOf(model, options)));

function indexAt({ cells }: CoverageField, xM: number, yM: number): number {
  const [column, row] = [Math.floor(xM / cells.cellM), Math.floor(yM / cells.cellM)];
  const index = cells.columns.findIndex((c, i) => c === column && cells.rows[i] === row);
  expect(index, `no cell at ${xM}, ${yM}`).toBeGreaterThanOrEqual(0);
  return index;
}

describe('expected accuracy', () => {
  test('one more gateway never makes it worse anywhere, with walls or without', () => {
    const random = createRandom('never worse');
    for (let round = 0; round < 6; round++) {
      const walls: Floor['walls'] =
        round % 2 === 0
          ? []
          : Array.from({ length: 20 }, () => {
              const [x, y] = [random() * 50, random() * 30];
              return [x, y, x + 10 * random(), y + 10 * random()];
            });
      const places = Array.from({ length: 8 }, (): Place => [random() * 60, random() * 40]);
      let before = fieldOf(hall(60, 40, [], { walls })).errorM;
      for (let n = 1; n <= places.length; n++) {
        const after = fieldOf(hall(60, 40, places.slice(0, n), { walls })).errorM;
        after.forEach((error, i) => {
          expect(error).toBeLessThanOrEqual(before[i]! + 1e-9);
        });
        before = after;
      }
    }
  });

  test('a symmetric layout has a symmetric map', () => {
    const field = fieldOf(hall(40, 24, grid(40, 24, 8)));
    const { cells, errorM, hearing } = field;
    for (let i = 0; i < errorM.length; i++) {
      for (const j of [
        indexAt(field, 40 - cells.xM[i]!, cells.yM[i]!),
        indexAt(field, cells.xM[i]!, 24 - cells.yM[i]!),
      ]) {
        expect(errorM[j]).toBeCloseTo(errorM[i]!, 6);
        expect(hearing[j]).toBe(hearing[i]);
      }
    }
    expect(new Set(Array.from(errorM, (one) => one.toFixed(2))).size).toBeGreaterThan(5);
  });

  test('a gateway taken down or switched off raises the error near it most', () => {
    const places = grid(60, 40, 10);
    const gone = places.findIndex(([x, y]) => x === 25 && y === 15);
    const whole = fieldOf(hall(60, 40, places));
    const removed = fieldOf(
      hall(
        60,
        40,
        places.filter((_, i) => i !== gone),
      ),
    );
    const off = hall(60, 40, places);
    off.gateways[gone]!.enabled = false;
    expect(Array.from(fieldOf(off).errorM)).toEqual(Array.from(removed.errorM));
    const raised = (xM: number, yM: number): number => {
      const i = indexAt(whole, xM, yM);
      return removed.errorM[i]! / whole.errorM[i]!;
    };
    expect(raised(23, 13)).toBeGreaterThan(1.05);
    expect(raised(23, 13)).toBeGreaterThan(raised(35, 25));
    expect(raised(35, 25)).toBeGreaterThan(raised(59, 39));
  });

  test('a corner that no gateway hears is blind, and its error is that of the room', () => {
    const model = hall(120, 80, [
      [5, 5],
      [15, 5],
      [5, 15],
      [15, 15],
    ]);
    const field = fieldOf(model);
    const far = indexAt(field, 119, 79);
    const near = indexAt(field, 9, 9);
    expect(field.hearing[far]).toBe(0);
    expect(field.hearing[near]).toBe(4);
    // Somewhere on a floor of 120 × 80 m: two thirds of that lie within some fifty metres of its middle.
    expect(field.errorM[far]).toBeGreaterThan(30);
    expect(field.errorM[far]).toBeLessThan(75);
    expect(field.errorM[near]).toBeLessThan(6);
    const summary = summaryOf(field);
    expect(summary.blind).toBeGreaterThan(0.3);
    expect(summary.weak).toBeGreaterThanOrEqual(summary.blind);
    expect(summary.within3M).toBeLessThanOrEqual(summary.within5M);
    expect(summary.p90M).toBeGreaterThanOrEqual(summary.medianM);
    expect(summary.medianM).toBeGreaterThan(10);
    expect(ENOUGH_GATEWAYS).toBe(3);
  });

  test('walls take from what is heard behind them', () => {
    const places = grid(40, 40, 10);
    const walls: Floor['walls'] = [];
    for (let k = 0; k < 5; k++) walls.push([30 - 0.2 * k, 30, 30 - 0.2 * k, 40], [30, 30 - 0.2 * k, 40, 30 - 0.2 * k]);
    const open = fieldOf(hall(40, 40, places));
    const walled = fieldOf(hall(40, 40, places, { walls }));
    const i = indexAt(open, 37, 37);
    expect(walled.errorM[i]).toBeGreaterThan(1.05 * open.errorM[i]!);
    expect(walled.hearing[i]).toBeLessThan(open.hearing[i]!);
  });

  test('cells outside the outline are left out, and a vast floor has no more cells than can be told', () => {
    const outline: Floor['outline'] = {
      type: 'polygon',
      rings: [
        [
          [0, 0],
          [40, 0],
          [40, 10],
          [10, 10],
          [10, 40],
          [0, 40],
        ],
      ],
    };
    const { cells } = fieldOf(hall(40, 40, [[5, 5]], { outline }));
    expect(cells.areaM2.reduce((a, b) => a + b, 0)).toBeCloseTo(700, 0);
    cells.xM.forEach((x, i) => {
      expect(pointInShape(outline, x, cells.yM[i]!)).toBe(true);
    });
    const vast = fieldOf(hall(1_000, 600, [[5, 5]]), { cellM: 1 });
    expect(vast.errorM.length).toBeLessThanOrEqual(MAX_CELLS * 1.05);
    expect(vast.cells.cellM).toBeGreaterThan(1);
  });

  test('what the positioner learned of the site counts', () => {
    const model = hall(60, 40, grid(60, 40, 10));
    const state = (more: object) => ({
      powerDb: 0,
      powerCount: 500,
      gatewayIds: model.gateways.map(({ id }) => id),
      offsetDb: model.gateways.map(() => 0),
      noiseDb: 3,
      noiseCount: 2_000,
      heardShare: 0.8,
      ...more,
    });
    const median = (siteState: unknown): number => summaryOf(fieldOf(model, { siteState })).medianM;
    const usual = median(state({}));
    expect(median(state({ noiseDb: 6 }))).toBeGreaterThan(1.3 * usual);
    expect(median(state({ heardShare: 0.15 }))).toBeGreaterThan(1.2 * usual);
    // Too little to go by, or the state of a positioner that learns nothing.
    expect(median(state({ noiseDb: 6, noiseCount: 20 }))).toBe(median(undefined));
    expect(median(null)).toBe(median(undefined));
    expect(assumeRadio(model, state({})).fromTraffic).toBe(true);
  });

  test('walls are counted as if every one had been looked at', () => {
    const random = createRandom('walls');
    const walls = Array.from({ length: 150 }, (): Floor['walls'][number] => {
      const [x, y] = [random() * 60, random() * 40];
      return random() < 0.5 ? [x, y, x + 8 * random(), y] : [x, y, x + 9 * random() - 4, y + 9 * random() - 4];
    });
    const index = new WallIndex(walls, 60, 40);
    let total = 0;
    for (let i = 0; i < 500; i++) {
      const [a, b, c, d] = [random() * 64 - 2, random() * 44 - 2, random() * 64 - 2, random() * 44 - 2];
      const count = walls.filter((wall) => crosses(a, b, c, d, wall)).length;
      expect(index.between(a, b, c, d, 1_000)).toBe(count);
      expect(index.between(a, b, c, d, 2)).toBe(Math.min(2, count));
      total += count;
    }
    expect(total).toBeGreaterThan(500);
  });
});

describe('one more gateway', () => {
  test('belongs into the hole of a grid', () => {
    // From wall to wall, so that the rim is no worse than the rest.
    const places = grid(72, 60, 12)
      .map(([x, y]): Place => [(x - 6) * (72 / 60), (y - 6) * (60 / 48)])
      .filter(([x, y]) => !(Math.abs(x - 43.2) < 1 && Math.abs(y - 30) < 1));
    expect(places.length).toBe(29);
    const [best] = oneMore(hall(72, 60, places));
    expect(Math.hypot(best!.xM - 43.2, best!.yM - 30)).toBeLessThan(3);
    expect(best!.meanAfterM).toBeLessThan(best!.meanBeforeM);
    expect(best!.nearAfterM).toBeLessThan(best!.nearBeforeM);
    expect(best!.zM).toBe(3);
  });

  test('does what was promised when it is hung there', () => {
    const places = grid(60, 40, 20);
    const model = hall(60, 40, places);
    for (const { xM, yM, meanBeforeM, meanAfterM, p90BeforeM, p90AfterM } of oneMore(model)) {
      const before = summaryOf(fieldOf(model));
      const after = summaryOf(fieldOf(hall(60, 40, [...places, [xM, yM]])));
      expect(before.meanM).toBeCloseTo(meanBeforeM, 6);
      expect(after.meanM).toBeCloseTo(meanAfterM, 1);
      expect(before.p90M).toBeCloseTo(p90BeforeM, 6);
      expect(after.p90M).toBeCloseTo(p90AfterM, 1);
    }
  });

  test('no place that was not proposed is much better than the best one that was', () => {
    const places: Place[] = [
      [6, 6],
      [14, 30],
      [40, 8],
      [52, 33],
    ];
    const model = hall(60, 40, places);
    const [best] = oneMore(model);
    const random = createRandom('elsewhere');
    for (let i = 0; i < 40; i++) {
      const place: Place = [random() * 60, random() * 40];
      const { meanM } = summaryOf(fieldOf(hall(60, 40, [...places, place])));
      expect(meanM).toBeGreaterThan(best!.meanAfterM - 0.01 * best!.meanBeforeM);
    }
  });

  test('three places, apart from each other, inside the outline, and not beside a gateway that hangs there', () => {
    const outline: Floor['outline'] = {
      type: 'polygon',
      rings: [
        [
          [0, 0],
          [90, 0],
          [90, 14],
          [14, 14],
          [14, 90],
          [0, 90],
        ],
      ],
    };
    const model = hall(
      90,
      90,
      [
        [7, 7],
        [50, 7],
        [7, 50],
      ],
      { outline },
    );
    // One that is switched off still hangs there.
    model.gateways[2]!.enabled = false;
    const found = oneMore(model);
    expect(found.length).toBe(3);
    found.forEach((one, i) => {
      expect(pointInShape(outline, one.xM, one.yM)).toBe(true);
      for (const { xM, yM } of model.gateways) expect(Math.hypot(one.xM - xM, one.yM - yM)).toBeGreaterThan(1);
      for (const other of found.slice(0, i)) {
        expect(Math.hypot(one.xM - other.xM, one.yM - other.yM)).toBeGreaterThan(3);
        expect(one.meanAfterM).toBeGreaterThanOrEqual(other.meanAfterM - 1e-9);
      }
    });
  });

  test('follows the traffic where that is known', () => {
    const model = hall(80, 20, [
      [20, 10],
      [60, 10],
    ]);
    const left = oneMore(model, { trafficAt: (xM) => (xM < 40 ? 1 : 0) });
    const right = oneMore(model, { trafficAt: (xM) => (xM < 40 ? 0 : 1) });
    expect(left[0]!.xM).toBeLessThan(40);
    expect(right[0]!.xM).toBeGreaterThan(40);
  });

  test('an empty floor gets its first gateway near the middle', () => {
    const [best] = oneMore(hall(30, 20, []));
    expect(Math.hypot(best!.xM - 15, best!.yM - 10)).toBeLessThan(5);
  });
});

describe('against a tracker in the simulator', () => {
  test('where a low error is expected it is low, and of the expected size', () => {
    const blocks = (['quarter missing', 'one side', 'sparse'] as const).flatMap((layout) => {
      const { samples, siteState } = walkHall(layout, (model, state) => createGridPositioner(model, state), {
        seed: 5,
        walkers: 16,
        seconds: 400,
      });
      const field = fieldOf(hallModel(layout), { siteState });
      // The state of the tracker itself is understood.
      expect(field.radio.fromTraffic).toBe(true);
      return blocksOf(samples, (xM, yM) => field.errorM[indexAt(field, xM, yM)]!, 5, 30);
    });
    const compared = compare(blocks);
    expect(compared.blocks).toBeGreaterThan(150);
    // The bench finds 0.87 over more layouts; chance alone does not reach 0.2 with so many blocks.
    expect(compared.rankCorrelation).toBeGreaterThan(0.6);
    expect(compared.ratio).toBeGreaterThan(0.6);
    expect(compared.ratio).toBeLessThan(1.6);
  });
});
