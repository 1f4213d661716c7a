/** What one fleet may send at once, and from then on. */
import { expect, test } from 'vitest';
import { Budget } from '../../../server/fleets/budget.ts';

const NOW = 1_709_542_800_000;

test('a burst of five seconds, then 4,000 messages a second', () => {
  const budget = new Budget();
  let taken = 0;
  while (budget.take(100, NOW)) taken++;
  expect(taken).toBe(20_000);
  expect(budget.waitMs(100)).toBe(1);
  expect(budget.take(100, NOW + 1)).toBe(true);
  let more = 0;
  while (budget.take(100, NOW + 1_001)) more++;
  expect(more).toBeGreaterThanOrEqual(3_999);
  expect(more).toBeLessThanOrEqual(4_004);
});

test('large messages are counted by their bytes, and a clock that goes back gives nothing', () => {
  const budget = new Budget();
  let taken = 0;
  while (budget.take(1_000_000, NOW)) taken++;
  expect(taken).toBe(20);
  expect(budget.waitMs(1_000_000)).toBeGreaterThan(0);
  expect(budget.take(1_000_000, NOW - 60_000)).toBe(false);
  expect(budget.take(1_000_000, NOW - 59_000)).toBe(true);
});
