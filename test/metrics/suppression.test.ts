import { expect, test } from 'vitest';
import { blocksOf, dwellWithheld, withheldCells } from '../../server/metrics/suppression.ts';
import { seededRandom } from '../support/random.ts';

const cell = (carriers: number, ...groups: string[]) => ({ carriers, groups });

test('withholds what has fewer than k carriers, and no more where no sum is known', () => {
  expect([...withheldCells([cell(9), cell(10), cell(1)], 10)]).toEqual([0, 2]);
});

test('a sum that would give a withheld cell away takes the smallest visible cell with it', () => {
  const cells = [cell(3, 'row'), cell(50, 'row'), cell(12, 'row'), cell(20, 'other')];
  expect([...withheldCells(cells, 10)].sort()).toEqual([0, 2]);
});

test('two withheld cells may still be the same few people', () => {
  expect([...withheldCells([cell(3, 'row'), cell(4, 'row'), cell(11, 'row')], 10)].sort()).toEqual([0, 1, 2]);
});

test('in every group of random cells the withheld ones have k carriers behind them, or nothing of it shows', () => {
  const random = seededRandom(5);
  let hidden = 0;
  for (let run = 0; run < 200; run += 1) {
    const cells = Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
      const [x, y] = [Math.floor(random() * 12) - 6, Math.floor(random() * 6)];
      return cell(1 + Math.floor(random() * 25), ...blocksOf(x, y));
    });
    const withheld = withheldCells(cells, 10);
    hidden += withheld.size;
    const groups = new Set(cells.flatMap((one) => one.groups));
    for (const group of groups) {
      const members = cells.map((one, i) => ({ ...one, i })).filter((one) => one.groups.includes(group));
      const held = members.filter((one) => withheld.has(one.i));
      if (held.length === 0 || held.length === members.length) continue;
      expect(Math.max(...held.map((one) => one.carriers))).toBeGreaterThanOrEqual(10);
    }
    for (const [i, one] of cells.entries()) if (one.carriers < 10) expect(withheld.has(i)).toBe(true);
  }
  expect(hidden).toBeGreaterThan(100);
});

test('dwell of a few in a zone is withheld, of a few in the site it is not', () => {
  expect(dwellWithheld('shop', 9, 10)).toBe(true);
  expect(dwellWithheld('shop', 10, 10)).toBe(false);
  expect(dwellWithheld('shop', 0, 10)).toBe(false);
  expect(dwellWithheld(undefined, 1, 10)).toBe(false);
});
