import { expect, test } from 'vitest';
import type { Walker } from '../../simulators/mall.ts';
import { type TruthLine, TruthRecorder } from '../../simulators/truth.ts';
import { World } from '../../simulators/world.ts';
import { inZone, zonesOf } from '../../simulators/zones.ts';
import { MONDAY_MS, TIMEZONE, testScenario } from './support.ts';

const HOUR_MS = 3_600_000;
type Of<T extends TruthLine['type']> = Extract<TruthLine, { type: T }>;

function morning(): { lines: TruthLine[]; walkers: Walker[] } {
  const scenario = testScenario((raw) => Object.assign(raw.people as object, { visitsPerDay: 400 }));
  const fromMs = MONDAY_MS + 9 * HOUR_MS;
  const untilMs = MONDAY_MS + 12 * HOUR_MS;
  const lines: TruthLine[] = [];
  const walkers: Walker[] = [];
  const recorder = new TruthRecorder({
    floorIds: scenario.floors.map((floor) => floor.id),
    zones: zonesOf(scenario),
    fromMs,
    positions: true,
    write: (line) => lines.push(line),
  });
  const world = new World(scenario, {
    seed: 2,
    timezone: TIMEZONE,
    onGone: (walker) => {
      walkers.push(walker);
      recorder.add(walker, walker.endMs);
    },
  });
  world.begin(fromMs);
  for (let t = fromMs; t < untilMs; t += 1_000) world.tick(t, () => undefined);
  for (const walker of world.walkers()) recorder.add(walker, untilMs);
  recorder.flushHours(Number.POSITIVE_INFINITY);
  return { lines, walkers };
}

const { lines, walkers } = morning();
const of = <T extends TruthLine['type']>(type: T): Of<T>[] => lines.filter((line): line is Of<T> => line.type === type);

test('people with and without carriers are told apart', () => {
  const visits = of('visit').filter((visit) => visit.role === 'visitor');
  expect(visits.length).toBeGreaterThan(15);
  expect(visits.some((visit) => visit.carrier === null)).toBe(true);
  expect(visits.some((visit) => visit.carrier !== null)).toBe(true);
  expect(walkers.length).toBeGreaterThan(5);
});

test('stays are what the positions say, second by second', () => {
  const zones = zonesOf(testScenario());
  const positions = of('position');
  expect(positions.length).toBeGreaterThan(5_000);
  const derived = new Map<string, number>();
  for (const { person, floorId, xM, yM } of positions)
    for (const zone of zones)
      if (zone.floorId === floorId && inZone(zone, xM, yM))
        derived.set(`${person}/${zone.id}`, (derived.get(`${person}/${zone.id}`) ?? 0) + 1);
  const told = new Map<string, number>();
  for (const { person, zoneId, startMs, endMs } of of('stay'))
    told.set(`${person}/${zoneId}`, (told.get(`${person}/${zoneId}`) ?? 0) + (endMs - startMs) / 1_000);
  expect([...told.keys()].sort()).toEqual([...derived.keys()].sort());
  for (const [key, seconds] of derived) expect(Math.abs(told.get(key)! - seconds), key).toBeLessThanOrEqual(1);
});

test('counts by hour are those of the visits and of the positions', () => {
  const visits = of('visit').filter((visit) => visit.role === 'visitor' && visit.startMs > MONDAY_MS + 9 * HOUR_MS);
  const counted = new Set(
    of('visit')
      .filter((visit) => visit.role === 'visitor')
      .map((visit) => visit.person),
  );
  const hours = of('hour');
  expect(hours).toHaveLength(3);
  for (const hour of hours) {
    const within = visits.filter(({ startMs }) => startMs >= hour.startMs && startMs < hour.startMs + HOUR_MS);
    expect(hour.people).toBe(within.length);
    expect(hour.carriers).toBe(within.filter((visit) => visit.carrier !== null).length);
    const samples = of('position').filter(
      ({ person, atMs }) => counted.has(person) && atMs >= hour.startMs && atMs < hour.startMs + HOUR_MS,
    );
    expect(Math.abs(hour.peopleOccupancy - samples.length / 3_600)).toBeLessThan(0.05);
    const stays = of('stay').filter(
      ({ person, startMs }) => counted.has(person) && startMs >= hour.startMs && startMs < hour.startMs + HOUR_MS,
    );
    expect(Object.values(hour.stays).reduce((sum, n) => sum + n, 0)).toBe(stays.length);
  }
});
