/** From readings to one row for each carrier and second; copies, restatements, filtered values, floods. */
import { describe, expect, test } from 'vitest';
import { ForeignWindows, type Heard, MAX_CARRIERS_PER_WINDOW } from '../../../server/fleets/windows.ts';
import { Written } from '../../../server/fleets/written.ts';

const NOW = 1_709_542_800_000;
const heard = (over: Partial<Heard> & { id?: string } = {}): Heard => {
  const { id = 'c-1', ...rest } = over;
  return {
    ref: { id, kind: 'tag' },
    powerCenti: -6_000,
    rssiCenti: -7_000,
    ownMs: NOW + 100,
    smoothed: false,
    timed: false,
    restated: false,
    ...rest,
  };
};

describe('windows', () => {
  test('several advertisements of a second are a mean, a maximum and a number', () => {
    const windows = new ForeignWindows();
    for (const [rssiCenti, ms] of [
      [-7_000, 100],
      [-6_000, 300],
      [-8_000, 600],
    ] as const)
      expect(windows.add(heard({ rssiCenti, ownMs: NOW + ms }), 0, NOW + ms)).toBe('used');
    expect(windows.close(NOW + 900)).toEqual([]);
    const [closed, ...more] = windows.close(NOW + 1_000);
    expect(more).toEqual([]);
    expect(closed).toMatchObject({
      fromMs: NOW,
      rows: [{ sumCenti: -21_000, maxCenti: -6_000, adverts: 3, lastMs: NOW + 600 }],
    });
    expect(windows.size).toBe(0);
  });

  test('seconds of the gateway’s own clock wait for the rest of the message, and no longer', () => {
    const windows = new ForeignWindows();
    const offsetMs = 3_600_000;
    for (let second = 0; second < 5; second++)
      windows.add(heard({ timed: true, ownMs: NOW + second * 1_000 }), offsetMs, NOW + offsetMs + 5_000);
    expect(windows.close(NOW + offsetMs + 5_100)).toEqual([]);
    const closed = windows.close(NOW + offsetMs + 5_300);
    expect(closed.map((one) => one.fromMs)).toEqual([0, 1, 2, 3, 4].map((second) => NOW + second * 1_000));
    expect(closed[0]).toMatchObject({ offsetMs, timed: true });
  });

  test('a copy within moments counts once, the same strength later counts again', () => {
    const windows = new ForeignWindows();
    expect(windows.add(heard({ ownMs: NOW + 100 }), 0, NOW)).toBe('used');
    expect(windows.add(heard({ ownMs: NOW + 130 }), 0, NOW)).toBe('copy');
    expect(windows.add(heard({ ownMs: NOW + 131, rssiCenti: -7_100 }), 0, NOW)).toBe('used');
    expect(windows.add(heard({ ownMs: NOW + 700 }), 0, NOW)).toBe('used');
    expect(windows.close(NOW + 2_000)[0]!.rows[0]!.adverts).toBe(3);
  });

  test('with a time of its own a reading is the same only at that time, whenever it comes', () => {
    const windows = new ForeignWindows();
    expect(windows.add(heard({ timed: true, ownMs: NOW + 100 }), 0, NOW)).toBe('used');
    expect(windows.add(heard({ timed: true, ownMs: NOW + 130 }), 0, NOW)).toBe('used');
    expect(windows.add(heard({ timed: true, ownMs: NOW + 100 }), 0, NOW + 5_000)).toBe('copy');
  });

  test('of values that are filtered already the last one of a second stands, once', () => {
    const windows = new ForeignWindows();
    for (const [ms, rssiCenti] of [
      [100, -7_000],
      [500, -6_500],
      [900, -6_400],
    ] as const)
      windows.add(heard({ smoothed: true, ownMs: NOW + ms, rssiCenti }), 0, NOW);
    expect(windows.close(NOW + 1_000)[0]!.rows[0]).toMatchObject({ sumCenti: -6_400, maxCenti: -6_400, adverts: 1 });
  });

  test('what a format tells again is news only when it changed, when it was heard again, or after a while', () => {
    const untimed = new ForeignWindows();
    const at = (ms: number, rssiCenti = -7_000) =>
      untimed.add(heard({ restated: true, smoothed: true, ownMs: NOW + ms, rssiCenti }), 0, NOW + ms);
    expect([at(0), at(900), at(1_800), at(2_500, -7_100), at(3_000, -7_100), at(7_600, -7_100)]).toEqual([
      'used',
      'copy',
      'copy',
      'used',
      'copy',
      'used',
    ]);
    const timed = new ForeignWindows();
    const by = (ms: number, rssiCenti = -7_000) =>
      timed.add(heard({ restated: true, smoothed: true, timed: true, ownMs: NOW + ms, rssiCenti }), 0, NOW);
    // Another instance stamps it some moments apart; an older one comes behind.
    expect([by(0), by(30), by(1_000), by(1_020), by(20), by(2_000, -7_200)]).toEqual([
      'used',
      'copy',
      'used',
      'copy',
      'copy',
      'used',
    ]);
  });

  test('a flood of carriers is bounded, and so are the seconds that are open', () => {
    const windows = new ForeignWindows();
    let over = 0;
    for (let i = 0; i < MAX_CARRIERS_PER_WINDOW + 50; i++)
      if (windows.add(heard({ id: `u-${i}` }), 0, NOW) === 'over-capacity') over++;
    expect(over).toBe(50);
    for (let i = 0; i < 500; i++) windows.add(heard({ timed: true, ownMs: NOW - i * 1_000 }), 0, NOW);
    expect(windows.size).toBeLessThanOrEqual(120);
  });

  test('a sender is told once the second is written, its copy with it', () => {
    const windows = new ForeignWindows();
    const told: string[] = [];
    windows.add(heard({ timed: true }), 0, NOW, () => told.push('first'));
    windows.add(heard({ timed: true }), 0, NOW, () => told.push('copy'));
    for (const { waiters } of windows.close(NOW + 9_000)) for (const waiter of waiters) waiter();
    expect(told).toEqual(['first', 'copy']);
  });
});

describe('what is written', () => {
  test('one row for each carrier and second of a gateway; others are not touched', () => {
    const written = new Written();
    expect(written.take('g', NOW, 'c-1')).toBe(true);
    expect(written.take('g', NOW, 'c-1')).toBe(false);
    expect(written.take('g', NOW, 'c-2')).toBe(true);
    expect(written.take('g', NOW + 1_000, 'c-1')).toBe(true);
    expect(written.take('h', NOW, 'c-1')).toBe(true);
    written.forget('g');
    expect(written.take('g', NOW, 'c-1')).toBe(true);
  });

  test('is remembered for two minutes of the gateway’s clock', () => {
    const written = new Written();
    written.take('g', NOW, 'c-1');
    written.take('g', NOW + 119_000, 'c-1');
    written.prune(() => true);
    expect(written.take('g', NOW, 'c-1')).toBe(false);
    written.take('g', NOW + 122_000, 'c-1');
    written.prune(() => true);
    expect(written.take('g', NOW, 'c-1')).toBe(true);
    expect(written.take('g', NOW + 122_000, 'c-1')).toBe(false);
  });
});
