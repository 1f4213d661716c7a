import { expect, test } from 'vitest';
import type { LiveHeat } from '../../server/contract/live.ts';
import { liveHeatCells } from '../../server/metrics/liveHeat.ts';
import { densityIn, livelinessOf, meanDensity, usualPeople } from '../../server/metrics/liveliness.ts';

const circle = (xM: number, yM: number, radiusM: number) => ({ type: 'circle' as const, xM, yM, radiusM });
const heat = (...cells: [number, number, number][]): LiveHeat['floors'][number] => ({ floorId: 'f', cellM: 2, cells });

test('a density is people for each square metre, of the cell around where the zone is smaller than one', () => {
  expect(densityIn(circle(5, 5, 3), heat([4, 4, 2], [2, 4, 0], [20, 20, 9]))).toBeCloseTo(2 / (Math.PI * 9));
  expect(densityIn(circle(5.2, 5.2, 0.5), heat([4, 4, 2]))).toBeCloseTo(2 / 4);
  expect(densityIn(circle(5.2, 5.2, 0.5), heat([10, 10, 2]))).toBe(0);
  expect(meanDensity({ atMs: 0, floors: [heat([0, 0, 3]), heat([0, 0, 1])] }, 100)).toBeCloseTo(0.04);
});

test('usual is what a mean visitor meets', () => {
  expect(usualPeople([])).toBeUndefined();
  expect(usualPeople([100])).toBe(100);
  expect(usualPeople([10, 90])).toBe(82);
});

test('levels compare with what is usual; without either there is none', () => {
  const at = (people: number) => livelinessOf(circle(5, 5, 1.1), heat([4, 4, people]), 0.25);
  expect([at(0), at(0.6), at(0.7), at(1), at(1.4), at(1.5), at(9)]).toEqual([
    'quiet',
    'quiet',
    'normal',
    'normal',
    'normal',
    'lively',
    'lively',
  ]);
  expect(livelinessOf(circle(5, 5, 1), undefined, 0.25)).toBeNull();
  expect(livelinessOf(circle(5, 5, 1), heat([4, 4, 1]), 0)).toBeNull();
  expect(livelinessOf(circle(5, 5, 1), heat(), 0.25)).toBe('quiet');
});

test('one person more or less where fewer than k are moves no level: the heat is blurred until k stand behind it', () => {
  const k = 10;
  const crowd = Array.from({ length: 30 }, (_, i): [number, number] => [60 + (i % 6), 60 + (i % 5)]);
  const lone: [number, number][] = [
    [5, 5],
    [6, 5],
  ];
  const levelAt = (people: [number, number][]) =>
    livelinessOf(circle(5, 5, 4), { floorId: 'f', ...liveHeatCells(people, 80, 80, k) }, 0.005);
  expect(levelAt([...crowd, ...lone])).toBe(levelAt([...crowd, ...lone.slice(1)]));
});
