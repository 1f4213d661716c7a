/**
 * Affinity: of the visits that started in the period and came to zone A, the share that also came to B in the same visit;
 * and lift, how many times that is the share of all visits that came to B. A visit came to a zone by a zone visit there
 * (passing by is not coming). A and B are places (see places.ts). Short visits, staff and carts are left out, in the shares and in what they are shares of.
 * Pure.
 */
import type { Affinity } from '../contract/metrics.ts';

export interface PairCount {
  a: string;
  b: string;
  /** Visits that came to both, and the carriers behind them (see carriers.ts). */
  visits: number;
  carriers: number;
}
export interface ZoneCount {
  zoneId: string;
  visits: number;
  carriers: number;
}

export function affinityFigures(
  zones: readonly ZoneCount[],
  pairs: readonly PairCount[],
  visits: number,
  k: number,
): Affinity['pairs'] {
  const byZone = new Map(zones.map((zone) => [zone.zoneId, zone]));
  const figures = pairs.map((pair): { order: number; pair: Affinity['pairs'][number] } => {
    const a = byZone.get(pair.a);
    const b = byZone.get(pair.b);
    if (!a || !b || Math.min(a.carriers, b.carriers, pair.carriers) < k)
      return {
        order: 0,
        pair: { a: pair.a, b: pair.b, share: null, lift: null, visitsA: null, visitsBoth: null, suppressed: true },
      };
    const share = pair.visits / a.visits;
    return {
      order: pair.visits,
      pair: {
        a: pair.a,
        b: pair.b,
        share,
        lift: (pair.visits * visits) / (a.visits * b.visits),
        visitsA: a.visits,
        visitsBoth: pair.visits,
      },
    };
  });
  const text = (pair: Affinity['pairs'][number]) => `${pair.a} ${pair.b}`;
  return figures
    .sort((x, y) => y.order - x.order || (text(x.pair) < text(y.pair) ? -1 : 1))
    .map((figure) => figure.pair);
}
