/** Rules of the model timeline: when a change takes effect, what it replaces, what may be forgotten. Pure. */
import type { SiteModel, SiteModelVersion } from '../contract/model.ts';

/** Several thresholds of one zone add up, whoever asks for them. */
export function mergeDwellSeconds(sources: Iterable<Record<string, number[]>>): Record<string, number[]> {
  const merged = new Map<string, Set<number>>();
  for (const byZone of sources)
    for (const [zoneId, thresholds] of Object.entries(byZone)) {
      const known = merged.get(zoneId) ?? new Set();
      for (const seconds of thresholds) known.add(seconds);
      merged.set(zoneId, known);
    }
  return Object.fromEntries(
    [...merged]
      .filter(([, known]) => known.size > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([zoneId, known]) => [zoneId, [...known].sort((a, b) => a - b)]),
  );
}

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);

/** Items are replaced, never changed in place, so identity tells whether anything differs. */
export function sameModel(a: SiteModel, b: SiteModel): boolean {
  return (
    a.timezone === b.timezone &&
    a.definitionsVersion === b.definitionsVersion &&
    sameItems(a.floors, b.floors) &&
    sameItems(a.zones, b.zones) &&
    sameItems(a.gateways, b.gateways) &&
    a.survey === b.survey &&
    (a.sparseGateways ?? []).join() === (b.sparseGateways ?? []).join() &&
    JSON.stringify(a.dwellSecondsByZone) === JSON.stringify(b.dwellSecondsByZone)
  );
}

/**
 * The timeline after a change at `nowMs`; undefined where no data was seen yet, so that it holds from the beginning. A
 * clock that went back does not rewrite the past: the change then takes effect with the newest version.
 */
export function withModel(
  timeline: readonly SiteModelVersion[],
  model: SiteModel,
  nowMs: number | undefined,
): SiteModelVersion[] {
  const last = timeline.at(-1);
  if (!last) return [{ effectiveFromMs: 0, model }];
  if (sameModel(last.model, model)) return [...timeline];
  const effectiveFromMs = Math.max(nowMs ?? 0, last.effectiveFromMs);
  const kept = effectiveFromMs === last.effectiveFromMs ? timeline.slice(0, -1) : timeline;
  return [...kept, { effectiveFromMs, model }];
}

/** Drops versions that were superseded before `oldestMs`; the one in force then becomes the first, effective from 0. */
export function withoutOld(timeline: readonly SiteModelVersion[], oldestMs: number): SiteModelVersion[] {
  let first = 0;
  while (first + 1 < timeline.length && timeline[first + 1]!.effectiveFromMs <= oldestMs) first++;
  return timeline
    .slice(first)
    .map((version, i) => (i === 0 && version.effectiveFromMs !== 0 ? { ...version, effectiveFromMs: 0 } : version));
}
