import { expect, test } from 'vitest';
import { ClockOffset } from '../../server/ingest/clockOffset.ts';
import { GatewayHealth } from '../../server/ingest/gatewayHealth.ts';
import { localDayOf } from '../../server/ingest/localDays.ts';
import { alignedTimeline, firstDifferenceMs } from '../../server/ingest/models.ts';
import { PendingBatches } from '../../server/ingest/pendingBatches.ts';
import { Received } from '../../server/ingest/received.ts';
import { SeqRanges } from '../../server/ingest/seqRanges.ts';
import { seededRandom } from '../support/random.ts';

test('ranges hold exactly what was added, in any order', () => {
  const random = seededRandom(5);
  for (let round = 0; round < 50; round++) {
    const ranges = new SeqRanges();
    const set = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const from = Math.floor(random() * 80);
      const to = from + Math.floor(random() ** 3 * 10);
      ranges.add(from, to);
      for (let seq = from; seq <= to; seq++) set.add(seq);
      const probe = Math.floor(random() * 90);
      expect(ranges.has(probe)).toBe(set.has(probe));
      let end = probe;
      while (set.has(end + 1)) end++;
      expect(ranges.endOf(probe)).toBe(set.has(probe) ? end : undefined);
      let missing = 0;
      for (let seq = probe; seq <= probe + 15; seq++) if (!set.has(seq)) missing++;
      expect(ranges.missing(probe, probe + 15)).toBe(missing);
    }
    const listed = ranges.toJSON();
    listed.forEach(([from, to], i) => {
      expect(to).toBeGreaterThanOrEqual(from);
      if (i > 0) expect(from).toBeGreaterThan(listed[i - 1]![1] + 1);
    });
    expect(listed.reduce((sum, [from, to]) => sum + to - from + 1, 0)).toBe(set.size);
  }
});

test('acknowledges only up to the first hole, and nothing that is still on its way to the disk', () => {
  const received = new Received();
  expect(received.take('g', 1, 1, 0)).toBe('new');
  expect(received.take('g', 1, 1, 0)).toBe('in-flight');
  expect(received.ackable('g', 1, 0)).toBeUndefined();
  received.durable('g', 1, 1, 1, 0);
  expect(received.take('g', 1, 1, 0)).toBe('duplicate');
  received.take('g', 1, 2, 0);
  received.take('g', 1, 3, 0);
  received.durable('g', 1, 3, 3, 0);
  expect(received.ackable('g', 1, 0)).toBe(1);
  received.durable('g', 1, 2, 2, 0);
  expect(received.ackable('g', 1, 0)).toBe(3);
  const again = new Received(JSON.parse(JSON.stringify(received)), 0);
  expect(again.ackable('g', 1, 0)).toBe(3);
  expect([5, 4, 3, 2, 1].map((belowSeq) => again.ackable('g', 1, 0, belowSeq))).toEqual([3, 3, 2, 1, undefined]);
  expect(again.take('g', 1, 2, 0)).toBe('duplicate');
  expect(again.take('g', 2, 1, 0)).toBe('new');
});

test('an epoch that does not start with 1 waits for what may come before it', () => {
  const received = new Received();
  received.take('g', 4, 7, 1_000);
  received.durable('g', 4, 7, 7, 1_000);
  expect(received.ackable('g', 4, 1_500)).toBeUndefined();
  received.durable('g', 4, 5, 5, 2_000);
  expect(received.ackable('g', 4, 4_001)).toBe(5);
  received.durable('g', 4, 6, 6, 4_002);
  expect(received.ackable('g', 4, 4_003)).toBe(7);
  // Too late to hold what was acknowledged already, and still taken.
  expect(received.take('g', 4, 3, 9_000)).toBe('new');
  received.durable('g', 4, 3, 3, 9_000);
  expect(received.ackable('g', 4, 9_001)).toBe(7);
});

test('old epochs are closed once many newer ones came, and holes are bounded', () => {
  const received = new Received();
  for (let epoch = 10; epoch < 50; epoch++) received.durable('g', epoch, 1, 1, 0);
  expect(received.take('g', 3, 1, 0)).toBe('stale-epoch');
  for (let seq = 1; seq < 20_000; seq += 2) received.durable('g', 60, seq, seq, 0);
  expect(received.toJSON().g?.['60']?.ranges.length).toBeLessThanOrEqual(4_096);
});

test('the smallest delay tells the offset; a late message does not move it, a clock that was set does', () => {
  const clock = new ClockOffset();
  const now = 1_000_000_000;
  for (let i = 0; i < 5; i++) clock.sample(now + i * 10_000 + 3_200, now + i * 10_000 + 40 + i * 7);
  expect(clock.correctionMs).toBe(-3_160);
  clock.sample(now + 60_000 + 3_200, now + 75_000);
  expect(clock.correctionMs).toBe(-3_160);
  for (let i = 8; i < 12; i++) clock.sample(now + i * 10_000, now + i * 10_000 + 50);
  expect(clock.correctionMs).toBe(0);
  expect(clock.measuredMs).toBe(50);
});

test('health says in words what is wrong', () => {
  const health = new GatewayHealth();
  const at = Date.parse('2024-03-04T13:02:00Z');
  const gateway = { id: 'g', floorId: 'f', xM: 0, yM: 0, zM: 2, enabled: true };
  const look = (nowMs: number) => health.live(gateway, 'Europe/Prague', nowMs);
  expect(look(at).finding).toBe('never heard');
  health.status('g', { online: true, clockMs: at + 3_200, version: '1', droppedBatches: 12 }, at, false, true);
  expect(look(at)).toMatchObject({
    online: true,
    finding: 'clock is 3.2 s ahead; dropped 12 batches in an outage',
    version: '1',
  });
  expect(look(at + 61_000)).toMatchObject({ online: false, finding: expect.stringMatching(/^silent since 14:02/) });
  health.status('g', { online: false }, at + 10_000, true, true);
  expect(look(at + 10_000).finding).toMatch(/^offline since 14:02/);
  expect(look(at + 10_000).findings![0]).toMatchObject({ params: {}, todo: expect.stringMatching(/kept on its disk/) });
  expect(health.live({ ...gateway, enabled: false }, 'Europe/Prague', at).finding).toBeNull();
  // A retained status is what was, not what is.
  const fresh = new GatewayHealth();
  fresh.status('g', { online: true, clockMs: at - 9_999_999 }, at, true, true);
  expect(fresh.live(gateway, 'Europe/Prague', at)).toMatchObject({
    online: false,
    lastSeenMs: null,
    clockOffsetMs: null,
  });
});

test('a clock that is off by less than a second is no finding: a busy server measures the same', () => {
  const at = Date.parse('2024-03-04T13:02:00Z');
  const gateway = { id: 'g', floorId: 'f', xM: 0, yM: 0, zM: 2, enabled: true };
  const findingAt = (offsetMs: number) => {
    const health = new GatewayHealth();
    health.status('g', { online: true, clockMs: at - offsetMs }, at, false, true);
    return health.live(gateway, 'Europe/Prague', at);
  };
  expect(findingAt(300)).toMatchObject({ finding: null, clockOffsetMs: 300 });
  expect(findingAt(-999).finding).toBeNull();
  expect(findingAt(1_000).finding).toBe('clock is 1.0 s behind');
  expect(findingAt(-1_200).finding).toBe('clock is 1.2 s ahead');
});

test('local days have 23 and 25 hours where the clock changes', () => {
  const spring = localDayOf('Europe/Prague', Date.parse('2024-03-31T12:00:00Z'));
  expect(spring.name).toBe('2024-03-31');
  expect((spring.endMs - spring.startMs) / 3_600_000).toBe(23);
  const autumn = localDayOf('Europe/Prague', Date.parse('2024-10-27T22:59:59Z'));
  expect(autumn.name).toBe('2024-10-27');
  expect((autumn.endMs - autumn.startMs) / 3_600_000).toBe(25);
});

test('models are cut to whole ticks, and what differs is found', () => {
  const model = (definitionsVersion: number) => ({ definitionsVersion }) as never;
  const a = alignedTimeline([
    { effectiveFromMs: 0, model: model(1) },
    { effectiveFromMs: 5_100, model: model(2) },
    { effectiveFromMs: 5_900, model: model(3) },
  ]);
  expect(a).toEqual([
    { effectiveFromMs: 0, model: model(1) },
    { effectiveFromMs: 6_000, model: model(3) },
  ]);
  expect(firstDifferenceMs(a, a)).toBeUndefined();
  expect(firstDifferenceMs(a, [...a, { effectiveFromMs: 9_000, model: model(4) }])).toBe(9_000);
  expect(firstDifferenceMs(a, [a[0]!, { effectiveFromMs: 6_000, model: model(4) }])).toBe(6_000);
});

test('waiting batches come out by time, however they came in', () => {
  const pending = new PendingBatches();
  const random = seededRandom(2);
  const out: number[] = [];
  for (let i = 0; i < 500; i++) {
    const fromMs = Math.floor(random() * 100_000);
    pending.push({ fromMs, carriers: [{}, {}] } as never);
  }
  expect(pending.sightings).toBe(1_000);
  for (let until = 0; until <= 100_000; until += 7_000) {
    pending.takeUntil(until, (batch) => out.push(batch.fromMs));
    expect(Math.max(0, ...out)).toBeLessThan(Math.max(until, 1));
  }
  pending.takeUntil(Infinity, (batch) => out.push(batch.fromMs));
  expect(out).toEqual([...out].sort((a, b) => a - b));
  expect(out.length).toBe(500);
  expect(pending.sightings).toBe(0);
});
