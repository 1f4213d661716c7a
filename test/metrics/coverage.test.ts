import { expect, test } from 'vitest';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type { Gateway, SiteModelVersion } from '../../server/contract/model.ts';
import { clipSpans, coverageShare, expectedSpans } from '../../server/metrics/coverage.ts';

const MINUTE = 60_000;
const gateway = (id: string, more: Partial<Gateway> = {}): Gateway => ({
  id,
  floorId: 'f1',
  xM: 0,
  yM: 0,
  zM: 2,
  enabled: true,
  ...more,
});
const version = (effectiveFromMs: number, gateways: Gateway[]): SiteModelVersion => ({
  effectiveFromMs,
  model: {
    siteId: 'mall',
    timezone: 'UTC',
    floors: [],
    zones: [],
    gateways,
    definitionsVersion: 1,
    definitions: DEFAULT_DEFINITIONS,
    dwellSecondsByZone: {},
  },
});
const span = (gatewayId: string, fromMinute: number, toMinute: number, floorId = 'f1') => ({
  gatewayId,
  floorId,
  fromMs: fromMinute * MINUTE,
  toMs: toMinute * MINUTE,
});

test('a gateway is expected while enabled, where it hung, from the minute it was first heard', () => {
  const timeline = [
    version(0, [gateway('g'), gateway('moved'), gateway('silent')]),
    version(10 * MINUTE, [gateway('g'), gateway('moved', { floorId: 'f2' })]),
    version(20 * MINUTE, [gateway('g', { enabled: false }), gateway('moved', { floorId: 'f2' }), gateway('late')]),
    version(30 * MINUTE + 1, [gateway('g'), gateway('late')]),
  ];
  const heard = new Map([
    ['g', 5 * MINUTE],
    ['moved', 0],
    ['late', 25 * MINUTE],
  ]);
  const spans = expectedSpans(timeline, [], heard, 40 * MINUTE + 59_000);
  expect(spans.sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1) || a.fromMs - b.fromMs)).toEqual([
    span('g', 5, 20),
    span('g', 31, 40),
    span('late', 25, 40),
    span('moved', 0, 10),
    span('moved', 10, 31, 'f2'),
  ]);
});

test('without a kept model what stands now is taken', () => {
  expect(expectedSpans([], [gateway('g')], new Map([['g', 0]]), 3 * MINUTE)).toEqual([span('g', 0, 3)]);
  expect(expectedSpans([], [gateway('g')], new Map(), 3 * MINUTE)).toEqual([]);
});

test('clips to the minutes that start within', () => {
  expect(clipSpans([span('g', 0, 10)], 90_000, 5 * MINUTE + 1)).toEqual([span('g', 2, 6)]);
  expect(clipSpans([span('g', 0, 10)], 10 * MINUTE, 20 * MINUTE)).toEqual([]);
});

test('nothing expected is no coverage', () => {
  expect(coverageShare(0, 0)).toBe(0);
  expect(coverageShare(3, 4)).toBe(0.75);
});
