import { expect, test } from 'vitest';
import { Building } from '../../simulators/building.ts';
import { openDay } from '../../simulators/calendar.ts';
import { Carriers } from '../../simulators/carriers.ts';
import { expectedArrivals, Mall, type Walker } from '../../simulators/mall.ts';
import { crosses } from '../../simulators/walls.ts';
import { World } from '../../simulators/world.ts';
import { DAY_MS, MONDAY_MS, TIMEZONE, testScenario } from './support.ts';

const HOUR_MS = 3_600_000;
const days = Array.from({ length: 21 }, (_, i) => new Date(Date.UTC(2026, 2, 2 + i)).toISOString().slice(0, 10));

function mallOf(seed: number, scenario = testScenario()) {
  const building = new Building(scenario);
  return { scenario, building, mall: new Mall(scenario, building, new Carriers(scenario, seed), TIMEZONE, seed) };
}

const shape = (walkers: Walker[]): unknown =>
  walkers.map(({ carrier, role, startMs, endMs, path }) => [
    carrier?.key,
    role,
    startMs,
    endMs,
    path.tMs,
    path.xM,
    path.yM,
  ]);

test('the same seed and day give the same people, another seed gives others', () => {
  const day = mallOf(1).mall.day('2026-03-03');
  expect(day.length).toBeGreaterThan(50);
  expect(shape(mallOf(1).mall.day('2026-03-03'))).toEqual(shape(day));
  expect(shape(mallOf(2).mall.day('2026-03-03'))).not.toEqual(shape(day));
});

test('what a day brings does not depend on the days played before', () => {
  const { mall } = mallOf(1);
  mall.day('2026-03-02');
  expect(shape(mall.day('2026-03-03'))).toEqual(shape(mallOf(1).mall.day('2026-03-03')));
});

test('arrivals follow the profile of hours and weekdays', () => {
  const { mall, scenario } = mallOf(3);
  const observed = new Map<number, number>();
  const expected = new Map<number, number>();
  let saturdays = 0;
  let mondays = 0;
  for (const day of days) {
    const open = openDay(scenario.hours, TIMEZONE, day)!;
    const visitors = mall.day(day).filter((walker) => walker.role === 'visitor' && walker.delayMs === 0);
    for (const { startMs } of visitors) {
      const hour = open.hours.find(({ fromMs, toMs }) => startMs >= fromMs && startMs < toMs)!.hour;
      observed.set(hour, (observed.get(hour) ?? 0) + 1);
    }
    expectedArrivals(scenario.people, open, 1).forEach((value, i) => {
      const { hour } = open.hours[i]!;
      expected.set(hour, (expected.get(hour) ?? 0) + value);
    });
    if (open.weekday === 5) saturdays += visitors.length;
    if (open.weekday === 0) mondays += visitors.length;
  }
  const { groupSizes } = scenario.people;
  const meanGroup = groupSizes.reduce((sum, w, i) => sum + w * (i + 1), 0) / groupSizes.reduce((sum, w) => sum + w, 0);
  for (const [hour, people] of expected) {
    if (hour >= 20) continue; // Nobody sets out for a visit shortly before the doors close.
    const groups = people / meanGroup;
    // Poisson within a day, lognormal between days: five standard deviations of the two together.
    const spread = 5 * Math.sqrt(groups + (0.12 * groups) ** 2 / days.length);
    expect(Math.abs((observed.get(hour) ?? 0) - groups), `hour ${hour}`).toBeLessThan(spread);
  }
  expect(saturdays).toBeGreaterThan(1.3 * mondays);
});

test('nobody ever walks through a wall, nor faster than people walk', () => {
  const { building, mall } = mallOf(4);
  let steps = 0;
  for (const { path } of mall.day('2026-03-07'))
    for (let i = 1; i < path.tMs.length; i++) {
      if (path.floor[i] !== path.floor[i - 1]) continue;
      steps++;
      const [x0, y0, x1, y1] = [path.xM[i - 1]!, path.yM[i - 1]!, path.xM[i]!, path.yM[i]!];
      for (const wall of building.floors[path.floor[i]!]!.walls)
        if (crosses(x0, y0, x1, y1, wall)) expect.fail(`(${x0}, ${y0}) to (${x1}, ${y1}) crosses ${wall}`);
      const speedMps = Math.hypot(x1 - x0, y1 - y0) / ((path.tMs[i]! - path.tMs[i - 1]!) / 1_000);
      expect(speedMps).toBeLessThan(1.52);
    }
  expect(steps).toBeGreaterThan(2_000);
});

test('a visit begins and ends at an entrance, within the opening hours, and reaches both floors', () => {
  const { building, mall, scenario } = mallOf(5);
  const open = openDay(scenario.hours, TIMEZONE, '2026-03-07')!;
  const [entrance] = building.entrances;
  const [ex, ey] = building.floors[0]!.ways.middle(entrance!.cell);
  const visitors = mall.day('2026-03-07').filter((walker) => walker.role === 'visitor');
  expect(visitors.length).toBeGreaterThan(50);
  for (const { path } of visitors) {
    expect([path.xM[0], path.yM[0]]).toEqual([ex, ey]);
    expect([path.xM.at(-1), path.yM.at(-1)]).toEqual([ex, ey]);
    expect(path.startMs).toBeGreaterThanOrEqual(open.openMs);
    expect(path.endMs).toBeLessThan(open.closeMs + 10 * 60_000);
  }
  expect(visitors.some(({ path }) => path.floor.includes(1))).toBe(true);
});

test('loyalty tags come back on other days, and never twice on one', () => {
  const { mall } = mallOf(6);
  const seen = new Map<string, number>();
  for (const day of days.slice(0, 10)) {
    const today = mall.day(day).flatMap(({ carrier }) => (carrier?.key.startsWith('tag-') ? [carrier.key] : []));
    expect(new Set(today).size).toBe(today.length);
    for (const key of today) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  expect([...seen.values()].filter((visits) => visits > 1).length).toBeGreaterThan(20);
});

test('a cart is in one place at a time', () => {
  const scenario = testScenario((raw) => Object.assign(raw.people as object, { cartShare: 0.6 }));
  const carts = mallOf(7, scenario)
    .mall.day('2026-03-07')
    .filter((walker) => walker.role === 'cart');
  expect(carts.length).toBeGreaterThan(10);
  const untilMs = new Map<string, number>();
  for (const { carrier, startMs, endMs } of carts) {
    expect(startMs).toBeGreaterThanOrEqual(untilMs.get(carrier!.key) ?? 0);
    untilMs.set(carrier!.key, endMs);
  }
});

test('days of 23 and 25 hours open and close at the local time', () => {
  const { hours } = testScenario();
  for (const day of ['2026-03-29', '2026-10-25']) {
    const open = openDay(hours, TIMEZONE, day)!;
    expect(open.closeMs - open.openMs).toBe(12 * HOUR_MS);
    expect(open.hours[0]!.hour).toBe(9);
  }
  const spring = openDay(hours, TIMEZONE, '2026-03-29')!;
  expect(spring.openMs - spring.startMs).toBe(8 * HOUR_MS);
});

test('the world hears the same from the same seed, and is silent at night', () => {
  const hear = (seed: number): string[] => {
    const world = new World(testScenario(), { seed, timezone: TIMEZONE });
    const heard: string[] = [];
    let t = MONDAY_MS;
    world.begin(t);
    while (t < MONDAY_MS + DAY_MS / 2) {
      const nextMs = world.nextActiveMs(t);
      if (nextMs > t) {
        t = nextMs;
        continue;
      }
      world.tick(t, (gateway, carrier, atMs, rssiDbm) => heard.push(`${gateway} ${carrier.key} ${atMs} ${rssiDbm}`));
      t += 1_000;
    }
    return heard;
  };
  const once = hear(1);
  expect(once.length).toBeGreaterThan(1_000);
  expect(hear(1)).toEqual(once);
  expect(hear(2)).not.toEqual(once);
  const firstMs = Math.min(...once.map((line) => Number(line.split(' ')[2])));
  expect(firstMs).toBeGreaterThan(MONDAY_MS + 8 * HOUR_MS);
});

test('demo guests pass their coupon zone again within 90 s, by day and by night', () => {
  const world = new World(testScenario(), { seed: 1, timezone: TIMEZONE });
  const nightMs = MONDAY_MS + 3 * HOUR_MS;
  world.begin(nightMs);
  world.startGuests(nightMs);
  const [guest] = world.walkers();
  expect(guest!.carrier!.label).toBe('demo guest 1');
  const loopMs = guest!.path.endMs;
  expect(loopMs).toBeLessThanOrEqual(90_000);
  let heard = 0;
  for (let t = nightMs; t < nightMs + 120_000; t += 1_000) world.tick(t, () => heard++);
  expect(heard).toBeGreaterThan(100);
  expect(world.present()).toEqual({ people: 2, carriers: 2 });
});
