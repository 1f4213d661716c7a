import { expect, test } from 'vitest';
import { Reported } from '../../server/ingest/reported.ts';

const T = 1_700_000_000_000;

test('a window is complete once all have told of it that told of the one before', () => {
  const reported = new Reported();
  expect(reported.complete(T)).toBe(false);
  for (const gatewayId of ['a', 'b', 'c']) reported.heard(gatewayId, T);
  expect(reported.complete(T)).toBe(true);
  expect(reported.complete(T + 1_000)).toBe(false);
  reported.heard('a', T + 1_000);
  reported.heard('b', T + 1_000);
  expect(reported.complete(T + 1_000)).toBe(false);
  reported.heard('c', T + 1_000);
  expect(reported.complete(T + 1_000)).toBe(true);
});

test('one that heard nobody for a whole window is not waited for any more, and met again', () => {
  const reported = new Reported();
  for (const gatewayId of ['a', 'b']) reported.heard(gatewayId, T);
  reported.heard('a', T + 1_000);
  expect(reported.complete(T + 1_000)).toBe(false);
  reported.heard('a', T + 2_000);
  expect(reported.complete(T + 2_000)).toBe(true);
  reported.heard('b', T + 2_000);
  reported.heard('a', T + 3_000);
  expect(reported.complete(T + 3_000)).toBe(false);
});

test('windows that do not end on the full second are awaited as they come', () => {
  const reported = new Reported();
  reported.heard('a', T);
  reported.heard('late', T - 300);
  expect(reported.complete(T)).toBe(false);
  reported.heard('late', T + 700);
  expect(reported.complete(T)).toBe(true);
  // What arrives out of order takes nothing back.
  reported.heard('late', T - 1_300);
  expect(reported.complete(T)).toBe(true);
});
