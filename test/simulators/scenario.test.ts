import { expect, test } from 'vitest';
import { Building } from '../../simulators/building.ts';
import { loadScenario } from '../../simulators/loadScenario.ts';
import { parseScenario, ScenarioError } from '../../simulators/scenario.ts';
import { busyTimezone, localHour } from '../../simulators/timezone.ts';
import { DAY_MS, MONDAY_MS, rawScenario } from './support.ts';

const faultsOf = (raw: unknown): string[] => {
  try {
    parseScenario(raw);
  } catch (error) {
    if (error instanceof ScenarioError) return error.faults;
    throw error;
  }
  return [];
};

test.each(['demo-mall', 'small-shop', 'outage-day'])('%s is valid, and every shop can be walked to', (name) => {
  const scenario = loadScenario(name);
  const building = new Building(scenario);
  for (const shop of building.shops) expect(building.cost(building.entrances[0]!, shop.door)).toBeLessThan(1_000);
});

test('reports every fault of the schema at once, each with its path', () => {
  const raw = rawScenario();
  (raw.floors as { widthM: unknown }[])[0]!.widthM = 'wide';
  (raw.shops as { dwellMedianMinutes: unknown }[])[1]!.dwellMedianMinutes = -1;
  raw.colour = 'green';
  const faults = faultsOf(raw);
  expect(faults.some((fault) => fault.startsWith('floors.0.widthM:'))).toBe(true);
  expect(faults.some((fault) => fault.startsWith('shops.1.dwellMedianMinutes:'))).toBe(true);
  expect(faults.some((fault) => fault.includes('colour'))).toBe(true);
});

test('reports every fault between the parts at once', () => {
  const raw = rawScenario();
  (raw.shops as { floor: string }[])[0]!.floor = 'attic';
  (raw.gateways as { xM: number }[])[1]!.xM = 400;
  (raw.gateways as { id: string }[])[2]!.id = 'g1';
  (raw.coupons as { shop: string }[])[0]!.shop = 'nobody';
  raw.faults = [{ type: 'dead', gateways: ['g9'], fromMinute: 3 }];
  const faults = faultsOf(raw);
  expect(faults).toHaveLength(6);
  expect(faults.join('\n')).toMatch(/shops\.0\.floor|shops\.0/);
  expect(faults.join('\n')).toContain('gateways.1: (400, 12) lies outside of floor g, which is 40 × 24 m');
  expect(faults.join('\n')).toContain('gateways.2.id: "g1" is used twice');
  expect(faults.join('\n')).toContain('coupons.0.shop: "nobody" is no shop');
  expect(faults.join('\n')).toContain('faults.0.gateways: "g9" is no gateway');
});

test('a shop that no way leads to is named', () => {
  const raw = rawScenario();
  (raw.floors as Record<string, unknown>[])[0]!.walls = [[25, 0, 25, 24]];
  expect(() => new Building(parseScenario(raw))).toThrow(/no way leads .* to the door of B/);
});

test('an unknown name says which there are', () => {
  expect(() => loadScenario('no-such-mall')).toThrow(/demo-mall.*outage-day.*small-shop/);
});

test('at every hour of every season a zone is chosen where it is between 11:00 and 16:00', () => {
  const hours = new Set<string>();
  for (const dayMs of [MONDAY_MS, MONDAY_MS + 120 * DAY_MS, MONDAY_MS + 240 * DAY_MS])
    for (let minute = 0; minute < 24 * 60; minute += 20) {
      const nowMs = dayMs + minute * 60_000;
      const zone = busyTimezone(nowMs);
      hours.add(zone);
      expect(localHour(zone, nowMs), `${zone} at ${new Date(nowMs).toISOString()}`).toBeGreaterThanOrEqual(11);
      expect(localHour(zone, nowMs)).toBeLessThan(16);
    }
  expect(hours.size).toBeGreaterThan(12);
});
