/** Taps against fixes: how far off, in the right zone or not, per zone and floor. Pure. */
import type { Shape, Zone } from '../contract/model.ts';
import type { Fix } from '../engine/types.ts';
import { pointInShape } from '../floor/geometry.ts';
import type { Tap } from './walk.ts';

export type Outcome = 'measured' | 'noFix' | 'wrongFloor';
export interface ScoredTap {
  tap: Tap;
  fix: Fix | undefined;
  outcome: Outcome;
  /** Infinite where there is no fix, or one on another floor. */
  errorM: number;
}

export interface Score {
  /** Null: the whole floor. */
  zoneId: string | null;
  floorId: string;
  /** The zone as it was drawn then. */
  shape: Shape | null;
  taps: number;
  medianM: number | null;
  p90M: number | null;
  hitRate: number;
  elsewhere: { zoneId: string | null; taps: number }[];
  wronglyHere: number;
  noFix: number;
  wrongFloor: number;
  withinStated: number | null;
}

export function scoreTap(tap: Tap, fix: Fix | undefined): ScoredTap {
  const outcome: Outcome = fix === undefined ? 'noFix' : fix.floorId === tap.floorId ? 'measured' : 'wrongFloor';
  const errorM = fix && outcome === 'measured' ? Math.hypot(fix.xM - tap.xM, fix.yM - tap.yM) : Infinity;
  return { tap, fix, outcome, errorM };
}

/** Between ranks, as is usual; null where it is not finite. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  const value = low === high ? low : low + (at - Math.floor(at)) * (high - low);
  return Number.isFinite(value) ? Math.round(value * 100) / 100 : null;
}

const inZone = (zone: Zone, at: { floorId: string; xM: number; yM: number }): boolean =>
  zone.floorId === at.floorId && pointInShape(zone.shape, at.xM, at.yM);

/** Of several zones the smallest say it best, and a coupon zone lies over others: what a fix is in besides comes first. */
function elsewhereOf(missed: readonly ScoredTap[], zones: readonly Zone[]): Score['elsewhere'] {
  const counted = new Map<string | null, number>();
  for (const { fix } of missed) {
    const ids = fix ? zones.filter((zone) => zone.kind !== 'coupon' && inZone(zone, fix)).map((zone) => zone.id) : [];
    for (const zoneId of ids.length > 0 ? ids : [null]) counted.set(zoneId, (counted.get(zoneId) ?? 0) + 1);
  }
  return [...counted]
    .map(([zoneId, taps]) => ({ zoneId, taps }))
    .sort((a, b) => b.taps - a.taps || String(a.zoneId).localeCompare(String(b.zoneId)));
}

function figures(taps: readonly ScoredTap[]) {
  const errors = taps.map(({ errorM }) => errorM);
  const measured = taps.filter(({ outcome }) => outcome === 'measured');
  const within = measured.filter(({ fix, errorM }) => errorM <= fix!.accuracyM).length;
  return {
    taps: taps.length,
    medianM: quantile(errors, 0.5),
    p90M: quantile(errors, 0.9),
    noFix: taps.filter(({ outcome }) => outcome === 'noFix').length,
    wrongFloor: taps.filter(({ outcome }) => outcome === 'wrongFloor').length,
    withinStated: measured.length === 0 ? null : within / measured.length,
  };
}

/** A score for each floor and each zone that has a tap, floors first. */
export function scoreWalk(scored: readonly ScoredTap[], zones: readonly Zone[]): Score[] {
  const floorIds = [...new Set(scored.map(({ tap }) => tap.floorId))].sort();
  const ofFloors = floorIds.map((floorId): Score => {
    const taps = scored.filter(({ tap }) => tap.floorId === floorId);
    const found = taps.filter(({ outcome }) => outcome === 'measured').length;
    const others = scored.filter(({ tap, fix }) => tap.floorId !== floorId && fix?.floorId === floorId).length;
    return {
      zoneId: null,
      floorId,
      shape: null,
      ...figures(taps),
      hitRate: found / taps.length,
      elsewhere: [],
      wronglyHere: others,
    };
  });
  const ofZones = [...zones]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((zone): Score[] => {
      const taps = scored.filter(({ tap }) => inZone(zone, tap));
      if (taps.length === 0) return [];
      const missed = taps.filter(({ fix }) => fix === undefined || !inZone(zone, fix));
      return [
        {
          zoneId: zone.id,
          floorId: zone.floorId,
          shape: zone.shape,
          ...figures(taps),
          hitRate: 1 - missed.length / taps.length,
          elsewhere: elsewhereOf(missed, zones),
          wronglyHere: scored.filter(({ tap, fix }) => fix && inZone(zone, fix) && !inZone(zone, tap)).length,
        },
      ];
    });
  return [...ofFloors, ...ofZones];
}
