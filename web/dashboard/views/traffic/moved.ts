/** What of a changelog's entry is worth a line: hours on end as one, with the figure that tells most. Pure. */
import type { ChangedHour, ChangelogEntry } from '../../../../server/contract/changelog.ts';

export interface Change {
  /** Null: not measured. */
  before: number | null;
  after: number | null;
}
export interface Run {
  startMs: number;
  endMs: number;
  /** Undefined where too few carriers stand behind it. */
  said: ({ what: 'footfall' | 'occupancy' } & Change) | undefined;
  coverage: Change;
  state: ChangedHour['state'];
  wasFinal: boolean;
}

const known = (values: (number | null)[]): number[] => values.filter((value) => value !== null);
const sum = (values: (number | null)[]): number | null => {
  const counted = known(values);
  return counted.length === 0 ? null : counted.reduce((a, b) => a + b, 0);
};
const mean = (values: (number | null)[]): number | null => {
  const total = sum(values);
  return total === null ? null : total / known(values).length;
};

function runOf(hours: readonly ChangedHour[]): Run {
  const pair = (of: (values: (number | null)[]) => number | null, name: 'footfall' | 'occupancy' | 'coverage') => ({
    before: of(hours.map((hour) => hour[name].before)),
    after: of(hours.map((hour) => hour[name].after)),
  });
  const footfall = pair(sum, 'footfall');
  const moved = footfall.before !== footfall.after;
  return {
    startMs: Date.parse(hours[0]!.start),
    endMs: Date.parse(hours.at(-1)!.end),
    said: hours[0]!.suppressed
      ? undefined
      : moved
        ? { what: 'footfall', ...footfall }
        : { what: 'occupancy', ...pair(mean, 'occupancy') },
    coverage: pair(mean, 'coverage'),
    state: hours.some((hour) => hour.state === 'provisional') ? 'provisional' : 'final',
    wasFinal: hours.some((hour) => hour.wasFinal),
  };
}

/** Hours that follow each other and may both be told, or neither. */
export function runsOf({ hours }: Pick<ChangelogEntry, 'hours'>): Run[] {
  const runs: ChangedHour[][] = [];
  for (const hour of hours) {
    const last = runs.at(-1)?.at(-1);
    if (last && Date.parse(last.end) === Date.parse(hour.start) && !last.suppressed === !hour.suppressed)
      runs.at(-1)!.push(hour);
    else runs.push([hour]);
  }
  return runs.map(runOf);
}
