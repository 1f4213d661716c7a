/**
 * Which counts of the present may leave. Below k a count that moves from zone to zone is one person's way, so nothing is
 * told of a place with fewer than k, an empty one neither: that it is no longer empty would be told by the next value.
 * Where a place's parts are told as well, what is left of it beside them is known: if that is somebody, but fewer than
 * k, the smallest part that is told is withheld too, and all that lies in it, for that may hold as many. Pure.
 */
import type { Zone } from '../contract/model.ts';
import { areaOf, boundsOf, overlapShare } from '../floor/geometry.ts';

/** A place (zone id; '' is the site) and the zones that lie in it, in no other zone that lies in it. */
export interface Nesting {
  parent: string;
  parts: string[];
}
export const SITE = '';

/** Drawn by hand, a zone in a shop sticks out a little. */
const INSIDE_SHARE = 0.9;

type Bounds = ReturnType<typeof boundsOf>;

/** Of neighbours the bounds hardly meet: a look at them is enough. */
function mayLieIn(inner: Bounds, outer: Bounds): boolean {
  const commonXM = Math.min(inner.maxXM, outer.maxXM) - Math.max(inner.minXM, outer.minXM);
  const commonYM = Math.min(inner.maxYM, outer.maxYM) - Math.max(inner.minYM, outer.minYM);
  const innerM2 = (inner.maxXM - inner.minXM) * (inner.maxYM - inner.minYM);
  return commonXM > 0 && commonYM > 0 && commonXM * commonYM > innerM2 / 2;
}

export function nestingOf(zones: readonly Pick<Zone, 'id' | 'floorId' | 'shape'>[]): Nesting[] {
  const sized = zones
    .map((zone) => ({ zone, areaM2: areaOf(zone.shape), bounds: boundsOf(zone.shape) }))
    .sort((a, b) => a.areaM2 - b.areaM2);
  const parts = new Map<string, string[]>();
  sized.forEach(({ zone, bounds }, i) => {
    const around = sized
      .slice(i + 1)
      .find(
        ({ zone: other, bounds: room }) =>
          other.floorId === zone.floorId &&
          mayLieIn(bounds, room) &&
          overlapShare(zone.shape, other.shape) > INSIDE_SHARE,
      );
    const parent = around?.zone.id ?? SITE;
    parts.set(parent, [...(parts.get(parent) ?? []), zone.id]);
  });
  return [...parts].map(([parent, ids]) => ({ parent, parts: ids }));
}

/** What lies in it, at any depth. */
export function insideOf(id: string, nestings: readonly Nesting[]): string[] {
  const parts = nestings.find(({ parent }) => parent === id)?.parts ?? [];
  return parts.flatMap((part) => [part, ...insideOf(part, nestings)]);
}

/** `counts` by zone id, the site under ''. What is not in the answer is withheld. */
export function shownCounts(
  counts: ReadonlyMap<string, number>,
  nestings: readonly Nesting[],
  k: number,
): Map<string, number> {
  const shown = new Map([...counts].filter(([, count]) => count >= k));
  const withhold = (id: string): void => {
    for (const one of [id, ...insideOf(id, nestings)]) shown.delete(one);
  };
  for (const id of counts.keys()) if (id !== SITE && !shown.has(id)) withhold(id);
  // A part that is withheld leaves more of the whole untold: until that is enough everywhere.
  for (let changed = true; changed; ) {
    changed = false;
    for (const { parent, parts } of nestings) {
      const whole = shown.get(parent);
      if (whole === undefined) continue;
      const told = parts.filter((id) => shown.has(id)).sort((a, b) => shown.get(a)! - shown.get(b)!);
      const rest = whole - told.reduce((sum, id) => sum + shown.get(id)!, 0);
      if (told.length === 0 || rest <= 0 || rest >= k) continue;
      withhold(told[0]!);
      changed = true;
    }
  }
  return shown;
}
