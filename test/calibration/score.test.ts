import { describe, expect, test } from 'vitest';
import { certificatesOf, forTenant } from '../../server/calibration/certificate.ts';
import { displaced, faultsOf, placementOf } from '../../server/calibration/placement.ts';
import { quantile, scoreTap, scoreWalk } from '../../server/calibration/score.ts';
import type { Gateway, Zone } from '../../server/contract/model.ts';
import type { Fix } from '../../server/engine/types.ts';

const NOW = Date.UTC(2026, 10, 12, 9);
const square = (id: string, x: number, over: Partial<Zone> = {}): Zone => ({
  id,
  floorId: 'f0',
  name: id,
  kind: 'shop',
  shape: {
    type: 'polygon',
    rings: [
      [
        [x, 0],
        [x + 10, 0],
        [x + 10, 10],
        [x, 10],
      ],
    ],
  },
  tenantId: null,
  minStaySeconds: null,
  ...over,
});
const ZONES = [square('west', 0, { tenantId: 'shoes' }), square('east', 10)];
const gateway = (id: string, over: Partial<Gateway> = {}): Gateway => ({
  id,
  floorId: 'f0',
  xM: 5,
  yM: 5,
  zM: 2.5,
  enabled: true,
  ...over,
});
const tap = (id: string, xM: number, yM: number, floorId = 'f0') => ({ id, floorId, xM, yM, atMs: NOW });
const fix = (xM: number, yM: number, floorId = 'f0', accuracyM = 2): Fix => ({ floorId, xM, yM, accuracyM, atMs: NOW });

describe('scores of a walk', () => {
  test('median and p90 lie between ranks, and are not known where too many fixes are missing', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(9);
    expect(quantile([1, 2, Infinity], 0.5)).toBe(2);
    expect(quantile([1, 2, Infinity], 0.9)).toBeNull();
    expect(quantile([Infinity, Infinity], 0.5)).toBeNull();
    expect(quantile([], 0.5)).toBeNull();
  });

  test('each zone has its taps, its hits, where the others went, and who was wrongly put into it', () => {
    const scored = [
      scoreTap(tap('a', 5, 5), fix(5, 6)),
      scoreTap(tap('b', 5, 5), fix(8, 9)),
      scoreTap(tap('c', 9, 5), fix(12, 5)),
      scoreTap(tap('d', 8, 5), undefined),
      scoreTap(tap('e', 15, 5), fix(9, 5)),
      scoreTap(tap('f', 15, 5), fix(15, 5, 'f1')),
    ];
    const [floor, east, west] = scoreWalk(scored, ZONES);
    expect(west).toMatchObject({
      zoneId: 'west',
      taps: 4,
      hitRate: 0.5,
      elsewhere: [
        { zoneId: 'east', taps: 1 },
        { zoneId: null, taps: 1 },
      ],
      wronglyHere: 1,
      noFix: 1,
      wrongFloor: 0,
      medianM: 4,
      p90M: null,
    });
    expect(west!.withinStated).toBeCloseTo(1 / 3);
    expect(east).toMatchObject({ zoneId: 'east', taps: 2, hitRate: 0, wrongFloor: 1, wronglyHere: 1 });
    expect(floor).toMatchObject({ zoneId: null, taps: 6, hitRate: 4 / 6, noFix: 1, wrongFloor: 1, medianM: 5.5 });
  });

  test('a zone without a tap has no score', () => {
    expect(scoreWalk([scoreTap(tap('a', 5, 5), fix(5, 6))], ZONES).map(({ zoneId }) => zoneId)).toEqual([null, 'west']);
  });
});

describe('gateways since the walk', () => {
  const then = ['g1', 'g2', 'g3', 'g4'].map((id) => placementOf(gateway(id)));
  test('a moved, a removed and a switched-off one are found, with the day they were, until they are as they were', () => {
    const now = [gateway('g1'), gateway('g2', { xM: 6 }), gateway('g4', { enabled: false }), gateway('new')];
    const faults = faultsOf(then, now, [], NOW);
    expect(faults).toEqual([
      { gatewayId: 'g2', what: 'moved', sinceMs: NOW },
      { gatewayId: 'g3', what: 'removed', sinceMs: NOW },
      { gatewayId: 'g4', what: 'off', sinceMs: NOW },
    ]);
    expect(faultsOf(then, now, faults, NOW + 1_000)).toEqual(faults);
    const all = ['g1', 'g2', 'g3', 'g4'].map((id) => gateway(id));
    expect(faultsOf(then, all, faults, NOW + 1_000)).toEqual([]);
    expect(faultsOf(then, [...all.slice(1), gateway('g1', { floorId: 'f1' })], [], NOW)).toMatchObject([
      { gatewayId: 'g1', what: 'moved' },
    ]);
  });

  test('a centimetre in the drawing is no move, a new name neither', () => {
    expect(faultsOf(then.slice(0, 1), [gateway('g1', { xM: 5.01, name: 'Door' })], [], NOW)).toEqual([]);
    expect(displaced([gateway('g1')], [gateway('g1', { name: 'Door', enabled: false })])).toEqual([]);
    expect(displaced([gateway('g1'), gateway('g2')], [gateway('g2', { yM: 9 }), gateway('g3')])).toEqual([
      'g1',
      'g2',
      'g3',
    ]);
  });
});

describe('certificates', () => {
  const scores = scoreWalk([scoreTap(tap('a', 5, 5), fix(5, 6)), scoreTap(tap('b', 15, 5), fix(15, 8))], ZONES);
  const audit = (over: object = {}) => ({
    id: 'w-1',
    by: 'Ina',
    finishedMs: NOW,
    scores,
    heardOn: { f0: ['g1', 'g2'] },
    faults: [],
    ...over,
  });
  const gateways = [{ id: 'g1', name: 'Door' }];

  test('of several walks the newest speaks for a zone, and one that did not come there leaves the older word', () => {
    const later = audit({
      id: 'w-2',
      by: 'Jan',
      finishedMs: NOW + 86_400_000,
      scores: scoreWalk([scoreTap(tap('a', 5, 5), fix(5, 9))], ZONES),
    });
    const found = certificatesOf([later, audit()], ZONES, gateways);
    expect(found.map(({ zoneId, auditId, by, medianM }) => [zoneId, auditId, by, medianM])).toEqual([
      [null, 'w-2', 'Jan', 4],
      ['east', 'w-1', 'Ina', 3],
      ['west', 'w-2', 'Jan', 4],
    ]);
    expect(found.every(({ state, enough }) => state === 'valid' && !enough)).toBe(true);
  });

  test('it is stale when a gateway that was heard there moved, not when another did', () => {
    const moved = (gatewayId: string) => audit({ faults: [{ gatewayId, what: 'moved', sinceMs: NOW + 5 }] });
    expect(certificatesOf([moved('g9')], ZONES, gateways).every(({ state }) => state === 'valid')).toBe(true);
    const stale = certificatesOf([moved('g1')], ZONES, gateways);
    expect(stale.map(({ state }) => state)).toEqual(['stale', 'stale', 'stale']);
    expect(stale[0]!.reasons).toEqual([
      { what: 'moved', gatewayId: 'g1', gatewayName: 'Door', at: new Date(NOW + 5).toISOString() },
    ]);
  });

  test('a zone that was drawn anew has to be walked anew; one that is gone has no certificate', () => {
    const found = certificatesOf([audit()], [square('west', 1)], gateways);
    expect(found.map(({ zoneId, state, reasons }) => [zoneId, state, reasons[0]?.what])).toEqual([
      [null, 'valid', undefined],
      ['west', 'stale', 'redrawn'],
    ]);
  });

  test('a tenant gets the own zones alone, without names of people, gateways and neighbours', () => {
    const missed = scoreWalk([scoreTap(tap('a', 5, 5), fix(15, 5))], ZONES);
    const faults = [{ gatewayId: 'g1', what: 'removed', sinceMs: NOW }];
    const found = forTenant(certificatesOf([audit({ scores: missed, faults })], ZONES, gateways), ZONES, 'shoes');
    expect(found.map(({ zoneId }) => zoneId)).toEqual(['west']);
    expect(found[0]).toMatchObject({ by: null, elsewhere: [], state: 'stale', hitRate: 0 });
    expect(JSON.stringify(found)).not.toMatch(/g1|Door|Ina|east/);
  });
});
