import { describe, expect, test } from 'vitest';
import { fixesAt } from '../../server/calibration/fixes.ts';
import { placementOf } from '../../server/calibration/placement.ts';
import { binned, MAX_SURVEY_POINTS, pointsOfWalk, surveyOf, without } from '../../server/calibration/survey.ts';
import { Walk } from '../../server/calibration/walk.ts';
import type { Floor, Gateway } from '../../server/contract/model.ts';
import type { SurveyPoint } from '../../server/contract/survey.ts';
import type { Engine, LogBatch } from '../../server/engine/types.ts';

const NOW = Date.UTC(2026, 10, 12, 9);
const floor = (id: string, walls: Floor['walls'] = []): Floor => ({
  id,
  name: id,
  level: 0,
  widthM: 50,
  heightM: 30,
  outline: null,
  walls,
  image: null,
});
const tap = (atS: number, xM: number, yM = 5, floorId = 'f0') => ({
  id: `t${atS}`,
  floorId,
  xM,
  yM,
  atMs: NOW + atS * 1_000,
});
const gateway = (id: string, over: Partial<Gateway> = {}): Gateway => ({
  id,
  floorId: 'f0',
  xM: 5,
  yM: 5,
  zM: 2.5,
  enabled: true,
  ...over,
});
let seq = 0;
const heard = (gatewayId: string, atS: number, rssiMeanDbm: number, adverts = 4, carrierId = 'c-me'): LogBatch => ({
  gatewayId,
  epoch: 1,
  seq: ++seq,
  fromMs: NOW + atS * 1_000,
  toMs: NOW + (atS + 1) * 1_000,
  clockOffsetMs: 0,
  receivedMs: NOW,
  sightings: [{ carrierId, kind: 'tag', rssiMeanDbm, rssiMaxDbm: rssiMeanDbm, adverts, atMs: NOW + atS * 1_000 + 500 }],
});

describe('where the walker was', () => {
  const at = (walk: Walk, atS: number) => walk.placeAt(NOW + atS * 1_000)?.xM;

  test('straight and evenly between two taps of one floor', () => {
    const walk = new Walk([tap(10, 15), tap(0, 5)], [floor('f0')]);
    expect([at(walk, 0), at(walk, 5), at(walk, 7.5), at(walk, 10)]).toEqual([5, 10, 12.5, 15]);
    expect(at(walk, -3)).toBeUndefined();
    expect(at(walk, -1)).toBe(5);
    expect(at(walk, 11)).toBe(15);
  });

  test.each([
    ['more than a minute apart', [tap(0, 5), tap(61, 50)], []],
    ['on two floors', [tap(0, 5), tap(20, 15, 5, 'f1')], []],
    ['faster than a person', [tap(0, 5), tap(8, 45)], []],
    ['so slowly that the walker must have halted', [tap(0, 5), tap(50, 12)], []],
    ['through a wall', [tap(0, 5), tap(8, 15)], [[10, 0, 10, 30]]],
  ] as const)('nobody knows when they lie %s', (_, taps, walls) => {
    const walk = new Walk(
      [...taps],
      [
        floor(
          'f0',
          walls.map(([a, b, c, d]) => [a, b, c, d]),
        ),
      ],
    );
    const last = taps[1].atMs - NOW;
    expect(walk.placeAt(NOW + last / 2)).toBeUndefined();
    // Near the taps themselves one stands.
    expect(walk.placeAt(NOW + last - 1_000)).toMatchObject({ xM: taps[1].xM, floorId: taps[1].floorId });
  });
});

describe('points of a walk', () => {
  const walk = new Walk([tap(0, 5), tap(10, 15)], [floor('f0')]);

  test('every second of the way is a point, with those that heard the walker and nobody else', () => {
    const points = pointsOfWalk(
      walk,
      [heard('g1', 2, -60), heard('g2', 2, -80, 1), heard('g1', 7, -70), heard('g1', 7, -40, 9, 'c-other')],
      'c-me',
    );
    expect(points.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(14);
    const near = (xM: number) => points.find((point) => Math.abs(point.xM - xM) < 0.4)!;
    expect(near(7.5).heard.map(({ gatewayId, rssiMeanDbm, adverts }) => [gatewayId, rssiMeanDbm, adverts])).toEqual([
      ['g1', -60, 4],
      ['g2', -80, 1],
    ]);
    expect(near(12.5).heard).toMatchObject([{ gatewayId: 'g1', rssiMeanDbm: -70, adverts: 4 }]);
    // Heard by none: that is known too.
    expect(near(9.5).heard).toEqual([]);
  });

  test('readings of one place are pooled by their adverts', () => {
    const point = (rssiMeanDbm: number, adverts: number): SurveyPoint => ({
      floorId: 'f0',
      xM: 1.2,
      yM: 1.2,
      seconds: 1,
      heard: [{ gatewayId: 'g1', rssiMeanDbm, rssiSdDb: 0, adverts }],
    });
    const [one, ...others] = binned([point(-60, 3), point(-64, 1)], 1);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ seconds: 2, heard: [{ rssiMeanDbm: -61, adverts: 4 }] });
    expect(one!.heard[0]!.rssiSdDb).toBeCloseTo(Math.sqrt(3));
  });
});

describe('the survey of a site', () => {
  const point = (xM: number, yM: number, ids: string[]): SurveyPoint => ({
    floorId: 'f0',
    xM,
    yM,
    seconds: 2,
    heard: ids.map((gatewayId) => ({ gatewayId, rssiMeanDbm: -60, rssiSdDb: 4, adverts: 3 })),
  });
  const gateways = ['g1', 'g2', 'g3'].map((id) => gateway(id));
  const placements = gateways.map(placementOf);
  const listening = ['g1', 'g2', 'g3'];

  test('holds all walks, and of a gateway that moved nothing, neither that it heard nor that it did not', () => {
    const walks = [{ points: [point(1, 1, ['g1', 'g2']), point(4, 1, ['g2'])], placements, listening }];
    expect(surveyOf(walks, gateways)!.points.map(({ heard, notListening }) => [heard.length, notListening])).toEqual([
      [2, undefined],
      [1, undefined],
    ]);
    const moved = surveyOf(walks, [gateways[0]!, gateway('g2', { xM: 9 }), gateways[2]!])!.points;
    expect(moved.map(({ heard }) => heard.map(({ gatewayId }) => gatewayId))).toEqual([['g1'], []]);
    expect(moved.map(({ notListening }) => notListening)).toEqual([['g2'], ['g2']]);
  });

  test('a gateway that was silent during the walk, or came after it, is not said not to have heard', () => {
    const walks = [{ points: [point(1, 1, ['g1'])], placements, listening: ['g1', 'g2'] }];
    expect(surveyOf(walks, [...gateways, gateway('g4')])!.points[0]!.notListening).toEqual(['g3', 'g4']);
  });

  test('a removed gateway is gone from it; without walks there is none', () => {
    const walks = [{ points: [point(1, 1, ['g1', 'g2'])], placements, listening }];
    expect(JSON.stringify(surveyOf(walks, gateways.slice(1)))).not.toContain('g1');
    expect(surveyOf([], gateways)).toBeUndefined();
  });

  test('is bounded: a large site gets larger places', () => {
    const points = Array.from({ length: 90 * 90 }, (_, i) => point((i % 90) + 0.5, Math.floor(i / 90) + 0.5, ['g1']));
    const survey = surveyOf([{ points, placements, listening }], gateways)!;
    expect(survey.points.length).toBeLessThanOrEqual(MAX_SURVEY_POINTS);
    expect(survey.points.length).toBe(45 * 45);
    expect(survey.points.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(2 * 8_100);
  });

  test('forgetting gateways leaves the points as they were', () => {
    const before = [point(1, 1, ['g1', 'g2'])];
    const copy = structuredClone(before);
    expect(without(before, ['g1'])[0]).toMatchObject({ notListening: ['g1'], heard: [{ gatewayId: 'g2' }] });
    expect(before).toEqual(copy);
  });
});

test('a tap is held against the fix of its moment: the engine has seen no later sighting by then', () => {
  const seen: [string, number][] = [];
  let watermarkMs = NOW;
  const engine = {
    add: (batch: LogBatch) => seen.push(['add', batch.fromMs - NOW]),
    advance: (toMs: number) => {
      watermarkMs = toMs;
      seen.push(['advance', toMs - NOW]);
    },
    present: () => [
      { carrierId: 'c-me', fix: { floorId: 'f0', xM: (watermarkMs - NOW) / 1_000, yM: 0, accuracyM: 1, atMs: 0 } },
    ],
  } as unknown as Engine;
  const batches = [heard('g1', 3, -60), heard('g1', 1, -60), heard('g1', 2, -60)];
  const fixes = fixesAt(engine, batches, 'c-me', [NOW + 2_400, NOW + 3_999]);
  expect(fixes.map((fix) => fix?.xM)).toEqual([2, 3]);
  expect(seen).toEqual([
    ['add', 1_000],
    ['advance', 2_000],
    ['add', 2_000],
    ['advance', 3_000],
  ]);
});
