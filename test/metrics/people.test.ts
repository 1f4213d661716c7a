import { describe, expect, test } from 'vitest';
import { estimatePeople, peoplePerCarrier } from '../../server/metrics/people.ts';
import { type CountedPeriod, fitPeople } from '../../server/metrics/peopleRatio.ts';
import { coverageOfRuns, runPeopleWorld } from '../support/peopleWorld.ts';

const counts = (entranceId: string, hourOfWeek: number | null, people: number, observed: number, times: number) =>
  Array.from({ length: times }, (): CountedPeriod => ({ entranceId, hourOfWeek, people, observed }));

test('without counts, or without a carrier among those counted, there is no ratio', () => {
  expect(fitPeople([])).toBeUndefined();
  expect(fitPeople(counts('north', 10, 0, 0, 5))).toBeUndefined();
  expect(fitPeople(counts('north', 10, 100, 0, 5))).toBeUndefined();
});

test('an hour that was counted often keeps its own ratio, one that was counted once leans on the site', () => {
  const site = [...counts('north', 10, 500, 100, 20), ...counts('south', 10, 500, 100, 20)];
  const often = fitPeople([...site, ...counts('west', 10, 500, 200, 20)])!;
  const once = fitPeople([...site, ...counts('west', 10, 20, 8, 1)])!;
  const rateAtWest = (model: typeof often) => model.entrances.get('west')!.byHour.get(10)!.rate;
  expect(rateAtWest(often)).toBeCloseTo(0.4, 2);
  expect(rateAtWest(once)).toBeGreaterThan(0.2);
  expect(rateAtWest(once)).toBeLessThan(0.3);
  expect(once.entrances.get('west')!.shrunk).toBeGreaterThan(often.entrances.get('west')!.shrunk);
});

test('an hour that nobody counted takes the ratio of its entrance, an entrance that nobody counted that of the site', () => {
  const model = fitPeople([...counts('north', 10, 400, 80, 10), ...counts('north', 11, 400, 80, 10)])!;
  const at = (entranceId: string | null, hourOfWeek: number) =>
    estimatePeople(model, [{ entranceId, hourOfWeek, observed: 50 }]);
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  for (const estimate of [at('north', 10), at('north', 90), at('south', 10), at(null, 10)])
    expect(estimate.value).toBeCloseTo(250, 0);
  expect(width(at('north', 10))).toBeLessThan(width(at('north', 90)));
  expect(width(at('north', 90))).toBeLessThan(width(at('south', 10)));
});

test('a count over several hours tells of its entrance', () => {
  const model = fitPeople(counts('north', null, 2_000, 500, 6))!;
  expect(model.entrances.get('north')!.byHour.size).toBe(0);
  expect(peoplePerCarrier(model, 'north').value).toBeCloseTo(4, 5);
});

test('nobody observed is not nobody there, and an outage widens the upper end alone', () => {
  const model = fitPeople(counts('north', 10, 400, 40, 10))!;
  const none = estimatePeople(model, [{ entranceId: 'north', hourOfWeek: 10, observed: 0 }]);
  expect(none).toMatchObject({ value: 0, low: 0 });
  // 2.5 unseen carriers at ten people each.
  expect(none.high).toBeGreaterThan(15);
  expect(none.high).toBeLessThan(40);
  const hours = [{ entranceId: 'north', hourOfWeek: 10, observed: 40 }];
  const whole = estimatePeople(model, hours, 1);
  const half = estimatePeople(model, hours, 0.5);
  expect(half.low).toBe(whole.low);
  expect(half.high).toBeGreaterThan(whole.high * 1.5);
});

test('errors of hours do not cancel where they are the same error', () => {
  const model = fitPeople(counts('north', 10, 30, 6, 1))!;
  const day = Array.from({ length: 12 }, (_, hour) => ({ entranceId: 'north', hourOfWeek: hour, observed: 1_000 }));
  const { value, low, high } = estimatePeople(model, day);
  const one = peoplePerCarrier(model, 'north');
  // Twelve errors of their own would leave 0.3 of the width.
  expect((high - low) / value).toBeGreaterThan(0.6 * ((one.high - one.low) / one.value));
});

describe('95 times in 100 the interval holds the people who really came', () => {
  // The long version is test/bench/people.ts.
  test.each([0.05, 0.15, 0.3, 0.6])('at a carriage of %f', (carriage) => {
    const runs = Array.from({ length: 120 }, (_, i) => runPeopleWorld(1_000 + i, { carriage }));
    const hours = runs.flatMap((run) => run.hours);
    const days = runs.flatMap((run) => run.days);
    expect(hours.length).toBeGreaterThan(800);
    for (const verdicts of [hours, days]) {
      expect(coverageOfRuns(verdicts)).toBeGreaterThan(0.92);
      expect(coverageOfRuns(verdicts)).toBeLessThan(0.985);
    }
    const bias = days.reduce((sum, day) => sum + day.bias, 0) / days.length;
    expect(Math.abs(bias - 1)).toBeLessThan(0.02);
  });
});
