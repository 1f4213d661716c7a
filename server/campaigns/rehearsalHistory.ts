/** Which days a rehearsal replays, and in which of them each zone of the campaign stood. */
import type { Campaign, Schedule } from '../contract/campaigns.ts';
import type { SiteModelVersion, Zone } from '../contract/model.ts';
import type { RehearsalBasis } from '../contract/rehearsal.ts';
import type { SiteContext } from '../db/questions/context.ts';
import { coverageByInterval } from '../db/questions/coverage.ts';
import { coverageShare } from '../metrics/coverage.ts';
import { bucketEdges, dayStartMs, localDay, QUARTER_MS } from '../metrics/localTime.ts';
import { inSchedule } from './schedule.ts';

/** Every weekday four times. */
export const REHEARSED_DAYS = 28;
/** Every weekday twice: a zone that stood for so long is judged by its own stays. */
export const ENOUGH_DAYS = 14;

export interface PastDay {
  day: number;
  startMs: number;
  endMs: number;
}

export interface PastZone {
  zone: Zone;
  basis: RehearsalBasis;
}

export interface History {
  /** All that there is of the last weeks, those left out as well. */
  fromMs: number;
  toMs: number;
  /** Days that count, in order; whole local days. */
  days: PastDay[];
  lowCoverage: number;
  closed: number;
  zones: PastZone[];
  isOpen: (atMs: number) => boolean;
  dayOf: (atMs: number) => number;
}

/** What is drawn, hung and learned now is looked at in the newest days. */
export const newestDays = ({ days }: Pick<History, 'days'>): PastDay[] => days.slice(-ENOUGH_DAYS);

const MINUTE_MS = 60_000;
/** Local time is dear to ask for, and schedules are kept to the minute. */
export const byMinute = (of: (atMs: number) => boolean): ((atMs: number) => boolean) => {
  const known = new Map<number, boolean>();
  return (atMs) => {
    const minute = Math.floor(atMs / MINUTE_MS);
    let answer = known.get(minute);
    if (answer === undefined) {
      answer = of(minute * MINUTE_MS);
      known.set(minute, answer);
    }
    return answer;
  };
};

/** The hours of the week alone: the campaign's first and last day and its exceptions lie ahead of it. */
export function weeklyHours(schedule: Schedule | null, timezone: string): (atMs: number) => boolean {
  if (schedule === null) return () => true;
  const weekly: Schedule = { ...schedule, startsOn: null, endsOn: null, exceptions: [] };
  return byMinute((atMs) => inSchedule(weekly, atMs, timezone));
}

const sameShape = (a: Zone, b: Zone): boolean =>
  a.floorId === b.floorId && JSON.stringify(a.shape) === JSON.stringify(b.shape);

/** Since when a zone stands as it is drawn now; the first model stands for all that lies before it. */
export function stoodSinceMs(timeline: readonly SiteModelVersion[], zone: Zone): number {
  let sinceMs = Number.POSITIVE_INFINITY;
  for (let i = timeline.length - 1; i >= 0; i--) {
    const then = timeline[i]!.model.zones.find(({ id }) => id === zone.id);
    if (!then || !sameShape(then, zone)) return sinceMs;
    sinceMs = i === 0 ? Number.NEGATIVE_INFINITY : timeline[i]!.effectiveFromMs;
  }
  return sinceMs;
}

/** Whole local days before now, as far as they were computed and are kept. */
async function measuredDays(context: SiteContext, floorIds: readonly string[], nowMs: number) {
  const { timezone, progress, spans, rowsFromMs, heatRowsFromDay, definitions } = context;
  const untilMs = Math.min(nowMs, progress?.watermarkMs ?? 0);
  if (untilMs <= 0) return { days: [], lowCoverage: 0 };
  const today = localDay(timezone, untilMs);
  const heardMs = floorIds.map((floorId) =>
    spans.reduce((first, span) => (span.floorId === floorId ? Math.min(first, span.fromMs) : first), Infinity),
  );
  const keptFromMs = Math.max(rowsFromMs, ...heardMs);
  const edges = bucketEdges(timezone, 'day', dayStartMs(timezone, today - REHEARSED_DAYS), dayStartMs(timezone, today));
  const coverage = await Promise.all(floorIds.map((floorId) => coverageByInterval(context, edges, floorId)));
  const days: (PastDay & { covered: boolean })[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const startMs = edges[i]!;
    const day = localDay(timezone, startMs);
    if (startMs < keptFromMs || day < heatRowsFromDay) continue;
    const counts = coverage.map((floor) => floor[i]!);
    if (counts.some(({ expected }) => expected === 0)) continue;
    const covered = counts.every((one) => coverageShare(one.reported, one.expected) >= definitions.minCoverage);
    days.push({ day, startMs, endMs: edges[i + 1]!, covered });
  }
  return { days, lowCoverage: days.filter(({ covered }) => !covered).length };
}

export async function historyOf(
  context: SiteContext,
  campaign: Pick<Campaign, 'zoneIds' | 'schedule'>,
  nowMs: number,
): Promise<History> {
  const { registry, siteId, timezone } = context;
  const zones = campaign.zoneIds.flatMap((id) => registry.zones.get(siteId, id) ?? []);
  const measured = await measuredDays(context, [...new Set(zones.map(({ floorId }) => floorId))], nowMs);
  const covered = measured.days.filter((day) => day.covered);
  const timeline = registry.modelTimeline(siteId);
  const since = new Map(zones.map((zone) => [zone.id, stoodSinceMs(timeline, zone)]));
  const pastZones = zones.map((zone): PastZone => {
    const own = covered.filter(({ startMs }) => startMs >= since.get(zone.id)!).length;
    const basis = covered.length === 0 ? 'none' : own === covered.length || own >= ENOUGH_DAYS ? 'stays' : 'heat';
    return { zone, basis };
  });
  // A zone that stood for a part only is judged by that part, and the campaign with it.
  const fromMs = Math.max(
    Number.NEGATIVE_INFINITY,
    ...pastZones.filter(({ basis }) => basis === 'stays').map(({ zone }) => since.get(zone.id)!),
  );
  const hours = weeklyHours(campaign.schedule, timezone);
  const isOpenDay = ({ startMs, endMs }: PastDay): boolean => {
    for (let atMs = startMs; atMs < endMs; atMs += QUARTER_MS) if (hours(atMs)) return true;
    return false;
  };
  const inTime = covered.filter(({ startMs }) => startMs >= fromMs);
  const days = inTime.filter(isOpenDay).map(({ day, startMs, endMs }) => ({ day, startMs, endMs }));
  const counted = new Set(days.map(({ day }) => day));
  const dayOf = (atMs: number): number => localDay(timezone, atMs);
  return {
    fromMs: measured.days[0]?.startMs ?? nowMs,
    toMs: measured.days.at(-1)?.endMs ?? nowMs,
    days,
    lowCoverage: measured.lowCoverage,
    closed: inTime.length - days.length,
    zones: pastZones,
    isOpen: (atMs) => counted.has(dayOf(atMs)) && hours(atMs),
    dayOf,
  };
}
