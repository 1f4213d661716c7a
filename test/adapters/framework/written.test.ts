/** What the log has of the last seconds is remembered, and a flood costs no more than its bound. */
import { expect, test } from 'vitest';
import { MAX_REMEMBERED, REMEMBERED_MS, Written } from '../../../server/fleets/written.ts';

test('one row for each carrier and second of a gateway, for two minutes', () => {
  const written = new Written();
  expect(written.take('a', 1_000, 'c-1')).toBe(true);
  expect(written.take('a', 1_000, 'c-1')).toBe(false);
  expect(written.take('a', 2_000, 'c-1')).toBe(true);
  expect(written.take('b', 1_000, 'c-1')).toBe(true);
  expect(written.size).toBe(3);
  written.take('a', 1_000 + REMEMBERED_MS + 1_000, 'c-1');
  written.prune(() => true);
  expect(written.size).toBe(3);
  expect(written.take('a', 1_000, 'c-1')).toBe(true);
  written.forget('a');
  expect(written.size).toBe(1);
  written.prune(() => false);
  expect(written.size).toBe(0);
});

test('whoever floods loses the own oldest seconds, nobody else does', () => {
  const written = new Written();
  for (let second = 0; second < 60; second++) written.take('quiet', second * 1_000, 'c-1');
  const each = 4_000;
  const seconds = Math.ceil((1.2 * MAX_REMEMBERED) / each);
  for (let second = 0; second < seconds; second++)
    for (let n = 0; n < each; n++) written.take('loud', second * 1_000, `u-${n}`);
  expect(written.size).toBeLessThanOrEqual(MAX_REMEMBERED);
  expect(written.size).toBeGreaterThan(MAX_REMEMBERED - 2 * each);
  expect(written.take('loud', (seconds - 1) * 1_000, 'u-1')).toBe(false);
  expect(written.take('loud', 0, 'u-1')).toBe(true);
  expect(written.take('quiet', 0, 'c-1')).toBe(false);
});
