/** What of the hours moved when they were computed anew. Pure. */
import type { Backlog, Causes } from '../db/timeSeries.ts';

export interface Figures {
  /** Null where nothing was measured. */
  footfall: number | null;
  visitors: number | null;
  /** Mean. */
  occupancy: number | null;
  coverage: number;
}
export interface Hour {
  /** '' is the site. */
  zoneId: string;
  fromMs: number;
  toMs: number;
}
export interface HourFigures extends Hour, Figures {}
export interface MovedHour extends Hour {
  wasFinal: boolean;
  before: Figures;
  after: Figures;
}

/** A tenth is the finest that a mean number of people is written in. */
const OCCUPANCY_STEP = 0.05;
/** Less of the gateways' minutes is no news where no figure moved: a batch a second too late fills a minute. */
const COVERAGE_STEP = 0.01;

const differs = (a: number | null, b: number | null, step: number): boolean =>
  a === null || b === null ? a !== b : Math.abs(a - b) >= step;

function moved({ zoneId }: Hour, before: Figures, after: Figures): boolean {
  if (differs(before.footfall, after.footfall, 1) || differs(before.visitors, after.visitors, 1)) return true;
  if (differs(before.occupancy, after.occupancy, OCCUPANCY_STEP)) return true;
  // Coverage is the floor's: said once for all its zones.
  return zoneId === '' && differs(before.coverage, after.coverage, COVERAGE_STEP);
}

const keyOf = ({ zoneId, fromMs }: Hour): string => `${fromMs} ${zoneId}`;
const figuresOf = ({ footfall, visitors, occupancy, coverage }: Figures): Figures => ({
  footfall,
  visitors,
  occupancy,
  coverage,
});

/** Both tell the same hours of the same zones; what stands in one only has no other side to compare with. */
export function movedHours(
  before: readonly HourFigures[],
  after: readonly HourFigures[],
  finalUntilMs: number,
): MovedHour[] {
  const known = new Map(before.map((hour) => [keyOf(hour), hour]));
  return after.flatMap((hour) => {
    const old = known.get(keyOf(hour));
    if (!old || !moved(hour, old, hour)) return [];
    const { zoneId, fromMs, toMs } = hour;
    return [{ zoneId, fromMs, toMs, wasFinal: toMs <= finalUntilMs, before: figuresOf(old), after: figuresOf(hour) }];
  });
}

/** Of two computations one after the other: from before the first to after the second. */
export function mergeMoved(first: readonly MovedHour[], second: readonly MovedHour[]): MovedHour[] {
  const hours = new Map(first.map((hour) => [keyOf(hour), hour]));
  for (const hour of second) {
    const old = hours.get(keyOf(hour));
    if (!old) hours.set(keyOf(hour), hour);
    else if (moved(hour, old.before, hour.after)) hours.set(keyOf(hour), { ...old, after: hour.after });
    else hours.delete(keyOf(hour));
  }
  return [...hours.values()].sort((a, b) => a.fromMs - b.fromMs || (a.zoneId < b.zoneId ? -1 : 1));
}

/** Pauses of a backlog shorter than this are the network's. */
const PAUSE_MS = 600_000;

/** A long backlog is computed again and again while it comes: that is one happening. */
export function isSameBacklog(first: Causes, second: Causes): boolean {
  if (first.model || first.rebuild || second.model || second.rebuild) return false;
  return second.backlogs.some((later) =>
    first.backlogs.some(
      (one) => one.gatewayId === later.gatewayId && later.firstArrivedMs <= one.lastArrivedMs + PAUSE_MS,
    ),
  );
}

const mergeBacklogs = (a: Backlog, b: Backlog): Backlog => ({
  gatewayId: a.gatewayId,
  batches: a.batches + b.batches,
  coveredMs: a.coveredMs + b.coveredMs,
  fromMs: Math.min(a.fromMs, b.fromMs),
  toMs: Math.max(a.toMs, b.toMs),
  firstArrivedMs: Math.min(a.firstArrivedMs, b.firstArrivedMs),
  lastArrivedMs: Math.max(a.lastArrivedMs, b.lastArrivedMs),
});

export function mergeCauses(first: Causes, second: Causes): Causes {
  const backlogs = new Map(first.backlogs.map((one) => [one.gatewayId, one]));
  for (const one of second.backlogs) {
    const known = backlogs.get(one.gatewayId);
    backlogs.set(one.gatewayId, known ? mergeBacklogs(known, one) : one);
  }
  return {
    backlogs: [...backlogs.values()].sort((a, b) => (a.gatewayId < b.gatewayId ? -1 : 1)),
    model: first.model || second.model,
    rebuild: first.rebuild || second.rebuild,
    finalUntilMs: Math.min(first.finalUntilMs, second.finalUntilMs),
  };
}

/**
 * An hour as it may be shown. A chart tells how many; a change that late data made tells how many only the late gateways
 * heard, which is a narrower place than a zone. So where fewer than k carriers stand behind either side the figures are
 * withheld, both sides of them, and only that they moved is told.
 */
export function shownFigures({ before, after }: MovedHour, k: number) {
  const few = (figures: Figures) => figures.visitors !== null && figures.visitors > 0 && figures.visitors < k;
  const suppressed = few(before) || few(after);
  const pair = (name: 'footfall' | 'visitors' | 'occupancy') =>
    suppressed ? { before: null, after: null } : { before: before[name], after: after[name] };
  return {
    coverage: { before: before.coverage, after: after.coverage },
    footfall: pair('footfall'),
    visitors: pair('visitors'),
    occupancy: pair('occupancy'),
    ...(suppressed ? { suppressed: true } : {}),
  };
}
