/** Which numbers of an interval may leave. Pure. */
import type { SeriesPoint } from '../contract/metrics.ts';
import type { ZoneFigures } from '../contract/outgoing.ts';
import { withheldCells } from '../metrics/suppression.ts';
import { insideOf, type Nesting, SITE } from './shown.ts';

/** Of one place in one interval. */
export interface Counted {
  /** '' is the site. */
  placeId: string;
  footfall: SeriesPoint;
  occupancy: SeriesPoint;
  visitors: SeriesPoint;
}

/** Of sums of means; so little is nobody. */
const ROUNDING = 1e-6;

type Figure = ZoneFigures['footfall'];

/**
 * Withheld: every number of a place with 1 to k − 1 visitors, a footfall of 1 to k − 1, and the smallest place told where
 * what is withheld would follow from the place that holds it; with each all that lies in it, which may be as many. Where the
 * whole site has fewer than k, an empty zone would tell where the few were not: then all of it is withheld. Of the mean
 * occupancy alone, also what tells of the few who are in a place but in no zone of it.
 */
export function shownFigures(all: readonly Counted[], nestings: readonly Nesting[], k: number): ZoneFigures[] {
  const visitorsOf = (one: Counted): number => Math.round(one.visitors.value ?? 0);
  const site = all.find(({ placeId }) => placeId === SITE);
  const deserted = site !== undefined && site.visitors.value !== null && visitorsOf(site) < k;
  const parents = new Map(nestings.flatMap(({ parent, parts }) => parts.map((id) => [id, parent] as const)));
  const somebody = all.filter((one) => one.placeId !== SITE && visitorsOf(one) > 0);
  const cells = somebody.map((one) => ({ carriers: visitorsOf(one), groups: [parents.get(one.placeId) ?? SITE] }));
  const few = [...withheldCells(cells, k)].map((index) => somebody[index]!.placeId);
  const withheld = new Set(few.flatMap((id) => [id, ...insideOf(id, nestings)]));
  const lonely = leftovers(all, nestings, withheld, k);
  return all.map((one) => {
    const hides = deserted || withheld.has(one.placeId);
    const fewCame = (one.footfall.value ?? 0) > 0 && (one.footfall.value ?? 0) < k;
    return {
      zone: one.placeId === SITE ? null : one.placeId,
      coverage: one.footfall.coverage,
      footfall: figureOf(one.footfall, hides || fewCame),
      occupancy: figureOf(one.occupancy, hides || lonely.has(one.placeId)),
    };
  });
}

/**
 * Mean occupancies of parts are no more than that of their place, and what they leave is that of whoever stood there in none
 * of them. Unless as many as k stood there, or a part with k visitors is withheld with them, the least occupied part is.
 */
function leftovers(
  all: readonly Counted[],
  nestings: readonly Nesting[],
  withheld: ReadonlySet<string>,
  k: number,
): Set<string> {
  const byId = new Map(all.map((one) => [one.placeId, one]));
  const hidden = new Set<string>();
  const isTold = (id: string): boolean => !withheld.has(id) && !hidden.has(id);
  const meanOf = (id: string): number => byId.get(id)?.occupancy.value ?? 0;
  const hasCrowd = (id: string): boolean => Math.round(byId.get(id)?.visitors.value ?? 0) >= k;
  // From the whole to its parts: what one place hides is hidden in those that lie in it.
  const look = (place: string): void => {
    const parts = nestings.find(({ parent }) => parent === place)?.parts ?? [];
    const told = parts.filter((id) => isTold(id) && hasCrowd(id)).sort((a, b) => meanOf(a) - meanOf(b));
    const restMean = meanOf(place) - parts.filter(isTold).reduce((sum, id) => sum + meanOf(id), 0);
    const hides = parts.some((id) => !isTold(id) && hasCrowd(id));
    const [least] = told;
    if (isTold(place) && least !== undefined && restMean > ROUNDING && restMean < k && !hides)
      for (const id of [least, ...insideOf(least, nestings)]) hidden.add(id);
    for (const part of parts) look(part);
  };
  look(SITE);
  return hidden;
}

function figureOf({ value, low, high, state }: SeriesPoint, hides: boolean): Figure {
  const suppressed = hides && value !== null;
  return suppressed
    ? { value: null, low: null, high: null, suppressed, state }
    : { value, low, high, suppressed, state };
}

/** Whether a receiver would see a difference. */
export const sameFigures = (a: ZoneFigures | undefined, b: ZoneFigures): boolean =>
  a !== undefined && JSON.stringify(a) === JSON.stringify(b);

export const isFinal = (figures: readonly ZoneFigures[]): boolean =>
  figures.every(({ footfall, occupancy }) => footfall.state === 'final' && occupancy.state === 'final');
