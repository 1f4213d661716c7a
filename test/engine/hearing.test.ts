import { expect, test } from 'vitest';
import { certaintyOf, doorHearingOf, noHearing, noteGap, noteWitnesses } from '../../server/engine/hearing.ts';
import { MAX_WITNESSES } from '../../server/engine/types.ts';
import { seededRandom } from '../support/random.ts';

const view = (gatewayId: string) => ({ gatewayId, rssiMeanDbm: -60, rssiMaxDbm: -60, adverts: 1, atMs: 0 });

test('the lag is how much a presence outlasts its first and last hearing, whatever is lost', () => {
  const random = seededRandom(21);
  for (const { intervalMs, heardShare } of [
    { intervalMs: 4_000, heardShare: 1 },
    { intervalMs: 4_000, heardShare: 0.6 },
    { intervalMs: 700, heardShare: 0.3 },
  ]) {
    let outlastedMs = 0;
    let laggedMs = 0;
    for (let run = 0; run < 400; run += 1) {
      const lengthMs = 600_000;
      const heard: number[] = [];
      for (let at = random() * intervalMs; at < lengthMs; at += intervalMs) if (random() < heardShare) heard.push(at);
      const hearing = noHearing();
      for (const [i, at] of heard.entries())
        if (i > 0) noteGap(hearing, at - heard[i - 1]!, 60_000, heard[i - 1]! - heard[0]!);
      outlastedMs += lengthMs - (heard.at(-1)! - heard[0]!);
      laggedMs += 2 * certaintyOf(hearing).lagMs!;
    }
    expect(laggedMs / outlastedMs).toBeGreaterThan(0.93);
    expect(laggedMs / outlastedMs).toBeLessThan(1.07);
  }
});

test('an absence is no lag, and gateways are counted once and not without end', () => {
  const hearing = noHearing();
  expect(certaintyOf(hearing)).toEqual({ lagMs: 0, gateways: 0 });
  noteGap(hearing, 2_000, 20_000, 0);
  noteGap(hearing, 600_000, 20_000, 2_000);
  noteWitnesses(hearing, [view('a'), view('b')]);
  noteWitnesses(hearing, [view('b')]);
  expect(certaintyOf(hearing)).toEqual({ lagMs: 1_000, gateways: 2 });
  for (let i = 0; i < 100; i += 1) noteWitnesses(hearing, [view(`g${i}`)]);
  expect(hearing.gatewayIds).toHaveLength(MAX_WITNESSES);
});

test('what is heard next to the doors is told apart from the rest', () => {
  const hearing = noHearing();
  noteWitnesses(hearing, [view('a'), view('b'), view('c')]);
  let at = 0;
  const heardAfter = (gapMs: number): void => {
    noteGap(hearing, gapMs, 20_000, at);
    at += gapMs;
  };
  for (let i = 0; i < 6; i += 1) heardAfter(2_000);
  for (let i = 0; i < 200; i += 1) heardAfter(1_000);
  for (let i = 0; i < 20; i += 1) heardAfter(6_000);
  noteWitnesses(hearing, [view('a')]);
  const doors = doorHearingOf(hearing);
  expect(doors).toMatchObject({ firstGapMs: 10_000, firstLagMs: 1_000, firstGateways: 3, lastGateways: 1 });
  expect(doors.lastLagMs).toBeGreaterThan(2_900);
  expect(doors.lastLagMs).toBeLessThanOrEqual(3_000);
  // It forgets: the same again from where much was heard before.
  const { lastGapMs } = doors;
  for (let i = 0; i < 20; i += 1) heardAfter(6_000);
  expect(doorHearingOf(hearing).lastGapMs).toBe(lastGapMs);
});

test('a visit of one sighting has nothing to tell of gaps', () => {
  const hearing = noHearing();
  noteWitnesses(hearing, [view('a'), view('b')]);
  expect(doorHearingOf(hearing)).toEqual({
    firstGapMs: 0,
    firstLagMs: 0,
    firstGateways: 2,
    lastGapMs: 0,
    lastLagMs: 0,
    lastGateways: 2,
  });
});
