import { describe, expect, test } from 'vitest';
import { liveHeatCells } from '../../server/metrics/liveHeat.ts';
import { seededRandom } from '../support/random.ts';

const total = (cells: [number, number, number][]): number => cells.reduce((sum, cell) => sum + cell[2], 0);
const crowd = (n: number, x: number, y: number): [number, number][] => Array.from({ length: n }, () => [x, y]);

describe('live heat', () => {
  test('k people in one cell are drawn there', () => {
    const { cells, cellM } = liveHeatCells(crowd(10, 13, 7), 32, 32, 10);
    expect(cellM).toBe(2);
    expect(cells).toEqual([[12, 6, 10]]);
  });

  test('fewer than k people are not drawn, and it says so', () => {
    expect(liveHeatCells(crowd(9, 13, 7), 32, 32, 10)).toEqual({ cellM: 2, cells: [], tooFew: true });
    expect(liveHeatCells([], 32, 32, 10).tooFew).toBe(false);
  });

  test('a lone walker far from a crowd leaves no track: wherever they walk in a quarter, the picture is the same', () => {
    const drawn = (x: number, y: number) => liveHeatCells([...crowd(20, 3, 3), [x, y]], 64, 64, 10);
    const at = drawn(40, 40);
    for (const [x, y] of [
      [63, 63],
      [33, 50],
      [47, 33],
    ] as const)
      expect(drawn(x, y)).toEqual(at);
    // And the walker raises no cell of their own.
    expect(Math.max(...at.cells.map((cell) => cell[2]))).toBeLessThan(1);
  });

  test('seeded crowds: each distinct part holds at least k, and nobody is lost', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const k = 2 + Math.floor(random() * 12);
      const people = Array.from({ length: k + Math.floor(random() * 300) }, (): [number, number] => [
        random() ** 2 * 90,
        random() * 50,
      ]);
      const { cells, cellM } = liveHeatCells(people, 90, 50, k);
      expect(Math.abs(total(cells) - people.length), `seed ${seed}`).toBeLessThan(0.001 * cells.length + 0.01);
      // Moving everybody of a cell's level set within it changes nothing, so no level set may hold fewer than k.
      const byValue = new Map<number, Set<string>>();
      for (const [x, y, value] of cells) byValue.set(value, (byValue.get(value) ?? new Set()).add(`${x} ${y}`));
      for (const [value, set] of byValue) {
        const held = people.filter(([x, y]) =>
          set.has(`${Math.floor(x / cellM) * cellM} ${Math.floor(y / cellM) * cellM}`),
        ).length;
        expect(held, `seed ${seed}, value ${value}`).toBeGreaterThanOrEqual(k);
      }
    }
  });

  test('a huge floor stays within its budget of cells; people outside the plan count at its edge', () => {
    const { cells, cellM } = liveHeatCells([...crowd(500, 100, 100), ...crowd(10, -5, 900)], 320, 232, 10);
    expect(cellM).toBeGreaterThan(2);
    expect(cells.length).toBeLessThanOrEqual(4_000);
    expect(total(cells)).toBeCloseTo(510, 0);
  });
});
