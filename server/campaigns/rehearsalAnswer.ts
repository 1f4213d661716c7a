/** From what a replay found to what is told: rounded, without what few people could be read from, with its warnings. Pure. */
import type { Rehearsal } from '../contract/rehearsal.ts';
import type { DayOutcome } from './rehearsalBudget.ts';
import { dayEstimate, type Estimate } from './rehearsalDays.ts';
import type { FalseFires } from './rehearsalFalse.ts';
import type { Fire } from './rehearsalFires.ts';
import { type History, REHEARSED_DAYS } from './rehearsalHistory.ts';
import type { LocalError } from './rehearsalLocalError.ts';
import type { Reach } from './rehearsalReach.ts';
import type { Scale } from './rehearsalScale.ts';
import { type Warning, warning } from './rehearsalWords.ts';

/** With fewer days the weekdays are not all there. */
const LITTLE_DAYS = 14;
/** Every third offer to somebody who is not there: more would be noticed by most. */
const MANY_FALSE = 0.3;
/** Of all fires, in one place: an offer in seven is the neighbour's customer's. */
const MUCH_SPILL = 0.15;
const MOST_HELD = 0.5;

export interface ZoneFindings {
  zoneId: string;
  name: string;
  radiusM: number;
  error: LocalError | undefined;
  falseFires: FalseFires | null;
}

export interface Findings {
  campaignId: string;
  rehearsedAtMs: number;
  iso: (atMs: number) => string;
  history: History;
  /** After the cooldown. */
  fires: readonly Fire[];
  weight: number;
  scale: Scale | null;
  byDay: ReadonlyMap<number, DayOutcome>;
  reach: Reach | null;
  zones: readonly ZoneFindings[];
  placeName: (zoneId: string) => string;
  unknownConditions: readonly string[];
  hasBaskets: boolean;
  k: number;
}

const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));
const roundedEstimate = (estimate: Estimate | null, digits = 1): Estimate | null =>
  estimate && {
    value: rounded(estimate.value, digits),
    low: rounded(estimate.low, digits),
    high: rounded(estimate.high, digits),
  };

function basisOf({ zones }: History): Rehearsal['basis'] {
  if (zones.some(({ basis }) => basis === 'heat')) return 'heat';
  return zones.some(({ basis }) => basis === 'stays') ? 'stays' : 'none';
}

function countByZone(fires: readonly Fire[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { zoneId } of fires) counts.set(zoneId, (counts.get(zoneId) ?? 0) + 1);
  return counts;
}

/** Hashes of a day make one regular as many people as days: a registered carrier is one. */
const whoOf = ({ carrierId, person }: Fire): string => carrierId ?? person;

/** Zones of which nothing is told: of fewer than k people, and one more where their sum would give the one away. */
function hiddenZones(fires: readonly Fire[], k: number): ReadonlySet<string> {
  const people = new Map<string, Set<string>>();
  for (const fire of fires) people.set(fire.zoneId, (people.get(fire.zoneId) ?? new Set()).add(whoOf(fire)));
  const bySize = [...people].sort(([, a], [, b]) => a.size - b.size);
  const few = bySize.filter(([, one]) => one.size < k).length;
  return new Set(bySize.slice(0, few === 1 ? 2 : few).map(([zoneId]) => zoneId));
}

/** Of all the campaign's fires: zones by how often each fires. */
function falseOfAll(zones: readonly ZoneFindings[], counts: ReadonlyMap<string, number>) {
  const weights = zones.map(({ zoneId }) => counts.get(zoneId) ?? 0);
  const told = zones.map(({ falseFires }, i) => ({ falseFires, weight: weights[i]! })).filter((one) => one.falseFires);
  const total = told.reduce((sum, { weight }) => sum + weight, 0);
  const spill = new Map<string | null, number>();
  if (total === 0) return { share: null, spill };
  const mean = (of: (one: FalseFires) => number): number =>
    told.reduce((sum, { falseFires, weight }) => sum + (weight / total) * of(falseFires!), 0);
  for (const { falseFires, weight } of told)
    for (const [place, share] of falseFires!.spill)
      spill.set(place, (spill.get(place) ?? 0) + (weight / total) * share);
  return {
    share: { value: mean(({ value }) => value), low: mean(({ low }) => low), high: mean(({ high }) => high) },
    spill,
  };
}

export function answerOf(found: Findings): Rehearsal {
  const { history, fires, weight, scale, byDay, zones, k, iso } = found;
  const { days } = history;
  const doubt = scale?.doubt ?? 0;
  const perDay = new Map(days.map(({ day }) => [day, 0]));
  for (const { day } of fires) perDay.set(day, (perDay.get(day) ?? 0) + weight);
  const people = new Set(fires.map(whoOf)).size;
  const isFew = people > 0 && people < k;
  const triggers = isFew ? null : dayEstimate([...perDay.values()], doubt);
  const outcomes = days.map(({ day }) => byDay.get(day));
  const offers = isFew
    ? null
    : dayEstimate(
        outcomes.map((one) => (one?.offers ?? 0) * weight),
        doubt,
      );
  const perDayOf = (of: (one: DayOutcome) => number): number =>
    (outcomes.reduce((sum, one) => sum + (one ? of(one) : 0), 0) * weight) / Math.max(1, days.length);
  const codes = new Set(outcomes.flatMap((one) => [...(one?.held.keys() ?? [])]));
  const held: [string, number][] = isFew
    ? []
    : [...codes].map((code): [string, number] => [code, perDayOf((one) => one.held.get(code) ?? 0)]);
  held.sort((a, b) => b[1] - a[1]);
  const counts = countByZone(fires);
  const hidden = hiddenZones(fires, k);
  const misplaced = isFew ? { share: null, spill: new Map<string | null, number>() } : falseOfAll(zones, counts);
  const spill = [...misplaced.spill]
    .map(([zoneId, share]) => ({ zoneId, share: rounded(share, 3) }))
    .filter(({ share }) => share > 0.005)
    .sort((a, b) => b.share - a.share || String(a.zoneId).localeCompare(String(b.zoneId)));
  return {
    campaignId: found.campaignId,
    rehearsedAt: iso(found.rehearsedAtMs),
    from: iso(history.fromMs),
    to: iso(history.toMs),
    days: days.length,
    leftOut: { lowCoverage: history.lowCoverage, closed: history.closed },
    basis: basisOf(history),
    checked: scale && scale.zones > 0 ? { factor: rounded(Math.exp(scale.doubt), 2), zones: scale.zones } : null,
    triggersPerDay: roundedEstimate(triggers),
    distinctShoppers: people < k ? null : Math.round(people * weight),
    reachable: isFew ? null : found.reach && { ...found.reach, triggersPerDay: rounded(found.reach.triggersPerDay) },
    falseFireShare: roundedEstimate(misplaced.share, 3),
    spill,
    heldPerDay: Object.fromEntries(held.map(([code, value]) => [code, rounded(value)])),
    controlPerDay: triggers === null ? null : rounded(perDayOf((one) => one.control)),
    offersPerDay: roundedEstimate(offers),
    zones: zones.map((zone) => ({
      zoneId: zone.zoneId,
      basis: history.zones.find((one) => one.zone.id === zone.zoneId)?.basis ?? 'none',
      triggersPerDay:
        triggers === null || hidden.has(zone.zoneId)
          ? null
          : rounded(((counts.get(zone.zoneId) ?? 0) * weight) / Math.max(1, days.length)),
      falseFireShare: isFew || hidden.has(zone.zoneId) || !zone.falseFires ? null : rounded(zone.falseFires.value, 3),
      radiusM: rounded(zone.radiusM, 2),
      localP90M: zone.error ? rounded(zone.error.p90M, 2) : null,
      errorFrom: zone.error?.from ?? null,
    })),
    warnings: warningsOf(found, { people, isFew, misplaced, spill, held, total: triggers?.value ?? 0 }),
  };
}

interface Figures {
  people: number;
  isFew: boolean;
  misplaced: ReturnType<typeof falseOfAll>;
  spill: Rehearsal['spill'];
  held: readonly [string, number][];
  total: number;
}

function warningsOf(found: Findings, { people, isFew, misplaced, spill, held, total }: Figures): Warning[] {
  const { history, zones, scale, k } = found;
  const days = history.days.length;
  const warnings: Warning[] = [];
  if (days === 0) warnings.push(warning('no-history'));
  else if (days + history.closed < LITTLE_DAYS)
    warnings.push(warning('little-history', null, { days: days + history.closed, wanted: REHEARSED_DAYS }));
  for (const { zoneId, name, radiusM, error } of zones) {
    if (!error) warnings.push(warning('error-unknown', zoneId, { zone: name }));
    else if (radiusM < error.p90M)
      warnings.push(
        warning('zone-smaller-than-error', zoneId, {
          zone: name,
          radiusM: rounded(radiusM),
          p90M: rounded(error.p90M),
        }),
      );
  }
  for (const { zone, basis } of history.zones)
    if (basis === 'heat' && scale)
      warnings.push(
        warning('zone-is-new', zone.id, {
          zone: zone.name,
          zones: scale.zones,
          factor: rounded(Math.exp(1.96 * scale.doubt)),
        }),
      );
  if (days > 0 && people === 0) warnings.push(warning('no-triggers', null, { days }));
  if (isFew) warnings.push(warning('too-few', null, { k }));
  const falseShare = misplaced.share?.value ?? 0;
  if (falseShare > MANY_FALSE) warnings.push(warning('many-false-fires', null, { share: rounded(falseShare, 2) }));
  for (const { zoneId, share } of spill)
    if (zoneId !== null && share > MUCH_SPILL)
      warnings.push(warning('spill', zoneId, { place: found.placeName(zoneId), share: rounded(share, 2) }));
  const heldAll = held.reduce((sum, [, value]) => sum + value, 0);
  if (total > 0 && heldAll > MOST_HELD * total)
    warnings.push(
      warning('budget-takes-most', null, {
        share: rounded(heldAll / total, 2),
        most: held[0]![0],
        code: held[0]![0],
      }),
    );
  if (found.unknownConditions.length > 0)
    warnings.push(warning('audience-unknown', null, { conditions: found.unknownConditions.join(', ') }));
  if (found.hasBaskets) warnings.push(warning('baskets-unknown'));
  return warnings;
}

/** What a tenant may know: where its fires really were, but not in which of the others' zones. */
export function forTenant(told: Rehearsal, isSeen: (zoneId: string) => boolean): Rehearsal {
  const elsewhere = told.spill.filter(({ zoneId }) => zoneId === null || !isSeen(zoneId));
  const share = rounded(
    elsewhere.reduce((sum, one) => sum + one.share, 0),
    3,
  );
  const seen = told.spill.filter(({ zoneId }) => zoneId !== null && isSeen(zoneId));
  return {
    ...told,
    spill: [...seen, ...(share > 0 ? [{ zoneId: null, share }] : [])].sort((a, b) => b.share - a.share),
    warnings: told.warnings.filter(({ code, zoneId }) => code !== 'spill' || (zoneId !== null && isSeen(zoneId))),
  };
}
