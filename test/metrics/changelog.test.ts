import { describe, expect, test } from 'vitest';
import type { Backlog, Causes } from '../../server/db/timeSeries.ts';
import {
  type Figures,
  type HourFigures,
  isSameBacklog,
  mergeCauses,
  mergeMoved,
  movedHours,
  shownFigures,
} from '../../server/metrics/changelog.ts';
import { finalUntilMs, intervalState, settledBeforeMs } from '../../server/metrics/state.ts';

const HOUR = 3_600_000;
const figures = (footfall: number | null, more: Partial<Figures> = {}): Figures => ({
  footfall,
  visitors: footfall,
  occupancy: footfall === null ? null : footfall / 4,
  coverage: 1,
  ...more,
});
const hour = (at: number, values: Figures, zoneId = ''): HourFigures => ({
  zoneId,
  fromMs: at * HOUR,
  toMs: (at + 1) * HOUR,
  ...values,
});

describe('what moved', () => {
  test('is hours whose figures can be told apart, with whether they had been final', () => {
    const before = [
      hour(1, figures(10)),
      hour(2, figures(20)),
      hour(3, figures(30)),
      hour(4, figures(null, { coverage: 0 })),
    ];
    const after = [
      hour(1, figures(11)),
      hour(2, figures(20)),
      hour(3, figures(30, { occupancy: 7.6 })),
      hour(4, figures(0)),
    ];
    expect(movedHours(before, after, 2 * HOUR).map((one) => [one.fromMs / HOUR, one.wasFinal])).toEqual([
      [1, true],
      [3, false],
      [4, false],
    ]);
    const finer = [hour(3, figures(30, { occupancy: 7.51, coverage: 0.995 }))];
    expect(movedHours([before[2]!], finer, 0)).toEqual([]);
  });

  test('is told of coverage once, not for each zone', () => {
    const before = ['', 'shop'].map((zone) => hour(1, figures(9, { coverage: 0.75 }), zone));
    const after = ['', 'shop'].map((zone) => hour(1, figures(9), zone));
    expect(movedHours(before, after, 0).map(({ zoneId }) => zoneId)).toEqual(['']);
  });

  test('in two computations is from before the first to after the second, and nothing where it came back', () => {
    const step = (at: number, from: number, to: number, final = 0) =>
      movedHours([hour(at, figures(from))], [hour(at, figures(to))], final);
    const merged = mergeMoved(
      [...step(1, 10, 12, 2 * HOUR), ...step(2, 20, 21)],
      [...step(1, 12, 15), ...step(2, 21, 20), ...step(3, 1, 2)],
    );
    expect(merged.map((one) => [one.fromMs / HOUR, one.before.footfall, one.after.footfall, one.wasFinal])).toEqual([
      [1, 10, 15, true],
      [3, 1, 2, false],
    ]);
  });

  test.each([
    [12, 3],
    [3, 12],
    [0, 9],
    [null, 4],
  ])('withholds both sides, before %s and after %s, where fewer than ten carriers stand behind one', (from, to) => {
    const [moved] = movedHours([hour(1, figures(from))], [hour(1, figures(to))], 0);
    expect(shownFigures(moved!, 10)).toEqual({
      coverage: { before: 1, after: 1 },
      footfall: { before: null, after: null },
      visitors: { before: null, after: null },
      occupancy: { before: null, after: null },
      suppressed: true,
    });
  });

  test('is shown where ten or nobody stand behind either side', () => {
    const [moved] = movedHours([hour(1, figures(0))], [hour(1, figures(10))], 0);
    expect(shownFigures(moved!, 10)).toMatchObject({ footfall: { before: 0, after: 10 } });
    expect(shownFigures(moved!, 10)).not.toHaveProperty('suppressed');
  });
});

describe('why', () => {
  const backlog = (gatewayId: string, firstArrivedMs: number, lastArrivedMs: number): Backlog => ({
    gatewayId,
    batches: 2,
    coveredMs: 2_000,
    fromMs: firstArrivedMs / 2,
    toMs: lastArrivedMs / 2,
    firstArrivedMs,
    lastArrivedMs,
  });
  const causes = (backlogs: Backlog[], more: Partial<Causes> = {}): Causes => ({
    backlogs,
    model: false,
    rebuild: false,
    finalUntilMs: 0,
    ...more,
  });

  test('one backlog goes on while it does not pause, of the same gateway', () => {
    const first = causes([backlog('a', 0, 60_000)]);
    expect(isSameBacklog(first, causes([backlog('a', 120_000, 130_000)]))).toBe(true);
    expect(isSameBacklog(first, causes([backlog('a', 1_000_000, 1_100_000)]))).toBe(false);
    expect(isSameBacklog(first, causes([backlog('b', 120_000, 130_000)]))).toBe(false);
    expect(isSameBacklog(first, causes([backlog('a', 120_000, 130_000)], { rebuild: true }))).toBe(false);
  });

  test('adds up', () => {
    const both = mergeCauses(causes([backlog('b', 0, 10)]), causes([backlog('a', 4, 6), backlog('b', 20, 30)]));
    expect(both.backlogs).toEqual([
      backlog('a', 4, 6),
      { ...backlog('b', 0, 30), batches: 4, coveredMs: 4_000, fromMs: 0, toMs: 15 },
    ]);
  });
});

describe('provisional or final', () => {
  const GAP = 15;
  const at = (watermark: number, dirty: number | null, awaited: number | null) => ({
    watermarkMs: watermark * HOUR,
    dirtyFromMs: dirty === null ? null : dirty * HOUR,
    awaitedFromMs: awaited === null ? null : awaited * HOUR,
  });
  test.each([
    ['long over', 2, at(10, null, null), false, 'final'],
    ['a visit may still go on', 10, at(10, null, null), false, 'provisional'],
    ['late data has come for it', 3, at(10, 2.5, null), false, 'provisional'],
    ['late data has come for later', 2, at(10, 2.5, null), false, 'final'],
    ['a gateway has been out since then', 5, at(10, null, 4.5), false, 'provisional'],
    ['a gateway has been out since later', 4, at(10, null, 4.5), false, 'final'],
    ['one of its visits is not settled', 2, at(10, null, null), true, 'provisional'],
    ['nothing was ever computed', 2, undefined, false, 'provisional'],
  ])('%s: hour that ends at %s', (_what, end, progress, unsettled, state) => {
    expect(intervalState(end * HOUR, GAP, progress, unsettled)).toBe(state);
  });

  test('what reaches up to missing data is not settled', () => {
    expect(settledBeforeMs(at(10, 4, 5), GAP)).toBe(3.75 * HOUR);
    expect(settledBeforeMs(at(10, null, null), GAP)).toBe(Number.POSITIVE_INFINITY);
    expect(finalUntilMs(at(10, null, 5), GAP)).toBe(5 * HOUR);
  });
});
