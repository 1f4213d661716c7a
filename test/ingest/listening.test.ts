import { expect, test } from 'vitest';
import { Listening } from '../../server/ingest/listening.ts';
import type { SightingBatch } from '../../server/log/batch.ts';

const NOW = 1_709_542_800_000;
const batch = (gatewayId: string, toMs: number, ...ids: string[]): SightingBatch => ({
  gatewayId,
  epoch: 1,
  seq: 1,
  fromMs: toMs - 1_000,
  toMs,
  clockOffsetMs: 0,
  receivedMs: toMs,
  carriers: ids.map((id) => ({ id, kind: 'tag' })),
  values: new Int16Array(),
});

test('the first question starts the listening; the next ones tell how many gateways hear the carrier now', () => {
  const listening = new Listening();
  listening.heard(batch('g1', NOW, 'c-me'));
  expect(listening.ask('c-me', NOW)).toEqual({ gateways: 0, lastHeardMs: null, sinceMs: NOW });
  listening.heard(batch('g1', NOW + 1_000, 'c-other', 'c-me'));
  listening.heard(batch('g2', NOW + 2_000, 'c-me'));
  listening.heard(batch('g3', NOW + 2_000, 'c-other'));
  expect(listening.ask('c-me', NOW + 2_000)).toEqual({ gateways: 2, lastHeardMs: NOW + 2_000, sinceMs: NOW });
  // One falls silent, then the other: what was is still known.
  expect(listening.ask('c-me', NOW + 7_500)).toMatchObject({ gateways: 1 });
  expect(listening.ask('c-me', NOW + 9_000)).toMatchObject({ gateways: 0, lastHeardMs: NOW + 2_000 });
});

test('what nobody asks for any more is forgotten, and only a few are listened for', () => {
  const listening = new Listening();
  listening.ask('c-me', NOW);
  expect(listening.ask('c-me', NOW + 60_000).sinceMs).toBe(NOW + 60_000);
  for (let n = 0; n < 20; n++) listening.ask(`c-${n}`, NOW + 61_000 + n);
  listening.heard(batch('g1', NOW + 62_000, 'c-me', 'c-19'));
  expect(listening.ask('c-19', NOW + 62_000).gateways).toBe(1);
  expect(listening.ask('c-me', NOW + 62_000)).toMatchObject({ gateways: 0, lastHeardMs: null });
});
