/** A site whose people are known: how many came in by each door, and how many of them were observed. Seeded. */
import { poissonLower, poissonUpper } from '../../server/metrics/bands.ts';
import { estimatePeople, type ObservedHour } from '../../server/metrics/people.ts';
import { type CountedPeriod, fitPeople } from '../../server/metrics/peopleRatio.ts';
import { seededRandom } from './random.ts';

export interface PeopleWorld {
  /** Share of people who carry a beacon, over the whole site. */
  carriage: number;
  entrances: number;
  /** Spread of the carriage, relative: between entrances, between hours, and from day to day. */
  entranceCv: number;
  hourCv: number;
  dayCv: number;
  /** Share of the open hours (12 a day) that were counted in a week, and for how many weeks. */
  countedShare: number;
  weeks: number;
  /** People by entrance and hour. */
  meanPeople: number;
}

const HOURS_OPEN = 12;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
const jitter = (random: () => number, cv: number): number => Math.exp(cv * normal(random) - (cv * cv) / 2);
const clamp = (share: number): number => Math.min(0.98, Math.max(0.002, share));
function binomial(random: () => number, n: number, share: number): number {
  let hits = 0;
  for (let i = 0; i < n; i++) if (random() < share) hits++;
  return hits;
}

export function randomWorld(random: () => number): PeopleWorld {
  return {
    carriage: 0.05 + 0.55 * random(),
    entrances: 1 + Math.floor(random() * 6),
    entranceCv: 0.25 * random(),
    hourCv: 0.25 * random(),
    dayCv: 0.1 * random(),
    countedShare: 0.05 + 0.6 * random(),
    weeks: 1 + Math.floor(random() * 4),
    meanPeople: 20 * 20 ** random(),
  };
}

export interface Verdict {
  covered: boolean;
  relativeWidth: number;
  /** Estimate over truth. */
  bias: number;
  /** By one ratio of all counts and the interval of a Poisson count. */
  plainCovered: boolean;
}

/** Counts some weeks, then estimates each hour of one entrance, and the days of the site, of a week that nobody counted. */
export function runPeopleWorld(seed: number, given?: Partial<PeopleWorld>): { hours: Verdict[]; days: Verdict[] } {
  const random = seededRandom(seed);
  const world = { ...randomWorld(random), ...given };
  const doors = Array.from({ length: world.entrances }, (_, e) => ({
    id: `door-${e}`,
    carriage: world.carriage * jitter(random, world.entranceCv),
    hours: Array.from({ length: 7 * HOURS_OPEN }, () => ({
      carriage: jitter(random, world.hourCv),
      people: world.meanPeople * jitter(random, 0.6),
      counted: random() < world.countedShare,
    })),
  }));
  const visit = (door: (typeof doors)[number], h: number) => {
    const hour = door.hours[h]!;
    const people = Math.round(hour.people * jitter(random, 0.2));
    const share = clamp(door.carriage * hour.carriage * jitter(random, world.dayCv));
    const hourOfWeek = Math.floor(h / HOURS_OPEN) * 24 + 9 + (h % HOURS_OPEN);
    return { hourOfWeek, people, observed: binomial(random, people, share) };
  };
  const counted: CountedPeriod[] = [];
  for (let week = 0; week < world.weeks; week++)
    for (const door of doors)
      door.hours.forEach((hour, h) => {
        if (hour.counted) counted.push({ entranceId: door.id, ...visit(door, h) });
      });
  const model = fitPeople(counted);
  const verdicts = { hours: [] as Verdict[], days: [] as Verdict[] };
  if (!model) return verdicts;
  const ratio =
    counted.reduce((sum, period) => sum + period.people, 0) / counted.reduce((sum, period) => sum + period.observed, 0);
  const judge = (people: number, hours: ObservedHour[]): Verdict => {
    const { value, low, high } = estimatePeople(model, hours);
    const observed = hours.reduce((sum, hour) => sum + hour.observed, 0);
    return {
      covered: low <= people && people <= high,
      relativeWidth: (high - low) / Math.max(1, people),
      bias: value / Math.max(1, people),
      plainCovered: poissonLower(observed) * ratio <= people && people <= poissonUpper(observed) * ratio,
    };
  };
  for (let day = 0; day < 7; day++) {
    const hours: (ObservedHour & { people: number })[] = [];
    for (const door of doors)
      for (let h = day * HOURS_OPEN; h < (day + 1) * HOURS_OPEN; h++)
        hours.push({ entranceId: door.id, ...visit(door, h) });
    const one = hours[Math.floor(random() * hours.length)]!;
    verdicts.hours.push(judge(one.people, [one]));
    verdicts.days.push(
      judge(
        hours.reduce((sum, hour) => sum + hour.people, 0),
        hours,
      ),
    );
  }
  return verdicts;
}

export const coverageOfRuns = (verdicts: readonly Verdict[]): number =>
  verdicts.filter((verdict) => verdict.covered).length / verdicts.length;
