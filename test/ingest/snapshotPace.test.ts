import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SnapshotPace } from '../../server/ingest/snapshotPace.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a tick is told in its own turn, several in short order once, and none after the end', () => {
  const told: [string, number][] = [];
  const pace = new SnapshotPace(250, 1_500);
  let nowMs = 10_000;
  const pass = (ms: number): void => {
    nowMs += ms;
    vi.advanceTimersByTime(ms);
  };
  pace.ticked('mall', nowMs);
  pace.start((siteId) => {
    pace.told(siteId, nowMs);
    told.push([siteId, nowMs]);
  });
  pace.ticked('mall', nowMs);
  expect(told).toEqual([]);
  pass(1);
  for (let i = 0; i < 3; i++) pace.ticked('mall', nowMs);
  pace.ticked('other', nowMs);
  pass(248);
  expect(told[0]).toEqual(['mall', 10_001]);
  expect(told.map(([siteId]) => siteId)).toEqual(['mall', 'other']);
  pass(2);
  expect(told).toHaveLength(3);
  expect(told[2]).toEqual(['mall', 10_251]);
  expect([pace.isOverdue('mall', nowMs + 1_499), pace.isOverdue('mall', nowMs + 1_500)]).toEqual([false, true]);
  expect(pace.isOverdue('never told', nowMs)).toBe(true);
  pace.ticked('mall', nowMs);
  pace.stop();
  pass(5_000);
  expect(told).toHaveLength(3);
});
