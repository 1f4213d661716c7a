/**
 * What the numbers should have been: the definitions of design.md applied to true presence and true positions of carriers.
 *
 * - A carrier is present from the moment its bearer comes through the door to that of leaving by it.
 * - Visit: presences of one carrier with no absence longer than visitGapMinutes between them; from the first coming to the
 *   last leaving. Of kinds staff and cart there are none. Footfall counts those of at least minVisitSeconds by their start;
 *   unique visitors are the distinct carriers of those that overlap; dwell is the median of their lengths by start.
 * - Occupancy: visits under way, short ones too, on the mean over the interval.
 * - Stay: true positions once a second; a zone is entered once the carrier has been in it for enterConfirmSeconds, and left
 *   when it has been out of it for exitAfterSeconds; the stay lasts from the first to the last second in it.
 * - Capture rate: stays of at least minStaySeconds ÷ all stays that started in the interval; of the site visits ÷ (visits + short ones).
 *
 * One person with two carriers counts as two carriers, as they do in the product. Pure.
 */
import { DEFAULT_DEFINITIONS } from '../../../server/contract/definitions.ts';
import type { Walker } from '../../../simulators/mall.ts';
import type { Scenario } from '../../../simulators/scenario.ts';
import { Cursor } from '../../../simulators/trajectory.ts';
import { inZone, zonesOf } from '../../../simulators/zones.ts';

export interface Span {
  carrier: string;
  startMs: number;
  endMs: number;
}
export interface Truth {
  visits: Span[];
  /** By zone. */
  stays: Map<string, Span[]>;
}

const { visitGapMinutes, minVisitSeconds, enterConfirmSeconds, exitAfterSeconds, minStaySeconds } = DEFAULT_DEFINITIONS;
const STEP_MS = 1_000;
export const MIN_VISIT_MS = minVisitSeconds * 1_000;
export const MIN_STAY_MS = minStaySeconds * 1_000;

/** Spans of one carrier with no gap longer than `gapMs` between them become one. */
function merged(spans: readonly Span[], gapMs: number): Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const last = out.at(-1);
    if (last && span.startMs - last.endMs <= gapMs) last.endMs = Math.max(last.endMs, span.endMs);
    else out.push({ ...span });
  }
  return out;
}

export function truthOf(scenario: Scenario, walkers: readonly Walker[]): Truth {
  const counted = walkers.filter((one) => one.carrier && one.carrier.kind !== 'staff' && one.carrier.kind !== 'cart');
  const byCarrier = new Map<string, Walker[]>();
  for (const walker of counted) {
    const { key } = walker.carrier!;
    byCarrier.set(key, [...(byCarrier.get(key) ?? []), walker]);
  }
  const zones = zonesOf(scenario);
  const byFloor = scenario.floors.map((floor) => zones.filter((zone) => zone.floorId === floor.id));
  const visits: Span[] = [];
  const stays = new Map<string, Span[]>(zones.map((zone) => [zone.id, []]));
  for (const [carrier, own] of byCarrier) {
    visits.push(
      ...merged(
        own.map(({ startMs, endMs }) => ({ carrier, startMs, endMs })),
        visitGapMinutes * 60_000,
      ),
    );
    const seconds = new Map<string, Span[]>();
    for (const walker of own) {
      const cursor = new Cursor(walker.path, walker.delayMs);
      for (let atMs = walker.startMs; atMs < walker.endMs; atMs += STEP_MS) {
        cursor.moveTo(atMs);
        for (const zone of byFloor[cursor.floor]!) {
          if (!inZone(zone, cursor.xM, cursor.yM)) continue;
          const list = seconds.get(zone.id) ?? [];
          seconds.set(zone.id, list);
          const last = list.at(-1);
          if (last && atMs - last.endMs <= 0) last.endMs = atMs + STEP_MS;
          else list.push({ carrier, startMs: atMs, endMs: atMs + STEP_MS });
        }
      }
    }
    for (const [zoneId, list] of seconds) {
      // Entries that were not confirmed start nothing, but go on with a stay that has not ended.
      const open: Span[] = [];
      for (const span of list) {
        const last = open.at(-1);
        if (last && span.startMs - last.endMs < exitAfterSeconds * 1_000) last.endMs = span.endMs;
        else if (span.endMs - span.startMs >= enterConfirmSeconds * 1_000) open.push({ ...span });
      }
      stays.get(zoneId)!.push(...open);
    }
  }
  return { visits, stays };
}

const length = (span: Span): number => span.endMs - span.startMs;
const started = (spans: readonly Span[], fromMs: number, toMs: number): Span[] =>
  spans.filter((span) => span.startMs >= fromMs && span.startMs < toMs);

export const trueFootfall = ({ visits }: Truth, fromMs: number, toMs: number): number =>
  started(visits, fromMs, toMs).filter((visit) => length(visit) >= MIN_VISIT_MS).length;

export const trueUnique = ({ visits }: Truth, fromMs: number, toMs: number): number =>
  new Set(
    visits
      .filter((visit) => length(visit) >= MIN_VISIT_MS && visit.startMs < toMs && visit.endMs > fromMs)
      .map((visit) => visit.carrier),
  ).size;

export const trueOccupancy = ({ visits }: Truth, fromMs: number, toMs: number): number =>
  visits.reduce((sum, one) => sum + Math.max(0, Math.min(one.endMs, toMs) - Math.max(one.startMs, fromMs)), 0) /
  (toMs - fromMs);

export function trueDwellSeconds({ visits }: Truth, fromMs: number, toMs: number): number | undefined {
  const lengths = started(visits, fromMs, toMs)
    .map(length)
    .filter((lengthMs) => lengthMs >= MIN_VISIT_MS)
    .sort((a, b) => a - b);
  if (lengths.length === 0) return undefined;
  return (lengths[Math.floor((lengths.length - 1) / 2)]! + lengths[Math.floor(lengths.length / 2)]!) / 2_000;
}

export function trueCaptureRate(truth: Truth, fromMs: number, toMs: number, zoneId?: string): number | undefined {
  const spans = started(zoneId === undefined ? truth.visits : truth.stays.get(zoneId)!, fromMs, toMs);
  const minMs = zoneId === undefined ? MIN_VISIT_MS : MIN_STAY_MS;
  return spans.length === 0 ? undefined : spans.filter((span) => length(span) >= minMs).length / spans.length;
}
