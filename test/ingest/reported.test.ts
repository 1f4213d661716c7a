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

test('everybody has told once all have that were heard of lately, however quiet one is', () => {
  const reported = new Reported();
  expect(reported.everybody(T)).toBe(false);
  for (const gatewayId of ['a', 'b']) reported.heard(gatewayId, T);
  expect(reported.everybody(T)).toBe(true);
  reported.heard('a', T + 2_000);
  expect([reported.everybody(T + 2_000), reported.complete(T + 2_000)]).toEqual([false, true]);
  reported.heard('a', T + 90_000);
  expect(reported.everybody(T + 90_000)).toBe(true);
});

test('a window in several messages is told once as many have come as the one before took, or nearly', () => {
  const reported = new Reported();
  const hear = (gatewayId: string, toMs: number, messages: number) => {
    for (let i = 0; i < messages; i++) reported.heard(gatewayId, toMs);
  };
  hear('a', T, 20);
  hear('b', T, 1);
  hear('b', T + 1_000, 1);
  hear('a', T + 1_000, 17);
  expect(reported.complete(T + 1_000)).toBe(false);
  expect(reported.everybody(T + 1_000)).toBe(false);
  hear('a', T + 1_000, 1);
  expect(reported.complete(T + 1_000)).toBe(true);
  expect(reported.everybody(T + 1_000)).toBe(true);
});

test('where a gateway says whether another message follows, the last one ends the window, however many there are', () => {
  const reported = new Reported();
  const hear = (toMs: number, ...messages: boolean[]) => {
    for (const more of messages) reported.heard('a', toMs, more);
  };
  hear(T, true);
  expect([reported.complete(T), reported.everybody(T)]).toEqual([false, false]);
  hear(T, true, false);
  expect([reported.complete(T), reported.everybody(T)]).toEqual([true, true]);
  // Fewer than before.
  hear(T + 1_000, true);
  expect(reported.complete(T + 1_000)).toBe(false);
  hear(T + 1_000, false);
  expect(reported.complete(T + 1_000)).toBe(true);
  // More than before.
  hear(T + 2_000, true, true, true, true);
  expect(reported.complete(T + 2_000)).toBe(false);
  hear(T + 2_000, false);
  expect(reported.complete(T + 2_000)).toBe(true);
  // A window of one message says nothing.
  reported.heard('a', T + 3_000);
  expect(reported.complete(T + 3_000)).toBe(true);
});
