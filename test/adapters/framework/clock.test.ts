/** Clocks of gateways of other makes: off, drifting, counting from the start, jumping, and messages that come late. */
import { describe, expect, test } from 'vitest';
import { ForeignClock } from '../../../server/fleets/foreignClock.ts';
import { seededRandom } from '../../support/random.ts';

const NOW = 1_709_542_800_000;

/** One message a second for so long; delays of up to a second. */
function run(
  clock: ForeignClock,
  seconds: number,
  ownOf: (realMs: number) => number,
  fromMs = NOW,
  seed = 1,
): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: seconds }, (_, i) => {
    const realMs = fromMs + i * 1_000;
    return clock.sample(ownOf(realMs), realMs + 20 + random() * 980);
  });
}

describe('a clock that runs', () => {
  test.each([
    ['right', 0],
    ['an hour behind', 3_600_000],
    ['of 1970', NOW - 5_000],
    ['of 2099', NOW - Date.UTC(2099, 0, 1)],
  ])('that is %s is measured by its least delay', (_, offMs) => {
    const clock = new ForeignClock();
    const verdicts = run(clock, 200, (realMs) => realMs - offMs);
    expect(new Set(verdicts)).toEqual(new Set(['steady']));
    expect(clock.offsetMs! - offMs).toBeGreaterThanOrEqual(0);
    expect(clock.offsetMs! - offMs).toBeLessThan(150);
  });

  test('that drifts by a second in twenty minutes is followed', () => {
    const clock = new ForeignClock();
    const verdicts = run(clock, 1_200, (realMs) => realMs - (realMs - NOW) / 1_200);
    expect(new Set(verdicts)).toEqual(new Set(['steady']));
    expect(clock.offsetMs!).toBeGreaterThan(850);
    expect(clock.offsetMs!).toBeLessThan(1_200);
  });

  test('and was known before a restart is taken up', () => {
    const clock = new ForeignClock(3_600_000);
    // The first message has waited for some seconds; then they come at once again.
    expect(clock.sample(NOW - 3_600_000, NOW + 4_000)).toBe('steady');
    expect(clock.offsetMs).toBe(3_600_000);
    run(clock, 300, (realMs) => realMs - 3_600_600, NOW + 10_000);
    expect(Math.abs(clock.offsetMs! - 3_600_600)).toBeLessThan(150);
  });
});

describe('a clock that is set', () => {
  test.each([
    ['back by ten minutes', -600_000],
    ['forth by a day', 86_400_000],
    ['to 1970', -NOW + 60_000],
  ])('%s is found within seconds, and then right', (_, jumpMs) => {
    const clock = new ForeignClock();
    run(clock, 60, (realMs) => realMs);
    const fromMs = NOW + 60_000;
    const verdicts = run(clock, 30, (realMs) => realMs + jumpMs, fromMs, 2);
    expect(verdicts.indexOf('jumped')).toBeGreaterThan(0);
    expect(verdicts.indexOf('jumped')).toBeLessThan(6);
    expect(verdicts.slice(0, verdicts.indexOf('jumped'))).not.toContain('steady');
    expect(verdicts.slice(verdicts.indexOf('jumped') + 1)).not.toContain('doubtful');
    expect(Math.abs(clock.offsetMs! + jumpMs)).toBeLessThan(1_000);
  });

  test('a start anew of one that counts its seconds', () => {
    const clock = new ForeignClock();
    run(clock, 300, (realMs) => Math.floor((realMs - NOW + 86_400_000) / 1_000) * 1_000);
    const verdicts = run(clock, 20, (realMs) => Math.floor((realMs - NOW - 300_000) / 1_000) * 1_000, NOW + 300_000, 3);
    expect(verdicts.indexOf('jumped')).toBeLessThan(6);
    expect(Math.abs(clock.offsetMs! - (NOW + 300_000))).toBeLessThan(1_500);
  });
});

describe('messages that come late', () => {
  test('a backlog of an hour is not taken for a clock that was set', () => {
    const clock = new ForeignClock();
    run(clock, 60, (realMs) => realMs);
    const before = clock.offsetMs!;
    const arrivedMs = NOW + 3_660_000;
    const verdicts = Array.from({ length: 3_600 }, (_, i) => clock.sample(NOW + 60_000 + i * 1_000, arrivedMs + i * 2));
    expect(verdicts).not.toContain('jumped');
    expect(verdicts.filter((verdict) => verdict === 'steady').length).toBeGreaterThan(1_000);
    expect(clock.sample(arrivedMs + 8_000, arrivedMs + 8_100)).toBe('steady');
    expect(Math.abs(clock.offsetMs! - before)).toBeLessThan(150);
  });

  test('the first after a start goes on where the log ended: it waited, and is taken at once', () => {
    const clock = new ForeignClock(300, NOW);
    expect(clock.sample(NOW + 500, NOW + 40_000)).toBe('steady');
    expect(clock.offsetMs).toBe(300);
    // Before the log ended: it was handed over already, or the clock was set.
    expect(new ForeignClock(300, NOW).sample(NOW - 30_000, NOW + 40_000)).toBe('doubtful');
  });

  test('a clock that was set back while nobody listened is found within half a minute', () => {
    const clock = new ForeignClock(0, NOW);
    const verdicts = run(clock, 60, (realMs) => realMs - 1_800_000, NOW + 3_600_000);
    expect(verdicts.indexOf('jumped')).toBeGreaterThan(0);
    expect(verdicts.indexOf('jumped')).toBeLessThan(45);
    expect(Math.abs(clock.offsetMs! - 1_800_000)).toBeLessThan(1_100);
  });

  test('one message with nonsense for a time changes nothing', () => {
    const clock = new ForeignClock();
    run(clock, 30, (realMs) => realMs);
    const before = clock.offsetMs!;
    expect(clock.sample(Date.UTC(2099, 0, 1), NOW + 30_100)).toBe('doubtful');
    expect(clock.sample(0, NOW + 30_200)).toBe('doubtful');
    expect(clock.sample(NOW + 31_000, NOW + 31_100)).toBe('steady');
    expect(clock.offsetMs).toBe(before);
  });
});
